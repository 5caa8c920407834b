"""The HTML export: one self-contained page that plays a trace offline, from a file, without a kernel."""

from __future__ import annotations

import json
from collections.abc import Sequence
from html import escape
from typing import Any, Unpack

from dslab.player.bundle import script, style
from dslab.player.options import Look
from dslab.player.payload import payload
from dslab.player.payload import title as title_of
from dslab.predictions.prediction import Prediction
from dslab.properties import Promise
from dslab.trace import Trace

POLICY = ("default-src 'none'; script-src 'unsafe-inline' blob:; style-src 'unsafe-inline'; img-src data:; "
          "base-uri 'none'; form-action 'none'")

PAGE = """<!doctype html>
<html lang="{lang}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
body {{ margin: 0; padding: 8px; background: light-dark(#ffffff, #15181d); color-scheme: light dark; }}
{style}</style>
</head>
<body>
<main>
<h1 class="dslab-hidden">{title}</h1>
<div id="player"></div>
</main>
<noscript>{noscript}</noscript>
<script type="application/json" id="payload">{data}</script>
<script type="module">
{script}
{start}</script>
</body>
</html>
"""

NO_SCRIPT = "This page replays a run of a distributed protocol; it needs JavaScript."

START = """
// A page has no kernel: a model that holds the payload and forgets the rest.
const payload = JSON.parse(document.getElementById("payload").textContent);
const values = new Map([["payload", payload], ["step", payload.focus], ["guesses", {}]]);
const model = {
  get: (name) => values.get(name), set: (name, value) => values.set(name, value),
  save_changes() {}, on() {}, off() {}, send() {},
};
render({ model, el: document.getElementById("player") });
// In the frame of a chapter's page: say how high this is, so that nothing is cut off and nothing left blank.
const tell = () => parent.postMessage({ height: Math.ceil(document.body.getBoundingClientRect().height) }, "*");
if (parent !== window) new ResizeObserver(tell).observe(document.body);
// A deck says how much room its slide has.
addEventListener("message", ({ source, data }) => {
  if (source !== parent || !(data?.fit > 0)) return;
  const player = document.querySelector("#player > *");
  player.style.setProperty("--dslab-height", `${data.fit}px`);
  player.style.setProperty("zoom", data.zoom);
});
if (parent !== window) parent.postMessage({ ready: true }, "*");
// In a frame, Escape also gives the keys back to the page around it, which may be a deck.
const give = ({ key }) => key === "Escape" && parent !== window && parent.postMessage({ escape: true }, "*");
addEventListener("keydown", give, { capture: true });
// A deck passes on the keys of questions while it has the focus.
addEventListener("message", ({ source, data }) => {
  const player = document.querySelector(".dslab-player");
  if (source === parent && ["y", "Y"].includes(data?.key))
    player.dispatchEvent(new KeyboardEvent("keydown", { key: data.key, bubbles: true }));
});
"""


def html(trace: Trace, *, title: str = "", focus: int = 0, promises: Sequence[Promise] | None = None,
         ask: Sequence[Prediction] = (), **look: Unpack[Look]) -> str:
    """The page as text; the same trace gives the same bytes."""
    data = payload(trace, focus=focus, promises=promises, ask=ask, **look)
    data["title"] = title or title_of(trace)
    return page(data)


def page(data: dict[str, Any], *, root: str = "player.js", css: str | None = None) -> str:
    """The page of a payload: of a player, or of another widget whose state it is.

    Args:
        root: the widget's JavaScript module.
        css: its style sheet; None: the player's.
    """
    noscript = data.get("words", {}).get(NO_SCRIPT, NO_SCRIPT)
    return PAGE.format(policy=POLICY, lang=escape(data.get("lang", "en")), title=escape(data["title"][:200]),
                       style=style() if css is None else css, noscript=escape(noscript), data=_embedded(data),
                       script=code(root), start=START)


def code(root: str = "player.js") -> str:
    """The JavaScript of an exported page, the same in all pages of a widget."""
    return script(root).replace("export default { render };\n", "")


def _embedded(data: dict[str, Any]) -> str:
    """JSON in which no text can end the script element around it."""
    text = json.dumps(data, ensure_ascii=True, separators=(",", ":"), allow_nan=False)
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")

"""Chapters as decks: which cell begins a slide, and the page that shows one slide at a time, in large type, with a
player that fits its slide. What the text says beyond its first sentence is for the speaker (`speaker`).

`jupyter nbconvert --to slides` understands the same metadata, but its pages load reveal.js, MathJax and more from the
network. The deck written here has sixty lines of JavaScript of its own and fetches nothing.
"""

import re

from nbconvert import SlidesExporter
from nbformat import NotebookNode, from_dict

import speaker

LONGEST = 8             # cells of a slide before it is divided; an answer stays with its question
HEADING = re.compile(r"#{1,6} ")
PLAYER = re.compile(r"\bplay\(")
ASIDE = re.compile(r"\s*(from .+ import .+|import .+|progress\(.*\))\s*")      # of no interest to an audience


# ---- which cell begins a slide ----

def deal(cells: list[NotebookNode]) -> None:
    """Give every cell a slide type, keep those that its author chose, and divide slides that are too long."""
    shown = players = 0
    for cell in cells:
        kind = kind_of(cell)
        plays = cell.cell_type == "code" and bool(PLAYER.search(cell.source))
        if kind in ("-", "fragment") and not is_answer(cell) and (shown >= LONGEST or plays and players):
            kind = "subslide"
        if kind in ("slide", "subslide"):
            shown = players = 0
        shown += kind not in ("skip", "notes")
        players += plays
        cell.metadata["slideshow"] = from_dict({"slide_type": kind})


def kind_of(cell: NotebookNode) -> str:
    """The slide type that a cell has, or should have by itself."""
    chosen = cell.metadata.get("slideshow", {}).get("slide_type", "")
    if cell.cell_type == "markdown" and HEADING.match(cell.source):
        return chosen if chosen in ("slide", "subslide") else "subslide" if cell.source.startswith("###") else "slide"
    if chosen:
        return chosen
    unseen = "exercise-check" in cell.metadata.get("tags", []) or ASIDE.fullmatch(cell.source)
    return "skip" if cell.cell_type == "code" and unseen else "-"


def is_answer(cell: NotebookNode) -> bool:
    """Is it folded away, under its question?"""
    return cell.cell_type == "markdown" and cell.source.startswith("<details>")


# ---- the deck ----

STYLE = """
  :root { --jp-ui-font-size1: 26px; --jp-content-font-size1: 26px; --jp-code-font-size: 19px; }
  html, body { height: 100%; margin: 0; overflow: hidden; }
  body.jp-Notebook { padding: 0; }
  .slides { height: calc(100% - 2.6rem); }
  .slides > section { height: 100%; }
  .slides > section > section { display: none; box-sizing: border-box; height: 100%; padding: 1.5rem 2rem;
                                overflow: auto; }
  .slides > section > section.present { display: block; }
  .slides > section:not(:has(> .present)) { display: none; }
  .jp-Cell:has(iframe) .jp-Cell-inputWrapper { display: none; }     /* the player, and not how it is made */
  .jp-OutputArea iframe { display: block; }
  aside.notes { display: none; margin-top: .6rem; padding: .2rem 1rem; border-left: .3rem solid #8b96a3;
                font-size: .7em; }
  .speaking aside.notes { display: block; }
  .fragment:not(.seen) { display: none; }
  .jp-Cell { max-width: 84rem; margin: 0 auto; }
  .jp-InputPrompt, .jp-OutputPrompt, a.anchor-link { display: none; }
  .slides h1 { text-wrap: balance; }
  .deck { position: fixed; right: 1rem; bottom: .6rem; left: 1rem; display: flex; gap: .6rem; align-items: center;
          color: var(--jp-ui-font-color0); font: 1rem/1.4 system-ui, sans-serif; pointer-events: none; }
  .deck > * { padding: .1rem .6rem; border-radius: .3rem; background: var(--jp-layout-color1); }
  .deck button { border: 1px solid currentColor; color: inherit; font: inherit; cursor: pointer; pointer-events: auto; }
  .deck :first-child { margin-right: auto; }
  @media print {
    html, body { height: auto; overflow: visible; }
    .slides > section, .slides > section > section { display: block !important; height: auto; break-after: page; }
    .fragment { display: block !important; }
    .deck { display: none; }
    aside.notes { display: block; }
  }
"""

SCRIPT = """
  const slides = [...document.querySelectorAll(".slides > section > section")];
  const place = document.getElementById("place");
  let now = 0;

  // A player is as high as its slide has room, and as large as that allows; letters are as large as they can be.
  const LEAST = { width: 940, height: 480 };
  const SIZES = ["26px", "23px", "20px"];
  function fit() {
    const slide = slides[now];
    const players = [...slide.querySelectorAll("iframe")].filter((frame) => frame.checkVisibility());
    const bottom = () => Math.max(...[...slide.children].map((one) => one.getBoundingClientRect().bottom));
    const used = () => bottom() - slide.getBoundingClientRect().top + slide.scrollTop;
    for (const frame of players) frame.style.height = "0";
    for (const size of SIZES) {
      slide.style.setProperty("--jp-content-font-size1", size);
      if (used() + 40 + (players.length && LEAST.height) <= slide.clientHeight) break;
    }
    for (const frame of players) {
      const height = Math.max(LEAST.height, slide.clientHeight - used() - 40);
      const zoom = Math.max(1, Math.min(1.6, height / LEAST.height, (frame.clientWidth - 16) / LEAST.width));
      frame.style.height = `${height + 16}px`;
      frame.contentWindow?.postMessage({ fit: Math.floor(height / zoom), zoom }, "*");
    }
  }

  const hidden = () => [...slides[now].querySelectorAll(".fragment:not(.seen)")];
  const seen = () => [...slides[now].querySelectorAll(".fragment.seen")];

  function takeKeys() {
    if (document.activeElement?.tagName === "IFRAME") document.activeElement.blur();
    window.focus();
  }

  function show(n, whole) {
    takeKeys();
    now = Math.max(0, Math.min(slides.length - 1, n));
    slides.forEach((slide, k) => slide.classList.toggle("present", k === now));
    for (const part of slides[now].querySelectorAll(".fragment")) part.classList.toggle("seen", whole);
    slides[now].scrollTop = 0;
    fit();
    place.textContent = `${now + 1} / ${slides.length}`;
    history.replaceState(null, "", `#/${now + 1}`);
  }

  function forward() {
    const part = hidden()[0];
    if (!part) return now < slides.length - 1 && show(now + 1, false);
    part.classList.add("seen");
    fit();
    part.scrollIntoView({ block: "nearest" });
  }

  function back() {
    const part = seen().at(-1);
    if (part) fit(part.classList.remove("seen"));
    else if (now > 0) show(now - 1, true);
  }

  // One key asks, one reveals: in the player of the slide, or in what is folded away on it.
  function tellPlayer(key) {
    for (const frame of slides[now].querySelectorAll("iframe")) frame.contentWindow.postMessage({ key }, "*");
  }

  function reveal() {
    const closed = slides[now].querySelector("details:not([open])");
    if (!closed) return tellPlayer("Y");
    closed.open = true;
    closed.scrollIntoView({ block: "nearest" });
  }

  const KEYS = { y: () => tellPlayer("y"), Y: reveal,
                 ArrowRight: forward, PageDown: forward, " ": forward, n: forward,
                 ArrowLeft: back, PageUp: back, p: back,
                 Home: () => show(0, false), End: () => show(slides.length - 1, true),
                 s: () => document.body.classList.toggle("speaking") || fit(),
                 f: () => document.documentElement.requestFullscreen?.() };
  addEventListener("keydown", (event) => {
    const own = event.key === " " && event.target.closest?.("button, summary, a");
    if (!KEYS[event.key] || own || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    KEYS[event.key]();
  });
  // A player in its frame has the keys while it has the focus; its Escape gives them back.
  addEventListener("message", ({ source, data }) => {
    const players = [...document.querySelectorAll("iframe")];
    if (data?.ready) fit();
    if (data?.escape && players.some((frame) => frame.contentWindow === source)) takeKeys();
  });
  addEventListener("resize", fit);
  addEventListener("hashchange", () => show(Number(location.hash.slice(2)) - 1 || 0, false));
  document.getElementById("back").onclick = back;
  document.getElementById("forward").onclick = forward;
  show(Number(location.hash.slice(2)) - 1 || 0, false);
"""

HINT = ("Arrows or Page Down turn the slides. Click into a player and they step it; Escape gives them back. "
        "Y: reveal; S: speaker's notes")

TEMPLATE = f"""{{% extends 'index.html.j2' %}}
{{% block header %}}<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{{{{ resources.metadata.name | escape_html_keep_quotes }}}}</title>
{{{{ resources.include_css("static/index.css") }}}}
{{{{ resources.include_css("static/theme-light.css") }}}}
{{% for css in resources.inlining.css %}}<style>{{{{ css }}}}</style>{{% endfor %}}
HEAD
<style>{STYLE}</style>
</head>{{% endblock %}}
{{% block body_header %}}<body class="jp-Notebook"><main class="slides">{{% endblock %}}
{{% block body_footer %}}</main>
<div class="deck"><span>{HINT}</span><button id="back" aria-label="Back">←</button>
<span id="place" role="status"></span><button id="forward" aria-label="Forward">→</button></div></body>{{% endblock %}}
{{% block footer %}}<script>{SCRIPT}</script></html>{{% endblock %}}"""


def deck(notebook: NotebookNode, *, name: str, head: str) -> str:
    """A notebook that was run, as one page: a slide at a time. `head` goes into the page's head."""
    notebook = from_dict(notebook | {"cells": speaker.shorten(notebook.cells)})
    exporter = SlidesExporter(raw_template=TEMPLATE.replace("HEAD\n", head))
    page, _ = exporter.from_notebook_node(notebook, resources={"metadata": {"name": name}})
    return page

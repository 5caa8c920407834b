"""Players in a page: each has a frame of its own, and all share one copy of their code."""

import re

from nbformat import NotebookNode

from dslab.player.bundle import style
from dslab.player.html_export import code
from dslab.player.static_page import quoted

PAGE = re.compile(r"(?<=<iframe )srcdoc='([^']*)'")
LIFTED = 'data-player="{}"'
CODE, STYLE = "/* the code */", "/* the style */"
SHARED = """<script type="text/plain" id="dslab-code">%s</script>
<script type="text/plain" id="dslab-style">%s</script>
<script>
  const parts = new Map([["%s", "dslab-code"], ["%s", "dslab-style"]]);
  for (const frame of document.querySelectorAll("iframe[data-page]")) {
    let page = frame.dataset.page;
    for (const [mark, id] of parts) page = page.replace(mark, () => document.getElementById(id).textContent);
    frame.srcdoc = page;
  }
</script>
"""

# What a page does for the players in its frames.
SCRIPT = """
  // A frame tells how high its player is, and which views its reader has opened: the other players open them, too.
  // It is told which step a link below it leads to.
  const frames = () => [...document.querySelectorAll("iframe")];
  let views = null;
  addEventListener("message", ({ source, data }) => {
    const from = frames().find((frame) => frame.contentWindow === source);
    if (!from || !data) return;
    if (data.height > 0) from.style.height = `${data.height}px`;
    if (data.height > 0 && views) source.postMessage({ views }, "*");
    if (!Array.isArray(data.views)) return;
    views = data.views;
    for (const frame of frames()) if (frame !== from) frame.contentWindow.postMessage({ views }, "*");
  });
  addEventListener("click", (event) => {
    const link = event.target.closest?.("a[href^='#step-']");
    const isAbove = (frame) => frame.compareDocumentPosition(link) & Node.DOCUMENT_POSITION_FOLLOWING;
    const frame = link && frames().findLast(isAbove);
    if (!frame) return;
    event.preventDefault();
    frame.scrollIntoView({ block: "nearest" });
    frame.contentWindow.postMessage({ link: link.getAttribute("href") }, "*");
  }, { capture: true });
"""


def lift(notebook: NotebookNode) -> list[str]:
    """Take the players' pages out of the outputs: nbconvert would write each of their quotes as six letters."""
    pages: list[str] = []

    def taken(match: re.Match) -> str:
        pages.append(match[1].replace(quoted(code()), CODE).replace(quoted(style()), STYLE))
        return LIFTED.format(len(pages) - 1)

    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            if "text/html" in output.get("data", {}):
                output.data["text/html"] = PAGE.sub(taken, output.data["text/html"])
    return pages


def put_back(page: str, pages: list[str]) -> str:
    """The page with the players' pages in their frames, and their code at its end."""
    if not pages:
        return page
    before, _, after = page.rpartition("</body>")
    for number, inside in enumerate(pages):
        before = before.replace(LIFTED.format(number), f"data-page='{inside}'", 1)
    return f"{before}{SHARED % (code(), style(), CODE, STYLE)}</body>{after}"

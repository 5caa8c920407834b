"""Players in a page: each has a frame of its own, and all share one copy of their code and of each style sheet."""

import re

from nbformat import NotebookNode

PAGE = re.compile(r"(?<=<iframe )srcdoc='([^']*)'")
LIFTED = 'data-player="{}"'
PART = re.compile(r"(?<=<style>).{999,}?(?=</style>)|(?<=<script type=\"module\">).{999,}?(?=</script>)", re.S)
MARK, ID = "/* part {} */", "dslab-part-{}"
STYLES = re.compile(r"<style>.*?</style>", re.S)
FILL = """<script>
  const fill = (page) => page.replace(/\\/\\* part (\\d+) \\*\\//g,
                                      (_, part) => document.getElementById(`dslab-part-${part}`).textContent);
  for (const frame of document.querySelectorAll("iframe[data-page]")) frame.srcdoc = fill(frame.dataset.page);
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
    """Take the players' pages out of the outputs: nbconvert would write each of their quotes as six letters.

    What is left keeps the first copy of each style sheet: a sheet counts for the whole page.
    """
    pages: list[str] = []
    styles: set[str] = set()

    def taken(match: re.Match) -> str:
        pages.append(match[1])
        return LIFTED.format(len(pages) - 1)

    def once(match: re.Match) -> str:
        known = match[0] in styles
        styles.add(match[0])
        return "" if known else match[0]

    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            if "text/html" in output.get("data", {}):
                output.data["text/html"] = STYLES.sub(once, PAGE.sub(taken, output.data["text/html"]))
    return pages


def put_back(page: str, pages: list[str]) -> str:
    """The page with the players' pages in their frames, and what these have in common at its end."""
    if not pages:
        return page
    before, _, after = page.rpartition("</body>")
    parts: list[str] = []
    for number, inside in enumerate(pages):
        page = PART.sub(lambda part: mark(part, parts), inside)
        before = before.replace(LIFTED.format(number), f"data-page='{page}'", 1)
    shared = "".join(f'<script type="text/plain" id="{ID.format(number)}">{unquoted(part)}</script>\n'
                     for number, part in enumerate(parts))
    return f"{before}{shared}{FILL}</body>{after}"


def mark(part: re.Match, parts: list[str]) -> str:
    """What stands for a script or a style sheet in the pages of all frames."""
    if part[0] not in parts:
        parts.append(part[0])
    return MARK.format(parts.index(part[0]))


def unquoted(text: str) -> str:
    """The text of which an attribute in single quotes was made."""
    return text.replace("&#39;", "'").replace("&amp;", "&")

"""What the audience of a deck reads, and what its speaker says: of a text's paragraphs the first sentence stays on the
slide; the rest goes into the speaker's notes. Lists, tables, formulas, pictures, quotations and code stay."""

import re

from nbformat import NotebookNode, from_dict
from nbformat.v4 import new_markdown_cell

FENCE = re.compile(r"^(```|~~~|\$\$)")
STANDING = re.compile(r"^(#|[-*+] |\d+\. |\||>|<|!\[|```|~~~|\$\$| {4}|---)")       # what is no paragraph
OPENS, CLOSES = re.compile(r"<(?:details|table|div)\b"), re.compile(r"</(?:details|table|div)>")
END = re.compile(r"(?<!e\.g)(?<!i\.e)(?<!cf)(?<=[.!?:])[)\"”*_]*\s+(?=[\"“(*_`\[]*[A-Z0-9])")


def shorten(cells: list[NotebookNode]) -> list[NotebookNode]:
    """The cells of a deck, each text with its notes behind it."""
    found: list[NotebookNode] = []
    for cell in cells:
        if cell.cell_type != "markdown" or cell.metadata.get("slideshow", {}).get("slide_type") in ("skip", "notes"):
            found.append(cell)
            continue
        shown, said = parted(cell.source)
        found.append(from_dict(cell | {"source": shown}))
        if said:
            found.append(new_markdown_cell(said, metadata={"slideshow": {"slide_type": "notes"}}))
    return found


def parted(source: str) -> tuple[str, str]:
    """The part of a text that is shown, and the part that is said."""
    shown, said, first = [], [], True
    for block in blocks(source):
        if STANDING.match(block):
            shown.append(block)
        elif first:
            sentence, rest = first_sentence(block)
            shown.append(sentence)
            said += [rest] if rest else []
            first = False
        else:
            said.append(block)
    return "\n\n".join(shown), "\n\n".join(said)


def first_sentence(paragraph: str) -> tuple[str, str]:
    """A paragraph's first sentence, and the others."""
    found = END.search(paragraph)
    if not found or paragraph[found.start() - 1] == ":":
        return paragraph, ""
    return paragraph[:found.end()].rstrip(), paragraph[found.end():]


def blocks(source: str) -> list[str]:
    """The blocks of a Markdown text, which blank lines part; within a fence, or an element of HTML, they do not."""
    found: list[list[str]] = [[]]
    fence, depth = "", 0
    for line in source.splitlines():
        mark = FENCE.match(line)
        if mark and fence in ("", mark[1]) and line.count("$$") != 2:
            fence = "" if fence else mark[1]
        depth += len(OPENS.findall(line)) - len(CLOSES.findall(line))
        if line.strip() or fence or depth > 0:
            found[-1].append(line)
        elif found[-1]:
            found.append([])
    return ["\n".join(lines) for lines in found if lines]

"""Care for the notebooks: `python tools/notebooks.py strip | check | run | site | slides [notebook ...]`.

strip   take out what running left behind: outputs, counts, widget states, the version of Python;
        and give the cells their places in the chapter's deck
check   say what strip would change, and change nothing
run     run the notebooks and store the text of the cells that promise one
site    run the notebooks and write them as pages, in build/site/, that need neither a kernel nor a network
slides  the same as decks, in build/slides/

A cell tagged `nbval-check-output` promises its text to the reader: it keeps its output, and pytest compares.
(nbstripout cannot do this: it clears the count of a cell whose output it keeps, and nbval refuses the pair.)
"""

import html
import os
import re
import shutil
import sys
from pathlib import Path

import nbformat
from bs4 import BeautifulSoup
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from nbconvert import HTMLExporter
from nbformat import NotebookNode

import frames
import slides

ROOT = Path(__file__).resolve().parent.parent
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
SITE = ROOT / "build" / "site"
DECKS = ROOT / "build" / "slides"

PROMISE = "nbval-check-output"
ASKS = re.compile(r"^(ask|reveal)\(", re.M)         # the last line of a cell whose text would give an answer away
METADATA = {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python"}}
OF_A_CELL = ("tags", "dslab", "jupyter", "slideshow", "editable", "deletable")      # metadata that an author writes
NOT_COMPARED = {"text/plain", "text/html", "image/png", "image/jpeg", "application/vnd.jupyter.widget-view+json"}


# ---- strip, check, run ----

def strip(notebook: NotebookNode) -> None:
    """Leave what an author wrote, and the promised texts."""
    notebook.metadata = nbformat.from_dict(METADATA)
    notebook.nbformat_minor = 5
    for cell in notebook.cells:
        tags = cell.metadata.get("tags", [])
        kept = {key: value for key, value in cell.metadata.items() if key in OF_A_CELL}
        cell.metadata = nbformat.from_dict(kept)
        if cell.cell_type == "code":
            cell.outputs = [as_text(output) for output in cell.outputs if told(output)] if PROMISE in tags else []
            fold(cell)
            cell.execution_count = 1 if cell.outputs else None
    slides.deal(notebook.cells)


def told(output: NotebookNode) -> bool:
    """Whether it has a text: a progress bar that has gone has none."""
    return "data" not in output or bool(output.data.get("text/plain"))


def as_text(output: NotebookNode) -> NotebookNode:
    """The output without pictures, widgets and counts."""
    if "data" in output:
        output.data = nbformat.from_dict({"text/plain": output.data.get("text/plain", "")})
        output.metadata = nbformat.from_dict({})
    if "execution_count" in output:
        output.execution_count = 1
    return output


def fold(cell: NotebookNode) -> None:
    """Close the answers that a cell promises: who opens the notebook sees its outputs before anything has run."""
    asks = ASKS.search(cell.source)
    for output in cell.outputs if asks else []:
        if "data" not in output:                # printed, before the question
            continue
        text = output.data["text/plain"]
        before, _, answer = text.partition("\nanswer: ") if asks[1] == "ask" else ("", "", text)
        output.data["text/html"] = (f"<p>{html.escape(before)}</p><details><summary>Answer</summary>"
                                    f"<pre>{html.escape(answer)}</pre></details>")


def text_of(notebook: NotebookNode) -> str:
    """The file's text as JupyterLab would write it."""
    return nbformat.writes(notebook) + "\n"


def complaints(path: Path) -> list[str]:
    """What is wrong with a notebook as a file, in sentences."""
    before = path.read_text(encoding="utf-8")
    notebook = nbformat.reads(before, as_version=4)
    found = [f"{path.name}, cell {cell.id}: promises a text but has none: make notebooks N={path.stem} runs it"
             for cell in notebook.cells if PROMISE in cell.metadata.get("tags", []) and not cell.outputs]
    found += [f"{path.name}, cell {cell.id}: what follows an answer needs a cell of its own, or it sticks to it"
              for cell in notebook.cells if cell.cell_type == "markdown" and re.search(r"</details>\s*\S", cell.source)]
    strip(notebook)
    if text_of(notebook) != before:
        found.append(f"{path.name} is not stripped: make strip N={path.stem}")
    return found


def execute(path: Path) -> NotebookNode:
    """The notebook, run from top to bottom in its own folder. An error in a cell ends all."""
    notebook = nbformat.read(path, as_version=4)
    client = NotebookClient(notebook, timeout=600, kernel_name="python3", store_widget_state=False,
                            coalesce_streams=True, resources={"metadata": {"path": str(path.parent)}},
                            extra_arguments=["--log-level=ERROR"])
    try:
        return client.execute()
    except CellExecutionError as error:
        sys.exit(f"{path.name} stops with {error.ename}: {error.evalue}")


def store_promises(path: Path) -> None:
    """Run a notebook and store what its promising cells say now."""
    notebook = execute(path)
    for cell in notebook.cells:
        if PROMISE in cell.metadata.get("tags", []):
            rich = {kind for output in cell.outputs for kind in output.get("data", {})} - NOT_COMPARED
            if rich:
                sys.exit(f"{path.name}, cell {cell.id}: a promise is text, but the cell also shows"
                         f" {', '.join(sorted(rich))}, which nbval would compare: print(...) it instead")
    strip(notebook)
    path.write_text(text_of(notebook), encoding="utf-8")


# ---- the HTML edition ----

# nbconvert's own page, without the scripts that it would fetch from elsewhere, and dark for readers who like it dark.
PARTS = {
    **dict.fromkeys(("html_head_js", "jupyter_widgets", "html_head_js_mathjax", "html_head_js_mermaidjs"), ""),
    "html_head_css": """
        {%- set dark = resources.include_css("static/theme-dark.css") | string -%}
        {{ dark | replace('<style type="text/css">', '<style media="(prefers-color-scheme: dark)">') | safe }}
        <style>
          :root { color-scheme: light dark; }
          body.jp-Notebook { padding: 1rem; background: var(--jp-layout-color0); }
          main { max-width: 76rem; margin: 0 auto; }
          .jp-MarkdownOutput > :is(p, ul, ol, blockquote, details) { max-width: 56rem; }
          .jp-RenderedHTMLCommon table { margin-left: 0; }
          .jp-OutputArea-output pre { word-break: normal; overflow-wrap: anywhere; }  /* between words, not in them */
          .jp-OutputArea-prompt:empty { padding: 0 6px; }     /* as wide as one that says Out[1] */
        </style>
        <script>""" + frames.SCRIPT + "</script>",
    "body_header": '<body class="jp-Notebook"><main>',
}
TEMPLATE = "{% extends 'lab/index.html.j2' %}" + "".join(
    f"{{% block {name} %}}{text}{{% endblock %}}" for name, text in PARTS.items())
LINK = re.compile(r"(?<=\]\()(?![a-z]+:|#)([^)#\s]+)")       # the file in a Markdown link
FETCHING = {"script": "src", "link": "href", "img": "src", "iframe": "src"}

INDEX = """<!DOCTYPE html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>dslab</title>
<style>
  :root {{ color-scheme: light dark; font: 1.1rem/1.6 system-ui, sans-serif; }}
  body {{ max-width: 42rem; margin: 3rem auto; padding: 0 1rem; }}
  h1 {{ font-size: 1.6rem; text-wrap: balance; }}
  li {{ margin: .4rem 0; }}
</style>
<h1>dslab: distributed systems, step by step</h1>
<p>The chapters as pages: every run plays here, without a kernel and without a network.
To change a run, open the notebooks: <code>make lab</code>.</p>
<ul>
{chapters}
</ul>
</html>
"""


def title(notebook: NotebookNode) -> str:
    """The first heading."""
    text = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    heading = re.search(r"^# +(.+)", text, re.M)
    return heading[1] if heading else "Untitled"


def write_page(path: Path, site: Path, *, deck: bool = False) -> str:
    """Write one chapter as a page, or as a deck; returns its title."""
    notebook = execute(path)
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            cell.source = LINK.sub(lambda link: linked(link[1], path, site), cell.source)
    players = frames.lift(notebook)
    page = slides.deck(notebook, name=title(notebook), head=PARTS["html_head_css"]) if deck else paged(notebook)
    page = frames.put_back(page, players)
    if fetched(page):
        sys.exit(f"{path.name}: the page would not work offline, it fetches {', '.join(fetched(page))}")
    (site / path.name).with_suffix(".html").write_text(page, encoding="utf-8")
    return title(notebook)


def paged(notebook: NotebookNode) -> str:
    """All of a chapter, below each other."""
    exporter = HTMLExporter(raw_template=TEMPLATE)      # embed_images would unfold all answers: it closes <details>
    page, _ = exporter.from_notebook_node(notebook, resources={"metadata": {"name": title(notebook)}})
    return page


def fetched(page: str) -> list[str]:
    """What a browser would load from elsewhere to show the page."""
    soup = BeautifulSoup(page, "html.parser")
    named = [tag.get(key, "") for name, key in FETCHING.items() for tag in soup.find_all(name)]
    styles = " ".join(style.get_text() for style in soup.find_all("style"))
    return [address for address in named + re.findall(r"(?:url\(|@import)[\s\"']*([^\"')]+)", styles)
            if re.match("(https?:)?//", address)]


def linked(link: str, path: Path, site: Path) -> str:
    """Where a link leads in the pages: to a chapter's page, or to a copy of the file, as plain text."""
    if link.endswith(".ipynb") and "/" not in link:
        return link.removesuffix(".ipynb") + ".html"
    target = (path.parent / link).resolve()
    if not target.is_file():
        return link
    copy = Path("files", *target.relative_to(ROOT).parts)
    if copy.suffix not in {".png", ".svg", ".html", ".pdf"}:
        copy = copy.with_name(copy.name + ".txt")
    (site / copy).parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(target, site / copy)
    return copy.as_posix()


def write_site(paths: list[Path], site: Path = SITE, *, deck: bool = False) -> None:
    """Write all pages, or all decks, and the page that lists them."""
    os.environ["DSLAB_STATIC"] = "1"        # tells `play` to show a player that needs no kernel
    site.mkdir(parents=True, exist_ok=True)
    chapters = []
    for path in paths:
        print(f"{path.name} ...", flush=True)
        name = html.escape(write_page(path, site, deck=deck))
        chapters.append(f'<li><a href="{path.with_suffix(".html").name}">{name}</a></li>')
    (site / "index.html").write_text(INDEX.format(chapters="\n".join(chapters)), encoding="utf-8")
    print(f"Open {site / 'index.html'} in a browser.")


def named(name: str) -> Path:
    """A notebook by its path, or by what it is called in notebooks/, such as 04_broadcast."""
    for path in Path(name), ROOT / "notebooks" / name, ROOT / "notebooks" / f"{name}.ipynb":
        if path.is_file():
            return path.resolve()
    sys.exit(f"there is no notebook {name}: expected a path, or one of {', '.join(path.stem for path in NOTEBOOKS)}")


def main(command: str = "", *names: str) -> None:
    """Do one of the five things to the notebooks named, or to all."""
    paths = [named(name) for name in names] or NOTEBOOKS
    if command == "strip":
        for path in paths:
            notebook = nbformat.read(path, as_version=4)
            strip(notebook)
            path.write_text(text_of(notebook), encoding="utf-8")
    elif command == "check":
        sys.exit("\n".join(sentence for path in paths for sentence in complaints(path)) or None)
    elif command == "run":
        for path in paths:
            store_promises(path)
    elif command == "site":
        write_site(paths)
    elif command == "slides":
        write_site(paths, DECKS, deck=True)
    else:
        sys.exit(__doc__)


if __name__ == "__main__":
    main(*sys.argv[1:])

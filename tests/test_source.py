"""`source` shows the code that runs, wherever it was written."""

import builtins
import linecache
import subprocess
import sys
from functools import partial
from html.parser import HTMLParser
from pathlib import Path

import pytest
import samples
from samples import Ping, Quiet, Sender

from dslab.diagrams import source as module
from dslab.diagrams.source import CARD, INK, SOFT, TEXT, source
from dslab.values import DslabError

ROOT = Path(__file__).parent.parent


def lines_of(name):
    """Where the package's own file has this line, counted from 1."""
    lines = (ROOT / "dslab/diagrams/source.py").read_text(encoding="utf-8").splitlines()
    return next(number for number, line in enumerate(lines, 1) if line.startswith(name))


def cell(code, name="/tmp/ipykernel_77/1234.py"):
    """What a notebook does with a cell: it is compiled under a name that no file has."""
    linecache.cache[name] = (len(code), None, code.splitlines(keepends=True), name)
    space = {"__name__": "__main__"}
    exec(compile(code, name, "exec"), space)
    return space


@pytest.fixture(autouse=True)
def no_cells_of_other_tests():
    yield
    for name in [name for name in linecache.cache if "ipykernel_" in name]:
        del linecache.cache[name]


# ---- what is shown -----------------------------------------------------------------------------------------


def test_a_method_shows_its_place_and_its_lines():
    assert str(source(Sender.on_start)).splitlines()[1:] == [
        "def on_start(self):",
        '    if self.id == "A":',
        '        self.set_timer("beat", 10)',
    ]
    first = lines_of("def _figure")
    assert (
        str(source(module._figure))
        .splitlines()[0]
        .startswith(f"# _figure: dslab/diagrams/source.py, lines {first}–")
    )


def test_a_message_shows_its_decorator():
    assert str(source(Ping)).splitlines()[1:] == ["@message", "class Ping:", "    n: int = 0"]


def test_a_module_is_shown_whole():
    shown = str(source(module))
    last = len((ROOT / "dslab/diagrams/source.py").read_text(encoding="utf-8").splitlines())
    assert shown.startswith(f'# dslab.diagrams.source: dslab/diagrams/source.py, lines 1–{last}\n"""`source(')


def test_several_pieces_stand_below_each_other():
    shown = source(Quiet.init, Quiet.on_ping)
    assert [piece.caption.partition(", line")[0] for piece in shown.pieces] == [
        "Quiet.init: samples.py",
        "Quiet.on_ping: samples.py",
    ]
    assert str(shown) == f"{source(Quiet.init)}\n\n{source(Quiet.on_ping)}"


@pytest.mark.parametrize("what", [Quiet("A").on_ping, partial(Quiet.on_ping, 1), staticmethod(Quiet.on_ping)])
def test_what_is_wrapped_round_a_function_does_not_matter(what):
    assert str(source(what)) == str(source(Quiet.on_ping))


def test_a_property_shows_its_function():
    assert "def caption(self)" in str(source(module.Excerpt.caption))


def test_the_text_is_the_same_in_every_process():
    code = "from dslab import source; from dslab.diagrams.source import Source; print(repr(source(Source)))"
    made = subprocess.check_output([sys.executable, "-c", code], cwd=ROOT, text=True, encoding="utf-8")
    assert made == f"{source(module.Source)!r}\n"


# ---- cells of a notebook -----------------------------------------------------------------------------------

CELL = """\
from dslab import Node, message

@message
class Hello:
    text: str

class Talker(Node):
    def on_hello(self, src, msg):
        self.note("heard " + msg.text)
"""


def test_a_class_from_a_cell_is_found():
    space = cell(CELL)
    assert str(source(space["Talker"])).splitlines() == [
        "# Talker: a cell of this notebook, lines 7–9",
        "class Talker(Node):",
        "    def on_hello(self, src, msg):",
        '        self.note("heard " + msg.text)',
    ]
    assert str(source(space["Talker"].on_hello)).startswith(
        "# Talker.on_hello: a cell of this notebook, lines 8–9\ndef"
    )


def test_a_message_from_a_cell_is_found_though_it_has_no_methods():
    space = cell(CELL)
    assert str(source(space["Hello"])) == (
        "# Hello: a cell of this notebook, lines 3–5\n@message\nclass Hello:\n    text: str"
    )


def test_an_earlier_class_of_the_same_name_is_not_taken_for_it():
    first = cell(CELL)
    second = cell(CELL.replace("heard", "got").replace("text", "words"), name="/tmp/ipykernel_77/5678.py")
    assert "heard" in str(source(first["Talker"])) and "text: str" in str(source(first["Hello"]))
    assert "got" in str(source(second["Talker"])) and "words: str" in str(source(second["Hello"]))


def test_a_cell_with_magics_does_not_hinder_the_search():
    linecache.cache["/tmp/ipykernel_77/9.py"] = (9, None, ["%matplotlib inline\n", "class Hello:\n"], "9")
    assert "text: str" in str(source(cell(CELL)["Hello"]))


# ---- what cannot be shown ----------------------------------------------------------------------------------


@pytest.mark.parametrize("what", [len, int, builtins])
def test_what_is_built_in_is_said_to_be_so(what):
    name = what.__name__
    with pytest.raises(
        DslabError, match=f"^the source of {name} cannot be found: it is built in, or the cell or file in"
    ):
        source(what)


def test_a_class_whose_cell_is_gone_is_said_to_be_so():
    space = cell(CELL)
    linecache.cache.clear()
    for name in ("Talker", "Hello"):
        with pytest.raises(DslabError, match=f"^the source of {name} cannot be found"):
            source(space[name])


@pytest.mark.parametrize("what", [3, "Raft", None, [Quiet], Ping(1)])
def test_a_value_has_no_source(what):
    with pytest.raises(DslabError, match="expected a class, a method, a function or a module"):
        source(what)


def test_a_node_names_its_class():
    with pytest.raises(DslabError, match=r"or a module; the class is source\(Quiet\)$"):
        source(Quiet("A"))


def test_nothing_asked_for_is_a_mistake():
    with pytest.raises(DslabError, match=r"such as source\(Raft.on_vote\)"):
        source()


# ---- HTML --------------------------------------------------------------------------------------------------


class Reader(HTMLParser):
    """The tags and the text of a page."""

    def __init__(self, page):
        super().__init__()
        self.tags, self.attributes, self.inside, self.text = set(), set(), [], ""
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.inside.append((tag, dict(attrs).get("class")))

    def handle_endtag(self, tag):
        assert self.inside.pop()[0] == tag

    def handle_data(self, data):
        if ("pre", None) in self.inside and ("span", "dslab-line") not in self.inside:
            self.text += data


def test_the_page_holds_the_code_and_nothing_else():
    shown = source(Sender, module)
    page = Reader(shown._repr_html_())
    assert page.text == "".join(piece.code for piece in shown.pieces)
    assert page.tags == {"div", "style", "figure", "figcaption", "pre", "code", "span"}
    assert page.attributes == {"class", "tabindex", "role", "aria-label"}
    assert shown._repr_html_() == source(Sender, module)._repr_html_()


def test_hostile_code_is_text():
    code = 'def trick():\n    return "</pre><script>alert(1)</script>&amp;"\n'
    page = Reader(source(cell(code)["trick"])._repr_html_())
    assert "script" not in page.tags
    assert page.text == code.rstrip()


def test_without_pygments_the_code_is_plain(monkeypatch):
    monkeypatch.setitem(sys.modules, "pygments", None)
    shown = source(samples.Sender)
    page = Reader(shown._repr_html_())
    assert page.text == shown.pieces[0].code


def luminance(colour):
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
def test_the_code_is_legible_in_both_themes(theme):
    """WCAG 2: a contrast of at least 4.5."""
    for colours in (*INK.values(), TEXT, SOFT):
        dark, light = sorted((luminance(colours[theme]), luminance(CARD[theme])))
        assert (light + 0.05) / (dark + 0.05) >= 4.5, colours

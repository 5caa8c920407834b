"""What the pages for contributors name is there, and a stranger who follows them passes, or is told why."""

import importlib.util
import re
from dataclasses import replace
from pathlib import Path

import exercise_rules as rules
import protocol_rules
import pytest
import small_exercise
from sentences import refuse

import dslab
from dslab import reasons, testing
from dslab.checkers import specs
from dslab.grader import demands
from dslab.grader.judging import examine
from dslab.grader.stages import Tally

ROOT = Path(__file__).parent.parent
PAGES = ("CONTRIBUTING.md", "README.md", "DESIGN.md")
BASES = ("", "dslab", "dslab/player/js", "tests", "notebooks", "tools")      # where a path on a page may begin
WHITE = re.compile(r"\s+")

each_page = pytest.mark.parametrize("page", PAGES)


def text(page: str) -> str:
    return (ROOT / page).read_text(encoding="utf-8")


def spans(page: str) -> list[str]:
    """What stands between `backquotes`, and the lines of shell examples."""
    shell = re.findall(r"```console\n(.*?)```", text(page), re.S)
    prose = re.sub(r"```.*?```", "", text(page), flags=re.S)
    return [WHITE.sub(" ", span) for span in re.findall(r"`([^`]+)`", prose)] + "".join(shell).splitlines()


def paths(page: str) -> list[str]:
    """What looks like a file or a folder: it has an ending of ours, or a slash at its end."""
    words = [word for span in spans(page) for word in span.split()]
    named = [word for word in words if re.fullmatch(r"[\w./*<>-]+(\.(py|md|js|json|ipynb|toml|yml|txt)|\w/)", word)]
    return named + re.findall(r"\]\((?![a-z]+:|#)([^)#]+)", text(page))


def is_there(path: str) -> bool:
    """A <name> stands for any."""
    pattern = re.sub(r"<\w+>", "*", path).rstrip("/")
    return any(next((ROOT / base).glob(pattern), None) for base in BASES) or bool(re.match(r"\.venv|build", path))


@each_page
def test_every_path_leads_somewhere(page):
    assert len(paths(page)) > 5
    refuse(f"{page} names {path}, and there is no such file" for path in paths(page)
           if not (is_there(path) or "/" not in path and next((ROOT / "dslab").rglob(path), None)))


@each_page
def test_every_make_target_is_there(page):
    targets = set(text("Makefile").split(".PHONY: ")[1].split())
    refuse(f"{page} says make {target}, and the Makefile does not" for span in spans(page)
           for target in re.findall(r"\bmake ([a-z]\w*)", span) if target not in targets)


@each_page
def test_every_name_of_the_package_is_there(page):
    """Dotted ones, such as `dslab.testing.history`."""
    refuse(f"{page} names {name}, and there is none" for span in spans(page)
           for name in re.findall(r"\bdslab(?:\.[A-Za-z_]\w*)+", span) if not name.endswith((".py", ".md"))
           if not resolves(name))


def resolves(name: str) -> bool:
    found, *parts = name.split(".")
    thing = importlib.import_module(found)
    for part in parts:
        found = f"{found}.{part}"
        try:
            thing = importlib.import_module(found)
        except ModuleNotFoundError:
            thing = getattr(thing, part, None)
    return thing is not None


def test_every_word_in_contributing_is_a_name_of_the_course():
    """Single words that are names: of the package, its kit, its specifications and demands, or of a protocol."""
    known = {*dslab.__all__, *dir(testing), *dir(specs), *dir(demands), *dir(reasons), "PROMISES", "DEMO", "EXERCISES"}
    sources = "\n".join(file.read_text(encoding="utf-8") for folder in ("dslab", "tests", "tools")
                        for file in (ROOT / folder).rglob("*.*") if file.suffix in (".py", ".js", ".json", ".html")
                        and "node_modules" not in file.parts)
    words = [span for span in spans("CONTRIBUTING.md") if re.fullmatch(r"[A-Za-z_]\w*(\(\))?", span)]
    allowed = {"Start", "Recover", "Timer", "N"}             # what a message cannot be called; a variable of make
    refuse(f"CONTRIBUTING.md names {word}, and nothing in the repository is called so" for word in words
           if word not in known | allowed and not re.search(rf"\b{word.removesuffix('()')}\b", sources))


def test_contributing_is_one_page():
    """And below it the table of the tests that take long."""
    page, _, _ = text("CONTRIBUTING.md").partition("## What takes long")
    assert len(page.splitlines()) <= 100


# ---- a stranger's protocol -------------------------------------------------------------------------------------------

PROTOCOL = '''"""Hello: one greets, the other answers.

Source: none, it is a test.
"""

from dslab.network import Network, constant
from dslab.node import Node, message
from dslab.properties import in_the_end
from dslab.run import Run


@message
class Hello:
    text: str


class Greeter(Node):
    """Greets all others, once."""

    shown = ("heard",)

    def init(self):
        self.heard = []                     # greetings, as they came

    def on_start(self):
        self.broadcast(Hello("hi"))

    def on_hello(self, src, msg):
        self.heard.append(msg.text)
        self.output("heard", src)


@in_the_end
def all_hear_all(world):
    pairs = {(output.node, output.values[0]) for output in world.outputs("heard")}
    if len(pairs) < len(world.nodes) * (len(world.nodes) - 1):
        return f"only {len(pairs)} greetings are heard"


PROMISES = (all_hear_all,)
DEMO = Run(Greeter, 2, network=Network(latency=constant(10)), title="Hello")
'''

MISTAKES = {                    # what a stranger did -> from, to, the sentence
    "no docstring": ('"""Hello: one greets, the other answers.', '"""', "begins with '': expected a docstring"),
    "no docstring of a class": ('    """Greets all others, once."""\n', "", "Greeter: it has no docstring"),
    "no properties": ("PROMISES = ", "CLAIMS = ", "has DEMO and no PROMISES"),
    "no demo": ("DEMO = ", "EXAMPLE = ", "has PROMISES and no DEMO"),
    "one property": ("(all_hear_all,)", "all_hear_all", "PROMISES is a tuple of properties, not in the end: all hear"),
    "a bare function": ("@in_the_end\n", "", "PROMISES has all_hear_all, which is no property: put @always,"),
    "properties of another kind": ("PROMISES = (", "OTHER_PROMISES = ()\nPROMISES = (", "it has no OTHER_PROMISES"),
    "no title": (', title="Hello"', "", "DEMO has no title"),
    "a misspelt attribute": ('("heard",)', '("heart",)', "'heart', which init does not assign. Did you mean 'heard'?"),
    "a misspelt handler": ("def on_hello", "def on_helo", "DEMO stops. Greeter has no handler on_hello"),
    "a demo that breaks it": ('self.output("heard", src)', 'self.note("heard")',
                              "'all hear all' (in the end) is broken at step 3: only 0 greetings are heard"),
    "a demo that is too short": ("title=", "duration=5, title=", "'all hear all' (in the end) is not decided"),
    "a long handler": ('        self.output("heard", src)\n', '        self.output("heard", src)\n' * 30,
                       "on_hello has 32 lines, and a function of a protocol at most 25"),
}


def imported(source: str, folder: Path):
    (folder / "stranger.py").write_text(source, encoding="utf-8")
    spec = importlib.util.spec_from_file_location("stranger", folder / "stranger.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_a_stranger_s_protocol_keeps_all_rules(tmp_path):
    refuse(protocol_rules.complaints(imported(PROTOCOL, tmp_path)))


@pytest.mark.parametrize("mistake", MISTAKES)
def test_each_mistake_in_it_gets_its_sentence(mistake, tmp_path):
    found, instead, sentence = MISTAKES[mistake]
    assert found in PROTOCOL
    said = protocol_rules.complaints(imported(PROTOCOL.replace(found, instead, 1), tmp_path))
    assert len(said) == 1 and said[0].startswith("stranger.py") and sentence in said[0], said


# ---- a stranger's exercise -------------------------------------------------------------------------------------------

EXERCISE = small_exercise.EXERCISES[0]
FLAWS = {                       # what a stranger wrote -> the rule that notices it, and its sentence
    "no mistakes": (rules.incomplete, {"wrong": ()}, "`wrong` has 0, and needs at least 5"),
    "no other answers": (rules.incomplete, {"right": ()}, "`right` has 0, and needs at least 2"),
    "a demand without its rule": (rules.incomplete, {"demands": (replace(EXERCISE.demands[0], rule=""),)},
                                  "needs the rule that is broken"),
    "a start that is complete": (rules.not_blank, {"base": small_exercise.Reference, "reference":
                                                   type("Other", (small_exercise.Reference,), {})}, "is"),
}


@pytest.mark.parametrize("flaw", FLAWS)
def test_each_flaw_of_an_exercise_gets_its_sentence(flaw):
    rule, change, sentence = FLAWS[flaw]
    assert [*rule(EXERCISE)] == []
    said = [*rule(replace(EXERCISE, **change))]
    assert said and said[0].startswith("exercise 9.1: ") and sentence in said[0], said


def test_a_mistake_that_is_found_for_another_reason_is_named_with_both():
    attempt, words = EXERCISE.wrong[0]
    report = examine(EXERCISE, attempt, Tally())
    assert [*rules.undetected(EXERCISE, attempt, words, report)] == []
    said, = rules.undetected(EXERCISE, attempt, "twice too often", report)
    assert attempt.__name__ in said and words in said and "'twice too often'" in said


def test_a_mistake_that_nothing_finds_is_named_with_what_to_do():
    said, = rules.undetected(EXERCISE, EXERCISE.reference, "", examine(EXERCISE, EXERCISE.reference, Tally()))
    assert "the mistake Reference is judged right" in said and "Let a scenario show it" in said

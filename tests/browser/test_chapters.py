"""Cells of the chapters as a reader meets them in JupyterLab: a player does what it is told."""

import re

import nbformat
import pytest
from playwright.sync_api import Locator, expect

import notebooks
from dslab import simulate
from dslab.player.payload import title
from dslab.protocols.raft import DEMO

pytestmark = pytest.mark.browser

TRACE = simulate(DEMO)
ELECTED = TRACE.outputs("leader")[0]


@pytest.fixture
def run(lab, course):
    """Run two cells of a chapter, its imports and another: that all run together, test_no_answer_before.py shows."""
    def run(chapter: str, cell: str) -> None:
        notebook = nbformat.read(notebooks.named(chapter), as_version=4)
        notebook.cells = [one for one in notebook.cells if one.id in ("imports", cell)]
        assert [one.id for one in notebook.cells] == ["imports", cell]
        nbformat.write(notebook, course / f"{chapter}_{cell}.ipynb")
        lab.open(f"{chapter}_{cell}.ipynb")
        lab.run_all()
        assert lab.complaints() == []
    return run


def test_an_attack_is_played_from_the_table_of_chapter_2(run, lab, errors):
    run("02_models", "table-print")
    asking = lab.page.locator(".dslab-question").filter(has_text="do signatures still lower")
    asking.get_by_role("button", name="I give up").press("Enter")
    table = lab.page.locator(".dslab-grid")
    cell = table.get_by_title("all synchronous, Byzantine: 4 runs")
    expect(cell).to_have_text("3t + 1")
    expect(table.get_by_title("nodes may be slow, Byzantine: no runs")).to_be_disabled()
    cell.press("Enter")
    told = table.get_by_role("region", name="all synchronous, Byzantine: 3t + 1")
    expect(told).to_contain_text("the loyal commander says attack, and B obeys retreat")
    names, values = told.locator("dt").all(), told.locator("dd").all()
    places = [(name.bounding_box()["y"], value.bounding_box()["y"]) for name, value in zip(names, values, strict=True)]
    assert all(name == value for name, value in places), "a name stands beside what is said of it"
    told.get_by_role("button", name="Play OM(1), 3 generals, 1 traitor").press("Enter")
    expect(table.locator(".dslab-player .dslab-title")).to_contain_text("3 generals, OM(1)")
    assert errors == []


# ---- one player, in chapter 7 ----

class Cluster:
    """A player as a reader without eyes meets it: by the names of its controls and by what it says."""

    def __init__(self, element: Locator) -> None:
        self.element = element
        self.status = element.locator(".dslab-sentence [aria-live]")
        self.slider = element.get_by_role("slider", name="Step")

    def at(self, step: int | str) -> None:
        """Wait until it says that this is the step."""
        expect(self.status).to_have_text(re.compile(rf"^Step {step} of \d+, "))

    def scrub(self, step: int) -> None:
        self.slider.fill(str(step))
        self.at(step)

    def last(self) -> None:
        """Go to the last step."""
        self.slider.press("End")
        self.at(self.slider.get_attribute("max"))

    def click(self, name: str) -> None:
        self.element.get_by_role("button", name=name, exact=True).click()

    def node(self, name: str) -> Locator:
        return self.element.locator(f"[data-key='node {name}']")

    def is_said_to_be(self, name: str, *words: str) -> None:
        """Wait until the node's description, `Node A, leader, term 1, up`, has these words."""
        expect(self.node(name)).to_have_attribute("aria-label", re.compile(".*, ".join(words)))

    def leaders(self) -> dict[str, int]:
        """The nodes that lead, each with its term."""
        labels = self.element.locator("[data-key^='node ']").evaluate_all(
            "nodes => nodes.map(node => node.getAttribute('aria-label'))")
        found = (re.match(r"Node (\w+), leader, term (\d+)", label) for label in labels)
        return {match[1]: int(match[2]) for match in found if match}


@pytest.fixture
def cluster(run, lab) -> Cluster:
    """The player of Raft's demonstration in chapter 7."""
    run("07_consensus", "demo-play")
    cluster = Cluster(lab.page.get_by_role("group", name=f"Player: {title(TRACE)}", exact=True).first)
    cluster.element.scroll_into_view_if_needed()
    question = cluster.element.locator(".dslab-question")
    while question.get_attribute("data-phase") != "closed":
        cluster.element.press("Y")                      # give up
        cluster.element.press("y")                      # to the answer
        expect(question).to_have_attribute("data-phase", "seen")
        cluster.element.press("y")                      # to the next question, or close the card
        expect(question).not_to_have_attribute("data-phase", "seen")
    return cluster


def test_the_player_steps_plays_and_crashes_the_leader(errors, lab, cluster):
    before = len(lab.sent)
    scrubs_and_steps(cluster)
    assert before and lab.sent[before:] == []       # none of that needs the kernel
    plays(cluster)
    old, term = ELECTED.node, ELECTED.values[0]
    cluster.scrub(ELECTED.step)
    assert cluster.leaders() == {old: term}
    crash(cluster, old)
    cluster.last()
    (new, later), = cluster.leaders().items()
    assert new != old and later > term
    undo(cluster, old)
    assert errors == []


def scrubs_and_steps(cluster: Cluster) -> None:
    cluster.scrub(10)
    cluster.slider.press("ArrowRight")
    cluster.at(11)
    cluster.element.focus()                         # the keys belong to the player, not only to its slider
    cluster.element.press("ArrowLeft")
    cluster.at(10)


def plays(cluster: Cluster) -> None:
    cluster.click("Play")
    expect(cluster.slider).not_to_have_value(re.compile("^1[0-2]$"))
    cluster.click("Pause")
    cluster.at(r"\d+")
    assert int(cluster.slider.input_value()) > 12


def crash(cluster: Cluster, name: str) -> None:
    cluster.node(name).click()
    cluster.click("Crash it now")
    cluster.is_said_to_be(name, "down")
    cluster.click("Script")
    script = cluster.element.get_by_role("region", name="Script")
    expect(script).to_contain_text(f"crash({name!r})")
    assert script.inner_text().count(f"crash({name!r})") == 2         # the demonstration's, and this one
    cluster.click("Script")


def undo(cluster: Cluster, name: str) -> None:
    button = cluster.element.get_by_role("button", name="Undo the last change")
    button.click()
    expect(button).to_be_hidden()
    cluster.is_said_to_be(name, "leader")
    cluster.last()
    assert list(cluster.leaders()) == [output.node for output in TRACE.outputs("leader")][-1:]

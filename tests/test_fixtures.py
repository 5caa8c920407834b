"""The fixtures of chapters 5 and 6 as the lecture notes have them, each a golden text: read it beside the figure."""

from pathlib import Path

import pytest

from dslab import diagram, linearizable, simulate
from dslab.checkers.lines import LECTURE, read_lines
from dslab.checkers.specs import CAS_REGISTER
from dslab.protocols import abd, quorums
from dslab.protocols.replicated_set import WithoutTombstones, add_lost, remove_lost

GOLDEN = Path(__file__).parent / "golden" / "fixtures"
RUNS = {
    "D5.3, a remove is lost": remove_lost(),
    "D5.3, an add is lost": add_lost(),
    "D5.3, a remove is lost, without tombstones": remove_lost(WithoutTombstones),
    "D5.3, an add is lost, without tombstones": add_lost(WithoutTombstones),
    "D5.8": quorums.fixture(),
    "D6.7": abd.fixture(),
    "D6.7, with write-back": abd.fixture(abd.ABD),
}


@pytest.mark.parametrize("name", ["D5.3", "D5.8", "D6.7"])
def test_a_fixture_has_the_golden_trace(name, golden):
    traces = (f"{title}\n\n{simulate(run).table()}\n" for title, run in RUNS.items() if title.partition(",")[0] == name)
    golden(GOLDEN / f"{name}.txt", "\n".join(traces))


def test_the_history_of_the_lecture_has_the_golden_verdict(golden):
    """D6.5: no order; if B's last read returned 4 there would be some."""
    read = LECTURE.replace("B: get -> 2 [7.85", "B: get -> 4 [7.85")
    texts = (str(diagram(linearizable(read_lines(text), CAS_REGISTER))) for text in (LECTURE, read))
    golden(GOLDEN / "D6.5.txt", "\n\n".join(texts) + "\n")

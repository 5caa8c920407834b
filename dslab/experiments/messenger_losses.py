"""Two generals: all patterns of lost messages, and the effect of sending many copies."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations

from dslab.network import Network, constant
from dslab.protocols.two_generals import ATTACKS, AtOnce, generals, last_needed, messenger
from dslab.run import Run
from dslab.script import at, drop
from dslab.simulator.simulate import simulate
from dslab.trace import Trace


@dataclass(frozen=True)
class Pattern:
    """A pattern of lost messages, by number, and the generals that attack then."""

    lost: tuple[int, ...]
    attacking: tuple[str, ...]

    @property
    def fails(self) -> bool:
        """Whether one general attacks alone."""
        return len(self.attacking) == 1


def losing(run: Run, lost: Iterable[int]) -> Run:
    """The run in which these messages are lost, by number: 1 carries the plan, 2 acknowledges it, ..."""
    return run.plus(*(at(0, drop(messenger(number))) for number in lost))


def patterns(messengers: int, needs: Mapping[str, int]) -> Iterator[Pattern]:
    """All 2 ** messengers patterns of loss, those with few losses first."""
    run = generals(messengers, needs)
    for many in range(messengers + 1):
        for lost in combinations(range(1, messengers + 1), many):
            outputs = simulate(losing(run, lost), states=False).outputs(ATTACKS)
            yield Pattern(lost, tuple(sorted(output.node for output in outputs)))


RULES = {
    "A attacks at once": lambda messengers: {"A": 0, "B": 1},
    "A waits for one answer": lambda messengers: {"A": 2, "B": 1},
    "both wait for the last message they can get": last_needed,
}


def loss_table(most: int = 6) -> str:
    """For each rule and number of messages: how many patterns leave a general attacking alone, and the least one."""
    lines = [f"{'rule':43}  {'messages':>8}  {'patterns':>8}  {'one alone':>9}  it is enough to lose"]
    for rule, needs in RULES.items():
        for messengers in range(max(needs(1).values()), most + 1):
            found = list(patterns(messengers, needs(messengers)))
            bad = [pattern for pattern in found if pattern.fails]
            least = f"message {bad[0].lost[0]}: {bad[0].attacking[0]} attacks alone"
            lines.append(f"{rule:43}  {messengers:8}  {len(found):8}  {len(bad):9}  {least}")
    return "\n".join(lines)


def story(trace: Trace) -> str:
    """The knowledge that each arriving message adds, and what each general does at dawn: a line each."""
    lines = []
    for step in trace.steps:
        if "knows" in step.changes:
            number, fact = step.changes["heard"], step.changes["knows"][-1]
            lines.append(f"{step.time:g} ms: {step.node} hears message {number} and knows that {fact}")
        lines += [f"{step.time:g} ms: {step.node} {name}" for name, in step.outputs]
    return "\n".join(lines)


def failures(copies: int, loss: float, runs: int, *, seed: int = 0) -> int:
    """The number of runs, of `runs`, in which a general attacks alone if the plan is sent in `copies` copies.

    A attacks in any case, B if a copy arrives: so the probability is loss ** copies, and never 0.
    """
    run = generals(1, protocol=AtOnce, copies=copies, network=Network(latency=constant(20), loss=loss))
    traces = (simulate(run.replace(seed=seed + number), states=False) for number in range(runs))
    return sum(len(trace.outputs(ATTACKS)) == 1 for trace in traces)

"""The quality of service of failure detectors: mistakes, detection times, and message load.

They apply to any trace whose nodes output "suspect" and "trust". An "eventually" cannot be decided in a finite run: the
caller gives the time from which the network is good, and the time after that is judged.

Sources: Chandra and Toueg 1996 for completeness and accuracy; Hayashibara et al. 2004 for φ; Das, Gupta and Motivala
2002, sections 3 and 5, for SWIM.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import inf, log
from statistics import NormalDist, mean
from typing import Any

from dslab.network import Latency, Network
from dslab.node import Node
from dslab.protocols.failure_detectors import PhiAccrual, for_ever
from dslab.protocols.swim import PERIOD, Swim, group
from dslab.run import Run
from dslab.script import at, crash
from dslab.simulator.simulate import simulate
from dslab.trace import Trace

# ---- suspicions ------------------------------------------------------------------------------------------------------

@dataclass
class Suspicion:
    """An interval in which one node suspects another, in ms of true time."""

    observer: str
    subject: str
    begin: float
    mistaken: bool          # whether the subject was up when it began
    step: int               # the step at which it began
    end: float = inf        # inf: it lasts until the run ends


def suspicions(trace: Trace) -> list[Suspicion]:
    """All suspicions of a run, in the order of their beginnings. A crash of an observer ends its suspicions."""
    found: list[Suspicion] = []
    lasting: dict[tuple[str, str], Suspicion] = {}
    down: set[str] = set()
    for step in trace.steps:
        if step.kind == "crash":
            down.add(step.node)
            for pair in [pair for pair in lasting if pair[0] == step.node]:
                lasting.pop(pair).end = step.time
        elif step.kind == "recover":
            down.discard(step.node)
        for name, *values in step.outputs:
            pair = (step.node, *values[:1])
            if name == "suspect" and pair not in lasting:
                lasting[pair] = Suspicion(*pair, step.time, pair[1] not in down, step.index)
                found.append(lasting[pair])
            elif name == "trust" and pair in lasting:
                lasting.pop(pair).end = step.time
    return found


def mistakes(trace: Trace, *, since: float = 0, until: float = inf) -> list[Suspicion]:
    """The suspicions of nodes that were up, among those that began between two times, in ms."""
    return [one for one in suspicions(trace) if one.mistaken and since <= one.begin < until]


def crashes(trace: Trace) -> dict[str, float]:
    """The nodes that are down at the end -> the time of the crash, in ms."""
    found = {}
    for step in trace.steps:
        if step.kind == "crash":
            found[step.node] = step.time
        elif step.kind == "recover":
            found.pop(step.node, None)
    return found


def detection_times(trace: Trace) -> dict[tuple[str, str], float]:
    """(observer, crashed node) -> ms from the crash to the permanent suspicion; 0: suspected before, inf: never.

    Strong completeness requires that no time is infinite, if the run is long enough.
    """
    down = crashes(trace)
    final = {(one.observer, one.subject): one.begin for one in suspicions(trace) if one.end == inf}
    return {(node, gone): max(0.0, final.get((node, gone), inf) - time)
            for gone, time in sorted(down.items()) for node in trace.nodes if node not in down}


def is_complete(trace: Trace, *, within: float) -> bool:
    """Strong completeness: each crashed node is permanently suspected by all that are up, `within` ms of its crash."""
    return all(time <= within for time in detection_times(trace).values())


def is_accurate(trace: Trace, *, since: float) -> bool:
    """Eventual strong accuracy: from `since` (ms) on, no correct node is suspected."""
    down = crashes(trace)
    return not any(one.end > since and one.subject not in down and one.observer not in down
                   for one in suspicions(trace))


def mistakes_by_time(protocol: type[Node], *, every: float = 4000, parts: int = 5, seeds: Iterable[int] = range(10),
                     run: Run | None = None) -> list[int]:
    """The numbers of mistakes in each part of the runs of `for_ever`, summed over all seeds."""
    run = run or for_ever(protocol, duration=every * parts)
    traces = [simulate(run.replace(seed=seed), states=False) for seed in seeds]
    return [sum(len(mistakes(trace, since=every * part, until=every * (part + 1))) for trace in traces)
            for part in range(parts)]


# ---- φ ---------------------------------------------------------------------------------------------------------------

def silence_at(phi: float, mean: float, deviation: float) -> float:
    """The silence, in ms, at which φ is reached, for normal intervals."""
    return mean - deviation * NormalDist().inv_cdf(10 ** -phi)


def silence_at_exponential(phi: float, mean: float) -> float:
    """The same for exponential intervals: it is proportional to φ."""
    return phi * mean * log(10)


def phi_table(models: Iterable[tuple[float, float]] = ((1000, 200), (1000, 100)), *,
              levels: Iterable[float] = (1, 3, 8)) -> str:
    """The silence at which φ reaches each level, for normal intervals (mean, deviation) and exponential ones; in ms."""
    levels, models = tuple(levels), tuple(models)
    lines = ["intervals (ms)       " + "".join(f"{f'φ = {level:g}':>10}" for level in levels)]
    for average, deviation in models:
        times = [silence_at(level, average, deviation) for level in levels]
        lines.append(f"normal({average:g}, {deviation:g})".ljust(21) + "".join(f"{time:>10,.0f}" for time in times))
    average = models[0][0]
    times = [silence_at_exponential(level, average) for level in levels]
    return "\n".join([*lines, f"exponential({average:g})".ljust(21) + "".join(f"{time:>10,.0f}" for time in times)])


def heartbeats(latency: Latency, *, duration: float = 60_000, seed: int = 0) -> Run:
    """Two nodes that exchange heartbeats: neither crashes, and each arrival outputs the φ that it ends."""
    return Run(PhiAccrual, 2, network=Network(latency=latency), seed=seed, duration=duration,
               title="How late are the heartbeats of the living?")


def share_later(trace: Trace, phi: float, *, warm_up: float = 5000) -> float:
    """The share of heartbeats of live nodes that arrived after this φ was reached; 10 ** -φ if the model is right."""
    reached = [output.values[1] for output in trace.outputs("arrival") if output.time > warm_up]
    return sum(one >= phi for one in reached) / len(reached)


def intervals(trace: Trace, observer: str = "A", subject: str = "B") -> list[float]:
    """The intervals, in ms, between the arrivals of one node's heartbeats at another."""
    times = [message.arrives for message in trace.messages
             if (message.src, message.dst, message.fate) == (subject, observer, "received")]
    return [later - earlier for earlier, later in zip(sorted(times), sorted(times)[1:], strict=False)]


# ---- SWIM ------------------------------------------------------------------------------------------------------------

def expected_first_detection(members: int) -> float:
    """The expected number of periods until a member pings the failed one; e / (e - 1) in a large group.

    In a period each of the n - 1 others does not choose it with probability 1 - 1 / (n - 1).
    """
    others = members - 1
    return 1 / (1 - (1 - 1 / others) ** others)


def first_detections(members: int, *, runs: int = 600, protocol: type[Swim] = Swim) -> list[int]:
    """The periods from a failure to its first detection, in runs with seeds 0, 1, 2, ..."""
    run = group(members, protocol=protocol, until="dead", periods=10 * members, settings={"patience": 0})
    run = run.plus(at(PERIOD - 1, crash(run.nodes[-1])))
    return [round(simulate(run.replace(seed=seed), states=False).outputs("dead")[0].time / PERIOD) - 1
            for seed in range(runs)]


def load(members: int, *, periods: int = 20, **options: Any) -> float:
    """The mean number of messages that a member sends in a period."""
    trace = simulate(group(members, periods=periods, **options), states=False)
    return len(trace.messages) / members / periods


def expected_false_alarm(loss: float, helpers: int) -> float:
    """The probability that a live member is suspected: neither its direct ack nor one through a helper arrives."""
    arrives = 1 - loss
    return (1 - arrives ** 2) * (1 - arrives ** 4) ** helpers


def false_alarms(loss: float, helpers: int, *, runs: int = 2000) -> float:
    """The share of pings after which a live member is declared dead, in runs of one period with six members."""
    run = group(6, periods=1, loss=loss, settings={"helpers": helpers, "patience": 0})
    run = run.replace(duration=PERIOD)
    found = sum(len(simulate(run.replace(seed=seed), states=False).outputs("dead")) for seed in range(runs))
    return found / runs / 6


def swim_table(sizes: Iterable[int] = (5, 10, 30), *, runs: int = 600) -> str:
    """For each group size the periods until a failure is detected, and the messages of a member in a period."""
    lines = ["members   first noticed after   in theory   messages"]
    for size in sizes:
        found = mean(first_detections(size, runs=runs))
        lines.append(f"{size:>7} {found:>21.2f} {expected_first_detection(size):>11.2f} {load(size):>10.1f}")
    return "\n".join(lines)

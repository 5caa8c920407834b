"""Events per second of `simulate`, as ratios to SimPy on the same loads in the same run.

Two peers. *Idiomatic* SimPy: a process for each node with a `Store` as its mailbox, and a process for each message on
its way. SimPy's *fastest honest use*: a callback on a bare timeout for each message and timer. Neither records
anything, checks anything or can lose a message; dslab records the whole trace, with or without the nodes' states.

Three loads. Heartbeats and flood are written natively for each simulator, with the same messages, timers and states.
In the third, the course's `Raft` itself runs on both simulators, so that its own handlers take much of the time.

An event is a message received or a timer gone off; where chance does not decide how many there are, all contestants
must have handled the same number. Readable views of dslab's trace are made when somebody looks, so they cost nothing
here. CPU time; the contestants take turns, so that a noisy machine disturbs all alike.

    python benchmarks/simulator.py
"""

from __future__ import annotations

import gc
import statistics
import sys
import time
import tracemalloc
from collections.abc import Callable
from types import ModuleType

import load_flood
import load_heartbeats
import load_raft
import simpy

ROUNDS = 9
LOADS = (                       # (title, load, how long, must all have handled the same number of events?)
    ("heartbeats: a leader and four followers", load_heartbeats, 2000, True),
    ("flood: reliable broadcast among five nodes", load_flood, 200, True),
    ("Raft itself: five servers and a client", load_raft, 40_000, False),
)


def contestants(load: ModuleType, length: float) -> dict[str, Callable[[], int]]:
    """What is compared: each plays the load and returns how many events it handled."""
    return {
        "SimPy, processes": lambda: load.Processes(length).events,
        "SimPy, callbacks": lambda: load.Callbacks(length).events,
        "dslab, full trace with states": lambda: load.dslab(length)[0],
        "dslab, full trace without states": lambda: load.dslab(length, states=False)[0],
    }


def measure(playing: dict[str, Callable[[], int]], *, alike: bool) -> dict[str, list[float]]:
    """µs of CPU time per event, for each contestant and round."""
    costs: dict[str, list[float]] = {name: [] for name in playing}
    for _ in range(ROUNDS):
        counts = set()
        for name, play in playing.items():
            gc.collect()
            begin = time.process_time()
            events = play()
            costs[name].append((time.process_time() - begin) / events * 1e6)
            counts.add(events)
        assert len(counts) == 1 or not alike, f"the contestants handled different numbers of events: {counts}"
    return costs


def memory(load: ModuleType, length: float) -> float:
    """Bytes that a trace with states keeps, per event."""
    gc.collect()
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    events, trace = load.dslab(length)
    gc.collect()                                            # what only the simulation needed is gone, the trace stays
    kept = tracemalloc.get_traced_memory()[0] - before
    tracemalloc.stop()
    return kept / events


def report(title: str, costs: dict[str, list[float]], bytes_per_event: float) -> None:
    """One table: µs per event, and how many times as fast as each peer (medians)."""
    middle = {name: statistics.median(values) for name, values in costs.items()}
    print(f"\n{title}\n{'':34}{'µs/event':>10}{'least':>8}{'x processes':>14}{'x callbacks':>14}")
    for name, values in costs.items():
        peers = [middle[peer] / middle[name] for peer in ("SimPy, processes", "SimPy, callbacks")]
        print(f"{name:34}{middle[name]:10.2f}{min(values):8.2f}{peers[0]:14.1f}{peers[1]:14.2f}")
    print(f"a trace with states keeps {bytes_per_event:.0f} bytes per event")


def main() -> None:
    """All loads."""
    print(f"Python {sys.version.split()[0]}, SimPy {simpy.__version__}, CPU time, medians of {ROUNDS} rounds")
    for title, load, length, alike in LOADS:
        report(title, measure(contestants(load, length), alike=alike), memory(load, length))


if __name__ == "__main__":
    main()

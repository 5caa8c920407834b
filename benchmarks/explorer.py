"""States a second of `explore`, beside SPIN on the same two-phase commit in the same run.

Two loads. Two-phase commit with seven resource managers as a plain specification: 296,448 states, 2,744,706
generated. Raft's elections as nodes, the course's own class: three servers, two terms, one crash with
recovery.

SPIN (a model checker that compiles its model to C) explores the text in two_phase_commit.pml, which has the
same states; its compiler's time is not counted. CPU time, medians; SPIN and dslab take turns.

    python benchmarks/explorer.py               # about a minute; SPIN and gcc are used if they are there
    python benchmarks/explorer.py --large       # also Lamport's mutual exclusion: 724,274 states
"""

from __future__ import annotations

import gc
import re
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path

from dslab.model_checker.breadth_first import Walk
from dslab.model_checker.explore import Exploration, explore
from dslab.protocols.raft import Raft, two_leaders_never_share_a_term
from dslab.run import Run

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "tests"))      # the specifications are those that the tests pin

from specifications.lamport_mutex import lamport_mutex, one_at_most_is_inside  # noqa: E402
from specifications.two_phase_commit import nobody_commits_what_another_aborts, two_phase_commit  # noqa: E402

ROUNDS = 5
MANAGERS = 7


def specification() -> Exploration:
    return explore(two_phase_commit(MANAGERS))


def judged() -> Exploration:
    return explore(two_phase_commit(MANAGERS), [nobody_commits_what_another_aborts])


def elections() -> Exploration:
    def two_terms(world):
        return all(server.term <= 2 for server in world.states.values())

    return explore(Run(Raft, 3), [two_leaders_never_share_a_term], crashes=1, recoveries=1,
                   timers={"heartbeat": 0, "election": 2}, within=two_terms)


class Spin:
    """The compiled model: a program that explores it."""

    def __init__(self, folder: str) -> None:
        model = HERE / "two_phase_commit.pml"
        subprocess.run(
            ["spin", "-a", f"-DN={MANAGERS}", str(model)], cwd=folder, check=True, capture_output=True
        )
        subprocess.run(
            ["gcc", "-O2", "-w", "-DSAFETY", "-DNOREDUCE", "-o", "pan", "pan.c"], cwd=folder, check=True
        )
        self.program, self.folder = [f"{folder}/pan", "-m100000", "-w22"], folder

    def explore(self) -> tuple[int, int, float]:
        """(states, transitions, seconds of CPU time)."""
        before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
        said = subprocess.run(
            self.program, cwd=self.folder, check=True, capture_output=True, text=True
        ).stdout
        seconds = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before
        states = re.search(r"(\d+) states, stored", said)
        transitions = re.search(r"(\d+) transitions", said)
        return int(states[1]), int(transitions[1]), seconds


def timed(load: Callable[[], Exploration]) -> tuple[int, int, float]:
    gc.collect()
    begin = time.process_time()
    found = load()
    return found.states, found.transitions, time.process_time() - begin


def bytes_a_state() -> float:
    """What a search keeps for each state of two-phase commit with five managers."""
    gc.collect()
    tracemalloc.start()
    walk = Walk(two_phase_commit(5)).go()
    kept = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    return kept / len(walk.came_from)


def main() -> None:
    contestants: dict[str, Callable[[], tuple[int, int, float]]] = {
        "two-phase commit, plain specification": lambda: timed(specification),
        "the same, with a promise judged": lambda: timed(judged),
        "Raft elections, nodes": lambda: timed(elections),
    }
    if "--large" in sys.argv:
        bounded = lambda state: max(state[0]) <= 6      # noqa: E731
        contestants["Lamport's mutual exclusion"] = lambda: timed(
            lambda: explore(lamport_mutex(3), [one_at_most_is_inside], within=bounded))
    with tempfile.TemporaryDirectory() as folder:
        if shutil.which("spin") and shutil.which("gcc"):
            contestants["two-phase commit, SPIN"] = Spin(folder).explore
        else:
            print("SPIN is not compared: spin or gcc is not installed (on Debian: apt install spin gcc)")
        rows: dict[str, list] = {name: [] for name in contestants}
        for _ in range(ROUNDS):
            for name, explore_once in contestants.items():
                rows[name].append(explore_once())
    print(f"Python {sys.version.split()[0]}, CPU time, medians of {ROUNDS} rounds\n")
    print(f"{'':40}{'states':>12}{'transitions':>14}{'k transitions/s':>18}")
    for name, measured in rows.items():
        states, transitions, _ = measured[0]
        rate = transitions / statistics.median(seconds for _, _, seconds in measured) / 1000
        print(f"{name:40}{states:12,}{transitions:14,}{rate:18,.0f}")
    print(f"\na state of the plain specification costs {bytes_a_state():.0f} bytes")


if __name__ == "__main__":
    main()

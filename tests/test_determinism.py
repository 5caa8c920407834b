"""The same run gives the same bytes everywhere, and a fault changes only what it causes."""

import os
import random
import subprocess
import sys
from pathlib import Path

import pytest
from samples import ROUGH, Gossip, Pinger, Put, Quiet, gossip_run, kinds, only

from dslab.network import Network, uniform
from dslab.run import Run
from dslab.script import at, crash, delay, drop, isolate, pause
from dslab.simulator.simulate import simulate

ROOT = Path(__file__).parent.parent
PRINT_DIGEST = """
import hashlib
from samples import gossip_run
from dslab.simulator.simulate import simulate
trace = simulate(gossip_run())
print(hashlib.sha256((trace.to_json() + trace.table() + repr(trace.run)).encode()).hexdigest())
"""


def digest(python=sys.executable, cwd=None, **environment):
    """What a fresh process prints for the run of many faults."""
    paths = os.pathsep.join([str(ROOT), str(ROOT / "tests")])
    done = subprocess.run(
        [python, "-c", PRINT_DIGEST],
        env={"PYTHONPATH": paths, "PYTHONDONTWRITEBYTECODE": "1", **environment},
        cwd=cwd,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def expected():
    """The digest in a process with nothing unusual."""
    return digest()


# ---- the same run, the same bytes ----


def test_the_run_of_many_faults_is_worth_testing():
    trace = simulate(gossip_run())
    assert len(trace.steps) > 100 and not trace.unapplied
    assert {
        "start",
        "receive",
        "timer",
        "request",
        "crash",
        "recover",
        "pause",
        "resume",
        "loss",
        "partition",
        "clock",
    } == {step.kind for step in trace.steps}
    assert {
        "duplicated",
        "lost by chance",
        "lost on a cut link",
        "lost at a crashed node",
    } <= trace.faults.keys()


def test_the_same_run_gives_the_same_bytes_twice_in_a_process_and_after_other_runs():
    first = simulate(gossip_run()).to_json()
    random.seed(5)
    simulate(gossip_run(seed=4))
    assert simulate(gossip_run()).to_json() == first


@pytest.mark.parametrize("seed", ["0", "1", "2", "random"])
def test_the_same_run_gives_the_same_bytes_in_a_fresh_process_with_other_hashes(seed, expected):
    assert digest(PYTHONHASHSEED=seed) == expected


@pytest.mark.parametrize("version", ["3.12.1", "3.13.0"])
def test_the_same_run_gives_the_same_bytes_on_another_python(version, expected):
    python = Path(f"/root/.pyenv/versions/{version}/bin/python")
    if not python.exists():
        pytest.skip(f"Python {version} is not installed with pyenv")
    assert digest(python) == expected


def test_the_same_run_gives_the_same_bytes_in_another_place_and_language(tmp_path, expected):
    assert digest(cwd=tmp_path, TZ="Asia/Tokyo", LANG="tr_TR.UTF-8", LC_ALL="C", PYTHONUTF8="1") == expected


def test_another_seed_gives_another_trace():
    assert simulate(gossip_run(3)).to_json() != simulate(gossip_run(4)).to_json()


def test_each_link_each_timer_and_each_node_has_its_own_random_numbers():
    pings = simulate(Run(Pinger, 9, network=Network(latency=uniform(5, 15))))
    assert len({message.arrives for message in pings.messages}) == 8
    starts = only(simulate(Run(Gossip, 9)), "start")
    assert len({step.timers["beat"] for step in starts}) == 9

    class Drawer(Quiet):
        def on_start(self):
            self.output("drawn", self.draw(range(1000)))

    assert len({output.values for output in simulate(Run(Drawer, 9)).outputs()}) == 9


def test_recording_no_states_changes_nothing_else():
    full, bare = simulate(gossip_run()), simulate(gossip_run(), states=False)
    assert kinds(full) == kinds(bare) and full.outputs() == bare.outputs()
    assert not any(step.changes for step in bare.steps)


# ---- one more fault changes only what it causes ----


def facts(steps):
    """What happened, without the numbers of the steps."""
    return [
        (
            step.time,
            step.node,
            step.kind,
            step.name,
            step.message and step.message.name,
            step.outputs,
            step.notes,
            tuple(sorted(map(repr, step.changes.items()))),
            tuple(message.name for message in step.sent),
        )
        for step in steps
    ]


def elsewhere(run, fault, touched):
    """What happens at all nodes but those touched, without and with the fault."""
    before, after = simulate(run), simulate(run.plus(fault))
    assert facts(before.steps) != facts(after.steps)
    return [
        [one for one in facts(trace.steps) if one[1] not in (None, *touched)] for trace in (before, after)
    ]


TRIANGLES = [("A", "B"), ("B", "C"), ("C", "A"), ("D", "E"), ("E", "F"), ("F", "D")]


class Neighbourly(Gossip):
    """Gossips with its neighbours only."""

    def on_beat_timer(self):
        self.beats += 1
        for neighbour in self.draw(self.neighbours):
            self.send(neighbour, Put(self.id, self.beats))
        self.set_timer("beat", 20, 60)

    def on_put(self, src, msg):
        self.known[src] = msg.value


@pytest.mark.parametrize(
    "fault", [crash("A"), pause("B"), isolate("C"), drop("A->B#1"), delay("B->C#1", by=70)], ids=repr
)
@pytest.mark.parametrize("seed", range(3))
def test_a_fault_changes_nothing_in_a_part_of_the_network_that_hears_nothing_of_it(fault, seed):
    run = Run(Neighbourly, 6, topology=TRIANGLES, network=ROUGH, seed=seed, duration=400)
    before, after = elsewhere(run, at(15, fault), "ABC")
    assert before == after and len(before) > 20


@pytest.mark.parametrize("action", [crash("C"), pause("A"), drop("A->B#2"), isolate("D")], ids=repr)
def test_nothing_changes_at_a_node_until_word_of_the_fault_can_have_reached_it(action):
    run = Run(Gossip, 5, seed=8, duration=250)
    before, after = simulate(run), simulate(run.plus(at(70, action)))
    reached = first_word_of(action, before, after)
    for node, since in reached.items():
        first, second = (
            [one for one in facts(trace.steps) if one[1] == node and one[0] < since]
            for trace in (before, after)
        )
        assert first == second
    assert min(reached.values()) >= 70


def first_word_of(action, before, after):
    """For each node the first moment at which word of the fault may have come to it, in either run.

    The fault acts at the node or message that it names; from there word travels with every message.
    """
    since = dict.fromkeys(before.nodes, float("inf"))
    touched = {"A->B#2": ["B"]}.get(action.args[0], [action.args[0]])
    for node in touched:
        since[node] = 70
    if action.verb == "isolate":
        since = dict.fromkeys(since, 70)
    for _ in before.nodes:
        for trace in (before, after):
            for message in trace.messages:
                if message.departs >= since[message.src]:
                    since[message.dst] = min(since[message.dst], message.arrives)
    return since


def test_a_node_that_draws_once_more_does_not_disturb_the_others():
    class Drawer(Neighbourly):
        def on_start(self):
            if self.id == "A":
                self.draw(range(100), 50)
            super().on_start()

    run = Run(Neighbourly, 6, topology=TRIANGLES, network=ROUGH, duration=300)
    first, second = (facts(simulate(one).steps) for one in (run, run.replace(protocol=Drawer)))
    assert [one for one in first if one[1] in ("D", "E", "F")] == [
        one for one in second if one[1] in ("D", "E", "F")
    ]

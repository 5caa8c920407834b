"""Random search: swarms of faults, and failures made small."""

import pytest
from samples import Ping, Quiet

from dslab.model_checker.random_faults import FAULTS, schedule
from dslab.model_checker.random_search import search
from dslab.model_checker.shrink import broken
from dslab.node import Node
from dslab.properties import always, judge, sometimes
from dslab.protocols.broadcast import AGREEMENT, LIVENESS, BestEffort, Broadcast, EagerReliable
from dslab.protocols.causal_broadcast import CAUSAL_ORDER, Causal, Fifo, same_run
from dslab.protocols.raft import PROMISES, Raft, a_leader_is_elected
from dslab.protocols.raft_variants import Bookworm
from dslab.run import Run
from dslab.script import at, request
from dslab.simulator.simulate import simulate
from dslab.values import DslabError

SAY = Run(BestEffort, 3, script=[at(10, request("A", Broadcast("m1")))])


class Rash(Causal):
    """Causal broadcast without the check of dependencies on other senders."""

    obstacle = Fifo.obstacle


def assert_minimal(found):
    """No single event of the script can be taken away, and the trace is that of the run."""
    verdict = next(verdict for verdict in found.verdicts if verdict.status == "broken")
    assert broken(found.run, verdict.promise) is not None
    for index in range(len(found.run.script)):
        without = found.run.script[:index] + found.run.script[index + 1:]
        assert broken(found.run.replace(script=without), verdict.promise) is None
    assert simulate(found.run).to_json() == found.trace.to_json()


def test_a_broken_promise_is_found_and_made_small():
    found = search(SAY, [AGREEMENT])
    assert not found and len(found.run.script) == 2
    assert "drop" in repr(found.run) and len(found.trace) <= 3
    assert "never does" in found.verdicts[0].sentence
    assert_minimal(found)


def test_a_missing_dependency_check_is_found_and_made_small():
    found = search(same_run(Rash), [CAUSAL_ORDER], faults=("delay", "loss"))
    assert not found and len(found.run.script) <= len(found.found.script)
    assert_minimal(found)
    assert found.trace.outputs("deliver")


def test_a_log_that_is_not_on_disk_is_found_and_made_small():
    """Bookworm forgets its log: a committed entry is lost when servers crash."""
    from dslab.protocols.client import Client, Put
    run = Run(dict.fromkeys("ABC", Bookworm) | {"alice": Client}, duration=1500,
              script=[at(400, request("alice", Put("x", 1)))])
    found = search(
        run,
        [promise for promise in PROMISES if promise.kind == "always"],
        seeds=range(200),
        faults=("crash", "pause"),
    )
    assert not found
    assert_minimal(found)


def test_one_bug_gives_few_small_runs():
    small = {
        search(SAY, [AGREEMENT], seeds=range(first, first + 50)).run.code() for first in range(0, 500, 50)
    }
    assert len(small) <= 4


def test_the_same_search_twice():
    first, second = (search(SAY, [AGREEMENT]) for _ in range(2))
    assert (
        first.run == second.run
        and first.trace.to_json() == second.trace.to_json()
        and repr(first) == repr(second)
    )


def test_finding_nothing_proves_nothing():
    run = SAY.replace(protocol=EagerReliable, nodes=3)
    found = search(run, [always(lambda world: True), a_leader_is_elected], seeds=range(20), faults=("crash",))
    assert found and found.run is None and found.trace is None
    assert [verdict.status for verdict in found.verdicts] == ["not decided", "not decided"]
    assert "not broken in 20 runs" in repr(found) and "not seen in 20 runs" in repr(found)


def test_what_can_happen_is_seen():
    found = search(Run(Raft, 3), [a_leader_is_elected], seeds=range(3))
    assert found.verdicts[0] and found.verdicts[0].trace.outputs("leader")


def test_agreement_holds_if_everybody_passes_messages_on():
    run = SAY.replace(protocol=EagerReliable, nodes=3)
    assert search(run, LIVENESS, seeds=range(100), faults=("delay", "duplication"))


def test_each_schedule_leaves_out_about_half_of_the_kinds():
    verbs = {
        "crash": "crash",
        "pause": "pause",
        "partition": "partition",
        "loss": "drop",
        "duplication": "duplicate",
        "delay": "delay",
    }
    counts = dict.fromkeys(FAULTS, 0)
    for seed in range(200):
        script = schedule(SAY, seed, FAULTS).script
        for kind, verb in verbs.items():
            counts[kind] += any(event.action.verb == verb for event in script)
    assert all(70 < times < 130 for times in counts.values())


def test_the_faults_that_took_effect_are_counted():
    found = search(SAY, [], seeds=range(60))
    assert set(found.faults) == set(FAULTS) and all(times > 0 for times in found.faults.values())


def test_a_fault_that_was_promised_and_never_struck_is_an_error():
    with pytest.raises(DslabError, match="loss was asked for, but none took effect in 5 runs"):
        search(Run(Quiet, 2), [], seeds=range(5), faults=("loss",))
    with pytest.raises(DslabError, match="there is no kind of fault 'crush'.*Did you mean 'crash'"):
        search(SAY, [], faults=("crush",))


class Timed(Node):
    """Reads its clock: no model checker can explore it, but it can be searched."""

    def on_start(self):
        self.set_timer("late", 10, 500)

    def on_late_timer(self):
        self.output("late", self.now)


@always
def nobody_is_later_than_400_ms(world):
    return all(output.values[0] <= 400 for output in world.outputs("late"))


@sometimes
def somebody_is_late(world):
    return world.outputs("late")


def test_what_cannot_be_explored_can_be_searched():
    found = search(Run(Timed, 1), [nobody_is_later_than_400_ms, somebody_is_late], faults=())
    assert not found and found.run.script == ()
    assert judge(found.trace, [nobody_is_later_than_400_ms])[0].status == "broken"


def test_an_interrupted_search_keeps_what_it_found():
    def interrupt(runs):
        if runs == 7:
            raise KeyboardInterrupt

    found = search(
        Run(Quiet, 2, script=[at(1, request("A", Ping(1)))]), [], seeds=range(100), progress=interrupt
    )
    assert found.stopped and found.runs == 7 and "stopped by you" in repr(found)

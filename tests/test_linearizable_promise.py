"""Linearizability as a promise: `judge`, `search` and `explore` say of it what the checker of histories says."""

from collections import Counter
from random import Random

import pytest

from dslab.checkers.history import ANY, Operation, history_of
from dslab.checkers.linearizability import linearizable
from dslab.checkers.specs import KEY_VALUE, REGISTER, Spec
from dslab.model_checker.explore import explore
from dslab.model_checker.follow import Follower, follow
from dslab.model_checker.random_search import search
from dslab.network import Network, uniform
from dslab.node import Node, message
from dslab.properties import always, judge
from dslab.protocols.client import Get, Put, service
from dslab.protocols.raft import Raft
from dslab.protocols.raft_variants import LocalRead
from dslab.run import Run
from dslab.script import at, heal, partition, request
from dslab.simulator.simulate import simulate
from dslab.values import DslabError


@message
class Write:
    value: int


@message
class Read:
    pass


@message
class Copy:
    client: str
    value: int


@message
class Copied:
    client: str


class Chain(Node):
    """Chain replication [van Renesse and Schneider 2004]: the head takes writes, the tail answers all."""

    def init(self):
        self.value = None

    def on_write(self, src, msg):
        self.value = msg.value
        self.send(self.nodes[self.index + 1], Copy(src, msg.value))

    def on_copy(self, src, msg):
        self.value = msg.value
        if self.index + 1 < len(self.nodes):
            self.send(self.nodes[self.index + 1], msg)
        else:
            self.reply(msg.client)

    def on_read(self, src, msg):
        self.reply(src, self.value)


class Hasty(Chain):
    """What if the head answers a write before the tail has it?"""

    def on_write(self, src, msg):
        super().on_write(src, msg)
        self.reply(src)


ASK = {"write 1": ("A", Write(1)), "write 2": ("A", Write(2)), "read A": ("A", Read()), "read B": ("B", Read())}


def run_of(protocol, *asked, nodes=2, **options):
    """A run in which clients ask for these: "alice write 1" is a request to A."""
    script = [at(10 * number, request(*ASK[what], client=client))
              for number, (client, _, what) in enumerate((one.partition(" ") for one in asked), 1)]
    return Run(protocol, nodes, script=script, **options)


READS = ("alice write 1", "bob read B", "bob read B")
MIXED = ("alice write 1", "bob read A", "bob read B")


# ---- explore ---------------------------------------------------------------------------------------------------------

def test_a_stale_read_is_found_on_a_shortest_path():
    found = explore(run_of(Hasty, *READS), [linearizable(REGISTER)])
    verdict, = found.verdicts
    assert (found.status, verdict.status) == ("found", "broken")
    assert found.paths["operations on a register are linearizable"] == ("request 1", "request 2")
    assert verdict.sentence == "bob's read -> None fits nowhere: it could only be told 1"
    assert not linearizable(verdict.trace, REGISTER), "the trace that is shown breaks it, too"


def test_what_the_tail_alone_answers_is_proved_linearizable():
    found = explore(run_of(Chain, *READS, nodes=3), [linearizable(REGISTER)])
    assert found.status == "explored completely" and found


def test_a_read_that_ends_before_a_write_begins_is_another_state_than_one_that_overlaps_it():
    """Read the head, then the tail: the nodes of both paths look alike, and only the histories differ."""
    found = explore(run_of(Chain, *MIXED), [linearizable(REGISTER)])
    assert found.verdicts[0].sentence == "bob's read -> None fits nowhere: it could only be told 1"
    assert found.paths[found.verdicts[0].promise.name] == ("request 1", "request 2", "request 3")


def test_states_hold_histories_only_for_promises_that_look_at_them():
    run = run_of(Chain, *READS)
    plain = explore(run)
    assert explore(run, [nodes_agree_with_themselves]).states == plain.states
    assert explore(run, [linearizable(REGISTER)]).states > plain.states


@always
def nodes_agree_with_themselves(world):
    return all(state.value == state.value for state in world.states.values())


def histories(run, budget):
    """All histories of a run up to the names of moments: every order of events is followed, and none is merged."""
    found, todo = set(), [()]
    while todo:
        decisions = todo.pop()
        follower = Follower(run)
        for number, decision in enumerate(decisions, 1):
            follower.take(number, decision, 10)
        spent = Counter(decision.partition(" ")[0] for decision in decisions)
        left = {fault: times - spent[fault] for fault, times in budget.items()}
        todo += [(*decisions, next_one) for next_one in follower.possible(left)]
        found.add(order_of(follower.trace().operations))
    return found


def order_of(operations):
    """For each operation its client, call and result, and which others precede it."""
    return tuple((one.client, one.call, one.returned is not None and (one.result,),
                  tuple(earlier.returned is not None and earlier.returned < one.invoked for earlier in operations))
                 for one in operations)


@pytest.mark.parametrize("protocol", [Chain, Hasty])
@pytest.mark.parametrize(("asked", "budget"), [
    (READS, {}), (MIXED, {}), (("alice write 1", "carol write 2", "bob read B"), {}),
    (("bob read B", "alice write 1"), {"crash": 1}), (("alice write 1", "bob read B"), {"drop": 1, "duplicate": 1}),
])
def test_an_exploration_meets_exactly_the_histories_of_all_orders(protocol, asked, budget):
    run, met = run_of(protocol, *asked), set()

    @always
    def noted(world):
        met.add(order_of(world.operations))

    faults = {"crash": "crashes", "drop": "drops", "duplicate": "duplicates"}
    explore(run, [noted], **{faults[kind]: times for kind, times in budget.items()})
    assert met == histories(run, budget)


class Relay(Node):
    """S asks the others, and tells its client which of them it heard first."""

    def init(self):
        self.client = None

    def on_read(self, src, msg):
        self.client = src
        self.broadcast(Copy(src, 0))

    def on_copy(self, src, msg):
        self.send(src, Copied(msg.client))

    def on_copied(self, src, msg):
        self.reply(msg.client, src)


def test_names_in_results_are_renamed_with_the_nodes():
    run = Run(Relay, ["S", "A", "B"], script=[at(1, request("S", Read(), client="alice"))])
    either = Spec("relay", None, lambda state, call: (state, ANY))
    whole, half = (explore(run, [linearizable(either)], **options) for options in ({}, {"symmetric": ("A", "B")}))
    assert whole and half and half.states < whole.states
    first = Spec("relay of A", None, lambda state, call: (state, "A"))
    assert not explore(run, [linearizable(first)], symmetric=("A", "B"))


def test_two_promises_about_one_history_are_judged_together():
    @always
    def no_read_is_stale_twice(world):
        return sum(one.result is None for one in world.operations if one.call == Read() and one.returned) < 2

    found = explore(run_of(Chain, *READS), [no_read_is_stale_twice, linearizable(REGISTER)])
    assert [verdict.status for verdict in found.verdicts] == ["broken", "not decided"]


# ---- judge -----------------------------------------------------------------------------------------------------------

def raft_run(protocol, seed):
    """Bob writes and alice reads, all the time; a server is cut off for a while, together with alice."""
    draw = Random(seed)
    asked = [at(300 + 50 * number, request("alice", Get("x")) if number % 2 else request("bob", Put("x", number)))
             for number in range(24)]
    alone = draw.choice("ABC")
    others = [name for name in "ABC" if name != alone]
    cut = [at(draw.randrange(300, 500), partition([alone, "alice"], [*others, "bob"])), at(1400, heal())]
    return service(protocol, clients=("alice", "bob"), script=[*asked, *cut], seed=seed, duration=2000)


def first_broken(trace, spec):
    """The first step at which the operations so far are not linearizable; None if there is none."""
    for step in range(len(trace)):
        past = [Operation(one.client, one.call, one.invoked, *((one.returned, one.result) if one.returned is not None
                                                               and one.returned <= step else ()))
                for one in trace.operations if one.invoked <= step]
        if not linearizable(history_of(past), spec):
            return step
    return None


@pytest.mark.parametrize("protocol", [Raft, LocalRead])
def test_a_verdict_is_that_of_the_checker_and_names_the_first_step(protocol):
    statuses = set()
    for seed in range(12):
        trace = simulate(raft_run(protocol, seed))
        verdict, = judge(trace, linearizable(KEY_VALUE))
        assert (verdict.status == "broken") == (not linearizable(trace, KEY_VALUE))
        if verdict.status == "broken":
            assert verdict.step == first_broken(trace, KEY_VALUE)
        statuses.add(verdict.status)
    assert statuses == ({"holds"} if protocol is Raft else {"holds", "broken"})


def test_random_small_runs_get_the_checkers_verdict():
    statuses = Counter()
    for seed in range(150):
        draw = Random(seed)
        asked = [f"{draw.choice(['alice', 'bob', 'carol'])} {draw.choice(sorted(ASK))}" for _ in range(6)]
        run = run_of(draw.choice([Chain, Hasty]), *asked, seed=seed, network=Network(latency=uniform(1, 30)))
        trace = simulate(run)
        verdict, = judge(trace, linearizable(REGISTER))
        assert (verdict.status == "broken") == (not linearizable(trace, REGISTER)), run.code()
        statuses[verdict.status] += 1
    assert min(statuses.values()) > 20, statuses


def test_operations_are_shown_as_they_were_at_each_step():
    seen = []

    @always
    def noted(world):
        seen.append([(one.call, one.returned is None, one.result) for one in world.operations])

    judge(simulate(run_of(Chain, *READS[:1])), noted)
    assert seen == [[(Write(1), True, None)], [(Write(1), False, None)]]


# ---- search, and mistakes --------------------------------------------------------------------------------------------

def test_a_search_shrinks_to_the_operations_that_break_it():
    found = search(run_of(Hasty, "alice write 1", "bob read B", "carol read A", "bob read B"), linearizable(REGISTER),
                   seeds=range(50))
    assert not found and len(found.run.script) <= 3
    assert not linearizable(simulate(found.run), REGISTER)


def test_a_search_that_gave_up_is_no_promise_kept(monkeypatch):
    monkeypatch.setattr("dslab.checkers.linearization_search.SLICE", 1)
    with pytest.raises(DslabError, match="operations on a register are linearizable: gave up after"):
        judge(simulate(run_of(Chain, *READS)), linearizable(REGISTER, configurations=0))


def test_a_specification_that_does_not_know_a_call_says_so():
    with pytest.raises(DslabError, match="a set knows"):
        explore(run_of(Chain, *READS), linearizable(Spec("set", frozenset(), _refuse)))


def _refuse(state, call):
    raise DslabError(f"a set knows no {call}")


def test_the_trace_of_a_counter_example_can_be_followed_again():
    found = explore(run_of(Hasty, *READS), linearizable(REGISTER))
    path, = found.paths.values()
    assert not judge(follow(run_of(Hasty, *READS), path), linearizable(REGISTER))[0]

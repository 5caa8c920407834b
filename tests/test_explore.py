"""The model checker: everything that can happen is tried, and what goes wrong is shown on a shortest way."""

from itertools import permutations

import pytest
from commit_protocol import (
    Coordinator,
    Hasty,
    Participant,
    all_commit,
    all_have_decided,
    cluster,
    nobody_commits_what_another_aborts,
)
from plain_explorer import explore_plainly, renamed
from samples import Gossip, Ping, Put, Quiet

from dslab.model_checker.explore import explore
from dslab.model_checker.follow import follow
from dslab.model_checker.freeze import freeze, rename
from dslab.network import Network, constant
from dslab.node import Node, message
from dslab.properties import always, in_the_end, judge, sometimes
from dslab.protocols.broadcast import LIVENESS, BestEffort, Broadcast, EagerReliable
from dslab.protocols.causal_broadcast import CAUSAL_ORDER, FIFO_ORDER, Causal, Fifo, same_run
from dslab.protocols.client import Put as Write
from dslab.protocols.logical_clocks import (
    Deaf,
    LamportClock,
    Local,
    Send,
    what_happened_before_has_the_smaller_stamp,
)
from dslab.protocols.raft import (
    Raft,
    a_leader_has_all_entries_committed_in_earlier_terms,
    a_leader_is_elected,
    two_leaders_never_share_a_term,
)
from dslab.protocols.raft_figures import log_of
from dslab.protocols.raft_variants import (
    Amnesia,
    DirectedCommitByCounting,
    DirectedRaft,
    Propose,
    TimeOut,
    Truncate,
)
from dslab.run import Run
from dslab.script import at, crash, pause, request
from dslab.simulator.errors import ProtocolError
from dslab.values import DslabError

SILENT = {"heartbeat": 0}           # nobody renews its leadership: votes need no heartbeats


def terms_to(last):
    return lambda world: all(server.term <= last for server in world.having("term").values())


def plays(found, promise):
    """The trace of a counter-example, which must break the promise in its last step, no earlier."""
    verdict = next(verdict for verdict in found.verdicts if verdict.promise is promise)
    assert verdict.status == "broken" and verdict.sentence
    judged, = judge(verdict.trace, [promise])
    assert judged.status == "broken" and judged.step == verdict.step == len(verdict.trace) - 1


    return verdict.trace


# ---- elections ---------------------------------------------------------------------------------------------

def test_the_vote_of_raft_explored_to_the_end():
    """Three servers, one term, one crash with recovery: election safety [section 5.2] is proven for them."""
    found = explore(
        Run(Raft, 3),
        [two_leaders_never_share_a_term, a_leader_is_elected],
        crashes=1,
        recoveries=1,
        timers=SILENT,
        within=terms_to(1),
    )
    assert found and found.status == "explored completely"
    assert (found.states, found.transitions, found.depth) == (22847, 139608, 16)


def test_a_vote_that_is_forgotten_elects_two_leaders():
    """Eight moves, or seven if a crash with its recovery counts as one: A gives its vote twice."""
    run = Run(Amnesia, 3)
    found = explore(
        run,
        [two_leaders_never_share_a_term, a_leader_is_elected],
        crashes=1,
        recoveries=1,
        timers=SILENT,
        within=terms_to(1),
    )
    assert not found and found.status == "found"
    trace = plays(found, two_leaders_never_share_a_term)
    assert found.paths["two leaders never share a term"] == (
        "fire A election", "deliver A->B#1", "deliver B->A#1", "fire C election", "crash A", "recover A",
        "deliver C->A#1", "deliver A->C#3")
    assert {output.node for output in trace.outputs("leader")} == {"A", "C"}
    assert found.verdicts[1].status == "holds" and len(found.paths["a leader is elected"]) == 3


# ---- planted bugs ------------------------------------------------------------------------------------------

def replicating(protocol, logs, *requests):
    initial = {name: {"term": 3, "log": log_of(terms)} for name, terms in logs.items()}
    return Run(
        dict.fromkeys(logs, protocol), initial=initial, script=[at(10, request(*one)) for one in requests]
    )


def test_an_entry_of_an_old_term_committed_by_counting():
    """Figure 8 with three servers: A counts copies of its entry of term 2, C leads without it."""
    logs = {"A": "12", "B": "1", "C": "13"}
    asked = ("A", TimeOut()), ("C", TimeOut())
    promise = a_leader_has_all_entries_committed_in_earlier_terms
    found = explore(replicating(DirectedCommitByCounting, logs, *asked), [promise], timers=SILENT)
    trace = plays(found, promise)
    assert len(found.paths[promise.name]) == 11
    assert [output.values[1].term for output in trace.outputs("apply")] == [1, 2]
    assert explore(replicating(DirectedRaft, logs, *asked), [promise], timers=SILENT)


class DirectedTruncate(DirectedRaft, Truncate):
    pass


def test_a_stale_message_that_truncates_a_log():
    """A late heartbeat makes B drop what it has confirmed; then B leads without it."""
    asked = ("A", TimeOut()), ("A", Propose(Write("x", 1))), ("B", TimeOut())
    promise = a_leader_has_all_entries_committed_in_earlier_terms
    empty = {"A": "", "B": "", "C": ""}
    found = explore(replicating(DirectedTruncate, empty, *asked), [promise], timers=SILENT)
    trace = plays(found, promise)
    assert trace.outputs("leader")[-1].node == "B" and trace.state_at(-1)["B"]["log"] == []


class Rash(Causal):
    """Causal broadcast that checks what the sender itself has sent before, and no other dependency."""

    obstacle = Fifo.obstacle


def test_an_effect_delivered_before_its_cause():
    promises = [CAUSAL_ORDER, FIFO_ORDER]
    trace = plays(explore(same_run(Rash), promises), CAUSAL_ORDER)
    assert any(output.name == "deliver" and output.node == "C" for output in trace.outputs())
    found = explore(same_run(Fifo), promises)
    assert not found.verdicts[0] and "on which it depends" in found.verdicts[0].sentence


def test_causal_broadcast_of_two_messages_explored_to_the_end():
    run = same_run(Causal)
    found = explore(run.replace(script=run.script[:2]), [CAUSAL_ORDER, FIFO_ORDER, *LIVENESS])
    assert found and found.status == "explored completely"


def clocks(protocol):
    asked = Local("a"), Send("b", (("B", "c"),))
    return Run(protocol, 2, script=[at(10, request("A", one)) for one in asked])


def test_a_lamport_clock_that_ignores_what_it_hears():
    promise = what_happened_before_has_the_smaller_stamp
    plays(explore(clocks(Deaf), [promise]), promise)
    assert explore(clocks(LamportClock), [promise])


# ---- what can happen ---------------------------------------------------------------------------------------

@pytest.mark.parametrize("run, faults", [
    (Run(cluster(2)), {"crashes": 1, "recoveries": 1}),
    (Run(cluster(3)), {}),
    (Run(EagerReliable, 3, script=[at(1, request("A", Broadcast("x")))]), {"crashes": 1}),
], ids=["commit, crashes", "commit", "broadcast, a crash"])
def test_the_plainest_explorer_finds_as_many_states(run, faults):
    """An independent explorer, which copies real nodes and remembers nothing about handlers."""
    keys, transitions = explore_plainly(run, **faults)
    found = explore(run, check=True, **faults)
    assert (found.states, found.transitions) == (len(keys), transitions)


@pytest.mark.parametrize("participants", [2, 3])
def test_symmetry_explores_one_state_of_each_orbit(participants):
    run = Run(cluster(participants))
    names = list(run.nodes[1:])
    keys, _ = explore_plainly(run)
    orbits = {
        frozenset(renamed(key, dict(zip(names, order, strict=True))) for order in permutations(names))
        for key in keys
    }
    found = explore(run, [nobody_commits_what_another_aborts, all_commit, all_have_decided], symmetric=names)
    assert found and found.states == len(orbits) == {2: 46, 3: 169}[participants]


def test_a_counter_example_found_by_symmetry_can_be_followed():
    found = explore(Run(cluster(3, Hasty)), [nobody_commits_what_another_aborts], symmetric=("P", "Q", "R"))
    plays(found, nobody_commits_what_another_aborts)


class Senior(Participant):
    """It looks at its own name, so names matter."""

    def on_prepare_timer(self):
        self.state = "prepared" if self.id < "Q" else "working"
        self.send("TM", self_prepared())


def self_prepared():
    from commit_protocol import Prepared
    return Prepared()


def test_names_that_matter_are_no_symmetry():
    nodes = {"TM": Coordinator, "P": Senior, "Q": Senior}
    with pytest.raises(DslabError, match="P, Q are not interchangeable: what . does at 'fire prepare'"):
        explore(Run(nodes), symmetric=("P", "Q"))
    with pytest.raises(DslabError, match="do not start alike"):
        explore(Run(Raft, 3, initial={"A": {"term": 1}}), symmetric=("A", "B"), depth=2)
    with pytest.raises(DslabError, match="give different nodes with one protocol"):
        explore(Run(nodes), symmetric=("TM", "P"))


@message
class Number:
    n: int


class Talker(Node):
    """A sends 1 and 2; B says in which order they come."""

    def init(self):
        self.heard = []

    def on_start(self):
        if self.id == "A":
            for n in (1, 2):
                self.send("B", Number(n))

    def on_number(self, src, msg):
        self.heard.append(msg.n)
        self.output("heard", msg.n)


@always
def two_comes_after_one(world):
    heard = [output.values[0] for output in world.outputs("heard")]
    return heard in ([], [1], [1, 2]) or f"B hears {heard}"


@sometimes
def one_comes_twice(world):
    return [output.values[0] for output in world.outputs("heard")].count(1) == 2


@in_the_end
def both_are_heard(world):
    return "B" not in world.up or len(world.states["B"].heard) == 2


def test_links_that_keep_order_and_links_that_do_not():
    ordered = Run(Talker, 2, network=Network(fifo=True))
    assert explore(ordered, [two_comes_after_one, both_are_heard])
    found = explore(Run(Talker, 2), [two_comes_after_one])
    assert found.paths["two comes after one"] == ("deliver A->B#2",)
    one_link = Run(Talker, 2, network=Network(links={("A", "B"): {"fifo": True}}))
    assert explore(one_link, [two_comes_after_one])


def test_messages_are_lost_and_doubled_within_the_budget():
    run = Run(Talker, 2)
    assert not explore(run, [one_comes_twice])
    twice = explore(run, [one_comes_twice], duplicates=1)
    assert twice and len(twice.paths["one comes twice"]) == 3
    lost = explore(run, [both_are_heard], drops=1)
    assert lost.paths["both are heard"] == ("deliver A->B#1", "drop A->B#2")
    assert explore(run, [both_are_heard], crashes=1), (
        "what reaches a node that is down is lost, and B is down"
    )
    gone = explore(run, [both_are_heard], crashes=1, recoveries=1)
    assert not gone and plays(gone, both_are_heard)


def test_what_was_never_due_is_not_decided():
    found = explore(Run(Raft, 2), [in_the_end(lambda world: False)], timers={"heartbeat": 0, "election": 0})
    assert found.status == "explored completely"
    assert found.verdicts[0].status == "not decided" and "never due" in found.verdicts[0].sentence


def test_best_effort_broadcast_breaks_agreement_with_one_crash():
    run = Run(BestEffort, 3, script=[at(1, request("A", Broadcast("x")))])
    found = explore(run, LIVENESS, drops=1, crashes=1)
    assert (
        not found and "never does" in next(one for one in found.verdicts if one.status == "broken").sentence
    )
    assert explore(run.replace(protocol=EagerReliable, nodes=3), LIVENESS, crashes=1)


def test_a_client_waits_for_its_answer_before_it_asks_again():
    class Echo(Node):
        def on_ping(self, src, msg):
            self.reply(src, msg.n)
            self.output("asked", msg.n)

    run = Run(
        Echo,
        1,
        script=[at(1, request("A", Ping(1), client="alice")), at(1, request("A", Ping(2), client="alice"))],
    )
    found = explore(run, crashes=1)
    assert found.states == 8, "once A is down, alice waits for ever"

    @in_the_end
    def both_are_answered(world):
        return len(world.outputs("asked")) == 2

    assert explore(run, [both_are_answered])
    plays(explore(run, [both_are_answered], crashes=1), both_are_answered)


# ---- values ------------------------------------------------------------------------------------------------

def test_values_of_different_type_are_different_states():
    assert len({freeze(1), freeze(1.0), freeze(True)}) == 3
    assert len({freeze([1]), freeze((1,)), freeze({1}), freeze(frozenset({1})), freeze({1: 1})}) == 5
    assert freeze({"a": 1, "b": [2.0]}) == freeze({"b": [2.0], "a": 1}) != freeze({"a": 1, "b": [2]})
    assert freeze(Number(1)) != freeze(Ping(1)) and freeze(Number(1)) != freeze(Number(True))
    assert freeze(float("nan")) == freeze(float("nan")) and freeze(0.0) != freeze(-0.0)


def test_names_are_replaced_wherever_they_stand():
    value = {"A": [("A", 1), {"B"}], "x": Put("A", 1)}
    assert rename(value, {"A": "B", "B": "A"}) == {"B": [("B", 1), {"A"}], "x": Put("B", 1)}


class Collector(Quiet):
    """Keeps what nobody can freeze."""

    def on_start(self):
        self.received = self.pick()

    def pick(self):
        return [lambda: 1]


def test_an_attribute_that_cannot_be_frozen_is_named():
    with pytest.raises(DslabError, match=r"A\.received.*function; a node's state is plain data"):
        explore(Run(Collector, 1))


class Twins(Node):
    def init(self):
        self.one = self.other = []


def test_two_attributes_that_share_a_list_are_refused():
    class Starting(Twins):
        def on_start(self):
            self.one = self.other

    with pytest.raises(DslabError, match="A.one and A.other share one list"):
        explore(Run(Starting, 1))


# ---- refusals ----------------------------------------------------------------------------------------------

class Clocked(Node):
    def on_start(self):
        self.set_timer("tick", 10)

    def on_tick_timer(self):
        self.output("time", self.now)


def test_what_cannot_be_explored_is_refused_with_a_sentence():
    with pytest.raises(
        DslabError,
        match=r"Clocked reads its clock \(self.now\): it can be simulated and searched, but not explored",
    ):
        explore(Run(Clocked, 1))
    with pytest.raises(DslabError, match=r"Gossip draws lots \(self.draw\)"):
        explore(Run(Gossip, 3))
    with pytest.raises(DslabError, match=r"give explore\(..., crashes=1\), and it tries all moments"):
        explore(Run(Quiet, 2, script=[at(5, crash("A"))]))
    with pytest.raises(DslabError, match="only requests can"):
        explore(Run(Quiet, 2, script=[at(5, pause("A"))]))
    with pytest.raises(DslabError, match="the budget of 'a crash' is a number, at least 0, not -1"):
        explore(Run(Quiet, 2), crashes=-1)


class Forgetful(Node):
    """Its handler depends on what no state holds."""

    calls = iter(range(1_000_000))

    def init(self):
        self.count = 0

    def on_start(self):
        self.set_timer("tick", 10)

    def on_tick_timer(self):
        self.count = next(self.calls)


def test_a_handler_that_is_not_deterministic_is_found_by_the_check():
    with pytest.raises(DslabError, match="A did not do the same when it did it again"):
        explore(Run(Forgetful, 1), check=True)


class Fragile(Talker):
    def on_number(self, src, msg):
        super().on_number(src, msg)
        assert self.heard != [2, 1], "two came first"


def test_a_handler_that_fails_shows_a_shortest_trace():
    with pytest.raises(ProtocolError, match="AssertionError: two came first") as failure:
        explore(Run(Fragile, 2))
    assert [step.kind for step in failure.value.trace.steps] == ["start", "start", "receive"]


class Endless(Node):
    def init(self):
        self.count = 0

    def on_start(self):
        self.set_timer("tick", 10)

    def on_tick_timer(self):
        self.count += 1
        self.set_timer("tick", 10)


def test_a_state_that_never_repeats_is_diagnosed():
    found = explore(Run(Endless, 1), [always(lambda world: True)], states=500)
    assert found.status == "nothing found up to the limit"
    assert "What grows all the way to the deepest state: A.count (from 0 to 499). If it never stops" in repr(found)


def test_raft_without_bounds_is_diagnosed():
    found = explore(Run(Raft, 2), [two_leaders_never_share_a_term], states=20_000)
    assert "A.term" in found.grows or "B.term" in found.grows or "messages in flight" in found.grows


# ---- following decisions -----------------------------------------------------------------------------------

def test_decisions_can_be_written_by_hand():
    trace = follow(
        Run(Talker, 2), ["duplicate A->B#1", "deliver A->B#2", "deliver A->B#1", "deliver A->B#1'"]
    )
    assert trace.state_at(-1)["B"]["heard"] == [2, 1, 1]
    assert trace.came_to_rest and [step.time for step in trace.steps[2:]] == [10, 20, 30, 40]


@pytest.mark.parametrize("decision, why", [
    ("deliver A->B#9", "in flight are A->B#1, A->B#2"),
    ("fire A election", "A has no timer 'election' set"),
    ("crash Z", "there is no node 'Z'"),
    ("recover A", "A is not down"),
    ("request 1", "the script has 0 requests"),
])
def test_a_decision_that_does_not_apply_says_so(decision, why):
    with pytest.raises(DslabError, match=f"decision 1, '{decision}', does not apply: {why}"):
        follow(Run(Talker, 2), [decision])


def test_a_decision_that_is_none_says_so():
    with pytest.raises(DslabError, match="expected deliver, fire, .* Did you mean 'deliver'"):
        follow(Run(Talker, 2), ["delivr A->B#1"])
    with pytest.raises(DslabError, match="this link keeps order, and A->B#1 comes first"):
        follow(Run(Talker, 2, network=Network(latency=constant(5), fifo=True)), ["deliver A->B#2"])

"""The judges of broadcasts, causality, convergence and recovery: right protocols pass, each planted bug is caught."""

from functools import lru_cache, partial
from operator import le

import networkx as nx
import pytest

from dslab import (
    DslabError,
    Limits,
    Network,
    Node,
    Run,
    at,
    constant,
    crash,
    cut,
    drop,
    exponential,
    isolate,
    judge,
    message,
    partition,
    pause,
    recover,
    request,
    resume,
    set_link,
    simulate,
)
from dslab.checkers.causality import happens_before
from dslab.checkers.convergence import converged
from dslab.checkers.liveness import recovers
from dslab.checkers.orders import agreement, causal, fifo, integrity, total_order, validity
from dslab.protocols.broadcast import (
    AGREEMENT,
    SAFETY,
    VALIDITY,
    Answer,
    BestEffort,
    Broadcast,
    EagerReliable,
    Gossip,
    crashing_sender,
)
from dslab.protocols.causal_broadcast import CAUSAL_ORDER, FIFO_ORDER, Causal, Fifo, one_answer, overtaking
from dslab.protocols.raft import DEMO as RAFT
from dslab.protocols.raft import Raft
from dslab.protocols.total_order import (
    SECOND_LEADER,
    TOTAL_ORDER,
    LamportOrder,
    LeaderOrder,
    WithoutAcknowledgements,
    together,
)
from dslab.trace import Trace

SEEDS = range(100)
EVERYWHERE = (integrity, validity)
RIGHT = {
    BestEffort: EVERYWHERE,
    Gossip: EVERYWHERE,
    EagerReliable: (*EVERYWHERE, agreement),
    Fifo: (*EVERYWHERE, agreement, fifo),
    Causal: (*EVERYWHERE, agreement, fifo, causal),
    LamportOrder: (*EVERYWHERE, agreement, fifo, causal, total_order),
    LeaderOrder: (*EVERYWHERE, agreement, fifo, causal, total_order),
}
PROMISE = {fifo: (FIFO_ORDER,), causal: (CAUSAL_ORDER,), total_order: (TOTAL_ORDER,), agreement: (AGREEMENT,),
           validity: (VALIDITY,), integrity: SAFETY}


def busy(protocol, seed: int, *faults) -> Run:
    """Four nodes speak nine times, three of them in answer to others, over links with all sorts of delays."""
    answers = [("B", "a1", "b1"), ("C", "b1", "c1"), ("D", "a2", "d1")]
    script = [at(0, request(node, Answer(to, payload))) for node, to, payload in answers]
    script += [at(10 + 4 * i, request("A", Broadcast(f"a{i}"))) for i in (1, 2, 3)]
    script += [at(12 + 4 * i, request("D", Broadcast(f"e{i}"))) for i in (1, 2, 3)]
    network = Network(latency=exponential(15, least=1), fifo=protocol in (LamportOrder, LeaderOrder))
    return Run(protocol, 4, network=network, seed=seed, script=script, duration=5000).plus(*faults)


@lru_cache(200)          # all traces of the tests together would keep the garbage collector busy
def busy_trace(protocol, seed: int, crashes: bool = False) -> Trace:
    return simulate(busy(protocol, seed, *([at(20, crash("A"))] if crashes else [])), states=False)


def statuses(trace, *checks) -> list[str]:
    return [check(trace).status for check in checks]


# ---- planted bugs: each breaks one promise ---------------------------------------------------------------------------

class Doubling(Fifo):
    """What if a node delivers the third message again?"""

    def deliver(self, msg):
        super().deliver(msg)
        if len(self.delivered) == 3:
            self.output("deliver", *msg.id, msg.payload)


class Inventing(Fifo):
    """What if a node delivers a message of its own invention?"""

    def deliver(self, msg):
        super().deliver(msg)
        if len(self.delivered) == 3:
            self.output("deliver", self.id, 77, "nobody said this")


class Garbling(Fifo):
    """What if a message changes on its way?"""

    def deliver(self, msg):
        self.output("deliver", *msg.id, msg.payload if msg.id[0] == self.id else f"{msg.payload}?")


class Deaf(Fifo):
    """What if a node does not hear itself?"""

    def deliver(self, msg):
        if msg.id[0] != self.id:
            super().deliver(msg)


class Hasty(Causal):
    """What if only the first entry of the dependencies is looked at?"""

    def obstacle(self, msg):
        return Fifo.obstacle(self, msg)


@pytest.mark.parametrize("protocol", RIGHT)
def test_right_protocols_pass(protocol):
    for seed in SEEDS:
        trace = busy_trace(protocol, seed)
        assert set(statuses(trace, *RIGHT[protocol])) == {"holds"}, seed


@pytest.mark.parametrize("protocol", [EagerReliable, Fifo, Causal])
def test_reliable_protocols_pass_though_the_sender_crashes(protocol):
    for seed in range(25):
        assert set(statuses(busy_trace(protocol, seed, crashes=True), *RIGHT[protocol])) == {"holds"}, seed


@pytest.mark.parametrize("protocol, check, still", [
    (EagerReliable, fifo, EVERYWHERE),
    (Fifo, causal, (*EVERYWHERE, agreement, fifo)),
    (Hasty, causal, (*EVERYWHERE, agreement, fifo)),
    (Causal, total_order, (*EVERYWHERE, agreement, fifo, causal)),
    (Doubling, integrity, (validity, agreement, fifo)),
    (Inventing, integrity, (validity, fifo)),
    (Garbling, integrity, (validity, agreement, fifo)),
    (Deaf, validity, (integrity,)),
])
def test_each_planted_bug_breaks_just_its_order(protocol, check, still):
    assert "broken" in {check(busy_trace(protocol, seed)).status for seed in range(20)}
    assert {status for seed in range(20) for status in statuses(busy_trace(protocol, seed), *still)} == {"holds"}


def test_best_effort_breaks_agreement_if_the_sender_crashes():
    verdict = agreement(simulate(crashing_sender(BestEffort)))
    assert verdict.status == "broken" and verdict.step == len(verdict.trace) - 1
    assert verdict.sentence == "B delivers message 1 of A (step 2), and C never delivers it"
    assert agreement(simulate(crashing_sender(EagerReliable)))


def test_a_quiet_node_that_stops_the_others_breaks_validity():
    assert statuses(simulate(together(WithoutAcknowledgements)), validity, agreement, total_order) == [
        "broken", "broken", "holds"]


def test_a_second_leader_breaks_total_order_and_nothing_else():
    trace = simulate(SECOND_LEADER)
    assert statuses(trace, total_order, causal, fifo, integrity) == ["broken", "holds", "holds", "holds"]


@pytest.mark.parametrize("trace, check, sentence", [
    (simulate(overtaking(EagerReliable)), fifo,
     "C delivers message 2 of A (step S), but not yet message 1 of A, which precedes it (step F)"),
    (simulate(one_answer(Fifo)), causal,
     "Carol delivers message 1 of Bob (step S), but not yet message 1 of Alice, which precedes it (step F)"),
    (simulate(together(Causal)), total_order,
     "as number 1, A delivers message 1 of A (step F), but B delivers message 1 of B (step S)"),
])
def test_a_verdict_names_the_two_events_in_conflict(trace, check, sentence):
    verdict = check(trace)
    first, second = verdict.events
    assert first.step < second.step == verdict.step
    assert verdict.sentence == sentence.replace("step F", f"step {first.step}").replace("step S", f"step {second.step}")


@pytest.mark.parametrize("check", PROMISE)
@pytest.mark.parametrize("protocol", [BestEffort, EagerReliable, Fifo, Causal, LeaderOrder, Garbling, Inventing])
def test_the_checkers_and_the_promises_of_the_protocols_agree(protocol, check):
    """Two statements of one definition: neither can drift away alone."""
    for seed in range(20):
        for trace in (busy_trace(protocol, seed), busy_trace(protocol, seed, crashes=True)):
            promised = judge(trace, PROMISE[check])
            broken = min((one.step for one in promised if one.status == "broken"), default=None)
            if protocol is Inventing and check is fifo:
                continue                # message 77 without 76: a gap for the promise, unheard of for the checker
            assert check(trace).step == broken, seed


def caused(trace) -> dict[tuple, set]:
    """For each message the messages that precede it, by paths in a graph of broadcasts and deliveries."""
    graph, latest, said = nx.DiGraph(), {}, {}
    for place, output in enumerate(trace.outputs()):
        id = output.values[:2]
        if output.name == "broadcast":
            said[id] = place
        graph.add_edges_from((before, place) for before in (latest.get(output.node), said[id])
                             if before not in (None, place))
        graph.add_node(place)
        latest[output.node] = place
    return {id: {other for other in said if said[other] in nx.ancestors(graph, place)} for id, place in said.items()}


@pytest.mark.parametrize("protocol", [EagerReliable, Fifo, Causal, LamportOrder])
def test_causal_order_is_that_of_the_graph_of_broadcasts_and_deliveries(protocol):
    for seed in range(20):
        trace, got, early = busy_trace(protocol, seed), {}, None
        causes = caused(trace)
        for output in trace.outputs("deliver"):
            before = got.setdefault(output.node, set())
            if early is None and causes[output.values[:2]] - before:
                early = output.step
            before.add(output.values[:2])
        assert causal(trace).step == early, seed


def test_what_precedes_a_message_happened_before_it():
    for seed in range(20):
        trace = busy_trace(Causal, seed)
        step = {output.values[:2]: output.step for output in trace.outputs("broadcast")}
        for id, causes in caused(trace).items():
            assert {step[cause] for cause in causes} <= trace.causal_past(step[id]) | {step[id]}


def test_a_message_that_is_received_and_held_back_causes_nothing():
    """Judged by receipts, the right protocol would nearly always be wrong, for no sender waits for what it holds."""
    def happened_before(trace, id):
        step = {output.values[:2]: output.step for output in trace.outputs("broadcast")}
        return {other for other in step if step[other] in trace.causal_past(step[id])}

    traces = [busy_trace(Causal, seed) for seed in range(20)]
    assert all(map(causal, traces))
    assert any(causes < happened_before(trace, id) for trace in traces for id, causes in caused(trace).items())


# ---- what a trace cannot tell ----------------------------------------------------------------------------------------

def test_agreement_and_validity_are_not_decided_while_messages_are_in_flight():
    run = crashing_sender(EagerReliable)
    short = simulate(run.replace(duration=15))
    assert statuses(short, agreement, validity) == ["not decided"] * 2
    assert "still in flight" in agreement(short).sentence
    assert agreement(simulate(run)).status == "holds"


class Insisting(BestEffort):
    """Has a timer that never ends: who knows what it will do?"""

    def on_start(self):
        self.set_timer("again", 100)

    def on_again_timer(self):
        self.set_timer("again", 100)


def test_agreement_is_not_decided_while_timers_are_armed():
    trace = simulate(crashing_sender(Insisting))
    assert not trace.in_flight(-1) and "did not come to rest" in agreement(trace).sentence


def test_a_paused_node_may_still_deliver():
    trace = simulate(overtaking(Fifo).plus(at(12, pause("C"))))
    assert trace.came_to_rest and agreement(trace).status == "not decided"


def test_a_trace_without_broadcasts_decides_nothing():
    for trace in (simulate(RAFT), simulate(Run(BestEffort))):
        assert set(statuses(trace, *PROMISE)) == {"not decided"}


def test_a_trace_that_was_cut_short_can_still_be_broken_but_not_hold():
    whole = overtaking(EagerReliable)
    assert fifo(simulate(whole.replace(limits=Limits(steps=3)))).status == "not decided"
    step = fifo(simulate(whole)).step
    assert fifo(simulate(whole.replace(limits=Limits(steps=step + 1)))).status == "broken"


class Terse(Node):
    def init(self):
        pass

    def on_start(self):
        self.output("deliver", "m1")


def test_an_output_that_names_no_message_is_refused():
    with pytest.raises(DslabError, match="expected the sender and its count"):
        integrity(simulate(Run(Terse)))


def test_a_trace_from_a_file_is_judged_like_the_run_itself():
    for run, check in ((overtaking(EagerReliable), fifo), (one_answer(Fifo), causal)):
        trace = simulate(run)
        again = check(Trace.from_json(trace.to_json()))
        assert (again.step, again.sentence) == (check(trace).step, check(trace).sentence)


# ---- causality -------------------------------------------------------------------------------------------------------

def stormy(seed: int) -> Run:
    """Messages are lost, doubled and delayed; a node crashes and recovers, another one stands still for a while."""
    storm = (at(15, crash("B")), at(40, recover("B")), at(18, pause("C")), at(50, resume("C")))
    network = Network(latency=exponential(15, least=1), loss=0.1, duplication=0.2)
    return busy(EagerReliable, seed, *storm).replace(network=network)


@pytest.mark.parametrize("seed", range(15))
def test_paths_are_comparisons_of_vector_stamps(seed):
    """Mattern 1989, theorem 10: a step happened before another one exactly if its vector is less."""
    trace = simulate(stormy(seed), states=False)
    graph, vector = happens_before(trace), {step.index: step.vector for step in trace.steps if step.vector}
    assert set(graph) == set(vector)
    after = {step: nx.descendants(graph, step) for step in graph}
    for one in graph:
        less = {other for other in graph if other != one and all(map(le, vector[one], vector[other]))}
        assert after[one] == less


def test_the_graph_knows_the_causal_past_and_future_of_each_step():
    trace = simulate(stormy(3), states=False)
    graph = happens_before(trace)
    assert nx.is_directed_acyclic_graph(graph)
    for step in graph:
        assert nx.ancestors(graph, step) == trace.causal_past(step)
        assert nx.descendants(graph, step) == trace.causal_future(step)


def test_edges_say_why():
    graph = happens_before(simulate(together(Causal)))
    assert {why for _, _, why in graph.edges(data="why")} == {"program", "message"}
    for one, other, why in graph.edges(data="why"):
        same = graph.nodes[one]["node"] == graph.nodes[other]["node"]
        assert same == (why == "program")


# ---- convergence -----------------------------------------------------------------------------------------------------

@message
class Add:
    """A request and a message: an update."""

    number: int


class LastWins(Node):
    """What if a replica keeps what reached it last?"""

    def init(self):
        self.seen, self.data = [], 0

    def on_add(self, src, msg):
        if src not in self.peers:
            self.broadcast(msg)
        self.seen.append(msg.number)
        self.data = self.merged(msg.number)

    def merged(self, number):
        return number


class Greatest(LastWins):
    """The maximum does not depend on the order."""

    def merged(self, number):
        return max(self.data, number)


def updates(protocol, seed: int, *faults) -> Run:
    script = [at(10, request("A", Add(1))), at(12, request("B", Add(2))), at(14, request("C", Add(3)))]
    return Run(protocol, seed=seed, network=Network(latency=exponential(10)), script=script).plus(*faults)


def test_a_merge_that_commutes_converges():
    assert {converged(simulate(updates(Greatest, seed))).status for seed in SEEDS} == {"holds"}


def test_a_merge_that_depends_on_the_order_does_not_converge():
    verdict = next(filter(lambda verdict: not verdict, (converged(simulate(updates(LastWins, s))) for s in range(9))))
    assert verdict.status == "broken" and "have seen the same updates" in verdict.sentence
    states = verdict.trace.state_at(verdict.step)
    assert any(set(states[one]["seen"]) == set(states[other]["seen"]) and states[one]["data"] != states[other]["data"]
               for one, other in ("AB", "AC", "BC"))


def test_nodes_that_differ_only_on_their_way_are_found_too():
    """A and B differ at step 3 and agree at the end, for what came last made them equal again."""
    run = Run(LastWins, 2, network=Network(latency=constant(10)), script=[
        at(0, request("A", Add(1))), at(1, request("B", Add(2))), at(50, request("A", Add(3)))])
    trace = simulate(run)
    end = trace.state_at(-1)
    assert end["A"]["data"] == end["B"]["data"] == 3
    assert (converged(trace).status, converged(trace).step) == ("broken", 3)


def test_nothing_is_decided_while_an_update_is_missing():
    trace = simulate(updates(Greatest, 1, at(0, drop("A->C#1"))))
    verdict = converged(trace)
    assert verdict.status == "not decided" and "A and C have not seen the same updates" in verdict.sentence


def test_what_is_down_is_not_compared():
    run = updates(Greatest, 1, at(0, drop("A->C#1")), at(500, crash("C")))
    assert converged(simulate(run)).status == "holds"
    alone = run.plus(at(600, crash("B")))
    assert "1 node is up" in converged(simulate(alone)).sentence


def test_readings_may_be_functions_of_the_state():
    trace = simulate(updates(LastWins, 2))
    assert converged(trace, value=lambda state: sorted(state.seen)).status == "holds"
    assert converged(trace, updates=lambda state: len(state.seen), value=lambda state: len(state.seen) % 2)


def test_what_cannot_be_compared_is_refused():
    with pytest.raises(DslabError, match="no node has 'sean' and 'data'"):
        converged(simulate(updates(Greatest, 1)), updates="sean")
    with pytest.raises(DslabError, match="expected the name of an attribute"):
        converged(simulate(updates(Greatest, 1)), value=3)
    with pytest.raises(DslabError, match="without states"):
        converged(simulate(updates(Greatest, 1), states=False))


# ---- recovery --------------------------------------------------------------------------------------------------------

STORM = Run(Raft, 5, seed=4, script=[at(10, partition(("A", "B"), ("C", "D"), ("E",))), at(300, crash("A")),
                                     at(400, pause("C")), at(500, isolate("D")), at(1500, crash("E"))])
LIVELY = partial(recovers, goal="leader", within=2000)


@pytest.mark.parametrize("seed", range(20))
def test_raft_finds_a_leader_once_any_majority_is_healed(seed):
    verdict = LIVELY(STORM.replace(seed=seed), at=1000, core=("A", "C", "D"))
    assert verdict.status == "holds" and verdict.trace[verdict.step].time > 1000
    assert verdict.trace.unapplied == []
    assert verdict.trace.faults["crash"] == 1, "E does not crash: all faults have stopped"


def test_a_minority_of_raft_does_not_recover():
    verdict = LIVELY(STORM, at=1000, core=("C", "D"))
    assert verdict.status == "broken" and verdict.sentence == "not within 2000 ms after 1000 ms"


class Stuck(Node):
    """Says that it works each 20 ms, until it has been alone once. What if nobody thinks of setting the timer again?"""

    persistent = ("rounds",)

    def init(self):
        self.rounds, self.heard = 0, True

    def on_start(self):
        self.set_timer("round", 20)

    def on_round_timer(self):
        if self.heard:
            self.rounds, self.heard = self.rounds + 1, False
            self.output("works", self.rounds)
            self.broadcast(Add(self.rounds))
            self.set_timer("round", 20)

    def on_add(self, src, msg):
        self.heard = True


class Persistent(Stuck):
    """Tries again."""

    def on_round_timer(self):
        self.heard = True
        super().on_round_timer()


def test_what_locks_itself_up_never_recovers():
    run = Run(Stuck, 2, script=[at(50, cut("A", "B")), at(50, cut("B", "A"))])
    assert recovers(run, "works", at=500, within=10_000).status == "broken"
    assert recovers(run.replace(protocol=Persistent), "works", at=500, within=100).status == "holds"


class Echo(Node):
    """A speaks each 10 ms; the others say that they heard."""

    def init(self):
        self.said = 0

    def on_start(self):
        if self.id == "A":
            self.set_timer("beat", 10)

    def on_beat_timer(self):
        self.said += 1
        self.broadcast(Add(self.said))
        self.set_timer("beat", 10)

    def on_add(self, src, msg):
        self.output("heard", msg.number)


@pytest.mark.parametrize("fault", [
    at(0, set_link(loss=1.0)), at(0, set_link("A", "B", loss=1.0)), at(0, isolate("A")), at(0, pause("A")),
    at(0, crash("A")), at(9, drop("A->B#3"))])
def test_each_kind_of_fault_is_healed(fault):
    """A asks B in every round, and B says that it heard."""
    run = Run(Echo, 2, network=Network(latency=constant(1))).plus(fault)
    verdict = recovers(run, "heard", at=25, within=12)
    assert verdict.status == "holds" and verdict.trace.unapplied == []


def test_a_network_that_loses_all_is_healed_inside_the_core_only():
    run = Run(Echo, 3, network=Network(latency=constant(1), loss=1.0))
    verdict = recovers(run, "heard", at=25, within=50, core=("A", "B"))
    assert verdict.status == "holds"
    assert {output.node for output in verdict.trace.outputs("heard")} == {"B"}


def test_only_the_core_has_to_make_progress():
    """C hears A all the time; B, which is to be healed with nobody, hears nothing."""
    run = Run(Echo, 3, script=[at(0, isolate("B"))])
    assert recovers(run, "heard", at=25, within=50, core=("A", "C")).status == "holds"
    assert recovers(run, "heard", at=25, within=50, core=("B",)).status == "broken"


def test_progress_may_be_due_in_so_many_steps():
    run = Run(Echo, 2, network=Network(latency=constant(1)), script=[at(0, isolate("B"))])
    healed = recovers(run, "heard", at=25, within=50)       # heal, A beats, B hears
    first = next(step.index for step in healed.trace.steps if step.kind == "heal")
    assert healed.step == first + 2
    assert recovers(run, "heard", at=25, within=50, steps=3).status == "holds"
    late = recovers(run, "heard", at=25, within=50, steps=2)
    assert late.status == "broken" and late.sentence == "not within 50 ms and 2 steps after 25 ms"


def test_the_goal_may_be_a_predicate_on_the_world():
    def the_third_beat_is_sent(world):
        return world.states["A"].said >= 3

    run = Run(Echo, 2, network=Network(latency=constant(1)), script=[at(12, crash("A")), at(30, request("B", Add(9)))])
    verdict = recovers(run, the_third_beat_is_sent, at=25, within=50)
    assert verdict.status == "holds" and verdict.trace[verdict.step].time == 55
    assert "the third beat is sent" in repr(verdict)
    assert verdict.trace.outputs("heard")[-1].values == (4,), "the trace goes on to the end of the time"
    assert any(output.values == (9,) for output in verdict.trace.outputs("heard")), "requests go on"


def test_a_run_that_is_cut_short_recovers_neither_nor_fails():
    run = Run(Echo, 2, script=[at(0, isolate("B"))], limits=Limits(steps=2))
    assert recovers(run, "heard", at=25, within=50).status == "not decided"


def test_a_goal_that_is_none_and_a_core_that_is_not_there_are_refused():
    run = Run(Echo, 2)
    for options, sentence in (({"core": ("A", "X")}, "not in this cluster"), ({"core": ()}, "no nodes"),
                              ({"at": -1}, "milliseconds, at least 0")):
        with pytest.raises(DslabError, match=sentence):
            recovers(run, "heard", **{"at": 10, "within": 10} | options)
    with pytest.raises(DslabError, match="name of an output"):
        recovers(run, 3, at=10, within=10)


def test_a_link_that_loses_all_is_healed():
    run = Run(Echo, 2, network=Network(latency=constant(1), links={("A", "B"): {"loss": 1.0}}))
    assert recovers(run, "heard", at=25, within=12).status == "holds"


class Greeter(Echo):
    """Speaks when it recovers, and at no other time."""

    def on_start(self):
        pass

    def on_recover(self):
        self.broadcast(Add(1))


def test_no_fault_waits_for_what_is_said_at_the_recovery():
    run = Run(Greeter, 2, script=[at(0, drop("A->B#1")), at(5, crash("A"))])
    assert recovers(run, "heard", at=25, within=50).status == "holds"


def test_what_was_so_before_the_healing_counts_only_if_it_lasts():
    run = Run(Echo, 2)
    assert recovers(run, lambda world: 0 < world.time < 20, at=25, within=50).status == "broken"
    silent = Run(Terse, 1)
    assert recovers(silent, lambda world: world.outputs("deliver"), at=25, within=50).status == "holds"
    assert recovers(silent, "deliver", at=25, within=50).status == "broken"

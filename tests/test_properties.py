"""Promises and what becomes of them."""

import pytest
from samples import Ping, Pinger, Put, Quiet, Store, gossip_run

from dslab.network import Network, constant
from dslab.properties import Promise, always, judge, sometimes
from dslab.run import Limits, Run
from dslab.script import at, crash, recover, request
from dslab.simulator.simulate import simulate
from dslab.trace import Trace
from dslab.values import DslabError

PINGS = simulate(
    Run(Pinger, 3, network=Network(latency=constant(10)), script=[at(5, crash("C")), at(20, recover("C"))])
)
STORE = simulate(Run(Store, 2, script=[at(1, request("A", Put("x", 1))), at(2, request("B", Put("x", 2)))]))


@always
def nobody_receives_a_thing(world):
    """Broken at the first receive."""
    for node, state in world.states.items():
        if state.received:
            return f"{node} received {state.received[0]}"


@sometimes
def b_receives_a_thing(world):
    return world.states["B"].received


def verdict(promise, trace=PINGS):
    """The one verdict."""
    (one,) = judge(trace, [promise])
    return one


def test_a_promise_is_called_as_its_function_is():
    assert repr(nobody_receives_a_thing) == "always: nobody receives a thing" and isinstance(
        b_receives_a_thing, Promise
    )


def test_a_broken_promise_names_the_first_step_that_breaks_it_and_says_how():
    broken = verdict(nobody_receives_a_thing)
    assert (broken.status, broken.sentence, PINGS[broken.step].kind) == ("broken", "B received 1", "receive")
    assert repr(broken) == f"broken: always: nobody receives a thing (step {broken.step}). B received 1"
    assert broken.trace is PINGS and not broken


def test_what_happened_is_seen_where_it_first_happened():
    seen = verdict(b_receives_a_thing)
    assert seen and PINGS[seen.step].node == "B" and PINGS[seen.step].kind == "receive"


def test_what_did_not_happen_in_one_run_is_not_decided():
    assert repr(verdict(sometimes(lambda world: False))).startswith("not decided: ")
    assert verdict(sometimes(lambda world: False)).sentence == "this run never shows it"


@pytest.mark.parametrize(
    ("said", "status"),
    [(None, "holds"), (True, "holds"), (False, "broken"), ("because", "broken"), ("", "holds")],
)
def test_a_promise_answers_with_nothing_or_a_truth_value_or_a_sentence(said, status):
    assert verdict(always(lambda world: said)).status == status


@pytest.mark.parametrize("said", [0, [], ["A"], {}, 3.0])
def test_a_promise_that_answers_with_anything_else_is_refused(said):
    with pytest.raises(DslabError, match="expected None or True while it is kept, a sentence or False"):
        verdict(always(lambda world: said))


def test_a_promise_is_not_kept_by_a_run_that_was_cut_short():
    run = Run(Pinger, 3, limits=Limits(steps=2))
    assert repr(verdict(always(lambda world: True), simulate(run))).startswith("not decided: ")
    assert verdict(always(lambda world: True), simulate(run)).sentence.startswith(
        "the run was cut short: reached the limit of 2 steps"
    )
    assert verdict(nobody_receives_a_thing, simulate(run.replace(limits=Limits()))).status == "broken"


def test_the_first_output_of_a_name_is_an_end_like_another():
    class Teller(Quiet):
        def on_start(self):
            self.output("limit")

    assert verdict(always(lambda world: True), simulate(Run(Teller, until="limit"))).status == "holds"


def test_a_function_without_its_mark_is_no_promise():
    with pytest.raises(
        DslabError, match="a promise is a function with @always, @in_the_end or @sometimes, not a function"
    ):
        judge(PINGS, [lambda world: True])


def test_a_promise_that_misspells_an_attribute_is_told_the_nearest():
    with pytest.raises(AttributeError, match="A has no attribute 'recieved'. Did you mean 'received'"):
        verdict(always(lambda world: world.states["A"].recieved == []))


def test_a_world_knows_who_is_up():
    seen = []
    verdict(always(lambda world: seen.append(world.up)))
    assert seen[0] == set("ABC") and set("AB") in seen and seen[-1] == set("ABC")


def test_a_world_tells_the_nodes_of_a_mixed_cluster_apart():
    trace = simulate(Run({"A": Quiet, "B": Store}, script=[at(1, request("A", Ping(7)))]))
    seen = []
    verdict(
        always(
            lambda world: seen.append(
                {node: state.received for node, state in world.having("received").items()}
            )
        ),
        trace,
    )
    assert seen == [{"A": [7]}]


def test_a_world_remembers_all_outputs_also_of_crashed_nodes():
    class Teller(Quiet):
        def on_ping(self, src, msg):
            self.output("told", msg.n)
            self.output("done")

    trace = simulate(Run(Teller, 1, script=[at(1, request("A", Ping(7))), at(2, crash("A"))]))
    seen = []
    verdict(
        always(
            lambda world: seen.append(
                (len(world.outputs()), [one.values for one in world.outputs("told")], world.time)
            )
        ),
        trace,
    )
    assert seen == [(2, [(7,)], 1.0), (2, [(7,)], 2.0)]


def test_a_trace_from_a_file_is_judged_alike():
    trace = simulate(gossip_run())
    promises = [
        always(lambda world: all(state.beats < 5 for state in world.states.values())),
        sometimes(lambda world: len(world.up) < 5),
    ]
    for before, after in zip(
        judge(trace, promises), judge(Trace.from_json(trace.to_json()), promises), strict=True
    ):
        assert (before.status, before.step, before.sentence) == (after.status, after.step, after.sentence)


def test_no_promises_no_verdicts():
    assert judge(STORE, []) == []

"""Every verb of a script: how it is written, what it does, and where it does not apply."""

import pytest
from samples import Ping, Pinger, Put, Quiet, Sender, Store, kinds, only

from dslab.network import Network, constant
from dslab.reasons import Reason
from dslab.run import Run
from dslab.script import (
    at,
    clock,
    crash,
    cut,
    delay,
    deliver,
    drop,
    duplicate,
    fire,
    heal,
    isolate,
    parse_message_name,
    partition,
    pause,
    recover,
    request,
    resume,
    set_link,
)
from dslab.simulator.simulate import simulate
from dslab.values import DslabError

TEN = Network(latency=constant(10))
ACTIONS = [
    request("A", Put("x", 1), client="alice"),
    request("A", Put("x", 1)),
    crash("A"),
    recover("A"),
    pause("A"),
    resume("A"),
    partition(("A", "B"), ("C",)),
    isolate("A"),
    cut("A", "B"),
    heal(),
    heal("A", "B"),
    drop("A->B#3"),
    duplicate("A->B#3", after=5),
    delay("A->B#3", by=50),
    deliver("A->B#3"),
    fire("A", "beat"),
    set_link("A", "B", latency=constant(3), loss=0.5),
    set_link(fifo=True),
    clock("A", offset=50, drift=200, step=-30),
]


def sender(*script, duration=65):
    """A sends to B at 10, 20, 30, ...; a message takes 10 ms."""
    return simulate(Run(Sender, 2, network=TEN, duration=duration, script=script))


def received(trace, node="B"):
    """What a node has received: (time, count)."""
    return [(step.time, step.message.payload.n) for step in only(trace, "receive") if step.node == node]


def why(trace):
    """Why the one event that did not apply did not."""
    ((_, reason),) = trace.unapplied
    return str(reason)


@pytest.mark.parametrize("action", ACTIONS, ids=repr)
def test_an_action_shows_itself_as_the_code_that_makes_it(action):
    assert eval(repr(at(5, action))) == at(5, action)


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (lambda: at(-1, crash("A")), "a time is a number of milliseconds, at least 0"),
        (lambda: at(float("nan"), crash("A")), r"at\(nan, ...\)"),
        (lambda: at("5", crash("A")), r"at\('5', ...\)"),
        (lambda: at(5, "crash A"), r'expected an action such as crash\("A"\)'),
        (lambda: at(5, crash), r'expected an action such as crash\("A"\)'),
        (lambda: request("A", "put x"), "a message is an instance of a class with @message, not a str"),
        (lambda: request("A", Ping(), client=3), "a client is named by a string"),
        (lambda: heal("A"), "give both names or none"),
        (lambda: set_link("A", loss=0.1), "give both names or none"),
        (lambda: set_link("A", "B", los=1), "Did you mean 'loss'"),
        (lambda: set_link("A", "B"), "changes nothing: give latency"),
        (lambda: drop("A to B, 3"), r'a message is named by link and count, such as "A->B#3"'),
        (lambda: drop("A->B#0"), "a message is named by link and count"),
        (lambda: drop(3), "not 3"),
        (lambda: deliver("A, B"), "a message is named by link and count"),
        (lambda: fire("A", 3), "a timer is named by a string"),
        (lambda: delay("A->B#1", by=-1), "by=-1: expected a number of milliseconds, at least 0"),
        (lambda: duplicate("A->B#1", after="2"), "after='2'"),
        (lambda: clock("A", step=float("inf")), "clock.step=inf.: expected a finite number"),
        (lambda: clock("A", drift=-1e6), "a drift is in ppm, above -1,000,000"),
        (lambda: clock("A"), "clock changes nothing"),
        (lambda: partition(("A", "B"), ("B", "C")), "a node is in one group only"),
    ],
)
def test_an_action_that_cannot_be_is_refused_with_a_sentence(make, sentence):
    with pytest.raises(DslabError, match=sentence):
        make()


@pytest.mark.parametrize(
    "action",
    [
        crash("Z"),
        request("Z", Ping()),
        partition(("A", "Z")),
        cut("A", "Z"),
        drop("A->Z#1"),
        deliver("Z->A#1"),
        fire("Z", "beat"),
        set_link("Z", "A", loss=1),
        clock("Z", step=1),
    ],
    ids=repr,
)
def test_an_action_names_nodes_that_are_there(action):
    with pytest.raises(DslabError, match=r"at\(5, .* names 'Z', which is not in this cluster \(A, B, C\)"):
        Run(Quiet, 3, script=[at(5, action)])


def test_a_message_is_named_by_link_and_count():
    assert parse_message_name("A->B#3") == ("A", "B", 3)
    assert parse_message_name("A->B#3''") == ("A", "B", "3''")
    assert parse_message_name("node 1#x->B#2#12") == ("node 1#x", "B#2", 12)


# ---- nodes ----


def test_a_crashed_node_receives_nothing_and_its_timers_are_gone():
    trace = sender(at(35, crash("B")), at(42, crash("A")))
    assert received(trace) == [(20, 1), (30, 2)]
    assert [step.time for step in only(trace, "loss")] == [40, 50]
    assert trace.messages[2].why == Reason("down", node="B") and trace.end == Reason("rest", ms=50.0)
    assert trace.faults == {"crash": 2, "lost at a crashed node": 2}


def test_a_crash_at_time_0_comes_after_the_start():
    trace = simulate(Run(Pinger, 2, network=TEN, script=[at(0, crash("A")), at(0, crash("B"))]))
    assert kinds(trace) == [("start", "A"), ("start", "B"), ("crash", "A"), ("crash", "B"), ("loss", None)]


def test_crashing_twice_is_reported():
    assert why(sender(at(5, crash("B")), at(6, crash("B")))) == "B is already down"


def test_recovering_twice_is_reported():
    trace = sender(at(5, crash("B")), at(6, recover("B")), at(7, recover("B")))
    assert why(trace) == "B is not down" and trace.faults["recover"] == 1


def test_a_paused_node_goes_on_with_all_that_has_waited_in_order():
    trace = sender(at(15, pause("B")), at(45, resume("B")), duration=55)
    assert received(trace) == [(45, 1), (45, 2), (45, 3), (50, 4)]
    assert [step.cause for step in only(trace, "receive")] == sorted(
        step.cause for step in only(trace, "receive")
    )


def test_a_paused_node_fires_its_timers_late():
    trace = sender(at(15, pause("A")), at(45, resume("A")), duration=60)
    assert [step.time for step in only(trace, "timer")] == [10, 45, 55]


def test_pausing_and_resuming_where_it_makes_no_sense_is_reported():
    assert why(sender(at(5, pause("B")), at(6, pause("B")))) == "B is already paused"
    assert why(sender(at(5, crash("B")), at(6, pause("B")))) == "B is already down"
    assert why(sender(at(5, resume("B")))) == "B is not paused"
    assert why(sender(at(5, crash("B")), at(6, resume("B")))) == "B is down"


def test_what_waited_for_a_paused_node_is_lost_when_it_crashes():
    later = at(36, recover("B")), at(37, pause("B")), at(38, resume("B"))
    trace = sender(at(15, pause("B")), at(35, crash("B")), *later, duration=45)
    assert received(trace) == [(40, 3)]
    assert {message.why for message in trace.messages[:2]} == {Reason("crashed", node="B")}
    assert {message.ended for message in trace.messages[:2]} == {only(trace, "crash")[0].index}


def test_what_has_arrived_at_a_paused_node_cannot_be_cut_off_any_more():
    trace = sender(at(15, pause("B")), at(25, cut("A", "B")), at(45, resume("B")), duration=49)
    assert received(trace) == [(45, 1)]
    assert [message.fate for message in trace.messages[:3]] == ["received", "lost", "lost"]


def test_at_the_moment_of_a_resume_only_what_comes_from_the_network_can_be_cut_off_or_dropped():
    paused = at(15, pause("B")), at(35, resume("B"))
    trace = sender(*paused, at(35, cut("A", "B")), at(35, drop("A->B#1")), duration=45)
    assert received(trace) == [(35, 1), (35, 2)] and why(trace) == "A->B#1 was no longer in flight"
    assert [message.why for message in trace.messages[2:4]] == [Reason("cut", link="A->B")] * 2


def test_what_has_waited_waits_on_in_order_if_the_node_is_paused_again_at_once():
    again = at(35, resume("B")), at(35, pause("B")), at(35, cut("A", "B")), at(40, resume("B"))
    assert received(sender(at(15, pause("B")), *again, duration=45)) == [(40, 1), (40, 2)]


def test_what_has_waited_is_lost_if_the_node_crashes_as_it_resumes():
    trace = sender(at(15, pause("B")), at(25, cut("A", "B")), at(29, resume("B")), at(29, crash("B")), duration=29)
    assert received(trace) == [] and trace.messages[0].why == Reason("down", node="B")


def test_a_clock_has_offset_drift_and_steps():
    trace = sender(
        at(5, clock("A", offset=100)),
        at(15, clock("A", drift=100_000)),
        at(25, clock("A", step=-50)),
        duration=30,
    )
    shown = {step.time: step.local for step in trace.steps if step.node == "A" and step.kind == "timer"}
    assert shown[10] == 110 and shown[20] == pytest.approx(115 + 5 * 1.1)
    assert only(trace, "clock")[2].local == pytest.approx(115 + 10 * 1.1 - 50)


def test_a_fast_clock_makes_timers_go_off_early():
    trace = sender(at(5, clock("A", drift=1_000_000)), duration=31)
    assert [step.time for step in only(trace, "timer")] == [10, 15, 20, 25, 30]  # the first was set before


def test_a_clock_is_what_now_shows():
    class Teller(Quiet):
        def on_ping(self, src, msg):
            self.output("time", self.now)

    trace = simulate(Run(Teller, 1, script=[at(0, clock("A", offset=50)), at(10, request("A", Ping()))]))
    assert trace.outputs("time")[0].values == (60.0,)


def test_a_timer_goes_off_when_the_script_says_so_and_only_then():
    trace = sender(at(13, fire("A", "beat")), duration=35)
    assert [step.time for step in only(trace, "timer")] == [10, 13, 23, 33]
    assert trace.faults == {"fire": 1} and trace.describe(only(trace, "fire")[0].index) == (
        "The script: fire('A', 'beat')."
    )


def test_a_timer_that_is_fired_has_the_step_that_set_it_as_its_cause():
    trace = sender(at(13, fire("A", "beat")), duration=15)
    assert trace[-1].kind == "timer" and trace[trace[-1].cause].time == 10


def test_a_timer_that_is_fired_at_a_paused_node_waits():
    trace = sender(at(12, pause("A")), at(13, fire("A", "beat")), at(15, resume("A")), duration=26)
    assert [step.time for step in only(trace, "timer")] == [10, 15, 25]
    late = sender(at(12, pause("A")), at(23, fire("A", "beat")), at(25, resume("A")), duration=36)
    assert [step.time for step in only(late, "timer")] == [10, 25, 35]


def test_a_timer_that_is_not_set_cannot_be_fired():
    assert why(sender(at(5, fire("A", "beet")))) == "A has no timer 'beet' set. Did you mean 'beat'?"
    assert why(sender(at(5, fire("B", "beat")))) == "B has no timer 'beat' set."
    assert why(sender(at(5, crash("A")), at(6, fire("A", "beat")))) == "A is down"


# ---- links ----


def test_a_partition_cuts_what_is_between_groups_and_nothing_inside():
    trace = simulate(Run(Pinger, 4, network=TEN, script=[at(0, partition(("A", "B"), ("C",)))]))
    assert [step.node for step in only(trace, "receive")] == ["B"]
    assert {message.dst: str(message.why) for message in trace.messages if message.fate == "lost"} == {
        "C": "the link A->C is cut",
        "D": "the link A->D is cut",
    }  # D, which no group names, is a group of its own


def test_a_message_is_lost_if_its_link_is_cut_when_it_is_sent_or_when_it_would_arrive():
    trace = sender(at(15, cut("A", "B")), at(35, heal("A", "B")), duration=55)
    assert received(trace) == [(50, 4)]
    assert [message.ended is None for message in trace.messages[:3]] == [False, True, True]
    assert trace.faults == {"cut": 1, "heal": 1, "lost on a cut link": 3}


def test_a_message_passes_a_link_that_was_cut_and_mended_while_it_was_on_its_way():
    assert received(sender(at(12, cut("A", "B")), at(18, heal()), duration=25)) == [(20, 1)]


def test_a_cut_is_in_one_direction():
    trace = sender(at(0, cut("B", "A")), duration=25)
    assert received(trace) == [(20, 1)]


def test_isolating_a_node_cuts_it_off_in_both_directions():
    trace = simulate(Run(Pinger, 3, network=TEN, script=[at(0, isolate("A"))]))
    assert not only(trace, "receive")


@pytest.mark.parametrize("action", [heal(), heal("A", "B"), partition(("A", "B"))], ids=repr)
def test_what_changes_no_link_is_reported(action):
    trace = sender(at(5, action))
    assert why(trace) == "it changes no link" and trace.faults == {}


def test_cutting_twice_is_reported():
    assert why(sender(at(5, cut("A", "B")), at(6, cut("A", "B")))) == "it changes no link"
    assert why(sender(at(5, isolate("A")), at(6, partition(("A",), ("B",))))) == "it changes no link"


def test_cutting_a_link_that_the_topology_has_not_is_reported():
    run = Run(Quiet, 3, topology=[("A", "B"), ("B", "C")], script=[at(5, cut("A", "C"))])
    assert why(simulate(run)) == "it changes no link"


def test_set_link_changes_what_is_sent_from_now_on():
    trace = sender(
        at(15, set_link("A", "B", latency=constant(1))), at(35, set_link(latency=constant(2))), duration=43
    )
    assert [time for time, _ in received(trace)] == [20, 21, 31, 42]


# ---- single messages ----


@pytest.mark.parametrize("moment", [0, 25, 30, 35])
def test_a_message_is_dropped_before_it_is_sent_or_on_its_way(moment):
    trace = sender(at(moment, drop("A->B#3")), duration=55)
    assert [n for _, n in received(trace)] == [1, 2, 4]
    assert (
        trace.messages[2].why == Reason("dropped")
        and trace.faults == {"dropped": 1}
        and not trace.unapplied
    )


@pytest.mark.parametrize("moment", [0, 25, 30, 35])
def test_a_message_is_held_back_before_it_is_sent_or_on_its_way(moment):
    trace = sender(at(moment, delay("A->B#3", by=15)), duration=55)
    assert received(trace) == [(20, 1), (30, 2), (50, 4), (55, 3)]
    assert trace.messages[2].arrives == 55 and trace.faults == {"delayed": 1}


@pytest.mark.parametrize("moment", [0, 25, 30, 35])
def test_a_message_is_doubled_before_it_is_sent_or_on_its_way(moment):
    trace = sender(at(moment, duplicate("A->B#3", after=5)), duration=49)
    assert received(trace) == [(20, 1), (30, 2), (40, 3), (45, 3)]
    assert [message.name for message in trace.messages if message.payload.n == 3] == ["A->B#3", "A->B#3'"]
    assert trace.faults == {"duplicated": 1}


def test_each_copy_of_a_message_has_its_own_name():
    trace = sender(at(35, duplicate("A->B#3", after=1)), at(36, duplicate("A->B#3", after=2)), duration=49)
    assert [(message.name, message.arrives) for message in trace.messages if message.payload.n == 3] == [
        ("A->B#3", 40),
        ("A->B#3'", 41),
        ("A->B#3''", 42),
    ]


def test_a_copy_can_be_dropped_held_back_and_doubled_like_any_message():
    copies = at(35, duplicate("A->B#3", after=1)), at(35, duplicate("A->B#3", after=2))
    trace = sender(*copies, at(36, drop("A->B#3'")), at(36, delay("A->B#3''", by=3)), duration=49)
    assert received(trace)[2:] == [(40, 3), (45, 3)] and trace.faults["dropped"] == 1
    trace = sender(*copies, at(36, duplicate("A->B#3'", after=1)), duration=49)
    assert [message.name for message in trace.messages][-3:] == ["A->B#3''", "A->B#3'''", "A->B#4"]
    assert why(sender(at(5, drop("A->B#3'")))) == "A->B#3' was not in flight"


def test_a_copy_is_in_flight_only_from_the_moment_when_it_is_made():
    trace = sender(at(35, duplicate("A->B#3")), duration=49)
    made = only(trace, "duplicate")[0].index
    assert "A->B#3'" in [message.name for message in trace.in_flight(made)]
    assert "A->B#3'" not in [message.name for message in trace.in_flight(made - 1)]


def test_a_message_on_its_way_is_delivered_at_once_and_past_others():
    slow = Network(latency=constant(100))
    run = Run(Sender, 2, network=slow, duration=50, script=[at(35, deliver("A->B#3")), at(36, deliver("A->B#1"))])
    trace = simulate(run)
    assert received(trace) == [(35, 3), (36, 1)]
    assert trace.messages[2].arrives == 35 and trace.faults == {"delivered now": 2}
    assert trace.describe(only(trace, "deliver")[0].index) == (
        "The script: A->B#3, Ping 3 from A to B, is delivered at once."
    )


def test_a_message_that_is_still_to_be_sent_is_delivered_the_moment_it_is():
    trace = sender(at(0, deliver("A->B#3")), duration=45)
    assert received(trace) == [(20, 1), (30, 2), (30, 3)]
    assert trace.faults == {"delivered now": 1} and not trace.unapplied


def test_on_a_link_that_keeps_order_only_the_first_can_be_delivered():
    def fifo(*script):
        network = Network(latency=constant(100), fifo=True)
        return simulate(Run(Sender, 2, network=network, duration=55, script=script))

    trace = fifo(at(35, deliver("A->B#3")))
    assert why(trace) == "the link A->B is FIFO, and A->B#1 comes first" and not received(trace)
    assert received(fifo(at(35, deliver("A->B#1")), at(36, deliver("A->B#2")))) == [(35, 1), (36, 2)]
    awaited = fifo(at(0, deliver("A->B#2")), at(45, deliver("A->B#1")))
    assert received(awaited) == [(45, 1)] and awaited.messages[1].arrives == 110


def test_what_is_delivered_to_a_node_that_is_down_or_cut_off_is_lost_and_waits_at_a_paused_one():
    assert received(sender(at(12, crash("B")), at(15, deliver("A->B#1")), duration=18)) == []
    cut_off = sender(at(12, cut("A", "B")), at(15, deliver("A->B#1")), duration=18)
    assert cut_off.messages[0].why == Reason("cut", link="A->B")
    paused = sender(at(12, pause("B")), at(15, deliver("A->B#1")), at(17, resume("B")), duration=18)
    assert received(paused) == [(17, 1)]


@pytest.mark.parametrize("action", [drop("A->B#1"), delay("A->B#1", by=5), duplicate("A->B#1"), deliver("A->B#1")],
                         ids=repr)
def test_it_is_too_late_for_a_message_that_has_arrived(action):
    trace = sender(at(33, action))
    assert why(trace) == "A->B#1 was no longer in flight" and trace.faults == {}


@pytest.mark.parametrize(
    "action", [drop("A->B#99"), delay("B->A#1", by=5), duplicate("A->B#99"), deliver("A->B#99")], ids=repr
)
def test_a_message_that_was_never_sent_is_reported(action):
    trace = sender(at(33, action))
    assert why(trace) == "that message was never sent" and trace.faults == {}


def test_what_is_lost_already_can_be_neither_held_back_nor_doubled():
    trace = sender(
        at(0, cut("A", "B")),
        at(1, delay("A->B#1", by=5)),
        at(2, duplicate("A->B#1")),
        at(3, drop("A->B#1")),
        at(4, deliver("A->B#1")),
        duration=15,
    )
    assert [str(why) for _, why in trace.unapplied] == [
        "A->B#1 had already been lost: the link A->B is cut"
    ] * 4
    assert trace.faults == {"cut": 1, "lost on a cut link": 1}


def test_several_orders_for_one_message_add_up():
    trace = sender(
        at(0, delay("A->B#1", by=5)),
        at(0, delay("A->B#1", by=6)),
        at(0, duplicate("A->B#1", after=2)),
        duration=35,
    )
    assert received(trace)[:3] == [(30, 2), (31, 1), (33, 1)]


# ---- requests ----


def store(*script):
    return simulate(Run(Store, 2, script=script))


def test_a_request_is_answered_by_a_reply():
    trace = store(at(5, request("A", Put("x", 1), client="alice")), at(9, request("B", Put("x", 2))))
    assert [(op.client, op.node, op.invoked_at, op.returned_at, op.result) for op in trace.operations] == [
        ("alice", "A", 5, 5, 1),
        ("user 2", "B", 9, 9, 2),
    ]


def test_a_request_to_a_crashed_node_is_never_answered():
    trace = store(at(1, crash("A")), at(5, request("A", Put("x", 1), client="alice")))
    assert trace.operations[0].returned is None and trace.steps[-1].node is None
    assert trace.steps[-1].notes == ("A is down: nobody answers",)


def test_a_request_to_a_paused_node_waits():
    trace = store(at(1, pause("A")), at(5, request("A", Put("x", 1))), at(8, resume("A")))
    assert (trace.operations[0].invoked_at, trace.operations[0].returned_at) == (5, 8)
    assert trace.steps[-1].cause == trace.operations[0].invoked


def test_a_request_waits_on_if_the_node_is_paused_again_or_crashes_as_it_resumes():
    waits = at(1, pause("A")), at(5, request("A", Put("x", 1))), at(8, resume("A"))
    trace = store(*waits, at(8, pause("A")), at(9, resume("A")))
    assert trace.operations[0].returned_at == 9
    assert store(*waits, at(8, crash("A"))).operations[0].returned is None


def test_a_client_has_one_request_at_a_time():
    trace = store(
        at(1, crash("A")),
        at(5, request("A", Put("x", 1), client="alice")),
        at(6, request("B", Put("x", 2), client="alice")),
    )
    assert why(trace) == "alice still waits for the answer to its last request" and len(trace.operations) == 1


def test_a_client_may_have_the_name_of_a_node():
    trace = store(at(5, request("A", Put("x", 1), client="B")))
    assert trace.operations[0].result == 1


def test_what_the_run_had_no_time_for_is_reported():
    trace = sender(at(64, crash("B")), at(66, crash("A")), at(99, request("A", Ping())))
    assert [why for _, why in trace.unapplied] == [Reason("over")] * 2

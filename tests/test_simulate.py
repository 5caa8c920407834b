"""The simulator: order, time, timers, crashes, links, and where a run ends."""

import re

import pytest
from samples import Gossip, Nothing, Ping, Pinger, Put, Quiet, Sender, Store, gossip_run, kinds, only

from dslab.network import Network, constant, uniform
from dslab.node import Node
from dslab.reasons import Reason
from dslab.run import Limits, Run
from dslab.script import at, crash, delay, drop, pause, recover, request, resume, set_link
from dslab.simulator.simulate import simulate
from dslab.values import DslabError

TEN = Network(latency=constant(10))


# ---- order and time ----


def test_what_happens_at_one_moment_happens_in_the_order_of_its_causes():
    trace = simulate(Run(Pinger, 4, network=TEN))
    assert [step.node for step in only(trace, "start")] == list("ABCD")
    assert [step.node for step in only(trace, "receive")] == list("BCD")


def test_events_of_the_script_at_one_moment_happen_in_the_order_of_the_script():
    trace = simulate(
        Run(Quiet, 1, script=[at(5, crash("A")), at(5, recover("A")), at(5, pause("A")), at(5, resume("A"))])
    )
    assert [kind for kind, _ in kinds(trace)] == [
        "crash",
        "recover",
        "pause",
        "resume",
    ] and not trace.unapplied


def test_time_never_goes_backwards():
    times = [step.time for step in simulate(gossip_run()).steps]
    assert times == sorted(times)


def test_the_effects_of_a_handler_happen_in_their_order():
    class Busy(Quiet):
        def on_start(self):
            if self.id == "A":
                self.send("C", Ping(1))
                self.output("one")
                self.send("B", Ping(2))
                self.output("two")

    first = simulate(Run(Busy, 3, network=TEN)).steps[0]
    assert [message.dst for message in first.sent] == ["C", "B"] and first.outputs == (("one",), ("two",))


# ---- timers ----


class Timed(Node):
    """Its timers are set by requests: Put(name, ms) sets, Ping() cancels."""

    def init(self):
        self.fired = []

    def on_put(self, src, msg):
        self.set_timer(msg.key, msg.value)
        self.reply(src)

    def on_ping(self, src, msg):
        self.cancel_timer("x")
        self.reply(src)

    def on_nothing(self, src, msg):
        self.set_timer("x", 5)
        self.cancel_timer("x")
        self.cancel_timer("y")
        self.set_timer("y", 5)
        self.reply(src)

    def on_x_timer(self):
        self.fired.append("x")

    def on_y_timer(self):
        self.fired.append("y")


def fires(*requests, also=()):
    """When which timer goes off."""
    trace = simulate(Run(Timed, 1, script=[*(at(time, request("A", msg)) for time, msg in requests), *also]))
    assert [step.time for step in trace.steps] == sorted(step.time for step in trace.steps)
    return [(step.time, step.name) for step in only(trace, "timer")]


def test_setting_a_timer_again_replaces_it():
    assert fires((0, Put("x", 50)), (10, Put("x", 50)), (20, Put("y", 1)), (30, Put("x", 5))) == [
        (21, "y"),
        (35, "x"),
    ]
    assert fires((0, Put("x", 50)), (10, Put("x", 100))) == [(110, "x")]
    assert fires((0, Put("x", 50)), (10, Put("x", 10)), (30, Put("y", 1))) == [(20, "x"), (31, "y")]
    assert fires((0, Put("x", 50)), (10, Put("x", 20)), (20, Put("x", 30)), (20, Put("x", 31))) == [(51, "x")]


def test_a_timer_that_has_gone_off_can_be_set_again():
    assert fires((0, Put("x", 10)), (20, Put("x", 10)), (40, Put("x", 0))) == [
        (10, "x"),
        (30, "x"),
        (40, "x"),
    ]


def test_a_cancelled_timer_never_goes_off():
    assert fires((0, Put("x", 50)), (10, Ping())) == []
    assert fires((0, Put("x", 50)), (10, Ping()), (20, Put("x", 60))) == [(80, "x")]
    assert fires((0, Ping())) == []


def test_a_timer_dies_with_its_node():
    assert fires((0, Put("x", 50)), also=[at(10, crash("A")), at(20, recover("A"))]) == []
    assert fires((0, Put("x", 50)), (30, Put("x", 50)), also=[at(10, crash("A")), at(20, recover("A"))]) == [
        (80, "x")
    ]


def test_setting_and_cancelling_in_one_handler_leaves_what_came_last():
    trace = simulate(Run(Timed, 1, script=[at(0, request("A", Nothing()))]))
    assert trace.steps[0].timers == {"x": None, "y": 5.0}
    assert [step.name for step in only(trace, "timer")] == ["y"]


def test_a_random_delay_lies_in_its_range_and_fills_it():
    timers = [
        step.timers["beat"] - step.time
        for step in simulate(Run(Gossip, 20, duration=2000)).steps
        if step.timers
    ]
    assert 20 <= min(timers) < 21 and 59 < max(timers) <= 60


# ---- states ----


def test_a_change_is_recorded_if_the_new_value_is_not_equal_to_the_old_one():
    """0 equals False in Python, so a trace goes on to show the 0."""

    class Changing(Node):
        def init(self):
            self.flag, self.count = 0, 0

        def on_start(self):
            self.flag, self.count = False, 2

    assert simulate(Run(Changing, 1)).steps[0].changes == {"count": 2}


# ---- crashes ----


def test_only_persistent_attributes_survive_a_crash():
    trace = simulate(
        Run(Gossip, 2, seed=1, duration=300, script=[at(200, crash("A")), at(250, recover("A"))])
    )
    crashed, recovered = only(trace, "crash")[0], only(trace, "recover")[0]
    before, after = trace.state_at(crashed.index)["A"], trace.state_at(recovered.index)["A"]
    assert before["known"] == after["known"] != {} and before["beats"] > 0 == after["beats"]
    assert recovered.timers  # on_recover calls on_start by default


def test_an_initial_state_holds_for_the_first_start_only():
    events = [at(1, crash("A")), at(2, recover("A"))]
    initial = {"A": {"beats": 7, "known": {"A": 8}}}
    trace = simulate(Run(Gossip, 2, duration=3, initial=initial, script=events))
    assert trace.initial["A"] == initial["A"]
    assert trace.state_at(-1)["A"] == {"beats": 0, "known": {"A": 8}}      # the disk keeps what it was given


def test_a_recovering_node_may_do_something_else_than_a_starting_one():
    class Careful(Quiet):
        def on_recover(self):
            self.output("recovered", self.received)

    trace = simulate(Run(Careful, 1, script=[at(1, crash("A")), at(2, recover("A"))]))
    assert [output.values for output in trace.outputs("recovered")] == [([],)]


# ---- links ----


def burst(network, duration=3000):
    """The counts of A's pings in the order in which B receives them."""
    trace = simulate(Run(Sender, 2, network=network, duration=duration))
    return trace, [step.message.payload.n for step in only(trace, "receive")]


def test_a_fifo_link_keeps_the_order_and_another_one_does_not():
    _, mixed = burst(Network(latency=uniform(1, 100)))
    _, ordered = burst(Network(latency=uniform(1, 100), fifo=True))
    assert mixed != sorted(mixed) and ordered == sorted(ordered) and len(ordered) > 200


def test_a_fifo_link_keeps_the_order_of_doubled_and_delayed_messages_too():
    _, ordered = burst(Network(latency=uniform(1, 100), fifo=True, duplication=0.5))
    assert ordered == sorted(ordered) and len(ordered) > len(set(ordered))
    run = Run(Sender, 2, network=Network(fifo=True), duration=300, script=[at(0, delay("A->B#3", by=100))])
    counts = [step.message.payload.n for step in only(simulate(run), "receive")]
    assert counts == sorted(counts)


@pytest.mark.parametrize(("moment", "order"), [(0, [1, 2, 3, 4, 5]), (25, [1, 3, 4, 2, 5])])
def test_on_a_fifo_link_only_a_message_that_is_held_back_on_its_way_is_overtaken(moment, order):
    network = Network(latency=constant(10), fifo=True)
    run = Run(Sender, 2, network=network, duration=65, script=[at(moment, delay("A->B#2", by=25))])
    assert [step.message.payload.n for step in only(simulate(run), "receive")] == order


def test_about_as_many_messages_are_lost_and_doubled_as_the_network_says():
    trace, received = burst(Network(loss=0.3, duplication=0.2), duration=20_000)
    sent = 2000
    assert trace.faults["lost by chance"] == pytest.approx(0.3 * sent, rel=0.1)
    assert trace.faults["duplicated"] == pytest.approx(0.7 * 0.2 * sent, rel=0.15)
    assert len(received) == pytest.approx(sent * 0.7 * 1.2, rel=0.1)


def test_loss_changes_no_delay_of_the_messages_that_arrive():
    whole, _ = burst(Network(), 300)
    lossy, _ = burst(Network(loss=0.5), 300)
    arrivals = {message.name: message.arrives for message in whole.messages}
    assert all(arrivals[message.name] == message.arrives for message in lossy.messages)


@pytest.mark.parametrize(("loss", "fate"), [(1, {"lost"}), (0, {"received"})])
def test_a_chance_of_0_or_1_leaves_nothing_to_chance(loss, fate):
    trace = simulate(Run(Pinger, 5, network=Network(loss=loss)))
    assert {message.fate for message in trace.messages} == fate


def test_a_node_knows_its_peers_and_its_neighbours():
    class Variant(Gossip):
        pass

    class Teller(Quiet):
        def on_start(self):
            self.output("knows", self.peers, self.neighbours)

    run = Run(
        {"A": Gossip, "B": Variant, "C": Teller, "D": Store}, topology=[("A", "B"), ("C", "A"), ("D", "C")]
    )
    nodes = simulate(run).outputs("knows")
    assert nodes[0].values == ((), ("A", "D"))
    with pytest.raises(DslabError, match="A has no link to C: its neighbours are B"):
        simulate(Run(Pinger, 3, topology=[("A", "B"), ("B", "C")]))


def test_nodes_of_a_ring_agree_on_their_order_whoever_else_is_there():
    class Ring(Node):
        def on_start(self):
            self.output("next", self.nodes, self.nodes[(self.index + 1) % len(self.nodes)])

    class Special(Ring):
        pass

    trace = simulate(Run({"C": Ring, "alice": Quiet, "A": Special, "B": Ring}))
    assert [output.values for output in trace.outputs("next")] == [
        (("C", "A", "B"), "A"), (("C", "A", "B"), "B"), (("C", "A", "B"), "C")]


# ---- where a run ends ----


class Echo(Node):
    """Two of them keep answering each other; one alone wakes itself."""

    delay = 0

    def on_start(self):
        self.set_timer("more", self.delay)
        if self.id == "A":
            self.broadcast(Ping())

    def on_more_timer(self):
        if not self.peers:
            self.set_timer("more", self.delay)

    def on_ping(self, src, msg):
        self.send(src, Ping())


class Storm(Echo):
    def on_ping(self, src, msg):
        self.broadcast(Ping(msg.n + 1))
        self.broadcast(Ping(msg.n + 1))


@pytest.mark.parametrize(
    ("run", "end"),
    [
        (Run(Quiet, 3), "nothing left to happen after 0 ms"),
        (Run(Sender, 2, duration=65.5), "reached 65.5 ms"),
        (Run(Sender, 2, duration=0), "reached 0 ms"),
        (Run(Gossip, 3, until="news"), "reached the first output 'news'"),
        (
            Run(Echo, 2, network=Network(latency=constant(0))),
            "10,000 events at time 0.0: A and B keep answering each other",
        ),
        (Run(Echo, 1), "10,000 events at time 0.0: A never comes to rest"),
        (Run(Echo, 2, limits=Limits(steps=50)), r"reached the limit of 50 steps at \d+.* ms"),
        (
            Run(Storm, 3, limits=Limits(in_flight=5000)),
            r"over 5,000 messages in flight, \d\d % of type Ping from [ABC]",
        ),
    ],
    ids=lambda value: None if isinstance(value, Run) else value[:20],
)
def test_a_run_says_why_it_ended(run, end):
    assert re.fullmatch(end, str(simulate(run).end))


def test_the_last_moment_belongs_to_the_run():
    assert only(simulate(Run(Sender, 2, duration=20, network=TEN)), "receive")[0].time == 20


def test_an_interrupt_keeps_what_has_happened():
    class Interrupted(Sender):
        def on_ping(self, src, msg):
            self.output("too late")
            raise KeyboardInterrupt

    trace = simulate(Run(Interrupted, 2))
    assert trace.end == Reason("user", step=3) and len(trace.steps) == 3 and trace.outputs() == []


@pytest.mark.parametrize("nodes", [0, 1, 2, 1000])
def test_a_run_has_as_many_nodes_as_one_likes(nodes):
    trace = simulate(Run(Pinger, nodes, network=TEN))
    assert len(trace.steps) == nodes + max(nodes - 1, 0) and len(trace.nodes) == nodes


@pytest.mark.parametrize(
    "names",
    [("a b", "c d"), ("A#1", "B'"), ("1", "2"), ("__proto__", "constructor"), ("<script>", '"'), ("名", "é")],
)
def test_nodes_may_have_any_names(names):
    trace = simulate(
        Run(
            {names[0]: Talker, names[1]: Talker},
            network=TEN,
            script=[at(0, drop(f"{names[0]}->{names[1]}#1"))],
        )
    )
    assert trace.faults == {"dropped": 1} and trace.messages[1].fate == "received"


class Talker(Quiet):
    def on_start(self):
        self.broadcast(Nothing())


def test_link_settings_hold_for_links_that_are_opened_later():
    run = Run(Sender, 2, network=TEN, duration=25, script=[at(0, set_link("A", "B", latency=constant(3)))])
    assert only(simulate(run), "receive")[0].time == 13

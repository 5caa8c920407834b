"""Clock synchronisation: a client estimates the offset of its clock from a server's, and corrects it.

The server's reading is old when it arrives, by an unknown delay. NTP takes four timestamps: t1 and t4 are the client's,
at sending and at receipt; t2 and t3 the server's. The round trip is (t4 - t1) - (t3 - t2). If both ways take equally
long, the server is ahead by ((t2 - t1) + (t3 - t4)) / 2; if not, the error is half the difference of the ways, which
the client cannot measure, and at most half the round trip.

Sources: Cristian, "Probabilistic clock synchronization" (1989); Mills, RFC 5905 (NTP version 4, 2010). The thresholds
for slewing and stepping are those of Kleppmann's notes (125 ms, 500 ppm, 1000 s). Left out: strata, polling intervals,
and a filter that estimates the drift of the quartz.
"""

from dslab.network import Network, constant
from dslab.node import Node, message
from dslab.properties import always, in_the_end, sometimes
from dslab.run import Run
from dslab.script import at, clock

SLEW, PANIC = 125.0, 1_000_000.0        # ms: from SLEW on the clock is stepped; from PANIC on it is left alone
PPM = 500.0                             # the rate of slewing
FIRST, EVERY = 100, 1000                # ms: the time of the first request, and the interval between requests


@message
class TimeRequest:
    t1: float               # ms: when the client sent it, by the client's clock
    label, look = "time?", "ask"
    sentence = "{src} asks {dst} for the time"


@message
class TimeReply:
    t1: float               # as in the request
    t2: float               # ms: when the request arrived, by the server's clock
    t3: float               # ms: when this was sent, by the server's clock
    label = "{t3:.1f}"
    sentence = "{src} tells {dst}: your request came at {t2:.1f}, this reply leaves at {t3:.1f}"


class TimeServer(Node):
    """A time server that takes `busy` ms for each reply."""

    shown = ("busy",)

    def init(self):
        self.busy = 0.0         # ms from the arrival of a request to its reply
        self.waiting = []       # (client, t1, t2), in the order of arrival

    def on_time_request(self, src, msg):
        self.waiting.append((src, msg.t1, self.now))
        if len(self.waiting) == 1:
            self.set_timer("answer", self.busy)

    def on_answer_timer(self):
        src, t1, t2 = self.waiting.pop(0)
        self.output("shows", self.now)
        self.send(src, TimeReply(t1, t2, self.now))
        if self.waiting:
            self.set_timer("answer", self.busy)


class NtpClient(Node):
    """Takes `asks` samples and corrects its clock by the one with the shortest round trip, `rounds` times."""

    shown = ("offset",)

    def init(self):
        self.server = "S"
        self.asks = 1           # samples per correction
        self.rounds = 1         # corrections that are left
        self.samples = []       # (t1, t2, t3, t4), ms: by the client's clock, the server's twice, the client's
        self.offset = None      # ms: how far ahead the server is, by the last estimate

    def on_start(self):
        self.set_timer("ask", FIRST)

    def on_ask_timer(self):
        self.send(self.server, TimeRequest(self.now))

    def on_time_reply(self, src, msg):
        sample = (msg.t1, msg.t2, msg.t3, self.now)
        self.output("shows", self.now)
        self.samples.append(sample)
        self.note(f"t1 to t4 are {', '.join(f'{t:g}' for t in sample)} ms: the round trip takes "
                  f"{round_trip(sample):g} ms,"
                  f" the server is ahead by {ahead(sample):g} ms")
        if len(self.samples) == self.asks:
            self.end_round()
        if self.rounds:
            self.set_timer("ask", EVERY)

    def end_round(self):
        """All samples are in: correct the clock, and start the next round."""
        self.offset, bound = self.estimate(self.samples)
        self.output("estimate", self.offset, bound)
        self.correct(self.offset, self.adjust(self.offset))
        self.rounds -= 1
        if self.rounds:
            self.samples = []

    def estimate(self, samples):
        """How far ahead the server is, and the bound on the error; both in ms."""
        best = min(samples, key=round_trip)
        return ahead(best), round_trip(best) / 2

    def adjust(self, offset):
        """How to correct a clock that is wrong by `offset` ms: "slew", "step" or "panic"."""
        if abs(offset) < SLEW:
            return "slew"
        return "step" if abs(offset) < PANIC else "panic"

    def correct(self, offset, how):
        """Slew or step the clock, or leave it alone."""
        self.output("adjust", how)
        if how == "panic":
            return self.note(f"{offset:,.1f} ms is beyond the panic limit: an operator must check this clock")
        if how == "step":
            self.step_clock(offset)
        elif offset:
            self.slew_clock(offset, PPM)


class CristianClient(NtpClient):
    """Uses only the server's t3, and the least delay of a message [Cristian 1989]."""

    def init(self):
        super().init()
        self.least = 0.0        # ms: the least delay of a message

    def estimate(self, samples):
        t1, _, t3, t4 = min(samples, key=lambda sample: sample[3] - sample[0])
        return t3 + (t4 - t1) / 2 - t4, (t4 - t1) / 2 - self.least


def round_trip(sample):
    """The round trip without the server's processing, ms: the delay δ."""
    t1, t2, t3, t4 = sample
    return (t4 - t1) - (t3 - t2)


def ahead(sample):
    """How far the server is ahead if both ways take equally long, ms: the offset θ."""
    t1, t2, t3, t4 = sample
    return ((t2 - t1) + (t3 - t4)) / 2


# ---- properties --------------------------------------------------------------------------------------------

DRIFTS = 0.02           # ms: the most that a clock drifts during one round trip


def really_ahead(shown, estimate, server):
    """How far the server was ahead, ms: from clock readings and true time, which no node knows."""
    wrong = {output.node: output.values[0] - output.time for output in shown if output.step <= estimate.step}
    return wrong[server] - wrong[estimate.node]


@always
def the_true_offset_is_within_the_bound(world):
    for output in world.outputs("estimate")[-1:]:
        offset, bound = output.values
        truth = really_ahead(world.outputs("shows"), output, world.states[output.node].server)
        if not truth - bound - DRIFTS <= offset <= truth + bound + DRIFTS:
            return f"{output.node} says {offset:g} ± {bound:g} ms, but the server is ahead by {truth:g} ms"


@always
def a_clock_that_is_a_little_wrong_never_jumps(world):
    for output, how in zip(world.outputs("estimate"), world.outputs("adjust"), strict=True):
        if abs(output.values[0]) < SLEW and how.values != ("slew",):
            return f"{output.node} was wrong by {output.values[0]:g} ms, and did: {how.values[0]}"


@in_the_end
def every_client_has_an_estimate(world):
    for name, state in world.having("samples").items():
        if not any(output.node == name for output in world.outputs("estimate")):
            return f"{name} has {len(state.samples)} samples and no estimate"


@sometimes
def an_estimate_is_wrong(world):
    """The delays of request and reply differ."""
    for output in world.outputs("estimate")[-1:]:
        truth = really_ahead(world.outputs("shows"), output, world.states[output.node].server)
        return abs(output.values[0] - truth) > 1


PROMISES = (the_true_offset_is_within_the_bound, a_clock_that_is_a_little_wrong_never_jumps,
            every_client_has_an_estimate, an_estimate_is_wrong)


def asking(*, offset=50, there=15, back=5, busy=5, asks=1, rounds=1, client=NtpClient, least=0.0, names=("C", "S"),
           script=(), title="", seed=0):
    """A client and a server whose clock is `offset` ms ahead. `there` and `back` are ms, or latencies; `busy` is ms.

    The client's clock is right at first, so its t1 is true time.
    """
    there, back = (constant(way) if isinstance(way, (int, float)) else way for way in (there, back))
    asker, server = names
    network = Network(links={(asker, server): {"latency": there}, (server, asker): {"latency": back}})
    first = {"asks": asks, "rounds": rounds, "server": server}
    first |= {"least": least} if issubclass(client, CristianClient) else {}
    return Run({asker: client, server: TimeServer}, network=network, seed=seed, title=title,
               script=[*([at(0, clock(server, offset=offset))] if offset else []), *script],
               initial={asker: first, server: {"busy": busy}}, duration=2 * EVERY * asks * rounds)


DEMO = asking(title="Four timestamps: 15 ms there, 5 ms back, and a server that is 50 ms ahead")
DEMOS = {
    "four timestamps": DEMO,
    "equal ways": asking(there=10, back=10, title="Four timestamps: 10 ms there and back"),
    "Cristian": asking(client=CristianClient, least=4, title="Cristian's way: one timestamp of the server"),
    "slew": asking(offset=124, there=5, back=5, rounds=260, title="A clock that is 124 ms behind runs faster"),
    "step": asking(offset=800, title="A clock that is 800 ms behind is stepped"),
    "panic": asking(offset=1_000_100, title="A clock that is 1000.1 s behind is left alone"),
}

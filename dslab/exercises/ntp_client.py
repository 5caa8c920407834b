"""Exercise 3.1: from NTP's four timestamps to an estimate with its bound, and what to do about it."""

from collections.abc import Iterator
from random import Random
from statistics import fmean
from typing import Any

from dslab.grader.demands import Demand, for_each
from dslab.grader.exercise import MakeItRight, Names
from dslab.grader.readings import earlier
from dslab.network import uniform
from dslab.node import Node
from dslab.protocols.clock_sync import (
    PANIC,
    SLEW,
    a_clock_that_is_a_little_wrong_never_jumps,
    ahead,
    asking,
    round_trip,
    the_true_offset_is_within_the_bound,
)
from dslab.protocols.clock_sync import NtpClient as Whole
from dslab.run import Run
from dslab.script import at, delay

# ---- what the learner starts from ------------------------------------------------------------------------------------

class NtpClient(Whole):
    """Asks a server for the time, keeps the samples, and sets its clock by what you say."""

    def estimate(self, samples):
        """How far ahead the server's clock is, and how wrong that can be: (offset, bound), in ms.

        samples: [(t1, t2, t3, t4), ...] in ms. t1: the request was sent, t4: the reply was received, by this node's
        clock; t2: the request arrived, t3: the reply was sent, by the server's clock.
        """

    def adjust(self, offset):
        """What to do about a clock that is off by `offset` ms: "slew", "step" or "panic".

        Slew below 125 ms, step below 1,000,000 ms; anything more is left to a human.
        """


# ---- answers ---------------------------------------------------------------------------------------------------------

class Reference(NtpClient):
    """The sample with the shortest round trip."""

    def estimate(self, samples):
        t1, t2, t3, t4 = min(samples, key=lambda sample: (sample[3] - sample[0]) - (sample[2] - sample[1]))
        return ((t2 - t1) + (t3 - t4)) / 2, ((t4 - t1) - (t3 - t2)) / 2

    def adjust(self, offset):
        if abs(offset) < 125:
            return "slew"
        return "step" if abs(offset) < 1_000_000 else "panic"


class Intersects(Reference):
    """The true offset must be where all intervals overlap."""

    def estimate(self, samples):
        low = max(t3 - t4 for _, _, t3, t4 in samples)          # a reply takes at least no time
        high = min(t2 - t1 for t1, t2, _, _ in samples)         # a request, too
        return (low + high) / 2, (high - low) / 2


class ByTheTable(Reference):
    """Looks the action up."""

    def adjust(self, offset):
        return next(what for most, what in ((125, "slew"), (1_000_000, "step"), (float("inf"), "panic"))
                    if abs(offset) < most)


# ---- classic mistakes ------------------------------------------------------------------------------------------------

class ForgetsTheServersWork(Reference):
    """Takes half of t4 - t1, although the server worked in between."""

    def estimate(self, samples):
        t1, t2, t3, t4 = min(samples, key=lambda sample: sample[3] - sample[0])
        return t3 + (t4 - t1) / 2 - t4, ((t4 - t1) - (t3 - t2)) / 2


class WrongSign(Reference):
    """Says how far behind the server is."""

    def estimate(self, samples):
        offset, bound = super().estimate(samples)
        return -offset, bound


class AveragesAll(Reference):
    """Lets the slow samples take part."""

    def estimate(self, samples):
        return fmean(map(ahead, samples)), min(map(round_trip, samples)) / 2


class TakesTheLast(Reference):
    """Believes the newest sample, however slow it was, and claims the bound of the best."""

    def estimate(self, samples):
        return ahead(samples[-1]), min(map(round_trip, samples)) / 2


class WholeWay(Reference):
    """Gives the whole round trip as the bound."""

    def estimate(self, samples):
        offset, bound = super().estimate(samples)
        return offset, 2 * bound


class AlwaysSteps(Reference):
    """Sets the clock at once, even by 20 ms, even back."""

    def adjust(self, offset):
        return "step" if abs(offset) < 1_000_000 else "panic"


class ForgetsTheSign(Reference):
    """Compares the offset and not its size."""

    def adjust(self, offset):
        return "slew" if offset < 125 else "step" if offset < 1_000_000 else "panic"


class NeverPanics(Reference):
    """Never panics: believes any offset."""

    def adjust(self, offset):
        return "slew" if abs(offset) < 125 else "step"


# ---- what is judged --------------------------------------------------------------------------------------------------

@for_each("estimate")
def the_bound_is_no_larger_than_it_must_be(trace, output):
    """Half of the shortest round trip."""
    least = min(map(round_trip, trace.state_at(output.step)[output.node]["samples"])) / 2
    if output.values[1] > least + 1e-6:
        return (f"{output.node} says ± {output.values[1]:g} ms, but the shortest round trip took {2 * least:g}"
                f" ms: the error is at most {least:g} ms")


@for_each("adjust")
def the_clock_is_set_as_the_limits_say(trace, output):
    """Slew below 125 ms, step below 1000 s, panic above."""
    (offset, _), (said, *_) = earlier(trace, output, "estimate")[-1].values, output.values
    expected = "slew" if abs(offset) < SLEW else "step" if abs(offset) < PANIC else "panic"
    if said != expected:
        return (f"the clock of {output.node} is off by {offset:g} ms, and {output.node} says {said!r} instead of"
                f" {expected!r}")


DEMANDS = (
    Demand(the_true_offset_is_within_the_bound, "The round trip takes δ = (t4 − t1) − (t3 − t2), the server is ahead "
                                                "by θ = "
           "((t2 − t1) + (t3 − t4)) / 2, and the error is at most δ/2, for the sample with the smallest δ [RFC 5905].",
           hint=1),
    Demand(the_bound_is_no_larger_than_it_must_be, "The error of θ is at most δ/2, for the smallest δ.", hint=2),
    Demand(the_clock_is_set_as_the_limits_say, "Below 125 ms slew, below 1000 s step, above that panic: what counts is "
                                               "the size, not the sign.", hint=3),
    Demand(a_clock_that_is_a_little_wrong_never_jumps, "A small error is corrected gradually: time that jumps back "
                                                       "breaks programs.", hint=3),
)


# ---- runs ------------------------------------------------------------------------------------------------------------

def scenarios(protocol: type[Node], names: Names) -> Iterator[Run]:
    """The four timestamps of the chapter, work, negative offsets, an outlier, and both limits from both sides."""
    slow = {"offset": 30, "asks": 8, "there": uniform(2, 6), "back": uniform(2, 6)}
    stories: tuple[dict[str, Any], ...] = (
        {},
        {"there": 5, "back": 15, "busy": 40},
        {"offset": -80, "there": 2, "back": 9},
        *(slow | {"script": [at(0, delay(f"{names[0]}->{names[1]}#{place}", by=300))]} for place in (1, 3, 8)),
        *({"offset": offset, "there": 5, "back": 5}
          for offset in (124, 126, -124, -126, 999_999, 1_000_001, -999_999, -1_000_001)),
    )
    for options in stories:
        yield asking(client=protocol, names=names, **options)


def swarm(protocol: type[Node], names: Names, seed: int) -> Run:
    """Any offset, any delays."""
    chance = Random(f"{seed} ntp")
    offset = round(chance.choice((-1, 1)) * 10 ** chance.uniform(0, 6.5), 3)
    ways = [uniform(low, low + chance.uniform(0, 80)) for low in (chance.uniform(0, 30), chance.uniform(0, 30))]
    return asking(client=protocol, names=names, offset=offset, there=ways[0], back=ways[1], seed=seed,
                  busy=round(chance.uniform(0, 50), 3), asks=chance.choice((1, 3, 8)))


EXERCISES = (
    MakeItRight(
        number="3.1", title="An NTP client", base=NtpClient, asks=("estimate", "adjust"), lines=5,
        task="From samples of four timestamps, estimate how far ahead a server's clock is, and how wrong that can be; "
             "then say how to correct the clock.",
        reference=Reference, right=(Intersects, ByTheTable), clusters=(("C", "S"), ("S", "C")),
        wrong=((ForgetsTheServersWork, "but the server is ahead by"), (WrongSign, "but the server is ahead by"),
               (AveragesAll, "but the server is ahead by"), (TakesTheLast, "but the server is ahead by"),
               (WholeWay, "the error is at most"), (AlwaysSteps, "says 'step' instead of 'slew'"),
               (ForgetsTheSign, "says 'slew' instead of 'step'"), (NeverPanics, "says 'step' instead of 'panic'")),
        demands=DEMANDS, scenarios=scenarios, swarm=swarm, faults=("delay",),
        hints=("Draw the two time lines, the request and the reply: which differences are measured by one clock?",
               "Both t4 − t1 and t3 − t2 are spans by one clock; their difference was spent on the network. With equal "
               "delays, t2 − t1 is the offset plus half of that, and t3 − t4 the offset minus half of it.",
               "Of several samples, the one with the shortest round trip is best; half of that round trip is the "
               "bound.",
               "abs(offset) < 125 is 'slew', below 1,000,000 'step', and anything else 'panic'.")),
)

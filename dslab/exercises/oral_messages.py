"""Exercise 2.3: oral messages, OM(m) [Lamport, Shostak and Pease 1982, section 3]."""

from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import permutations

from dslab.experiments.byzantine_strategies import SILENCE, all_runs, all_say, sampled_runs
from dslab.grader.demands import Demand, for_each
from dslab.grader.exercise import MakeItRight, Names
from dslab.grader.readings import past
from dslab.node import Node
from dslab.properties import judge
from dslab.protocols.byzantine import (
    ATTACK,
    IC1,
    IC2,
    LOYAL,
    RETREAT,
    General,
    council,
    every_loyal_lieutenant_obeys_something,
    says,
)
from dslab.run import Run
from dslab.trace import Step, Trace

# ---- what the learner starts from ------------------------------------------------------------------------------------


class Council(General):
    """A general; what is missing is what it relays, and what it concludes.

    Rounds and receiving already work: self.heard maps each path to the order heard along it, such as
    self.heard["A", "C"] for what C says that A said. A path along which nothing was heard has no entry.
    """

    def relay(self, path):
        """Relay what was heard along `path`: self.tell(other, new_path, value), to each peer that is not on it.

        new_path is `path` with self.id at its end; the path of the commander's own order is (). If nothing was '
                                                                             'heard along `path`, relay RETREAT.
        """

    def obtain(self, path):
        """Return the order that you obtain for `path`: if more than self.m generals are on it, what was heard.

        Otherwise the generals not on it should have heard the same: return the majority of what was heard and of
        what you obtain from each of them.
        """

    def majority(self, values):
        """Return the value that makes up more than half of the list `values`, or RETREAT if there is none."""

    def decide(self):
        self.decision = self.obtain((self.commander,))
        self.output("obey", self.decision)


# ---- answers ---------------------------------------------------------------------------------------------------------

class Reference(Council):
    def relay(self, path):
        for other in self.peers:
            if other not in path:
                self.tell(other, (*path, self.id), self.heard.get(path, RETREAT))

    def obtain(self, path):
        values = [self.heard.get(path, RETREAT)]
        if len(path) <= self.m:
            values += [self.obtain((*path, other)) for other in self.peers if other not in path]
        return self.majority(values)

    def majority(self, values):
        for value in values:
            if 2 * values.count(value) > len(values):
                return value
        return RETREAT


class FromTheLeaves(Reference):
    """Right: the tree is filled level by level, from the last relays up, without recursion."""

    def obtain(self, path):
        top, value = len(path), {}
        others = [peer for peer in self.peers if peer not in path]
        for length in range(self.m + 1 - top, -1, -1):
            for rest in permutations(others, length):
                below = [value[(*rest, peer)] for peer in others if peer not in rest and (*rest, peer) in value]
                value[rest] = self.majority([self.heard.get((*path, *rest), RETREAT), *below])
        return value[()]


class CountsWithACounter(Reference):
    """Right: the values are sorted by how often they occur, and the receivers by name."""

    def relay(self, path):
        for other in sorted(set(self.peers) - set(path)):
            self.tell(other, path + (self.id,), self.heard.get(path, "retreat"))

    def majority(self, values):
        (value, count), *_ = Counter(values).most_common()
        return value if count > len(values) / 2 else RETREAT


# ---- classic mistakes ------------------------------------------------------------------------------------------------

class OneVoteForEachSender(Reference):
    """Each general has one vote, the last value that it sent, whatever its path."""

    def obtain(self, path):
        said = dict.fromkeys(self.peers, RETREAT) | {route[-1]: value for route, value in self.heard.items()}
        return self.majority(list(said.values()))


class CommanderTwice(Reference):
    """The commander's word is counted twice."""

    def majority(self, values):
        return super().majority(values[:1] + values if len(values) > 1 else values)


class OwnWordInDoubt(Reference):
    """Without a majority, each keeps what it heard directly."""

    def majority(self, values):
        value, count = Counter(values).most_common(1)[0]
        return value if 2 * count > len(values) else values[0]


class AsksThoseOnThePath(Reference):
    """Generals that are already on the path are counted, too."""

    def obtain(self, path):
        values = [self.heard.get(path, RETREAT)]
        if len(path) <= self.m:
            values += [self.obtain((*path, other)) for other in self.peers if other != path[-1]]
        return self.majority(values)


class RelaysToAll(Reference):
    """The order is relayed to all, even to those on its path."""

    def relay(self, path):
        for other in self.peers:
            self.tell(other, (*path, self.id), self.heard.get(path, RETREAT))


class SilenceIsAbstention(Reference):
    """A general that says nothing is left out of the count."""

    def obtain(self, path):
        values = [self.heard.get(path)]
        if len(path) <= self.m:
            values += [self.obtain((*path, other)) for other in self.peers if other not in path]
        values = [value for value in values if value is not None]
        return self.majority(values) if values else None

    def decide(self):
        self.decision = self.obtain((self.commander,)) or RETREAT
        self.output("obey", self.decision)


class KeepsSilenceToItself(Reference):
    """Where nothing was heard, nothing is relayed."""

    def relay(self, path):
        if path in self.heard or not path:
            super().relay(path)


class BelievesTheCommander(Reference):
    """What the commander says is not compared with what the others heard."""

    def obtain(self, path):
        return self.heard.get(path, RETREAT)


class OneLevelOnly(Reference):
    """What was relayed is taken at face value, however many traitors there may be."""

    def obtain(self, path):
        return self.majority([self.heard.get(path, RETREAT), *(self.heard.get((*path, other), RETREAT)
                                                               for other in self.peers if other not in path)])


class MostFrequent(Reference):
    """The most frequent value, even without a majority; of two, the first in the alphabet."""

    def majority(self, values):
        return min(values, key=lambda value: (-values.count(value), value))


class ForgetsItself(Reference):
    """What it heard directly is left out: only what the others say counts."""

    def obtain(self, path):
        if len(path) > self.m:
            return self.heard.get(path, RETREAT)
        return self.majority([self.obtain((*path, other)) for other in self.peers if other not in path])


# ---- what is judged --------------------------------------------------------------------------------------------------

def heard_by(trace: Trace, before: Step) -> dict[tuple[str, ...], str]:
    """path -> the order that a general has heard along it, before a step of it."""
    received = [step.message.payload for step in past(trace, before) if step.kind == "receive"]
    return {order.path: order.value for order in received}


def loyal_in(trace: Trace) -> list[str]:
    """The loyal generals."""
    return [node for node, state in trace.initial.items() if state["role"] == LOYAL]


@for_each(lambda trace: [step for step in trace.steps if step.kind == "timer" and step.node in loyal_in(trace)])
def each_order_is_passed_on_once_to_all_who_have_not_had_it(trace, step):
    """In each round, along each path, with the value heard: so the number of messages is that of the formula."""
    return _wrong_relay(step, _due(trace, step))


def _due(trace: Trace, step: Step) -> dict[tuple, str]:
    """(receiver, path) -> what a general must say when its timer goes off."""
    node, state, heard, paths = step.node, trace.initial[step.node], heard_by(trace, step), []
    round_ = sum(one.kind == "timer" for one in past(trace, step))
    if node == state["commander"]:
        heard, paths = {(): state["order"]}, [()]
    elif round_ < state["m"]:
        others = [name for name in trace.nodes if name not in (node, state["commander"])]
        paths = [(state["commander"], *relays) for relays in permutations(others, round_)]
    return {(other, (*path, node)): heard.get(path, RETREAT)
            for path in paths for other in trace.nodes if other not in {*path, node}}


def _wrong_relay(step: Step, due: Mapping[tuple, str]) -> str:
    """What is wrong with what a general says in a step; empty if nothing is."""
    said: dict[tuple, str] = {}
    for message in step.sent:
        place, value = (message.dst, message.payload.path), message.payload.value
        what = f"{step.node} tells {message.dst} what it heard along {_way(message.payload.path)}"
        if place[1][-1:] != (step.node,):
            return f"{step.node} tells {message.dst} something with the path {place[1]!r}, not ending in {step.node!r}"
        if place in said:
            return f"{what} twice"
        if place not in due:
            why = f"{message.dst} is on that path itself" if message.dst in place[1] else "no relay of this path is due"
            return f"{what}: {why}"
        if value != due[place]:
            return f"{what}, as {value!r}: expected {due[place]!r}"
        said[place] = value
    missing = [place for place in due if place not in said]
    return f"{step.node} does not tell {missing[0][0]} what it heard along {_way(missing[0][1])}" if missing else ""


def _way(path: tuple[str, ...]) -> str:
    """The path before its last name, in words."""
    return " > ".join(path[:-1]) or "no path: its own order"


@for_each("obey")
def a_lieutenant_obeys_what_the_rule_makes_of_what_it_has_heard(trace, output):
    """OM(m) as defined, computed again from the messages; IC1 and IC2 are what it is good for."""
    node, state = Reference(output.node, [name for name in trace.nodes if name != output.node]), trace.initial
    node.m, commander = state[output.node]["m"], state[output.node]["commander"]
    node.heard = heard_by(trace, trace[output.step])
    right, found = node.obtain((commander,)), output.values[0]
    if output.node in loyal_in(trace) and found != right:
        broken = [verdict.sentence for verdict in judge(trace, [IC1, IC2]) if verdict.status == "broken"]
        return (f"{output.node} obeys {found!r}, expected {right!r}: {_obtained(node, commander)}"
                + "".join(f"; so {sentence}" for sentence in broken[:1]))


def _obtained(node: General, commander: str) -> str:
    """What a lieutenant hears from the commander and obtains from the others, in words."""
    others = [peer for peer in node.peers if peer != commander] if node.m else []
    parts = [f"{node.heard.get((commander,), 'nothing')!r} from {commander}",
             *(f"{node.obtain((commander, other))!r} from {other}" for other in others)]
    return f"it obtains {', '.join(parts)}"


DEMANDS = (
    Demand(each_order_is_passed_on_once_to_all_who_have_not_had_it,
           "OM(m), step 2: each lieutenant acts as the commander of OM(m - 1) for those not yet on the path, with "
           "RETREAT if it has heard nothing.", hint=1),
    Demand(a_lieutenant_obeys_what_the_rule_makes_of_what_it_has_heard,
           "OM(m), step 3: take the majority of what was heard directly and of what is obtained from each of the "
           "others; silence counts as RETREAT, and so does a list without a majority.", hint=2),
    Demand(every_loyal_lieutenant_obeys_something, "After m + 1 rounds everybody decides.", hint=2),
)


# ---- the runs --------------------------------------------------------------------------------------------------------

NAMES = (tuple("ABCDEFG"), tuple("QXBMTEK"))


def scenarios(protocol: type[Node], names: Names) -> Iterator[Run]:
    a, b, c, d, e, *_ = names
    yield council(names[:2], 0, protocol=protocol)
    yield council(names[:4], protocol=protocol)
    for lies in {b: "x", c: "y", d: "z"}, {b: ATTACK, c: ATTACK, d: SILENCE, e: SILENCE}:
        yield council(names[:1 + len(lies)], protocol=protocol, traitors={a: says(a, **lies)})
    yield from all_runs(names[:4], says=(ATTACK, RETREAT, SILENCE), protocol=protocol)
    yield all_say(names, 2, names[5:], RETREAT, protocol=protocol)
    two_faced = dict.fromkeys((b, c, d), ATTACK) | dict.fromkeys(names[4:6], RETREAT)
    yield all_say(names, 2, (a, names[6]), two_faced, protocol=protocol)


def plot(protocol: type[Node], names: Names, seed: int) -> Run:
    """Seven generals, two of them traitors, whose lies are drawn at random."""
    first = seed % 6
    return next(sampled_runs(names, 2, names[first:first + 2], seed=seed, protocol=protocol))


EXERCISES = (MakeItRight(
    number="2.3", title="Oral messages",
    task="OM(m): a commander gives an order, lieutenants relay it for m rounds, and up to m of more than 3m generals "
         "lie. Write what a loyal general relays, and what it concludes from what it has heard.",
    base=Council, asks=("relay", "obtain", "majority"), lines=11,
    reference=Reference, right=(FromTheLeaves, CountsWithACounter),
    wrong=(
        (OneVoteForEachSender, "'retreat' from F, 'retreat' from G; so the loyal commander says attack"),
        (CommanderTwice, "'attack' from C, 'retreat' from D, 'retreat' from E; so B obeys attack and D obeys retreat"),
        (OwnWordInDoubt, "so B obeys x and C obeys y"),
        (AsksThoseOnThePath, "B obeys 'retreat', expected 'attack'"),
        (SilenceIsAbstention, "it obtains 'nothing' from A"),
        (KeepsSilenceToItself, "D does not tell B what it heard along A"),
        (RelaysToAll, "A is on that path itself"),
        (BelievesTheCommander, "so B obeys x and C obeys y"),
        (OneLevelOnly, "'attack' from G; so B obeys attack and E obeys retreat"),
        (MostFrequent, "B obeys 'x', expected 'retreat'"),
        (ForgetsItself, "D obeys 'attack', expected 'retreat'"),
    ),
    demands=DEMANDS, scenarios=scenarios, swarm=plot, clusters=NAMES,
    hints=(
        "Take m = 1 first: the lieutenants tell each other what they were told, and each takes the majority of what "
        "it was told and what the others say.",
        "relay goes through self.peers and leaves out those on the path. Where self.heard has nothing, the value is "
        "RETREAT.",
        "obtain calls itself: what other says about the order of `path` is what you obtain for (*path, other). If "
        "len(path) > self.m it stops: then self.heard.get(path, RETREAT) is all there is.",
        "majority must return the same for the same values, whoever asks and in whatever order they come: more than "
        "half of len(values), or RETREAT.",
    ),
),)

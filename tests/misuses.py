"""Misuses of the API, each with the sentence that it gets. In a sentence, every number of a line is N."""

import enum
import random
import time
from collections import Counter, deque
from datetime import datetime
from decimal import Decimal
from math import inf, nan
from random import randint

import numpy
from samples import Gossip, Ping, Pinger, Pong, Put, Quiet, Store

import dslab
from dslab import (
    REGISTER,
    Limits,
    Network,
    Node,
    Run,
    Specification,
    Trace,
    Verdict,
    always,
    at,
    check,
    clock,
    compare,
    constant,
    crash,
    cut,
    delay,
    diagram,
    drop,
    exercise,
    explore,
    exponential,
    fire,
    follow,
    heal,
    in_the_end,
    judge,
    linearizable,
    long_tail,
    message,
    partition,
    play,
    progress,
    request,
    search,
    set_link,
    simulate,
    sometimes,
    source,
    uniform,
    vary,
)
from dslab.checkers.conflict import conflict
from dslab.checkers.models import verdicts
from dslab.checkers.reading import read_history
from dslab.grader.catalogue import exercises
from dslab.protocols import raft
from dslab.widgets.history_editor import history_editor

Table = dict[str, tuple]         # name -> what somebody writes, and the sentence that it gets


class Colour(enum.Enum):
    RED = 1


class Level(enum.IntEnum):
    LOW = 1


@message
class Carries:
    value: object


@message
class Read:
    pass


@message
class Write:
    value: int


class Register(Node):
    """One value, without keys."""

    def init(self):
        self.value = None

    def on_write(self, src, msg):
        self.value = msg.value
        self.reply(src)

    def on_read(self, src, msg):
        self.reply(src, self.value)


@always
def nothing_is_wrong(world):
    return None


@in_the_end
def all_is_lost(world):
    return False


@always
def a_divides(world):
    return 1 / 0


@sometimes
def a_misspells(world):
    return world.output("x")


@always
def a_counts(world):
    return 3


@always
def a_recieves(world):
    return world.states["A"].recieved


RUN = Run(Pinger, 3)
TRACE = simulate(RUN)
ASKED = simulate(Run(Register, 1, script=[at(1, request("A", Write(1), client="a")),
                                          at(9, request("A", Read(), client="a"))]))
VERDICT = judge(TRACE, [nothing_is_wrong])[0]
HUGE = 10**5000
CHAPTERS = ", ".join(dict.fromkeys(number.partition(".")[0] for number in exercises()))     # that have exercises


def protocol(**members):
    """A class of nodes with these members."""
    return type("Odd", (Node,), {"init": lambda self: setattr(self, "x", 0), **members})


def doing(act):
    """Simulate a node that does this at its first request."""
    class Doing(Node):
        def init(self):
            self.x = 0

        def on_start(self):
            self.note("here")

        def on_ping(self, src, msg):
            return act(self)

        def on_tick_timer(self):
            pass

    return simulate(Run(Doing, 2, script=[at(5, request("A", Ping()))]))


def put(node, value):
    """Make the value state."""
    node.x = value


class Draws(Quiet):
    def on_ping(self, src, msg):
        self.received.append(random.random())


class DrawsInAHelper(Quiet):
    def on_ping(self, src, msg):
        self.received.append(dice())


def dice():
    return randint(1, 6)


class LooksAtTheClock(Quiet):
    def on_ping(self, src, msg):
        self.received.append(time.time())


class LooksAtTheDate(Quiet):
    def on_ping(self, src, msg):
        self.received.append(datetime.now().second)


class Sleeps(Quiet):
    def on_ping(self, src, msg):
        time.sleep(1)


class Asks(Quiet):
    def on_ping(self, src, msg):
        self.received.append(input())


class Opens(Quiet):
    def on_ping(self, src, msg):
        self.received.append(open("file").read())  # noqa: SIM115


class Counts(Quiet):
    def init(self):
        self.index = 0


class Renames(Quiet):
    def on_ping(self, src, msg):
        self.id = "Z"


class Waits(Quiet):
    async def on_ping(self, src, msg):
        pass


class Yields(Quiet):
    def on_ping(self, src, msg):
        yield


class Remembers(Quiet):
    def on_ping(self, src, msg, seen=[]):  # noqa: B006
        seen.append(msg)


class Ticks(Node):
    def on_start(self):
        self.set_timer("tick", 5)

    def on_tick(self, src, msg):
        pass


CALLS: Table = {           # of functions and classes, with other arguments than they take
    "a run with a misspelt argument": (lambda: Run(Pinger, 3, scrpt=[]),
        "Run has no argument 'scrpt' (protocol, nodes, network, script, seed, duration, until, topology, initial, "
        "title, limits). Did you mean 'script'?"),
    "a run of nothing": (lambda: Run(),
        'Run lacks protocol: write, for example, Run(Raft, 5, seed=7)'),
    "a run with its network by place": (lambda: Run(Pinger, 3, Network()),
        'Run takes 2 positional arguments (protocol, nodes), found one more, <Network>: write, for example, '
        'Run(Raft, 5, seed=7)'),
    "a network by place": (lambda: Network(10),
        'Network takes no positional argument, found 10: write, for example, Network(latency=constant(10), loss=0.1)'),
    "a network by place, as a latency": (lambda: Network(constant(10)),
        'Network takes no positional argument, found <Latency>: write, for example, Network(latency=constant(10), '
        'loss=0.1)'),
    "a message with a field too many": (lambda: Read(1),
        'Read takes no positional argument, found 1: write, for example, Read()'),
    "a message without a field": (lambda: Write(),
        'Write lacks value: write, for example, Write(value=...)'),
    "a message with another field": (lambda: Write(valu=3),
        "Write has no argument 'valu' (value). Did you mean 'value'?"),
    "a message with two fields for one": (lambda: Write(1, 2),
        'Write takes 1 positional argument (value), found one more, 2: write, for example, Write(value=...)'),
    "limits by place": (lambda: Limits(9),
        'Limits takes no positional argument, found 9: write, for example, Limits(steps=10_000)'),
    "limits with a misspelt name": (lambda: Limits(step=9),
        "Limits has no argument 'step' (steps, at_once, in_flight). Did you mean 'steps'?"),
    "a moment without an action": (lambda: at(5),
        'at lacks action: write, for example, at(500, crash("A"))'),
    "a moment with two actions": (lambda: at(5, crash("A"), crash("B")),
        "at takes 2 positional arguments (time, action), found one more, crash('B'): write, for example, at(500, "
        'crash("A"))'),
    "a crash of nobody": (lambda: crash(),
        'crash lacks node: write, for example, crash("A")'),
    "a crash of two": (lambda: crash("A", "B"),
        'crash takes 1 positional argument (node), found one more, \'B\': write, for example, crash("A")'),
    "a cut of one name": (lambda: cut("A->B"),
        'cut lacks dst: write, for example, cut("A", "B")'),
    "a delay by place": (lambda: delay("A->B#1", 5),
        'delay takes 1 positional argument (name), found one more, 5: write, for example, delay("A->B#1", by=20)'),
    "a delay without its length": (lambda: delay("A->B#1"),
        'delay lacks by: write, for example, delay("A->B#1", by=20)'),
    "a timer of nobody": (lambda: fire("election"),
        'fire lacks timer: write, for example, fire("A", "election")'),
    "a request of nothing": (lambda: request("A"),
        'request lacks msg: write, for example, request("A", Put("x", 1), client="alice")'),
    "a clock by place": (lambda: clock("A", 5),
        'clock takes 1 positional argument (node), found one more, 5: write, for example, clock("A", offset=100)'),
    "one bound of two": (lambda: uniform(5),
        'uniform lacks high: write, for example, uniform(5, 15)'),
    "a second bound by place": (lambda: exponential(5, 1),
        'exponential takes 1 positional argument (mean), found one more, 1: write, for example, exponential(10, '
        'least=1)'),
    "a tail by place": (lambda: long_tail(5, 1.5),
        'long_tail takes 1 positional argument (least), found one more, 1.5: write, for example, long_tail(5, '
        'alpha=1.5)'),
    "a trace made by hand": (lambda: Trace(),
        'Trace lacks nodes, length, load and end: write, for example, simulate(Run(Raft, 3)), which makes a trace'),
    "a verdict made by hand": (lambda: Verdict(),
        'Verdict lacks promise, status, step, why and trace: write, for example, judge(simulate(run), [promise])[0]'),
    "a specification of nothing": (lambda: Specification(),
        'Specification lacks init and next: write, for example, Specification(init=lambda: [0], next=lambda n: [n '
        '+ 1])'),
    "a simulation with more than a run": (lambda: simulate(Pinger, 3),
        'simulate takes 1 positional argument (run), found one more, 3: write, for example, simulate(Run(Raft, 3))'),
    "an exploration with a misspelt fault": (lambda: explore(RUN, [nothing_is_wrong], crash=1),
        "explore has no argument 'crash' (run, promises, crashes, recoveries, drops, duplicates, timers, within, "
        "after, depth, states, symmetric, check, progress). Did you mean 'crashes'?"),
    "a search without promises": (lambda: search(RUN),
        'search lacks promises: write, for example, search(Run(Raft, 5), PROMISES, seeds=range(100))'),
    "a promise without a function": (lambda: always(),
        'always lacks judge: write, for example, @always above a function of the world'),
    "but, by place": (lambda: RUN.replace(3),
        'replace takes no positional argument, found 3: write, for example, run.replace(seed=3)'),
    "a diagram with a misspelt argument": (lambda: diagram(TRACE, fist=3),
        "diagram has no argument 'fist' (what, first, last, stamps, nodes, kinds, width). Did you mean 'first'?"),
    "a player of nothing": (lambda: play(),
        'play lacks what: write, for example, play(Run(Raft, 3))'),
    "an exercise without its number": (lambda: exercise(),
        'exercise lacks number: write, for example, exercise("4.1")'),
    "a check of nothing": (lambda: check(),
        'check lacks exercise: write, for example, check(exercise("4.1"), MyClock)'),
    "the progress of somebody": (lambda: progress("alice"),
        "progress takes no positional argument, found 'alice': write, for example, progress(chapter=2)"),
}

RUNS: Table = {           # and what they are made of
    "an instance for a protocol": (lambda: Run(Pinger("A"), 3),
        'a protocol is a subclass of Node, not <Pinger>'),
    "a list of protocols": (lambda: Run([Pinger, Quiet]),
        "a protocol is a class, or a dict from node to class such as {'A': Raft, 'B': Raft}, not a list"),
    "a message for a protocol": (lambda: Run(Ping, 3),
        'a protocol is a subclass of Node, not Ping'),
    "a module for a protocol": (lambda: Run(raft, 3),
        'a protocol is a subclass of Node, not <module dslab.protocols.raft>'),
    "the nodes before the protocol": (lambda: Run(3, Pinger),
        'Run(3, Pinger): the protocol comes first, then the nodes, as in Run(Pinger, 3)'),
    "a number of nodes in quotes": (lambda: Run(Pinger, "3"),
        "nodes='3': write the number without quotes, nodes=3"),
    "half a node": (lambda: Run(Pinger, 2.5),
        'nodes is a number or a list of names, found 2.5'),
    "a number of nodes from numpy": (lambda: Run(Pinger, numpy.int64(3)),
        'nodes is a number or a list of names, found <numpy.int64>; use int(x)'),
    "fewer nodes than none": (lambda: Run(Pinger, -1),
        'a cluster has at least 0 nodes, not -1'),
    "more nodes than fit": (lambda: Run(Pinger, 10**9),
        'a cluster has at most 10,000 nodes'),
    "two nodes with one name": (lambda: Run(Pinger, ["A", "A"]),
        "two nodes have the same name in ('A', 'A')"),
    "half a character in a name": (lambda: Run(Pinger, ["A\ud800"]),
        "nodes is a number or a list of names, found 'A\\ud800'"),
    "half a character in a title": (lambda: Run(Pinger, title="half \ud800"),
        "title='half \\ud800' holds half a character (a lone surrogate), which no file can hold: leave it out"),
    "a title that is a number": (lambda: Run(Pinger, title=3),
        'title is a str, not 3'),
    "a seed in quotes": (lambda: Run(Pinger, seed="7"),
        "a seed is a whole number, not '7'"),
    "a seed from numpy": (lambda: Run(Pinger, seed=numpy.int64(7)),
        'a seed is a whole number, not <numpy.int64>; use int(x)'),
    "a seed of thousands of digits": (lambda: Run(Pinger, seed=HUGE),
        'a seed is a whole number of at most 600 digits, not '
        '0x31e20801036510f3c591fde5361dc619987896700f4451e1c85ce1902…'),
    "a duration that is no number": (lambda: Run(Pinger, duration=nan),
        'a duration is a number of ms, at least 0, not nan'),
    "a duration without end": (lambda: Run(Pinger, duration=inf),
        'a duration is a number of ms, at least 0, not inf'),
    "a duration of thousands of digits": (lambda: Run(Pinger, duration=HUGE),
        'a duration is a number of ms, at least 0, not 0x31e20801036510f3c591fde5361dc619987896700f4451e1c85ce1902…'),
    "limits that are no number": (lambda: Limits(steps=nan),
        'the limit steps=nan: expected a whole number, at least 0'),
    "limits without end": (lambda: Limits(steps=inf),
        'the limit steps=inf: expected a whole number, at least 0'),
    "limits below nothing": (lambda: Limits(at_once=-1),
        'the limit at_once=-1: expected a whole number, at least 0'),
    "an action without its moment": (lambda: Run(Pinger, script=[crash("A")]),
        'a script is a list of events such as at(500, crash("A")), not crash(\'A\'), which has no moment'),
    "a pair for an event": (lambda: Run(Pinger, script=[(5, crash("A"))]),
        'a script is a list of events such as at(500, crash("A")), not (5, crash(\'A\'))'),
    "a script in words": (lambda: Run(Pinger, script="crash A at 5"),
        'a script is a list of events such as at(500, crash("A")), not \'crash A at 5\''),
    "an initial state of all nodes": (lambda: Run(Pinger, initial={"received": [1]}),
        "initial names attributes by node, such as {'A': {'term': 8}}, found [1]"),
    "an initial state of no node": (lambda: Run(Pinger, initial=[1]),
        "initial names attributes by node, such as {'A': {'term': 8}}, found [1]"),
    "a list of events, added as one": (lambda: RUN.plus([at(1, crash("A"))]),
        'plus takes events, one by one, such as run.plus(at(500, crash("A"))), not [at(1, crash(\'A\'))]'),
    "an action, added without its moment": (lambda: RUN.plus(crash("A")),
        'plus takes events, one by one, such as run.plus(at(500, crash("A"))), not crash(\'A\'), which has no moment'),
    "a run, changed": (lambda: setattr(RUN, "seed", 3),
        'a run is a value and does not change: use run.replace(seed=...)'),
    "a run, changed to what it has not": (lambda: RUN.replace(sed=3),
        "a Run has no argument 'sed'. Did you mean 'seed'?"),
    "a run read from rubbish": (lambda: Run.from_json("rubbish"),
        'not JSON: Expecting value: line N column 1 (char 0). Nothing is loaded'),
    "a run read from a trace": (lambda: Run.from_json(TRACE.to_json()),
        "not a run: expected an object with format 'dslab-run' and version 1. Nothing is loaded"),
    "a latency that is a number": (lambda: Network(latency=10),
        'a latency is constant(10), uniform(5, 15), ..., not 10'),
    "a latency that is a pair": (lambda: Network(latency=(5, 15)),
        'a latency is constant(10), uniform(5, 15), ..., not (5, 15)'),
    "a latency that is no number": (lambda: constant(nan),
        'constant: a delay is a number of milliseconds, at least 0, not nan'),
    "a latency of thousands of digits": (lambda: constant(HUGE),
        'constant: a delay is a number of milliseconds, at least 0, not '
        '0x31e20801036510f3c591fde5361dc619987896700f4451e1c85ce1902…'),
    "a latency with its bounds swapped": (lambda: uniform(15, 5),
        'uniform(15, 5): the first delay is the smaller one; did you mean uniform(5, 15)?'),
    "a loss in per cent": (lambda: Network(loss=10),
        'loss is a probability from 0 to 1, not 10'),
    "a loss from numpy": (lambda: Network(loss=numpy.float32(0.5)),
        'loss is a probability from 0 to 1, not <numpy.float32>; use float(x)'),
    "an order in words": (lambda: Network(fifo="no"),
        "fifo is True or False, not 'no'"),
    "links in a list": (lambda: Network(links=[("A", "B")]),
        'links=[(\'A\', \'B\')]: expected a dict such as {("A", "B"): {"loss": 0.5}}'),
    "a link with a number": (lambda: Network(links={("A", "B"): 0.5}),
        'the link A->B has settings such as {"loss": 0.5}, not 0.5'),
}

SCRIPTS: Table = {           # and their verbs
    "the action before the moment": (lambda: at(crash("A"), 5),
        "at(crash('A'), ...): a time is a number of milliseconds, at least 0"),
    "an action that is not called": (lambda: at(5, crash),
        'at(5, <function crash>): expected an action such as crash("A")'),
    "two actions in a list": (lambda: at(5, [crash("A"), crash("B")]),
        'at(5, [crash(\'A\'), crash(\'B\')]): expected an action such as crash("A")'),
    "a moment in quotes": (lambda: at("5", crash("A")),
        "at('5', ...): a time is a number of milliseconds, at least 0"),
    "a moment from numpy": (lambda: at(numpy.float32(5), crash("A")),
        'at(<numpy.float32>, ...): a time is a number of milliseconds, at least 0; use float(x)'),
    "a moment before the beginning": (lambda: at(-1, crash("A")),
        'at(-1, ...): a time is a number of milliseconds, at least 0'),
    "a moment that is no number": (lambda: at(nan, crash("A")),
        'at(nan, ...): a time is a number of milliseconds, at least 0'),
    "a moment of thousands of digits": (lambda: at(HUGE, crash("A")),
        'at(0x31e20801036510f3c591fde5361dc619987896700f4451e1c85ce1902…, ...): a time is a number of '
        'milliseconds, at least 0'),
    "a node by its number": (lambda: crash(1),
        'crash names 1: a node is named by a string, such as "A"'),
    "a node in a list": (lambda: crash(["A"]),
        'crash names [\'A\']: a node is named by a string, such as "A"'),
    "a node that is not there": (lambda: Run(Pinger, ["Anna"], script=[at(1, crash("Ana"))]),
        "at(1, crash('Ana')) names 'Ana', which is not in this cluster (Anna). Did you mean 'Anna'?"),
    "a client that crashes": (lambda: Run(Store, 3, script=[at(2, crash("alice"))]),
        "at(2, crash('alice')) names 'alice', which is not in this cluster (A, B, C)."),
    "groups that are one string": (lambda: partition("AB", "C"),
        'partition(\'AB\', \'C\'): a group is a tuple of names, such as ("A", "B") or ("C",); nodes that no group '
        'names form one more group'),
    "groups that are single names": (lambda: partition("A", "B"),
        'partition(\'A\', \'B\'): a group is a tuple of names, such as ("A", "B") or ("C",); nodes that no group '
        'names form one more group'),
    "a group that is a number": (lambda: partition(3),
        'partition(3): a group is a tuple of names, such as ("A", "B") or ("C",); nodes that no group names form '
        'one more group'),
    "a node in two groups": (lambda: partition(("A", "B"), ("B", "C")),
        "partition(('A', 'B'), ('B', 'C')): a node is in one group only"),
    "one end of a link": (lambda: heal("A"),
        'heal() mends all links, heal(src, dst) one: give both names or none'),
    "a link for a message": (lambda: drop("A->B"),
        'a message is named by link and count, such as "A->B#3", not \'A->B\''),
    "a message for its name": (lambda: drop(Ping(3)),
        'a message is named by link and count, such as "A->B#3", not Ping(n=3)'),
    "a delay into the past": (lambda: delay("A->B#1", by=-5),
        'by=-5: expected a number of milliseconds, at least 0'),
    "a setting that there is not": (lambda: set_link("A", "B", los=1),
        "a link has no setting 'los' (latency, loss, duplication, fifo). Did you mean 'loss'?"),
    "a link that stays as it is": (lambda: set_link("A", "B"),
        'set_link changes nothing: give latency, loss, duplication or fifo'),
    "a clock that is no number": (lambda: clock("A", offset=nan),
        'clock(offset=nan): expected a finite number; a drift is in ppm, above -1,000,000 (a clock that stands)'),
    "a request with its message first": (lambda: request(Ping(), "A"),
        'request names Ping(n=0): a node is named by a string, such as "A"'),
    "a request in words": (lambda: request("A", "put x 1"),
        "cannot send 'put x 1': a message is an instance of a class with @message, not a str"),
    "a class where a message is asked for": (lambda: request("A", Ping),
        'cannot send <class Ping>: a message is an instance of a class with @message, not a type'),
    "a client by number": (lambda: request("A", Ping(), client=3),
        'request(..., client=3): a client is named by a string'),
}

MESSAGES: Table = {           # and their classes
    "a message that is a function": (lambda: message(len),
        '@message stands above a class with annotated fields, not above <builtin_function_or_method>'),
    "a message of a message": (lambda: message(Ping),
        'Ping is a message already: one @message is enough'),
    "a message that is a node": (lambda: message(Pinger),
        'Pinger is a node, not a message: write a class of its own for what is sent'),
    "a message that is an enumeration": (lambda: message(Colour),
        'Colour is an enumeration, not a message: write a class of its own for what is sent'),
    "a message with a list": (lambda: message(type("Log", (), {"__annotations__": {"entries": list}, "entries": []})),
        'the field Log.entries begins as a list: a list can be changed by both sides: use tuple(...)'),
    "a message without a type": (lambda: message(type("Log", (), {"entries": 0})),
        'Log.entries has no type, so it is no field: write entries: int = 0'),
    "a message with a constructor": (lambda: message(type("Log", (), {"__init__": lambda self: None})),
        'the message Log has a __init__: a message only carries data, leave it out'),
    "a message that is changed": (lambda: setattr(Write(1), "value", 2),
        'Write.value cannot be changed: on a real network the receiver of a message that was sent would not see '
        'the change. Make a new message.'),
    "a list in a message": (lambda: Carries([1]),
        'cannot send Carries(value=[1]): [1] is a list; a list can be changed by both sides: use tuple(...)'),
    "a set in a message": (lambda: Carries({1}),
        'cannot send Carries(value={1}): {1} is a set; a set can be changed by both sides: use frozenset(...)'),
    "a dict in a message": (lambda: Carries({1: 2}),
        'cannot send Carries(value={1: 2}): {1: 2} is a dict; a dict can be changed by both sides: use '
        'tuple(sorted(d.items()))'),
    "a function in a message": (lambda: Carries(lambda: 3),
        'cannot send Carries(value=<function <lambda>>): <function <lambda>> is a function; only numbers, '
        'strings, booleans, None, tuples, frozensets and messages can be sent; write a function as a method of '
        'the class'),
    "a generator in a message": (lambda: Carries(x for x in "AB"),
        'cannot send Carries(value=<generator>): <generator> is a generator; only numbers, strings, booleans, '
        'None, tuples, frozensets and messages can be sent; use tuple(x)'),
    "a number of numpy in a message": (lambda: Carries(numpy.int64(3)),
        'cannot send Carries(value=<numpy.int64>): <numpy.int64> is a numpy.int64; only numbers, strings, '
        'booleans, None, tuples, frozensets and messages can be sent; use int(x)'),
    "a float of numpy in a message": (lambda: Carries(numpy.float64(3)),
        'cannot send Carries(value=<numpy.float64>): <numpy.float64> is a numpy.float64; only numbers, strings, '
        'booleans, None, tuples, frozensets and messages can be sent; use float(x)'),
    "an enumeration in a message": (lambda: Carries(Colour.RED),
        'cannot send Carries(value=<Colour>): <Colour> is a Colour; only numbers, strings, booleans, None, '
        'tuples, frozensets and messages can be sent; use x.value'),
    "a number of an enumeration in a message": (lambda: Carries(Level.LOW),
        'cannot send Carries(value=<Level>): <Level> is a Level; only numbers, strings, booleans, None, tuples, '
        'frozensets and messages can be sent; use x.value'),
    "an array in a message": (lambda: Carries(numpy.array([1, 2])),
        'cannot send Carries(value=<numpy.ndarray>): <numpy.ndarray> is a numpy.ndarray; only numbers, strings, '
        'booleans, None, tuples, frozensets and messages can be sent; use tuple(x.tolist())'),
    "a date in a message": (lambda: Carries(datetime(2026, 1, 1)),
        'cannot send Carries(value=<datetime>): <datetime> is a datetime; only numbers, strings, booleans, None, '
        'tuples, frozensets and messages can be sent; use a number of milliseconds'),
    "what is no number in a message": (lambda: Carries(nan),
        'cannot send Carries(value=nan): nan is a float; nan is not JSON: use None or a number'),
    "bytes in a message": (lambda: Carries(b"x"),
        'cannot send Carries(value=<bytes>): <bytes> is a bytes; bytes are not JSON: use a string or a tuple of '
        'numbers'),
    "a node in a message": (lambda: Carries(Quiet("A")),
        'cannot send Carries(value=<Quiet>): <Quiet> is a Quiet; only numbers, strings, booleans, None, tuples, '
        'frozensets and messages can be sent'),
}

PROTOCOLS: Table = {           # that cannot keep the contract, whatever happens
    "a handler that is None": (lambda: Run(protocol(on_ping=None)),
        'Odd.on_ping is None, which nothing can call: write on_ping(self, src, msg); to ignore an event, let it '
        'say why by self.note'),
    "a handler that is a number": (lambda: Run(protocol(on_ping=3)),
        'Odd.on_ping is 3: write it as a plain method, on_ping(self, src, msg)'),
    "a handler that is static": (lambda: Run(protocol(on_ping=staticmethod(lambda src, msg: None))),
        'Odd.on_ping is a static method: write it as a plain method, on_ping(self, src, msg)'),
    "a handler that is a property": (lambda: Run(protocol(on_ping=property(lambda self: None))),
        'Odd.on_ping is a property: write it as a plain method, on_ping(self, src, msg)'),
    "a handler without src": (lambda: Run(protocol(on_ping=lambda self, msg: None)),
        'Odd.on_ping(self, msg) cannot be called: expected on_ping(self, src, msg)'),
    "a handler named after the timer alone": (lambda: Run(protocol(on_tick=lambda self: None)),
        "Odd.on_tick(self) cannot be called: expected on_tick(self, src, msg); the timer 'tick' is handled by "
        'on_tick_timer(self)'),
    "a start that is misspelt": (lambda: Run(protocol(on_strat=lambda self: None)),
        "Odd.on_strat(self) cannot be called: expected on_strat(self, src, msg). Did you mean 'on_start'?"),
    "an init with arguments": (lambda: Run(protocol(init=lambda self, x: None)),
        'Odd.init(self, x) cannot be called: expected init(self)'),
    "a constructor": (lambda: Run(protocol(__init__=lambda self: None)),
        'Odd defines __init__: a node declares its state in init(self), without underscores'),
    "a method of every node that is None": (lambda: Run(protocol(send=None)),
        'Odd.send is None, but every node is given `send`: call it otherwise'),
    "a method with the name of a given value": (lambda: Run(protocol(index=lambda self: 0)),
        'Odd.index is a method, but every node is given `index`: call it otherwise'),
    "a handler that is a coroutine": (lambda: Run(Waits),
        'Waits.on_ping waits (async or yield): a handler runs to completion; use set_timer to wait'),
    "a handler that yields": (lambda: Run(Yields),
        'Yields.on_ping waits (async or yield): a handler runs to completion; use set_timer to wait'),
    "a list as a default value": (lambda: Run(Remembers),
        'all nodes would share the default value of Remembers.on_ping, a list. Nodes may talk by messages only: '
        'keep it in an attribute that `init` assigns.'),
    "a list of the class": (lambda: Run(protocol(log=[])),
        'all nodes would share one list, Odd.log. Nodes may talk by messages only: keep it in an attribute that '
        '`init` assigns.'),
    "persistent attributes in a list": (lambda: Run(protocol(persistent=["x"])),
        "Odd.persistent is a tuple of names, not ['x']"),
    "a handler that draws": (lambda: simulate(Run(Draws)),
        'Draws.on_ping, line N: random.random draws by itself, so the same run would not give the same trace; use '
        'self.draw(...), or a range in set_timer'),
    "a handler that draws in a function": (lambda: simulate(Run(DrawsInAHelper)),
        'DrawsInAHelper.on_ping, line N: random.randint draws by itself, so the same run would not give the same '
        'trace; use self.draw(...), or a range in set_timer'),
    "a handler that reads the clock": (lambda: simulate(Run(LooksAtTheClock)),
        'LooksAtTheClock.on_ping, line N: time.time reads the wall clock, so the same run would not give the same '
        'trace; use self.now or self.monotonic'),
    "a handler that reads the date": (lambda: simulate(Run(LooksAtTheDate)),
        'LooksAtTheDate.on_ping, line N: datetime.now reads the wall clock, so the same run would not give the '
        'same trace; use self.now or self.monotonic'),
    "a handler that sleeps": (lambda: simulate(Run(Sleeps)),
        'Sleeps.on_ping, line N: time.sleep waits, and a handler runs to completion; use set_timer'),
    "a handler that asks the keyboard": (lambda: simulate(Run(Asks)),
        'Asks.on_ping, line N: input waits for the keyboard, and a handler runs to completion; let a client ask, '
        'by request(...) in the script'),
    "a handler that opens a file": (lambda: simulate(Run(Opens)),
        'Opens.on_ping, line N: open opens a file; what a node keeps is in its attributes, on disk if '
        '`persistent` names them'),
    "a node that counts by its place": (lambda: simulate(Run(Counts)),
        'Counts.init, line N, assigns self.index, which every node is given and keeps: call your attribute '
        'otherwise'),
    "a node that renames itself": (lambda: simulate(Run(Renames)),
        'Renames.on_ping, line N, assigns self.id, which every node is given and keeps: call your attribute '
        'otherwise'),
}

HANDLERS: Table = {           # and what they do wrongly when they run
    "a misspelt method": (lambda self: self.sned("B", Ping()),
        "Doing has no attribute or method 'sned', and init assigns none. Did you mean 'send'?"),
    "an attribute that init does not assign": (lambda self: self.count,
        "Doing has no attribute or method 'count', and init assigns none"),
    "a field that a message does not have": (lambda self: Ping(3).m,
        "a Ping has no field 'm' (n)"),
    "a message without its field, made in a handler": (lambda self: Put("x"),
        'Put lacks value: write, for example, Put(key=..., value=...)'),
    "a value that is returned": (lambda self: Pong(3),
        'Doing.on_ping returned Pong(n=3), and nobody takes what a handler returns: to answer, write '
        'self.send(src, ...), or self.reply(client, ...)'),
    "a truth value that is returned": (lambda self: True,
        'Doing.on_ping returned True, and nobody takes what a handler returns: to answer, write self.send(src, '
        '...), or self.reply(client, ...)'),
    "an output without a name": (lambda self: self.output(3),
        'output(3): an output has a name, then values, as in output("deliver", msg)'),
    "an output of nothing": (lambda self: self.output(),
        'self.output lacks name: expected self.output(name, values)'),
    "an output of a function": (lambda self: self.output("x", len),
        "<builtin_function_or_method> is a builtin_function_or_method; a node's state is plain data: numbers, "
        'strings, booleans, None, tuples, messages, and lists, sets, dicts of those; write a function as a method '
        'of the class'),
    "a message in words": (lambda self: self.send("B", "hello"),
        "cannot send 'hello': a message is an instance of a class with @message, not a str"),
    "a message before its receiver": (lambda self: self.send(Ping(), "B"),
        "send(Ping(n=0), 'B'): the receiver comes first, then the message"),
    "a receiver without a message": (lambda self: self.send("B"),
        'self.send lacks msg: expected self.send(dst, msg)'),
    "a list of receivers": (lambda self: self.send(["B"], Ping()),
        "A sent to ['B']: a message goes to one node; self.broadcast(msg) sends it to all peers"),
    "a tuple of receivers": (lambda self: self.send(self.peers, Ping()),
        "A sent to ('B',): a message goes to one node; self.broadcast(msg) sends it to all peers"),
    "a message to itself": (lambda self: self.send("A", Ping()),
        'A sent to itself: call a method instead, it is quicker and never lost'),
    "a message to nobody": (lambda self: self.send("Z", Ping()),
        "A sent to 'Z', which is not in this cluster (A, B). A client gets its answer by self.reply"),
    "a message to a node itself": (lambda self: self.send(self, Ping()),
        'A sent to <Doing>, which is not in this cluster (A, B). A client gets its answer by self.reply'),
    "a broadcast to one": (lambda self: self.broadcast("B", Ping()),
        'self.broadcast is given too many arguments: expected self.broadcast(msg)'),
    "a timer without a handler": (lambda self: self.set_timer("tock", 5),
        "Doing sets the timer 'tock' but has no on_tock_timer. Did you mean 'on_tick_timer'?"),
    "a timer without a delay": (lambda self: self.set_timer("tick"),
        'self.set_timer lacks low: expected self.set_timer(name, low, high)'),
    "a delay before its timer": (lambda self: self.set_timer(5, "tick"),
        "set_timer(5, 'tick', 'tick'): a delay is a number of milliseconds, behind the timer's name"),
    "a delay into the past, of a timer": (lambda self: self.set_timer("tick", -1),
        "set_timer('tick', -1, -1): a delay is at least 0, finite, and given as low, high"),
    "a range that is swapped": (lambda self: self.set_timer("tick", 9, 5),
        "set_timer('tick', 9, 5): a delay is at least 0, finite, and given as low, high"),
    "a range that is a pair": (lambda self: self.set_timer("tick", (5, 9)),
        "set_timer('tick', (5, 9), (5, 9)): a delay is a number of milliseconds, behind the timer's name"),
    "a delay that is no number": (lambda self: self.set_timer("tick", nan),
        "set_timer('tick', nan, nan): a delay is at least 0, finite, and given as low, high"),
    "a delay of thousands of digits": (lambda self: self.set_timer("tick", HUGE),
        "set_timer('tick', 0x31e20801036510f3c591fde5361dc619987896700f4451e1c85ce1902…, "
        '0x31e20801036510f3c591fde5361dc619987896700f4451e1c85ce1902…): a delay is at least 0, finite, and given '
        'as low, high'),
    "a timer that is cancelled and misspelt": (lambda self: self.cancel_timer("tikc"),
        "Doing sets the timer 'tikc' but has no on_tikc_timer. Did you mean 'on_tick_timer'?"),
    "an answer to nobody": (lambda self: self.reply("alice", 3),
        "reply to 'alice', which never made a request (user 1)"),
    "an answer before its client": (lambda self: self.reply(3, "user 1"),
        'reply to 3, which never made a request (user 1)'),
    "two notes at once": (lambda self: self.note("a", "b"),
        'self.note is given too many arguments: expected self.note(text)'),
    "a choice from a number": (lambda self: self.draw(3),
        'draw(3, 1): expected what to choose from, and how many, as in self.draw(self.peers, 2)'),
    "a choice of so many": (lambda self: self.draw([1, 2], "two"),
        "draw([1, 2], 'two'): expected what to choose from, and how many, as in self.draw(self.peers, 2)"),
    "a clock that is set by words": (lambda self: self.step_clock("3"),
        "a clock is set by a finite number of milliseconds, not by '3'"),
    "a number of numpy as state": (lambda self: put(self, numpy.int64(3)),
        "A.x cannot be state: <numpy.int64> is a numpy.int64; a node's state is plain data: numbers, strings, "
        'booleans, None, tuples, messages, and lists, sets, dicts of those; use int(x)'),
    "numbers of numpy in a list as state": (lambda self: put(self, [numpy.float32(3)]),
        "A.x cannot be state: <numpy.float32> is a numpy.float32; a node's state is plain data: numbers, strings, "
        'booleans, None, tuples, messages, and lists, sets, dicts of those; use float(x)'),
    "a truth value of numpy as state": (lambda self: put(self, numpy.bool_(True)),
        "A.x cannot be state: <numpy.bool> is a numpy.bool; a node's state is plain data: numbers, strings, "
        'booleans, None, tuples, messages, and lists, sets, dicts of those; use bool(x)'),
    "an array as state": (lambda self: put(self, numpy.array([1, 2])),
        "A.x cannot be state: <numpy.ndarray> is a numpy.ndarray; a node's state is plain data: numbers, strings, "
        'booleans, None, tuples, messages, and lists, sets, dicts of those; use tuple(x.tolist())'),
    "an enumeration as state": (lambda self: put(self, Colour.RED),
        "A.x cannot be state: <Colour> is a Colour; a node's state is plain data: numbers, strings, booleans, "
        'None, tuples, messages, and lists, sets, dicts of those; use x.value'),
    "a function as state": (lambda self: put(self, lambda: 3),
        "A.x cannot be state: <function <lambda>> is a function; a node's state is plain data: numbers, strings, "
        'booleans, None, tuples, messages, and lists, sets, dicts of those; write a function as a method of the '
        'class'),
    "a class as state": (lambda self: put(self, Ping),
        "A.x cannot be state: <class Ping> is a type; a node's state is plain data: numbers, strings, booleans, "
        'None, tuples, messages, and lists, sets, dicts of those; use its name, a string'),
    "a deque as state": (lambda self: put(self, deque([1])),
        "A.x cannot be state: <deque> is a deque; a node's state is plain data: numbers, strings, booleans, None, "
        'tuples, messages, and lists, sets, dicts of those; use list(x)'),
    "a counter as state": (lambda self: put(self, Counter("ab")),
        "A.x cannot be state: <Counter> is a Counter; a node's state is plain data: numbers, strings, booleans, "
        'None, tuples, messages, and lists, sets, dicts of those; use dict(x)'),
    "a decimal as state": (lambda self: put(self, Decimal(3)),
        "A.x cannot be state: <Decimal> is a Decimal; a node's state is plain data: numbers, strings, booleans, "
        'None, tuples, messages, and lists, sets, dicts of those; use float(x)'),
    "an attribute that is new": (lambda self: setattr(self, "y", 3),
        'A assigned the attribute y, which Doing.init does not declare. All state is first assigned in init'),
}

PROMISES: Table = {           # and those who judge them
    "a run, judged": (lambda: judge(RUN, [nothing_is_wrong]),
        'judge looks at what happened, a Trace, not at a Run: write judge(simulate(run), promises)'),
    "promises before their trace": (lambda: judge([nothing_is_wrong], TRACE),
        'judge(trace, promises): the trace comes first, then the promises'),
    "a verdict, judged": (lambda: judge(VERDICT, [nothing_is_wrong]),
        'judge looks at what happened, a Trace such as simulate(run), not at <Verdict>; a verdict has its trace, '
        'verdict.trace'),
    "a verdict for a promise": (lambda: judge(TRACE, [VERDICT]),
        'a promise is a function with @always, @in_the_end or @sometimes, not a Verdict; its promise is '
        'verdict.promise'),
    "a function without its mark": (lambda: judge(TRACE, [len]),
        'a promise is a function with @always, @in_the_end or @sometimes, not a builtin_function_or_method'),
    "a function alone, without its mark": (lambda: judge(TRACE, len),
        'a promise is a function with @always, @in_the_end or @sometimes, not a builtin_function_or_method'),
    "a module for its promises": (lambda: judge(TRACE, raft),
        'raft is a module: its promises are raft.PROMISES'),
    "the name of promises": (lambda: judge(TRACE, "PROMISES"),
        'a promise is a function with @always, @in_the_end or @sometimes, not a str'),
    "no promises, not even a list": (lambda: judge(TRACE, None),
        'a promise is a function with @always, @in_the_end or @sometimes, not a NoneType'),
    "a promise that answers with a number": (lambda: judge(TRACE, a_counts),
        "the promise 'a counts' returned 3: expected None or True while it is kept, a sentence or False"),
    "a promise that fails": (lambda: judge(TRACE, a_divides),
        "the promise 'a divides', line N, failed: ZeroDivisionError: division by zero"),
    "a promise that misspells what the world has": (lambda: judge(TRACE, a_misspells),
        "the promise 'a misspells', line N, failed: AttributeError: 'World' object has no attribute 'output'. Did "
        "you mean 'outputs'?"),
    "a promise that misspells an attribute": (lambda: judge(TRACE, a_recieves),
        "A has no attribute 'recieved'. Did you mean 'received'?"),
    "a promise that fails in an exploration": (lambda: explore(RUN, a_divides),
        "the promise 'a divides', line N, failed: ZeroDivisionError: division by zero"),
    "a promise that fails in a search": (lambda: search(RUN, a_divides, seeds=range(1)),
        "the promise 'a divides', line N, failed: ZeroDivisionError: division by zero"),
    "a number that is promised": (lambda: always(3),
        '@always stands above a function of the world, not above 3'),
    "a promise of a promise": (lambda: in_the_end(nothing_is_wrong),
        '@in_the_end stands above a function of the world, not above always: nothing is wrong'),
    "a promise of nothing": (lambda: sometimes(lambda: True),
        '@sometimes stands above <lambda>(): expected <lambda>(world), a function of the world alone'),
}

ENGINES: Table = {           # and what they are asked to run
    "a class, simulated": (lambda: simulate(Pinger),
        'simulate takes a Run such as Run(Raft, 3), not the class Pinger: write simulate(Run(Pinger, 3))'),
    "a node, simulated": (lambda: simulate(Pinger("A")),
        'simulate takes a Run such as Run(Raft, 3), not a node: write simulate(Run(Pinger, 3))'),
    "a trace, simulated": (lambda: simulate(TRACE),
        'simulate takes a Run such as Run(Raft, 3), not a Trace: the run that it came from is trace.run'),
    "a module, simulated": (lambda: simulate(raft),
        'simulate takes a Run such as Run(Raft, 3), not <module dslab.protocols.raft>: write simulate(raft.DEMO)'),
    "runs, simulated": (lambda: simulate([RUN, RUN]),
        'simulate takes a Run such as Run(Raft, 3), not [<Run>, <Run>]: give one, or go through them in a loop'),
    "nothing, simulated": (lambda: simulate(None),
        'simulate takes a Run such as Run(Raft, 3), not None'),
    "a class, explored": (lambda: explore(Pinger, [nothing_is_wrong]),
        'explore takes a Run such as Run(Raft, 3), not the class Pinger: write explore(Run(Pinger, 3))'),
    "promises, explored": (lambda: explore([nothing_is_wrong], RUN),
        'explore takes a Run such as Run(Raft, 3), not [<Promise>]: the run comes first, then the promises'),
    "a depth in quotes": (lambda: explore(RUN, depth="3"),
        "depth='3': expected a whole number, at least 0"),
    "fewer states than none": (lambda: explore(RUN, states=-1),
        'states=-1: expected a whole number, at least 0'),
    "a bound that is no function": (lambda: explore(RUN, within=True),
        'within=True: expected a function of the world, such as lambda world: ...'),
    "a budget without a name": (lambda: explore(RUN, timers=3),
        "timers=3: expected how often each may go off, such as {'election': 2}"),
    "a budget of a timer that there is not": (lambda: explore(Run(Gossip, 2), timers={"baet": 1}),
        "no node has a timer 'baet'. Did you mean 'beat'?"),
    "a fault that may or may not strike": (lambda: explore(RUN, crashes=True),
        "the budget of 'a crash' is a number, at least 0, not True"),
    "a node that is like no other": (lambda: explore(RUN, symmetric="Z"),
        "symmetric names 'Z', which is not in this cluster."),
    "a specification that is a number": (lambda: Specification(3, 4),
        'Specification(init=3): expected a function, such as Specification(init=lambda: [0], next=lambda n: [n + 1])'),
    "a specification that begins nowhere": (lambda: explore(Specification(lambda: 3, lambda state: [])),
        "the specification 'system' failed: TypeError: 'int' object is not iterable; init() gives a list of "
        'states, next(state) the list of those that can follow (named: of pairs of a name and a state), and a '
        'state can be hashed'),
    "a specification that goes on nowhere": (lambda: explore(Specification(lambda: [0], lambda state: None)),
        "the specification 'system' failed: TypeError: 'NoneType' object is not iterable; init() gives a list of "
        'states, next(state) the list of those that can follow (named: of pairs of a name and a state), and a '
        'state can be hashed'),
    "a specification of lists": (lambda: explore(Specification(lambda: [[0]], lambda state: [])),
        "the specification 'system' failed: TypeError: unhashable type: 'list'; init() gives a list of states, "
        'next(state) the list of those that can follow (named: of pairs of a name and a state), and a state can '
        'be hashed'),
    "a class, searched": (lambda: search(Pinger, [nothing_is_wrong]),
        'search takes a Run such as Run(Raft, 3), not the class Pinger: write search(Run(Pinger, 3))'),
    "a number of seeds": (lambda: search(RUN, [nothing_is_wrong], seeds=5),
        'seeds=5: expected the seeds to try, such as seeds=range(5)'),
    "a seed in quotes, searched": (lambda: search(RUN, [nothing_is_wrong], seeds="5"),
        "seeds='5': expected the seeds to try, such as seeds=range(100)"),
    "a fault that there is not": (lambda: search(RUN, [nothing_is_wrong], faults=["chaos"]),
        "there is no kind of fault 'chaos' (crash, pause, partition, loss, duplication, delay). Did you mean "
        "'crash'?"),
    "a class, followed": (lambda: follow(Pinger, []),
        'follow takes a Run such as Run(Raft, 3), not the class Pinger: write follow(Run(Pinger, 3))'),
    "a decision that is misspelt": (lambda: follow(RUN, ["delivr A->B#1"]),
        "decision 1 is 'delivr A->B#1': expected deliver, fire, request, crash, recover, drop, duplicate and "
        "what. Did you mean 'deliver'?"),
    "a decision about nobody": (lambda: follow(RUN, ["crash Z"]),
        "decision 1, 'crash Z', does not apply: there is no node 'Z' (A, B, C)"),
    "a number of decisions": (lambda: follow(RUN, 3),
        'decisions=3: expected a list such as ["deliver A->B#1"]'),
    "a pace that is no number": (lambda: follow(RUN, [], pace=nan),
        'pace=nan: expected a number of milliseconds, at least 0'),
    "a step that there is not": (lambda: TRACE[99],
        'there is no step 99: the trace has 5 steps, numbered from 0'),
    "a step by name": (lambda: TRACE["A"],
        "a step has a number, 0 for the first and -1 for the last: not 'A'"),
    "some steps": (lambda: TRACE[0:2],
        'a step has a number, 0 for the first and -1 for the last: not <slice>; a part is trace.steps[first:last]'),
    "the state after a name": (lambda: TRACE.state_at("A"),
        "a step has a number, 0 for the first and -1 for the last: not 'A'"),
    "a trace read from rubbish": (lambda: Trace.from_json("rubbish"),
        'not JSON: Expecting value: line N column 1 (char 0). Nothing is loaded'),
    "a trace read from nothing": (lambda: Trace.from_json(None),
        'not JSON: the JSON object must be str, bytes or bytearray, not NoneType. Nothing is loaded'),
    "a trace read from a list": (lambda: Trace.from_json("[]"),
        'expected a JSON object, found a list. Nothing is loaded'),
    "a trace read from a run": (lambda: Trace.from_json(RUN.to_json()),
        "not a trace: the key 'format' is 'dslab-run', expected 'dslab-trace'"),
    "a history without keys, judged with keys": (lambda: linearizable(ASKED),
        "('read',) lacks a key: a call to an object with keys names one, as in ('get', 'x'); a register without "
        'keys is judged with spec=REGISTER'),
    "a run, judged as a history": (lambda: linearizable(RUN),
        'a run has no history before it is simulated: expected simulate(run), or a list of operations'),
    "a specification by name": (lambda: linearizable(ASKED, "register"),
        "'register' is not a specification: expected a Spec, such as REGISTER"),
    "seconds that are no number": (lambda: linearizable(ASKED, REGISTER, seconds=nan),
        'seconds=nan is not a limit: expected a number'),
    "a history with a slip in its second line": (lambda: read_history("A: write 1 [0, 4]\nB: read > 1 3, 7"),
        "line N is 'B: read > 1 3, 7', expected: client: call -> result [invoked, returned], such as A: cas 1 2 -> true"
        ' [2.7, 5.3]'),
    "a conflict, asked of a run": (lambda: conflict(RUN, REGISTER),
        'a run has no history before it is simulated: expected simulate(run), or a list of operations'),
    "the verdicts of a history, with a specification by name": (lambda: verdicts(ASKED, "register"),
        "'register' is not a specification: expected a Spec, such as REGISTER"),
    "an editor, given nothing by name": (lambda: history_editor(model=True),
        "history_editor has no argument 'model' (history, spec, models, verdict, title). Did you mean 'models'?"),
    "an editor of an object that knows no such call": (lambda: history_editor("A: push 1 [0, 1]"),
        "a compare-and-set register knows read, write value and cas old new; it does not know ('push', 1)"),
    "an editor, with a specification by name": (lambda: history_editor(ASKED, "register"),
        "'register' is not a specification: expected a Spec, such as REGISTER"),
}

VIEWS: Table = {           # and exercises
    "a number, drawn": (lambda: diagram(3),
        'cannot draw 3: expected a Trace, a Run, or a Verdict with a trace'),
    "a class, drawn": (lambda: diagram(Pinger),
        'cannot draw the class Pinger: expected a Trace, a Run, or a Verdict with a trace: write '
        'diagram(Run(Pinger, 3))'),
    "a step that there is not, drawn": (lambda: diagram(TRACE, first=99),
        'there is no step 99 to begin with: the trace has 5 steps, numbered from 0'),
    "a node that there is not, drawn": (lambda: diagram(TRACE, nodes=["Z"]),
        "there is no node 'Z' in this trace (A, B, C)."),
    "a kind that there is not, drawn": (lambda: diagram(TRACE, kinds="crsh"),
        "'crsh' is neither a kind of step nor a message or timer of this trace (Ping, start, receive, timer, "
        'request, crash, recover, pause, resume, clock, loss, partition, heal, cut, isolate, drop, …). Did you '
        "mean 'crash'?"),
    "a number, played": (lambda: play(3),
        'cannot play 3: expected a Run, a Trace, a Verdict with a trace, or a function that returns one of them'),
    "a class, played": (lambda: play(Pinger),
        'cannot play the class Pinger: expected a Run, a Trace, a Verdict with a trace, or a function that '
        'returns one of them: write play(Run(Pinger, 3))'),
    "a site that is one node": (lambda: Network(sites={"eu": "AB"}),
        'the site \'eu\' has \'AB\': expected a list of nodes, such as {"eu": ["A", "B"], "us": ["C"]}'),
    "sites in a list": (lambda: Network(sites=[["A", "B"], ["C"]]),
        'sites=[[\'A\', \'B\'], [\'C\']]: expected a dict from site to nodes, such as {"eu": ["A", "B"], "us": ["C"]}'),
    "a node at two sites": (lambda: Network(sites={"eu": ["A"], "us": ["A"]}),
        "'A' is at two sites, eu and us: a node is at one"),
    "a latency between no sites": (lambda: Network(between=constant(40)),
        'between is the latency between two sites: name them, sites={...}'),
    "a latency to a site that there is not": (lambda: Network(sites={"eu": ["A"], "us": ["B"]},
                                                              between={("eu", "usa"): constant(40)}),
        "between={('eu', 'usa'): <Latency>}: there is no site 'usa', there are eu, us. Did you mean 'us'?"),
    "sites without a latency between two": (lambda: Network(sites={"eu": ["A"], "us": ["B"]}, between={}),
        'between={} lacks the latency between eu and us: give one for each pair of sites, or a single one for all'),
    "a site with a node that there is not": (lambda: Run(raft.Raft, 2, network=Network(sites={"eu": ["A", "Z"]})),
        "the site eu names 'Z', which is not in this cluster (A, B)."),
    "the order of a run that was not simulated": (lambda: dslab.happens_before(RUN),
        'happens_before takes a Trace, not a Run: write happens_before(simulate(run))'),
    "a run compared with nothing": (lambda: compare(RUN),
        'compare lacks other: write, for example, compare(run, run.plus(at(500, crash("A"))))'),
    "a number, compared": (lambda: compare(RUN, 3),
        'cannot compare 3: expected a Run, a Trace or a Verdict with a trace'),
    "a list of runs, compared": (lambda: compare([RUN, RUN], RUN),
        'cannot compare [<Run>, <Run>]: expected a Run, a Trace or a Verdict with a trace: give one, or go through '
        'them in a loop'),
    "a view of nobody": (lambda: compare(RUN, RUN, view="Z"),
        "view='Z': the first run has no such node, it has A, B, C."),
    "a view of a node in one of two runs": (lambda: compare(RUN, RUN.replace(nodes=2), view="C"),
        "view='C': the second run has no such node, it has A, B."),
    "a comparison that asks a number": (lambda: compare(RUN, RUN, ask=3),
        'ask=3: expected True, or a question that is answered by yes if the two can be told apart; ask(..., '
        'then=compare(...)) asks anything else'),
    "one title for two runs": (lambda: compare(RUN, RUN, titles="before and after"),
        'titles=\'before and after\': expected two names, such as ("it arrives", "it is lost")'),
    "a step in quotes, played": (lambda: play(RUN, step="3"),
        "step='3': expected the number of a step, 0 for the first"),
    "a mode that there is not": (lambda: play(RUN, mode="brek"),
        'there is no mode \'brek\': a player has the mode "" or "break"'),
    "a language that there is not": (lambda: play(RUN, lang="fr"),
        "lang='fr': the player speaks en, zh, ja."),
    "a height in words": (lambda: play(RUN, height="tall"),
        "height='tall': expected a number of pixels, such as 560"),
    "a view that there is not": (lambda: play(RUN, show="histroy"),
        "show='histroy': there is no view 'histroy', only cluster, history, state, messages, promises, script, more. "
        "Did you mean 'history'?"),
    "a number of views": (lambda: play(RUN, show=2),
        "show=2: expected the name of a view, or several: cluster, history, state, messages, promises, script, more"),
    "a layout that there is not": (lambda: play(RUN, layout="round"),
        "there is no layout 'round': choose circle, line, grid, spring, planar, shell, spectral, spiral or give a dict "
        'of points.'),
    "functions for promises, played": (lambda: play(RUN, promises=[len]),
        'a promise is a function with @always, @in_the_end or @sometimes, not a builtin_function_or_method'),
    "scenarios in a list": (lambda: play(RUN, scenarios=[at(1, crash("A"))]),
        'scenarios=[at(1, crash(\'A\'))]: expected names and scripts, such as {"split vote": [at(300, crash("A"))]}'),
    "a scenario without its moment": (lambda: play(RUN, scenarios={"crash": crash("A")}),
        'the scenario \'crash\' is crash(\'A\'): expected names and scripts, such as {"split vote": [at(300, '
        'crash("A"))]}'),
    "a budget of what there is not": (lambda: play(RUN, mode="break", budget={"crsh": 1}),
        "the budget says 'crsh': 1; expected numbers, at least 0, for crash, recover, drop, duplicate. Did you mean "
        "'crash'?"),
    "choices without a function": (lambda: play(RUN, seed=(0, 9)),
        'seed: choices need a function that takes them, such as play(lambda seed: ..., seed=(0, 9))'),
    "a function without choices": (lambda: play(lambda seed: RUN),
        "the choices do not fit the function (missing a required argument: 'seed'): give each of its arguments "
        'what it can be, such as play(lambda seed: ..., seed=(0, 9))'),
    "a default beside its choices": (lambda: play(lambda seed=12: RUN, seed=(0, 9)),
        "seed=12 is the function's default, and not among the choices for seed"),
    "nothing to vary": (lambda: vary(lambda k: k),
        'vary has nothing to vary: give an argument of the function its range, as in vary(lambda k: ..., k=(1, 9))'),
    "no function to vary": (lambda: vary(3, k=(1, 9)),
        'vary calls a function again and again, not 3: write vary(lambda k: ..., k=(1, 9))'),
    "a choice without an end": (lambda: vary(lambda k: k, k=(1, "ms")),
        "k=(1, 'ms'): a choice is (low, high), a list of options, or True or False"),
    "a number, shown": (lambda: source(3),
        'cannot show the source of 3: expected a class, a method, a function or a module'),
    "nothing, shown": (lambda: source(),
        'source() needs something to show, such as source(Raft.on_vote) or source(Raft)'),
    "what is built in, shown": (lambda: source(len),
        'the source of len cannot be found: it is built in, or the cell or file in which it was written is not '
        'there any more'),
    "a promise, shown": (lambda: source(nothing_is_wrong),
        'cannot show the source of <Promise>: expected a class, a method, a function or a module; its function is '
        'source(promise.judge)'),
    "an exercise that there is not": (lambda: exercise("9.9"),
        f"there is no exercise '9.9': chapters {CHAPTERS} have some."),
    "an exercise by a number": (lambda: exercise(4.1),
        'there is no exercise 4.1: chapter 4 has 4.1, 4.1a, 4.1b, 4.2, 4.2a, 4.2b, 4.3, 4.3a, 4.3b, 4.3c, 4.3d, '
        "4.3e, 4.4, 4.5. Did you mean '4.1'?"),
    "an exercise in a list": (lambda: exercise(["4.1"]),
        f"there is no exercise ['4.1']: chapters {CHAPTERS} have some."),
    "a name that there is not": (lambda: dslab.simulat,
        "module 'dslab' has no attribute 'simulat'. Did you mean 'simulate'?"),
}

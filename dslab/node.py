"""What the author of a protocol needs: `@message` for what is sent, `Node` for who sends it."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable
from enum import Enum
from math import inf
from operator import attrgetter
from random import Random
from typing import Any, ClassVar, NoReturn, TypeVar, dataclass_transform

from dslab.appearance import DECLARED, check_appearance
from dslab.marks import Mark
from dslab.mistakes.calls import constructor, teaching
from dslab.values import (
    ATOMS,
    INSTEAD,
    LONGEST,
    DslabError,
    brief,
    cached,
    check_message,
    check_sendable,
    fields_of,
    in_order,
    is_text,
    nearest,
    show,
    snapshot,
    writable,
)

T = TypeVar("T")


@teaching("@message above a class of annotated fields")
@dataclass_transform(frozen_default=True)           # right above it: Pyright, which JupyterLab asks, looks no further
def message(cls: type[T]) -> type[T]:
    """Make a class of annotated fields a message: frozen, compared by value and by type, and plain data from birth.

    Making one raises `NotPlain`, a sentence, if a field holds what a network could not carry. For people, a class may
    have a `label` (what views write on it), a `look` ("plain", "yes", "no", "ask" or "quiet"; a heartbeat is quiet) and
    a `sentence`: texts with the names of fields, or methods `label(self)`, `look(self)`, `sentence(self, src, dst)`.

    >>> @message
    ... class RequestVote:
    ...     term: int
    ...     label, look = "vote for me?", "ask"
    ...     sentence = "{src} asks {dst} for its vote in term {term}"
    >>> RequestVote(3)
    RequestVote(term=3)
    """
    _check_message_class(cls)
    _add(cls, __repr__=show, __post_init__=check_message)
    try:
        made = dataclasses.dataclass(frozen=True, slots=True, repr=False)(cls)
    except TypeError as problem:                    # such as a field without a default behind one that has one
        raise DslabError(f"the message {cls.__name__} cannot be made: {problem}") from None
    names = _field_names(made)
    check_appearance(made, names)
    _add(made, __message_fields__=names, __message_values__=_values_of(names),
         __init__=constructor(made, check_message), __setattr__=_refuse_change, __delattr__=_refuse_change)
    return made


def _check_message_class(cls: type) -> None:
    """Raise `DslabError`, in one sentence, for what `@message` cannot stand above."""
    if not isinstance(cls, type):
        raise DslabError(f"@message stands above a class with annotated fields, not above {brief(cls)}")
    name, own = cls.__name__, vars(cls)
    if fields_of(cls) is not None:
        raise DslabError(f"{name} is a message already: one @message is enough")
    if issubclass(cls, (Node, Enum)):
        found = "a node" if issubclass(cls, Node) else "an enumeration"
        raise DslabError(f"{name} is {found}, not a message: write a class of its own for what is sent")
    for method in ("__post_init__", "__init__"):
        if method in own:
            raise DslabError(f"the message {name} has a {method}: a message only carries data, leave it out")
    for field, value in own.items():
        kind = type(value)
        if field in own.get("__annotations__", {}) and kind in INSTEAD:
            raise DslabError(f"the field {name}.{field} begins as a {kind.__name__}: {INSTEAD[kind]}")
        known = (*DECLARED, *own.get("__annotations__", ()))
        if field[:1] != "_" and field not in known and kind in ATOMS | set(INSTEAD):
            raise DslabError(f"{name}.{field} has no type, so it is no field: write"
                             f" {field}: {kind.__name__} = {brief(value)}")


def _add(cls: type, **members: object) -> None:
    for name, member in members.items():
        setattr(cls, name, member)


class Node:
    """One node of a protocol. Subclass it, declare the state in `init`, write a handler for each message and timer.

    The contract, by which one class can be simulated, rewound, forked, model-checked and graded:

    1. A handler runs to completion. It does not wait, sleep, print, draw, read the wall clock or use the `random`
       module. Handlers are found by name: `on_start(self)`, `on_recover(self)`, `on_request_vote(self, src, msg)` for
       a message `RequestVote`, `on_election_timer(self)` for the timer "election".
    2. The node's state is its attributes, all first assigned in `init`. Values are plain data: numbers, strings,
       booleans, None, tuples, messages, and lists, sets and dicts of those.
    3. `send`, `broadcast`, `set_timer`, `cancel_timer`, `output`, `reply`, `note` *record* effects. They happen, in
       order, after the handler has returned and after the `persistent` attributes are on disk: persist before you
       speak.
    4. Messages are frozen, their fields cannot change, and JSON can carry them. All else is refused with a sentence.
    5. A random delay is a range in the effect; the simulator draws from it. A random choice is `draw`.
    6. `self.now` is the node's own time of day, which may be wrong; `self.monotonic` only measures spans.
    7. What a promise speaks about is an `output`. The world remembers outputs, and they survive crashes.

    A node knows its own name, `self.id`, the others of its protocol, `self.peers`, and all of them in the run's order,
    `self.nodes`; in a ring, the next one is `self.nodes[(self.index + 1) % len(self.nodes)]`.

    >>> @message
    ... class Greet:
    ...     words: str
    >>> class Greeter(Node):
    ...     def init(self):
    ...         self.greeted = 0            # how many have greeted this node
    ...     def on_start(self):
    ...         self.broadcast(Greet("hello"))
    ...     def on_greet(self, src, msg):
    ...         self.greeted += 1
    >>> simulate(Run(Greeter, 3)).state_at(-1)["A"]
    {'greeted': 2}
    """

    __slots__ = ("__dict__", "_beat", "_clock", "_known", "_nodes", "_random", "effects", "id", "neighbours", "peers")

    persistent: ClassVar[tuple[str, ...]] = ()      # the attributes that survive a crash
    roles: ClassVar[tuple[str, ...]] = ()           # the values of the attribute `role`, for views
    shown: ClassVar[tuple[str, ...]] = ()           # the attributes that views write beside the node
    logs: ClassVar[tuple[tuple[str, str], ...]] = ()    # (a log, how many of its first entries are committed: or "")
    marks: ClassVar[tuple[Mark, ...]] = ()          # what views draw instead: votes, suspicions, locks, log positions

    def __init__(self, id: str, peers: Iterable[str] = (), *, neighbours: Iterable[str] | None = None,
                 nodes: Iterable[str] | None = None, random: Callable[[], float] | None = None,
                 clock: Callable[[], float] = lambda: 0.0, monotonic: Callable[[], float] = lambda: 0.0) -> None:
        self.id: str = id
        self.peers: tuple[str, ...] = tuple(peers)      # the other nodes that run this protocol
        self.neighbours = self.peers if neighbours is None else tuple(neighbours)   # all nodes with a direct link
        self._nodes = tuple(sorted((id, *self.peers)) if nodes is None else nodes)
        self.effects: list[tuple[Any, ...]] = []        # what the current handler has asked for so far
        self._known = frozenset((*self.peers, *self.neighbours))
        self._random, self._clock, self._beat = random, clock, monotonic
        self.init()
        if self.effects:
            raise DslabError(f"{type(self).__name__}.init asks for {self.effects[0][0]!r}: init only declares the"
                             " state, on_start acts")

    # ---- what a protocol defines ------------------------------------------------------------------------------------

    def init(self) -> None:
        """Declare the state, a line for each attribute. Runs when the node starts and again when it recovers."""

    def on_start(self) -> None:
        """Runs once when the node starts."""

    def on_recover(self) -> None:
        """Runs after a crash, with the `persistent` attributes read from disk and all others as `init` left them."""
        self.on_start()

    # ---- what a handler may do --------------------------------------------------------------------------------------

    def send(self, dst: str, msg: Any) -> None:
        """Send a message to one node. The network may lose, delay, duplicate or reorder it."""
        try:
            if fields_of(type(msg)) is None or dst not in self._known:
                self._refuse(dst, msg)
        except TypeError:                           # such as a list of receivers
            self._refuse(dst, msg)
        self.effects.append(("send", dst, msg))

    def broadcast(self, msg: Any) -> None:
        """Send a message to every peer (not to the node itself), one by one, in the order of `peers`."""
        if fields_of(type(msg)) is None:
            self._refuse("all", msg)
        self.effects += [("send", dst, msg) for dst in self.peers]

    def set_timer(self, name: str, low: float, high: float | None = None) -> None:
        """Call `on_<name>_timer` in `low` ms of the node's clock, or at a random moment between `low` and `high`.

        A node has one timer of each name: setting it again replaces it. Raises `DslabError` for a delay that is not
        a finite number of at least 0, and for a timer without a handler.
        """
        high = low if high is None else high
        try:
            if not 0 <= low <= high <= LONGEST:
                raise DslabError(f"set_timer({brief(name)}, {brief(low)}, {brief(high)}): a delay is at least 0,"
                                 " finite, and given as low, high")
            timer_handler(type(self), name)
        except TypeError:
            asked = f"set_timer({brief(name)}, {brief(low)}, {brief(high)})"
            raise DslabError(f"{asked}: a delay is a number of milliseconds, behind the timer's name") from None
        self.effects.append(("timer", name, low, high))

    def cancel_timer(self, name: str) -> None:
        """Forget the timer of this name, if it is set. Raises `DslabError` for a timer without a handler."""
        if type(name) is str:
            timer_handler(type(self), name)
        else:
            raise DslabError(f"cancel_timer({brief(name)}): a timer is named by a string, such as \"election\"")
        self.effects.append(("cancel", name))

    def output(self, name: str, *values: Any) -> None:
        """Record an output, such as `output("deliver", m)`: promises are about outputs."""
        if type(name) is not str or not is_text(name):
            raise DslabError(f'output({brief(name)}): an output has a name, then values, as in output("deliver", msg)')
        self.effects.append(("output", name, snapshot(values)))

    def reply(self, client: str, value: Any = None) -> None:
        """Answer the request that `client` has open; its operation returns `value`."""
        self.effects.append(("reply", client, snapshot(value)))

    def note(self, text: str) -> None:
        """Say why, for whoever reads the run. It changes nothing."""
        said = str(text) if isinstance(text, str) else show(text)
        self.effects.append(("note", writable(said)))

    def draw(self, options: Iterable[T], k: int = 1) -> tuple[T, ...]:
        """`k` different options (fewer if there are fewer), chosen at random from this node's own random stream."""
        if not isinstance(options, Iterable) or type(k) is not int:
            raise DslabError(f"draw({brief(options)}, {brief(k)}): expected what to choose from, and how many, as in"
                             " self.draw(self.peers, 2)")
        options = in_order(options) if isinstance(options, (set, frozenset)) else list(options)
        self._random = self._random or Random(f"0 {self.id}").random
        for chosen in range(min(k, len(options))):
            other = chosen + int(self._random() * (len(options) - chosen))
            options[chosen], options[other] = options[other], options[chosen]
        return tuple(options[:k])

    @property
    def nodes(self) -> tuple[str, ...]:
        """All nodes that run this protocol, this one included, in the run's order: the same on each of them."""
        return self._nodes

    @property
    def index(self) -> int:
        """The place of this node among `nodes`, from 0."""
        return self._nodes.index(self.id)

    @property
    def now(self) -> float:
        """The time of day, in ms, on this node's own clock. It may be ahead, behind, fast or slow, and be set."""
        return self._clock()

    @property
    def monotonic(self) -> float:
        """The ms since this node started, as its quartz counts them. Nobody sets it; it means nothing elsewhere."""
        return self._beat()

    def step_clock(self, ms: float) -> None:
        """Set the time of day forward by `ms`, or back if it is negative, at once. Timers keep their time."""
        self._set_clock(ms, 0.0)

    def slew_clock(self, ms: float, ppm: float = 500.0) -> None:
        """Make up for `ms` by running `ppm` millionths faster, or slower if `ms` is negative, until it is done.

        Raises `DslabError` for what is no finite number, and for a `ppm` that would make the clock stand.
        """
        if not 0 < ppm < 1e6:
            raise DslabError(f"slew_clock(..., ppm={brief(ppm)}): expected millionths above 0 and below 1,000,000")
        self._set_clock(ms, ppm)

    def _set_clock(self, ms: float, ppm: float) -> None:
        if type(ms) not in (int, float) or not -inf < ms < inf:
            raise DslabError(f"a clock is set by a finite number of milliseconds, not by {brief(ms)}")
        self.effects.append(("clock", ms, ppm))

    def clear_effects(self) -> None:
        """Forget the recorded effects (for a unit test that calls handlers by hand)."""
        self.effects.clear()

    def _refuse(self, dst: Any, msg: Any) -> None:
        """Say in one sentence why `msg` cannot be sent to `dst`."""
        if fields_of(type(dst)) is not None:
            raise DslabError(f"send({brief(dst)}, {brief(msg)}): the receiver comes first, then the message")
        check_sendable(msg)
        if isinstance(dst, (list, tuple, set, frozenset)):
            raise DslabError(f"{self.id} sent to {brief(dst)}: a message goes to one node; self.broadcast(msg) sends it"
                             " to all peers")
        if dst == self.id:
            raise DslabError(f"{self.id} sent to itself: call a method instead, it is quicker and never lost")
        cluster = ", ".join(sorted((*self._known, self.id)))
        hint = nearest(str(dst), self._known) or " A client gets its answer by self.reply."
        raise DslabError(f"{self.id} sent to {brief(dst)}, which is not in this cluster ({cluster}).{hint}")


@cached
def timer_handler(cls: type[Node], name: str) -> str:
    """The name of the method for a timer; raises `DslabError` if the class has none."""
    if type(name) is not str:
        raise DslabError(f"{cls.__name__} sets the timer {brief(name)}: a timer is named by a string")
    wanted = f"on_{name}_timer"
    if not hasattr(cls, wanted):
        if hasattr(cls, f"on_{name}"):
            raise DslabError(f"{cls.__name__} sets the timer {name!r} but has no {wanted}. Did you mean {wanted} where"
                             f" it says on_{name}?")
        handlers = [handler for handler in dir(cls) if handler.startswith("on_")]
        raise DslabError(f"{cls.__name__} sets the timer {name!r} but has no {wanted}.{nearest(wanted, handlers)}")
    return wanted


def _field_names(cls: type) -> tuple[str, ...]:
    return tuple(field.name for field in dataclasses.fields(cls))


def _values_of(names: tuple[str, ...]) -> Callable[[Any], tuple[Any, ...]]:
    """A method that returns the values of these fields; the usual case is the fastest there is."""
    if len(names) > 1:
        get = attrgetter(*names)
        return lambda msg: get(msg)
    return lambda msg: tuple(getattr(msg, name) for name in names)


def _refuse_change(msg: Any, *change: Any) -> NoReturn:
    raise DslabError(f"{type(msg).__name__}.{change[0]} cannot be changed: on a real network the receiver of a "
                     "message that was sent would not see the change. Make a new message.")

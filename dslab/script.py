"""The script of a run: what clients ask and what goes wrong, when.

    [at(100, request("A", Put("x", 1), client="alice")), at(500, crash("A")), at(800, partition(("A", "B"), ("C",)))]

Every verb makes an `Action`, plain data that shows itself as the code that makes it. A particular message is named by
its link and its place on it: "A->B#3" is the third message that A sends to B, in every variant of the run.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Unpack

from dslab.mistakes.calls import teaching
from dslab.network import Latency, LinkSettings, Settings
from dslab.values import DslabError, brief, check_sendable, hint, is_text, is_time, show
from dslab.verbs import VERBS


@dataclass(frozen=True)
class Action:
    """One thing that a script can do: a verb with its arguments, in the order of the verb's signature."""

    verb: str
    args: tuple[Any, ...] = ()
    options: tuple[tuple[str, Any], ...] = ()       # the keyword arguments that were given

    def nodes(self) -> tuple[str, ...]:
        """The nodes that the action names."""
        takes = VERBS[self.verb].takes
        if "groups" in takes:
            return tuple(node for group in self.args for node in group)
        if "message" in takes:
            return parse_message_name(self.args[0])[:2]
        return tuple(arg for kind, arg in zip(takes, self.args, strict=False) if kind == "node")

    def __repr__(self) -> str:
        args = [_code(arg) for arg in self.args]
        return f"{self.verb}({', '.join(args + [f'{name}={_code(value)}' for name, value in self.options])})"


@dataclass(frozen=True)
class At:
    """An action and its moment, in ms of true time."""

    time: float
    action: Action

    def __repr__(self) -> str:
        return f"at({self.time}, {self.action!r})"


@teaching('at(500, crash("A"))')
def at(time: float, action: Action) -> At:
    """An event of a script: do `action` at `time`.

    Args:
        time: ms of true time, at least 0.
        action: what one of the verbs below makes.

    Raises:
        DslabError: one of them is not of its kind.

    >>> at(500, crash("A"))
    at(500, crash('A'))
    """
    if not is_time(time):
        raise DslabError(f"at({brief(time)}, ...): a time is a number of milliseconds, at least 0{hint(time)}")
    if not isinstance(action, Action):
        raise DslabError(f'at({time}, {brief(action)}): expected an action such as crash("A")')
    return At(time, action)


@teaching('request("A", Put("x", 1), client="alice")')
def request(node: str, msg: Any, *, client: str = "") -> Action:
    """A client hands `msg` to `node`, which handles it like a message and may answer with `self.reply`.

    Args:
        node: whom the client asks.
        msg: a message.
        client: who asks; without a name, "user 1" and so on. A client has one request open at a time.

    Raises:
        DslabError: `msg` is no message, or `client` no name.

    >>> from dslab.protocols.client import Put
    >>> request("A", Put("x", 1), client="alice")
    request('A', Put(key='x', value=1), client='alice')
    """
    action = _action("request", node, msg, **({"client": client} if client else {}))
    if not is_text(client):
        raise DslabError(f"request(..., client={brief(client)}): a client is named by a string")
    return action


@teaching('crash("A")')
def crash(node: str) -> Action:
    """The node stops; all but its `persistent` attributes is lost, with its timers. Messages on their way stay.

    Args:
        node: its name.

    >>> at(500, crash("A")).action.nodes()
    ('A',)
    """
    return _action("crash", node)


@teaching('recover("A")')
def recover(node: str) -> Action:
    """A crashed node starts again with its `persistent` attributes, by `on_recover`.

    Args:
        node: its name.

    >>> [at(500, crash("A")), at(900, recover("A"))]
    [at(500, crash('A')), at(900, recover('A'))]
    """
    return _action("recover", node)


@teaching('pause("A")')
def pause(node: str) -> Action:
    """The node is paused and does not notice: what arrives, and what its timers do, waits.

    What has arrived cannot get lost on the network any more, even if the link is cut before the node resumes.

    Args:
        node: its name.

    >>> [at(200, pause("A")), at(600, resume("A"))]
    [at(200, pause('A')), at(600, resume('A'))]
    """
    return _action("pause", node)


@teaching('resume("A")')
def resume(node: str) -> Action:
    """A paused node resumes, with all that has waited, in order.

    Args:
        node: its name.

    >>> resume("A")
    resume('A')
    """
    return _action("resume", node)


@teaching('partition(("A", "B"), ("C",))')
def partition(*groups: Iterable[str]) -> Action:
    """Cut all links between the groups, in both directions. Nodes that no group names form one more group.

    Args:
        groups: tuples of names; a single name is a group of one.

    Raises:
        DslabError: a node is in two groups, or all groups are strings: it is unclear then what else is a group.

    >>> partition(("A", "B"), "C")
    partition(('A', 'B'), ('C',))
    """
    odd = [group for group in groups if not isinstance(group, Iterable)]
    if odd or len(groups) > 1 and all(isinstance(group, str) for group in groups):
        raise DslabError(f"partition({', '.join(map(brief, groups))}): a group is a tuple of names, such as"
                         ' ("A", "B") or ("C",); nodes that no group names form one more group')
    named = tuple((group,) if isinstance(group, str) else tuple(group) for group in groups)
    nodes = [node for group in named for node in group]
    action = _action("partition", *named)
    if len(set(nodes)) < len(nodes):
        raise DslabError(f"partition({', '.join(map(show, named))}): a node is in one group only")
    return action


@teaching('isolate("A")')
def isolate(node: str) -> Action:
    """Cut all links to and from the node.

    Args:
        node: its name.

    >>> [at(300, isolate("A")), at(700, heal())]
    [at(300, isolate('A')), at(700, heal())]
    """
    return _action("isolate", node)


@teaching('cut("A", "B")')
def cut(src: str, dst: str) -> Action:
    """Cut the link in this direction. A message is lost if its link is cut when it is sent or when it would arrive.

    Args:
        src, dst: the sender's and the receiver's name.

    >>> cut("A", "B")
    cut('A', 'B')
    """
    return _action("cut", src, dst)


@teaching('heal() or heal("A", "B")')
def heal(src: str = "", dst: str = "") -> Action:
    """Mend the link in this direction, or, with no names, all links.

    Args:
        src, dst: the sender's and the receiver's name.

    Raises:
        DslabError: only one of them is given.

    >>> heal(), heal("A", "B")
    (heal(), heal('A', 'B'))
    """
    if bool(src) != bool(dst):
        raise DslabError("heal() mends all links, heal(src, dst) one: give both names or none")
    return _action("heal", *((src, dst) if src else ()))


@teaching('drop("A->B#1")')
def drop(name: str) -> Action:
    """Lose this message: now if it is on its way, when it is sent if that is still to come.

    Args:
        name: link and place on it: "A->B#3" is the third message that A sends to B.

    Raises:
        DslabError: the name is not of this form.

    >>> drop("A->B#3")
    drop('A->B#3')
    """
    return _action("drop", name)


@teaching('duplicate("A->B#1", after=5)')
def duplicate(name: str, *, after: float = 1.0) -> Action:
    """Deliver this message a second time, `after` ms later.

    Args:
        name: as for `drop`.
        after: ms, at least 0.

    Raises:
        DslabError: one of them is not of its kind.

    >>> duplicate("A->B#3", after=20)
    duplicate('A->B#3', after=20)
    """
    return _action("duplicate", name, after=_ms("after", after))


@teaching('delay("A->B#1", by=20)')
def delay(name: str, *, by: float) -> Action:
    """Hold this message back for `by` ms more.

    On a fifo link it keeps its turn if it is still to be sent. Once it is on its way it is taken out of the row, and
    later messages may overtake it, as they may on any other link.

    Args:
        name: as for `drop`.
        by: ms, at least 0.

    Raises:
        DslabError: one of them is not of its kind.

    >>> delay("A->B#3", by=40)
    delay('A->B#3', by=40)
    """
    return _action("delay", name, by=_ms("by", by))


@teaching('deliver("A->B#1")')
def deliver(name: str) -> Action:
    """Let this message arrive now, before others if need be; at once when it is sent if that is still to come.

    On a fifo link only the message whose turn it is can be delivered, and one that is still to be sent keeps its turn.

    Args:
        name: as for `drop`.

    Raises:
        DslabError: the name is not of this form.

    >>> deliver("A->B#3")
    deliver('A->B#3')
    """
    return _action("deliver", name)


@teaching('fire("A", "election")')
def fire(node: str, timer: str) -> Action:
    """Let this timer of the node go off now, instead of at its time.

    Args:
        node: its name.
        timer: the timer's name: "election" for `on_election_timer`.

    Raises:
        DslabError: the timer has no name.

    >>> fire("A", "election")
    fire('A', 'election')
    """
    return _action("fire", node, timer)


@teaching('set_link("A", "B", loss=0.5)')
def set_link(src: str = "", dst: str = "", **settings: Unpack[Settings]) -> Action:
    """Change latency, loss, duplication or fifo of the link from `src` to `dst`, or, with no names, of all links.

    It holds for messages that are sent from then on.

    Args:
        src, dst: the sender's and the receiver's name.
        settings: as those of `Network`.

    Raises:
        DslabError: only one name is given, or no setting, or one that is not of its kind.

    >>> set_link("A", "B", loss=0.5)
    set_link('A', 'B', loss=0.5)
    """
    if bool(src) != bool(dst):
        raise DslabError("set_link(loss=...) changes all links, set_link(src, dst, loss=...) one: give both names or"
                         " none")
    if not settings:
        raise DslabError("set_link changes nothing: give latency, loss, duplication or fifo")
    LinkSettings().replace(settings)
    return _action("set_link", *((src, dst) if src else ()), **settings)


@teaching('clock("A", offset=100)')
def clock(node: str, *, offset: float | None = None, drift: float | None = None, step: float | None = None) -> Action:
    """Set the node's own clock. Timers that are set already keep their time.

    Args:
        node: its name.
        offset: how far it is ahead of true time, ms.
        drift: how much too fast it runs, ppm; above -1,000,000.
        step: how far it is moved forward, ms.

    Raises:
        DslabError: none is given, or one is no such number.

    >>> clock("A", offset=-30, drift=50)
    clock('A', offset=-30, drift=50)
    """
    given = {name: value for name, value in (("offset", offset), ("drift", drift), ("step", step)) if value is not None}
    for name, value in given.items():
        if not is_time(abs(value) if type(value) in (int, float) else value) or (name == "drift" and value <= -1e6):
            raise DslabError(f"clock({name}={brief(value)}): expected a finite number; a drift is in ppm, above"
                             " -1,000,000 (a clock that stands)")
    if not given:
        raise DslabError("clock changes nothing: give offset (ms), drift (ppm) or step (ms)")
    return _action("clock", node, **given)


def parse_message_name(name: str) -> tuple[str, str, int | str]:
    """("A", "B", 3) for "A->B#3", and ("A", "B", "3'") for the copy "A->B#3'"."""
    found = re.fullmatch(r"(.+)->(.+)#([1-9][0-9]*'*)", name) if isinstance(name, str) else None
    if not found:
        raise DslabError(f'a message is named by link and count, such as "A->B#3", not {brief(name)}')
    return found[1], found[2], found[3] if found[3].endswith("'") else int(found[3])


def _action(verb: str, /, *args: Any, **options: Any) -> Action:
    """An action, its arguments checked by the kinds that the table of verbs names."""
    takes = VERBS[verb].takes
    for kind, arg in zip(takes * len(args) if takes == ("groups",) else takes, args, strict=False):
        CHECKS[kind](verb, arg)
    return Action(verb, args, tuple(options.items()))


def _check_node(verb: str, node: Any) -> None:
    if type(node) is not str:
        raise DslabError(f"{verb} names {brief(node)}: a node is named by a string, such as \"A\"")


def _check_group(verb: str, group: Any) -> None:
    for node in group:
        _check_node(verb, node)


def _check_timer(verb: str, timer: Any) -> None:
    if type(timer) is not str or not timer:
        raise DslabError(f"{verb}(..., {brief(timer)}): a timer is named by a string")


CHECKS: dict[str, Callable[[str, Any], object]] = {
    "node": _check_node, "groups": _check_group, "timer": _check_timer,
    "message": lambda _, name: parse_message_name(name), "payload": lambda _, msg: check_sendable(msg)}


def _ms(name: str, value: float) -> float:
    if not is_time(value):
        raise DslabError(f"{name}={brief(value)}: expected a number of milliseconds, at least 0{hint(value)}")
    return value


def _code(value: Any) -> str:
    return repr(value) if isinstance(value, Latency) else show(value)


CONSTRUCTORS: dict[str, Callable[..., Action]] = {verb.__name__: verb for verb in (
    request, crash, recover, pause, resume, partition, isolate, cut, heal, drop, duplicate, delay, deliver, fire,
    set_link, clock)}

"""The script of a run: what clients ask and what goes wrong, when.

    [at(100, request("A", Put("x", 1), client="alice")), at(500, crash("A")), at(800, partition(("A", "B"), ("C",)))]

Every verb makes an `Action`, plain data that shows itself as the code that makes it. A particular message is named by
its link and its place on it: "A->B#3" is the third message that A sends to B, in every variant of the run.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from math import inf
from typing import Any, Unpack

from dslab.network import Latency, LinkSettings, Settings
from dslab.values import DslabError, brief, check_sendable, show


@dataclass(frozen=True)
class Action:
    """One thing that a script can do: a verb with its arguments, in the order of the verb's signature."""

    verb: str
    args: tuple[Any, ...] = ()
    options: tuple[tuple[str, Any], ...] = ()       # the keyword arguments that were given

    def nodes(self) -> tuple[str, ...]:
        """The nodes that the action names."""
        if self.verb == "partition":
            return tuple(node for group in self.args for node in group)
        if self.verb in ("drop", "duplicate", "delay", "deliver"):
            return parse_message_name(self.args[0])[:2]
        return self.args[:1] if self.verb in ("request", "fire") else self.args

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


def at(time: float, action: Action) -> At:
    """Do `action` at `time` (ms of true time)."""
    if type(time) not in (int, float) or not 0 <= time < inf:
        raise DslabError(f"at({brief(time)}, ...): a time is a number of milliseconds from 0 up")
    if not isinstance(action, Action):
        raise DslabError(f'at({time}, {brief(action)}): expected an action such as crash("A")')
    return At(time, action)


def request(node: str, msg: Any, *, client: str = "") -> Action:
    """A client hands `msg` to `node`, which handles it like a message and may answer with `self.reply`."""
    check_sendable(msg)
    if type(client) is not str:
        raise DslabError(f"request(..., client={brief(client)}): a client is named by a string")
    return Action("request", (node, msg), (("client", client),) if client else ())


def crash(node: str) -> Action:
    """The node stops; all but its `persistent` attributes is lost, with its timers. Messages on their way stay."""
    return Action("crash", (node,))


def recover(node: str) -> Action:
    """A crashed node starts again with its `persistent` attributes, by `on_recover`."""
    return Action("recover", (node,))


def pause(node: str) -> Action:
    """The node stands still and does not know it: what arrives, and what its timers do, waits.

    What has arrived cannot get lost on the network any more, even if the link is cut before the node resumes.
    """
    return Action("pause", (node,))


def resume(node: str) -> Action:
    """A paused node goes on with all that has waited, in order."""
    return Action("resume", (node,))


def partition(*groups: tuple[str, ...]) -> Action:
    """Cut all links between the groups, in both directions. Nodes that no group names form one more group."""
    named = tuple((group,) if isinstance(group, str) else tuple(group) for group in groups)
    nodes = [node for group in named for node in group]
    if len(set(nodes)) < len(nodes):
        raise DslabError(f"partition({', '.join(map(show, named))}): a node is in one group only")
    return Action("partition", named)


def isolate(node: str) -> Action:
    """Cut all links to and from the node."""
    return Action("isolate", (node,))


def cut(src: str, dst: str) -> Action:
    """Cut the link in this direction. A message is lost if its link is cut when it is sent or when it would arrive."""
    return Action("cut", (src, dst))


def heal(src: str = "", dst: str = "") -> Action:
    """Mend the link in this direction, or, with no names, all links."""
    if bool(src) != bool(dst):
        raise DslabError("heal() mends all links, heal(src, dst) one: give both names or none")
    return Action("heal", (src, dst) if src else ())


def drop(name: str) -> Action:
    """Lose this message: now if it is on its way, when it is sent if that is still to come."""
    return Action("drop", (_message(name),))


def duplicate(name: str, *, after: float = 1.0) -> Action:
    """Deliver this message a second time, `after` ms later."""
    return Action("duplicate", (_message(name),), (("after", _ms("after", after)),))


def delay(name: str, *, by: float) -> Action:
    """Hold this message back for `by` ms more.

    On a fifo link it keeps its turn if it is still to be sent. Once it is on its way it is taken out of the row, and
    later messages may overtake it, as they may on any other link.
    """
    return Action("delay", (_message(name),), (("by", _ms("by", by)),))


def deliver(name: str) -> Action:
    """Let this message arrive now, before others if need be; at once when it is sent if that is still to come.

    On a fifo link only the message whose turn it is can be delivered, and one that is still to be sent keeps its turn.
    """
    return Action("deliver", (_message(name),))


def fire(node: str, timer: str) -> Action:
    """Let this timer of the node go off now, instead of at its time."""
    if type(timer) is not str or not timer:
        raise DslabError(f"fire({brief(node)}, {brief(timer)}): a timer is named by a string")
    return Action("fire", (node, timer))


def set_link(src: str = "", dst: str = "", **settings: Unpack[Settings]) -> Action:
    """Change latency, loss, duplication or fifo of the link from `src` to `dst`, or, with no names, of all links."""
    if bool(src) != bool(dst):
        raise DslabError("set_link(loss=...) changes all links, set_link(src, dst, loss=...) one: give both names or"
                         " none")
    if not settings:
        raise DslabError("set_link changes nothing: give latency, loss, duplication or fifo")
    LinkSettings().but(settings)
    return Action("set_link", (src, dst) if src else (), tuple(settings.items()))


def clock(node: str, *, offset: float | None = None, drift: float | None = None, step: float | None = None) -> Action:
    """Set the node's own clock: `offset` ms ahead of true time, `drift` ppm too fast, or `step` ms forward."""
    given = {name: value for name, value in (("offset", offset), ("drift", drift), ("step", step)) if value is not None}
    for name, value in given.items():
        if type(value) not in (int, float) or not -inf < value < inf or (name == "drift" and value <= -1e6):
            raise DslabError(f"clock({name}={brief(value)}): expected a finite number; a drift is in ppm, above"
                             " -1,000,000 (a clock that stands)")
    if not given:
        raise DslabError("clock changes nothing: give offset (ms), drift (ppm) or step (ms)")
    return Action("clock", (node,), tuple(given.items()))


def parse_message_name(name: str) -> tuple[str, str, int | str]:
    """("A", "B", 3) for "A->B#3", and ("A", "B", "3'") for the copy "A->B#3'"."""
    found = re.fullmatch(r"(.+)->(.+)#([1-9][0-9]*'*)", name) if isinstance(name, str) else None
    if not found:
        raise DslabError(f'a message is named by link and count, such as "A->B#3", not {brief(name)}')
    return found[1], found[2], found[3] if found[3].endswith("'") else int(found[3])


def _ms(name: str, value: float) -> float:
    if type(value) not in (int, float) or not 0 <= value < inf:
        raise DslabError(f"{name}={brief(value)}: expected a number of milliseconds from 0 up")
    return value


def _message(name: str) -> str:
    parse_message_name(name)
    return name


def _code(value: Any) -> str:
    return repr(value) if isinstance(value, Latency) else show(value)


VERBS = {verb.__name__: verb for verb in (request, crash, recover, pause, resume, partition, isolate, cut, heal, drop,
                                          duplicate, delay, deliver, fire, set_link, clock)}

"""Marks: what views draw of a node's state on the node, on its peers and along the logs, instead of writing it down.

A class declares them beside its roles, and a view that reads them needs to know no protocol:

    marks = (Quorum("votes", role="candidate"), Chosen("voted_for", "voted for"),
             Cursor("next_index", role="leader"), Cursor("match_index", role="leader"))
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import KW_ONLY, asdict, dataclass
from typing import Any

from dslab.values import DslabError, brief, is_text, nearest

NEEDED = ("majority", "peers", "all")


@dataclass(frozen=True)
class Mark:
    """What is drawn of one attribute; with a `role`, only while the node's attribute `role` has that value.

    Raises:
        DslabError: a name or a word of the mark is no text.
    """

    attribute: str
    _: KW_ONLY
    role: str = ""

    def __post_init__(self) -> None:
        for name, value in asdict(self).items():
            if not (isinstance(value, str) and is_text(value) and (value or name in ("role", "waiting"))):
                raise DslabError(f"{type(self).__name__}: {name} is {brief(value)}, expected a text, such as"
                                 f' {type(self).__name__}("votes")')


@dataclass(frozen=True)
class Cursor(Mark):
    """A position in a log: under the entry with this index, the first of which is 1.

    The attribute is an index in the node's own log, or a dict from node to an index in that node's log: where to write
    next, up to where a replica has acknowledged, what a consumer has read. `log` is the attribute that is the log.
    """

    log: str = "log"


@dataclass(frozen=True)
class Quorum(Mark):
    """Answers that are counted: a dot for each that came, a ring for each that is still needed.

    The attribute holds who answered (a set, a list, or a dict, of which values that are false are refusals), or the
    answers themselves. `needed` of the nodes that run the protocol: "majority", "peers" (all but the node itself) or
    "all". `words`: what is counted.

    Raises:
        DslabError: `needed` is none of the three.
    """

    words: str = "votes"
    _: KW_ONLY
    needed: str = "majority"

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.needed not in NEEDED:
            raise DslabError(f"Quorum needs {brief(self.needed)}: expected one of {', '.join(NEEDED)}."
                             + nearest(self.needed, NEEDED))


@dataclass(frozen=True)
class Suspects(Mark):
    """What the node thinks of others: a sign at each of them, with the names of those who think so.

    The attribute is a set, a list, or a dict whose keys are the nodes. `words` are said at the node, `of` at the other.
    """

    words: str = "suspects"
    of: str = "suspected by"
    sign: str = "?"


@dataclass(frozen=True)
class Chosen(Mark):
    """One other node, such as the one that it voted for: these words and its name. None, and the node itself, are no
    choice that is drawn."""

    words: str = "chose"


@dataclass(frozen=True)
class Lock(Mark):
    """A lock that the node holds, or waits for: a padlock, closed or open.

    The attribute is a state, or a dict from the name of a lock to its state; `held` and `waiting` are the states that
    count, and any other is neither.
    """

    held: str = "held"
    waiting: str = "waiting"


KINDS: dict[str, type[Mark]] = {kind.__name__.lower(): kind for kind in (Cursor, Quorum, Suspects, Chosen, Lock)}


def mark_to_dict(mark: Mark) -> dict[str, str]:
    """The mark as JSON data."""
    return {"kind": type(mark).__name__.lower(), **asdict(mark)}


def mark_from_dict(data: Any) -> Mark:
    """The mark that `mark_to_dict` wrote; raises `DslabError` for anything else."""
    kind = data.get("kind") if isinstance(data, Mapping) else None
    if kind not in KINDS:
        raise DslabError(f"expected a mark, of the kind {', '.join(KINDS)}, not {brief(data)}")
    try:
        return KINDS[kind](**{name: value for name, value in data.items() if name != "kind"})
    except TypeError:
        raise DslabError(f"a {kind} is not described by {', '.join(map(str, data))}") from None

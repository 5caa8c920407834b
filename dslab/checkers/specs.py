"""Sequential specifications: the results of an object if operations are applied one at a time.

A specification is a value: the initial state `init`, and `step(state, call) -> (state, result)`. A state is immutable
and hashable; a call is a name with arguments, ("write", 3). The result ANY, an acknowledgement, matches every result
that a client received. Your own is a few lines:

    def step(state, call):
        match call:
            case ("push", item):
                return (item, *state), ANY
            case ("pop",):
                return state[1:], state[0] if state else None

    STACK = Spec("stack", (), step)
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass, replace
from typing import Any

from dslab.checkers.history import ANY, Call
from dslab.values import DslabError, brief


@dataclass(frozen=True)
class Spec:
    """A sequential object."""

    name: str
    init: Hashable                                              # the initial state
    step: Callable[[Any, Call], tuple[Any, Any]]               # (state, call) -> (next state, result)
    part: Spec | None = None                                    # of an object with keys: the object under each key

    def __post_init__(self) -> None:
        check_state(self.name, self.init)

    def starting(self, init: Hashable) -> Spec:
        """The same object with another initial state; of an object with keys, that of the object under each key."""
        return keyed(self.part.starting(init), name=self.name) if self.part else replace(self, init=init)

    def run(self, *calls: Call) -> list[Any]:
        """The results of these calls, applied one after the other."""
        state, results = self.init, []
        for call in calls:
            state, result = self.step(state, call)
            results.append(result)
        return results

    def __repr__(self) -> str:
        return f"<specification of a {self.name}>"


def keyed(part: Spec, *, name: str) -> Spec:
    """Many objects of one kind, each under a key: the first argument of a call."""
    def step(state: frozenset[Any], call: Call) -> tuple[frozenset[Any], Any]:
        key, call = without_key(call)
        objects = dict(state)
        objects[key], result = part.step(objects.get(key, part.init), call)
        return frozenset(objects.items()), result

    return Spec(name, frozenset(), step, part)


def without_key(call: Call) -> tuple[Hashable, Call]:
    """The key of a call, and the call on the object under that key: ("put", "x", 1) gives "x" and ("put", 1)."""
    if len(call) < 2:
        raise DslabError(f"{brief(call)} lacks a key: a call to an object with keys names one, as in ('get', 'x'); a"
                         " register without keys is judged with spec=REGISTER")
    operation, key, *args = call
    return key, (operation, *args)


def check_spec(spec: Any) -> None:
    """Raise `DslabError` if it is no specification."""
    if not isinstance(spec, Spec):
        raise DslabError(f"{brief(spec)} is not a specification: expected a Spec, such as REGISTER")


def check_state(spec: str, state: Any) -> None:
    """Raise `DslabError` if a state is not hashable."""
    try:
        hash(state)
    except TypeError:
        raise DslabError(f"{brief(state)} cannot be the state of a {spec}: a state never changes; use tuples and"
                         " frozensets") from None


def unknown(spec: str, call: Call, known: str) -> DslabError:
    """The error for a call that a specification does not define."""
    return DslabError(f"a {spec} knows {known}; it does not know {brief(call)}")


# ---- the usual objects -----------------------------------------------------------------------------------------------

def _register(state: Any, call: Call) -> tuple[Any, Any]:
    match call:
        case ("read" | "get",):
            return state, state
        case ("write" | "set" | "put", value):
            return value, ANY
    raise unknown("register", call, "read and write value")


def _cas_register(state: Any, call: Call) -> tuple[Any, Any]:
    match call:
        case ("cas", old, new):
            return (new, True) if state == old else (state, False)
        case ("read" | "get",) | ("write" | "set" | "put", _):
            return _register(state, call)
    raise unknown("compare-and-set register", call, "read, write value and cas old new")


def _cell(state: Any, call: Call) -> tuple[Any, Any]:
    match call:
        case ("add", amount):
            return ((state or 0) + amount,) * 2
        case ("append", piece):
            return piece if state is None else state + piece, ANY
        case ("delete",):
            return None, ANY
        case ("read" | "get",) | ("write" | "set" | "put", _) | ("cas", _, _):
            return _cas_register(state, call)
    raise unknown("key-value store", call, "(after the key) get, put value, add amount, append piece, cas old new and"
                                           " delete, while a register without keys is judged with spec=REGISTER")


def _counter(state: int, call: Call) -> tuple[int, Any]:
    match call:
        case ("read" | "get",):
            return state, state
        case ("increment",):
            return state + 1, ANY
        case ("decrement",):
            return state - 1, ANY
        case ("add", amount):
            return state + amount, ANY
    raise unknown("counter", call, "read, increment, decrement and add amount")


def _set(state: frozenset[Any], call: Call) -> tuple[frozenset[Any], Any]:
    match call:
        case ("add", item):
            return state | {item}, ANY
        case ("remove", item):
            return state - {item}, ANY
        case ("contains", item):
            return state, item in state
        case ("read" | "get",):
            return state, state
    raise unknown("set", call, "read, add item, remove item and contains item")


def _queue(state: tuple[Any, ...], call: Call) -> tuple[tuple[Any, ...], Any]:
    match call:
        case ("enqueue", item):
            return (*state, item), ANY
        case ("dequeue",):
            return state[1:], state[0] if state else None
    raise unknown("queue", call, "enqueue item and dequeue")


def _lock(holder: Any, call: Call) -> tuple[Any, bool]:
    match call:
        case ("acquire", who):
            return (who, True) if holder is None else (holder, False)
        case ("release", who):
            return (None, True) if holder == who else (holder, False)
    raise unknown("lock", call, "acquire who and release who")


REGISTER = Spec("register", None, _register)                    # initially None
CAS_REGISTER = Spec("compare-and-set register", None, _cas_register)
KEY_VALUE = keyed(Spec("value", None, _cell), name="key-value store")       # `add` returns the sum
COUNTER = Spec("counter", 0, _counter)
SET = Spec("set", frozenset(), _set)
QUEUE = Spec("queue", (), _queue)                               # dequeue of an empty one returns None
LOCK = Spec("lock", None, _lock)                                # True: acquired, or released; False: not

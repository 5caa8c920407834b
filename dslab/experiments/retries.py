"""What happens to a state if an update is executed twice, at once or after another one: chapter 5's idempotence."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

State = dict[str, Any]                  # a counter, the members of a set, and the items of a list
Update = Callable[[State], State]

UPDATES: dict[str, Update] = {
    "add 1 to the counter": lambda state: state | {"counter": state["counter"] + 1},
    "set the counter to 3": lambda state: state | {"counter": 3},
    "add x to the set": lambda state: state | {"members": state["members"] | {"x"}},
    "remove x from the set": lambda state: state | {"members": state["members"] - {"x"}},
    "append x to the list": lambda state: state | {"items": [*state["items"], "x"]},
}
STARTS: tuple[State, ...] = tuple({"counter": counter, "members": frozenset(members), "items": list(members)}
                                  for counter in (0, 3) for members in ("", "x", "y"))


def after(state: State, *updates: str) -> State:
    """The state after these updates, by name, one after the other."""
    for update in updates:
        state = UPDATES[update](state)
    return state


def idempotent(f: str) -> bool:
    """Is f(f(x)) = f(x), for all states that are tried?"""
    return all(after(state, f, f) == after(state, f) for state in STARTS)


def harmless(f: str, g: str) -> bool:
    """Is f(g(f(x))) = g(f(x)): may f be repeated when g has come between?"""
    return all(after(state, f, g, f) == after(state, f, g) for state in STARTS)


def retried(f: str, g: str) -> str:
    """Both answers, for the controls of `vary`: a retry of `f` at once, and after `g`.

    >>> print(retried("add x to the set", "remove x from the set"))
    “add x to the set” at once again: no harm
    “add x to the set” again, after “remove x from the set”: another state than without the retry
    """
    harm = {True: "no harm", False: "another state than without the retry"}
    return f"“{f}” at once again: {harm[idempotent(f)]}\n“{f}” again, after “{g}”: {harm[harmless(f, g)]}"

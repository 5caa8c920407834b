"""Why something came about, as data: a code and its values. What people read is made of it at the rim.

    Reason("cut", link="A->B")          a message was lost
    Reason("rest", ms=50.0)             the run ended

`str(reason)` is the English sentence, `dslab.describe.told` says it in other words. Code compares codes, not sentences.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from string import Formatter
from typing import Any

from dslab.values import DslabError, brief, nearest

ENDS = {                                # why a run is over
    "time": "reached {ms:g} ms",
    "rest": "nothing left to happen after {ms:g} ms",
    "output": "reached the first output {name!r}",
    "decisions": "reached the end of {count} decisions", "moves": "reached the end of {count} moves",
    "log": "reached the end of the log",
}
CUT_SHORT = {                           # the same, where what was still to come could have changed the verdict
    "steps": "reached the limit of {steps:,} steps at {ms} ms",
    "exchange": "{events:,} events at time {ms}: {nodes} keep answering each other",
    "restless": "{events:,} events at time {ms}: {nodes} never comes to rest",
    "in flight": "over {messages:,} messages in flight, {share} % of type {type} from {src}",
    "user": "stopped by you at step {step}", "error": "stopped by an error at step {step}",
}
LOSSES = {                              # why a message was lost
    "chance": "lost by chance", "dropped": "dropped by the script", "cut": "the link {link} is cut",
    "down": "{node} is down", "crashed": "{node} crashed before handling it",
}
IDLE = {                                # why an event of the script did not apply, beside "down"
    "already down": "{node} is already down", "not down": "{node} is not down",
    "already paused": "{node} is already paused", "not paused": "{node} is not paused",
    "no timer": "{node} has no timer {timer!r} set.{hint}",
    "same links": "it changes no link", "in order": "the link {link} is FIFO, and {message} comes first",
    "never sent": "that message was never sent", "gone": "{message} was no longer in flight",
    "never there": "{message} was not in flight", "lost before": "{message} had already been lost: {why}",
    "unanswered": "{client} still waits for the answer to its last request", "over": "the run ended before",
}
UNDECIDED = {                           # why a run does not decide a property
    "never seen": "this run never shows it", "no rest": "the run did not come to rest: {end}",
    "stopped": "the run was cut short: {end}",
}
SENTENCES = ENDS | CUT_SHORT | LOSSES | IDLE | UNDECIDED
FIELDS = {code: {name for _, name, _, _ in Formatter().parse(sentence) if name} for code, sentence in SENTENCES.items()}


@dataclass(frozen=True, init=False, repr=False)
class Reason:
    """A code of `SENTENCES` and what its sentence speaks about.

    Raises:
        DslabError: there is no such code, or the values are not those of its sentence.
    """

    __slots__ = ("code", "values")

    code: str
    values: tuple[tuple[str, Any], ...]

    def __init__(self, code: str, /, **values: Any) -> None:
        if code not in FIELDS:
            raise DslabError(f"there is no reason {brief(code)}.{nearest(str(code), FIELDS)}")
        if values.keys() != FIELDS[code]:
            wanted = ", ".join(sorted(FIELDS[code])) or "nothing"
            raise DslabError(f"the reason {code!r} speaks of {wanted}, not of {', '.join(values) or 'nothing'}")
        object.__setattr__(self, "code", code)
        object.__setattr__(self, "values", tuple(values.items()))

    def say(self, words: Mapping[str, str] | None = None) -> str:
        """The sentence; in other words, if these have some for the English one."""
        sentence = SENTENCES[self.code]
        told = {name: value.say(words) if isinstance(value, Reason) else value for name, value in self.values}
        return (words or {}).get(sentence, sentence).format(**told)

    def __str__(self) -> str:
        return self.say()

    def __repr__(self) -> str:
        return f"Reason({', '.join([repr(self.code), *(f'{name}={value!r}' for name, value in self.values)])})"

    def to_dict(self) -> dict[str, Any]:
        """As JSON data: the code, and the values by their names."""
        return {"code": self.code} | {name: value.to_dict() if isinstance(value, Reason) else value
                                      for name, value in self.values}


def reason_from_dict(data: Any) -> Reason:
    """The reason that `to_dict` wrote; raises `DslabError` for anything else."""
    if not isinstance(data, dict):
        raise DslabError(f"a reason is an object with a code, not {brief(data)}")
    values = {name: reason_from_dict(value) if isinstance(value, dict) else value
              for name, value in data.items() if name != "code"}
    for name, value in values.items():
        if type(value) not in (str, int, float, Reason):
            raise DslabError(f"a reason's {name} is a text or a number, not {brief(value)}")
    reason = Reason(str(data.get("code")), **values)
    try:
        reason.say()
    except ValueError as problem:
        raise DslabError(f"the reason {reason!r} cannot be said: {problem}") from None
    return reason

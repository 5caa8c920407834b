"""The requests of the browser to a player, validated here: an invalid one has no effect but an error's sentence.

    {type: "edit", verb, args, options, step, time}     a change by a verb of `dslab.script`, just after the cursor
    {type: "edit", changes: [{verb, args, options}, ...], step, time}       several at the same moment
    {type: "undo"}  {type: "original"}                  back to the parent branch, to the first one
    {type: "branch", name}  {type: "rename", name, to}  {type: "delete", name}
    {type: "compare", name}                             show a branch beside the current one; "" ends it
    {type: "scenario", name}                            a branch with the events of a scenario of the notebook
    {type: "choose", decision}                          the next event, in the mode "break"

Each can include the `step` of the cursor, which then stays there. `target: t` is short for `args: [t]`. The message
of a request is text, "Put('x', 1)": parsed, never evaluated.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from dslab.player.edits import action_of
from dslab.predictions.prediction import unanswered
from dslab.values import DslabError, brief, nearest

ASKED = "Answer the question first, or give up: then the run can be changed."

if TYPE_CHECKING:
    from dslab.player.player import Player


def answer(player: Player, content: Any) -> None:
    """Carry out a request of the browser; raises `DslabError` if it is invalid."""
    asked = content.get("type") if isinstance(content, Mapping) else None
    if not isinstance(asked, str) or asked not in ANSWERS:
        raise DslabError(f"the player does not know {brief(content)}: it answers to {', '.join(ANSWERS)}."
                         + (nearest(asked, ANSWERS) if isinstance(asked, str) else ""))
    if unanswered(player.payload.get("questions", ()), player.guesses):
        raise DslabError(ASKED)
    step = content.get("step")
    if type(step) is int and player.trace is not None and 0 <= step < len(player.trace):
        player.step = step
    ANSWERS[asked](player, content)


def _edit(player: Player, content: Mapping[str, Any]) -> None:
    changes = content.get("changes", [content])
    if not (isinstance(changes, list) and changes and all(isinstance(change, Mapping) for change in changes)):
        raise DslabError(f"an edit has a list of changes, not {brief(changes)}")
    actions = [action_of(change, player.shown.trace) for change in changes]
    step: Any = content.get("step")                     # a Player says what is wrong with it, if something is
    player.edit(*actions, step=step, time=content.get("time"))


def _text(content: Mapping[str, Any], key: str) -> str:
    found = content.get(key)
    if not isinstance(found, str):
        raise DslabError(f"'{content['type']}' needs a text {key!r}, not {brief(found)}")
    return found


ANSWERS: dict[str, Callable[[Any, Mapping[str, Any]], Any]] = {
    "edit": _edit,
    "undo": lambda player, _: player.undo(),
    "original": lambda player, _: player.original(),
    "branch": lambda player, content: player.branch(_text(content, "name")),
    "rename": lambda player, content: player.rename(_text(content, "name"), _text(content, "to")),
    "delete": lambda player, content: player.delete(_text(content, "name")),
    "compare": lambda player, content: player.beside(_text(content, "name")),
    "scenario": lambda player, content: player.scenario(_text(content, "name")),
    "choose": lambda player, content: player.choose(_text(content, "decision")),
}

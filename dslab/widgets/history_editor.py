"""`history_editor`: the operations of a history as bars, to be dragged and edited, and the verdict that follows.

The browser has the operations; after each change it sends them, and what it gets is the trait `judged`:
    serial      that of the message that it answers
    wrong       a sentence: an operation cannot be read, or the history cannot be; "" if neither
    models      [{model, status, sentence, orders: [[client or "", [ids]]], points: {id: time}, conflict: [ids],
                minimal: is each of these needed?}]
    states      [[time, text]]: of the object, at those points
    mine        {sentence, holds, stuck: id or "", states}: of the points that the reader placed; null without any
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import traitlets

from dslab.checkers.history import ANY, History, Malformed, Operation, history_of
from dslab.checkers.lines import LECTURE, call_in_words, in_words, read_call
from dslab.checkers.models import Evidence, linearizability, verdicts
from dslab.checkers.points import placed
from dslab.checkers.reading import read_history
from dslab.checkers.specs import CAS_REGISTER, Spec, check_spec
from dslab.mistakes.calls import teaching
from dslab.values import DslabError, brief
from dslab.widgets.demonstration import Demonstration
from dslab.widgets.panel import attempted

BLANK: dict[str, Any] = {"serial": 0, "wrong": "", "models": [], "states": [], "mine": None}
MOST, LANES = 40, 8             # operations and clients on a screen
SECONDS = 1.0                   # of CPU time for each verdict: somebody is waiting


@teaching("history_editor(simulate(run), REGISTER)")
def history_editor(history: History | Path | str = LECTURE, spec: Spec = CAS_REGISTER, *, models: bool = False,
                   verdict: bool = True, title: str = "") -> HistoryEditor:
    """A history as bars in time, which are dragged and edited; the verdict on it follows.

    A linearizable history has its linearization points, any other one the operations that contradict each other. The
    reader may place points, too, and is told whether they explain all results.

    Args:
        history: a Trace, operations, a text, or a file, as `read_history` takes them. At most 40 operations of at most
            8 clients. Without one: ten operations on a register that no order fits.
        spec: the sequential specification of the object.
        models: whether to show four verdicts (linearizable, sequentially consistent, causally consistent,
            serializable), each with its evidence.
        verdict: False: it stays closed until the reader asks for it, and with it all that would tell.
        title: what stands above it; empty: the question that the verdict answers.

    Raises:
        Malformed: the history cannot have happened.
        DslabError: it is none, it has more than fits on a screen, or the object does not know an operation.

    >>> history_editor("A: write 1 [0, 4]" + chr(10) + "B: read -> 1 [3, 7]")
    <history to edit: 2 operations of A, B on a compare-and-set register>
    """
    check_spec(spec)
    operations = read_history(history)
    clients = list(dict.fromkeys(str(one.client) for one in sorted(operations, key=lambda one: str(one.client))))
    if len(operations) > MOST or len(clients) > LANES:
        raise DslabError(f"there is room for {MOST} operations of {LANES} clients, and this history has"
                         f" {len(operations)} of {len(clients)}: give some of them, such as operations[:{MOST}]")
    return HistoryEditor(operations, clients, spec, models=models, verdict=verdict, title=title)


class HistoryEditor(Demonstration):
    """The bars in the browser, and the judge in the kernel. A page without a kernel keeps the first verdict."""

    judged = traitlets.Dict().tag(sync=True)

    def __init__(self, operations: tuple[Operation, ...], clients: list[str], spec: Spec, *, models: bool,
                 verdict: bool, title: str) -> None:
        self.spec, self.models = spec, models
        bars = [_bar(f"o{number}", one) for number, one in enumerate(operations)]
        first = BLANK | self._judge(bars)
        told = f"{len(bars)} operation{'s' * (len(bars) != 1)} of {', '.join(clients) or 'nobody'} on a {spec.name}"
        asked = "Which models allow this history?" if models else "Is this history linearizable?"
        facts = {"title": title or asked, "object": spec.name, "sheet": {"clients": clients, "bars": bars},
                 "first": first, "open": verdict, "models": models}
        super().__init__("widgets/history_editor.js", facts, text=f"<history to edit: {told}>", height=640)
        self.judged = first
        self.on_msg(lambda _, content, buffers: self.receive(content))

    def receive(self, content: Mapping[str, Any]) -> None:
        """Handle a message of the browser: the operations have changed."""
        if content.get("type") == "judge":
            self.judged = self.judgement(content)

    def judgement(self, content: Mapping[str, Any]) -> dict[str, Any]:
        """The answer to a message: the verdicts on its operations, or what is wrong with them."""
        made = attempted(lambda: self._judge(content["bars"], content.get("points")))
        return {**BLANK, "serial": content.get("serial"), **({"wrong": made} if isinstance(made, str) else made)}

    def _judge(self, bars: Sequence[Mapping[str, Any]], points: Any = None) -> dict[str, Any]:
        if len(bars) > MOST:
            raise DslabError(f"there is room for {MOST} operations, and these are {len(bars)}: remove some")
        read = {str(bar["id"]): _operation(bar) for bar in bars}
        for one in read.values():
            self.spec.step(self.spec.init, one.call)        # which says so if the object does not know it
        named = dict(sorted(read.items(), key=lambda item: (item[1].invoked, item[1].end)))
        return self._verdicts(named) | self._mine(named, points)

    def _verdicts(self, named: Mapping[str, Operation]) -> dict[str, Any]:
        ids, operations = list(named), history_of(named.values())
        found = (verdicts(operations, self.spec, seconds=SECONDS) if self.models
                 else (linearizability(operations, self.spec, seconds=SECONDS),))
        points = found[0].points
        states = placed(points, operations, self.spec).states if found[0].status == "yes" else ()
        return {"models": [_told(one, ids) for one in found], "states": [list(state) for state in states]}

    def _mine(self, named: Mapping[str, Operation], points: Any) -> dict[str, Any]:
        if not isinstance(points, dict):
            return {}
        ids, operations = list(named), history_of(named.values())
        found = placed({ids.index(id): float(moment) for id, moment in points.items() if id in named}, operations,
                       self.spec)
        stuck = next((id for id, one in zip(ids, operations, strict=True) if one is found.stuck), "")
        return {"mine": {"holds": bool(found), "stuck": stuck, "states": [list(state) for state in found.states],
                         "sentence": found.objection or "they explain all results"}}


def _bar(id: str, one: Operation) -> dict[str, Any]:
    """An operation for the browser, with its call and its result as people type them."""
    return {"id": id, "client": str(one.client), "call": call_in_words(one.call), "invoked": one.invoked,
            "result": "" if one.result is ANY else in_words(one.result), "returned": one.returned}


def _operation(bar: Mapping[str, Any]) -> Operation:
    call, result = str(bar["call"]).strip(), str(bar["result"]).strip()
    if "->" in call:
        raise Malformed(f"{brief(call)} has an arrow in it: the result stands in a field of its own")
    made, told = read_call(f"{call} -> {result}" if result else call)
    return Operation(str(bar["client"]), made, bar["invoked"], bar["returned"],
                     ANY if bar["returned"] is None else told)


def _told(found: Evidence, ids: list[str]) -> dict[str, Any]:
    """The verdict of a model for the browser, which knows operations by their ids."""
    orders = [["" if client is None else str(client), [ids[number] for number in order]]
              for client, order in found.orders.items()]
    return {"model": found.model, "status": found.status, "sentence": found.sentence, "orders": orders,
            "points": {ids[number]: moment for number, moment in found.points.items()},
            "conflict": [ids[number] for number in found.conflict], "minimal": found.is_minimal}

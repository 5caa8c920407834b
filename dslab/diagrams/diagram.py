"""`diagram(trace)`: the space-time diagram of a run, a picture for the notebook, text for everywhere else."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from dslab.arguments import found, instead
from dslab.checkers.consistency import Consistency
from dslab.checkers.history import Operation
from dslab.checkers.serializability import Serializability
from dslab.describe import output_in_words
from dslab.diagrams.ascii import ascii, who
from dslab.diagrams.cycle_diagram import CycleDiagram
from dslab.diagrams.drawing import Drawing
from dslab.diagrams.history_diagram import history_diagram, is_history
from dslab.diagrams.spacetime import SpacetimePicture, Wording, draw
from dslab.diagrams.svg import svg
from dslab.mistakes.calls import teaching
from dslab.properties import Verdict
from dslab.run import Run
from dslab.simulator.errors import ProtocolError
from dslab.simulator.simulate import simulate
from dslab.trace import Step, Trace
from dslab.values import DslabError, brief, nearest, shorten
from dslab.verbs import VERBS

WINDOW = 60                 # the default number of steps in a diagram: about two screens
MOST_STEPS = 500            # the largest number: a browser draws it without a delay
MOST_NODES = 16
STAMPS = ("lamport", "vector", "clock")
KINDS = ("start", "receive", "timer", *(verb.name for verb in VERBS.values() if verb.sign), "loss",
         *(verb.name for verb in VERBS.values() if not verb.sign), "event")


class Diagram(Drawing):
    """A finished space-time diagram."""

    def __init__(self, picture: SpacetimePicture, *, width: int = 100) -> None:
        super().__init__(text=ascii(picture, width=width), svg=svg(picture))
        self.picture = picture

    def __repr__(self) -> str:
        return f"<diagram: {len(self.picture.shown)} steps of {', '.join(map(who, self.picture.nodes))}>"


@teaching("diagram(simulate(run), first=20)")
def diagram(
    what: Trace | Run | Verdict | Consistency | Serializability | Sequence[Operation],
    *,
    first: int = 0,
    last: int | None = None,
    stamps: str | None = None,
    nodes: Iterable[str] | None = None,
    kinds: Iterable[str] | None = None,
    width: int = 100,
) -> Drawing:
    """The space-time diagram of a run: a life line for each node, time downwards, an arrow for each message.

    Operations of clients, and a verdict on them, are drawn as bars, with their linearization points; a verdict on
    transactions as the cycle of dependencies that breaks it.

    Args:
        what: a `Trace`, a `Run` (it is simulated), or a `Verdict` (the step that decides it is marked); or a list of
            operations, or the verdict of `linearizable`, `serializable` and the like.
        first: the first step (of a history: the first operation) to show.
        last: the step to end before; None shows as much as is easy to read.
        stamps: "lamport" or "vector" shows the logical timestamp beside each step, "clock" the reading of its node's
            clock, ms.
        nodes: the nodes to show, in this order; None shows all (of more than 16, those that act first).
        kinds: the kinds of steps ("crash"), types of messages ("Vote") and timers to show; None shows all.
        width: of the text form, in columns.

    Raises:
        DslabError: an argument does not fit the trace.

    >>> from dslab.protocols.rpc import DEMO
    >>> diagram(DEMO, last=4)
    <diagram: 4 steps of shop, bank>
    """
    if isinstance(what, Serializability):
        return CycleDiagram(what, width=width)
    if is_history(what):
        if (stamps, nodes, kinds) != (None, None, None):
            raise DslabError("stamps, nodes and kinds are of a space-time diagram: a history has operations only")
        return history_diagram(what, first=first, last=last, width=width)
    trace, mark = _watched(what)
    _check(trace, first, last, stamps, width)
    names, wanted = _names(trace, nodes), _wanted(trace, kinds)
    begin, end, _ = slice(first, last).indices(len(trace))
    if mark is not None and last is None and first == 0 and mark >= WINDOW:
        begin = mark - WINDOW // 2                  # the window is centred on the marked step
    names = names or _busiest(trace, begin)
    messages = _messages(trace, names, wanted)
    eligible = [step for step in trace.steps[begin:end] if _is_shown(step, names, wanted, messages)]
    shown = eligible[: WINDOW if last is None else MOST_STEPS]
    more = eligible[len(shown)].index if len(shown) < len(eligible) else end
    window = _window(trace, begin, more, names, filtered=bool(nodes or wanted))
    wording = Wording(trace.title, _summary(trace, shown, names, messages), window)
    return Diagram(
        draw(trace, shown, names, messages, wording=wording, stamps=stamps, mark=mark), width=width
    )


# ---- the arguments -----------------------------------------------------------------------------------------

def _watched(what: Any) -> tuple[Trace, int | None]:
    """The trace to draw, and the step to mark."""
    if isinstance(what, Trace):
        return what, None
    if isinstance(what, Verdict) and what.trace is not None:
        return what.trace, what.step
    if isinstance(what, Run):
        try:
            return simulate(what), None
        except ProtocolError as problem:
            return problem.trace, None              # what happened before the error is worth seeing
    raise DslabError(f"cannot draw {found(what)}: expected a Trace, a Run, or a Verdict with a trace"
                     f"{instead(what, 'diagram')}")


def _check(trace: Trace, first: int, last: int | None, stamps: str | None, width: int) -> None:
    if type(first) is not int or first >= max(len(trace), 1):
        raise DslabError(
            f"there is no step {brief(first)} to begin with: the trace has {len(trace)} steps, "
            "numbered from 0"
        )
    if last is not None and type(last) is not int:
        raise DslabError(
            f"last={brief(last)} is not a step: expected a whole number, or None for as much "
            "as is easy to read"
        )
    if stamps is not None and stamps not in STAMPS:
        raise DslabError(f"stamps={brief(stamps)} is not known: expected None, 'lamport', 'vector' or 'clock'."
                         + nearest(str(stamps), STAMPS))
    if type(width) is not int or not 40 <= width <= 1000:
        raise DslabError(
            f"width={brief(width)} does not do: the text form takes a whole number of 40 to 1000 columns"
        )


def _names(trace: Trace, nodes: Iterable[str] | None) -> tuple[str, ...]:
    """The nodes given; empty if the diagram is to choose."""
    if nodes is None:
        return trace.nodes if len(trace.nodes) <= MOST_NODES else ()
    choose = "choose with nodes=(%s, ...)" % brief((trace.nodes or ("A",))[0])
    if not isinstance(nodes, Iterable):
        raise DslabError(f"nodes={brief(nodes)} is not a list of names: {choose}")
    names = (nodes,) if isinstance(nodes, str) else tuple(dict.fromkeys(nodes))
    for name in names:
        if name not in trace.nodes:
            known = shorten(", ".join(map(who, trace.nodes)), limit=80)
            raise DslabError(
                f"there is no node {brief(name)} in this trace ({known}).{nearest(str(name), trace.nodes)}"
            )
    if not 0 < len(names) <= MOST_NODES:
        raise DslabError(f"a diagram shows 1 to {MOST_NODES} nodes, not {len(names)}: {choose}")
    return names


def _wanted(trace: Trace, kinds: Iterable[str] | None) -> frozenset[str]:
    """The kinds and names given; empty for all."""
    if kinds is None:
        return frozenset()
    wanted = (kinds,) if isinstance(kinds, str) else tuple(kinds)
    known = dict.fromkeys([*(step.name for step in trace.steps if step.kind in ("timer", "request")),
                           *(type(message.payload).__name__ for message in trace.messages), *KINDS])
    for kind in wanted:
        if kind not in known:
            raise DslabError(f"{brief(kind)} is neither a kind of step nor a message or timer of this trace "
                             f"({shorten(', '.join(known), limit=120)}).{nearest(str(kind), known)}")
    if not wanted:
        raise DslabError(
            "kinds=() shows nothing: name some kinds of steps, such as ('receive', 'crash'), or leave it out"
        )
    return frozenset(wanted)


# ---- the steps to show -------------------------------------------------------------------------------------

def _busiest(trace: Trace, begin: int) -> tuple[str, ...]:
    """Of a large cluster, the nodes that act first; the first ones if nobody acts."""
    acting = dict.fromkeys(
        step.node for step in trace.steps[begin:] if step.node and (step.sent or step.kind != "start")
    )
    chosen = set(list(acting or trace.nodes)[:MOST_NODES])
    return tuple(node for node in trace.nodes if node in chosen)


def _messages(trace: Trace, names: Sequence[str], wanted: frozenset[str]) -> set[int]:
    """The messages to draw, by their ids."""
    ends = {"received": "receive", "lost": "loss", "in flight": "receive"}
    return {message.id for message in trace.messages if message.src in names or message.dst in names
            if not wanted or type(message.payload).__name__ in wanted or ends[message.fate] in wanted}


def _is_shown(step: Step, names: Sequence[str], wanted: frozenset[str], messages: set[int]) -> bool:
    """Whether to show a step: of these nodes (or the network) and of these kinds, or an end of a shown message."""
    at = step.request[1] if step.node is None and step.request else step.node
    if at is not None and at not in names:
        return False
    if (
        step.message is not None
        and step.node is None
        and not {step.message.src, step.message.dst} & set(names)
    ):
        return False
    if not wanted or step.kind in wanted or step.name in wanted:
        return True
    ends = (*step.sent, step.message) if step.message else step.sent
    return any(message.id in messages for message in ends)


def _window(trace: Trace, begin: int, more: int, names: Sequence[str], *, filtered: bool) -> tuple[str, ...]:
    """Sentences: which part of the trace is shown, and the calls that show the rest."""
    sentences = []
    if begin > 0 or more < len(trace):
        rest = (
            f"; diagram(trace, first={more}{', ...' if filtered else ''}) shows more"
            if more < len(trace)
            else ""
        )
        sentences.append(f"steps {begin}–{max(more - 1, begin)} of {len(trace)}{rest}")
    if len(names) < len(trace.nodes) and not filtered:
        call = f"diagram(trace, nodes=({brief(trace.nodes[0])}, ...)) chooses"
        sentences.append(f"{len(names)} of {len(trace.nodes)} nodes; {call}")
    return tuple(sentences)


def _summary(trace: Trace, shown: Sequence[Step], names: Sequence[str], messages: set[int]) -> str:
    """A text alternative of the picture, for screen readers."""
    if not shown:
        return f"A space-time diagram of {', '.join(names) or 'no nodes'} in which nothing happened."
    inside = {message.id: message for step in shown for message in step.sent if message.id in messages}
    lost = sum(message.fate == "lost" for message in inside.values())
    faults = [
        f"{step.node} {step.kind}s" if step.kind != "crash" else f"{step.node} crashes"
        for step in shown
        if step.kind in ("crash", "recover", "pause")
    ]
    outputs = [f"{step.node} {output_in_words(name, values)}"
               for step in shown for name, *values in step.outputs]
    told = faults[:8] + outputs[:12]
    return (
        f"A space-time diagram: {len(shown)} steps of {', '.join(names)}, from {shown[0].time:.1f} to "
        f"{shown[-1].time:.1f} ms; {len(inside)} messages sent, {lost} lost."
        + (f" {'; '.join(told)}." if told else "")
    )

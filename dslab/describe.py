"""A trace in words: one sentence for a step, one line of a table.

The sentences are whole, so that they can be said in other languages: a view gives their translations, by the English
sentence (`dslab.player.language`). Names, values and what protocols say stay as they are.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import reduce
from typing import Any

from dslab.appearance import in_words, mention
from dslab.reasons import Reason
from dslab.text import text_table
from dslab.trace import Envelope, Step
from dslab.values import shorten
from dslab.verbs import VERBS, Verb

Words = Mapping[str, str] | None

SENTENCES = {
    "start": "{node} starts", "receive": "{node} receives {message} from {src}",
    "timer": "{node}'s {name} timer goes off", "refused": "a client asks: {name}",
    "event": "{node}: {name}",              # of a log from elsewhere, which has its own words
    "loss": "{message} from {src} to {dst} is lost: {why}",
} | {verb.name: verb.sentence for verb in VERBS.values()}
DEEDS = {
    "output": "outputs {output}", "reply": "answers {value} to {client}", "done": "answers {client}",
    "send": "sends {message} to {nodes}",
    "lost": "{node} (lost)", "many": "{count} nodes", "nodes": "{nodes}, {node}",
    "next": "{deeds}, {deed}", "last": "{deeds} and {deed}",
    "told": "{what}: it {deeds}.", "alone": "{what}.", "then": "{node} {deeds}.",
}


def describe(step: Step, words: Words = None) -> str:
    """What happened in a step, what followed at once, and the protocol's own reasons; in other words, if given."""
    return " ".join([_sentence(step, words), *(f"({note})" for note in step.notes)])


def told(why: str | Reason, words: Words = None) -> str:
    """A reason in other words, if given; a text, which has nothing but its own words, as it is."""
    return why.say(words) if isinstance(why, Reason) else why


def _say(sentence: str, words: Words, **values: Any) -> str:
    return (words or {}).get(sentence, sentence).format(**values)


def _sentence(step: Step, words: Words = None) -> str:
    happens = step.node and step.kind != "event"       # a log's own words say already what was sent
    what, deeds = _happening(step, words), list(_deeds(step, words)) if happens else []
    said = step.message.sentence if step.message and step.kind == "receive" else ""
    if said:
        then = [_say(DEEDS["then"], words, node=step.node, deeds=_listed(deeds, words))] if deeds else []
        return " ".join([said if said.endswith((".", "?", "!")) else f"{said}.", *then])
    if not deeds:
        return _say(DEEDS["alone"], words, what=what)
    return _say(DEEDS["told"], words, what=what, deeds=_listed(deeds, words))


def _happening(step: Step, words: Words) -> str:
    kind = step.kind
    if kind == "request":
        client, node, msg = step.request or ("", "", None)
        sentence = SENTENCES["request" if step.request else "refused"]
        return _say(sentence, words, client=client, node=node, message=mention(msg), name=step.name)
    if kind == "event":
        return _say(SENTENCES[kind], words, node=step.node, name=step.name.rstrip("."))
    values = {"node": step.node, "name": step.name} | _parts(step.message, words)
    return _say(SENTENCES.get(kind, Verb.sentence), words, **values)


def _parts(message: Envelope | None, words: Words) -> dict[str, str]:
    """What a sentence says of a message."""
    if message is None:
        return {}
    return {"which": message.name, "message": mention(message.payload), "src": message.src, "dst": message.dst,
            "why": "" if message.why is None else message.why.say(words)}


def _deeds(step: Step, words: Words) -> Iterable[str]:
    """What the handler asked for, in short: outputs first, since they count most."""
    for name, *values in step.outputs:
        yield _say(DEEDS["output"], words, output=output_in_words(name, values))
    for client, value in step.replies:
        yield _say(DEEDS["done" if value is None else "reply"], words, value=in_words(value), client=client)
    receivers: dict[str, list[str]] = {}
    for message in step.sent:
        lost_at_once = message.fate == "lost" and message.ended is None
        named = _say(DEEDS["lost"], words, node=message.dst) if lost_at_once else message.dst
        receivers.setdefault(mention(message.payload), []).append(named)
    for payload, names in receivers.items():
        yield _say(DEEDS["send"], words, message=payload, nodes=_nodes(names, words))


def output_in_words(name: str, values: Iterable[Any]) -> str:
    """An output as people write it: deliver x; an empty text says nothing."""
    told = [in_words(value, inside=True) for value in values if value != ""]
    return f"{name} {(', ' if any(' ' in text for text in told) else ' ').join(told)}".rstrip()


def _nodes(names: list[str], words: Words) -> str:
    if len(names) >= 8:
        return _say(DEEDS["many"], words, count=len(names))
    return reduce(lambda nodes, node: _say(DEEDS["nodes"], words, nodes=nodes, node=node), names)


def _listed(deeds: list[str], words: Words) -> str:
    *most, last = deeds
    if not most:
        return last
    listed = reduce(lambda deeds, deed: _say(DEEDS["next"], words, deeds=deeds, deed=deed), most)
    return _say(DEEDS["last"], words, deeds=listed, deed=last)


def steps_table(steps: Sequence[Step]) -> str:
    """A line for each step: number, time, node, Lamport timestamp, what happened, why, and the new state."""
    rows = [("step", "time", "node", "L", "what happened", "why", "state that changed")]
    for step in steps:
        changes = ", ".join(f"{name} = {in_words(value, limit=30, inside=True)}"
                            for name, value in step.changes.items())
        rows.append((str(step.index), f"{step.time:.1f}", step.node or "-", str(step.lamport or ""),
                     shorten(_sentence(step), limit=90), shorten("; ".join(step.notes), limit=70),
                     shorten(changes, limit=90)))
    used = [column for column in range(7) if column < 5 or any(row[column] for row in rows[1:])]
    return text_table([[row[column] for column in used] for row in rows])

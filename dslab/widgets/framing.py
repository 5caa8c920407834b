"""A stream of bytes that is cut anywhere: which messages does the receiver take from it?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from dslab.values import DslabError, brief
from dslab.widgets.demonstration import Demonstration

TASKS = {"hello, world": ("hello", "world"), "one has a line feed in it": ("hello", "wor\nld"),
         "three short ones": ("a", "bc", "def")}
MOST = 26                   # bytes that fit beside each other, with two marks for each message


def framing(tasks: Mapping[str, Sequence[str]] = TASKS) -> Demonstration:
    """Messages in a stream of bytes: drag the cuts between the pieces, choose the framing, see what is read.

    Args:
        tasks: name -> the messages, of ASCII characters; with a mark each they are at most 26 bytes.

    >>> framing()
    <framing: hello, world; one has a line feed in it; three short ones>
    """
    for name, messages in tasks.items():
        if not messages or not all(text and text.isascii() for text in messages):
            raise DslabError(f"{name!r} has {brief(messages)}: expected messages of ASCII characters, none empty")
        if sum(len(text) + 1 for text in messages) > MOST:
            raise DslabError(f"{name!r} has more than {MOST} bytes with a mark for each message: take shorter ones")
    facts = {"title": "Packets are not messages", "tasks": {name: list(texts) for name, texts in tasks.items()}}
    return Demonstration("widgets/framing.js", facts, text=f"<framing: {'; '.join(tasks)}>", height=400)

"""A remote call step by step: stub, marshalling, network, skeleton, and the meaning of each byte."""

from __future__ import annotations

import json
import re
from typing import Any

from dslab.values import DslabError, brief
from dslab.widgets.demonstration import Demonstration

CALL = '{"call": "charge", "arguments": {"customer": "Carol", "cents": 399}}'
TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[^\s{}\[\],:"]+|[{}\[\]]|[,:]\s*|\s+')
MOST = 120                  # bytes of a message on a screen
BRACKETS = {"{": "here a group of fields begins", "}": "here a group of fields ends", "[": "here a list begins",
            "]": "here a list ends"}


def call_anatomy(call: str = CALL, reply: str = '{"charged": 399}') -> Demonstration:
    """A remote call: step through it, and click a byte of its messages to see what it means.

    Args:
        call: a JSON object of ASCII characters with the fields "call" and "arguments", as a stub marshals them.
        reply: the result, marshalled.

    Raises:
        DslabError: a message is not such JSON, or longer than 120 bytes.

    >>> call_anatomy()
    <anatomy of a call: charge("Carol", 399)>
    """
    request = _read(call)
    _read(reply)
    if not isinstance(request.get("arguments"), dict) or not isinstance(request.get("call"), str):
        raise DslabError(f'the call is {brief(call)}: expected {{"call": "charge", "arguments": {{...}}}}')
    said = f"{request['call']}({', '.join(json.dumps(value) for value in request['arguments'].values())})"
    facts = {"title": "Anatomy of a remote call", "said": said, "call": parts(call), "reply": parts(reply)}
    return Demonstration("widgets/call_anatomy.js", facts, text=f"<anatomy of a call: {said}>", height=620)


def parts(text: str) -> list[tuple[str, str, str]]:
    """JSON cut into its tokens: (text, name of the field, meaning). Joined, the texts are the JSON."""
    found, field = [], ""
    for token in TOKEN.finditer(text):
        piece, is_name = token[0], text[token.end():].lstrip().startswith(":")
        if is_name:
            field = json.loads(piece)
        found.append((piece, field, _meaning(piece, field, is_name)))
    return found


def _meaning(piece: str, field: str, is_name: bool) -> str:
    mark = piece.strip()
    if is_name:
        return "the name of a field, which both sides must write alike"
    if mark in BRACKETS:
        return BRACKETS[mark]
    if mark in (",", ":", ""):
        return "it separates a name from its value" if mark == ":" else "it separates two fields"
    kind = "text, in quotes" if mark.startswith('"') else "a number, in decimal digits"
    return f"the value of {field}: {kind}"


def _read(text: str) -> dict[str, Any]:
    try:
        value = json.loads(text)
    except ValueError:
        value = None
    if not isinstance(value, dict) or not text.isascii() or len(text) > MOST:
        raise DslabError(f"{brief(text)} is not a message: expected a JSON object of at most {MOST} ASCII characters")
    return value

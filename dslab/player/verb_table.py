"""The table of verbs as a module of the player's JavaScript, so that the two cannot differ: a test compares them."""

from __future__ import annotations

import json

from dslab.verbs import VERBS, Verb

HEAD = """// @ts-check
// The verbs of a script, as dslab/verbs.py has them. Python writes it: UPDATE_GOLDEN=1 pytest tests/test_verbs.py
/** @import { Verb } from "../types.js" */
import { english } from "../words.js";

/** @type {ReadonlyMap<string, Verb>} */
export const VERBS = new Map([
"""


def verb_table() -> str:
    """The module `data/verb_table.js`."""
    return HEAD + "".join(f"  [{_text(verb.name)}, {{\n{_fields(verb)}  }}],\n" for verb in VERBS.values()) + "]);\n"


def _fields(verb: Verb) -> str:
    lines = ({"word": _words(verb.word), "button": _words(verb.button)},
             {"label": _words(verb.label), "status": _words(verb.status)},
             {"filled": _text(verb.filled), "fault": _text(verb.colour == "fault"), "harmful": _text(verb.harmful)},
             {"outline": _text(verb.outline)})
    return "".join(f"    {', '.join(f'{name}: {value}' for name, value in line.items())},\n" for line in lines)


def _words(text: str) -> str:
    """Text that is translated when it is shown."""
    return f"english({_text(text)})" if text else _text(text)


def _text(value: str | bool) -> str:
    return json.dumps(value, ensure_ascii=False)

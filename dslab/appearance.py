"""How a message appears to people: a short label, a look, a sentence; and any value in plain words.

A message class declares the three, or lets them follow from its name and fields. Views of every kind (player, diagrams,
texts) ask here, so that a message has the same words everywhere. `player/js/data/values.js` has the twin of `in_words`.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from decimal import ROUND_HALF_UP, Decimal
from enum import Enum
from inspect import isfunction, signature
from math import isfinite
from string import Formatter
from typing import Any

from dslab.text import visible
from dslab.values import READ, DslabError, brief, cached, fields_of, in_order, nearest, shorten, show

LOOKS = ("plain", "yes", "no", "ask", "quiet")      # each has its own shape and colour in a view
DECLARED = ("label", "look", "sentence")
SENTENCE = {"src": "the sender", "dst": "the receiver"}         # what a sentence may name beside the fields
LONGEST = 60                            # characters of a label
FAILED = "{where} cannot be used: {why}. The default takes its place"


class AppearanceWarning(UserWarning):
    """A label, look or sentence that a message class computes is of no use: the default takes its place."""


# ---- a message -------------------------------------------------------------------------------------------------------

def label(msg: Any) -> str:
    """What a message says, in a few characters: "✓ vote", "x = 1"; by default its name and most telling field."""
    given = declared_label(msg)
    return _default_label(type(msg).__name__, _values(msg)) if given is None else given


def declared_label(msg: Any) -> str | None:
    """The label that the class of a message gives it, None if it gives none."""
    given = _given(msg, "label")
    return None if given is None else shorten(given, limit=LONGEST)


def look(msg: Any) -> str:
    """One of `LOOKS`: by default the only boolean field decides between "yes" and "no"."""
    return _given(msg, "look") or {True: "yes", False: "no", None: "plain"}[_verdict(_values(msg))]


def sentence(msg: Any, src: str, dst: str) -> str:
    """What `src` tells `dst` by a message, in plain words; empty if its class does not say."""
    return _given(msg, "sentence", src, dst) or ""


def mention(msg: Any, *, limit: int = 60) -> str:
    """A message within a sentence: AppendEntries “x = 1”; by default with its fields, Vote (term 1, granted yes)."""
    name, given = type(msg).__name__, declared_label(msg)
    if given is None:
        return _in_full(name, _values(msg), limit)
    return f"“{given}”" if name.lower() in given.lower() else f"{name} “{given}”" if given else name


def _default_label(name: str, values: Mapping[str, Any]) -> str:
    verdict = _verdict(values)
    if verdict is not None:
        return f"{'✓' if verdict else '✗'} {name}"
    told = {field: in_words(value) for field, value in values.items() if value is not None}
    short = [field for field, text in told.items() if len(text) <= 16]
    field = next((field for field in short if isinstance(values[field], str)), short[0] if short else None)
    if field is None:
        return name
    return " ".join([name, told[field]] if len(values) == 1 or isinstance(values[field], str)
                    else [name, field.replace("_", " "), told[field]])


def _verdict(values: Mapping[str, Any]) -> bool | None:
    """The value of the only boolean field."""
    found = [value for value in values.values() if type(value) is bool]
    return found[0] if len(found) == 1 else None


def _values(msg: Any) -> dict[str, Any]:
    return {field: getattr(msg, field) for field in fields_of(type(msg)) or ()}


# ---- what its class declares -----------------------------------------------------------------------------------------

def check_appearance(cls: type, names: tuple[str, ...]) -> None:
    """Raise `DslabError`, in one sentence, for a label, look or sentence that a message class cannot have."""
    for what in _declared(cls):
        given, where = getattr(cls, what), f"{cls.__name__}.{what}"
        takes = "(self, src, dst)" if what == "sentence" else "(self)"
        if isinstance(given, str):
            _check_text(where, what, given, names)
        elif isfunction(given) and len(signature(given).parameters) != takes.count(",") + 1:
            raise DslabError(f"{where}{signature(given)} cannot be called: expected {what}{takes}")
        elif not isfunction(given) and (what == "sentence" or not isinstance(given, property)):
            raise DslabError(f"{where} is {brief(given)}: expected a text, such as {_example(what, names)}, or a method"
                             f" {what}{takes} that returns one")


def _check_text(where: str, what: str, given: str, names: tuple[str, ...]) -> None:
    if what == "look":
        return _check_look(where, given)
    known = (*names, *SENTENCE) if what == "sentence" else names
    try:
        asked = [re.split(r"[.\[]", name)[0] for _, name, _, _ in Formatter().parse(given) if name is not None]
    except ValueError as problem:
        raise DslabError(f"{where} is {brief(given)}: {problem}; write a literal brace twice") from None
    for name in asked:
        if name not in known:
            ends = "; only a sentence knows src and dst" if name in SENTENCE else nearest(name, known)
            raise DslabError(f"{where} speaks of {{{name}}}, which is not a field ({', '.join(known) or 'it has none'})"
                             + (ends if ends.startswith(";") else f".{ends}"))


def _check_look(where: str, given: Any) -> None:
    if given not in LOOKS:
        raise DslabError(f"{where} is {brief(given)}, which is not a look ({', '.join(LOOKS)})."
                         + nearest(str(given), LOOKS))


def _example(what: str, names: tuple[str, ...]) -> str:
    part = "{%s}" % names[0] if names else "hello"
    return {"label": f'"{part}"', "look": '"ask"', "sentence": f'"{{src}} tells {{dst}}: {part}"'}[what]


@cached
def _declared(cls: type) -> tuple[str, ...]:
    """Which of the three a class declares: a field of that name is a field and nothing else."""
    own = {name for kind in cls.__mro__ for name in kind.__dict__.get("__annotations__", ())}
    return tuple(what for what in DECLARED if what not in own and hasattr(cls, what))


def _given(msg: Any, what: str, *ends: str) -> str | None:
    """What the class of a message, or the file that it was read from, says of it; None if that is nothing of use."""
    read: dict[str, str] | None = getattr(msg, READ, None)
    if read is not None:
        return read.get(what)
    if what not in _declared(type(msg)):
        return None
    try:
        return _computed(msg, what, ends)
    except Exception as problem:            # an author's code may raise anything: the run goes on, and is shown
        why = str(problem) if isinstance(problem, DslabError) else f"{type(problem).__name__}, {problem}"
        warnings.warn(FAILED.format(where=f"{type(msg).__name__}.{what}", why=why), AppearanceWarning, stacklevel=1)
        return None


def _computed(msg: Any, what: str, ends: tuple[str, ...]) -> str:
    template = getattr(type(msg), what)
    if isinstance(template, str):
        known = {**_values(msg), **dict(zip(SENTENCE, ends, strict=False))}
        return template if what == "look" else _TEMPLATES.vformat(template, (), known)
    value = getattr(msg, what)
    value = value(*ends) if callable(value) else value
    if what == "look":
        _check_look("the value", value)
    if value is None:
        raise DslabError("it returned None, expected a text")
    return in_words(value, limit=400)


class _Templates(Formatter):
    """Fields without a format of their own are filled in in plain words."""

    def format_field(self, value: Any, format_spec: str) -> str:
        return str(format(value, format_spec)) if format_spec else in_words(value)


_TEMPLATES = _Templates()


# ---- any value -------------------------------------------------------------------------------------------------------

def in_words(value: Any, *, limit: int = 60, inside: bool = False) -> str:
    """A value as people write it: yes, 3.5, none, A, B for a set, x = 1 for a message with such a label.

    `inside` a sentence or a list, what has parts is enclosed: {A, B}, (1, 2).
    """
    try:
        return shorten(_words(value, inside=inside), limit=limit)
    except RecursionError:
        return "…"


def _words(value: Any, *, inside: bool) -> str:
    kind = type(value)
    if value is None or kind is bool:
        return {None: "none", True: "yes", False: "no"}[value]
    if kind is str:
        return (value if value.isprintable() else visible(value)) or "“”"
    if kind is float:
        return _number(value)
    if isinstance(value, Enum):
        return value.name.lower().replace("_", " ")
    if kind in (list, tuple, set, frozenset):
        items = in_order(value) if kind in (set, frozenset) else value
        listed = ", ".join(_words(item, inside=True) for item in items) or "empty"
        opening, closing = "[]" if kind is list else "()" if kind is tuple else "{}"
        return f"{opening}{listed}{closing}" if inside and value else listed
    if kind is dict:
        pairs = ", ".join(f"{_words(key, inside=True)}: {_words(item, inside=True)}" for key, item in value.items())
        return f"{{{pairs}}}" if inside and pairs else pairs or "empty"
    if fields_of(kind) is not None:
        given = declared_label(value)
        return _in_full(kind.__name__, _values(value), 60) if given is None else given
    if is_dataclass(kind):
        return _in_full(kind.__name__, {one.name: getattr(value, one.name) for one in fields(value)}, 60)
    return show(value)


def _number(value: float) -> str:
    """At most three decimals; three digits and a power of ten for what is very small or large."""
    if not isfinite(value):
        return repr(value)
    if value.is_integer() and abs(value) < 1e21:
        return str(int(value))
    if 0.001 <= abs(value) < 1e15:      # half up, as JavaScript rounds, and not to the even digit
        return repr(float(Decimal(value).quantize(Decimal("0.001"), ROUND_HALF_UP))).removesuffix(".0")
    digits, power = f"{value:.2e}".split("e")
    return f"{float(digits):g}e{int(power)}"


def _in_full(name: str, values: Mapping[str, Any], limit: int) -> str:
    """A name with as many of its fields as fit: Word 3; Vote (term 1, granted yes)."""
    if not values:
        return name
    if len(values) == 1:
        value, = values.values()
        return f"{name} {shorten(_words(value, inside=True), limit=limit)}"
    parts: list[str] = []
    for field, value in values.items():
        part = f"{field.replace('_', ' ')} {shorten(_words(value, inside=True), limit=limit // 2)}"
        if len(name) + len(", ".join([*parts, part])) > limit - 6:
            return f"{name} ({', '.join([*parts, '…'])})"
        parts.append(part)
    return f"{name} ({', '.join(parts)})"

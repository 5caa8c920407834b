"""Plain data: what messages may carry, what a node's state may hold, and how both become JSON.

Plain means numbers, strings, booleans, `None`, tuples and messages (these never change), and, in the state of a
node only, lists, sets and dicts of them. All of it can be copied, compared, hashed, shown and written as JSON;
nothing that can act (a function, a generator, a file, a node) gets in.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import make_dataclass
from difflib import get_close_matches
from functools import cache
from itertools import zip_longest
from typing import Any, NoReturn, ParamSpec, TypeVar, cast

P = ParamSpec("P")
R = TypeVar("R")
T = TypeVar("T")

ATOMS = frozenset({int, float, str, bool, type(None)})
SMALL = 1 << 62
MOST_BITS = 2_000               # of an integer in decimal: Python may be set to write and read no more than 640 digits
LONGEST = sys.float_info.max    # ms
MESSAGE_LIMIT = 64_000          # bytes, roughly, that one message may carry

READ = "__message_words__"              # the words of a message that was read from a file: its label, look, sentence
SCALARS: dict[str, Callable[[str], Any]] = {        # what JSON does not know of numbers and strings, and reads as text
    "float": float, "int": lambda text: int(text, 16),
    "text": lambda text: text.encode("ascii").decode("unicode_escape"),
}
INSTEAD: dict[type, str] = {
    list: "a list can be changed by both sides: use tuple(...)",
    set: "a set can be changed by both sides: use frozenset(...)",
    dict: "a dict can be changed by both sides: use tuple(sorted(d.items()))",
    bytes: "bytes are not JSON: use a string or a tuple of numbers",
}
SENDABLE = "only numbers, strings, booleans, None, tuples, frozensets and messages can be sent"
STORABLE = ("a node's state is plain data: numbers, strings, booleans, None, tuples, messages, and lists, sets, dicts"
            " of those")


class DslabError(Exception):
    """A mistake that dslab can name: its text is one sentence for the person who made it.

    >>> uniform(20, 10)
    Traceback (most recent call last):
    dslab.values.DslabError: uniform(20, 10): the first delay is the smaller one; did you mean uniform(10, 20)?
    """


class NotPlain(DslabError, TypeError):
    """A value that is not plain data, with the reason."""


def cached(function: Callable[P, R]) -> Callable[P, R]:
    """`functools.cache`, for functions of classes, with a signature that is checked."""
    return cast(Callable[P, R], cache(function))        # typeshed's takes what can be hashed, and mypy forgets that a
                                                        # class can


@cached
def fields_of(kind: type) -> tuple[str, ...] | None:
    """The field names of a message class, or None for any other class."""
    names: tuple[str, ...] | None = kind.__dict__.get("__message_fields__")
    return names


def weigh(value: Any) -> int:
    """About how many bytes `value` takes in a message; raises `NotPlain` if it cannot be sent."""
    kind: type = type(value)
    if kind is int:
        return 8 + (int(value).bit_length() >> 3)
    if kind is str:
        return 8 + len(value)
    if kind is bool or value is None:
        return 8
    if kind is float:
        return 8 if math.isfinite(value) else _refuse(value, f"{value} is not JSON: use None or a number")
    if kind is tuple or kind is frozenset:
        return 8 + sum(map(weigh, value))
    fields = fields_of(kind)
    if fields is None:
        _refuse(value, INSTEAD.get(kind, SENDABLE))
    return 8 + sum([weigh(getattr(value, field)) for field in fields])


def check_message(msg: Any) -> None:
    """Raise `NotPlain`, in one sentence, if a network could not carry the fields of this message."""
    for value in msg.__message_values__():          # most messages hold small things: they need no more than this loop
        kind = type(value)
        if not (kind is int and -SMALL < value < SMALL or kind is bool or value is None
                or kind is str and len(value) < 500 or kind is tuple and not value):
            break
    else:
        return
    try:
        size = weigh(msg)
    except NotPlain as problem:
        raise NotPlain(f"cannot send {brief(msg)}: {problem}") from None
    except RecursionError:
        raise NotPlain(f"cannot send a {type(msg).__name__}: it is nested too deeply") from None
    if size > MESSAGE_LIMIT:
        limit = MESSAGE_LIMIT // 1000
        raise NotPlain(f"cannot send a {type(msg).__name__} of {size // 1000} kB: the limit is {limit} kB")


def check_sendable(msg: Any) -> None:
    """Raise `NotPlain` unless `msg` is a message."""
    if fields_of(type(msg)) is None:
        raise NotPlain(f"cannot send {brief(msg)}: a message is an instance of a class with @message, not a"
                       f" {_noun(msg)}")


def is_time(value: Any) -> bool:
    """Is it a number of ms, at least 0, finite, and not beyond what a float can hold?"""
    return type(value) in (int, float) and 0 <= value <= LONGEST


def is_text(value: Any) -> bool:
    """Is it a string that a file can hold? Half a character, a lone surrogate, is none."""
    return type(value) is str and (value.isascii() or writable(value) == value)


def writable(text: str) -> str:
    r"""The text, with what no file can hold (a lone surrogate) written as an escape, \ud800."""
    return text if text.isascii() else text.encode("utf-8", "backslashreplace").decode("utf-8")


def hint(value: Any) -> str:
    """`; use float(x)` for a value that would be right in another form, to stand at the end of a sentence."""
    # Here and not above: most programs never need it.
    from dslab.mistakes.remedies import remedy
    advice = "" if type(value) in ATOMS or fields_of(type(value)) else remedy(value)
    return f"; {advice}" if advice else ""


def snapshot(value: Any, earlier: Any = None) -> Any:
    """A copy of a piece of state that later changes cannot reach; raises `NotPlain` if it is not plain data.

    `earlier` is a snapshot of the same piece, if there is one: what a list has kept of it need not be copied again.
    """
    kind = type(value)
    if kind in ATOMS:
        return value
    if kind is list:
        kept = earlier if type(earlier) is list and earlier and value[: len(earlier)] == earlier else []
        return kept + [item if type(item) in ATOMS else snapshot(item) for item in value[len(kept):]]
    if kind is dict:
        return {key if type(key) in ATOMS else _constant(key): item if type(item) in ATOMS else snapshot(item)
                for key, item in value.items()}
    if kind is set:
        return {item if type(item) in ATOMS else _constant(item) for item in value}
    return _constant(value) if kind is not tuple else tuple(map(snapshot, value))


def containers(value: Any) -> Iterator[Any]:
    """All lists, sets and dicts inside a piece of state, itself included: what two nodes must not share."""
    kind = type(value)
    if kind in (list, set, dict):
        yield value
    if kind in (list, tuple, dict):
        for item in value.values() if kind is dict else value:
            if type(item) not in ATOMS:
                yield from containers(item)


def encode(value: Any, name: Callable[[type], str] = lambda cls: cls.__name__,
           label: Callable[[Any], str | None] = lambda msg: None) -> Any:
    """Plain data as JSON; what JSON lacks becomes an object with one key, such as {"tuple": [1, 2]}.

    A message is its name, its fields and, if there is one, its label.
    """
    kind = type(value)
    if kind is float and not math.isfinite(value):
        return {"float": repr(value)}
    if kind is int and value.bit_length() > MOST_BITS:
        return {"int": hex(value)}
    if kind is str and not is_text(value):
        return {"text": value.encode("unicode_escape").decode("ascii")}
    if kind in ATOMS:
        return value
    if kind is list or kind is tuple:
        items = [encode(item, name, label) for item in value]
        return items if kind is list else {"tuple": items}
    if kind is set or kind is frozenset:
        return {kind.__name__: [encode(item, name, label) for item in in_order(value)]}
    if kind is dict:
        return {"dict": [[encode(key, name, label), encode(item, name, label)] for key, item in value.items()]}
    fields = fields_of(kind)
    if fields is None:
        raise NotPlain(f"{brief(value)} is not plain data and has no JSON form")
    said, inner = label(value), {field: encode(getattr(value, field), name, label) for field in fields}
    return {"message": [name(kind), inner] if said is None else [name(kind), inner, said]}


def decode(data: Any, message_class: Callable[[str, tuple[str, ...]], type] | None = None) -> Any:
    """The value that `encode` wrote. Messages come back as `message_class(name, fields)`, by default a look-alike."""
    if not isinstance(data, (dict, list)):
        return data
    if isinstance(data, list):
        return [decode(item, message_class) for item in data]
    if len(data) != 1:
        raise DslabError(f"expected an object with one key such as 'tuple', found {brief(data)}")
    (tag, inner), = data.items()
    if tag == "message":
        name, fields, *said = inner
        values = {field: decode(item, message_class) for field, item in fields.items()}
        made = (message_class or lookalike)(name, tuple(fields))(**values)
        return called(made, label=said[0]) if said and message_class is None else made
    if tag == "dict":
        return {decode(key, message_class): decode(item, message_class) for key, item in inner}
    kinds = {"tuple": tuple, "set": set, "frozenset": frozenset}
    if tag in kinds:
        return kinds[tag](decode(item, message_class) for item in inner)
    if tag in SCALARS:
        return SCALARS[tag](inner)
    raise DslabError(f"'{shorten(tag)}' is not a kind of value that a trace can hold (tuple, set, frozenset, dict,"
                     f" message, {', '.join(SCALARS)})")


@cache
def lookalike(name: str, fields: tuple[str, ...]) -> type:
    """A message class with this name and these fields, for a trace whose protocol is not at hand."""
    return make_dataclass(name if name.isidentifier() else "Message", fields, frozen=True,
                          namespace={"__message_fields__": fields})


def called(msg: T, **words: str) -> T:
    """The message of a file, with the words that people know it by: its class, which has them, is not at hand."""
    if not all(is_text(text) for text in words.values()):
        raise DslabError(f"the label of a {type(msg).__name__} is {brief(words)}, expected text")
    object.__setattr__(msg, READ, words)
    return msg


def in_order(values: Iterable[T]) -> list[T]:
    """The elements of a set in an order that is the same in every process, whatever their types."""
    kinds: set[type] = {type(value) for value in values}
    if len(kinds) == 1 and kinds <= {int, float, str}:
        return sorted(values)           # type: ignore[type-var]  # of one kind that has an order, as was just found
    return sorted(values, key=lambda value: (type(value).__name__, show(value)))


def show(value: Any) -> str:
    """A value as Python would write it, with sets in order: the same text in every process."""
    kind = type(value)
    if kind is set or kind is frozenset:
        inner = ", ".join(map(show, in_order(value)))
        if not inner:
            return f"{kind.__name__}()"
        return "{%s}" % inner if kind is set else "frozenset({%s})" % inner
    if kind is list:
        return f"[{', '.join(map(show, value))}]"
    if kind is tuple:
        return f"({', '.join(map(show, value))}{',' if len(value) == 1 else ''})"
    if kind is dict:
        return "{%s}" % ", ".join(f"{show(key)}: {show(item)}" for key, item in value.items())
    fields = fields_of(kind)
    if fields is None:
        return _show_atom(value) if kind in ATOMS else _name(value)
    return f"{kind.__name__}({', '.join(f'{field}={show(getattr(value, field))}' for field in fields)})"


def _show_atom(value: Any) -> str:
    """Python refuses to write integers of thousands of digits, but not in hexadecimal."""
    return hex(value) if type(value) is int and value.bit_length() > MOST_BITS else repr(value)


def _name(value: Any) -> str:
    """What is no plain data, by its kind or its own name: it may write itself in any way, or not at all."""
    kind = "class" if isinstance(value, type) else _noun(value)
    if type(value).__module__ == "dslab.script":
        return repr(value)                          # actions and events write themselves as the code that makes them
    return f"<{kind} {value.__name__}>" if kind in ("class", "function", "module") else f"<{kind}>"


def brief(value: Any, *, limit: int = 60) -> str:
    """`show`, cut to `limit` characters; a value nested beyond all measure is only named."""
    try:
        return _brief_message(value, limit) if fields_of(type(value)) else shorten(show(value), limit=limit)
    except RecursionError:
        return f"<{type(value).__name__}>"


def _brief_message(msg: Any, limit: int) -> str:
    """A message with as many of its fields as fit: Vote(term=1, …)."""
    text = f"{type(msg).__name__}("
    for field in fields_of(type(msg)) or ():
        part = f"{'' if text.endswith('(') else ', '}{field}={brief(getattr(msg, field), limit=limit // 2)}"
        if len(text) + len(part) > limit - 4:
            return text + ("…)" if text.endswith("(") else ", …)")
        text += part
    return text + ")"


def shorten(text: str, *, limit: int = 60) -> str:
    """The text itself, or its beginning and an ellipsis."""
    return text if len(text) <= limit else text[: limit - 1] + "…"


def first_difference(one: Iterable[Any], other: Iterable[Any]) -> int | None:
    """The first place at which two sequences differ, None if they are alike; one may end before it."""
    pairs = enumerate(zip_longest(one, other, fillvalue=object()))
    return next((place for place, (mine, its) in pairs if mine != its), None)


def nearest(name: str, known: Any) -> str:
    """` Did you mean 'x'?` for the known name nearest to `name`, or nothing."""
    same = [one for one in known if str(one).casefold() == name.casefold()]
    close = same or get_close_matches(name, list(known), n=1)
    return f" Did you mean {close[0]!r}?" if close else ""


def _constant(value: Any) -> Any:
    """`value` itself if it can never change; raises `NotPlain` otherwise."""
    kind = type(value)
    if kind in ATOMS:
        return value
    if fields_of(kind) is not None:
        return value                    # a message was checked when it was made
    if kind is not tuple and kind is not frozenset:
        _refuse(value, STORABLE)
    for item in value:
        _constant(item)
    return value


def _refuse(value: Any, reason: str) -> NoReturn:
    advice = "" if reason in INSTEAD.values() else hint(value)
    raise NotPlain(f"{brief(value, limit=40)} is a {_noun(value)}; {reason}{advice}")


def _noun(value: Any) -> str:
    """The name of its type; numpy's have names that Python's own types have, too."""
    kind = type(value)
    return f"numpy.{kind.__name__}" if kind.__module__ == "numpy" else kind.__name__

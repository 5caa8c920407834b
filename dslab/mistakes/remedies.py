"""What is nearly plain data, and how it becomes that: the last words of a refusal."""

from __future__ import annotations

from collections import deque
from collections.abc import ItemsView, KeysView, ValuesView
from decimal import Decimal
from enum import Enum
from functools import partial
from numbers import Complex, Integral, Real
from types import BuiltinFunctionType, FunctionType, GeneratorType, MethodType
from typing import Any

REMEDIES: tuple[tuple[tuple[type, ...], str], ...] = (          # the first that fits
    ((Enum,), "use x.value"),
    ((dict,), "use dict(x)"),
    ((list, deque), "use list(x)"),
    ((tuple,), "use tuple(x), or a message"),
    ((set,), "use set(x)"),
    ((range, GeneratorType, KeysView, ValuesView, ItemsView), "use tuple(x)"),
    ((bytes, bytearray, memoryview), "use a string, or tuple(x)"),
    ((str,), "use str(x)"),
    ((Integral,), "use int(x)"),                                # numpy's numbers are such, too
    ((Real, Decimal), "use float(x)"),
    ((Complex,), "use (x.real, x.imag)"),
    ((FunctionType, BuiltinFunctionType, MethodType, partial), "write a function as a method of the class"),
    ((type,), "use its name, a string"),
)


def remedy(value: Any) -> str:
    """`use int(x)` for a number of numpy; nothing for what has no plain form."""
    kind = type(value)
    if kind.__module__ == "numpy" and kind.__name__ == "ndarray":
        return "use tuple(x.tolist())"
    if kind.__module__ == "numpy" and kind.__name__.startswith("bool"):
        return "use bool(x)"
    if kind.__module__ == "datetime":
        return "use a number of milliseconds"
    return next((advice for kinds, advice in REMEDIES if isinstance(value, kinds)), "")

"""A replicated service: servers that run one protocol, and clients that talk to them and not to each other."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import combinations, product
from typing import Any

from dslab.node import Node
from dslab.protocols.client import Client
from dslab.run import Run
from dslab.trace import Trace


def service(protocol: type[Node], servers: Iterable[str] = "ABC", *, clients: Iterable[str] = ("alice",),
            **options: Any) -> Run:
    """A run of `servers` that are all linked, with `clients` that are linked to each server.

    `options` are those of `Run`: `script`, `seed`, `network` and so on.
    """
    servers, clients = tuple(servers), tuple(clients)
    links = (*combinations(servers, 2), *product(servers, clients))
    return Run(dict.fromkeys(servers, protocol) | dict.fromkeys(clients, Client), topology=links, **options)


def history(trace: Trace) -> str:
    """What the clients asked and got, a line each in the order of asking: when, who, what, and the answer."""
    lines = []
    for operation in trace.operations:
        answer = "no answer" if operation.returned is None else repr(operation.result)
        end = "..." if operation.returned is None else f"{operation.returned_at:.0f}"
        lines.append(f"{operation.invoked_at:>5.0f} to {end:<5} {operation.node:<6} {operation.call!r:<24}  {answer}")
    return "\n".join(lines)

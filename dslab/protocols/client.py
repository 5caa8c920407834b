"""The client of a replicated state machine, and the state machine itself: a key-value store.

A client has one command outstanding at a time, and retries it under the same serial number until it is answered.
The servers keep the last serial number of each client, so a command that reaches them twice is executed once
[Ongaro and Ousterhout 2014, section 8]: an exactly-once effect from at-least-once delivery and at-most-once
execution.
"""

from collections.abc import Iterable
from itertools import combinations, product
from typing import Any

from dslab.node import Node, message
from dslab.run import Run
from dslab.trace import Trace


@message
class Put:
    key: str
    value: Any
    label = "{key} = {value}"


@message
class Add:
    key: str
    amount: int
    label = "{key} + {amount}"


@message
class Get:
    key: str
    label, look = "read {key}", "ask"


@message
class Command:
    serial: int         # the client's sequence number, the same in a retry
    command: Any        # Put, Add or Get
    label = "{command}"


@message
class NotLeader:
    leader: str | None  # the leader, as far as the sender knows
    label, look = "not the leader", "no"
    sentence = "{src} tells {dst}: I am not the leader; as far as I know, {leader} is"


@message
class Answer:
    serial: int
    result: Any
    label, look = "→ {result}", "yes"


class Client(Node):
    """A client of the servers, with one command outstanding at a time [section 8]."""

    persistent = ("serial",)
    shown = ("serial",)
    patience = 250                      # ms before it tries another server

    def init(self):
        self.serial = 0                 # the serial number of the current command
        self.command = None             # the outstanding command, if any
        self.user = None                # the user that the result goes to
        self.waiting = []               # (user, command), queued
        self.server = 0                 # the index of the server that it asks

    def on_put(self, src, msg):
        self.waiting.append((src, msg))
        if self.command is None:
            self.next_command()

    on_add = on_get = on_put

    def next_command(self):
        self.user, self.command = self.waiting.pop(0)
        self.serial += 1
        self.ask()

    def ask(self):
        self.send(self.servers()[self.server], Command(self.serial, self.command))
        self.set_timer("retry", self.patience)

    def on_retry_timer(self):
        self.server = (self.server + 1) % len(self.servers())
        self.note("no answer: was the command lost, or the answer? It asks the next server")
        self.ask()

    def on_not_leader(self, src, msg):
        if self.command is None:
            return self.note("has been answered already")
        if msg.leader not in self.servers():
            return self.note("knows no leader: waits")
        self.server = self.servers().index(msg.leader)
        self.ask()

    def on_answer(self, src, msg):
        if self.command is None or msg.serial != self.serial:
            return self.note("has been answered already")
        self.reply(self.user, msg.result)
        self.command = self.user = None
        self.cancel_timer("retry")
        if self.waiting:
            self.next_command()

    def servers(self):
        """The neighbours that are not clients."""
        return [name for name in self.neighbours if name not in self.peers]


def execute(command: Put | Add | Get, machine: dict[str, Any]) -> Any:
    """Apply a command to the key-value store `machine`, a dict, and return the key's new value."""
    if isinstance(command, Put):
        machine[command.key] = command.value
    elif isinstance(command, Add):
        machine[command.key] = machine.get(command.key, 0) + command.amount
    return machine.get(command.key)


def service(protocol: type[Node], servers: Iterable[str] = "ABC", *, clients: Iterable[str] = ("alice",),
            client: type[Node] = Client, **options: Any) -> Run:
    """A run of `servers`, fully connected, with `clients`, of the class `client`, that are connected to each server.

    `options` are those of `Run`: `script`, `seed`, `network` and so on.
    """
    servers, clients = tuple(servers), tuple(clients)
    links = (*combinations(servers, 2), *product(servers, clients))
    return Run(dict.fromkeys(servers, protocol) | dict.fromkeys(clients, client), topology=links, **options)


def history(trace: Trace) -> str:
    """The clients' operations, a line each in the order of invocation: interval, client, command and answer."""
    lines = []
    for operation in trace.operations:
        answer = "no answer" if operation.returned is None else repr(operation.result)
        end = "..." if operation.returned is None else f"{operation.returned_at:.0f}"
        lines.append(f"{operation.invoked_at:>5.0f} to {end:<5} {operation.node:<6} {operation.call!r:<24}  {answer}")
    return "\n".join(lines)

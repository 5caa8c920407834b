"""A run as a state graph.

A state is a tuple of small numbers: for each node the number of its local state, then the number of the sequence of
outputs, the messages in flight, and the number of the environment (requests, budgets of faults and timers). Every
value has one number, so states are compared and stored as numbers, and a handler runs once for each local state and
event.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from typing import Any, NamedTuple, TypeVar

from dslab.model_checker.client_history import HistoryNeeded, Result, Returned, operations, with_answers
from dslab.model_checker.freeze import freeze, freeze_state
from dslab.model_checker.local_step import Local, Stage
from dslab.run import Run
from dslab.trace import ClientOperation, Output
from dslab.values import DslabError

State = tuple[Any, ...]                 # (local, local, ..., outputs, network, left)
Event = int | str | tuple[Any, ...]     # a message arrives, a timer fires, or ("crash",), ("request", 0), ...
Move = tuple[int, Event]                # (place of the node, event)
Answer = tuple[str, Result | None]      # a client, and its result if states hold the history
Outcome = tuple[int, tuple[int, ...], tuple["FrozenOutput", ...], tuple[Answer, ...]]     # see `Model.outcome`
T = TypeVar("T")
OUTPUTS, NETWORK, LEFT = -3, -2, -1
CRASH, RECOVERY, DROP, DUPLICATE = "a crash", "a recovery", "a drop", "a duplicate"     # unlike any timer


class InFlight(NamedTuple):
    """A message in flight. Equal messages on one link have one number, and occur several times."""

    src: str
    dst: str
    payload: Any


class Left(NamedTuple):
    """What the environment can still do."""

    budgets: tuple[tuple[str, int], ...]        # fault or timer -> how often it may still occur
    asked: int                                  # the number of the script's requests that were made
    waiting: frozenset[str]                     # clients with later requests, whose present one is unanswered
    returned: tuple[Returned, ...] = ()         # the operations that have returned, if states hold the history


class HandlerFailed(Exception):
    """A handler failed: `event` at the node in `place`, in `state`."""

    def __init__(self, state: State, place: int, event: Event) -> None:
        super().__init__()
        self.state = state
        self.move: Move = (place, event)


class Numbers(list[T]):
    """Distinct values, numbered from 0 in the order of their first occurrence."""

    def __init__(self) -> None:
        self.known: dict[Hashable, int] = {}

    def number(self, key: Hashable, value: T) -> int:
        """The number of the value with this key; a new one gets the next number."""
        known = self.known.get(key)
        if known is None:
            known = self.known[key] = len(self)
            self.append(value)
        return known


class Model:
    """The states of a run and the moves between them.

    A move is a pair (place of the node, event). An event is the number of a message that arrives, the name of
    a timer that fires, or a tuple such as ("crash",), ("request", 0), ("drop", message). States hold the history of
    the clients' operations only if asked to: there are more of them then.
    """

    def __init__(self, run: Run, budgets: Mapping[str, int], *, check: bool = False, history: bool = False) -> None:
        self.run, self.nodes, self.size = run, run.nodes, len(run.nodes)
        self.stage = Stage(run, check=check)
        self.requests = _requests(run)
        clients = [client for client, _, _ in self.requests]
        self.often = frozenset(client for client in clients if clients.count(client) > 1)
        self.holds_history = history
        self.limited = frozenset(budgets)
        self.locals: Numbers[Local] = Numbers()
        self.messages: Numbers[InFlight] = Numbers()
        # A sequence of outputs: (the number of the sequence before, the outputs of the last step).
        self.output_chains: Numbers[tuple[int | None, tuple[FrozenOutput, ...]]] = Numbers()
        self.left: Numbers[Left] = Numbers()
        self.histories: Numbers[Left] = Numbers()
        self.pasts: dict[int, int] = {}                                 # environment -> its history
        self.receiver: list[int] = []                                   # message -> place of the node
        self.rank: list[Any] = []                                       # message -> its sort key in the network
        fifo = any(run.network.settings(a, b).fifo for a in run.nodes for b in run.nodes if a != b)
        self.order = self.rank.__getitem__ if fifo else None
        self.known: dict[tuple[int, Event], Outcome] = {}               # (local, event) -> its outcome
        self.spent: dict[tuple[int, str], int | None] = {}
        self.first_left = self._left(Left(tuple(sorted(budgets.items())), 0, frozenset()))
        self.start_moves: list[Move] = [(place, ("start",)) for place in range(self.size)]

    # ---- the graph -------------------------------------------------------------------------------------

    def initial(self) -> list[State]:
        """The one state in which all nodes have started."""
        no_outputs = self.output_chains.number((None, ()), (None, ()))
        locals_ = [self.local(self.stage.first(place)) for place in range(self.size)]
        state: State = (*locals_, no_outputs, (), self.first_left)
        for place, event in self.start_moves:
            state = self.after(state, place, event, state[NETWORK], state[LEFT])
        return [state]

    def successors(self, state: State) -> list[State]:
        """The successors of a state, one for each move."""
        return [after for _, after in self.moves(state)]

    def moves(self, state: State) -> Iterator[tuple[Move, State]]:
        """All moves in a state, each with the state after it."""
        network, left, previous = state[NETWORK], state[LEFT], None
        for index, message in enumerate(network):
            if self.rank[message] == previous:      # an equal message, or one behind the first on a FIFO link
                continue
            previous, place = self.rank[message], self.receiver[message]
            others = network[:index] + network[index + 1:]
            yield (place, message), self.after(state, place, message, others, left)
        for place in range(self.size):
            for timer in self.locals[state[place]].timers:
                after_it = self.spend(left, timer)
                if after_it is not None:
                    yield (place, timer), self.after(state, place, timer, network, after_it)
        if self.requests:
            yield from self._requests_in(state)
        if self.limited:
            yield from self._faults_in(state)

    def is_terminal(self, state: State) -> bool:
        """Whether nothing but faults can happen."""
        busy = any(self.locals[local].timers for local in state[:self.size])
        return not (busy or state[NETWORK] or any(self._requests_in(state)))

    def _requests_in(self, state: State) -> Iterator[tuple[Move, State]]:
        now = self.left[state[LEFT]]
        asked, waiting = now.asked, now.waiting
        if asked == len(self.requests) or self.requests[asked][0] in waiting:
            return
        client, node, _ = self.requests[asked]
        place, event = self.nodes.index(node), ("request", asked)
        after_it = self._left(now._replace(asked=asked + 1, waiting=waiting | ({client} & self.often)))
        yield (place, event), self.after(state, place, event, state[NETWORK], after_it)

    def _faults_in(self, state: State) -> Iterator[tuple[Move, State]]:
        network, left = state[NETWORK], state[LEFT]
        for place in range(self.size):
            event, kind = (("crash",), CRASH) if self.locals[state[place]].up else (("recover",), RECOVERY)
            after_it = self.spend(left, kind, free=False)
            if after_it is not None:
                yield (place, event), self.after(state, place, event, network, after_it)
        dropped, doubled = self.spend(left, DROP, free=False), self.spend(left, DUPLICATE, free=False)
        for index, message in enumerate(network):
            if index and self.rank[network[index - 1]] == self.rank[message]:
                continue
            before, behind = network[:index], network[index + 1:]
            if dropped is not None:
                yield (-1, ("drop", message)), (*state[:NETWORK], before + behind, dropped)
            if doubled is not None:
                twice = (*before, message, message, *behind)
                yield (-1, ("duplicate", message)), (*state[:NETWORK], twice, doubled)

    def after(self, state: State, place: int, event: Event, network: tuple[int, ...], left: int) -> State:
        """The state after an event at the node in `place`; `network` are the messages that remain in flight."""
        outcome = self.known.get((state[place], event)) or self.compute(state, place, event)
        local, sent, outputs, answered = outcome
        after = [*state]
        after[place] = local
        if outputs:
            after[OUTPUTS] = self.output_chains.number((state[OUTPUTS], outputs), (state[OUTPUTS], outputs))
        after[NETWORK] = tuple(sorted(network + sent, key=self.order)) if sent else network
        after[LEFT] = self._answered(left, answered) if answered else left
        return tuple(after)

    # ---- numbers ---------------------------------------------------------------------------------------

    def compute(self, state: State, place: int, event: Event) -> Outcome:
        """Run the handler for a new pair of local state and event, and store the outcome."""
        try:
            known = self.known[state[place], event] = self.outcome(state[place], event)
        except (Exception, SystemExit) as problem:
            raise HandlerFailed(state, place, event) from problem
        return known

    def outcome(self, local: int, event: Event) -> Outcome:
        """The outcome of an event: (local state, messages sent, outputs, clients answered)."""
        before = self.locals[local]
        node = self.nodes[before.place]
        after, sent, outputs, answered = self.stage.play(before, self.readable(event))
        return (self.local(after),
                tuple(self.message(InFlight(node, dst, msg)) for dst, msg in sent),
                tuple(self.frozen_output(node, name, values) for name, values in outputs),
                tuple((client, Result(freeze(result), result) if self.holds_history else None)
                      for client, result in answered if self.holds_history or client in self.often))

    def readable(self, event: Event) -> tuple[Any, ...]:
        """An event with its data in place of numbers."""
        if isinstance(event, int):
            return "deliver", self.messages[event].src, self.messages[event].payload
        if isinstance(event, str):
            return "fire", event
        if event[0] == "request":
            client, _, msg = self.requests[event[1]]
            return "request", client, msg
        return event

    def local(self, local: Local) -> int:
        """The number of a local state."""
        frozen = freeze_state(self.nodes[local.place], local.values)
        return self.locals.number((*local[:3], frozen), local)

    def message(self, message: InFlight) -> int:
        """The number of a message."""
        number = self.messages.number((message.src, message.dst, freeze(message.payload)), message)
        if number == len(self.rank):
            keeps_order = self.run.network.settings(message.src, message.dst).fifo
            link = (self.nodes.index(message.src), self.nodes.index(message.dst))
            self.rank.append(number if self.order is None else (*link, 0 if keeps_order else number))
            self.receiver.append(link[1])
        return number

    def frozen_output(self, node: str, name: str, values: tuple[Any, ...]) -> FrozenOutput:
        """An output, with its frozen form for comparison."""
        return FrozenOutput((node, name, freeze(values)), (node, name, values))

    def outputs(self, number: int) -> list[Output]:
        """The sequence of outputs with this number; the step and time of an output are its position in it."""
        chain: list[tuple[FrozenOutput, ...]] = []
        last: int | None = number
        while last:
            last, outputs = self.output_chains[last]
            chain.append(outputs)
        return [Output(step, float(step), *output.plain)
                for step, outputs in enumerate(reversed(chain)) for output in outputs]

    def operations(self, left: int) -> tuple[ClientOperation, ...]:
        """The clients' operations so far; raises `HistoryNeeded` if states do not hold them."""
        now = self.left[left]
        if self.requests and not self.holds_history:
            raise HistoryNeeded("the states of this search hold no operations")
        return operations(self.requests, now.asked, now.returned)

    def past(self, left: int) -> int:
        """The number of the history of operations in this environment."""
        if left not in self.pasts:
            now = self.left[left]
            self.pasts[left] = self.histories.number((now.asked, now.returned), now)
        return self.pasts[left]

    # ---- the environment -------------------------------------------------------------------------------

    def spend(self, left: int, kind: str, *, free: bool = True) -> int | None:
        """The number of the environment after one event of this kind; None if its budget is exhausted.

        An event without a budget is unlimited if it is `free`, and impossible otherwise.
        """
        if kind not in self.limited:
            return left if free else None
        if (left, kind) not in self.spent:
            now = self.left[left]
            budgets = tuple((name, times - (name == kind)) for name, times in now.budgets)
            enough = dict(budgets)[kind] >= 0
            self.spent[left, kind] = self._left(now._replace(budgets=budgets)) if enough else None
        return self.spent[left, kind]

    def _left(self, left: Left) -> int:
        return self.left.number(left, left)

    def _answered(self, left: int, answers: tuple[Answer, ...]) -> int:
        now = self.left[left]
        results = [(client, result) for client, result in answers if result is not None]
        return self._left(now._replace(waiting=now.waiting.difference(client for client, _ in answers),
                                       returned=with_answers(self.requests, now.asked, now.returned, results)))


class FrozenOutput:
    """An output, compared by its frozen form."""

    __slots__ = ("frozen", "plain")

    def __init__(self, frozen: Hashable, plain: tuple[str, str, tuple[Any, ...]]) -> None:
        self.frozen, self.plain = frozen, plain

    def __eq__(self, other: Any) -> bool:
        return bool(self.frozen == other.frozen)

    def __hash__(self) -> int:
        return hash(self.frozen)


def _requests(run: Run) -> list[tuple[str, str, Any]]:
    """(client, node, message) for each event of the script; raises `DslabError` if one is not a request."""
    instead = {"crash": "crashes", "recover": "recoveries", "drop": "drops", "duplicate": "duplicates"}
    found: list[tuple[str, str, Any]] = []
    for event in run.script:
        verb = event.action.verb
        if verb != "request":
            remedy = (f"give explore(..., {instead[verb]}=1), and it tries all moments" if verb in instead
                      else "messages may take any time here, so leave it out")
            raise DslabError(f"{event!r} cannot be explored, only requests can: {remedy}")
        client = dict(event.action.options).get("client") or f"user {len(found) + 1}"
        found.append((client, *event.action.args))
    return found

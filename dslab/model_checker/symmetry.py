"""Symmetry reduction: of all states that differ by a renaming of nodes, only one is explored.

If A, B and C run the same protocol and start alike, then each move of A in a state is a move of B in the state with A
and B exchanged. The representative of such states is the smallest of them, as a tuple of numbers. That handlers are
symmetric is verified, for each local state and event that occurred; that promises are is assumed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from itertools import permutations

from dslab.model_checker.client_history import Result
from dslab.model_checker.freeze import freeze, rename
from dslab.model_checker.local_step import Local
from dslab.model_checker.model import (
    LEFT,
    NETWORK,
    OUTPUTS,
    Answer,
    Event,
    FrozenOutput,
    InFlight,
    Model,
    Outcome,
    State,
)
from dslab.values import DslabError, brief, nearest

Sorted = tuple[int, list[int], tuple[FrozenOutput, ...], tuple[Answer, ...]]       # an outcome, its messages in order


class Symmetric:
    """The graph of a model in which some nodes are interchangeable."""

    def __init__(self, model: Model, names: Iterable[str]) -> None:
        self.model, self.names = model, tuple(names)
        self._refuse_unlike()
        orders = list(permutations(self.names))[1:]         # the first is the identity
        self.renamings = [Renaming(model, dict(zip(self.names, order, strict=True))) for order in orders]

    def initial(self) -> list[State]:
        """The initial state, which looks the same to all these nodes."""
        states = self.model.initial()
        for renaming in self.renamings:
            if renaming.state(states[0]) != states[0]:
                self._refuse("they do not start alike")
        return states

    def successors(self, state: State) -> list[State]:
        """The representative of each successor."""
        return [self.canonical(after) for _, after in self.model.moves(state)]

    def canonical(self, state: State) -> State:
        """The representative of a state."""
        return min([state, *[renaming.state(state) for renaming in self.renamings]])

    def verify(self) -> None:
        """Raise `DslabError` if a handler treats the names differently."""
        for renaming in self.renamings:
            for (local, event), outcome in list(self.model.known.items()):
                mirrored = self.model.outcome(renaming.local(local), renaming.event(event))
                if renaming.outcome(outcome) != renaming.sorted(mirrored):
                    node = self.model.nodes[self.model.locals[local].place]
                    verb, *_, what = self.model.readable(event)
                    outputs = what if isinstance(what, str) else brief(what)
                    self._refuse(f"what {node} does at '{verb} {outputs}' would not be the same under another "
                                 "name. Leave out symmetric=..., or do not use the order of names")

    def _refuse_unlike(self) -> None:
        run = self.model.run
        for name in self.names:
            if name not in run.protocols:
                raise DslabError(f"symmetric names {name!r}, which is not in this cluster."
                                 + nearest(name, run.nodes))
            if any(node == name for _, node, _ in self.model.requests):
                self._refuse(f"the script asks {name} for something")
        if len({run.protocols[name] for name in self.names}) > 1 or len(set(self.names)) < len(self.names):
            self._refuse("give different nodes with one protocol")

    def _refuse(self, why: str) -> None:
        raise DslabError(f"{', '.join(self.names)} are not interchangeable: {why}")


class Renaming:
    """A permutation of names, applied to the numbers of a model; results are cached."""

    def __init__(self, model: Model, names: Mapping[str, str]) -> None:
        self.model, self.names = model, names
        self.to_place = [model.nodes.index(names.get(node, node)) for node in model.nodes]  # old place -> new
        self.from_place = sorted(range(model.size), key=self.to_place.__getitem__)          # new place -> old
        self.local, self.message = cache(self._local), cache(self._message)
        self.outputs, self.left = cache(self._outputs), cache(self._left)

    def state(self, state: State) -> State:
        """The renamed state."""
        locals_ = [self.local(state[place]) for place in self.from_place]
        network = tuple(sorted(map(self.message, state[NETWORK]), key=self.model.order))
        return (*locals_, self.outputs(state[OUTPUTS]), network, self.left(state[LEFT]))

    def event(self, event: Event) -> Event:
        """The renamed event."""
        return self.message(event) if isinstance(event, int) else event

    def outcome(self, outcome: Outcome) -> Sorted:
        """The renamed outcome."""
        local, sent, outputs, answered = outcome
        renamed = tuple(map(self.message, sent)), tuple(map(self._output, outputs))
        return self.sorted((self.local(local), *renamed, tuple(map(self._answer, answered))))

    def sorted(self, outcome: Outcome) -> Sorted:
        """An outcome in which the order of messages counts on FIFO links only."""
        local, sent, outputs, answered = outcome
        return local, sorted(sent, key=self.model.order), outputs, answered

    def _local(self, number: int) -> int:
        place, up, timers, values = self.model.locals[number]
        renamed = {attribute: rename(value, self.names) for attribute, value in values.items()}
        return self.model.local(Local(self.to_place[place], up, timers, renamed))

    def _message(self, number: int) -> int:
        return self.model.message(InFlight(*rename(tuple(self.model.messages[number]), self.names)))

    def _outputs(self, number: int) -> int:
        before, outputs = self.model.output_chains[number]
        if before is None:
            return number
        key = (self.outputs(before), tuple(map(self._output, outputs)))
        return self.model.output_chains.number(key, key)

    def _left(self, number: int) -> int:
        """The environment; of a history, results can hold names."""
        left = self.model.left[number]
        returned = tuple(one._replace(result=self._result(one.result)) for one in left.returned)
        return self.model.left.number(renamed := left._replace(returned=returned), renamed)

    def _answer(self, answer: Answer) -> Answer:
        client, result = answer
        return client, result and self._result(result)

    def _result(self, result: Result) -> Result:
        renamed = rename(result.plain, self.names)
        return Result(freeze(renamed), renamed)

    def _output(self, output: FrozenOutput) -> FrozenOutput:
        node, name, values = output.plain
        return self.model.frozen_output(self.names.get(node, node), name, rename(values, self.names))

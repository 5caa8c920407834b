"""Exercise 6.2: a checker of linearizability."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import permutations
from random import Random
from typing import Any

from dslab.checkers.history import ANY, Operation
from dslab.checkers.linearizability import linearizable
from dslab.checkers.specs import Spec
from dslab.exercises.histories import HISTORIES, REGISTER, Known, by_chance
from dslab.grader.exercise import Case, Compute

# ---- what the learner starts from ------------------------------------------------------------------------------------


class Checker:
    """Is there an order of the operations, as if one came after the other, that explains what the clients saw?"""

    def order(self, history, model):
        """A list of the operations in such an order; None if there is none.

        history: a list of operations: op.client, op.call, op.invoked, op.returned, op.result; in no special order. If
            op.returned is None the client has never heard of it: it may have taken effect at any time since
            op.invoked, or may never; it may be in the list or not.
        model: the object. It begins with the state model.init, and model.step(state, op.call) gives (the state
            afterwards, the result). States do not change: a step returns another one.

        An operation whose return is before (<) the invocation of another comes before it. Operations that overlap, or
        touch, may come in either order.
        """


# ---- answers ---------------------------------------------------------------------------------------------------------

class Reference(Checker):
    """Try each operation that may come next, and go on with the others; go back where that fails."""

    def order(self, history, model):
        return self.search(list(history), model.init, model)

    def search(self, waiting, state, model):
        if all(operation.returned is None for operation in waiting):
            return []
        for operation in waiting:
            if self.may_be_next(operation, waiting):
                after, result = model.step(state, operation.call)
                if self.fits(operation, result):
                    rest = self.search([other for other in waiting if other is not operation], after, model)
                    if rest is not None:
                        return [operation, *rest]
        return None

    def may_be_next(self, operation, waiting):
        return all(other.returned is None or other.returned >= operation.invoked for other in waiting)

    def fits(self, operation, result):
        return operation.returned is None or result == operation.result


class Remembers(Checker):
    """Right: with a stack, and without trying what was tried: the same operations done, and the same state."""

    def order(self, history, model):
        stack: list[Any] = [((), model.init)]
        tried = set()
        while stack:
            done, state = stack.pop()
            if (frozenset(done), state) in tried:
                continue
            tried.add((frozenset(done), state))
            left = [number for number in range(len(history)) if number not in done]
            ends = [history[number].returned for number in left if history[number].returned is not None]
            if not ends:
                return [history[number] for number in (*done, *left)]
            for number in left:
                after, result = model.step(state, history[number].call)
                if history[number].invoked <= min(ends) and (
                        history[number].returned is None or history[number].result == result):
                    stack.append(((*done, number), after))
        return None


class ChoosesPending(Checker):
    """Right: first chooses which of the pending operations took effect, and then looks for an order of these."""

    def order(self, history, model):
        pending = [operation for operation in history if operation.returned is None]
        for mask in range(2 ** len(pending)):
            chosen = [one for place, one in enumerate(pending) if mask >> place & 1]
            ended = [operation for operation in history if operation.returned is not None]
            if (found := self.place((), {*range(len(ended + chosen))}, model.init, ended + chosen, model)) is not None:
                return found
        return None

    def place(self, done, left, state, all_, model):
        if not left:
            return tuple(all_[number] for number in done)
        for number in sorted(left):
            before = [other for other in left if all_[other].end < all_[number].invoked]
            after, result = model.step(state, all_[number].call)
            if not before and (all_[number].returned is None or result == all_[number].result):
                found = self.place((*done, number), left - {number}, after, all_, model)
                if found is not None:
                    return found
        return None


# ---- classic mistakes ------------------------------------------------------------------------------------------------

class ProgramOrder(Reference):
    """Keeps the order of each client only: that is sequential consistency."""

    def may_be_next(self, operation, waiting):
        return super().may_be_next(operation, [other for other in waiting if other.client == operation.client])


class AnyOrder(Reference):
    """Keeps no order."""

    def may_be_next(self, operation, waiting):
        return True


class ByStart(Reference):
    """Lets operations take effect in the order in which they began."""

    def may_be_next(self, operation, waiting):
        return operation.invoked <= min(other.invoked for other in waiting)


class ByEnd(Reference):
    """Lets operations take effect in the order in which they returned."""

    def may_be_next(self, operation, waiting):
        ends = [other.returned for other in waiting if other.returned is not None]
        return operation.returned is None or operation.returned <= min(ends)


class TouchingIsBefore(Reference):
    """Takes operations that touch for one after the other."""

    def may_be_next(self, operation, waiting):
        return all(other.returned is None or other.returned > operation.invoked or other is operation
                   for other in waiting)


class WithoutPending(Reference):
    """Leaves out what never returned."""

    def order(self, history, model):
        return super().order([operation for operation in history if operation.returned is not None], model)


class PendingAtOnce(Reference):
    """Takes what never returned for complete: it took effect at its invocation."""

    def may_be_next(self, operation, waiting):
        ends = [other.invoked if other.returned is None else other.returned for other in waiting]
        return operation.invoked <= min(ends)


class PendingAnyTime(Reference):
    """Lets what never returned take effect before it was invoked, too."""

    def may_be_next(self, operation, waiting):
        return operation.returned is None or super().may_be_next(operation, waiting)


class PendingResult(Reference):
    """Compares results also where there is none."""

    def fits(self, operation, result):
        return result == operation.result


class OnlyReads(Reference):
    """Compares the results of reads only: a compare-and-set, or an increment, has one too."""

    def fits(self, operation, result):
        return operation.call[0] not in ("read", "get") or super().fits(operation, result)


class Greedy(Reference):
    """Takes the first operation that fits, and never goes back."""

    def search(self, waiting, state, model):
        found = []
        while not all(operation.returned is None for operation in waiting):
            fitting = [operation for operation in waiting if self.may_be_next(operation, waiting)
                       and self.fits(operation, model.step(state, operation.call)[1])]
            if not fitting:
                return None
            found.append(fitting[0])
            state, _ = model.step(state, fitting[0].call)
            waiting = [other for other in waiting if other is not fitting[0]]
        return found


class KeyAfterKey(Reference):
    """Judges each key apart, which is right, and puts their orders one behind the other, which is not."""

    def order(self, history, model):
        keys = dict.fromkeys(operation.call[1:2] for operation in history if operation.call[0] in ("put", "get"))
        if len(keys) < 2:
            return super().order(history, model)
        parts = [self.search([one for one in history if one.call[1:2] == key], model.init, model) for key in keys]
        return None if None in parts else [operation for part in parts for operation in part]


class YesOrNo(Reference):
    """Says that there is an order, and not which."""

    def order(self, history, model):
        return super().order(history, model) is not None


class AllPermutations(Reference):
    """Tries all orders of all operations, and looks at each from its beginning."""

    def order(self, history, model):
        for order in permutations(history):
            state, fits = model.init, True
            for place, operation in enumerate(order):
                state, result = model.step(state, operation.call)
                fits = fits and self.fits(operation, result) and self.may_be_next(operation, order[place:])
            if fits:
                return list(order)
        return None


# ---- cases -----------------------------------------------------------------------------------------------------------

LINEARIZABLE = ("Each operation takes effect at one moment between its invocation and its return, so that the results "
                "are those of one copy [Herlihy and Wing 1990].")
PENDING = ("What never returned may have taken effect at any moment after its invocation, or never [Herlihy and Wing "
           "1990].")
MOST = 20_000                   # looks at eight operations


class TooManyLooks(Exception):
    """It has looked at operations that come one after the other so often that it must have tried all orders."""


class Watched:
    """An operation that counts how often it is looked at, together with others."""

    def __init__(self, operation, looks):
        self.operation, self.looks = operation, looks

    def __getattr__(self, name):
        self.looks.append(name)
        if len(self.looks) > MOST:
            raise TooManyLooks
        return getattr(self.operation, name)


def eight(attempt) -> str | None:
    """Eight operations, one after the other."""
    looks: list[str] = []
    operations = [Operation("n1", ("write", number), 10 * number, 10 * number + 5, None) for number in range(8)]
    try:
        found = attempt().order([Watched(operation, looks) for operation in reversed(operations)], REGISTER)
    except TooManyLooks:
        return f"they have one order, and after {MOST:,} looks at them none was found"
    return objection(found and [one.operation for one in found], Known(tuple(operations), REGISTER, True))


def objection(found: Any, known: Known) -> str | None:
    """What is wrong with an order that was found, or with None."""
    if found is None:
        shown = ", then ".join(map(said, linearizable(known.operations, known.model).orders.get(None, ())))
        return f"None was returned, and there is an order: {shown}" if known.is_linearizable else None
    if not isinstance(found, (list, tuple)):
        return f"a list of operations was expected, or None, and {found!r} was returned"
    return misfit(found, known.operations) or replayed(found, known.model)


def said(one: Any) -> str:
    """An operation in words, without a result that says nothing."""
    silent = isinstance(one, Operation) and one.result is None and one.call[0] != "get"
    return str(replace(one, result=ANY) if silent else one)


def misfit(found: Sequence[Any], operations: Sequence[Operation]) -> str | None:
    """An operation that is missing, is there twice, or comes before one that had returned when it was invoked."""
    for place, one in enumerate(found):
        if one not in operations:
            return f"{said(one)} is in the order, and not in the history"
        if one in found[:place]:
            return f"{said(one)} is in the order twice"
        for later in found[place + 1:]:
            if later.returned is not None and later.returned < one.invoked:
                return f"in the order {said(one)} comes before {said(later)}, which had returned when it was invoked"
    missing = [one for one in operations if one.returned is not None and one not in found]
    return f"{said(missing[0])} is not in the order" if missing else None


def replayed(found: Sequence[Operation], model: Spec) -> str | None:
    """The first operation that has another result where the order is replayed."""
    state = model.init
    for one in found:
        state, result = model.step(state, one.call)
        if one.returned is not None and result != one.result:
            return f"in the order that was returned, the result of {said(one)} would be {result}"
    return None


def cases() -> Iterator[Case]:
    """The drawn histories; before the longest of them one for which all orders are too many."""
    drawn = [case(f"order(*HISTORIES[{name!r}][:2])", known) for name, known in HISTORIES.items()]
    yield from drawn[:-2]
    yield Case("order(...) of eight operations, one after the other", eight,
               "Only an operation that is not after another one may come next: nothing else is tried.", hint=3)
    yield from drawn[-2:]


def random_cases(chance: Random) -> Iterator[Case]:
    for _ in range(4):
        number = chance.randrange(1_000_000)
        yield case(f"order(*by_chance({number})[:2])", by_chance(number))


def case(code: str, known: Known) -> Case:
    pending = any(operation.returned is None for operation in known.operations)
    return Case(code, lambda attempt: objection(attempt().order(list(known.operations), known.model), known),
                PENDING if pending else LINEARIZABLE, hint=2 if pending else 0)


EXERCISES = (
    Compute(
        number="6.2", title="A checker of linearizability", base=Checker, asks=("order",), lines=16,
        task="Write the checker: it gets the operations of some clients, of which some perhaps never returned, and an "
             "object, and returns an order in which they can have taken effect, or None if there is none.",
        reference=Reference, right=(Remembers, ChoosesPending),
        wrong=((ProgramOrder, "which had returned"), (AnyOrder, "which had returned"), (ByStart, "there is an order"),
               (ByEnd, "there is an order"), (TouchingIsBefore, "there is an order"),
               (WithoutPending, "there is an order"), (PendingAtOnce, "there is an order"),
               (PendingAnyTime, "which had returned"), (PendingResult, "there is an order"),
               (OnlyReads, "would be"), (Greedy, "there is an order"), (KeyAfterKey, "which had returned"),
               (YesOrNo, "a list of operations was expected"), (AllPermutations, "after 20,000 looks")),
        cases=cases, random_cases=random_cases,
        hints=("What may come first? Each operation before whose invocation no other one has returned.",
               "Try each of these: model.step(state, op.call) gives the state for the rest, if the result fits. If the "
               "rest has no order, try the next.",
               "An operation that never returned comes after those that returned before its invocation, and before "
               "none; it fits with any result, and when only such are left, you are done.",
               "search(waiting, state) returns a list or None: [] if nothing is left that returned; else, for an "
               "operation that may be next and fits, [it, *search(the others, the state afterwards)]."),
    ),
)

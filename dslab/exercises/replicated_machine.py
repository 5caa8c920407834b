"""Exercise 5.3: a state machine that replicas execute, command by command, and that recognizes retries."""

from collections.abc import Iterator
from copy import deepcopy
from random import Random
from typing import Any

from dslab.grader.exercise import Case, Compute

# ---- what the learner starts from ------------------------------------------------------------------------------------


class Bank:
    """A bank as a state machine: replicas that execute the same log are to have equal states, and give equal answers.

    A state is a dict: state["balances"] is a dict from account to balance, and the rest of it is yours. A new replica
    has {"balances": {}}.
    """

    def apply(self, state, client, serial, command):
        """Execute a command: return (the state afterwards, the answer). state itself does not change.

        client, serial: whose command it is, and its number; each client counts 0, 1, 2, ... and waits for the answer
            before it goes on. A retry has the number of its first attempt, and must have its answer, and no effect.
        command: ("deposit", account, amount): the answer is the new balance; an account begins with 0.
            ("move", [(source, target, amount), ...]): all of them, one after the other, or none. Source and target
            differ. The answer is "moved", or "refused" if a source would fall below 0.
            ("owners", minimum): the answer is a list of the accounts with at least so much, sorted by name.
        """


# ---- answers ---------------------------------------------------------------------------------------------------------

class Reference(Bank):
    """Works on a copy, and remembers of each client the last number and its answer: as part of the state."""

    def apply(self, state, client, serial, command):
        sessions = state.get("sessions", {})
        if self.is_retry(sessions, client, serial):
            return state, sessions[client][1]
        balances, answer = self.execute(dict(state["balances"]), *command)
        return {"balances": balances, "sessions": {**sessions, client: (serial, answer)}}, answer

    def is_retry(self, sessions, client, serial):
        return client in sessions and sessions[client][0] == serial

    def execute(self, balances, kind, *values):
        return getattr(self, kind)(balances, *values)

    def deposit(self, balances, account, amount):
        balances[account] = balances.get(account, 0) + amount
        return balances, balances[account]

    def move(self, balances, moves):
        after = dict(balances)
        for source, target, amount in moves:
            after[source] = after.get(source, 0) - amount
            after[target] = after.get(target, 0) + amount
            if after[source] < 0:
                return balances, "refused"
        return after, "moved"

    def owners(self, balances, minimum):
        return balances, sorted(account for account, balance in balances.items() if balance >= minimum)


class AllAnswers(Bank):
    """Right: remembers every answer that was ever given."""

    def apply(self, state, client, serial, command):
        answers = state.get("answers", {})
        if (client, serial) in answers:
            return state, answers[client, serial]
        after = {"balances": dict(state["balances"]), "answers": dict(answers)}
        answer = after["answers"][client, serial] = self.answer(after["balances"], command)
        return after, answer

    def answer(self, balances, command):
        if command[0] == "deposit":
            balances[command[1]] = balances.get(command[1], 0) + command[2]
            return balances[command[1]]
        if command[0] == "owners":
            return sorted(account for account in balances if balances[account] >= command[1])
        before = dict(balances)
        for source, target, amount in command[1]:
            if balances.get(source, 0) < amount:
                balances.clear()
                balances.update(before)
                return "refused"
            balances[source] = balances.get(source, 0) - amount
            balances[target] = balances.get(target, 0) + amount
        return "moved"


class CopiesFirst(Bank):
    """Right: copies the whole state, and throws the copy away where a move is refused."""

    def apply(self, state, client, serial, command):
        if state.get(client, (None,))[0] == serial and client in state:
            return state, state[client][1]
        after = deepcopy(state)
        try:
            answer = self.change(after["balances"], *command)
        except ValueError:
            after, answer = deepcopy(state), "refused"
        after[client] = (serial, answer)
        return after, answer

    def change(self, balances, kind, *values):
        if kind == "owners":
            return sorted(name for name in balances if balances[name] >= values[0])
        if kind == "deposit":
            balances[values[0]] = balances.get(values[0], 0) + values[1]
            return balances[values[0]]
        for source, target, amount in values[0]:
            if balances.get(source, 0) < amount:
                raise ValueError
            balances[source] = balances.get(source, 0) - amount
            balances[target] = balances.get(target, 0) + amount
        return "moved"


# ---- classic mistakes ------------------------------------------------------------------------------------------------

class ExecutesRetries(Reference):
    """Executes whatever is in the log."""

    def is_retry(self, sessions, client, serial):
        return False


class SilentOnRetries(Reference):
    """Recognizes a retry, and has not kept the answer."""

    def apply(self, state, client, serial, command):
        after, answer = super().apply(state, client, serial, command)
        return after, None if after is state else answer


class SerialsOfAll(Reference):
    """Remembers numbers, and not whose they are."""

    def apply(self, state, client, serial, command):
        return super().apply(state, "everybody", serial, command)


class InMemory(Reference):
    """Keeps the answers in the object, not in the state: another replica does not have them."""

    def apply(self, state, client, serial, command):
        known = self.__dict__.setdefault("known", {})
        if known.get(client, (None, None))[0] == serial:
            return state, known[client][1]
        balances, answer = self.execute(dict(state["balances"]), *command)
        known[client] = (serial, answer)
        return {"balances": balances}, answer


class ZeroIsNoNumber(Reference):
    """Takes the number 0 for none."""

    def is_retry(self, sessions, client, serial):
        return bool(serial) and super().is_retry(sessions, client, serial)


class AnswersTwice(Reference):
    """Answers a retry from the present state."""

    def apply(self, state, client, serial, command):
        if self.is_retry(state.get("sessions", {}), client, serial):
            return state, self.execute(dict(state["balances"]), *command)[1]
        return super().apply(state, client, serial, command)


class RefusedAgain(Reference):
    """Does not remember what it has refused, and executes its retry."""

    def apply(self, state, client, serial, command):
        after, answer = super().apply(state, client, serial, command)
        return (state, answer) if answer == "refused" else (after, answer)


class PartlyMoved(Reference):
    """Stops at the first source that has too little, and keeps what it has moved before."""

    def move(self, balances, moves):
        for source, target, amount in moves:
            if balances.get(source, 0) < amount:
                return balances, "refused"
            balances[source] = balances.get(source, 0) - amount
            balances[target] = balances.get(target, 0) + amount
        return balances, "moved"


class ChecksFirst(Reference):
    """Looks at all sources before it moves anything: two moves of one source may be too much together."""

    def move(self, balances, moves):
        if any(balances.get(source, 0) < amount for source, _, amount in moves):
            return balances, "refused"
        after = dict(balances)
        for source, target, amount in moves:
            after[source] = after.get(source, 0) - amount
            after[target] = after.get(target, 0) + amount
        return after, "moved"


class NeverEmpty(Reference):
    """Refuses to take all that there is."""

    def move(self, balances, moves):
        after, answer = super().move(balances, moves)
        return (balances, "refused") if answer == "moved" and any(not after[one] for one, _, _ in moves) else (
            after, answer)


class OrderOfASet(Reference):
    """Answers in the order of a set, which is another one in each process."""

    def owners(self, balances, minimum):
        return balances, list({account for account, balance in balances.items() if balance >= minimum})


class MoreThan(Reference):
    """Leaves out the accounts with just the minimum."""

    def owners(self, balances, minimum):
        return balances, sorted(account for account, balance in balances.items() if balance > minimum)


class InPlace(Reference):
    """Changes the state that it is given."""

    def apply(self, state, client, serial, command):
        after, answer = super().apply(state, client, serial, command)
        state.update(after)
        return state, answer


# ---- cases -----------------------------------------------------------------------------------------------------------

Entry = tuple[str, int, tuple]              # client, serial, command

SAME = ("Replicas that have executed the same log have equal states, and give equal answers: nothing but state and "
        "command may count [Schneider 1990].")
ONCE = ("A command that is in the log twice takes effect once, and has one answer; who is asked again may be another "
        "replica, so the answer belongs to the state.")
ALL = "A command takes effect as a whole or not at all: an error leaves the state as it was."
FRESH: dict[str, Any] = {"balances": {}}


def right(log: tuple[Entry, ...]) -> tuple[dict[str, int], list[Any]]:
    """The balances after a log, and its answers."""
    state, answers = FRESH, []
    for entry in log:
        state, answer = Reference().apply(state, *entry)
        answers.append(answer)
    return state["balances"], answers


def differs(make: Any, log: tuple[Entry, ...]) -> str | None:
    """What is wrong first. Each command is executed by a replica that has just been made, from the state so far."""
    state, (balances, answers) = deepcopy(FRESH), right(log)
    for entry, expected in zip(log, answers, strict=True):
        pair = make().apply(state, *entry)
        if not (isinstance(pair, tuple) and len(pair) == 2):
            return f"for {said(entry)} it returns {pair!r}, and should return (the state afterwards, the answer)"
        state, answer = pair
        if answer != expected:
            return f"the answer to {said(entry)} is {answer!r}, and should be {expected!r}"
    found = {account: balance for account, balance in state["balances"].items() if balance}
    wanted = {account: balance for account, balance in balances.items() if balance}
    return None if found == wanted else f"after {len(log)} commands the balances are {found}, and should be {wanted}"


def spoilt(make: Any, log: tuple[Entry, ...]) -> str | None:
    """The first command that changes the state that it is given."""
    state = deepcopy(FRESH)
    for entry in log:
        before = deepcopy(state)
        after, _ = make().apply(state, *entry)
        if state != before:
            return f"{said(entry)} changes the state that it is given, from {before} to {state}"
        state = after
    return None


def said(entry: Entry) -> str:
    client, serial, command = entry
    return f"{client}'s command {serial}, {command}"


def log_case(*log: Entry, rule: str = SAME, hint: int = 0) -> Case:
    return Case("apply(...)", lambda make: differs(make, log) or spoilt(make, log), rule, hint=hint)


def deposit(client: str, serial: int, account: str, amount: int) -> Entry:
    return client, serial, ("deposit", account, amount)


def move(client: str, serial: int, *moves: tuple[str, str, int]) -> Entry:
    return client, serial, ("move", list(moves))


def owners(client: str, serial: int, minimum: int) -> Entry:
    return client, serial, ("owners", minimum)


def cases() -> Iterator[Case]:
    """Deposits, moves that are refused, retries at once and after others' commands, lists of many names."""
    ten = deposit("n1", 0, "x", 10)
    yield log_case(ten)
    yield log_case(ten, deposit("n1", 1, "x", 5), deposit("n2", 0, "", 0))
    yield log_case(ten, move("n1", 1, ("x", "y", 4)), rule=ALL, hint=2)
    yield log_case(ten, move("n1", 1, ("x", "y", 10)), owners("n1", 2, 10), rule=ALL, hint=2)
    yield log_case(ten, move("n1", 1, ("x", "y", 11)), rule=ALL, hint=2)
    yield log_case(ten, move("n1", 1, ("x", "y", 4), ("y", "z", 5)), owners("n1", 2, 1), rule=ALL, hint=2)
    yield log_case(ten, move("n1", 1, ("x", "y", 6), ("x", "z", 6)), owners("n1", 2, 1), rule=ALL, hint=2)
    yield log_case(ten, move("n1", 1, ("x", "y", 6), ("y", "z", 6)), owners("n1", 2, 6), rule=ALL, hint=2)
    yield log_case(ten, move("n1", 1, ("a", "b", 0)), move("n1", 2))
    yield log_case(ten, ten, rule=ONCE, hint=1)
    yield log_case(ten, deposit("n10", 0, "x", 1), ten, deposit("n1", 1, "x", 1), rule=ONCE, hint=1)
    yield log_case(ten, deposit("n1", 1, "x", 5), deposit("n2", 0, "x", 7), deposit("n1", 1, "x", 5), rule=ONCE, hint=1)
    yield log_case(ten, move("n1", 1, ("x", "y", 12)), deposit("n2", 0, "x", 5), move("n1", 1, ("x", "y", 12)),
                   owners("n2", 1, 0), rule=ONCE, hint=1)
    yield log_case(ten, owners("n2", 0, 5), deposit("n1", 1, "y", 9), owners("n2", 0, 5), rule=ONCE, hint=1)
    names = [f"account {number}" for number in (10, 2, 1, 33, 4)]
    many = tuple(deposit("n1", place, name, 10 + place) for place, name in enumerate(names))
    yield log_case(*many, owners("n2", 0, 11), owners("n2", 1, 15), owners("n2", 2, 0), hint=3)


def random_cases(chance: Random) -> Iterator[Case]:
    """Logs of three clients; each entry may be repeated before its client goes on."""
    for length in (4, 10, 30):
        serials = dict.fromkeys(("n1", "n2", "n10"), -1)
        log: list[Entry] = []
        while len(log) < length:
            client = chance.choice(tuple(serials))
            mine = [entry for entry in log if entry[0] == client]
            if mine and chance.random() < 0.3:
                log.append(mine[-1])
                continue
            serials[client] += 1
            steps = [(source, target, chance.randint(0, 9))
                     for source, target in (chance.sample("xyz", 2) for _ in range(chance.randint(1, 3)))]
            log.append(chance.choice((deposit(client, serials[client], chance.choice("xyz"), chance.randint(0, 9)),
                                      move(client, serials[client], *steps),
                                      owners(client, serials[client], chance.randint(0, 9)))))
        yield log_case(*log, rule=ONCE, hint=1)


# ---- the exercise ----------------------------------------------------------------------------------------------------

EXERCISES = (
    Compute(
        number="5.3", title="A bank on every replica", base=Bank, asks=("apply",), lines=25,
        task="Replicas of a bank execute the same log of commands, each for itself. A client whose answer was lost "
             "sends its command again, perhaps to another replica, and so it is in the log twice. Write how a command "
             "is executed.",
        reference=Reference, right=(AllAnswers, CopiesFirst),
        wrong=((ExecutesRetries, "should be"), (SilentOnRetries, "is None"), (SerialsOfAll, "should be"),
               (InMemory, "should be"), (ZeroIsNoNumber, "should be 10"), (AnswersTwice, "should be"),
               (RefusedAgain, "should be 'refused'"), (PartlyMoved, "should be"), (ChecksFirst, "should be 'refused'"),
               (NeverEmpty, "should be 'moved'"), (OrderOfASet, "should be ['account"), (MoreThan, "should be ["),
               (InPlace, "changes the state")),
        cases=cases, random_cases=random_cases,
        hints=("What may count for a state and an answer? Only the state before, and the command.",
               "Keep, in the state, the last number of each client and the answer that it got. If the number comes "
               "again, return the state as it is, and that answer.",
               "Work on a copy of the balances. If a move is refused, return those that were there before.",
               "A list that is made from a set has another order in each process: sort it."),
    ),
)

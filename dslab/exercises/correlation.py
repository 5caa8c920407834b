"""Exercise 1.2: which reply belongs to which request?"""

from collections.abc import Iterator
from random import Random
from typing import Any

from dslab.grader.demands import Demand, for_each
from dslab.grader.exercise import MakeItRight, Names, Search
from dslab.grader.readings import earlier
from dslab.grader.runs import asks, calm
from dslab.network import Network, uniform
from dslab.node import Node, message
from dslab.properties import in_the_end
from dslab.run import Run
from dslab.script import At, at, delay, duplicate


@message
class Ask:
    """A request to the client: a user asks a question."""

    text: str


@message
class GiveUp:
    """A request to the client: a user gives up waiting."""

    user: str


@message
class Question:
    number: int
    text: str
    label, look = "{number}: {text}", "ask"


@message
class Reply:
    number: int             # of the question, as the client has numbered it
    text: str
    label = "{number}: {text}"


class Server(Node):
    """Answers each question; each answer says how many questions there were before it, so no two are alike."""

    def init(self):
        self.tickets = 0

    def on_question(self, src, msg):
        self.tickets += 1
        self.output("took", self.tickets)
        self.send(src, Reply(msg.number, f"{msg.text} answer {self.tickets}"))


# ---- what the learner starts from ------------------------------------------------------------------------------------

class Client(Node):
    """Asks on behalf of many users at once, over one connection."""

    def init(self):
        self.number = 0         # for you
        self.open = {}          # for you: what waits for its reply

    def on_ask(self, src, msg):
        self.output("asked", src)
        self.call(src, msg.text)

    def on_give_up(self, src, msg):
        self.output("gave up", msg.user)
        self.reply(msg.user)
        self.forget(msg.user)

    def give(self, user, text):
        """Hand an answer to a user."""
        self.output("given", user, text)
        self.reply(user, text)

    def call(self, user, text):
        """`user` asks `text`: send Question(number, text) to self.neighbours[0], under a number of your choice.

        Other questions may be open, even with the same text. A user has one question open at a time.
        """

    def on_reply(self, src, msg):
        """The reply to your question msg.number: hand msg.text to the user who asked, by self.give(user, msg.text).

        It may arrive twice, and it may arrive when the user no longer waits for it: then nobody gets it.
        """

    def forget(self, user):
        """`user` has given up waiting. The reply to that question may still arrive."""


# ---- answers ---------------------------------------------------------------------------------------------------------

class Reference(Client):
    """A new number for each question, and a table from numbers to users."""

    def call(self, user, text):
        self.number += 1
        self.open[self.number] = user
        self.send(self.neighbours[0], Question(self.number, text))

    def on_reply(self, src, msg):
        user = self.open.pop(msg.number, None)
        if user is not None:
            self.give(user, msg.text)

    def forget(self, user):
        self.open = {number: other for number, other in self.open.items() if other != user}


class ByUser(Client):
    """A table from users to the numbers of their questions."""

    def call(self, user, text):
        self.number += 1
        self.open[user] = self.number
        self.send(self.neighbours[0], Question(self.number, text))

    def on_reply(self, src, msg):
        for user, number in list(self.open.items()):
            if number == msg.number:
                del self.open[user]
                self.give(user, msg.text)

    def forget(self, user):
        self.open.pop(user, None)


class EvenNumbers(Reference):
    """Any numbers will do, if each is used once."""

    def call(self, user, text):
        self.number += 1
        super().call(user, text)


# ---- classic mistakes ------------------------------------------------------------------------------------------------

class FirstCome(Client):
    """The next reply belongs to the oldest question, as in HTTP/1.1."""

    def init(self):
        super().init()
        self.line = []

    def call(self, user, text):
        self.line.append(user)
        self.send(self.neighbours[0], Question(len(self.line), text))

    def on_reply(self, src, msg):
        if self.line:
            self.give(self.line.pop(0), msg.text)

    def forget(self, user):
        if user in self.line:
            self.line.remove(user)


class SmallestFreeNumber(Reference):
    """Reuses a number as soon as it is free, while a reply to it may still be in flight."""

    def call(self, user, text):
        self.number = next(number for number in range(100) if number + 1 not in self.open)
        super().call(user, text)


class ByText(Reference):
    """Identifies a question by its text."""

    def call(self, user, text):
        self.open[text] = user
        self.send(self.neighbours[0], Question(0, text))

    def on_reply(self, src, msg):
        super().on_reply(src, Reply(msg.text.split()[0], msg.text))


class LatestOnly(Reference):
    """Remembers only the latest question."""

    def call(self, user, text):
        self.open = {}
        super().call(user, text)


class NeverForgets(Reference):
    """Hands a reply to a user who has given up and is now asking for something else."""

    def forget(self, user):
        pass


class KeepsTheEntry(Reference):
    """Does not remove a question from the table when it is answered."""

    def on_reply(self, src, msg):
        if msg.number in self.open:
            self.give(self.open[msg.number], msg.text)


class OneNumberForEachUser(Reference):
    """Numbers the users, not the questions."""

    def init(self):
        super().init()
        self.numbers = {}

    def call(self, user, text):
        self.number = self.numbers.setdefault(user, len(self.numbers))
        super().call(user, text)


# ---- what is judged --------------------------------------------------------------------------------------------------

@for_each("given")
def each_answer_goes_to_who_asked_for_it(trace, output):
    """From the ticket in the answer to the step at which its question was asked."""
    user, text = output.values
    tickets = {str(took.values[0]): trace[took.step].message for took in trace.outputs("took")}
    message = tickets.get(str(text).rpartition(" ")[2])
    if message is None:
        return f"{user} got {text!r}, which the server never said"
    asked = {one.step: one.values[0] for one in trace.outputs("asked")}
    before = [one for one in earlier(trace, output, "asked", "given", "gave up") if one.values[0] == user]
    question = before[-1].step if before and before[-1].name == "asked" else None
    if message.sent != question:
        owner = asked.get(message.sent)
        whose = f"the question of {owner}" if owner not in (None, user) else "an older question"
        why = "waits for nothing" if question is None else f"asked in step {question}"
        return f"the reply to {message.name}, {whose} in step {message.sent}, was given to {user}, who {why}"


@in_the_end
def whoever_waits_gets_an_answer(world):
    """No message is lost here."""
    latest = {output.values[0]: output.name for output in world.outputs() if output.name != "took"}
    for user in sorted(latest):
        if latest[user] == "asked":
            return f"{user} asked and never gets an answer"


DEMANDS = (
    Demand(each_answer_goes_to_who_asked_for_it, "A reply identifies its request by a number that no other on this "
                                                 "connection has had: order and content tell you nothing.", hint=1),
    Demand(whoever_waits_gets_an_answer, "All requests in flight are remembered, not just one.", hint=0),
)


# ---- runs ------------------------------------------------------------------------------------------------------------

def ask(time: float, client: str, user: str, text: str) -> list[At]:
    return asks(time, client, Ask(text), client=user)


def give_up(time: float, client: str, user: str) -> list[At]:
    return asks(time, client, GiveUp(user))


def office(protocol: type[Node], names: Names, *events: Any, **options: Any) -> Run:
    client, server = names
    return calm({client: protocol, server: Server}, names, *events, duration=2000, title="Replies and requests",
                **options)


def scenarios(protocol: type[Node], names: Names) -> Iterator[Run]:
    """Replies that overtake each other, arrive twice, arrive late; equal questions."""
    client, server = names
    two, reply = [*ask(10, client, "ann", "tea?"), *ask(12, client, "bob", "coffee?")], f"{server}->{client}#1"
    late = [at(0, delay(reply, by=100)), *ask(10, client, "ann", "tea?"), *give_up(50, client, "ann")]
    for events in (
        two,
        [*two, at(0, delay(reply, by=40))],
        [*two, at(0, duplicate(reply, after=15))],
        ask(10, client, "ann", "tea?") + ask(12, client, "bob", "tea?"),
        ask(10, client, "ann", "tea?") + give_up(20, client, "ann"),
        [*late, *ask(60, client, "ann", "coffee?")],
        [*late, *ask(115, client, "ann", "coffee?")],
        [*late, *ask(115, client, "bob", "coffee?")],
    ):
        yield office(protocol, names, events)


def searches(protocol: type[Node], names: Names) -> Iterator[Search]:
    """Two questions and a duplicated reply: does everybody get an answer?"""
    client = names[0]
    yield Search(office(protocol, names, ask(0, client, "ann", "tea?"), ask(0, client, "bob", "tea?")),
                 {"duplicates": 1})


def swarm(protocol: type[Node], names: Names, seed: int) -> Run:
    """Four users, equal and different questions, some give up."""
    chance, events = Random(f"{seed} questions"), []
    for user in ("ann", "bob", "cyd", "dan"):
        time = chance.uniform(0, 50)
        for _ in range(3):
            events += ask(round(time, 3), names[0], user, chance.choice(("tea?", "coffee?")))
            time += chance.uniform(1, 120)
            events += give_up(round(time, 3), names[0], user)
            time += chance.uniform(1, 10)
    return office(protocol, names, events, network=Network(latency=uniform(1, 60)), seed=seed)


EXERCISES = (
    MakeItRight(
        number="1.2", title="Requests and replies", base=Client, asks=("call", "on_reply", "forget"), lines=7,
        task="Many requests are in flight on one connection, and replies arrive in any order, twice, or too late. Give "
             "each reply to whoever asked for it.",
        reference=Reference, right=(ByUser, EvenNumbers), clusters=(("client", "server"), ("X", "A")),
        wrong=((FirstCome, "was given to"), (SmallestFreeNumber, "was given to"), (ByText, "was given to"),
               (LatestOnly, "never gets an answer"), (NeverForgets, "was given to"),
               (KeepsTheEntry, "waits for nothing"), (OneNumberForEachUser, "an older question")),
        demands=DEMANDS, scenarios=scenarios, searches=searches, swarm=swarm, faults=("duplication", "delay"),
        hints=("Keep a table of open questions: from what the reply will contain to the user who is waiting for it.",
               "The reply contains msg.number. Give every question a number of its own, and never reuse one.",
               "Remove the entry from the table when the question is answered, and when its user gives up: then a "
               "second or late "
               "reply finds nothing.")),
)

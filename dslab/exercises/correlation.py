"""Exercise 1.2: which reply belongs to which request?"""

from collections.abc import Iterator
from random import Random

from dslab.grader.exercise import Demand, MakeItRight, Names, Objection, Search
from dslab.network import Latency, Network, constant, uniform
from dslab.node import Node, message
from dslab.properties import in_the_end
from dslab.run import Run
from dslab.script import At, at, delay, duplicate, request
from dslab.trace import Trace


@message
class Ask:
    """A request to the client: somebody wants to know something."""

    text: str


@message
class GiveUp:
    """A request to the client: somebody does not want to wait any longer."""

    user: str


@message
class Question:
    number: int
    text: str


@message
class Reply:
    number: int             # of the question, as the client has numbered it
    text: str


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
    """Asks for many users at once, over one connection."""

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

        Other questions may be open, also with the same text. A user has one question open at a time.
        """

    def on_reply(self, src, msg):
        """The reply to your question msg.number: hand msg.text to the user who asked, by self.give(user, msg.text).

        It may come twice, and it may come when the user does not wait for it any more: then nobody gets it.
        """

    def forget(self, user):
        """`user` has given up waiting. The reply to that question may still come."""


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
        self.number += 2
        self.open[self.number] = user
        self.send(self.neighbours[0], Question(self.number, text))


# ---- classic mistakes ------------------------------------------------------------------------------------------------

class FirstCome(Client):
    """The next reply belongs to the oldest question, as in HTTP/1.1."""

    def init(self):
        super().init()
        self.line = []

    def call(self, user, text):
        self.number += 1
        self.line.append(user)
        self.send(self.neighbours[0], Question(self.number, text))

    def on_reply(self, src, msg):
        if self.line:
            self.give(self.line.pop(0), msg.text)

    def forget(self, user):
        if user in self.line:
            self.line.remove(user)


class SmallestFreeNumber(Reference):
    """Uses a number again as soon as it is free, while a reply to it may still be under way."""

    def call(self, user, text):
        number = next(number for number in range(1, 100) if number not in self.open)
        self.open[number] = user
        self.send(self.neighbours[0], Question(number, text))


class ByText(Client):
    """Takes the question's text for its name."""

    def call(self, user, text):
        self.open[text] = user
        self.number += 1
        self.send(self.neighbours[0], Question(self.number, text))

    def on_reply(self, src, msg):
        user = self.open.pop(msg.text.split()[0], None)
        if user is not None:
            self.give(user, msg.text)

    def forget(self, user):
        self.open = {text: other for text, other in self.open.items() if other != user}


class LatestOnly(Reference):
    """Remembers the latest question only."""

    def call(self, user, text):
        self.open = {}
        super().call(user, text)


class NeverForgets(Reference):
    """Hands a reply to a user who has given up, and asks for something else by now."""

    def forget(self, user):
        pass


class KeepsTheEntry(Reference):
    """Does not take the question off the table when it is answered."""

    def on_reply(self, src, msg):
        if msg.number in self.open:
            self.give(self.open[msg.number], msg.text)


class OneNumberForEachUser(Client):
    """Numbers the users and not the questions."""

    def init(self):
        super().init()
        self.numbers = {}

    def call(self, user, text):
        number = self.numbers.setdefault(user, len(self.numbers) + 1)
        self.open[number] = user
        self.send(self.neighbours[0], Question(number, text))

    def on_reply(self, src, msg):
        user = self.open.pop(msg.number, None)
        if user is not None:
            self.give(user, msg.text)

    def forget(self, user):
        self.open.pop(self.numbers.get(user), None)


# ---- what is judged --------------------------------------------------------------------------------------------------

def each_answer_goes_to_who_asked_for_it(trace: Trace) -> Objection | None:
    """From the answer's ticket to the step at which its question was asked."""
    took = {output.values[0]: trace[output.step].message for output in trace.outputs("took")}
    asked = {output.step: output.values[0] for output in trace.outputs("asked")}
    latest: dict[str, int] = {}
    for output in trace.outputs():
        if output.name == "asked":
            latest[output.values[0]] = output.step
        elif output.name in ("given", "gave up"):
            user, question = output.values[0], latest.pop(output.values[0], None)
            if output.name == "given" and (found := _wrong(output, user, question, took, asked)):
                return found
    return None


def _wrong(output, user, question, took, asked) -> Objection | None:
    """What is wrong with one answer that was handed to a user."""
    words = str(output.values[1]).split()
    message = took.get(int(words[-1])) if words and words[-1].isdigit() else None
    if message is None:
        return Objection(f"{user} got {output.values[1]!r}, which the server never said", output.step)
    if message.sent != question:
        owner = asked.get(message.sent)
        whose = f"the question of {owner}" if owner not in (None, user) else "an older question"
        why = "waits for nothing" if question is None else f"asked in step {question}"
        return Objection(f"the reply to {message.name}, {whose} in step {message.sent}, was given to {user}, who {why}",
                         output.step)
    return None


@in_the_end
def whoever_waits_gets_an_answer(world):
    """No message is lost here."""
    waiting = {}
    for output in world.outputs():
        if output.name in ("asked", "given", "gave up"):
            waiting[output.values[0]] = output.name
    hungry = sorted(user for user, name in waiting.items() if name == "asked")
    if hungry:
        return f"{hungry[0]} has asked, and never gets an answer"


DEMANDS = (
    Demand(each_answer_goes_to_who_asked_for_it, "A reply names its request by a number that no other request of this "
           "connection has had: order and content tell nothing.", hint=1),
    Demand(whoever_waits_gets_an_answer, "All requests that are under way are remembered, not just one.", hint=0),
)


# ---- runs ------------------------------------------------------------------------------------------------------------

TEN = constant(10)


def asks(time: float, client: str, user: str, text: str) -> At:
    return at(time, request(client, Ask(text), client=user))


def gives_up(time: float, client: str, user: str) -> At:
    return at(time, request(client, GiveUp(user)))


def run_of(protocol: type[Node], names: Names, *events: At, latency: Latency = TEN, seed: int = 0) -> Run:
    return Run({names[0]: protocol, names[1]: Server}, network=Network(latency=latency), seed=seed, duration=2000,
               script=sorted(events, key=lambda event: event.time), title="Replies and requests")


def scenarios(protocol: type[Node], names: Names) -> Iterator[Run]:
    """Replies that overtake each other, come twice, come late; equal questions."""
    client, server = names
    two = asks(10, client, "ann", "tea?"), asks(12, client, "bob", "coffee?")
    yield run_of(protocol, names, *two)
    yield run_of(protocol, names, *two, at(0, delay(f"{server}->{client}#1", by=40)))
    yield run_of(protocol, names, *two, at(0, duplicate(f"{server}->{client}#1", after=15)))
    yield run_of(protocol, names, asks(10, client, "ann", "tea?"), asks(12, client, "bob", "tea?"))
    yield run_of(protocol, names, asks(10, client, "ann", "tea?"), gives_up(20, client, "ann"))
    late = at(0, delay(f"{server}->{client}#1", by=100)), asks(10, client, "ann", "tea?"), gives_up(50, client, "ann")
    yield run_of(protocol, names, *late, asks(60, client, "ann", "coffee?"))
    yield run_of(protocol, names, *late, asks(115, client, "ann", "coffee?"))
    yield run_of(protocol, names, *late, asks(115, client, "bob", "coffee?"))


def searches(protocol: type[Node], names: Names) -> Iterator[Search]:
    """Two questions and a reply that is doubled: does everybody get an answer?"""
    client = names[0]
    yield Search(run_of(protocol, names, asks(0, client, "ann", "tea?"), asks(0, client, "bob", "tea?")),
                 {"duplicates": 1})


def swarm(protocol: type[Node], names: Names, seed: int) -> Run:
    """Four users, equal and different questions, some give up."""
    chance, events = Random(f"{seed} questions"), []
    for user in ("ann", "bob", "cyd", "dan"):
        time = chance.uniform(0, 50)
        for _ in range(3):
            events.append(asks(round(time, 3), names[0], user, chance.choice(("tea?", "coffee?"))))
            time += chance.uniform(1, 120)
            events.append(gives_up(round(time, 3), names[0], user))
            time += chance.uniform(1, 10)
    return run_of(protocol, names, *events, latency=uniform(1, 60), seed=seed)


EXERCISES = (
    MakeItRight(
        number="1.2", title="Requests and replies", base=Client, asks=("call", "on_reply", "forget"), lines=7,
        task="Many requests are under way on one connection, and replies come in any order, twice, or too late. Give "
             "each reply to whoever asked for it.",
        reference=Reference, right=(ByUser, EvenNumbers), clusters=(("client", "server"), ("X", "A")),
        wrong=((FirstCome, "was given to"), (SmallestFreeNumber, "was given to"), (ByText, "was given to"),
               (LatestOnly, "never gets an answer"), (NeverForgets, "was given to"),
               (KeepsTheEntry, "waits for nothing"), (OneNumberForEachUser, "an older question")),
        demands=DEMANDS, scenarios=scenarios, searches=searches, swarm=swarm, faults=("duplication", "delay"),
        hints=("Keep a table of what is open: from what the reply will bring to who waits for it.",
               "The reply brings msg.number. Give every question a number of its own, and never use one again.",
               "Take the entry off the table when it is answered, and when its user gives up: then a second or late "
               "reply finds nothing.")),
)

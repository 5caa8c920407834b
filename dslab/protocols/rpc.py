"""Remote procedure call: a shop calls `charge` on a bank as if it were a local function, over a network.

The shop's stub marshals name and arguments into a message; the bank's stub unmarshals them, calls the procedure and
sends the result back. Unlike in a local call, the request or the reply can be lost, delayed or duplicated, and the
bank can crash before or after it has charged. The caller cannot tell these apart: it sees no reply. So a call has
three outcomes, and the third is "unknown".

If the stub retries, the call is executed at least once; if the bank keeps the results of executed calls, at most
once; if it keeps them on disk, in the same write as the effect, exactly once.

Sources: Birrell and Nelson, "Implementing remote procedure calls" (1984); Waldo, Wyant, Wollrath and Kendall, "A note
on distributed computing" (1994). Left out: finding the server, types, and security.
"""

import json

from dslab.network import Network, constant
from dslab.node import Node, message
from dslab.properties import always, in_the_end, sometimes
from dslab.run import Run
from dslab.script import at, crash, cut, delay, drop, duplicate, heal, recover, request

WORK, PATIENCE = 5, 100         # ms: the time of each of the bank's two steps; the shop's timeout


@message
class Charge:
    """A request to the shop: charge a customer."""

    customer: str
    cents: int
    label = "{customer}: {cents} cents"


@message
class Call:
    number: int             # of the shop's calls, the same in a retry
    data: str               # name and arguments, marshalled as JSON
    look = "ask"

    def label(self):
        return "{customer}: {cents} cents".format(**json.loads(self.data)["arguments"])


@message
class Result:
    number: int             # of the call
    data: str               # the result, marshalled

    def label(self):
        result = json.loads(self.data)
        return result.get("error") or f"charged {result['charged']} in all"

    def look(self):
        return "no" if "error" in json.loads(self.data) else "yes"


class Shop(Node):
    """The caller. It has one call outstanding at a time, and sends it at most `tries` times."""

    tries = 1
    shown = ("open", "outcome")

    def init(self):
        self.number = 0             # of the latest call
        self.open = None            # the number of the outstanding call
        self.data = ""              # that call, marshalled
        self.left = 0               # the tries that are left
        self.outcome = None         # of the latest call: ok, error or unknown
        self.user = None            # the user that the outcome goes to
        self.later = []             # (user, customer, cents), queued

    def on_charge(self, src, msg):
        self.later.append((src, msg.customer, msg.cents))
        if self.open is None:
            self.call()

    def call(self):
        self.user, customer, cents = self.later.pop(0)
        self.number += 1
        self.open, self.outcome, self.left = self.number, None, self.tries
        self.output("call", self.number, customer, cents)
        self.data = marshal("charge", customer=customer, cents=cents)
        self.ask()

    def ask(self):
        self.left -= 1
        self.send(self.neighbours[0], Call(self.open, self.data))
        self.set_timer("patience", PATIENCE)

    def on_patience_timer(self):
        if self.left:
            self.note("no reply: was the request lost, or the reply, or is the bank slow? It asks again")
            self.ask()
        else:
            self.note("no reply: it cannot know whether the customer was charged")
            self.end("unknown")

    def on_result(self, src, msg):
        if msg.number != self.open:
            return self.note(f"a reply to call {msg.number}, which is over")
        result = json.loads(msg.data)
        self.end("error" if "error" in result else "ok")

    def end(self, outcome):
        self.output("outcome", self.open, outcome)
        self.reply(self.user, outcome)
        self.outcome, self.open = outcome, None
        self.cancel_timer("patience")
        if self.later:
            self.call()


class PatientShop(Shop):
    """Retries a call until it is answered, at most ten tries in all."""

    tries = 10


class Bank(Node):
    """The server. It executes, then answers; each step takes `WORK` ms, and it can crash between the two."""

    persistent = ("charged",)
    shown = ("charged",)

    def init(self):
        self.charged = {}           # customer -> cents, in total
        self.waiting = []           # (shop, call), in the order of arrival
        self.ready = []             # (shop, result), executed and not yet sent

    def on_call(self, src, msg):
        self.waiting.append((src, msg))
        self.set_timer("work", WORK)

    def on_work_timer(self):
        src, call = self.waiting.pop(0)
        self.ready.append((src, Result(call.number, self.perform(src, call))))
        self.set_timer("answer", WORK)
        if self.waiting:
            self.set_timer("work", WORK)

    def on_answer_timer(self):
        for src, result in self.ready:
            self.send(src, result)
        self.ready = []

    def perform(self, src, call):
        """Unmarshal, call the procedure, marshal the result."""
        return json.dumps(self.charge(src, call.number, **json.loads(call.data)["arguments"]))

    def charge(self, shop, number, customer, cents):
        """The procedure."""
        if cents <= 0:
            return {"error": "nothing to charge"}
        self.charged[customer] = self.charged.get(customer, 0) + cents
        self.output("executed", shop, number)
        return {"charged": self.charged[customer]}


class RememberingBank(Bank):
    """At most once: keeps the result of each call, and answers a duplicate with it."""

    def init(self):
        super().init()
        self.results = {}           # (shop, number) -> the result, marshalled

    def perform(self, src, call):
        if (src, call.number) in self.results:
            self.note(f"call {call.number} was executed before: the same result again")
            self.output("remembered", src, call.number)
        else:
            self.results[src, call.number] = super().perform(src, call)
        return self.results[src, call.number]


class DurableBank(RememberingBank):
    """Exactly once: the results are on disk, in the same write as the effect."""

    persistent = ("charged", "results")


def marshal(procedure, **arguments):
    """A call as JSON: equal calls give equal text."""
    return json.dumps({"call": procedure, "arguments": arguments})


# ---- properties --------------------------------------------------------------------------------------------

def executions(world):
    """(shop, number of the call) -> how often it was executed."""
    found = {}
    for output in world.outputs("executed"):
        found[output.values] = found.get(output.values, 0) + 1
    return found


@always
def what_is_reported_ok_was_executed(world):
    done = executions(world)
    for output in world.outputs("outcome"):
        if output.values[1] == "ok" and not done.get((output.node, output.values[0])):
            return f"{output.node} reports call {output.values[0]} as done, but it was never executed"


@always
def nothing_is_executed_twice(world):
    for (shop, number), times in executions(world).items():
        if times > 1:
            return f"call {number} of {shop} was executed {times} times"


@in_the_end
def every_call_has_an_outcome(world):
    known = {(output.node, output.values[0]) for output in world.outputs("outcome")}
    for output in world.outputs("call"):
        if (output.node, output.values[0]) not in known and output.node in world.up:
            return f"call {output.values[0]} of {output.node} has no outcome"


@sometimes
def a_call_is_answered_from_memory(world):
    return bool(world.outputs("remembered"))


PROMISES = (what_is_reported_ok_was_executed, nothing_is_executed_twice, every_call_has_an_outcome,
            a_call_is_answered_from_memory)

# ---- runs --------------------------------------------------------------------------------------------------

# The request arrives at 20 ms, is executed at 25, answered at 30, and the reply arrives at 40.
MISHAPS = {
    "nothing": (),
    "the request is lost": (at(0, drop("shop->bank#1")),),
    "the reply is lost": (at(0, drop("bank->shop#1")),),
    "the reply is late": (at(0, delay("bank->shop#1", by=150)),),
    "the request is duplicated": (at(0, duplicate("shop->bank#1", after=30)),),
    "a crash before it is executed": (at(22, crash("bank")), at(60, recover("bank"))),
    "a crash after it was executed": (at(27, crash("bank")), at(60, recover("bank"))),
}


def charging(shop=Shop, bank=Bank, *script, title=""):
    """The shop charges Carol 3.99, under the faults of `script`."""
    return Run({"shop": shop, "bank": bank}, network=Network(latency=constant(10)), title=title, duration=1500,
               script=[*script, at(10, request("shop", Charge("Carol", 399)))])


def unplugged(moment):
    """The cable is unplugged at `moment` (ms) and plugged in again at 90 ms: too late for the reply."""
    return charging(Shop, Bank, at(moment, cut("shop", "bank")), at(moment, cut("bank", "shop")), at(90, heal()),
                    title=f"The cable is pulled out at {moment} ms")


DEMO = charging(PatientShop, DurableBank, *MISHAPS["the reply is lost"],
                title="A lost reply, a retry, and one charge")
DEMOS = {
    "maybe": charging(Shop, Bank, *MISHAPS["the reply is lost"], title="No retry: the outcome is unknown"),
    "at least once": charging(PatientShop, Bank, *MISHAPS["the reply is lost"], title="A retry: Carol pays twice"),
    "at most once": charging(PatientShop, RememberingBank, *MISHAPS["the reply is lost"],
                             title="The bank remembers: Carol pays once"),
    "at most once, crash": charging(PatientShop, RememberingBank, *MISHAPS["a crash after it was executed"],
                                    title="The bank remembers, and forgets in a crash: Carol pays twice"),
    "exactly once": charging(PatientShop, DurableBank, *MISHAPS["a crash after it was executed"],
                             title="The bank remembers on disk: Carol pays once"),
}

"""State machine replication: replicas that execute the same commands in the same order stay the same.

The idea in three sentences. A replica that is asked broadcasts the command in total order instead of executing it. Each
replica executes every command when it is delivered, in the order of delivery; if execution is deterministic, errors
included, equal logs give equal states. The replica that was asked answers then; a command that a client retries is
delivered again, and executed once, since each replica keeps the last number and result of every client.

Source: Schneider, "Implementing fault-tolerant services using the state machine approach: a tutorial" (1990). Left out:
restarts, and a broadcast that survives the crash of its leader, A: that takes consensus, and `raft` is it. Here any
other replica may crash.
"""

from typing import Any

from dslab.network import Network, constant
from dslab.node import message
from dslab.properties import always, in_the_end, sometimes
from dslab.protocols.broadcast import deliveries
from dslab.protocols.client import Answer, Client, Put, execute, service
from dslab.protocols.total_order import TOTAL_ORDER, LeaderOrder
from dslab.script import at, crash, drop, request


@message
class Move:
    """A request: take an amount from one account and put it into another."""

    source: str
    target: str
    amount: int
    label = "move {amount} from {source} to {target}"


@message
class Touch:
    """A request: write down what time it is."""

    key: str
    label = "{key} = now"


@message
class Pick:
    """A request: write down one of these, drawn at random."""

    key: str
    options: tuple
    label = "{key} = one of {options}"


@message
class Numbered:
    client: str
    serial: int         # the client's number for the command, the same in a retry
    command: Any
    label = "{command}"


class Customer(Client):
    """A client that also knows `Move`, `Touch` and `Pick`. It asks one replica after the other until it is answered."""

    on_move = on_touch = on_pick = Client.on_put


class Replicated(LeaderOrder):
    """A replica of the state machine, a store of accounts."""

    shown = ("machine",)
    logs = (("delivered", ""),)

    def init(self):
        super().init()
        self.machine = {}                           # account -> what is on it
        self.sessions = {}                          # client -> (its last number executed, the result)

    def on_command(self, src, msg):
        self.begin(Numbered(src, msg.serial, self.settle(msg.command)))

    def settle(self, command):
        """Replace what every replica would decide in its own way by what one has decided for all."""
        if isinstance(command, Touch):
            return Put(command.key, round(self.now))
        return Put(command.key, *self.draw(command.options)) if isinstance(command, Pick) else command

    def deliver(self, msg):
        super().deliver(msg)
        result = self.perform(msg.payload)
        self.output("state", len(self.delivered), self.machine)
        if msg.id[0] == self.id:
            self.send(msg.payload.client, Answer(msg.payload.serial, result))

    def perform(self, numbered):
        """Execute a command, unless it is a retry of one that was executed."""
        serial, result = self.sessions.get(numbered.client, (0, None))
        if numbered.serial <= serial:
            self.note("a retry: has been executed already")
            return result
        result = self.execute(numbered.command)
        self.output("execute", numbered.client, numbered.serial, result)
        self.sessions[numbered.client] = (numbered.serial, result)
        return result

    def execute(self, command):
        return self.move(command) if isinstance(command, Move) else execute(command, self.machine)

    def move(self, command):
        """An error is a result like any other: each replica comes to the same, and changes nothing."""
        if self.machine.get(command.source, 0) < command.amount:
            return "refused"
        self.pay_in(command.source, -command.amount)
        self.pay_in(command.target, command.amount)
        return "moved"

    def pay_in(self, account, amount):
        self.machine[account] = self.machine.get(account, 0) + amount


# ---- wrong variants ----------------------------------------------------------------------------------------

class DecidesAlone(Replicated):
    """What if each replica looks at its own clock, and draws by itself?"""

    def settle(self, command):
        return command

    def execute(self, command):
        return super().execute(super().settle(command))


class OwnError(Replicated):
    """What if C has room for one account only, and so fails half-way through a move?"""

    def pay_in(self, account, amount):
        if self.id == "C" and self.machine and account not in self.machine:
            return self.note(f"the disk is full: no account {account}")
        super().pay_in(account, amount)


class Eager(Replicated):
    """What if the replica that is asked executes the command, and answers, before it is delivered?"""

    def on_command(self, src, msg):
        command = Numbered(src, msg.serial, self.settle(msg.command))
        self.send(src, Answer(msg.serial, self.perform(command)))
        self.begin(command)


class WithoutSessions(Replicated):
    """What if a replica keeps no record of what it has executed?"""

    def perform(self, numbered):
        result = self.execute(numbered.command)
        self.output("execute", numbered.client, numbered.serial, result)
        return result


# ---- properties --------------------------------------------------------------------------------------------

@always
def equal_logs_mean_equal_states(world):
    """Also of prefixes: after the same commands, replicas have the same state, though at different times."""
    logs, first = deliveries(world), {}
    for output in world.outputs("state"):
        length, state = output.values
        log = tuple(logs[output.node][:length])
        node, other = first.setdefault(log, (output.node, state))
        if other != state:
            return (f"after the same {length} command{'s' * (length > 1)}, {node} has {accounts(other)},"
                    f" and {output.node} has {accounts(state)}")


def accounts(state):
    return ", ".join(f"{account} = {amount}" for account, amount in sorted(state.items())) or "nothing"


@always
def a_command_takes_effect_once_on_a_replica(world):
    seen = set()
    for output in world.outputs("execute"):
        client, serial, _ = output.values
        if (output.node, client, serial) in seen:
            return f"{output.node} executes command {serial} of {client} twice"
        seen.add((output.node, client, serial))


@always
def a_command_has_one_result(world):
    """The same on all replicas, so it makes no difference which of them answers."""
    results = {}
    for output in world.outputs("execute"):
        client, serial, result = output.values
        node, other = results.setdefault((client, serial), (output.node, result))
        if other != result:
            return f"{node} answers command {serial} of {client} with {other}, and {output.node} with {result}"


@in_the_end
def each_client_is_answered(world):
    """As long as the leader of the broadcast is up."""
    for node, client in world.having("command").items():
        if client.command is not None and "A" in world.up:
            return f"{node} is never answered"


@sometimes
def all_replicas_that_are_up_execute_a_command(world):
    executed = {output.node for output in world.outputs("execute")}
    return executed and executed >= set(world.having("machine")) & set(world.up)


SAFETY = (TOTAL_ORDER, equal_logs_mean_equal_states, a_command_takes_effect_once_on_a_replica, a_command_has_one_result)
PROMISES = (*SAFETY, each_client_is_answered, all_replicas_that_are_up_execute_a_command)


# ---- runs --------------------------------------------------------------------------------------------------

def replicated(protocol=Replicated, *asked, events=(), clients=("alice", "bob"), gap=100, **options):
    """Three replicas and clients, who are linked to all of them. `asked`: requests, each (client, command), the next
    one `gap` ms later. `events` are added to the script; other options are those of `service`."""
    script = [*events, *(at(10 + gap * place, request(name, command, client=f"{name}'s user"))
                         for place, (name, command) in enumerate(asked))]
    near = {name: {"server": place % 3} for place, name in enumerate(clients)}
    options.setdefault("network", Network(latency=constant(10)))
    options.setdefault("duration", 1000)
    return service(protocol, clients=clients, client=Customer, script=script, initial=near, **options)


def at_once(protocol=Replicated):
    """alice asks A and bob asks B, at the same time, for different values of x."""
    return replicated(protocol, ("alice", Put("x", 10)), ("bob", Put("x", 20)), gap=0, duration=500,
                      title=f"{protocol.__name__}: two clients at once")


def retried(protocol=Replicated, **options):
    """Two clients at once; then alice moves 4 from x to y, is not told, and asks again; then bob moves too much."""
    options = {"title": f"{protocol.__name__}: a retry, and an error"} | options
    return replicated(protocol, ("alice", Put("x", 10)), ("bob", Put("x", 20)), gap=0, events=[
        at(0, drop("A->alice#2")),
        at(110, request("alice", Move("x", "y", 4), client="alice's user")),
        at(500, request("bob", Move("x", "y", 50), client="bob's user")),
    ], **options)


def touched(protocol=Replicated):
    """alice asks A to write down the time."""
    return replicated(protocol, ("alice", Touch("seen")), clients=("alice",), duration=500,
                      title=f"{protocol.__name__}: what time is it?")


def picked(protocol=Replicated):
    """alice asks A to draw a winner."""
    return replicated(protocol, ("alice", Pick("winner", ("Eve", "Ken", "Mei", "Tom"))), clients=("alice",),
                      duration=500, title=f"{protocol.__name__}: who wins?")


def moved(protocol=Replicated):
    """alice pays 10 into x, and moves 4 to y."""
    return replicated(protocol, ("alice", Put("x", 10)), ("alice", Move("x", "y", 4)), clients=("alice",), duration=500,
                      title=f"{protocol.__name__}: a move")


DEMO = retried(title="Two clients at once, a retry, and an error")
DEMOS = {
    "a retry, and an error": DEMO,
    "one clock for all": touched(),
    "each replica its own clock": touched(DecidesAlone),
    "each replica its own winner": picked(DecidesAlone),
    "an error on C only": moved(OwnError),
    "executed before it is delivered": at_once(Eager),
    "a retry is executed again": retried(WithoutSessions),
    "C crashes": retried(title="C crashes").plus(at(60, crash("C"))),
    "A, which orders the commands, crashes": retried(title="A, which orders the commands, crashes").plus(
        at(60, crash("A"))),
}

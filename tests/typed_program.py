"""What a user writes, with annotations: mypy must find nothing to say, strictly. It also runs (test_types.py)."""

from collections.abc import Callable, Iterable
from typing import ClassVar

from dslab import (
    REGISTER,
    DslabError,
    Limits,
    Network,
    Node,
    Run,
    Specification,
    Trace,
    Verdict,
    World,
    always,
    at,
    check,
    constant,
    crash,
    diagram,
    exercise,
    explore,
    follow,
    in_the_end,
    judge,
    linearizable,
    message,
    partition,
    play,
    recover,
    request,
    search,
    set_link,
    simulate,
    sometimes,
    uniform,
)
from dslab.checkers.history import Operation
from dslab.properties import Promise
from dslab.testing import receive, sent


@message
class Add:
    """A client adds an amount."""

    amount: int


@message
class Copy:
    """A server tells the others what was added."""

    amount: int


class Counter(Node):
    """A counter that is copied to all servers, without any care."""

    persistent: ClassVar[tuple[str, ...]] = ("total",)

    def init(self) -> None:
        """Nothing is counted yet."""
        self.total = 0

    def on_start(self) -> None:
        """Say once that there is something to do later."""
        self.set_timer("report", 400, 500)

    def on_add(self, client: str, msg: Add) -> None:
        """Add here, tell the others, answer."""
        self.total += msg.amount
        self.broadcast(Copy(msg.amount))
        self.reply(client, self.total)

    def on_copy(self, src: str, msg: Copy) -> None:
        """Add here, too."""
        self.total += msg.amount
        self.note(f"{src} has {msg.amount} more")

    def on_report_timer(self) -> None:
        """Tell the world how far it is."""
        self.output("total", self.total)


class Forgetful(Counter):
    """A variant that is not on disk."""

    persistent: ClassVar[tuple[str, ...]] = ()

    def on_report_timer(self) -> None:
        """Tell one other server, too."""
        super().on_report_timer()
        for peer in self.draw(self.peers):
            self.send(peer, Copy(0))


@always
def no_total_is_negative(world: World) -> str | None:
    """A promise in the usual form: a sentence says what is wrong."""
    for output in world.outputs("total"):
        total, = output.values
        if total < 0:
            return f"{output.node} has {total} at {output.time:g} ms"
    return None


@in_the_end
def all_have_the_same_total(world: World) -> bool:
    """A promise about states."""
    return len({world.states[node].total for node in world.nodes if node in world.up}) == 1


@sometimes
def somebody_has_counted(world: World) -> object:
    """A witness: anything true will do."""
    return [node for node, state in world.having("total").items() if state.total]


PROMISES: list[Promise] = [no_total_is_negative, all_have_the_same_total, somebody_has_counted]
ROUGH = Network(latency=uniform(5, 20), loss=0.1, links={("A", "B"): {"latency": constant(3), "fifo": True}})


def cluster(protocol: type[Node] = Counter, *, network: Network = ROUGH) -> Run:
    """One addition, while a server is down for a while."""
    script = [at(10, request("A", Add(3), client="alice")), at(20, crash("C")), at(200, recover("C"))]
    return Run(protocol, 3, network=network, script=script, limits=Limits(steps=5000))


def variants(run: Run) -> Iterable[Run]:
    """The same, otherwise."""
    yield run.replace(seed=run.seed + 1, duration=2 * run.duration)
    yield run.plus(at(30, partition("A", ("B", "C"))), at(60, set_link("A", "B", loss=0.5)))


def verdicts(run: Run) -> dict[str, str]:
    """What becomes of the promises, one by one."""
    trace: Trace = simulate(run)
    found: list[Verdict] = judge(trace, PROMISES)
    return {verdict.promise.name: verdict.status for verdict in found}


def explored() -> tuple[int, tuple[str, ...]]:
    """How many states there are, and what leads to a broken promise."""
    run = Run(Counter, 2, script=[at(0, request("A", Add(1)))])
    found = explore(run, [all_have_the_same_total], drops=1, timers={"report": 2}, progress=False)
    decisions: tuple[str, ...] = found.paths.get(all_have_the_same_total.name, ())
    return found.states, decisions if len(follow(run, decisions)) else ()


def jugs() -> int:
    """A specification, whose promises look at its states."""
    def following(state: tuple[int, int]) -> list[tuple[int, int]]:
        small, big = state
        poured = min(small, 5 - big)
        return [(3, big), (small, 5), (0, big), (small, 0), (small - poured, big + poured)]

    @always
    def never_five_in_all(state: tuple[int, int]) -> bool:
        return sum(state) != 5

    found = explore(Specification(lambda: [(0, 0)], following), [never_five_in_all], progress=False)
    return found.moves[never_five_in_all.name]


def searched(run: Run, refuse: Callable[[str], None]) -> Run | None:
    """A small run that breaks a promise, if chance finds one."""
    try:
        return search(run, [no_total_is_negative], seeds=range(3), faults=("crash", "loss"), progress=False).run
    except DslabError as problem:
        refuse(str(problem))
        return None


def by_hand() -> list[tuple[str, Copy]]:
    """One node, one message."""
    node = Counter("A", ["B"])
    receive(node, Add(2), src="alice")
    return sent(node, Copy)


def history() -> bool:
    """A history by hand: what was written is read."""
    operations = [Operation("A", ("write", 1), 0, 4), Operation("B", ("read",), 5, 7, 1)]
    return bool(linearizable(operations, REGISTER)) and not linearizable(operations[1:], REGISTER)


def main() -> None:
    """All of it."""
    run = cluster()
    print(verdicts(run), *(verdicts(other) for other in variants(cluster(Forgetful))), sep="\n")
    print(explored(), jugs(), searched(run, print), by_hand(), history())
    print(play(run, step=3, height=400), diagram(simulate(run), last=5), run.network.default.loss, sep="\n")
    print(check(exercise("4.1")).outcome)


if __name__ == "__main__":
    main()

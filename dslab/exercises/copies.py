"""Small tasks of chapter 5: what a clock ahead costs, what a merge keeps, which quorums answer, what survives."""

from dslab.experiments.quorum_lattice import tolerated
from dslab.grader.exercise import Predict
from dslab.grader.questions import YES_OR_NO, Question, end, predict
from dslab.network import Network, constant
from dslab.protocols.anti_entropy import Put, WallClock, values
from dslab.protocols.anti_entropy import cluster as replicas
from dslab.protocols.leader_database import Commit, Write, asks, database, fail_over
from dslab.protocols.quorums import Client, Read, replicated
from dslab.protocols.quorums import Write as WriteValue
from dslab.protocols.replicated_set import Add, Record, cluster
from dslab.run import Run
from dslab.script import at, clock, crash, drop, request
from dslab.trace import Trace

# ---- a clock that is ahead -------------------------------------------------------------------------------------------

AHEAD = 3400                        # ms


def fast_clock() -> Run:
    """alice writes at A, whose clock is ahead; then bob, who has seen her value, writes twice a second at B."""
    mine = [at(1000 + 500 * place, request("B", Put("x", f"b{place + 1}"), client="bob")) for place in range(8)]
    return replicas(at(0, clock("A", offset=AHEAD)), at(200, request("A", Put("x", "a1"), client="alice")), *mine,
                    replica=WallClock, nodes="AB", duration=6000, title="A's clock is 3.4 s ahead")


def kept(trace: Trace) -> list[str]:
    """The writes of bob that B ever showed."""
    shown = [values(trace.state_at(step.index)["B"]["records"]).get("x") for step in trace.steps]
    return [f"b{number}" for number in range(1, 9) if f"b{number}" in shown]


# ---- a merge ---------------------------------------------------------------------------------------------------------

AT_A = {"milk": Record((4, "ann1"), True), "tea": Record((7, "ann1"), False), "rice": Record((5, "ann1"), False),
        "salt": Record((2, "ann1"), True)}
AT_B = {"milk": Record((6, "ann10"), False), "tea": Record((3, "ann10"), True), "rice": Record((5, "ann10"), True)}


def is_in_the_list(item: str, why: str) -> Question:
    """Is it in the set when the replicas have compared?"""
    return Question(f"is {item} in the list", lambda trace: trace.state_at(-1)["B"]["records"][item].present, end, why,
                    (), YES_OR_NO)


def shopping() -> Run:
    """Two replicas with different records; an update of something else at both makes them compare."""
    run = cluster(at(10, request("ann1", Add("bread"), client="ann")), clients=("ann1",), title="Two shopping lists")
    return run.replace(initial={"A": {"records": AT_A}, "B": {"records": AT_B}})


# ---- quorums ---------------------------------------------------------------------------------------------------------

def six(*, r: int, w: int, down: str) -> Run:
    """alice writes to six replicas, of which some are down, and then bob reads."""
    return replicated(Client, ("alice", WriteValue("v1")), ("bob", Read()), replicas="ABCDEF", r=r, w=w, gap=200,
                      duration=600, events=[at(5, crash(node)) for node in down],
                      title=f"Six replicas, r = {r}, w = {w}")


def told(client: str, why: str, wrong: tuple[str, ...]) -> Question:
    """What a client is told."""
    def result(trace: Trace) -> str:
        return str(next(one.result for one in trace.operations if one.node == client))

    return Question(f"what {client} is told", result, end, why, wrong, ("ok", "v0", "v1", "failed"))


# ---- a failover ------------------------------------------------------------------------------------------------------

def three_transactions(needed: int) -> Run:
    """T1, T2 and T3 commit on A; B misses T2 and T3, C misses T3; A crashes."""
    begun = [asks(10 + 5 * place, "A", Write(name, name.lower(), 1), f"user of {name}")
             for place, name in enumerate(("T1", "T2", "T3"))]
    committed = [asks(30 + 40 * place, "A", Commit(name), f"user of {name}")
                 for place, name in enumerate(("T1", "T2", "T3"))]
    return database(at(0, drop("A->B#2")), at(0, drop("A->B#3")), at(0, drop("A->C#3")), *begun, *committed,
                    at(135, crash("A")), fail_over(170), needed=needed, duration=400,
                    network=Network(latency=constant(10)), title="Three transactions, and a failover")


def acknowledged(name: str, why: str) -> Question:
    """Was the commit of this transaction answered?"""
    def answered(trace: Trace) -> bool:
        return any(output.values[1] == name for output in trace.outputs("acknowledge"))

    return Question(f"is {name} acknowledged", answered, end, why, (), YES_OR_NO)


def survives(name: str, why: str) -> Question:
    """Is this transaction in the new leader's log?"""
    def found(trace: Trace) -> bool:
        leader = trace.outputs("leads")[-1].node
        return any(entry.transaction == name for entry in trace.state_at(-1)[leader]["log"])

    return Question(f"is {name} in the new leader's log", found, end, why, (), YES_OR_NO)


EXERCISES: tuple[Predict, ...] = (
    predict({
        "lost": Question("how many of bob's eight writes nobody ever sees", lambda trace: 8 - len(kept(trace)), end,
                         "Her timestamp is 200 + 3400 = 3600 ms. What bob writes before that is older, whatever he has "
                         "seen.", (0, 5, 7)),
        "first": Question("the first of his writes that is kept", lambda trace: kept(trace)[0], end,
                          "It is the first that he writes after 3600 ms.", ("b1", "b6"),
                          tuple(f"b{number}" for number in range(1, 9)))},
        number="5.1a", title="3.4 s ahead", run=fast_clock(),
        task="A's clock is 3.4 s ahead, that of B is right, and the last writer wins, by the time of day. alice "
             "writes at A at 200 ms. B knows her value soon after. bob writes b1, b2, ... b8 at B, every 500 ms "
             "from 1000 ms on.",
        right={"lost": 6, "first": "b7"}),
    predict({
        "milk": is_in_the_list("milk", "The remove at (6, ann10) is newer than the add at (4, ann1)."),
        "tea": is_in_the_list("tea", "The tombstone at (7, ann1) is newer than the add at (3, ann10)."),
        "rice": is_in_the_list("rice", "Counters are equal, so the names decide: ann10 comes after ann1."),
        "salt": is_in_the_list("salt", "B has no record of it, and that is no remove: A's record is news to it.")},
        number="5.1b", title="Two shopping lists", run=shopping(),
        task="Two replicas of a set keep the newest record of each element, + for an element and − for a "
             "tombstone. A has milk +(4, ann1), tea −(7, ann1), rice −(5, ann1), salt +(2, ann1). B has milk "
             "−(6, ann10), tea +(3, ann10), rice +(5, ann10). Then they compare.",
        right={"milk": False, "tea": False, "rice": True, "salt": True}),
    predict({
        "alice": told("alice", "Four replicas are up, and four are enough for a write.", ("failed",)),
        "bob": told("bob", "Three are enough for a read, and among any three is one that has stored v1.",
                    ("v0", "failed")),
        "reads": Question("how many replicas may be down for reads", lambda trace: tolerated(6, 3), end,
                          "n − r = 6 − 3.", (2, 4)),
        "writes": Question("how many may be down for writes", lambda trace: tolerated(6, 4), end,
                           "n − w = 6 − 4.", (3, 1))},
        number="5.2a", title="Six replicas", run=six(r=3, w=4, down="EF"),
        task="Six replicas, A to F; r = 3, w = 4. E and F crash. Then alice writes v1, which was v0, and when "
             "she is done bob reads.", right={"alice": "ok", "bob": "v1", "reads": 3, "writes": 2}),
    predict({
        "alice": told("alice", "Three replicas are up, and a write needs four.", ("ok",)),
        "bob": told("bob", "Three answer, and all of them have stored what was reported as failed.", ("v0", "failed"))},
        number="5.2b", title="Six replicas, three down", run=six(r=3, w=4, down="DEF"),
        task="The same six replicas; r = 3, w = 4. This time D, E and F crash. Then alice writes v1, which was "
             "v0, and after her patience is over bob reads.", right={"alice": "failed", "bob": "v1"}),
    predict({
        "T2": acknowledged("T2", "C has stored it, and one follower is enough."),
        "T3": acknowledged("T3", "No follower has stored it when A crashes."),
        "kept": survives("T2", "The operator promotes the follower that has come farthest: C."),
        "lost": survives("T3", "It has reached no follower. Nobody was told that it is committed.")},
        number="5.3a", title="Three transactions and a failover", run=three_transactions(1),
        task="A leads, and waits for one follower before it acknowledges. T1, T2 and T3 commit in this order. T1"
             " reaches both followers, T2 reaches C only, T3 nobody. A crashes, and the operator promotes a "
             "follower.",
        right={"T2": True, "T3": False, "kept": True, "lost": False}),
)

"""Serializability: verdicts on small histories, each with its anomaly and the smallest cycle."""

import itertools
import random
import re
from pathlib import Path
from time import process_time

import pytest

from dslab import DslabError, Run, at, diagram, message, request, simulate
from dslab.checkers.history import ANY, Malformed, Operation
from dslab.checkers.serializability import serializable, strict_serializable
from dslab.checkers.transactions import Transaction, transactions
from dslab.node import Node

# A name, the history, and what is said of it: first by serializable, then by strict_serializable if that differs.
SMALL = {
    "three writers in a circle": ("""
        T1  append x 1, append z 1
        T2  append x 2, append y 2
        T3  append y 3, append z 3
        then
        T4  read x [1 2], read y [2 3], read z [3 1]
        """, "G0, write cycle: T1 -ww-> T2 -ww-> T3 -ww-> T1"),
    "one append slips in between two of another": ("""
        T1  append x 1, append x 3
        T2  append x 2
        T3  read x [1 2 3]
        """, "G0, write cycle: T1 -ww-> T2 -ww-> T1"),
    "an aborted write of a register": ("T1! write x 1" "\n" "T2  read x 1",
                                       "G1a, aborted read: T2 reads x as 1, and T1, which wrote 1, aborted"),
    "an overwritten write of a register": ("T1  write x 1, write x 2" "\n" "T2  read x 1",
                                           "G1b, intermediate read: T2 reads x as 1, and T1 wrote 2 after 1"),
    "three that read from each other": ("""
        T1  append x 1, read z [3]
        T2  append y 2, read x [1]
        T3  append z 3, read y [2]
        """, "G1c, circular information flow: T1 -wr-> T2 -wr-> T3 -wr-> T1"),
    "a write before one that it was read from": ("""
        T1  append x 1, append y 1
        T2  append x 2, read y [1]
        then
        T3  read x [2 1]
        """, "G1c, circular information flow: T1 -wr-> T2 -ww-> T1"),
    "one list is read late, the other early": ("""
        T1  append x 1, append y 1
        T2  read y [1], read x []
        """, "G-single, read skew: T1 -wr-> T2 -rw-> T1"),
    "read skew through a third": ("""
        T1  append x 1
        T2  read x [1], append y 2
        T3  read y [2], read x []
        """, "G-single, read skew: T1 -wr-> T2 -wr-> T3 -rw-> T1"),
    "two increments of a register": ("T1  read x 0, write x 1" "\n" "T2  read x 0, write x 11",
                                     "G2-item, lost update: T1 -rw-> T2 -rw-> T1"),
    "two doctors go off duty": ("""
        T1  read alice on, read bob on, write alice off
        T2  read alice on, read bob on, write bob off
        """, "G2-item, write skew: T1 -rw-> T2 -rw-> T1"),
    "three that each read what the next one writes": ("""
        T1  read x [], append z 1
        T2  read y [], append x 2
        T3  read z [], append y 3
        then
        T4  read x [2], read y [3], read z [1]
        """, "G2-item, anti-dependency cycle: T1 -rw-> T2 -rw-> T3 -rw-> T1"),
    "two readers see two writes in two orders": ("""
        T1  write x 1
        T2  write y 1
        T3  read x 1, read y 0
        T4  read y 1, read x 0
        """, "G2-item, long fork: T1 -wr-> T3 -rw-> T2 -wr-> T4 -rw-> T1"),
    "a register is read twice, and changes": ("T1  write x 1" "\n" "T2  read x 0, read x 1",
                                              "internal: T2 reads x as 1, where its own accesses leave 0"),
    "a list forgets": ("""
        T1  append x 1
        T2  read x [1], append x 2, read x [2]
        """, "internal: T2 reads x as [2], where its own accesses leave [1 2]"),
    "a read of what is written later": ("T1  read x 1, write x 1",
                                        "future read: T1 reads x as 1, and it wrote 1 only later"),
    "a stale read": ("T1  write x 1" "\n" "then" "\n" "T2  read x 0", "",
                     "G-single-realtime, stale read: T1 -rt-> T2 -rw-> T1"),
    "a read of a write to come": ("T1  read x 1" "\n" "then" "\n" "T2  write x 1", "",
                                  "G1c-realtime, circular information flow: T1 -rt-> T2 -wr-> T1"),
    "two appends the other way round": ("T1  append x 1" "\n" "then" "\n" "T2  append x 2" "\n" "then" "\n"
                                        "T3  read x [2 1]", "", "G0-realtime, write cycle: T1 -rt-> T2 -ww-> T1"),
    "a message outside the system": ("""
        T1  append x 1
        then
        T2  append y 2
        then
        T3  read y [2], read x []
        """, "", "G-single-realtime, stale read: T1 -rt-> T3 -rw-> T1"),
    "an unknown one that aborted": ("T1? append x 1" "\n" "T2  append x 2" "\n" "then" "\n" "T3  read x [2]", ""),
    "a long chain": ("\n".join(f"T{n}  read x {n}, write x {n + 1}" for n in range(9)), ""),
}


@pytest.mark.parametrize("name", SMALL)
def test_each_small_history_has_its_anomaly_and_the_smallest_cycle(name):
    text, weak, *strict = SMALL[name]
    initial = "on" if "doctors" in name else 0
    assert serializable(text, initial=initial).objection() == weak
    assert strict_serializable(text, initial=initial).objection() == (strict[0] if strict else weak)


ORACLE = Path(__file__).parents[2] / "shared" / "oracles" / "transactions.md"
ROW = re.compile(r"\| (\d+) \| (.*?) \| (\S+) \| (?:(\S+) \| )?(\S+) \| (.*) \|")


def published():
    """The rows of a table of histories, where it is at hand: number, history, serializable, strict, names."""
    for line in ORACLE.read_text(encoding="utf-8").splitlines() if ORACLE.exists() else ():
        if found := ROW.fullmatch(line):
            text = re.sub(r"\bthen\b", "\nthen\n", found[2].replace("`", "").replace(" · ", "\n"))
            for letter, word in (("a", "append"), ("r", "read"), ("w", "write")):
                text = re.sub(rf"\b{letter} (?=\w)", f"{word} ", text)
            yield pytest.param("" if text == "empty" else text, found[3], found[4], found[6], id=f"history {found[1]}")


@pytest.mark.skipif(not ORACLE.exists(), reason="the table of published histories is not at hand")
@pytest.mark.parametrize("text, weak, strict, names", [*published()])
def test_the_verdicts_are_the_published_ones(text, weak, strict, names):
    verdict = serializable(text, initial=0)
    assert bool(verdict) == ("yes" in weak)
    if strict:
        assert bool(strict_serializable(text, initial=0)) == ("yes" in strict)
    if verdict.anomaly and (name := re.match(r"G[\w-]*", names)):
        assert verdict.anomaly.name == name[0]
    if verdict.anomaly and verdict.anomaly.cycle and verdict.anomaly.meaning != "read skew":
        assert verdict.anomaly.meaning in names


# ---- against all permutations ----------------------------------------------------------------------------------------

def explains(order, *, lists):
    """Whether the transactions, one after the other, read what they read."""
    state = {}
    for name, key, value in (access for one in order for access in one.accesses):
        if name == "append":
            state[key] = (*state.get(key, ()), value)
        elif name == "write":
            state[key] = value
        elif state.get(key, () if lists else None) != value:
            return False
    return True


def keeps_time(order):
    return not any(later.outcome == "committed" and later.returned < earlier.invoked
                   for earlier, later in itertools.combinations(order, 2))


def by_permutations(history, *, lists, strict):
    """The verdict by trying all serial orders."""
    surely, perhaps = ([one for one in history if one.outcome == outcome] for outcome in ("committed", "unknown"))
    return any(explains(order, lists=lists) and (not strict or keeps_time(order))
               for count in range(len(perhaps) + 1) for some in itertools.combinations(perhaps, count)
               for order in itertools.permutations([*surely, *some]))


def random_history(rng, *, lists):
    """Up to five transactions whose accesses interleave, or not; some reads are wrong."""
    fresh, store, did, moments = itertools.count(1), {"x": [], "y": []}, {}, {}
    turns = [number for number in range(rng.randint(1, 5)) for _ in range(rng.randint(1, 3))]
    if rng.random() < 0.5:
        rng.shuffle(turns)
    for moment, number in enumerate(turns):
        key, written = rng.choice("xy"), next(fresh)
        if rng.random() < 0.5:
            store[key].append(written)
            access = ("append" if lists else "write", key, written)
        else:
            seen = store[key][:rng.randint(0, len(store[key]))] if rng.random() < 0.15 else store[key]
            access = ("read", key, tuple(seen) if lists else seen[-1] if seen else None)
        did.setdefault(number, []).append(access)
        moments.setdefault(number, [moment, moment])[1] = moment
    return [Transaction(f"T{number}", tuple(did[number]), moments[number][0] - rng.choice([0, 1.5]),
                        moments[number][1] + rng.choice([0, 1.5]),
                        rng.choices(["committed", "aborted", "unknown"], [86, 7, 7])[0]) for number in did]


@pytest.mark.sample(300, 10_000)
def test_the_verdict_is_that_of_all_permutations(sample):
    for seed in sample:
        rng = random.Random(f"serializable {seed}")
        lists = rng.random() < 0.5
        history = random_history(rng, lists=lists)
        for judge, strict in ((serializable, False), (strict_serializable, True)):
            verdict = judge(history)
            assert bool(verdict) == by_permutations(history, lists=lists, strict=strict), (verdict, history)
            assert not verdict or explains(verdict.order, lists=lists)


# ---- what a history may be -------------------------------------------------------------------------------------------

def test_two_writes_of_one_value_that_was_read_leave_the_verdict_open():
    verdict = serializable("T1  write x 1\nT2  write x 1\nT3  read x 1")
    assert verdict.status == "unknown" and not verdict
    assert verdict.remark == "T1 and T2 both wrote 1 to x, so the read of T3 does not tell which it saw"
    assert serializable("T1  write x 1\nT2  write x 1")


def test_a_value_that_was_there_and_is_written_again_leaves_the_verdict_open():
    assert "it was there before" in serializable("T1  write x 0\nT2  read x 0", initial=0).remark


def test_single_operations_are_transactions():
    history = [Operation("alice", ("write", 1), 0, 1), Operation("bob", ("read",), 2, 3, None)]
    assert serializable(history) and not strict_serializable(history)
    assert strict_serializable([Operation("alice", ("put", "x", 1), 0, 1), Operation("bob", ("get", "x"), 2, 3, 1)])


def test_a_trace_holds_transactions():
    Transact = message(type("Transaction", (), {"__annotations__": {"accesses": tuple}}))

    class Store(Node):
        def init(self):
            self.x = ()

        def on_transaction(self, src, msg):
            read = tuple(self.x for name, *_ in msg.accesses if name == "read")
            self.x += tuple(rest[-1] for name, *rest in msg.accesses if name == "append")
            self.reply(src, read)

    run = Run(Store, 1, script=[at(10 * n, request("A", Transact((("read", "x"), ("append", "x", n)))))
                                for n in range(3)])
    verdict = strict_serializable(simulate(run))
    assert [str(one) for one in verdict.order] == [
        "T1: read x [], append x 0", "T2: read x [0], append x 1", "T3: read x [0 1], append x 2"]


@pytest.mark.parametrize("text, sentence", [
    ("T1", "'T1' is no transaction: expected a name and what it did, such as T1 append x 1, read y [2]"),
    ("T1 apend x 1", "'apend x 1' is no access: expected append x 1, write x 1 or read x [1 2]. Did you mean"
                     " 'append'?"),
    ("T1 append x 1\nT1 read x [1]", "there are two transactions T1: give each a name of its own"),
    ("T1 append x 1\nT2 write x 2", "x is a list in one place and a register in another (in T2): append to it, or write"
                                    " it"),
])
def test_a_line_that_is_no_transaction_is_one_sentence(text, sentence):
    with pytest.raises(DslabError) as problem:
        serializable(text)
    assert str(problem.value) == sentence


def test_what_is_no_history_is_one_sentence():
    with pytest.raises(DslabError, match="expected transactions, a trace, or a text with a line for each, not 7"):
        serializable(7)
    with pytest.raises(Malformed, match="T1 ended at 1, before it began at 2"):
        serializable([Transaction("T1", (), 2, 1)])
    with pytest.raises(DslabError, match="a list is read as a tuple"):
        serializable([Transaction("T1", (("read", "x", [1]),))])
    with pytest.raises(DslabError, match="Did you mean 'committed'"):
        serializable([Transaction("T1", (), outcome="comitted")])
    with pytest.raises(DslabError, match="seconds=-1 is not a limit"):
        serializable("", seconds=-1)


def test_what_an_unknown_transaction_read_need_not_be_known():
    assert transactions("T1? read x ?")[0].accesses == (("read", "x", ANY),)
    assert serializable("T1? append x 1, read y ?\nT2 read x [1]")


# ---- large ones, and pictures ----------------------------------------------------------------------------------------

def many(count, *, lists):
    """Transactions that run in the order of their numbers, while their times overlap."""
    rng, fresh, state = random.Random("many"), itertools.count(1), {}
    for number in range(count):
        accesses = []
        for _ in range(rng.randint(1, 4)):
            key = f"x{rng.randrange(20)}.{number // 400}"
            if rng.random() < 0.5:
                value = next(fresh)
                state[key] = (*state.get(key, ()), value) if lists else value
                accesses.append(("append" if lists else "write", key, value))
            else:
                accesses.append(("read", key, state.get(key, () if lists else None)))
        yield Transaction(f"T{number}", tuple(accesses), number - 5 * rng.random(), number + 5 * rng.random())


@pytest.mark.parametrize("count, lists", [(10_000, True), (4_000, False)], ids=["lists", "registers"])
def test_many_transactions_are_judged_within_ten_seconds_of_computing(count, lists):
    """Writes to a register leave open which came first: fewer of those can be judged in that time."""
    history = list(many(count, lists=lists))
    began = process_time()
    verdict = strict_serializable(history)
    assert verdict and len(verdict.order) == count
    late = Transaction("late", (("read", history[0].accesses[0][1], () if lists else None),), 20_000, 20_001)
    wrong = strict_serializable([*history, late])
    assert not wrong and wrong.anomaly.name.endswith("-realtime") and "late" in wrong.arrows()
    assert process_time() - began < 10


def test_a_verdict_is_drawn_as_its_cycle():
    drawn = diagram(serializable("T1  read x [], append y 1\nT2  read y [], append x 1\nthen\n"
                                 "T3  read x [1], read y [1]"))
    assert str(drawn).splitlines() == [
        "not serializable: G2-item, write skew: T1 -rw-> T2 -rw-> T1",
        "  T1: read x [], append y 1",
        "  T2: read y [], append x 1",
        "  T1 read x as [], before T2 appended 1 to it",
        "  T2 read y as [], before T1 appended 1 to it",
    ]
    assert dict(drawn.graph["T1"]["T2"]) == {"kind": "rw", "key": "x", "label": "rw x"}
    assert drawn.svg.count(">rw x<") == 1 and repr(drawn) == "<diagram: 2 transactions, 2 dependencies>"


def test_a_serial_order_is_drawn_as_a_list():
    drawn = diagram(serializable("T1  read x [2]\nT2  append x 2"))
    assert str(drawn).splitlines() == [
        "serializable: T2, T1", "  T2: append x 2", "  T1: read x [2]", "  in this serial order"]

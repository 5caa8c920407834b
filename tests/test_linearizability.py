"""The checker of histories is right where others have published the verdict, and where all orders can be tried."""

import re
from dataclasses import replace
from itertools import chain, combinations, permutations
from math import inf
from random import Random

import pytest
from oracles import files

import dslab
from dslab import Trace, at, crash, heal, isolate, partition, recover, request, simulate
from dslab.checkers.history import ANY, Malformed, Operation, call_of, history_of
from dslab.checkers.linearizability import linearizable, linearizations
from dslab.checkers.linearization_search import fits
from dslab.checkers.logs import read_edn, read_jepsen
from dslab.checkers.sequential_consistency import sequential
from dslab.checkers.specs import CAS_REGISTER, COUNTER, KEY_VALUE, LOCK, QUEUE, REGISTER, SET, Spec
from dslab.protocols.client import Add, Get, Put, service
from dslab.protocols.raft import Raft
from dslab.protocols.raft_variants import LocalRead
from dslab.values import DslabError

LOGS = {path.parent.name: path.parent for path in files("register/verdicts.tsv", "linearizability/etcd/verdicts.tsv")}
HISTORIES = files("key_value/*.txt", "linearizability/kv/*.txt")
each_collection = pytest.mark.parametrize("collection", LOGS)


def op(client, *call, at, result=ANY):
    """An operation; `at` is (invoked, returned), or (invoked,) if it never returned."""
    return Operation(client, call, *at, **{} if len(at) == 1 else {"result": result})


def lecture(last):
    """The ten operations of a lecture on compare-and-set [Kleppmann, Cambridge]; `last` is what the last read gives."""
    return [
        op("A", "set", 1, at=(1.5, 4.1)), op("A", "get", at=(5.75, 7.25), result=4),
        op("B", "get", at=(0.7, 2.3), result=1), op("B", "cas", 1, 2, at=(2.7, 5.3), result=True),
        op("B", "get", at=(7.85, 9.35), result=last),
        op("C", "get", at=(1.75, 3.25), result=1), op("C", "get", at=(3.75, 5.25), result=2),
        op("C", "cas", 2, 4, at=(6.5, 8.9), result=True),
        op("D", "set", 0, at=(1.0, 3.8)), op("D", "cas", 0, 3, at=(4.5, 7.5), result=False),
    ]


# What is asked of an object, and whether that can be: (the claim, the object, linearizable?, the operations).
OPEN = op("A", "write", 1, at=(0,))
SMALL = [
    ("nothing was asked", REGISTER, True, []),
    ("a register holds what was written", REGISTER, True,
     [op("A", "write", 1, at=(0, 1)), op("B", "read", at=(2, 3), result=1)]),
    ("a read that misses a finished write is stale", REGISTER, False,
     [op("A", "write", 1, at=(0, 1)), op("B", "read", at=(2, 3), result=None)]),
    ("a read beside a write may miss it", REGISTER, True,
     [op("A", "write", 1, at=(0, 2)), op("B", "read", at=(1, 3), result=None)]),
    ("a read beside a write may see it", REGISTER, True,
     [op("A", "write", 1, at=(0, 2)), op("B", "read", at=(1, 3), result=1)]),
    ("what returns when another is called is beside it", REGISTER, True,
     [op("A", "write", 1, at=(0, 1)), op("B", "read", at=(1, 2), result=None)]),
    ("a client's own operations never are", REGISTER, False,
     [op("A", "write", 1, at=(0, 1)), op("A", "read", at=(1, 2), result=None)]),
    ("nobody reads the old value after somebody read the new one", REGISTER, False,
     [op("A", "write", 1, at=(0, 9)), op("B", "read", at=(1, 2), result=1), op("C", "read", at=(3, 4), result=None)]),
    ("a write of what is there already may yet act later", REGISTER, True,
     [op("A", "write", 1, at=(0, 1)), op("B", "write", 1, at=(2, 5)), op("C", "write", 2, at=(3, 9)),
      op("A", "read", at=(10, 11), result=1)]),
    ("what was never written is never read", REGISTER, False,
     [op("A", "write", 1, at=(0, 1)), op("B", "read", at=(0, 1), result=2)]),
    ("a write that never returned may act late", REGISTER, True,
     [OPEN, op("B", "read", at=(1, 2), result=None), op("B", "read", at=(3, 4), result=1)]),
    ("it may act early", REGISTER, True, [OPEN, op("B", "read", at=(1, 2), result=1)]),
    ("or never", REGISTER, True, [OPEN, op("B", "read", at=(1, 2), result=None)]),
    ("but once only", REGISTER, False,
     [OPEN, op("B", "write", 2, at=(1, 2)), *(op("B", "read", at=(3 + i, 3.5 + i), result=value)
                                              for i, value in enumerate((2, 1, 2)))]),
    ("and not before it was called", REGISTER, False,
     [op("B", "read", at=(0, 1), result=1), op("A", "write", 1, at=(2,))]),
    ("two that never returned may both act", COUNTER, True,
     [op("A", "increment", at=(0,)), op("B", "increment", at=(0,)), op("C", "read", at=(1, 2), result=2)]),
    ("and no third", COUNTER, False,
     [op("A", "increment", at=(0,)), op("B", "increment", at=(0,)), op("C", "read", at=(1, 2), result=3)]),
    ("it is known what became of a compare-and-set", CAS_REGISTER, False,
     [op("A", "write", 1, at=(0, 1)), op("B", "cas", 1, 2, at=(2, 3), result=False)]),
    ("of two of them, one wins", CAS_REGISTER, False,
     [op("A", "write", 1, at=(0, 1)), *(op(name, "cas", 1, 2, at=(2, 3), result=True) for name in "BC")]),
    ("ten operations of a lecture", CAS_REGISTER, False, lecture(2)),
    ("the same, with a last read of 4", CAS_REGISTER, True, lecture(4)),
    ("an increment is not lost", COUNTER, False,
     [op("A", "increment", at=(0, 2)), op("B", "increment", at=(0, 2)), op("A", "read", at=(3, 4), result=1)]),
    ("a counter counts down too", COUNTER, True,
     [op("A", "add", 5, at=(0, 1)), op("B", "decrement", at=(0, 1)), op("A", "read", at=(3, 4), result=4)]),
    ("a set holds what was added and not removed", SET, True,
     [op("A", "add", 1, at=(0, 3)), op("B", "add", 2, at=(0, 1)), op("B", "remove", 1, at=(2, 3)),
      op("A", "contains", 1, at=(4, 5), result=True), op("B", "read", at=(4, 5), result=frozenset({1, 2}))]),
    ("what was removed is gone", SET, False,
     [op("A", "add", 1, at=(0, 1)), op("B", "remove", 1, at=(2, 3)), op("A", "contains", 1, at=(4, 5), result=True)]),
    ("first in, first out", QUEUE, False,
     [op("A", "enqueue", 1, at=(0, 1)), op("A", "enqueue", 2, at=(2, 3)), op("B", "dequeue", at=(4, 5), result=2)]),
    ("nobody is served twice", QUEUE, False,
     [op("A", "enqueue", 1, at=(0, 1)), *(op(name, "dequeue", at=(2, 3), result=1) for name in "BC")]),
    ("an empty queue gives nothing", QUEUE, True,
     [op("A", "enqueue", 1, at=(0, 3)), op("B", "dequeue", at=(1, 2)), op("B", "dequeue", at=(4, 5), result=None)]),
    ("one holds the lock", LOCK, False, [op(name, "acquire", name, at=(0, 1), result=True) for name in "AB"]),
    ("who holds it gives it back", LOCK, True,
     [op("A", "acquire", "A", at=(0, 1), result=True), op("B", "acquire", "B", at=(2, 9), result=True),
      op("C", "release", "C", at=(3, 4), result=False), op("A", "release", "A", at=(5, 6), result=True)]),
    ("keys do not mind each other", KEY_VALUE, True,
     [op("A", "put", "x", 1, at=(0, 1)), op("B", "get", "y", at=(2, 3), result=None),
      op("B", "add", "y", 2, at=(4, 5), result=2), op("A", "get", "x", at=(6, 7), result=1)]),
    ("one bad key is enough", KEY_VALUE, False,
     [op("A", "put", "x", 1, at=(0, 1)), op("B", "get", "x", at=(2, 3), result=1),
      op("A", "add", "y", 1, at=(4, 5), result=1), op("B", "add", "y", 1, at=(6, 7), result=1)]),
]


def logs(collection):
    """The logs of a register with their verdicts: "register" are ours, "etcd" those of the Porcupine project."""
    folder = LOGS[collection]
    rows = [line.split("\t") for line in (folder / "verdicts.tsv").read_text().splitlines()]
    return [(name, CAS_REGISTER, expected == "true", read_jepsen((folder / name).read_text()))
            for name, expected in rows]


def answer(verdict):
    """Yes or no; None if it is unknown."""
    return None if verdict.status == "unknown" else bool(verdict)


def judge(history, spec):
    """The checker under test, with a limit that no case comes near."""
    return answer(linearizable(history, spec, configurations=5000))


def mismatches(checker, cases):
    """The claims on which a checker, (history, spec) -> yes, no or None, says yes for no or no for yes."""
    return [claim for claim, spec, expected, history in cases if checker(history, spec) is (not expected)]


# ---- what is known ---------------------------------------------------------------------------------------------------

@pytest.mark.parametrize(("spec", "expected", "history"), [case[1:] for case in SMALL], ids=[case[0] for case in SMALL])
def test_small_histories_are_judged_right(spec, expected, history):
    assert linearizable(history, spec).status == ("linearizable" if expected else "not linearizable")


@each_collection
def test_the_logs_of_a_register_are_judged_as_published(collection):
    """Of etcd's, 10 are linearizable and 40 are not; none needs more than a few thousand configurations."""
    answers = {claim: judge(history, spec) for claim, spec, _, history in logs(collection)}
    assert answers == {claim: expected for claim, _, expected, _ in logs(collection)}
    assert (len(answers), sum(answers.values())) == {"register": (12, 5), "etcd": (50, 10)}[collection]


@each_collection
def test_the_evidence_in_the_logs_can_be_replayed(collection):
    """The register answers so when it is asked in the order found; of what is refuted, in that of the beginning."""
    for _, spec, expected, history in logs(collection):
        verdict = linearizable(history, spec)
        order = verdict.orders[None] if expected else verdict.prefix
        assert len(set(order)) == len(order) > 10 and explains(order, spec)
        assert not any(must_precede(late, early, real_time=True) for early, late in combinations(order, 2))


@pytest.mark.parametrize("path", HISTORIES, ids=lambda path: path.stem)
def test_key_value_histories_are_judged_as_published(path):
    """Each key begins with the empty string; from nothing, even the good ones would be wrong."""
    history = read_edn(path.read_text())
    verdict = linearizable(history, KEY_VALUE.starting(""), configurations=5000)
    assert verdict.status == ("linearizable" if path.stem.endswith("ok") else "not linearizable")
    assert not linearizable(history, KEY_VALUE)


def test_the_lecture_s_history_can_be_ordered_in_ten_ways_if_the_last_read_gives_4():
    """Curriculum N35; as it stands, with a last read of 2, it has none."""
    assert len(set(linearizations(lecture(4), CAS_REGISTER))) == len([*linearizations(lecture(4), CAS_REGISTER)]) == 10
    assert [*linearizations(lecture(2), CAS_REGISTER)] == []


# ---- mutants: checkers with a mistake, none of which may live --------------------------------------------------------

def changed(keep=lambda one: True, **changes):
    """A checker that sees another history: only some of the operations, or these changed."""
    def checker(history, spec):
        seen = [replace(one, **{name: change(one) for name, change in changes.items()})
                for one in history if keep(one)]
        return judge(seen, spec)
    return checker


class Alike:
    """A state that cannot be told from others."""

    def __init__(self, state):
        self.state = state

    def __eq__(self, other):
        return True

    def __hash__(self):
        return 0


def remembers_places_only(history, spec):
    """Forgets that an object may be in different states after the same operations."""
    def step(state, call):
        after, result = spec.step(state.state, call)
        return Alike(after), result
    return judge(history, Spec(spec.name, Alike(spec.init), step))


MUTANTS = {
    "ignores reads": changed(lambda one: one.call[0] not in ("read", "get", "contains")),
    "ignores results": changed(result=lambda one: ANY),
    "drops open operations": changed(lambda one: one.returned is not None),
    "closes open operations at once": changed(
        returned=lambda one: one.invoked if one.returned is None else one.returned),
    "ignores real time": lambda history, spec: answer(sequential(history, spec, configurations=5000)),
    "orders nothing": changed(client=id, invoked=lambda one: 0, returned=lambda one: one.returned and 1),
    "remembers places only": remembers_places_only,
    "always true": lambda history, spec: True,
    "always false": lambda history, spec: False,
}


@pytest.mark.parametrize("mutant", MUTANTS)
def test_small_histories_tell_each_mutant_from_the_checker(mutant):
    assert mismatches(MUTANTS[mutant], SMALL) and not mismatches(judge, SMALL)


@each_collection
@pytest.mark.parametrize("mutant", MUTANTS)
def test_so_do_the_logs(mutant, collection):
    assert any(mismatches(MUTANTS[mutant], [case]) for case in logs(collection))


LOG = """
INFO  jepsen.util - 0 :invoke :write 1
INFO  jepsen.util - 0 :info :write :timed-out
INFO  jepsen.util - 1 :invoke :read nil
INFO  jepsen.util - 1 :ok :read nil
INFO  jepsen.util - 2 :invoke :cas [1 2]
INFO  jepsen.util - 2 :ok :cas [1 2]
INFO  jepsen.util - 3 :invoke :cas [1 3]
INFO  jepsen.util - 3 :fail :cas [1 3]
INFO  jepsen.util - 1 :invoke :read nil
INFO  jepsen.util - 1 :fail :read :timed-out
"""


def test_what_a_log_calls_info_stays_open():
    """A reader that closes it at that line would make the log impossible: 1 was not read, and yet replaced by 2."""
    assert linearizable(read_jepsen(LOG), CAS_REGISTER)
    assert not linearizable(read_jepsen(LOG.replace(":info", ":ok")), CAS_REGISTER)


def test_a_log_tells_what_was_asked_and_answered():
    assert [(one.client, one.call, one.returned, one.result) for one in read_jepsen(LOG)] == [
        ("0", ("write", 1), None, ANY), ("1", ("read",), 5, None), ("2", ("cas", 1, 2), 7, True),
        ("1", ("read",), 11, ANY)]


# What is asked, one after the other, how it ended, and whether that can be. The object holds nothing first.
FAILED = [
    ("a write that failed is not read", True, ["write 1 ok", "write 2 fail", "read 1 ok"]),
    ("and never will be", False, ["write 1 ok", "write 2 fail", "read 2 ok"]),
    ("a write whose end is unknown may be read", True, ["write 1 ok", "write 2 info", "read 2 ok"]),
    ("or not", True, ["write 1 ok", "write 2 info", "read 1 ok"]),
    ("a swap that failed has swapped nothing", True, ["write 1 ok", "cas 1-2 fail", "read 1 ok"]),
    ("whatever was to be swapped", False, ["write 1 ok", "cas 1-2 fail", "read 2 ok"]),
    ("a swap that matched may have failed for another reason", True, ["write 1 ok", "cas 1-2 fail", "cas 1-3 ok"]),
    ("and one that matched nothing cannot have gone well", False, ["write 1 ok", "cas 2-3 ok"]),
    ("a read that failed tells nothing", True, ["write 1 ok", "read 2 fail", "read 1 ok"]),
    ("a put that failed is not got", True, ['put "1" ok', 'put "2" fail', 'get "1" ok']),
    ("and never will be got", False, ['put "1" ok', 'put "2" fail', 'get "2" ok']),
    ("what failed to be appended is not there", True, ['put "1" ok', 'append "2" fail', 'get "1" ok']),
    ("and is not to be found later", False, ['put "1" ok', 'append "2" fail', 'get "12" ok']),
    ("what was appended is", True, ['put "1" ok', 'append "2" ok', 'get "12" ok']),
    ("a get that failed tells nothing", True, ['put "1" ok', 'get "2" fail', 'get "1" ok']),
]


def as_jepsen(process, kind, name, value):
    told = "nil" if (name, kind) == ("read", "invoke") else f"[{value.replace('-', ' ')}]" if name == "cas" else value
    return f"INFO  jepsen.util - {process} :{kind} :{name} {told}"


def as_edn(process, kind, name, value):
    told = "nil" if (name, kind) == ("get", "invoke") else value
    return f'{{:process {process}, :type :{kind}, :f :{name}, :key "x", :value {told}}}'


@pytest.mark.parametrize(("expected", "told"), [case[1:] for case in FAILED], ids=[case[0] for case in FAILED])
def test_what_failed_did_not_happen(expected, told):
    """Each is asked by another client, since one whose end is unknown asks no more."""
    line, read, spec = (as_edn, read_edn, KEY_VALUE) if '"' in told[0] else (as_jepsen, read_jepsen, CAS_REGISTER)
    log = [line(process, kind, name, value) for process, (name, value, end) in enumerate(map(str.split, told))
           for kind in ("invoke", end)]
    verdict = linearizable(read("\n".join(log)), spec)
    assert verdict.status == ("linearizable" if expected else "not linearizable")


def test_who_failed_may_ask_again():
    log = "0 :invoke :write 1\n0 :ok :write 1\n0 :invoke :write 2\n0 :fail :write 2\n" \
          "0 :invoke :write 3\n0 :ok :write 3\n1 :invoke :read nil\n1 :ok :read {}"
    assert linearizable(read_jepsen(log.format(3)), REGISTER) and not linearizable(read_jepsen(log.format(1)), REGISTER)
    assert [one.call for one in read_jepsen(log.format(3))] == [("write", 1), ("write", 3), ("read",)]


# ---- by force --------------------------------------------------------------------------------------------------------

def orders_by_force(history, spec, *, real_time=True):
    """All orders that explain a short history: every permutation of every choice of what never returned is tried."""
    closed = [one for one in history if one.returned is not None]
    opened = [one for one in history if one.returned is None]
    chosen = chain.from_iterable(combinations(opened, size) for size in range(len(opened) + 1))
    for order in chain.from_iterable(permutations([*closed, *more]) for more in chosen):
        pairs = combinations(order, 2)
        if not any(must_precede(late, early, real_time) for early, late in pairs) and explains(order, spec):
            yield order


def must_precede(one, other, real_time):
    if one.client == other.client:
        return (one.invoked, one.end) < (other.invoked, other.end)
    return real_time and (inf if one.returned is None else one.returned) < other.invoked


def explains(order, spec):
    """Does the object answer so if it is asked in this order?"""
    return all(map(fits, [one.result for one in order], spec.run(*(one.call for one in order))))


CALLS = {
    "register": (REGISTER, [("read",), ("read",), ("write", 1), ("write", 2)], (None, 1, 2)),
    "compare-and-set": (CAS_REGISTER, [("read",), ("cas", 1, 2), ("cas", 2, 1), ("write", 1)], (None, 1, 2)),
    "queue": (QUEUE, [("enqueue", 1), ("enqueue", 2), ("dequeue",), ("dequeue",)], (None, 1, 2)),
    "keys": (KEY_VALUE, [(name, key, *more) for name, *more in (("get",), ("put", 1), ("add", 1)) for key in "xy"],
             (None, 1, 2)),
}


def random_history(chance, calls, results):
    """Up to five operations of three clients; some never return, some answers are unknown, and some are wrong."""
    history, now = [], dict.fromkeys("ABC", 0)
    pick = lambda options: options[int(len(options) * chance.random())]           # noqa: E731
    for _ in range(pick((1, 2, 3, 4, 5, 5, 5))):
        client, call = pick(sorted(now)), pick(calls)
        invoked, result = now[client] + pick((0, 1, 2)), pick((ANY, *((True, False) if call[0] == "cas" else results)))
        if pick(range(8)) or len(now) == 1:
            now[client] = invoked + pick((1, 2, 5))
            history.append(op(client, *call, at=(invoked, now[client]), result=result))
        else:
            del now[client]
            history.append(op(client, *call, at=(invoked,)))
    return history


@pytest.mark.parametrize("kind", CALLS)
@pytest.mark.parametrize("question", [linearizable, sequential])
def test_the_verdict_is_that_of_trying_all_orders(question, kind):
    """300 histories each; and those that can be explained are explained by one of these orders."""
    (spec, calls, results), chance, answers = CALLS[kind], Random(f"{kind} by force"), []
    for _ in range(300):
        history = random_history(chance, calls, results)
        found = set(orders_by_force(history, spec, real_time=question is linearizable))
        verdict = question(history, spec)
        assert bool(verdict) == bool(found), history
        if spec is not KEY_VALUE:
            assert verdict.orders[None] in found if verdict else explains(verdict.prefix, spec)
        answers.append(bool(verdict))
    assert 50 <= sum(answers) <= 250, "both verdicts happen often"


def test_linearizations_are_all_orders_that_there_are():
    """Up to the last operation that returned; and of two open ones that ask the same, the later is not put first."""
    (spec, calls, results), chance, most = CALLS["register"], Random("all orders"), 0
    for _ in range(150):
        history = random_history(chance, calls, results)
        opened = [one.call for one in history if one.returned is None]
        if len(opened) == len(set(opened)):
            found = [*linearizations(history, spec)]
            forced = [order for order in orders_by_force(history, spec) if not order or order[-1].returned is not None]
            assert sorted(found, key=repr) == sorted(forced, key=repr)
            most = max(most, len(found))
    assert most >= 8


# ---- the evidence ----------------------------------------------------------------------------------------------------

def test_a_refusal_names_what_fits_nowhere_and_what_could_have_been_told():
    verdict = linearizable(lecture(2), CAS_REGISTER)
    assert verdict.culprit == op("B", "get", at=(7.85, 9.35), result=2)
    assert repr(verdict) == "not linearizable: B's get -> 2 fits nowhere: it could only be told 4"
    assert explains(verdict.prefix, CAS_REGISTER) and len(verdict.prefix) == 9


def test_the_longest_beginning_is_explained_and_no_longer_one_can_be():
    """What was asked by the time when the culprit returned cannot be ordered; what had returned before can."""
    for _, spec, _, history in (case for case in SMALL if not case[2] and case[1] is not KEY_VALUE):
        verdict = linearizable(history, spec)
        culprit, returns = verdict.culprit, sorted(history_of(history), key=lambda one: one.end)
        number = returns.index(culprit)
        before, later = returns[:number], [one for one in returns[number + 1:] if one.invoked < culprit.end]
        still_open = [replace(one, returned=None, result=ANY) for one in later]
        assert linearizable([*before, replace(culprit, returned=None, result=ANY), *still_open], spec)
        assert not linearizable([*before, culprit, *still_open], spec)
        assert explains(verdict.prefix, spec) and culprit not in verdict.prefix


def test_a_verdict_is_true_only_if_the_answer_is_yes():
    assert linearizable([]) and not linearizable(lecture(2), CAS_REGISTER)
    assert repr(linearizable(lecture(4), CAS_REGISTER)) == (
        "linearizable: 10 operations of 4 clients on a compare-and-set register")


def hard(count=14, key="x"):
    """Many writes at one time, and a read of what nobody wrote: all their orders have to be tried."""
    writes = [op(f"{key}{number}", "put", key, number, at=(0, 10)) for number in range(count)]
    return [*writes, op(f"{key} reader", "get", key, at=(20, 21), result="lost")]


@pytest.mark.parametrize(("limit", "why"), [
    ({"configurations": 10_000}, "gave up after 1[0-9],[0-9]{3} configurations, the limit"),
    ({"seconds": 0}, "gave up at the time limit, after [0-9,]+ configurations"),
])
@pytest.mark.parametrize("question", [linearizable, sequential])
def test_where_a_limit_is_reached_the_verdict_is_unknown(question, limit, why):
    """Not yes, and not no."""
    verdict = question(hard(), **limit)
    assert verdict.status == "unknown" and not verdict and verdict.culprit is None
    assert re.fullmatch(f"unknown: {why}", repr(verdict))


def test_with_many_keys_an_unknown_verdict_says_how_many_are_undecided():
    verdict = linearizable([*hard(), op("B", "put", "y", 1, at=(0, 1)), *hard(key="z")], configurations=10_000)
    assert repr(verdict).endswith("the limit, 2 keys undecided")
    assert set(verdict.orders) == {"y"}


def test_keys_are_searched_in_turns_and_the_first_bad_one_ends_the_search():
    """The first key alone takes more than a hundred thousand configurations; the last is refuted at once."""
    bad = [op("B", "put", "y", 1, at=(0, 1)), op("B", "get", "y", at=(2, 3), result=2)]
    verdict = linearizable([*hard(), *bad], configurations=50_000)
    assert repr(verdict) == "not linearizable: B's get 'y' -> 2 fits nowhere (key 'y'): it could only be told 1"
    assert verdict.configurations < 5000


def test_nothing_is_asked_of_an_object_once_it_is_known_to_be_bad():
    asked = []

    def step(state, call):
        asked.append(call)
        return KEY_VALUE.part.step(state, call)

    spec = replace(KEY_VALUE, part=replace(KEY_VALUE.part, step=step))
    bad = [op("B", "get", key, at=(2, 3), result=2) for key in "xyz"]
    assert not linearizable([replace(one, client=one.call[1]) for one in bad], spec)
    assert len(asked) <= 2, "one key is searched, and asked once more for what it could have said"


# ---- sequential consistency ------------------------------------------------------------------------------------------

def test_a_stale_read_is_sequentially_consistent_and_not_linearizable():
    stale = [op("A", "write", 1, at=(0, 1)), op("B", "read", at=(2, 3), result=None)]
    assert sequential(stale, REGISTER) and not linearizable(stale, REGISTER)


def test_a_client_that_goes_back_in_time_is_not_even_sequentially_consistent():
    back = [op("A", "write", 1, at=(0, 9)), *(op("B", "read", at=(time, time + 1), result=value)
                                              for time, value in ((1, 1), (3, None)))]
    assert repr(sequential(back, REGISTER)) == (
        "not sequentially consistent: an order explains 2 operations at most, and what comes next does not fit: "
        "B's read -> None")


def test_two_objects_may_be_sequentially_consistent_each_and_not_together():
    """Each client writes one and then does not see what the other wrote [Attiya and Welch 1994 show the like]."""
    both = [op("A", "put", "x", 1, at=(0, 1)), op("A", "get", "y", at=(2, 3), result=None),
            op("B", "put", "y", 1, at=(0, 1)), op("B", "get", "x", at=(2, 3), result=None)]
    for key in "xy":
        assert sequential([one for one in both if one.call[1] == key])
    verdict = sequential(both)
    assert verdict.status == "not sequentially consistent" and verdict.culprit is None
    assert len(verdict.prefix) == 3 and not linearizable(both)


# ---- what is no history ----------------------------------------------------------------------------------------------

@pytest.mark.parametrize(("history", "why"), [
    ([op("A", "read", at=(3, 1))], "A's read -> ANY returned at 1, before it was invoked at 3"),
    ([op("A", "read", at=(0, 3)), op("A", "read", at=(1, 2))], "a client has one operation open at a time"),
    ([op("A", "read", at=(0,)), op("A", "read", at=(1, 2))], "while A's read (never returned) was still open"),
])
def test_what_cannot_have_happened_is_malformed_and_not_judged(history, why):
    for question in (linearizable, sequential):
        with pytest.raises(Malformed, match=re.escape(why.replace(" -> ANY", ""))):
            question(history, REGISTER)


@pytest.mark.parametrize(("text", "why"), [
    ("x - 0 :ok :read 1", "process 0 returns from a read (line 1) that it never invoked"),
    ("x - 0 :invoke :read nil\nx - 0 :ok :write 1", "process 0 invoked ('read',) and returns from a write (line 2)"),
    ("x - 0 :invoke :read nil\nx - 0 :invoke :read nil", "(line 2) while its ('read',) is open"),
    ("hello", "line 1 of the log is 'hello', expected: process :invoke :read nil"),
])
def test_a_log_that_contradicts_itself_is_malformed(text, why):
    with pytest.raises(Malformed, match=re.escape(why)):
        read_jepsen(text)


def test_the_escapes_in_a_string_of_edn_are_read():
    written = r'"a \"b\"\n\u5171\\"'
    put, = read_edn(f'{{:process 0, :type :invoke, :f :put, :key "x", :value {written}}}')
    assert put.call == ("put", "x", 'a "b"\n共\\')
    with pytest.raises(Malformed, match="expected a string of EDN"):
        read_edn(r'{:process 0, :type :invoke, :f :put, :key "\q", :value "1"}')


def test_a_line_of_edn_that_lacks_something_is_malformed():
    with pytest.raises(Malformed, match="line 1 of the log lacks 'key'"):
        read_edn('{:process 0, :type :invoke, :f :get, :value nil}')


@pytest.mark.parametrize(("history", "options", "why"), [
    (3, {}, "expected a Trace or a list of operations, not 3"),
    ([3], {}, "3 is not an operation: expected Operation(client, call, invoked, returned, result)"),
    ([Operation("A", "read", 0, 1)], {}, "'read' is not a call: expected a tuple such as ('write', 3), or a message"),
    ([op("A", "read", at=("0", 1))], {}, "A's read: '0' is not a moment in time: expected a number"),
    ([op("A", "write", [1], at=(0, 1))], {}, "A's write [1]: unhashable type: 'list'; arguments are plain constants"),
    ([op("A", "raed", at=(0, 1))], {}, "a register knows read and write value; it does not know ('raed',)"),
    ([op("A", "get", at=(0, 1))], {"spec": KEY_VALUE}, "('get',) lacks a key: a call to an object with keys names one"),
    ([], {"spec": "register"}, "'register' is not a specification: expected a Spec, such as REGISTER"),
    ([], {"seconds": "1"}, "seconds='1' is not a limit: expected a number"),
    ([], {"configurations": -1}, "configurations=-1 is not a limit: expected a number"),
])
def test_bad_input_is_refused_in_a_sentence(history, options, why):
    for question in (linearizable, sequential):
        with pytest.raises(DslabError, match=re.escape(why)):
            question(history, **{"spec": REGISTER} | options)


def test_a_specification_of_one_s_own_keeps_its_states_in_constants():
    with pytest.raises(DslabError, match=re.escape("[] cannot be the state of a stack: a state never changes")):
        Spec("stack", [], None)
    grows = Spec("stack", (), lambda state, call: ([*state, call], ANY))
    with pytest.raises(DslabError, match="cannot be the state of a stack"):
        linearizable([op("A", "push", at=(0, 1))], grows)


# ---- histories of runs -----------------------------------------------------------------------------------------------

STALE = [at(400, request("alice", Put("x", 1))), at(600, partition(("A", "alice"), ("B", "C", "bob"))),
         at(900, request("bob", Put("x", 2))), at(1300, request("alice", Get("x")))]


def test_a_leader_that_was_deposed_and_answers_from_memory_is_found_out():
    """Bob has overwritten what alice reads. Raft does not answer her, and what was not answered can be explained."""
    stale, raft = (simulate(service(protocol, clients=("alice", "bob"), script=STALE, seed=3, duration=1400))
                   for protocol in (LocalRead, Raft))
    assert repr(dslab.linearizable(stale)) == (
        "not linearizable: user 3's get 'x' -> 1 fits nowhere (key 'x'): it could only be told 2")
    assert dslab.linearizable(raft)
    assert sequential(stale), "real time between clients is what it lacks"


def test_a_trace_read_back_from_its_file_gives_the_same_verdict():
    trace = simulate(service(LocalRead, clients=("alice", "bob"), script=STALE, seed=3, duration=1400))
    assert repr(linearizable(Trace.from_json(trace.to_json()))) == repr(linearizable(trace))


def test_a_request_is_a_call():
    assert [call_of(msg) for msg in (Put("x", 1), Add("x", 2), Get("x"), ("read",))] == [
        ("put", "x", 1), ("add", "x", 2), ("get", "x"), ("read",)]


def troubled(seed):
    """Two clients that share two keys, while servers crash and are cut off, each at moments that the seed draws."""
    chance = Random(f"troubles {seed}")
    pick = lambda options: options[int(len(options) * chance.random())]           # noqa: E731
    script = []
    for time in range(400, 2000, 80):
        asked = pick((Put("x", time), Put("y", time), Add("n", 1), Get("x"), Get("y"), Get("n")))
        script.append(at(time, request(pick(("alice", "bob")), asked)))
    for time in (500, 1000, 1500):
        name = pick("ABC")
        what, cure = pick(((crash(name), recover(name)), (isolate(name), heal())))
        script += [at(time + int(100 * chance.random()), what), at(time + 150 + int(200 * chance.random()), cure)]
    return script


def test_raft_is_linearizable_under_faults_for_a_hundred_seeds():
    answered = opened = 0
    for seed in range(100):
        trace = simulate(service(Raft, clients=("alice", "bob"), script=troubled(seed), seed=seed, duration=2060),
                         states=False)
        assert linearizable(trace).status == "linearizable", f"seed {seed}"
        assert set(trace.faults) & {"crash", "isolate"}
        answered += sum(one.returned is not None for one in history_of(trace))
        opened += sum(one.returned is None for one in history_of(trace))
    assert answered > 1500 and opened

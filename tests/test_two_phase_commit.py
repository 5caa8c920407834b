"""Two-phase commit never splits a decision, blocks when its coordinator stays down, and costs what is published."""

import pytest

from dslab import Network, at, crash, explore, exponential, judge, recover, search, set_link, simulate
from dslab.experiments.commit_costs import COORDINATOR, Cost, cost_table, two_phase_cost
from dslab.protocols import two_phase_commit, two_phase_variants
from dslab.protocols.two_phase_commit import (
    ABORTED,
    B_WAS_NOT_TOLD,
    C_OBJECTS,
    COMMITTED,
    PROMISES,
    RECOVERY,
    RESTARTS,
    SAFETY,
    TERMINATION,
    UNDECIDED,
    Ask,
    Commit,
    Coordinator,
    Decision,
    Participant,
    Prepare,
    Vote,
    a_commit_needs_a_yes_of_all,
    a_decision_never_changes,
    all_decide,
    commit,
    locks_are_held_until_the_decision,
    nobody_commits_what_another_aborts,
)
from dslab.protocols.two_phase_variants import (
    AbortsToBeSafe,
    AsksAgain,
    Cooperative,
    DecidesBeforeWriting,
    Forgetful,
    Hopeful,
    PresumedAbort,
    SilentAfterForgetting,
    UnlocksEarly,
)
from dslab.testing import fire, notes, outputs, receive, replies, request, sent, start, timers
from dslab.testing import recover as restart

DEMOS = two_phase_commit.DEMOS | two_phase_variants.DEMOS
TWO = commit(names="AB")
BOTH_VOTE = ("request 1", "deliver coordinator->A#1", "deliver coordinator->B#1")
WINDOW = (*BOTH_VOTE, "crash coordinator")
CASES = {"plain": (Coordinator, Participant), "ask each other": (Coordinator, Cooperative),
         "ask again": (Coordinator, AsksAgain), "presumed abort": (PresumedAbort, AsksAgain)}
each_case = pytest.mark.parametrize("classes", CASES.values(), ids=CASES)


def decided(trace) -> dict[str, str]:
    return {output.node: output.values[0] for output in trace.outputs("decide")}


def broken(trace) -> list[str]:
    return [verdict.promise.name for verdict in judge(trace, PROMISES) if verdict.status == "broken"]


def coordinator(cls=Coordinator, **state):
    return start(cls, "coordinator", peers="AB", **state)


def participant(cls=Participant, **state):
    """B; the first node, A, coordinates, and C is the other participant."""
    return start(cls, "B", peers="AC", **state)


# ---- the coordinator ---------------------------------------------------------------------------------------

def test_all_are_asked_and_a_timer_limits_the_wait():
    node = coordinator()
    request(node, Commit())
    assert sent(node) == [("A", Prepare()), ("B", Prepare())] and timers(node) == {"patience": (100, 100)}


def test_it_commits_when_all_have_voted_yes_and_not_before():
    node = coordinator()
    request(node, Commit())
    receive(node, Vote(True), src="A")
    receive(node, Vote(True), src="A")
    assert sent(node) == [] and outputs(node) == []
    receive(node, Vote(True), src="B")
    assert node.log == [COMMITTED] and outputs(node) == [("decide", COMMITTED)]
    assert sent(node, Decision) == [("A", Decision(COMMITTED)), ("B", Decision(COMMITTED))]
    assert replies(node) == [("alice", COMMITTED)]


def test_one_no_is_enough_to_abort():
    node = coordinator()
    request(node, Commit())
    receive(node, Vote(False), src="B")
    assert node.log == [ABORTED] and replies(node) == [("alice", ABORTED)]
    receive(node, Vote(True), src="A")
    assert sent(node) == [] and notes(node) == ["has decided already"]


def test_while_it_is_undecided_its_time_out_aborts():
    node = coordinator()
    request(node, Commit())
    receive(node, Vote(True), src="A")
    fire(node, "patience")
    assert outputs(node) == [("suspect", "B"), ("decide", ABORTED)]


def test_after_a_restart_it_tells_its_decision_again_or_aborts():
    node = restart(coordinator(log=[COMMITTED]))
    assert sent(node, Decision) == [("A", Decision(COMMITTED)), ("B", Decision(COMMITTED))]
    node = restart(coordinator())
    assert node.log == [ABORTED] and sent(node, Decision) == [("A", Decision(ABORTED)), ("B", Decision(ABORTED))]


def test_a_question_is_answered_once_it_has_decided():
    node = coordinator()
    receive(node, Ask(), src="A")
    assert sent(node) == [] and notes(node) == ["does not know either"]
    request(node, Commit())
    receive(node, Vote(False), src="B")
    receive(node, Ask(), src="A")
    assert sent(node) == [("A", Decision(ABORTED))]


def test_who_asks_for_a_commit_again_hears_what_was_decided():
    node = coordinator(log=[COMMITTED])
    node = restart(node)
    request(node, Commit(), client="bob")
    assert replies(node) == [("bob", COMMITTED)] and sent(node) == []


def test_with_presumed_abort_an_abort_is_not_written_and_the_unknown_is_aborted():
    """Mohan, Lindsay and Obermarck (1986)."""
    node = coordinator(PresumedAbort)
    request(node, Commit())
    receive(node, Vote(False), src="B")
    assert node.log == [] and sent(node, Decision) == [("A", Decision(ABORTED)), ("B", Decision(ABORTED))]
    node = restart(node)
    assert sent(node) == [] and node.log == []
    receive(node, Ask(), src="A")
    assert sent(node) == [("A", Decision(ABORTED))]
    node = coordinator(PresumedAbort)
    receive(node, Ask(), src="A")
    assert sent(node) == [("A", Decision(ABORTED))]
    assert restart(coordinator(PresumedAbort, log=[COMMITTED])).role == COMMITTED


# ---- a participant -----------------------------------------------------------------------------------------

def test_its_yes_is_on_disk_when_it_is_sent_and_its_lock_is_held():
    node = participant()
    receive(node, Prepare(), src="A")
    assert sent(node) == [("A", Vote(True))]
    assert (node.log, node.role, node.lock) == (["yes"], "prepared", "held")


def test_a_no_is_an_abort_and_needs_no_write():
    node = participant(willing=False)
    receive(node, Prepare(), src="A")
    assert sent(node) == [("A", Vote(False))]
    assert (node.log, node.role, node.lock) == ([], ABORTED, "free")


def test_before_its_yes_it_may_abort_alone_and_then_never_votes_yes():
    node = participant()
    fire(node, "patience")
    assert node.role == ABORTED and sent(node) == []
    receive(node, Prepare(), src="A")
    assert sent(node) == [("A", Vote(False))]


def test_after_its_yes_it_only_asks():
    node = participant()
    receive(node, Prepare(), src="A")
    fire(node, "patience")
    assert sent(node) == [("A", Ask())] and node.role == "prepared" and timers(node) == {}


def test_the_first_decision_that_it_hears_frees_its_lock():
    node = participant()
    receive(node, Prepare(), src="A")
    receive(node, Decision(COMMITTED), src="A")
    assert (node.role, node.lock) == (COMMITTED, "free")
    receive(node, Decision(COMMITTED), src="A")
    assert outputs(node) == []


def test_after_a_restart_a_yes_on_disk_still_binds_it():
    node = participant()
    receive(node, Prepare(), src="A")
    node = restart(node)
    assert (node.role, node.lock) == ("prepared", "held") and sent(node) == [("A", Ask())]
    assert restart(participant()).role == ABORTED


def test_a_cooperative_one_aborts_if_it_is_asked_before_its_vote_and_tells_what_it_knows():
    """Bernstein, Hadzilacos and Goodman (1987), section 7.4."""
    node = participant(Cooperative)
    receive(node, Ask(), src="C")
    assert node.role == ABORTED and sent(node) == [("C", Decision(ABORTED))]
    node = participant(Cooperative)
    receive(node, Prepare(), src="A")
    receive(node, Ask(), src="C")
    assert sent(node) == [] and notes(node) == ["does not know either"]
    fire(node, "patience")
    assert sent(node) == [("A", Ask()), ("C", Ask())]


# ---- runs --------------------------------------------------------------------------------------------------

@pytest.mark.parametrize(("name", "outcome"), [
    ("B restarts", {COMMITTED}), ("A begins", {COMMITTED}), ("C votes no", {ABORTED}), ("C is not asked", {ABORTED}),
    ("the coordinator restarts", {ABORTED}), ("participants ask each other", {COMMITTED}), ("B asks later", {ABORTED})])
def test_these_end_with_one_decision_of_all(name, outcome):
    trace = simulate(DEMOS[name])
    assert set(decided(trace)) == set(trace.nodes) and set(decided(trace).values()) == outcome and not broken(trace)


@pytest.mark.parametrize(("name", "knows"), [
    ("the coordinator crashes", set()), ("all have voted yes", set()), ("only A was told", {"coordinator", "A"})])
def test_these_block(name, knows):
    trace = simulate(DEMOS[name])
    assert set(decided(trace)) == knows and broken(trace) == [TERMINATION.name]
    assert {node: trace.state_at(-1)[node]["lock"] for node in "BC"} == {"B": "held", "C": "held"}


@pytest.mark.parametrize(("name", "sentence"), [
    ("abort to be safe", "A has committed, and B has aborted"),
    ("told, then written", "coordinator has committed, and now it has aborted"),
    ("what was undecided is forgotten", "A has voted yes, and waits for the decision for ever"),
    ("silence is a yes", "coordinator has committed, and C has not voted yes"),
    ("locks until the vote", "A has released its lock, and does not know the decision"),
    ("no answer", "B has voted yes, and waits for the decision for ever")])
def test_each_wrong_variant_has_a_run_that_shows_it(name, sentence):
    assert sentence in [verdict.sentence for verdict in judge(simulate(DEMOS[name]), PROMISES)]


def test_the_same_runs_are_right_without_the_mistake():
    for script, initial in ((B_WAS_NOT_TOLD, C_OBJECTS), ([*UNDECIDED, RESTARTS], {})):
        assert not broken(simulate(commit(script=script, initial=initial)))
        assert not broken(simulate(commit(PresumedAbort, AsksAgain, script=script, initial=initial)))


# ---- what it costs -----------------------------------------------------------------------------------------

@pytest.mark.parametrize("n", range(2, 9))
def test_a_commit_costs_what_gray_and_lamport_say(n):
    """N31. A participant begins; neither the client's request nor the answer to it is counted."""
    assert two_phase_cost(n) == Cost(messages=3 * n - 1, delays=4, writes=n + 1)
    assert two_phase_cost(n, shared=True) == Cost(messages=3 * n - 3, delays=3, writes=n + 1)
    assert two_phase_cost(n, first=COORDINATOR) == Cost(messages=3 * n, delays=3, writes=n + 1)


def test_five_participants_take_14_messages_or_12():
    """N31."""
    assert (two_phase_cost(5).messages, two_phase_cost(5, shared=True).messages) == (14, 12)
    assert cost_table().splitlines()[1].split()[3:] == ["14", "(14)", "4", "(4)", "6", "(6)"]


def test_presumed_abort_saves_the_write_of_an_abort():
    def writes(cls):
        return sum("log" in step.changes for step in simulate(commit(cls, initial=C_OBJECTS)))
    assert (writes(Coordinator), writes(PresumedAbort)) == (3, 2)


# ---- all orders of events ----------------------------------------------------------------------------------

@pytest.mark.parametrize(("run", "faults", "states"), [
    (TWO, {"crashes": 1, "recoveries": 1}, 85358),
    (TWO, {"crashes": 1, "drops": 1}, 48941),
    (commit(names="AB", first="A"), {"crashes": 2, "recoveries": 1}, 35564),
    (commit(participant=Cooperative, names="AB"), {"crashes": 1}, 99813),
    (commit(PresumedAbort, names="AB"), {"crashes": 1, "recoveries": 1}, 67426),
], ids=["crash and restart", "crash and loss", "A begins", "ask each other", "presumed abort"])
def test_a_decision_is_never_split(run, faults, states):
    found = explore(run, [*SAFETY, all_decide], **faults, progress=False)
    assert found and found.status == "explored completely" and found.states == states


def test_after_a_restart_of_whoever_crashed_nobody_waits():
    found = explore(TWO, [RECOVERY], crashes=1, recoveries=1, progress=False)
    assert found and found.status == "explored completely" and found.states == 85358


@pytest.mark.parametrize(("classes", "names", "states"), [
    ((Coordinator, Participant), "AB", 36), ((Coordinator, Participant), "ABC", 216),
    ((Coordinator, Cooperative), "AB", 100), ((Coordinator, Cooperative), "ABC", 5832)])
def test_it_blocks_if_the_coordinator_crashes_for_good_when_all_have_voted_yes(classes, names, states):
    """From there, no order of events lets anybody decide: asking each other does not help."""
    window = ["request 1", *(f"deliver coordinator->{name}#1" for name in names), "crash coordinator"]
    found = explore(commit(*classes, names=names), [all_decide], after=window, crashes=1, progress=False)
    assert found.status == "explored completely" and found.states == states
    assert found.verdicts[0].status == "broken" and found.verdicts[0].sentence == "it never happens"


@pytest.mark.parametrize(("classes", "happens"), [
    ((Coordinator, AsksAgain), True), ((PresumedAbort, AsksAgain), True), ((SilentAfterForgetting, AsksAgain), False)])
def test_a_restart_ends_the_wait_unless_questions_stay_unanswered(classes, happens):
    found = explore(commit(*classes, names="AB"), [all_decide], after=[*WINDOW, "recover coordinator"],
                    crashes=1, recoveries=1, timers={"patience": 4}, progress=False)
    assert bool(found) is happens


def test_explore_finds_that_termination_is_not_kept():
    found = explore(TWO, [TERMINATION], crashes=1, progress=False)
    assert found.verdicts[0].sentence == "B has voted yes, and waits for the decision for ever"


@pytest.mark.parametrize(("classes", "promise", "moves", "sentence"), [
    ((Coordinator, AbortsToBeSafe), nobody_commits_what_another_aborts, 6,
     "coordinator has committed, and A has aborted"),
    ((DecidesBeforeWriting, Participant), a_decision_never_changes, 7,
     "coordinator has committed, and now it has aborted"),
    ((Forgetful, Participant), RECOVERY, 10, "B has voted yes, and waits for the decision for ever"),
    ((Hopeful, Participant), a_commit_needs_a_yes_of_all, 2, "coordinator has committed, and A has not voted yes"),
    ((Coordinator, UnlocksEarly), locks_are_held_until_the_decision, 2,
     "A has released its lock, and does not know the decision"),
    ((SilentAfterForgetting, Participant), RECOVERY, 10, "B has voted yes, and waits for the decision for ever"),
])
def test_explore_finds_each_wrong_variant_by_a_shortest_run(classes, promise, moves, sentence):
    found = explore(commit(*classes, names="AB"), [promise], crashes=1, recoveries=1, progress=False)
    assert (found.moves[promise.name], found.verdicts[0].sentence) == (moves, sentence)


# ---- at random ---------------------------------------------------------------------------------------------

@each_case
@pytest.mark.sample(60, 500)
def test_no_schedule_of_faults_splits_a_decision(classes, sample):
    assert search(commit(*classes, duration=600), SAFETY, seeds=sample, progress=False)


@pytest.mark.parametrize("classes", [CASES["ask again"], CASES["presumed abort"]], ids=["ask again", "presumed abort"])
@pytest.mark.sample(60, 500)
def test_who_asks_again_decides_once_messages_arrive_and_all_are_up(classes, sample):
    for seed in sample:
        victim = (COORDINATOR, "A", "B", "C")[seed % 4]
        rough = Network(latency=exponential(10, least=1), loss=0.3)
        run = commit(*classes, network=rough, seed=seed, duration=3000, script=[
            at(20 + seed % 40, crash(victim)), at(300, recover(victim)), at(500, set_link(loss=0))])
        assert set(decided(simulate(run))) >= set("ABC"), seed

"""Two generals: no number of messengers is enough."""

from math import sqrt

import pytest

from dslab.experiments.messenger_losses import RULES, failures, losing, loss_table, patterns, story
from dslab.model_checker.explore import explore
from dslab.properties import judge
from dslab.protocols.two_generals import (
    ATTACKS,
    PLAN,
    PROMISES,
    AtOnce,
    both_attack_or_neither,
    generals,
    knowledge,
    last_needed,
    messenger,
    nobody_attacks_without_the_plan,
)
from dslab.simulator.simulate import simulate

MANY = range(2, 8)


def verdict(run, promise):
    return judge(simulate(run), [promise])[0]


# ---- what messages can do ----------------------------------------------------------------------------------------

@pytest.mark.parametrize("messengers", MANY)
def test_each_message_that_arrives_makes_its_receiver_know_one_thing_more(messengers):
    """So many messages, so many levels; what comes next is known to neither [Halpern and Moses 1990]."""
    after = simulate(generals(messengers)).state_at(-1)
    last, other = "BA" if messengers % 2 else "AB"
    assert after[last]["knows"][-1] == knowledge(other, last, messengers)
    assert after[other]["knows"][-1] == knowledge(last, other, messengers - 1)


def test_what_a_general_knows_can_be_read():
    after = simulate(generals(2)).state_at(-1)
    assert after["A"]["knows"] == [PLAN, "B knows the plan", "B knows that A knows the plan"]
    assert after["B"]["knows"] == [PLAN, "A knows the plan"]


def test_the_story_tells_what_each_message_teaches():
    assert story(simulate(losing(generals(3, last_needed(3)), [3]))).splitlines() == [
        "20 ms: B hears message 1 and knows that A knows the plan",
        "40 ms: A hears message 2 and knows that B knows that A knows the plan", "500 ms: A attacks", "500 ms: B stays"]


@pytest.mark.parametrize("messengers", MANY)
def test_a_general_only_knows_what_is_so(messengers):
    """What X is said to know stands among what X does know, after every step of every pattern of loss."""
    for number in range(messengers + 1):
        trace = simulate(losing(generals(messengers), [number] if number else []))
        for step in range(len(trace)):
            knows = {node: state["knows"] for node, state in trace.state_at(step).items()}
            for node, other in ("AB", "BA"):
                said = (fact.removeprefix(f"{other} knows ").removeprefix("that ") for fact in knows[node][1:])
                assert all(fact in knows[other] or fact.startswith(f"{other} knows") for fact in said)


def test_to_lose_a_message_and_to_lose_the_answer_look_the_same_to_its_sender():
    """The reason that A cannot do better: the two runs differ, and A's states do not."""
    first, second = (simulate(losing(generals(3), [lost])) for lost in (1, 2))
    assert first.state_at(-1)["A"] == second.state_at(-1)["A"]
    assert first.state_at(-1)["B"] != second.state_at(-1)["B"]


# ---- all patterns of loss ----------------------------------------------------------------------------------------

@pytest.mark.parametrize("messengers", MANY)
@pytest.mark.parametrize("rule", RULES)
def test_for_every_number_of_messages_a_pattern_of_loss_leaves_one_alone(rule, messengers):
    """All 2^k patterns: one general attacks alone iff the first message lost is one that one of them needs only."""
    needs = RULES[rule](messengers)
    found = list(patterns(messengers, needs))
    low, high = sorted(needs.values())
    assert len({pattern.lost for pattern in found}) == len(found) == 2 ** messengers
    assert [pattern.lost for pattern in found if pattern.fails] == [
        pattern.lost for pattern in found if pattern.lost and low < pattern.lost[0] <= high]
    assert any(pattern.fails for pattern in found)


@pytest.mark.parametrize("messengers", MANY)
def test_the_most_careful_rule_fails_if_just_the_last_message_is_lost(messengers):
    alone = [pattern for pattern in patterns(messengers, last_needed(messengers)) if pattern.fails]
    assert [pattern.lost for pattern in alone] == [(messengers,)]
    assert alone[0].attacking == (("B",) if messengers % 2 == 0 else ("A",))


def test_every_rule_that_lets_both_attack_has_a_pattern_that_breaks_it():
    """Not only the three rules of the table: whatever message each of them waits for."""
    for messengers in (1, 2, 3, 4, 5):
        for a in range(0, messengers + 1, 2):
            for b in range(1, messengers + 1, 2):
                run = generals(messengers, {"A": a, "B": b})
                assert len(simulate(run).outputs(ATTACKS)) == 2
                assert verdict(losing(run, [max(a, b)]), both_attack_or_neither).status == "broken"


def test_to_know_the_plan_is_needed_to_attack():
    for run in (generals(3), losing(generals(3), [1]), generals(1, protocol=AtOnce, copies=3)):
        assert verdict(run, nobody_attacks_without_the_plan)


def test_a_network_without_a_bound_needs_no_loss_to_leave_one_alone():
    assert not explore(generals(4, last_needed(4)), [both_attack_or_neither])
    assert explore(generals(4, last_needed(4)), PROMISES[1:])


def test_the_table_says_which_message_matters():
    lines = loss_table(4).splitlines()
    assert " ".join(lines[-1].split()[-8:]) == "4 16 1 message 4: B attacks alone"
    assert len(lines) == 1 + 4 + 3 + 4


@pytest.mark.parametrize(("copies", "runs"), [(1, 2000), (2, 2000), (5, 4000)])
def test_copies_make_failure_rare_and_never_impossible(copies, runs):
    """N6: p^k, 0.3^5 = 0.00243; within 3 standard deviations."""
    chance = 0.3 ** copies
    found = failures(copies, 0.3, runs)
    assert abs(found - runs * chance) <= 3 * sqrt(runs * chance * (1 - chance)) and found > 0


def test_messengers_are_named_by_number():
    assert [messenger(number) for number in (1, 2, 3, 4)] == ["A->B#1", "B->A#1", "A->B#2", "B->A#2"]

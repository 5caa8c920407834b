"""Byzantine generals: OM(m), SM(m), all that traitors can say, and how many generals are needed."""

from itertools import islice

import pytest

from dslab import ProtocolError, at, delay, drop, explore, judge, request, simulate
from dslab.charts.recursion_tree import opinions, placed, recursion_tree, words
from dslab.checkers.indistinguishable import first_distinction, same_view
from dslab.experiments.byzantine_strategies import (
    BOTH,
    SILENCE,
    SUBSETS,
    all_runs,
    all_say,
    attack,
    broken,
    census,
    counted,
    forged,
    message_table,
    messages,
    outline,
    places,
    recursion,
    sampled_runs,
)
from dslab.experiments.fault_thresholds import EXAMPLES, FAILURES, NEVER, RESILIENCE, example_table, examples_of, least
from dslab.protocols.byzantine import (
    ATTACK,
    FIGURE_1,
    FIGURE_2,
    FIGURE_3,
    FIGURE_4,
    IC1,
    IC2,
    PROMISES,
    RETREAT,
    Lie,
    Trusting,
    council,
    says,
)
from dslab.protocols.signed_messages import FIGURE_5, Forger, Signed, signed
from dslab.values import DslabError


def obeyed(run):
    """What each loyal lieutenant obeys."""
    return {output.node: output.values[0] for output in simulate(run).outputs("obey")}


def counts(found):
    """The number of runs, and of those that violate IC1 and IC2."""
    return found.runs, *(len(runs) for runs in found.violations.values())


# ---- how many messages ------------------------------------------------------------------------------------------

@pytest.mark.parametrize(("generals", "m", "number"), [(4, 1, 9), (7, 2, 156), (10, 3, 3609)])
def test_om_takes_as_many_messages_as_the_formula_says(generals, m, number):
    """N7: M(n, m) = (n - 1)(1 + M(n - 1, m - 1)), counted in simulated runs."""
    assert counted(generals, m) == messages(generals, m) == number


def test_thirteen_generals_need_more_than_a_hundred_thousand_messages():
    """N7, by the formula alone."""
    assert messages(13, 4) == 108_384
    assert message_table([(4, 1), (13, 4)]).splitlines()[1:] == [
        "       4         1           9        9", "      13         4     108,384        –"]


# ---- OM(1), all that one traitor can say ------------------------------------------------------------------------

@pytest.mark.parametrize(("generals", "runs", "violations"), [(3, 16, 2), (4, 40, 0), (5, 96, 0)])
def test_one_traitor_among_three_is_too_many_and_among_four_is_not(generals, runs, violations):
    """N8: OM(1), binary orders, one traitor, silence is RETREAT; violations are of IC2 [sections 2 and 3]."""
    assert counts(census(all_runs(generals))) == (runs, 0, violations)


def test_the_runs_of_the_census_are_all_different_behaviours():
    for generals, number in ((3, 16), (4, 40), (5, 96)):
        assert len({run.to_json() for run in all_runs(generals)}) == number


def test_the_two_violations_are_a_lieutenant_who_turns_attack_into_retreat():
    found = census(all_runs(3)).violations["IC2"]
    assert [run.initial[traitor]["lies"] for run, traitor in zip(found, "BC", strict=True)] == [
        says("AB", C=RETREAT), says("AC", B=RETREAT)]
    assert {run.initial["A"]["order"] for run in found} == {ATTACK}
    verdict, = judge(simulate(found[1]), [IC2])
    assert verdict.sentence == "the loyal commander says attack, and B obeys retreat"


def test_silence_does_no_more_harm_than_lies():
    """A missing word counts as RETREAT: 27 + 27 behaviours of a commander, 3 x 9 x 2 of a lieutenant."""
    assert counts(census(all_runs(4, says=(*BOTH, SILENCE)))) == (108, 0, 0)
    assert obeyed(council(4, traitors={"A": dict.fromkeys(places("ABCD", 1, "A"))})) == dict.fromkeys("BCD", RETREAT)


def test_three_generals_lose_whichever_way_they_decide_in_doubt():
    """To trust the commander instead saves IC2 and breaks IC1: two orders of a traitor, in 2 x 2 runs."""
    assert counts(census(all_runs(3, protocol=Trusting))) == (16, 4, 0)
    assert counts(census(all_runs(4, protocol=Trusting)))[1:] == (0, 0)


# ---- the figures of the paper -----------------------------------------------------------------------------------

def test_a_lieutenant_cannot_tell_who_of_two_is_the_traitor():
    """Figures 1 and 2: B's view is the same, character by character, and C's is not."""
    one, other = simulate(FIGURE_1), simulate(FIGURE_2)
    assert same_view(one, other, "B") and not same_view(one, other, "C")
    assert first_distinction(one, other, "C")
    assert broken(FIGURE_1) == ("IC2",) and broken(FIGURE_2) == ()


def test_what_must_be_obeyed_in_figure_1_divides_the_lieutenants_in_figure_2():
    """B must attack in figure 1; it sees the same in figure 2, where C, by the same rule, must retreat."""
    trusting = [simulate(run.replace(protocol=run.protocols | dict.fromkeys(set("ABC") - set(traitors), Trusting)))
                for run, traitors in ((FIGURE_1, "C"), (FIGURE_2, "A"))]
    assert [[verdict.status for verdict in judge(trace, [IC1, IC2])] for trace in trusting] == [
        ["holds", "holds"], ["broken", "holds"]]
    assert same_view(*trusting, "B")


def test_two_true_words_of_three_are_enough():
    """Figure 3: lieutenant 2 obtains v, v, x."""
    assert obeyed(FIGURE_3) == {"B": ATTACK, "C": ATTACK}
    tree = recursion(simulate(FIGURE_3), "B")
    assert (tree.heard, *(part.value for part in tree.parts)) == (ATTACK, ATTACK, RETREAT)


def test_three_orders_of_a_traitor_are_the_same_three_for_everybody():
    """Figure 4: all obtain the majority of x, y and z, which is the default."""
    trace = simulate(FIGURE_4)
    found = [sorted([tree.heard, *(part.value for part in tree.parts)])
             for tree in (recursion(trace, name) for name in "BCD")]
    assert found == [["x", "y", "z"]] * 3
    assert obeyed(FIGURE_4) == dict.fromkeys("BCD", RETREAT)


def test_signed_orders_that_contradict_each_other_are_proof():
    """Figure 5: both lieutenants end with the set {attack, retreat} and choose alike."""
    after = simulate(FIGURE_5).state_at(-1)
    assert set(after["B"]["orders"]) == set(after["C"]["orders"]) == {ATTACK, RETREAT}
    assert obeyed(FIGURE_5) == {"B": RETREAT, "C": RETREAT}


# ---- more traitors ----------------------------------------------------------------------------------------------

@pytest.mark.parametrize("traitors", ["AB", "AG", "BC", "FG"])
def test_two_traitors_among_seven_do_no_harm_that_can_be_found(traitors):
    """OM(2): sampled, silence included; and two plots that break smaller councils."""
    runs = islice(sampled_runs(7, 2, traitors), 100)
    two_faced = dict(zip("ABCDEFG", (ATTACK, RETREAT) * 4, strict=False))
    plots = [all_say(7, 2, traitors, said, order=order) for said in (*BOTH, SILENCE, two_faced) for order in BOTH]
    assert counts(census([*runs, *plots]))[1:] == (0, 0)


@pytest.mark.parametrize(("generals", "m", "traitors"), [(3, 1, "C"), (6, 2, "EF"), (9, 3, "GHI")])
def test_with_three_times_as_many_generals_as_traitors_a_violation_is_found(generals, m, traitors):
    """n = 3m [section 2: no solution with fewer than 3m + 1]."""
    found = attack(generals, m, traitors, tries=100)
    assert found is not None and broken(found)


def test_a_round_for_each_traitor_is_needed():
    """OM(1) with two traitors among seven: the commander and a lieutenant divide the others."""
    two_faced = dict(zip("BCDEF", (ATTACK, ATTACK, ATTACK, RETREAT, RETREAT), strict=True))
    assert broken(all_say(7, 1, "AG", two_faced)) == ("IC1",)
    assert broken(all_say(7, 2, "AG", two_faced)) == ()


def test_a_search_that_finds_nothing_says_so():
    assert attack(4, 1, "D", tries=50) is None


# ---- time and messengers ----------------------------------------------------------------------------------------

def test_without_a_known_bound_nobody_has_to_lie():
    """The model checker lets timers go off at any moment: what is late counts as retreat."""
    found = explore(council(4), [IC2])
    assert [verdict.status for verdict in found.verdicts] == ["broken"]


@pytest.mark.parametrize("run", [council(4, 0), signed(4, 0)])
def test_an_order_that_comes_late_does_not_count(run):
    late = run.plus(at(0, delay("A->B#1", by=100)))
    assert obeyed(late) == {"B": RETREAT, "C": ATTACK, "D": ATTACK}
    assert any("too late" in note for step in simulate(late).steps for note in step.notes)


def test_one_messenger_lost_is_one_traitor_to_the_others():
    for name in ("A->B#1", "B->C#1", "D->B#1"):
        assert all(judge(simulate(council(4).plus(at(0, drop(name)))), PROMISES))


def test_a_traitor_can_be_told_to_lie_while_it_runs():
    run = council(3, traitors={"C": {}})
    assert obeyed(run) == {"B": ATTACK}
    assert obeyed(run.plus(at(5, request("C", Lie("B", ("A", "C"), RETREAT))))) == {"B": RETREAT}
    assert obeyed(council(3).plus(at(5, request("C", Lie("B", ("A", "C"), RETREAT))))) == {"B": ATTACK, "C": ATTACK}


def test_a_loyal_general_has_no_lies():
    with pytest.raises(ProtocolError, match="lies"):
        simulate(council(3).replace(initial={"B": {"lies": {}}}))


# ---- signed messages --------------------------------------------------------------------------------------------

def test_with_signatures_three_generals_survive_a_traitor():
    """SM(1): every set of orders to each receiver, in 2 x 16 + 2 x 2 x 4 behaviours [theorem 2]."""
    assert counts(census(all_runs(3, says=SUBSETS, make=signed))) == (48, 0, 0)


@pytest.mark.parametrize(("traitors", "number"), [("CD", 512), ("BD", 512)])
def test_sm2_survives_two_lieutenants_of_four(traitors, number):
    """SM(2) with one loyal lieutenant: whatever the two can show it."""
    assert counts(census(all_runs(4, 2, says=SUBSETS, make=signed, traitors=traitors))) == (number, 0, 0)


def test_sm2_survives_the_commander_and_a_lieutenant():
    assert counts(census(islice(sampled_runs(4, 2, "AB", says=SUBSETS, make=signed), 400)))[1:] == (0, 0)
    assert counts(census(islice(sampled_runs(5, 3, "ABC", says=SUBSETS, make=signed), 100)))[1:] == (0, 0)


def test_sm_needs_a_round_for_each_traitor():
    """SM(1) with two traitors: what one shows at the very end cannot be passed on in time."""
    found = census(all_runs(4, 1, says=SUBSETS, make=signed, traitors="AB"))
    assert found.violations["IC1"] and not found.violations["IC2"]


def test_no_signature_is_forged_in_any_run():
    """Two traitors draw their lies from all orders, most of which would need a signature that they cannot make."""
    refused = 0
    for traitors in ("AB", "CD"):
        for run in islice(sampled_runs(4, 2, traitors, says=(*SUBSETS, ("x",)), make=signed), 150):
            trace = simulate(run)
            refused += sum("forge" in note for step in trace.steps for note in step.notes)
            assert forged(trace) == []
    assert refused > 100


def test_a_forged_signature_would_be_noticed():
    """The test above can fail: a traitor who could forge is found out."""
    class Master(Forger):
        def can_sign(self, value, signers):
            return True

    run = signed(3, traitors={"C": says("AC", B=(RETREAT,))}, turned=Master)
    assert forged(simulate(run)) == [Signed(RETREAT, ("A", "C"))] and broken(run) == ("IC2",)


def test_what_oral_messages_cannot_do_signed_ones_can():
    assert broken(all_say(3, 1, "C", RETREAT)) == ("IC2",)
    assert broken(all_say(3, 1, "C", (RETREAT,), make=signed)) == ()


# ---- the table of resilience ------------------------------------------------------------------------------------

def test_the_table_has_the_numbers_of_the_paper():
    """N9 [Dwork, Lynch and Stockmeyer 1988, table I], column by column."""
    assert FAILURES == ("fail-stop", "omission", "Byzantine, signed", "Byzantine")
    assert list(RESILIENCE.values()) == [
        ("t", "t", "t", "3t + 1"), (NEVER,) * 4, ("2t + 1", "2t + 1", "3t + 1", "3t + 1"),
        ("2t + 1", "2t + 1", "3t + 1", "3t + 1"), ("t", "2t to 2t + 1", "2t + 1", "3t + 1")]


def enough(nodes, faults, bound):
    """Are there as many nodes as a cell of the table asks for?"""
    needs = {"t": 2, "2t + 1": 2 * faults + 1, "3t + 1": 3 * faults + 1, NEVER: nodes + 1}
    return nodes >= needs[bound]


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: f"{example.synchrony}, {example.name}")
def test_each_example_ends_as_the_table_says(example):
    faults = int(example.name.split("traitor")[0].split()[-1]) if "traitor" in example.name else 1
    expected = enough(len(example.run.nodes), faults, least(example.synchrony, example.failure))
    assert (example.outcome() == "as promised") == expected


def test_a_cell_can_be_played():
    assert len(examples_of("all synchronous", "Byzantine")) == 4
    assert example_table().splitlines()[1].endswith("the loyal commander says attack, and B obeys retreat")


# ---- the tree of one lieutenant ---------------------------------------------------------------------------------

def test_the_tree_tells_how_majorities_collapse():
    assert outline(recursion(simulate(FIGURE_3), "B")).splitlines() == [
        "A: hears attack -> obtains attack",
        "   A > C: hears attack",
        "   A > D: hears retreat  (a traitor's word)"]


def test_the_tree_of_om2_has_a_branch_for_each_relay():
    """1 + 5 + 20 opinions; what traitors say about each other does not matter."""
    root = recursion(simulate(all_say(7, 2, "FG", RETREAT)), "B")
    assert len(list(opinions(root))) == 26
    assert [part.value for part in root.parts] == [ATTACK] * 3 + [RETREAT] * 2 and root.value == ATTACK


def test_the_picture_has_a_box_for_each_opinion_and_says_what_the_text_says():
    root = recursion(simulate(all_say(7, 2, "FG", RETREAT)), "B")
    boxes = [text.get_text() for text in recursion_tree(root).axes[0].texts]
    assert boxes == [words(one, done=bool(one.parts)) for one in opinions(root)]
    assert boxes[:2] == ["A:  attack  ⇒  attack", "A › C:  attack  ⇒  attack"]
    assert sum("⇒" in text.get_text() for text in recursion_tree(root, collapsed=1).axes[0].texts) == 5
    assert not any("⇒" in text.get_text() for text in recursion_tree(root, collapsed=0).axes[0].texts)
    assert len(set(placed(root).values())) == 26


def test_a_tree_that_is_too_large_for_a_page_is_refused():
    root = recursion(simulate(council(10, 3)), "B")
    with pytest.raises(DslabError, match="336 leaves"):
        recursion_tree(root)

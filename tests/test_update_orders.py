"""How much order do updates need (D5.12): what the runs say is what theory demands."""

import pytest

from dslab import judge, simulate
from dslab.experiments.update_orders import (
    BROADCASTS,
    LOSSY,
    REPEATED,
    REPLICAS,
    UPDATES,
    UpdateRun,
    UpdateTable,
    demand,
    properties,
)
from dslab.protocols import updates
from dslab.protocols.updates import (
    PROMISES,
    Assign,
    AssignKey,
    AssignLatest,
    ByReliable,
    Increment,
    Insert,
    Raise,
    apply,
    together,
)
from dslab.widgets.grid import Grid

TABLE = """\
update                    total order  causal     reliable   at least once  best effort
assign                    converged    diverged   diverged   diverged       diverged
assign own key            converged    converged  diverged   diverged       diverged
increment                 converged    converged  converged  diverged       diverged
add to a set              converged    converged  converged  converged      diverged
assign, last writer wins  converged    converged  converged  converged      converged
maximum                   converged    converged  converged  converged      diverged"""
PROPERTIES = """\
update                    concurrent ones commute  all commute  idempotent  tolerates loss
assign                    no                       no           yes         yes
assign own key            yes                      no           yes         yes
increment                 yes                      yes          no          no
add to a set              yes                      yes          yes         no
assign, last writer wins  yes                      yes          yes         yes
maximum                   yes                      yes          yes         no"""
CELLS = [(update, broadcast) for update in UPDATES for broadcast in BROADCASTS]


# ---- updates ---------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize(("one", "states"), [
    (Assign("red"), ["red", "red"]), (AssignKey("k", 1), [{"k": 1}, {"k": 1}]), (Increment(), [1, 2]),
    (Insert("a"), [{"a"}, {"a"}]), (AssignLatest("red", (1, "A")), [AssignLatest("red", (1, "A"))] * 2),
    (Raise(7), [7, 7])])
def test_what_an_update_makes_of_nothing_and_what_if_it_is_applied_again(one, states):
    first = apply(one, None)
    assert [first, apply(one, first)] == states


def test_an_older_assignment_and_a_lesser_maximum_change_nothing():
    latest = AssignLatest("red", (2, "A"))
    assert apply(AssignLatest("blue", (1, "B")), latest) == latest and apply(Raise(3), 7) == 7


def test_concurrent_assignments_that_carry_timestamps_converge_to_the_greater_one():
    trace = simulate(together(ByReliable, AssignLatest("red"), AssignLatest("blue")))
    assert {state["state"] for state in trace.state_at(-1).values()} == {AssignLatest("blue", (1, "B"))}
    assert all(judge(trace, PROMISES))


def test_a_replica_that_has_seen_an_assignment_assigns_later():
    run = updates.DEMO.plus(*updates.together(ByReliable, AssignLatest("green"), AssignLatest("grey")).script)
    times = [output.values[2].time for output in simulate(run).outputs("broadcast")]
    assert times == [(1, "A"), (1, "B"), (2, "A"), (2, "B")]


def test_concurrent_assignments_diverge_though_causal_order_is_kept():
    verdict = judge(simulate(updates.DEMOS["assignments, causal"]), PROMISES)[0]
    assert verdict.sentence == "A has blue, and B has red"


# ---- the matrix ------------------------------------------------------------------------------------------------------

@pytest.mark.sample(30, 300)
def test_the_matrix_by_running(sample):
    """A weaker broadcast asks for more, and each step of it is taken by some kind of update."""
    assert repr(UpdateTable(len(sample))) == TABLE


@pytest.mark.parametrize(("update", "broadcast"), CELLS)
def test_the_matrix_is_what_theory_demands(update, broadcast):
    """Lecture notes, section 5.3: deterministic; concurrent updates commute; all commute; idempotent, tolerate loss."""
    assert UpdateTable().converges(update, broadcast) == demand(update, broadcast)


def test_the_properties_of_each_update():
    """By trying: each step of the matrix is the loss of one property."""
    assert properties() == PROPERTIES


@pytest.mark.parametrize(("update", "broadcast"), CELLS)
def test_the_run_of_a_cell_shows_its_verdict(update, broadcast):
    example, = UpdateTable().examples(update, broadcast)
    trace = simulate(example.run)
    assert trace.came_to_rest and bool(judge(trace, PROMISES)[0]) == UpdateTable().converges(update, broadcast)
    assert (len(set(example.states().values())) > 1) == example.outcome().startswith("A: ")


@pytest.mark.parametrize("broadcast", [name for name in BROADCASTS if name not in (REPEATED, LOSSY)])
def test_where_nothing_may_be_lost_every_replica_delivers_each_update_once(broadcast):
    trace = simulate(UpdateRun("increment", broadcast, 3).run)
    assert {node: state["state"] for node, state in trace.state_at(-1).items()} == dict.fromkeys(REPLICAS, 6)
    assert any(message.name.endswith("'") for message in trace.messages)


@pytest.mark.parametrize(("broadcast", "least"), [(REPEATED, 6), (LOSSY, 5)])
def test_at_least_once_loses_nothing_and_best_effort_does(broadcast, least):
    last = simulate(UpdateRun("add to a set", broadcast, 0).run).state_at(-1)
    assert min(len(state["state"]) for state in last.values()) == least


def test_a_cell_of_the_grid_is_a_button_for_its_run():
    table = UpdateTable()
    grid = Grid(table.rows, table.columns, table.examples, title="How much order do updates need?")
    box = grid.widget()
    buttons = [child for child in box.children[1].children if hasattr(child, "disabled")]
    assert len(buttons) == len(CELLS) and not any(button.disabled for button in buttons)
    buttons[1].click()
    assert "<panel: assign, causal: diverged>" in repr(box.children[-1])
    assert table.examples("assign", "causal")[0].outcome() == "A: grey; B: grey; C: black"

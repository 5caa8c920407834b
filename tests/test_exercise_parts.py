"""What exercises are made of: readings of a run, demands on each of its parts, builders of runs, predictions."""

from dataclasses import replace
from types import ModuleType

import pytest
import small_exercise

from dslab.grader.catalogue import collected
from dslab.grader.demands import Objection, at_the_end, for_each
from dslab.grader.exercise import FillIn
from dslab.grader.judging import examine
from dslab.grader.questions import Question, end, predict
from dslab.grader.readings import (
    earlier,
    exchanges,
    first_repeated,
    moments,
    of_node,
    past,
    receipts,
    sendings,
    unmatched,
)
from dslab.grader.report import RIGHT, WRONG
from dslab.grader.runs import CALM, asks, calm, drops, in_order, restart
from dslab.grader.stages import Tally, first_failure
from dslab.node import Node, message
from dslab.script import at, crash, heal
from dslab.simulator.simulate import simulate
from dslab.values import DslabError


@message
class Order:
    """A request: order so much."""

    amount: int


@message
class Sold:
    amount: int


@message
class Wanted:
    amount: int


class Trader(Node):
    """Sells to its peers what is ordered; whoever gets something says so."""

    def init(self):
        self.sold = 0

    def on_order(self, src, msg):
        self.output("ordered", msg.amount)
        self.sold += msg.amount
        self.broadcast(Sold(msg.amount))

    def on_sold(self, src, msg):
        self.output("got", msg.amount)


def played(*events):
    return simulate(calm(Trader, ("A", "B"), *events))


# ---- runs ------------------------------------------------------------------------------------------------------------

def test_a_calm_run_takes_10_ms_a_message_and_its_events_in_any_order():
    run = calm(Trader, ("A", "B"), asks(30, "B", Order(2)), at(20, heal()), asks(10, "A", Order(1)))
    assert [event.time for event in run.script] == [10, 20, 30]
    assert {message.arrives - message.departs for message in simulate(run).messages} == {10}


def test_events_of_the_same_time_stay_in_the_order_in_which_they_are_written():
    assert in_order(asks(5, "A", Order(1), Order(2)), at(5, heal()), at(0, crash("A"))) == [
        at(0, crash("A")), *asks(5, "A", Order(1), Order(2)), at(5, heal())]


def test_a_calm_run_takes_the_options_of_a_run_and_another_network():
    assert calm(Trader, ("A",), duration=50, seed=3).network == CALM
    assert calm(Trader, ("A",), network=CALM.__class__(loss=0.5)).network.default.loss == 0.5
    assert calm(Trader, ("A",), duration=50, seed=3).duration == 50


def test_a_restart_is_a_crash_and_a_recovery():
    trace = played(restart("B", 20, down=15))
    assert [(step.kind, step.time) for step in trace if step.kind in ("crash", "recover")] == [
        ("crash", 20), ("recover", 35)]


def test_only_the_messages_with_these_numbers_are_lost():
    trace = played(asks(10, "A", Order(1), Order(2), Order(3)), drops("A", "B", 1, 3))
    assert [output.values[0] for output in trace.outputs("got")] == [2]


# ---- readings --------------------------------------------------------------------------------------------------------

def test_a_moment_has_the_state_before_a_step_and_after_it():
    trace = played(asks(10, "A", Order(4)), asks(20, "A", Order(5)), at(15, heal()))
    told = [(moment.before["sold"], moment.after["sold"]) for moment in moments(trace) if moment.step.name == "Order"]
    assert told == [(0, 4), (4, 9)]
    assert None not in {moment.step.node for moment in moments(trace)}


def test_messages_are_found_by_their_type_at_both_ends():
    trace = played(asks(10, "A", Order(4)), asks(20, "B", Order(5)), drops("A", "B", 1))
    assert [(one.src, one.payload.amount) for one in sendings(trace, Sold)] == [("A", 4), ("B", 5)]
    assert [(step.node, step.message.payload.amount) for step in receipts(trace, Sold)] == [("A", 5)]
    assert receipts(trace, Order) == [], "a request comes from a client and is no message of a node"


class Asker(Node):
    """Asks its peers for what is ordered, and hears of it."""

    def on_order(self, src, msg):
        self.broadcast(Wanted(msg.amount))

    def on_wanted(self, src, msg):
        if msg.amount < 5:
            self.send(src, Sold(msg.amount))

    def on_sold(self, src, msg):
        self.output("got", msg.amount)


def test_a_request_is_read_with_its_reply():
    trace = simulate(calm(Asker, ("A", "B"), asks(10, "A", Order(4)), asks(50, "B", Order(5))))
    told = [(one.src, one.node, one.request.amount, one.reply) for one in exchanges(trace, Wanted, Sold)]
    assert told == [("A", "B", 4, Sold(4)), ("B", "A", 5, None)]
    before = [[step.time for step in past(trace, one.step)] for one in exchanges(trace, Wanted, Sold)]
    assert before == [[], [10, 30]]


def test_the_first_output_that_comes_again_is_told_with_the_one_before_it():
    trace = played(asks(10, "A", Order(1)), asks(20, "A", Order(2)), asks(30, "A", Order(1)), asks(40, "B", Order(2)))
    first, again = first_repeated(trace.outputs("ordered"), key=of_node)
    assert of_node(first) == of_node(again) == ("A", 1) and first.step < again.step
    assert first_repeated(trace.outputs("ordered"), key=lambda output: output.step) is None


def test_what_has_no_answer_is_unmatched():
    trace = played(asks(10, "A", Order(1), Order(2)), drops("A", "B", 1))
    left = unmatched(trace.outputs("ordered"), trace.outputs("got"), key=lambda output: output.values)
    assert [output.values for output in left] == [(1,)]


def test_earlier_is_what_was_told_before_in_the_same_step_too():
    trace = played(asks(10, "A", Order(1)), asks(30, "A", Order(1)))
    last = trace.outputs()[-1]
    assert [output.name for output in earlier(trace, last)] == ["ordered", "got", "ordered"]
    assert len(earlier(trace, last, "got")) == 1


# ---- demands ---------------------------------------------------------------------------------------------------------

@for_each("got")
def nobody_gets_more_than_two(trace, output):
    """A demand on outputs."""
    if output.values[0] > 2:
        return f"{output.node} gets {output.values[0]}"


@pytest.mark.parametrize(("reading", "kind"), [
    (lambda trace: sendings(trace, Sold), "request"), (lambda trace: receipts(trace, Sold), "receive"),
    ("got", "receive"), (moments, "request")])
def test_a_demand_on_each_thing_points_to_its_step(reading, kind):
    trace = played(asks(10, "A", Order(1)))
    demand = for_each(reading)(lambda trace, one: "this")
    assert trace[demand(trace).step].kind == kind


def test_a_demand_on_each_thing_tells_the_first_that_is_wrong():
    trace = played(asks(10, "A", Order(1)), asks(20, "A", Order(3)), asks(30, "A", Order(4)))
    assert nobody_gets_more_than_two(trace) == Objection("B gets 3", trace.outputs("got")[1].step)
    assert nobody_gets_more_than_two(played(asks(10, "A", Order(2)))) is None
    assert nobody_gets_more_than_two.__name__ == "nobody_gets_more_than_two"


@at_the_end
def all_that_is_ordered_arrives(trace):
    """A demand on a whole run."""
    if len(trace.outputs("got")) < len(trace.outputs("ordered")):
        return "something is missing"


def test_a_demand_on_a_whole_run_points_to_its_last_step():
    trace = played(asks(10, "A", Order(1)), drops("A", "B", 1))
    assert all_that_is_ordered_arrives(trace) == Objection("something is missing", len(trace) - 1)
    assert all_that_is_ordered_arrives(played(asks(10, "A", Order(1)))) is None
    assert all_that_is_ordered_arrives.__name__ == "all_that_is_ordered_arrives"


# ---- predictions -----------------------------------------------------------------------------------------------------

def made(**options):
    return predict({
        "how many": Question("how many arrive", lambda trace: len(trace.outputs("got")),
                             lambda trace: trace.outputs("got")[0].step, "One is lost.", (2, 0)),
        "in all": Question("the sum of what arrives", lambda trace: sum(one.values[0] for one in trace.outputs("got"))),
    }, number="9.9a", title="Sums", task="Two are sold.", **options,
        run=calm(Trader, ("A", "B"), asks(10, "A", Order(1), Order(2)), drops("A", "B", 1)))


def test_a_prediction_asks_each_question_of_its_run():
    exercise = made(right={"how many": 1, "in all": 2})
    trace = simulate(exercise.run)
    assert exercise.questions == {"how many": "how many arrive", "in all": "the sum of what arrives"}
    assert exercise.answer(trace) == exercise.right[0] == {"how many": 1, "in all": 2}
    assert exercise.look(trace) == {"how many": trace.outputs("got")[0].step, "in all": end(trace)}
    assert exercise.why(trace) == {"how many": "One is lost."}, "a question without a reason gives none"


def test_a_prediction_knows_what_is_often_said_instead():
    both = ({"how many": 2, "in all": 3}, "how many arrive")
    alone = [({"how many": said}, "how many arrive") for said in (2, 0)]
    assert made(wrong=(both,)).wrong == (*alone, both)


def test_a_reason_may_come_from_the_run():
    question = Question("?", len, why=lambda trace: f"{len(trace)} steps")
    trace = played()
    assert question.reason(trace) == f"{len(trace)} steps"


def test_stamps_to_fill_in_are_a_prediction_too():
    assert isinstance(made(form=FillIn), FillIn) and made(form=FillIn).right == ()


# ---- a whole exercise ------------------------------------------------------------------------------------------------

SMALL, PREDICTION = small_exercise.EXERCISES


@pytest.mark.parametrize("attempt", [SMALL.reference, *SMALL.right])
def test_the_answers_of_the_small_exercise_pass(attempt):
    assert first_failure(SMALL, attempt, Tally()) is None


@pytest.mark.parametrize(("attempt", "words"), SMALL.wrong)
def test_the_mistakes_of_the_small_exercise_are_found(attempt, words):
    assert words in first_failure(SMALL, attempt, Tally()).found.sentence


@pytest.mark.parametrize("said", [said for said, _ in PREDICTION.wrong])
def test_the_small_prediction_tells_right_from_wrong(said):
    assert examine(PREDICTION, PREDICTION.right[0], Tally()).outcome == RIGHT
    assert examine(PREDICTION, said, Tally()).outcome == WRONG


# ---- what an author gets wrong ---------------------------------------------------------------------------------------

@pytest.mark.parametrize(("changes", "sentence"), [
    ({"hints": "Think."}, "`hints` of exercise 9.1 is a tuple, not 'Think.': a single item needs a trailing comma"),
    ({"asks": "on_stored"}, "`asks` of exercise 9.1 is a tuple, not 'on_stored': a single item needs a trailing comma"),
    ({"wrong": SMALL.wrong[0]}, "`wrong` of exercise 9.1 has pairs, an attempt and words of its sentence, not"),
    ({"asks": ("on_sotred",)}, "names 'on_sotred', which Writer does not have. Did you mean 'on_stored'"),
    ({"demands": (nobody_gets_more_than_two,)}, "`demands` of exercise 9.1 has demands, such as Demand"),
    ({"hints": SMALL.hints[:1]}, "names hint 1: there are 1, numbered from 0"),
])
def test_what_is_wrong_with_an_exercise_is_said_where_it_is_written(changes, sentence):
    with pytest.raises(DslabError, match=sentence):
        replace(SMALL, **changes)


@pytest.mark.parametrize(("told", "sentence"), [
    (SMALL, "new.EXERCISES is a tuple of exercises"),
    ((SMALL, replace(PREDICTION, number="9.1")), "two exercises have the number 9.1: 'A write to a majority', and"),
    ((replace(SMALL, number="nine"),), "an exercise's number is one such as 4.1 or 4.1b, not 'nine'"),
])
def test_what_is_wrong_with_a_module_of_exercises_is_said(told, sentence):
    module = ModuleType("new")
    module.EXERCISES = told
    with pytest.raises(DslabError, match=sentence):
        collected([module])

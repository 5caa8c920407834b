"""Small tasks of chapter 6: which participants of a two-phase commit wait, after which crash, and for how long."""

from collections.abc import Callable, Mapping

from dslab.grader.exercise import Predict
from dslab.grader.questions import Question, end, predict
from dslab.network import Network, Settings, constant
from dslab.node import Node
from dslab.protocols.two_phase_commit import ABORTED, COMMITTED, Participant, commit
from dslab.protocols.two_phase_variants import Cooperative
from dslab.run import Run
from dslab.script import At, at, crash, drop, recover
from dslab.trace import Trace

CITIES = {"Oslo": 10, "Rome": 20, "Lima": 40}            # participant -> ms to the coordinator, and back
OUTCOMES = (COMMITTED, ABORTED, "in doubt")


def far(participant: type[Node], *script: At, title: str, unwilling: str = "") -> Run:
    """Participants at different distances. Between each other a message takes 15 ms. alice asks at 10 ms."""
    links: dict[tuple[str, str], Settings] = {}
    for city, ms in CITIES.items():
        links[city, "coordinator"] = links["coordinator", city] = {"latency": constant(ms)}
    return commit(participant=participant, names=tuple(CITIES), script=script, title=title, duration=800,
                  network=Network(latency=constant(15), links=links),
                  initial={unwilling: {"willing": False}} if unwilling else {})


def outcome(city: str) -> Callable[[Trace], str]:
    """What a participant knows in the end."""
    def read(trace: Trace) -> str:
        role = trace.state_at(-1)[city]["role"]
        return role if role in OUTCOMES else "in doubt"

    return read


def decided(city: str) -> Callable[[Trace], int]:
    """The step in which a participant decided; the end if it never did."""
    def look(trace: Trace) -> int:
        return max((output.step for output in trace.outputs("decide") if output.node == city), default=end(trace))

    return look


def what_becomes(why: Mapping[str, str], wrong: Mapping[str, str]) -> dict[str, Question]:
    """A question for each participant; what is often said, of some."""
    return {city: Question(f"what becomes of it in {city}", outcome(city), decided(city), why[city],
                           (wrong[city],) if city in wrong else (), OUTCOMES) for city in CITIES}


def unlocked(city: str, why: str, wrong: int) -> Question:
    """When a participant releases its lock, in ms."""
    return Question(f"at how many ms {city} releases its lock",
                    lambda trace: round(trace.steps[decided(city)(trace)].time), decided(city), why, (wrong,))


NOT_ASKED = (at(0, drop("coordinator->Lima#1")), at(45, crash("coordinator")))
SETTING = ("The coordinator is 10 ms from Oslo, 20 ms from Rome and 40 ms from Lima; between the cities a message "
           "takes 15 ms. alice asks for a commit at 10 ms. Everybody's patience is 100 ms, the participants' from the "
           "start, and again from their yes. ")

EXERCISES: tuple[Predict, ...] = (
    predict(what_becomes({
        "Oslo": "It has voted yes. It asks the coordinator, which is down.",
        "Rome": "Its yes has been on its disk since 30 ms: it has promised to wait.",
        "Lima": "It was never asked, has promised nothing, and aborts when its patience ends."},
        {"Oslo": ABORTED, "Rome": COMMITTED, "Lima": "in doubt"}),
        number="6.1a", title="The question to Lima is lost",
        run=far(Participant, *NOT_ASKED, title="The question to Lima is lost, and the coordinator crashes"),
        task=SETTING + "The question to Lima is lost, and the coordinator crashes at 45 ms, for good. All would vote "
                       "yes, and ask nobody but the coordinator.",
        right={"Oslo": "in doubt", "Rome": "in doubt", "Lima": ABORTED}),
    predict({
        "Oslo": Question("what becomes of it in Oslo", outcome("Oslo"), decided("Oslo"),
                         "Lima has aborted by itself, and says so.", ("in doubt", COMMITTED), OUTCOMES),
        "Oslo's lock": unlocked("Oslo", "It voted at 20 ms and asks at 120; its question is in Lima at 135, and the "
                                        "answer is back at 150 ms.", 120),
        "Rome's lock": unlocked("Rome", "It voted at 30 ms and asks at 130. Oslo does not know yet when Rome's "
                                        "question comes; Lima's answer is back at 160 ms.", 130)},
        number="6.1b", title="They ask each other",
        run=far(Cooperative, *NOT_ASKED, title="The question to Lima is lost, and participants ask each other"),
        task=SETTING + "The question to Lima is lost, and the coordinator crashes at 45 ms, for good. All would vote "
                       "yes; who has voted and waits asks all others, once.",
        right={"Oslo": ABORTED, "Oslo's lock": 150, "Rome's lock": 160}),
    predict({
        **what_becomes({
            "Oslo": "Its decision was on the way when the coordinator crashed.",
            "Rome": "The coordinator finds its decision on its disk, and tells it again.",
            "Lima": "The coordinator finds its decision on its disk, and tells it again."},
            {"Rome": ABORTED, "Lima": "in doubt"}),
        "Rome's lock": unlocked("Rome", "The restart is at 400 ms, and Rome 20 ms away: what it asked at 130 ms was "
                                        "lost.", 130),
        "Lima's lock": unlocked("Lima", "The restart is at 400 ms, and Lima 40 ms away.", 130)},
        number="6.1c", title="Decided, and down",
        run=far(Participant, at(0, drop("coordinator->Rome#2")), at(0, drop("coordinator->Lima#2")),
                at(95, crash("coordinator")), at(400, recover("coordinator")),
                title="The coordinator has decided, and told Oslo only"),
        task=SETTING + "All vote yes: the last vote arrives at 90 ms. The decisions to Rome and to Lima are lost, the "
                       "coordinator crashes at 95 ms, and restarts at 400 ms. Participants ask nobody but the "
                       "coordinator, and once.",
        right=dict.fromkeys(CITIES, COMMITTED) | {"Rome's lock": 420, "Lima's lock": 440}),
    predict(what_becomes({
        "Oslo": "One no is enough: the coordinator aborts, and tells it.",
        "Rome": "Who votes no has aborted.",
        "Lima": "Its yes was on the way when the decision came."}, {"Oslo": "in doubt", "Rome": "in doubt"}),
        number="6.1d", title="Rome objects",
        run=far(Participant, at(55, crash("coordinator")), unwilling="Rome", title="Rome votes no"),
        task=SETTING + "Rome votes no; the coordinator crashes at 55 ms, for good.",
        right=dict.fromkeys(CITIES, ABORTED)),
)

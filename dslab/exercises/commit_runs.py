"""What is demanded of two-phase commit, and runs in which nodes restart and messages are lost, at every step."""

from collections.abc import Iterator
from typing import Any

from dslab.grader.demands import Demand, at_the_end, for_each
from dslab.grader.exercise import Names, Search
from dslab.grader.readings import sendings
from dslab.grader.runs import asks, calm, drops, restart
from dslab.network import Network, uniform
from dslab.node import Node
from dslab.properties import always, in_the_end
from dslab.protocols.two_phase_commit import (
    ABORTED,
    COMMITTED,
    DECISIONS,
    Ask,
    Commit,
    a_decision_never_changes,
    locks_are_held_until_the_decision,
    nobody_commits_what_another_aborts,
)
from dslab.run import Run
from dslab.script import At, at, delay, duplicate
from dslab.trace import Trace
from dslab.verbs import STATUS_AFTER

PATIENCE = 100          # ms

# ---- what is judged --------------------------------------------------------------------------------------------------

@always
def a_commit_needs_a_yes_of_all_on_their_disks(world):
    promised = {output.node for output in world.outputs("forced") if output.values == ("yes",)}
    for output in world.outputs("decide"):
        missing = [node for node in world.nodes[1:] if node not in promised]
        if output.values == (COMMITTED,) and missing:
            return f"{output.node} has committed, and no yes is on the disk of {missing[0]}"
        unable = [node for node in world.nodes if not world.states[node].able]
        if output.values == (COMMITTED,) and unable:
            return f"{output.node} has committed, and {unable[0]} could not"


@always
def it_is_decided_when_it_is_on_the_coordinators_disk(world):
    first = world.nodes[0]
    written = [output.step for output in world.outputs("forced")
               if output.node == first and output.values == (COMMITTED,)]
    for output in world.outputs("decide"):
        if output.values == (COMMITTED,) and not any(step <= output.step for step in written):
            return f"{output.node} has committed, and that is not on the disk of {first}"


def waits(roles, up):
    """Whoever waits, of the participants, when all nodes are up; `roles` is node -> its role, in the run's order."""
    waiting = [node for node in list(roles)[1:] if roles[node] not in DECISIONS]
    if waiting and set(up) == set(roles):
        return f"all nodes are up, and {waiting[0]} never learns the decision"
    return None


@in_the_end
def all_learn_the_decision(world):
    return waits({node: world.states[node].role for node in world.nodes}, world.up)


@at_the_end
def all_learn_it_soon_after_the_last_restart(trace: Trace):
    """Five times the patience: the same for runs in which somebody asks again and again."""
    changed = max((step.time for step in trace.steps if step.kind in STATUS_AFTER), default=0.0)
    if trace.steps[-1].time > changed + 5 * PATIENCE:
        return waits({node: state["role"] for node, state in trace.state_at(-1).items()}, trace.up_at(-1))
    return None


def goes_well(trace: Trace) -> bool:
    """No fault has taken effect, and nobody objects."""
    return not any(trace.faults.values()) and all(state["able"] for state in trace.state_at(-1).values())


@at_the_end
def without_faults_and_objections_it_commits(trace: Trace):
    aborted = [node for node, state in trace.state_at(-1).items() if state["role"] == ABORTED]
    return f"nothing goes wrong, nobody objects, and {aborted[0]} has aborted" if aborted and goes_well(trace) else None


@for_each(lambda trace: sendings(trace, Ask) if goes_well(trace) else [])
def without_faults_and_objections_nobody_has_to_ask(trace, asked):
    return f"nothing goes wrong, nobody objects, and {asked.src} has to ask {asked.dst} for the decision"


PROMISED = ("A yes is a promise, on the disk before it is sent: from then on a participant commits or aborts as it is "
            "told, and only then releases its locks [Gray 1978].")
DECIDED = "The decision is on the coordinator's disk before anybody hears of it, and it never changes [Gray 1978]."
TOLD = ("Whoever has promised and hears nothing asks until it is told; and the coordinator answers, also after a "
        "restart, also about what it has aborted.")
DEMANDS = (
    Demand(nobody_commits_what_another_aborts, PROMISED, hint=1),
    Demand(a_commit_needs_a_yes_of_all_on_their_disks, "It commits only if all participants have voted yes, each on "
                                                       "its disk; a vote that is missing is no yes.", hint=0),
    Demand(it_is_decided_when_it_is_on_the_coordinators_disk, DECIDED, hint=2),
    Demand(a_decision_never_changes, DECIDED, hint=2),
    Demand(locks_are_held_until_the_decision, PROMISED, hint=1),
    Demand(all_learn_the_decision, TOLD, hint=3),
    Demand(all_learn_it_soon_after_the_last_restart, TOLD, hint=3),
    Demand(without_faults_and_objections_it_commits, "It aborts only if somebody has voted no, or was not heard of in "
                                                     "time.", hint=0),
    Demand(without_faults_and_objections_nobody_has_to_ask, "Who has decided tells the decision to all participants.",
           hint=2),
)


# ---- runs ------------------------------------------------------------------------------------------------------------

def committing(protocol: type[Node], names: Names, *events: At | list[At], **options: Any) -> Run:
    """A client asks the first node to commit at 10 ms: prepare arrives at 20, votes at 30, the decision at 40 ms."""
    return calm(protocol, names, asks(10, names[0], Commit(), client="alice"), *events,
                **{"title": "Two-phase commit", "duration": 1500} | options)


def scenarios(protocol: type[Node], names: Names) -> Iterator[Run]:
    """A crash and a restart at every step, with a message that is lost; a no; copies; two crashes."""
    first, a, b, c = names
    lost = [[], *(drops(src, dst, number) for number in (1, 2) for node in (a, b)
                  for src, dst in ((first, node), (node, first)))]
    for willing in {}, {a: {"able": False}}:
        yield committing(protocol, names, initial=willing)
        yield committing(protocol, names[:2], initial=willing)
        for events in lost[1:]:
            yield committing(protocol, names, events, initial=willing)
        for src, dst in (first, a), (a, first):
            for number in 1, 2:
                yield committing(protocol, names, at(0, duplicate(f"{src}->{dst}#{number}", after=3)), initial=willing)
                yield committing(protocol, names, at(0, duplicate(f"{src}->{dst}#{number}", after=95)),
                                 at(0, delay(f"{b}->{first}#1", by=200)), initial=willing)
        for node in first, a:
            for time in 5, 15, 25, 30.5, 35, 45:
                for events in lost:
                    yield committing(protocol, names, restart(node, time, down=30), events, initial=willing)
                yield committing(protocol, names, restart(node, time, down=400), initial=willing)
    for time in 15, 25, 30.5, 35, 45:
        yield committing(protocol, names, restart(first, time, down=250), restart(a, time + 20, down=100))
        yield committing(protocol, names, restart(first, time, down=60), restart(first, time + 75, down=40),
                         drops(first, b, 2))
    yield committing(protocol, names, drops(first, b, 1), at(0, duplicate(f"{a}->{first}#1", after=3)))
    yield committing(protocol, names, drops(first, c, 1), at(0, duplicate(f"{b}->{first}#1", after=3)))
    yield committing(protocol, names, drops(a, first, 1), drops(first, a, 2, 3), drops(a, first, 2, 3))


def searches(protocol: type[Node], names: Names) -> Iterator[Search]:
    """Two participants: a crash and a restart anywhere, or a message that is lost or comes twice."""
    run, patience = committing(protocol, names[:3]), {"timers": {"patience": 1}}
    yield Search(run, patience | {"crashes": 1, "recoveries": 1})
    yield Search(run, patience | {"drops": 1})
    yield Search(run, patience | {"duplicates": 1})


def swarm(protocol: type[Node], names: Names, seed: int) -> Run:
    """Three participants, of which one may object."""
    willing = {names[1 + seed % 3]: {"able": False}} if seed % 4 == 0 else {}
    return committing(protocol, names, initial=willing, seed=seed, duration=2500,
                      network=Network(latency=uniform(1, 20)))

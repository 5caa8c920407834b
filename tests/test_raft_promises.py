"""Raft under fire: 100 schedules of crashes, partitions, loss, duplicates, reordering; what holds in all."""

from collections import Counter
from functools import cache
from random import Random

import pytest
from raft_parts import SAFETY, final

from dslab import (
    Network,
    Run,
    at,
    crash,
    exponential,
    heal,
    isolate,
    judge,
    partition,
    pause,
    recover,
    request,
    resume,
    set_link,
    simulate,
    uniform,
)
from dslab.protocols.client import Add, Client
from dslab.protocols.raft import Raft

HEALED = 2200                       # ms: from here on nothing goes wrong any more
PATIENCE = 5 * 300                  # ms: five election timeouts, the longest there are
COMMANDS = 12
SCHEDULES = [(servers, seed) for servers in (3, 5) for seed in range(50)]
each_schedule = pytest.mark.parametrize(("servers", "seed"), SCHEDULES)


def episode(kind, names, start, end, random):
    """The events of one trouble, and of its end."""
    chosen = names[int(random() * len(names))]
    if kind == "crash":
        return [at(start, crash(chosen)), at(end, recover(chosen))]
    if kind == "crash of a majority":
        most = names[: len(names) // 2 + 1]
        return [at(start, crash(name)) for name in most] + [at(end, recover(name)) for name in most]
    if kind == "pause":
        return [at(start, pause(chosen)), at(end, resume(chosen))]
    if kind == "isolation":
        return [at(start, isolate(chosen)), at(end, heal())]
    half = names[int(random() * len(names)):]
    return [at(start, partition(tuple(half) or ("alice",))), at(end, heal())]


def schedule(servers, seed):
    """A run of this seed. Each leaves out some kinds of trouble, so that the others come more often."""
    random = Random(f"schedule {servers} {seed}").random
    kinds = ["crash", "crash of a majority", "pause", "isolation", "partition"]
    kinds = [kind for kind in kinds if random() < 0.6] or kinds
    names, script = list("ABCDE"[:servers]), []
    for start in range(250, HEALED - 200, 250):
        end = start + 50 + round(random() * 190)
        script += episode(kinds[int(random() * len(kinds))], names, start, end, random)
        names = names[1:] + names[:1]
    script += [at(200 + 150 * number, request("alice", Add("x", 1))) for number in range(COMMANDS)]
    script.append(at(HEALED, set_link(latency=uniform(5, 15), loss=0.0, duplication=0.0)))
    latency = exponential(15 + 15 * random(), least=1)
    rough = Network(latency=latency, loss=0.2 * random(), duplication=0.2 * random())
    cluster = dict.fromkeys("ABCDE"[:servers], Raft) | {"alice": Client}
    return Run(cluster, seed=seed, network=rough, script=script, duration=HEALED + PATIENCE)


@cache
def trace_of(servers, seed):
    """What happens in this schedule."""
    return simulate(schedule(servers, seed))


@each_schedule
def test_figure_3_holds_at_every_step(servers, seed):
    """Election safety, log matching, leader completeness, state machine safety."""
    assert [verdict for verdict in judge(trace_of(servers, seed), SAFETY) if not verdict] == []


@each_schedule
def test_a_leader_only_appends_to_its_log(servers, seed):
    """Figure 3, leader append-only: it never overwrites or deletes entries."""
    trace = trace_of(servers, seed)
    states = {name: dict(state) for name, state in trace.initial.items()}
    for step in trace.steps:
        before = states.get(step.node, {})
        if before.get("role") == step.changes.get("role", "leader") == "leader" and "log" in step.changes:
            assert step.changes["log"][: len(before["log"])] == before["log"]
        before.update(step.changes)


@each_schedule
def test_terms_and_commit_indices_never_fall_and_one_vote_is_given_in_a_term(servers, seed):
    """Figure 2: currentTerm and commitIndex grow monotonically; a crash takes the memory, not the disk."""
    trace = trace_of(servers, seed)
    seen = {name: (0, None, 0) for name in "ABCDE"[:servers]}
    states = {name: dict(state) for name, state in trace.initial.items()}
    for step in trace.steps:
        if step.node in seen and step.changes:
            states[step.node].update(step.changes)
            now = states[step.node]
            term, voted_for, commit = seen[step.node]
            assert now["term"] > term or (now["term"] == term and voted_for in (None, now["voted_for"]))
            assert now["commit_index"] >= commit or step.kind == "recover"
            seen[step.node] = now["term"], now["voted_for"], now["commit_index"]


@each_schedule
def test_once_the_network_heals_all_operations_return_within_five_timeouts(servers, seed):
    """5.4.3 and 5.6: safety never depends on timing; availability does. In the end all servers agree."""
    trace = trace_of(servers, seed)
    assert all(operation.returned is not None for operation in trace.operations)
    machines = [final(trace)[name]["machine"] for name in "ABCDE"[:servers]]
    assert machines == [{"x": COMMANDS}] * servers


@each_schedule
def test_each_command_is_executed_exactly_once(servers, seed):
    """8: alice adds 1 again and again and sees each number once, though commands are logged repeatedly."""
    results = [operation.result for operation in trace_of(servers, seed).operations]
    assert results == list(range(1, COMMANDS + 1))


def test_the_schedules_are_as_rough_as_they_say():
    """A promise that is kept in fair weather says little: every kind of trouble happened, and much of it."""
    happened, logged_twice, terms = Counter(), 0, []
    for servers, seed in SCHEDULES:
        trace = trace_of(servers, seed)
        happened.update(trace.faults)
        log = final(trace)["A"]["log"]
        logged_twice += len(log) > len({entry.serial for entry in log})
        terms.append(final(trace)["A"]["term"])
    assert all(happened[kind] >= 75 for kind in ("crash", "recover", "partition", "isolate", "pause"))
    assert all(happened[kind] >= 1000 for kind in ("lost by chance", "lost on a cut link", "duplicated"))
    assert logged_twice > 50 and max(terms) > 5

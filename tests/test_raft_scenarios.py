"""What a Raft cluster does over time, in situations such as those of the Raft labs of MIT's course 6.5840."""

import pytest
from raft_parts import SAFETY, final, leader_of, terms_of

from dslab import Run, at, crash, heal, isolate, judge, partition, recover, request, simulate
from dslab.protocols.client import Add, Client, Put
from dslab.protocols.raft import AppendEntries, Raft, RequestVote
from dslab.protocols.raft_figures import cluster
from dslab.protocols.raft_variants import DirectedBackUpByOne, DirectedRaft, TimeOut

THREE = Run(Raft, 3, duration=3000)
ELECTED = 1000                          # ms: by now there is a leader, in all these runs
LEADER = leader_of(simulate(THREE), ELECTED)
OTHERS = tuple(name for name in "ABC" if name != LEADER)


def with_client(servers, *script, duration=3000.0):
    """Servers and alice. What a script does later does not change who is elected first."""
    return Run(dict.fromkeys(servers, Raft) | {"alice": Client}, script=script, duration=duration)


def judged(run):
    """The trace of a run that keeps all promises and does all that its script says."""
    trace = simulate(run)
    assert [verdict for verdict in judge(trace, SAFETY) if not verdict] == [] and trace.unapplied == []
    return trace


def leaders(trace, since=0.0):
    return [output.node for output in trace.outputs("leader") if output.time > since]


def requests(trace, start, end):
    """How many calls there are between servers in this time: with its reply each is two messages."""
    return sum(start <= message.departs < end for message in trace.messages
               if isinstance(message.payload, RequestVote | AppendEntries))


# ---- elections ----

def test_a_leader_is_elected_and_stays_in_office_while_nothing_fails():
    trace = judged(THREE)
    elected = trace.outputs("leader")[-1].time
    assert elected < ELECTED and leaders(trace, since=elected) == []
    assert {state["term"] for state in final(trace).values()} == {trace.outputs("leader")[-1].values[0]}


def test_when_the_leader_fails_another_one_is_elected_and_its_return_disturbs_nobody():
    trace = judged(THREE.plus(at(1000, isolate(LEADER)), at(2000, heal())))
    successor, = leaders(trace, since=1000)
    assert successor in OTHERS and final(trace)[LEADER]["role"] == "follower"
    assert {state["leader"] for state in final(trace).values()} == {successor}


def test_without_a_majority_there_is_no_new_leader():
    """And as soon as there is one again, there is a leader."""
    run = THREE.plus(at(1000, crash(LEADER)), at(1000, crash(OTHERS[0])), at(2000, recover(OTHERS[0])))
    elections = judged(run).outputs("leader")
    assert not [output for output in elections if 1000 < output.time < 2000]
    assert [output for output in elections if output.time > 2000]


def test_elections_cost_few_messages_and_idle_time_too():
    """At most 30 calls to elect one of three servers, and 60 in an idle second."""
    trace = simulate(THREE)
    assert requests(trace, 0, trace.outputs("leader")[0].time + 1) <= 30
    assert requests(trace, 1500, 2500) <= 60


# ---- agreement ----

def test_all_servers_apply_the_same_commands_in_the_same_order():
    script = [at(500 + 30 * i, request("alice", Add("x", i))) for i in range(20)]
    trace = judged(with_client("ABCDE", *script))
    orders = [[output.values[1].serial for output in trace.outputs("apply") if output.node == name]
              for name in "ABCDE"]
    assert orders == [list(range(1, 21))] * 5


def test_a_follower_that_fails_does_not_stop_the_others_and_catches_up_later():
    trace = judged(with_client("ABC", at(800, crash(OTHERS[0])), at(1000, request("alice", Put("x", 1))),
                               at(2000, recover(OTHERS[0]))))
    assert trace.operations[0].returned_at < 2000
    assert [final(trace)[name]["machine"] for name in "ABC"] == [{"x": 1}] * 3


def test_when_the_leader_fails_a_client_waits_for_the_next_one():
    trace = judged(with_client("ABC", at(800, crash(LEADER)), at(810, request("alice", Put("x", 1)))))
    assert 810 + 150 < trace.operations[0].returned_at < 2000


def test_nothing_is_agreed_without_a_majority():
    """And what was asked meanwhile is done once there is a majority again."""
    script = [*(at(1000, crash(name)) for name in "BCD"), at(1010, request("alice", Put("x", 1))),
              *(at(2000, recover(name)) for name in "BCD")]
    trace = judged(with_client("ABCDE", *script))
    assert not [output for output in trace.outputs("apply") if output.time < 2000]
    assert trace.operations[0].returned_at > 2000


def test_what_a_leader_took_behind_a_partition_is_given_up_for_what_the_majority_agreed_on():
    """The old leader rejoins as a follower. Alice, who was cut off with it, is served after all, and once."""
    script = [at(1000, partition((LEADER, "alice"), (*OTHERS, "bob"))),
              at(1010, request("alice", Add("x", 1))), at(1500, request("bob", Put("x", 10))),
              at(2000, heal())]
    servers = dict.fromkeys("ABC", Raft) | {"alice": Client, "bob": Client}
    trace = judged(Run(servers, script=script, duration=3000))
    alice, bob = trace.operations
    assert bob.result == 10 and bob.returned_at < 2000 < alice.returned_at and alice.result == 11
    assert [final(trace)[name]["machine"] for name in "ABC"] == [{"x": 11}] * 3


# ---- fast back-up ----

DIVERGED = {"A": "1" + "2" * 50, "B": "1" + "2" * 50, "C": "1" + "3" * 50 + "4" * 50, "D": "1" + "3" * 50,
            "E": "1" + "3" * 50}


@pytest.mark.parametrize(("protocol", "least", "most"), [
    (DirectedRaft, 1, 3), (DirectedBackUpByOne, 100, 101),
])
def test_fast_back_up_finds_its_way_through_many_entries_in_conflict(protocol, least, most):
    """5.3: 50 entries of term 2 here, 50 of term 3 there, 50 more of term 4 on the leader to be."""
    script = [at(10, request("C", TimeOut()))]
    trace = judged(cluster(protocol, DIVERGED, term=4, script=script, duration=4000))
    tried = {message.payload.prev_index for message in trace.messages
             if message.dst == "A" and isinstance(message.payload, AppendEntries)}
    assert least <= len(tried - {101}) <= most
    assert {terms_of(state["log"]) for state in final(trace).values()} == {DIVERGED["C"]}


# ---- persistence ----

def test_after_all_servers_crash_the_log_is_there_and_the_machines_are_built_anew():
    """5.1: term, vote and log are on disk; figure 2: what is committed must be found out again."""
    script = [at(500, request("alice", Put("x", 1))), *(at(1000, crash(name)) for name in "ABC"),
              *(at(1100, recover(name)) for name in "ABC"), at(2000, request("alice", Add("x", 1)))]
    trace = judged(with_client("ABC", *script))
    recovered = next(step.index for step in trace.steps if step.kind == "recover" and step.node == "C")
    states = [trace.state_at(recovered)[name] for name in "ABC"]
    assert all((len(state["log"]), state["machine"], state["commit_index"]) == (1, {}, 0) for state in states)
    assert all(state["term"] > 0 and state["voted_for"] for state in states)
    assert [final(trace)[name]["machine"] for name in "ABC"] == [{"x": 2}] * 3


def test_a_new_leader_cannot_commit_what_it_finds_before_it_has_a_command_of_its_own():
    """5.4.2 and 8: it does not know what is committed; the no-op entry that would tell is left out here."""
    script = [at(500, request("alice", Put("x", 1))), *(at(1000, crash(name)) for name in "ABC"),
              *(at(1100, recover(name)) for name in "ABC")]
    assert {final(judged(with_client("ABC", *script)))[name]["commit_index"] for name in "ABC"} == {0}

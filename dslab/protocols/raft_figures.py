"""Figures of the Raft paper as runs: log repair (7) and the commit anomaly (8); and an election among three logs.

Logs are written as strings of terms: "1144" has four entries, two of term 1 and two of term 4.

Source: Ongaro and Ousterhout 2014 (extended version), figures 7 and 8. The three logs are an exercise of
Kleppmann's Cambridge lecture notes.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from dslab.network import Network, constant
from dslab.node import Node
from dslab.protocols.client import Put
from dslab.protocols.raft import Entry
from dslab.protocols.raft_variants import DirectedCommitByCounting, DirectedRaft, Propose, TimeOut
from dslab.run import Run
from dslab.script import At, at, crash, cut, heal, isolate, partition, recover, request


def log_of(terms: Iterable[str]) -> list[Entry]:
    """The log whose entries have these terms: the third entry, of term 4, writes "4.3"."""
    return [Entry(int(term), "", index, Put("x", f"{term}.{index}")) for index, term in enumerate(terms, 1)]


def cluster(protocol: type[Node], logs: Mapping[str, str], *, term: int, **options: Any) -> Run:
    """A run in which servers start in `term` with these logs; elections are triggered by the script."""
    initial = {name: {"term": term, "log": log_of(terms)} for name, terms in logs.items()}
    network = Network(latency=constant(10))
    return Run(dict.fromkeys(logs, protocol), initial=initial, network=network, **options)


# ---- figure 7: a leader repairs the logs of its followers --------------------------------------------------

FIGURE_7 = {
    "leader": "1114455666",
    "a": "111445566",
    "b": "1114",
    "c": "11144556666",
    "d": "111445566677",
    "e": "1114444",
    "f": "11122233333",
}


def figure_7(protocol: type[Node] = DirectedRaft) -> Run:
    """The leader of term 8 is elected and makes the followers' logs equal to its own."""
    script = [at(10, request("leader", TimeOut())), at(400, request("leader", Propose(Put("x", "8.11"))))]
    title = "Raft, figure 7: logs are repaired"
    return cluster(protocol, FIGURE_7, term=7, duration=600, script=script, title=title)


# ---- figure 8: an entry on a majority is not yet committed -------------------------------------------------

# (a), (b) and (c) of the figure.
BEGINNING = [
    at(0, request("S1", TimeOut())),                        # S1 leads term 2 ...
    at(100, partition(("S1", "S2"), ("S3", "S4", "S5"))),
    at(110, request("S1", Propose(Put("x", "2.2")))),       # ... and copies entry 2 to S2 only
    at(150, crash("S1")),
    at(200, request("S5", TimeOut())),                      # S5 leads term 3, by S3 and S4 ...
    at(240, isolate("S5")),
    at(250, request("S5", Propose(Put("x", "3.2")))),       # ... and its entry 2 reaches nobody
    at(300, crash("S5")),
    at(310, heal()),
    at(320, recover("S1")),
    at(330, request("S1", TimeOut())),                      # S1 loses the election of term 3,
    at(360, cut("S1", "S4")),
    at(370, request("S1", TimeOut())),                      # leads term 4, and copies entry 2 to S3
]
# (d): S1 fails before it commits anything new.
ENDING_D = [
    at(500, isolate("S1")),
    at(510, request("S1", Propose(Put("x", "4.3")))),
    at(550, crash("S1")),
    at(560, heal()),
    at(570, recover("S5")),
    at(580, request("S5", TimeOut())),                      # S5 loses the election of term 4,
    at(620, request("S5", TimeOut())),                      # leads term 5, and overwrites entry 2
    at(700, request("S5", Propose(Put("x", "5.3")))),
]
# (e): S1 commits an entry of its own term first.
ENDING_E = [
    at(510, request("S1", Propose(Put("x", "4.3")))),
    at(600, crash("S1")),
    at(610, heal()),
    at(620, recover("S5")),
    at(630, request("S5", TimeOut())),                      # now S5 can get no more than one other vote
    at(700, request("S5", TimeOut())),
]


def figure_8(ending: list[At], *, protocol: type[Node] = DirectedRaft) -> Run:
    """Figure 8 with the ending `ENDING_D` (d) or `ENDING_E` (e)."""
    logs = dict.fromkeys(("S1", "S2", "S3", "S4", "S5"), "1")
    title = "Raft, figure 8: the commit anomaly"
    return cluster(protocol, logs, term=1, script=BEGINNING + ending, duration=900, title=title)


FIGURE_8_BROKEN = figure_8(ENDING_D, protocol=DirectedCommitByCounting)

# ---- three logs --------------------------------------------------------------------------------------------

THREE_LOGS = {"A": "11", "B": "1222", "C": "123"}


def three_logs(candidate: str, protocol: type[Node] = DirectedRaft) -> Run:
    """One of three servers stands for election in term 4."""
    return cluster(protocol, THREE_LOGS, term=3, duration=400, title="Raft: who can win with these logs?",
                   script=[at(10, request(candidate, TimeOut()))])

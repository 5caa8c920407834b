"""How long is a Raft cluster without a leader? Figure 16 of the paper, through the course's own engine.

Five servers. The leader sends a heartbeat to all and crashes at a random moment before the next one. Two of
the four survivors cannot win: the other two hold an entry more, which the leader never had. A message takes 1
to 2 ms, and a vote is on disk after 8 to 14 ms more, so that asking all for their votes takes about 15 ms, as
in the paper, which says no more about its machines.

Source: Ongaro and Ousterhout 2014 (extended version), section 9.3; the medians were read from the vector
figure.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from math import inf
from random import Random
from statistics import median

from dslab.network import Network, uniform
from dslab.protocols.client import Put
from dslab.protocols.raft import Entry, Raft, Vote
from dslab.run import Run
from dslab.script import at, crash
from dslab.simulator.simulate import simulate

PUBLISHED: Mapping[tuple[float, float], int] = {    # election timeout (ms) -> median time without a leader (ms)
    (150, 151): 1199, (150, 155): 287, (150, 175): 141, (150, 200): 146, (150, 300): 171,
    (100, 200): 120, (50, 100): 67, (25, 50): 43, (12, 24): 30,
}
FAST = Network(latency=uniform(1, 2))
REIGN = 2                       # the term of the leader that crashes


class Incumbent(Raft):
    """Raft in a cluster that has a leader already, on disks that take their time to write a vote down."""

    disk_write = (8, 14)                # ms

    def init(self):
        """Raft's state, and votes that wait for the disk."""
        super().init()
        self.unwritten = []             # votes that are not on disk yet: (candidate, vote)

    def on_start(self):
        """One of them leads already."""
        if self.role == "leader":
            self.lead()
        else:
            self.await_leader()

    def lead(self):
        """Tell the world when the office is filled again."""
        super().lead()
        if self.term > REIGN:
            self.output("successor")

    def send(self, dst, msg):
        """Hold votes back until they are on disk."""
        if isinstance(msg, Vote):
            self.unwritten.append((dst, msg))
            self.set_timer("disk", *self.disk_write)
        else:
            super().send(dst, msg)

    def on_disk_timer(self):
        """The votes are on disk now."""
        for dst, vote in self.unwritten:
            super().send(dst, vote)
        self.unwritten = []


def election(timeout: tuple[float, float], seed: int, *, network: Network = FAST) -> Run:
    """One run: A, the leader, crashes; the run ends when B or C, which have longer logs, succeeds it."""
    protocol = with_timeout(timeout)
    log = [Entry(1, "", 1, Put("x", 1)), Entry(1, "", 2, Put("x", 2))]
    initial = {name: {"term": REIGN, "log": log[:2 if name in "BC" else 1]} for name in "ABCDE"}
    initial["A"]["role"] = "leader"
    moment = Random(f"{seed} crash").random() * protocol.heartbeat_interval
    title = f"Raft: who succeeds A? Timeouts of {timeout[0]} to {timeout[1]} ms"
    return Run(protocol, 5, network=network, initial=initial, seed=seed, until="successor", duration=600_000,
               script=[at(moment, crash("A"))], title=title)


@cache
def with_timeout(timeout: tuple[float, float]) -> type[Raft]:
    """Servers with this election timeout, and a heartbeat in half its least time, as in the paper."""
    settings = {"election_timeout": timeout, "heartbeat_interval": timeout[0] / 2}
    return type("Incumbent", (Incumbent,), settings)


def downtime(timeout: tuple[float, float], *, runs: int = 1000, network: Network = FAST) -> list[float]:
    """The times without a leader, in ms and in ascending order, of `runs` runs with seeds 0, 1, 2, ...

    A time is infinite where the run ended before somebody won, as it does with equal timeouts.
    """
    times = []
    for seed in range(runs):
        run = election(timeout, seed, network=network)
        won = [output.time for output in simulate(run, states=False).outputs("successor")]
        times.append(min(won, default=inf) - run.script[0].time)
    return sorted(times)


def split_vote_rate(servers: int, standing: int, window: float, *, draws: int = 20_000) -> float:
    """The chance that no candidate can win [Ongaro 2014, thesis, section 9.2].

    Of `servers`, `standing` have timers that go off at random in a unit of time. Those that go off within
    `window` of the first vote for themselves.
    """
    random = Random(f"{servers} {standing} {window}").random
    split = 0
    for _ in range(draws):
        timers = sorted(random() for _ in range(standing))
        candidates = sum(timer < timers[0] + window for timer in timers)
        split += candidates > standing - servers // 2
    return split / draws


def compare(times: Mapping[tuple[float, float], list[float]]) -> str:
    """The medians of our runs beside those of the paper, a line for each election timeout."""
    lines = ["timeout (ms)     paper  here"]
    for (low, high), found in times.items():
        lines.append(f"{low:>4} to {high:<6}  {PUBLISHED[low, high]:>6} {median(found):>5.0f}")
    return "\n".join(lines)

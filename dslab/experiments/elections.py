"""How long is a Raft cluster without a leader? Figure 16 of the paper, reproduced in simulation.

Five servers. The leader sends a heartbeat to all and crashes at a random moment before the next one. Two of
the four survivors cannot win: the other two hold one more entry, which the leader never had. A message takes 1
to 2 ms, and a vote is on disk after 8 to 14 ms more, so that a round of votes takes about 15 ms. The paper gives
that figure, and no more about its machines.

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
    """Raft in a cluster that starts with a leader, on disks that take time to write a vote."""

    disk_write = (8, 14)                # ms

    def init(self):
        """Raft's state, and votes that wait for the disk."""
        super().init()
        self.unwritten = []             # votes that are not on disk yet: (candidate, vote)

    def on_start(self):
        """The initial leader leads; the others wait for it."""
        if self.role == "leader":
            self.lead()
        else:
            self.await_leader()

    def lead(self):
        """Output "successor" when the crashed leader is replaced."""
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
        """The votes are on disk: send them."""
        for dst, vote in self.unwritten:
            super().send(dst, vote)
        self.unwritten = []


def election(timeout: tuple[float, float], seed: int, *, network: Network = FAST) -> Run:
    """One run: A, the leader, crashes; the run ends when B or C, which have longer logs, is elected."""
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
    """A Raft class with this election timeout (ms), and a heartbeat at half its minimum, as in the paper."""
    settings = {"election_timeout": timeout, "heartbeat_interval": timeout[0] / 2}
    return type("Incumbent", (Incumbent,), settings)


def downtime(timeout: tuple[float, float], *, runs: int = 1000, network: Network = FAST) -> list[float]:
    """The times without a leader, in ms and in ascending order, of `runs` runs with seeds 0, 1, 2, ...

    A time is infinite if the run ended before a server was elected, as it can with equal timeouts.
    """
    times = []
    for seed in range(runs):
        run = election(timeout, seed, network=network)
        won = [output.time for output in simulate(run, states=False).outputs("successor")]
        times.append(min(won, default=inf) - run.script[0].time)
    return sorted(times)


def split_vote_rate(servers: int, standing: int, window: float, *, draws: int = 20_000) -> float:
    """The probability of a split vote [Ongaro 2014, thesis, section 9.2], by Monte Carlo.

    Of `servers`, `standing` have timers that fire at random in a unit of time. Those that fire within `window` of the
    first vote for themselves.
    """
    random = Random(f"{servers} {standing} {window}").random

    def is_split() -> bool:
        timers = sorted(random() for _ in range(standing))
        candidates = [timer for timer in timers if timer < timers[0] + window]
        return len(candidates) > standing - servers // 2

    return sum(is_split() for _ in range(draws)) / draws


def compare(times: Mapping[tuple[float, float], list[float]]) -> str:
    """The medians of these runs beside those of the paper, a line for each election timeout."""
    lines = ["timeout (ms)     paper  here"]
    for (low, high), found in times.items():
        lines.append(f"{low:>4} to {high:<6}  {PUBLISHED[low, high]:>6} {median(found):>5.0f}")
    return "\n".join(lines)

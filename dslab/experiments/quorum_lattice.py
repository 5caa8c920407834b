"""Read and write quorums of n replicas: which sizes overlap, which faults they tolerate, how available they are.

All by enumeration of the sets of replicas; availability assumes that each is down independently of the others.
"""

from __future__ import annotations

from itertools import combinations
from math import nan

from dslab.charts.plots import Chart, curves
from dslab.experiments.availability import always_overlap, quorum_up
from dslab.text import text_table
from dslab.values import DslabError

# n, q, and the probability that q of n replicas are up, if each is down 1 % of the time.
PUBLISHED = {(3, 2): 0.999702, (3, 3): 0.970299, (4, 3): 0.999408, (5, 3): 0.999990}


def tolerated(n: int, q: int) -> int:
    """How many replicas may be down, whichever they are, so that q of n answer: by trying all sets."""
    replicas = set(range(n))

    def survive(down: int) -> bool:
        return all(len(replicas - set(lost)) >= q for lost in combinations(replicas, down))

    return max(down for down in range(n + 1) if survive(down))


def lattice(n: int, p: float = 0.01) -> str:
    """A line for each r and w: do all quorums overlap, how many faults are tolerated, and the availability.

    Args:
        n: the number of replicas.
        p: the probability that one is down.
    """
    rows = [("r", "w", "every r meets every w", "reads tolerate", "writes tolerate", "reads up", "writes up")]
    for r in range(1, n + 1):
        for w in range(1, n + 1):
            meets = "yes" if always_overlap(n, r, w) else "no"
            rows.append((str(r), str(w), meets, str(tolerated(n, r)), str(tolerated(n, w)),
                         f"{quorum_up(n, r, p):.6f}", f"{quorum_up(n, w, p):.6f}"))
    return text_table(rows, "><<>>>>")


def quorums_up(n: int, r: int, w: int, p: float) -> Chart:
    """How available reads and writes are, for the controls of `vary`.

    Args:
        n: the number of replicas.
        r, w: how many a read and a write need; taken as n if they are larger.
        p: the probability that a replica is down, from 0 to 1; independent of the others.
    """
    if n < 1 or r < 1 or w < 1 or not 0 <= p <= 1:
        raise DslabError(f"n, r and w are at least 1 and p is from 0 to 1, not {n}, {r}, {w} and {p}")
    r, w, sizes = min(r, n), min(w, n), range(1, n + 1)
    up = [float(quorum_up(n, size, p)) for size in sizes]
    points = {f"{name} = {q}": [up[q - 1] if size == q else nan for size in sizes] for name, q in (("r", r), ("w", w))}
    chart = curves(sizes, {"at least so many are up": up}, points, label="replicas that are needed",
                   height="share of time", title=f"{n} replicas, each down {100 * p:.3g} % of the time")
    chart.axes[0].set(ylim=(-0.03, 1.03), xticks=sizes)
    meets = ("every read quorum meets every write quorum" if always_overlap(n, r, w) else
             "some read quorum misses some write quorum")
    return chart.said(f"r + w = {r + w}, n = {n}: {meets}. Reads tolerate {n - r} down and are possible"
                      f" {100 * up[r - 1]:.6g} % of the time; writes tolerate {n - w}: {100 * up[w - 1]:.6g} %.")

"""What depends on a number, as a function of that number: for the controls of `vary`.

Each returns a chart or a diagram whose sentence says the result; nothing is drawn from chance but by a seed.
"""

from __future__ import annotations

from dslab.charts.clock_faces import exchange
from dslab.charts.downtime import parts_up
from dslab.charts.plots import Chart, curves
from dslab.charts.recursion_tree import recursion_tree
from dslab.charts.suspicion import climbing
from dslab.diagrams.diagram import diagram
from dslab.diagrams.drawing import Drawing
from dslab.experiments.availability import AtLeast, chances, downtime, spell
from dslab.experiments.byzantine_strategies import all_say, broken, recursion
from dslab.experiments.conflict_rules import RULES, WRITES, lost
from dslab.experiments.detector_quality import silence_at
from dslab.experiments.gossip import predicted_chance, rounds
from dslab.protocols.broadcast import gossip
from dslab.protocols.byzantine import RETREAT
from dslab.protocols.clock_sync import ahead, asking, round_trip
from dslab.protocols.failure_detectors import phi
from dslab.protocols.physical_timestamps import moon
from dslab.run import node_names
from dslab.simulator.simulate import simulate
from dslab.values import DslabError

OFTEN = 12                  # runs of gossip in a chart


# ---- chapter 2: availability, Byzantine generals, φ -----------------------------------------------------------------

def replicas_up(n: int, k: int, p: float) -> Chart:
    """How many of n nodes are up, and whether that is enough for a service that needs k of them.

    Args:
        n, k: k is taken as n if it is larger.
        p: the probability that a node is down, from 0 to 1; independent of the others.
    """
    k = min(k, n)
    shares = [float(share) for share in chances(AtLeast(k, *[1 - p] * n))]
    down = sum(shares[:k])
    up = 1 - down
    chart = parts_up(shares, k, title=f"{k} of {n} are needed")
    share = f"{100 * up:.6g}"
    nearly = "nearly " if share == "100" and down else ""
    return chart.said(f"Each node is down {100 * p:.3g} % of the time. At least {k} of {n} are up {nearly}{share} % of"
                      f" the time: down {spell(downtime(up))} a year.")


def traitors_tree(generals: int, m: int, traitors: int) -> Chart:
    """What the first lieutenant concludes in OM(m) from all that it is told; the last generals are traitors.

    Args:
        generals: 3 to 7.
        m: the number of traitors that OM(m) is meant for, 0 to 2.
        traitors: how many there are; the commander and the first lieutenant are loyal.
    """
    names, traitors = node_names(generals), min(traitors, generals - 2)
    run = all_say(generals, m, names[generals - traitors:], RETREAT)
    trace = simulate(run)
    wrong = broken(run)
    chart = recursion_tree(recursion(trace, names[1]), title=f"OM({m}) among {generals} generals")
    return chart.said(f"{len(trace.messages)} messages. " + (
        f"{' and '.join(wrong)} broken: {generals} generals are not more than 3 × {traitors}." if wrong else
        f"IC1 and IC2 hold{_in_spite_of(generals, m, traitors)}."))


def _in_spite_of(generals: int, m: int, traitors: int) -> str:
    """Why the conditions hold although there are too many traitors; "" if there are not."""
    if generals > 3 * traitors:
        return ""
    why = "in OM(0) no lieutenant says anything" if m == 0 else "these traitors do not know their best lie"
    return f", though {generals} generals are not more than 3 × {traitors}: {why}"


def phi_threshold(threshold: float, deviation: float, mean: float = 1000) -> Chart:
    """φ during a silence, and the moment at which a detector with this threshold suspects.

    Args:
        threshold: of φ.
        deviation, mean: of the intervals between heartbeats, ms.
    """
    silence = silence_at(threshold, mean, deviation)
    chart = climbing({f"{mean:g} ± {deviation:g} ms": lambda silent: phi(silent, mean, deviation)},
                     until=3.2 * mean, thresholds=(threshold,), title=f"Suspect when φ reaches {threshold:g}")
    chart.axes[0].set_ylim(0, 16)                   # the curve stays, and the line moves
    return chart.said(f"A node is suspected after {silence:,.0f} ms of silence. Of the heartbeats of a node that is up,"
                      f" one in {10 ** threshold:,.0f} comes later than that.")


# ---- chapter 3: clocks -----------------------------------------------------------------------------------------------

def ntp(offset: float, there: float, back: float) -> Chart:
    """Four timestamps, what the client computes from them, and how wrong that is.

    Args:
        offset: how far the server is ahead, ms.
        there, back: the delays of the request and of the reply, ms.
    """
    trace = simulate(asking(offset=offset, there=there, back=back))
    sample = next(iter(trace.state_at(-1)["C"]["samples"]))
    chart = exchange(trace.messages[0], trace.messages[1], sample)
    estimate, bound = ahead(sample), round_trip(sample) / 2
    return chart.said(f"The client computes {estimate:g} ± {bound:g} ms. The server is ahead by {offset:g} ms: the"
                      f" error is {estimate - offset:g} ms, half of {there:g} − {back:g}.")


def moon_and_cheese(ahead: float, latency: float) -> Drawing:
    """The moon and the cheese: can a clock that is ahead make C read the answer before the question?

    Args:
        ahead: how far A's clock is ahead, ms.
        latency: of a message, ms; A's message to C takes 10 ms more.
    """
    trace = simulate(moon(ahead=ahead, latency=latency, title=_order(ahead, latency)))
    return diagram(trace, stamps="clock")


def _order(ahead: float, latency: float) -> str:
    said = simulate(moon(ahead=ahead, latency=latency)).outputs("said")
    question, answer = (output.values[1] for output in said)
    return f"A's clock is {ahead:g} ms ahead, a message takes {latency:g} ms: " + (
        "both timestamps are the same" if question == answer else
        f"C reads the {'question' if question < answer else 'answer'} first")


# ---- chapter 4: gossip -----------------------------------------------------------------------------------------------

def gossip_spread(fanout: int, nodes: int = 30) -> Chart:
    """How many nodes have the message after each hop, in some runs of gossip.

    Args:
        fanout: the number of nodes that each tells, once.
        nodes: how many there are.
    """
    if not 1 <= fanout < nodes:
        raise DslabError(f"each of {nodes} nodes can tell 1 to {nodes - 1} others, not {fanout}")
    runs = [rounds(simulate(gossip(nodes, fanout=fanout, seed=seed), states=False)) for seed in range(OFTEN)]
    hops = range(max(map(len, runs)))
    lines = {f"seed {seed}": [spread[min(hop, len(spread) - 1)] for hop in hops] for seed, spread in enumerate(runs)}
    chart = curves(hops, lines, {}, label="hops", height="nodes that have it",
                   title=f"{nodes} nodes, each tells {fanout}")
    chart.axes[0].get_legend().remove()
    chart.axes[0].set_ylim(0, nodes + 1)
    chart.axes[0].locator_params(axis="x", integer=True)
    everyone = sum(spread[-1] == nodes for spread in runs)
    return chart.said(f"All {nodes} have it in {everyone} of {OFTEN} runs; the formula says"
                      f" {predicted_chance(nodes, fanout):.0%}.")


# ---- chapter 5: conflicts --------------------------------------------------------------------------------------------

def writes_lost(ahead: float) -> Chart:
    """How many acknowledged writes each rule for conflicts loses, up to a clock that is so far ahead.

    Args:
        ahead: how far A's clock is ahead, seconds.
    """
    across = [ahead * part / 10 for part in range(11)]
    points = {rule: [lost(rule, seconds) for seconds in across] for rule in RULES}
    chart = curves(across, {}, points, label="A's clock is ahead (s)", height="acknowledged writes lost",
                   title=f"{len(WRITES)} writes by two clients")
    chart.axes[0].set_xlim(-0.2, 5.2)               # the axes stay, and the points spread
    chart.axes[0].set_ylim(-0.5, len(WRITES))
    told = ", ".join(f"{rule} {numbers[-1]}" for rule, numbers in points.items())
    return chart.said(f"A's clock is {ahead:g} s ahead. Of {len(WRITES)} acknowledged writes are lost: {told}.")

"""What the player is compared with: an ipywidgets slider that redraws the same run with matplotlib in an Output.

It shows less: the cluster with the messages in flight, and a space-time diagram of 40 steps; no states, log or reasons.
The kernel of a notebook imports this file; see player.py.
"""

from __future__ import annotations

from math import cos, pi, sin

import ipywidgets
import matplotlib.pyplot as plt
from IPython.display import display

from dslab import Limits, Run, Trace
from dslab.protocols.raft import Raft

SIZES = ((5, 200), (10, 5000))      # (nodes, events)
WINDOW = 40                         # steps in the diagram
COLOURS = {"leader": "tab:orange", "candidate": "tab:purple", "follower": "tab:blue"}


def run(nodes: int, events: int) -> Run:
    """An election, and then heartbeats."""
    return Run(Raft, nodes, seed=1, duration=1e9, limits=Limits(steps=events))


def slider(trace: Trace, step: int) -> ipywidgets.Widget:
    """The player of somebody who has no player: a slider, a play button, and a picture."""
    picture = ipywidgets.Output()
    cursor = ipywidgets.IntSlider(value=step, max=len(trace) - 1, layout={"width": "500px"})
    play = ipywidgets.Play(value=step, max=len(trace) - 1, interval=33)
    ipywidgets.jslink((play, "value"), (cursor, "value"))

    def redraw(change: object = None) -> None:
        with picture:
            picture.clear_output(wait=True)
            figure = drawing(trace, cursor.value)
            display(figure)
            plt.close(figure)

    cursor.observe(redraw, "value")
    redraw()
    return ipywidgets.VBox([ipywidgets.HBox([play, cursor]), picture])


def drawing(trace: Trace, step: int) -> plt.Figure:
    """One frame."""
    with plt.ioff():
        figure, (left, right) = plt.subplots(1, 2, figsize=(11, 4.5), width_ratios=(2, 3), layout="none")
    draw_cluster(left, trace, step)
    draw_diagram(right, trace, step)
    return figure


def draw_cluster(axes: plt.Axes, trace: Trace, step: int) -> None:
    count, time = len(trace.nodes), trace[step].time
    at = {node: (sin(2 * pi * i / count), cos(2 * pi * i / count)) for i, node in enumerate(trace.nodes)}
    for i, a in enumerate(trace.nodes):
        for b in trace.nodes[:i]:
            axes.plot(*zip(at[a], at[b], strict=True), color="lightgrey", linewidth=0.5, zorder=0)
    for node, state in trace.state_at(step).items():
        axes.scatter(*at[node], s=500, color=COLOURS[state["role"]])
        axes.text(*at[node], f"{node}\n{state['term']}", ha="center", va="center")
    for one in trace.in_flight(step):
        part = (time - one.departs) / (one.arrives - one.departs)
        (x, y), (to_x, to_y) = at[one.src], at[one.dst]
        axes.scatter(x + part * (to_x - x), y + part * (to_y - y), s=60, color="black")
    axes.set(xlim=(-1.3, 1.3), ylim=(-1.3, 1.3), aspect="equal", title=f"step {step}, {time:.1f} ms")
    axes.axis("off")


def draw_diagram(axes: plt.Axes, trace: Trace, step: int) -> None:
    row = {node: i for i, node in enumerate(trace.nodes)}
    steps = range(max(0, step - WINDOW), step + 1)
    for one in (trace[k] for k in steps):
        axes.plot(one.index, row[one.node], "o", color="black" if one.index < step else "red")
        axes.text(one.index, row[one.node] + 0.15, one.lamport, fontsize=7)
        if one.message is not None and one.cause >= steps[0]:
            axes.annotate("", (one.index, row[one.node]), (one.cause, row[one.message.src]),
                          arrowprops={"arrowstyle": "->", "linewidth": 0.6})
    axes.set(xlim=(step - WINDOW - 1, step + 1), yticks=range(len(row)), yticklabels=row, xlabel="step")

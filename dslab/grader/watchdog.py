"""The watchdog of the child process: it ends an attempt that exceeds its time or memory, and reports where.

A handler that does not return cannot be interrupted by an exception, which it may catch. So a second thread inspects
the frames of the main thread, and when time or memory is exhausted it writes the report and ends the process. A call
into C that holds the GIL stops even that thread; then a timer of faulthandler, which the thread restarts periodically,
prints the traceback and ends the process.
"""

from __future__ import annotations

import faulthandler
import sys
from collections import Counter
from collections.abc import Callable
from threading import Event, Thread, main_thread
from time import monotonic, process_time
from types import FrameType

import psutil

from dslab.grader.exercise import Case
from dslab.grader.report import TOO_SLOW, WRONG
from dslab.node import Node
from dslab.simulator.simulate import Simulation
from dslab.values import shorten

EVERY = 0.02                    # s between two inspections
HANDLER_CPU, HANDLER_WALL = 2.0, 10.0       # s: limits of one call of a handler, of CPU time and of waiting
WAITS = 0.02                    # s of CPU time a second: a thread with less is waiting, even on a busy machine
MEMORY = 512 * 2**20            # bytes, beyond those of the child itself


class Watchdog(Thread):
    """A thread that inspects the main thread periodically.

    Args:
        bark: called with an outcome and a sentence when a limit is exceeded; it does not return.
        cpu: the limit of CPU time of the whole check, s.
        far: returns the progress so far, as text.
    """

    def __init__(self, bark: Callable[[str, str], None], *, cpu: float, far: Callable[[], str]) -> None:
        super().__init__(daemon=True)
        self.bark, self.cpu, self.far = bark, cpu, far
        self.done = Event()
        self.seen: Counter[str] = Counter()     # handler -> in how many inspections it was running
        self.frame: FrameType | None = None     # the running call of a handler
        self.since = (0.0, 0.0)                 # the time of its beginning: (CPU, wall)
        self.process = psutil.Process()
        self.least = self.process.memory_info().rss
        faulthandler.dump_traceback_later(HANDLER_WALL, exit=True)

    def run(self) -> None:
        """Inspect until the check is done."""
        while not self.done.wait(EVERY):
            faulthandler.dump_traceback_later(HANDLER_WALL, exit=True)
            frame = handler_frame(sys._current_frames().get(main_thread().ident or 0))
            self.seen[frame.f_code.co_name if frame else ""] += 1
            self.look_at_handler(frame)
            if process_time() > self.cpu:
                self.bark(TOO_SLOW, self.slow())
            if self.process.memory_info().rss - self.least > MEMORY:
                self.bark(WRONG, self.big(frame))

    def stop(self) -> None:
        """The check is done: end the inspections."""
        self.done.set()
        self.join()
        faulthandler.cancel_dump_traceback_later()

    def look_at_handler(self, frame: FrameType | None) -> None:
        """End the attempt if this call of a handler has run for too long."""
        now = process_time(), monotonic()
        if frame is not self.frame:
            self.frame, self.since = frame, now
            return
        computed, passed = now[0] - self.since[0], now[1] - self.since[1]
        if frame is not None and (computed > HANDLER_CPU or passed > HANDLER_WALL and computed < WAITS * passed):
            advice = "" if "case" in frame.f_locals else " A handler must return; use a timer to wait."
            self.bark(WRONG, f"{call(frame)} did not return within {HANDLER_CPU:g} s{place(frame)}.{advice}")

    def slow(self) -> str:
        """The sentence about an attempt that is too slow."""
        name, times = self.seen.most_common(1)[0]
        share = f"; {100 * times / self.seen.total():.0f} % of it in {name}" if name else ""
        return f"correct so far ({self.far() or 'nothing tried yet'}), but over {self.cpu:g} s of computing{share}."

    def big(self, frame: FrameType | None) -> str:
        """The sentence about an attempt that uses too much memory."""
        largest = _largest(frame) if frame else ""
        return f"{largest or 'your code takes too much memory'}: over {MEMORY // 2**20} MB{place(frame)}."


def handler_frame(frame: FrameType | None) -> FrameType | None:
    """The frame of the running handler (the outermost call of a node's method), or of the case that is judged."""
    found = None
    while frame is not None:
        if isinstance(frame.f_locals.get("self"), Node) or isinstance(frame.f_locals.get("case"), Case):
            found = frame
        frame = frame.f_back
    return found


def call(frame: FrameType) -> str:
    """`on_vote of B`, or the call of a case."""
    case = frame.f_locals.get("case")
    return case.code if isinstance(case, Case) else f"{frame.f_code.co_name} of {frame.f_locals['self'].id}"


def place(frame: FrameType | None) -> str:
    """The place in the run, ` (step 14, Vote from A)`; empty if unknown."""
    where = []
    simulation = simulation_of(frame)
    if simulation is not None:
        where.append(f"step {len(simulation.steps)}")
    local = frame.f_locals if frame is not None else {}     # since Python 3.13 no dict, and its keys() are a list
    if "src" in local and "msg" in local:
        where.append(f"{type(local['msg']).__name__} from {shorten(str(local['src']))}")
    return f" ({', '.join(where)})" if where else ""


def simulation_of(frame: FrameType | None) -> Simulation | None:
    """The running simulation, if there is one."""
    while frame is not None:
        one = frame.f_locals.get("self")
        if isinstance(one, Simulation):
            return one
        frame = frame.f_back
    return None


def _largest(frame: FrameType) -> str:
    """The largest attribute of the node whose handler runs: `A.seen has 2,000,001 items`."""
    node = frame.f_locals.get("self")
    if not isinstance(node, Node):
        return ""
    sizes = {name: len(value) for name, value in list(vars(node).items()) if isinstance(value, (list, set, dict))}
    if not sizes:
        return ""
    name = max(sizes, key=lambda name: sizes[name])
    return f"{node.id}.{name} has {sizes[name]:,} items"

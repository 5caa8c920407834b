"""The watchdog in the child process: it knows what the attempt is doing, and ends what would not end by itself.

A handler that does not return cannot be interrupted from within: it may catch everything. So a second thread looks at
the frames of the first one, and when the time or the memory is used up it writes the report and ends the process. One
call into C can keep even that thread from running; then a timer of Python's own, which the thread winds up again and
again, prints where the code stands and ends the process.
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

EVERY = 0.02                    # s between two looks
HANDLER_CPU, HANDLER_WALL = 2.0, 10.0       # s that one call of a handler may compute, and wait
WAITS = 0.02                    # s of computing a second: who gets no more does not compute, even on a busy machine
MEMORY = 512 * 2**20            # bytes, beyond what the child needs by itself


class Watchdog(Thread):
    """Looks at the main thread now and then.

    Args:
        bark: called with an outcome and a sentence when a limit is passed; it does not return.
        cpu: s that the whole check may take.
        far: says what was tried so far.
    """

    def __init__(self, bark: Callable[[str, str], None], *, cpu: float, far: Callable[[], str]) -> None:
        super().__init__(daemon=True)
        self.bark, self.cpu, self.far = bark, cpu, far
        self.done = Event()
        self.seen: Counter[str] = Counter()     # handler -> how often it was running
        self.frame: FrameType | None = None     # the handler's call that is running
        self.since = (0.0, 0.0)                 # its beginning: (CPU, wall)
        self.process = psutil.Process()
        self.least = self.process.memory_info().rss
        faulthandler.dump_traceback_later(HANDLER_WALL, exit=True)

    def run(self) -> None:
        """Look until the check is done."""
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
        """The check is done: look no more."""
        self.done.set()
        self.join()
        faulthandler.cancel_dump_traceback_later()

    def look_at_handler(self, frame: FrameType | None) -> None:
        """Has this call of a handler been running for too long?"""
        now = process_time(), monotonic()
        if frame is not self.frame:
            self.frame, self.since = frame, now
            return
        computed, passed = now[0] - self.since[0], now[1] - self.since[1]
        if frame is not None and (computed > HANDLER_CPU or passed > HANDLER_WALL and computed < WAITS * passed):
            advice = "" if "case" in frame.f_locals else " A handler must return; use a timer to wait."
            self.bark(WRONG, f"{call(frame)} did not return within {HANDLER_CPU:g} s{place(frame)}.{advice}")

    def slow(self) -> str:
        """What took so long."""
        name, times = self.seen.most_common(1)[0]
        share = f"; {100 * times / self.seen.total():.0f} % of it in {name}" if name else ""
        return f"correct so far ({self.far() or 'nothing tried yet'}), but over {self.cpu:g} s of computing{share}."

    def big(self, frame: FrameType | None) -> str:
        """What takes so much memory."""
        largest = _largest(frame) if frame else ""
        return f"{largest or 'your code takes too much memory'}: over {MEMORY // 2**20} MB{place(frame)}."


def handler_frame(frame: FrameType | None) -> FrameType | None:
    """The outermost call of a method of a node: the handler that is running, if one is; or the case that is judged."""
    found = None
    while frame is not None:
        if isinstance(frame.f_locals.get("self"), Node) or isinstance(frame.f_locals.get("case"), Case):
            found = frame
        frame = frame.f_back
    return found


def call(frame: FrameType) -> str:
    """`on_vote of B`, or the call that a case is about."""
    case = frame.f_locals.get("case")
    return case.code if isinstance(case, Case) else f"{frame.f_code.co_name} of {frame.f_locals['self'].id}"


def place(frame: FrameType | None) -> str:
    """Where that was: ` (step 14, Vote from A)`; nothing if it is not known."""
    where = []
    simulation = simulation_of(frame)
    if simulation is not None:
        where.append(f"step {len(simulation.steps)}")
    told = frame.f_locals if frame is not None else {}      # since Python 3.13 no dict, and its keys() are a list
    if "src" in told and "msg" in told:
        where.append(f"{type(told['msg']).__name__} from {shorten(str(told['src']))}")
    return f" ({', '.join(where)})" if where else ""


def simulation_of(frame: FrameType | None) -> Simulation | None:
    """The simulation that is under way, if one is."""
    while frame is not None:
        one = frame.f_locals.get("self")
        if isinstance(one, Simulation):
            return one
        frame = frame.f_back
    return None


def _largest(frame: FrameType) -> str:
    """The largest attribute of the node at work: `A.seen has 2,000,001 items`."""
    node = frame.f_locals.get("self")
    if not isinstance(node, Node):
        return ""
    sizes = {name: len(value) for name, value in list(vars(node).items()) if isinstance(value, (list, set, dict))}
    if not sizes:
        return ""
    name = max(sizes, key=lambda name: sizes[name])
    return f"{node.id}.{name} has {sizes[name]:,} items"

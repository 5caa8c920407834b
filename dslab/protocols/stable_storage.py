"""Stable storage: a crash loses what is in memory and keeps what is on disk; a pause loses nothing.

Three nodes count the same events, in memory and on disk. One is up throughout; one is paused and handles the events
that waited for it when it resumes; one crashes, misses the events that arrive while it is down, and recovers with the
count on disk alone.

Source: Cachin, Guerraoui and Rodrigues, "Introduction to Reliable and Secure Distributed Programming" (2011), section
2.2, for the crash-stop and crash-recovery models. Left out: disks that fail, and writes that a crash tears in two.
"""

from dslab.node import Node, message
from dslab.properties import always, sometimes
from dslab.run import Run
from dslab.script import at, crash, pause, recover, request, resume


@message
class Count:
    """A request: add one."""

    label = "+ 1"


class Memory(Node):
    """Counts the same events twice: in memory, and on disk."""

    persistent = ("on_disk",)
    shown = ("in_memory", "on_disk")

    def init(self):
        self.in_memory = 0
        self.on_disk = 0

    def on_count(self, src, msg):
        self.in_memory += 1
        self.on_disk += 1


@always
def memory_never_counts_more_than_the_disk(world):
    """Each event is on disk before its handler's effects are seen, so a crash cannot lose it."""
    for node, state in world.having("on_disk").items():
        if state.in_memory > state.on_disk:
            return f"{node} has counted {state.in_memory} events in memory, and {state.on_disk} on disk"


@sometimes
def a_crash_loses_the_count_in_memory(world):
    return any(state.in_memory < state.on_disk for state in world.having("on_disk").values())


PROMISES = (memory_never_counts_more_than_the_disk, a_crash_loses_the_count_in_memory)

# Five events arrive at each of three nodes: one is up, one is paused from 25 to 45 ms, one is down at that time.
DEMO = Run(Memory, ("steady", "paused", "crashed"), title="Five events: a node that works, one that pauses, one that "
           "crashes", script=[
               at(25, pause("paused")), at(25, crash("crashed")), at(45, resume("paused")), at(45, recover("crashed")),
               *(at(10 * number, request(node, Count())) for number in range(1, 6)
                 for node in ("steady", "paused", "crashed"))])

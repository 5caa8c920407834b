"""The plainest explorer there is, to compare with: real nodes, deep copies, a list of what to do next."""

from collections import Counter
from copy import deepcopy

from dslab.contract import find_handler
from dslab.model_checker.freeze import freeze, rename


class Snapshot:
    """All nodes, timers and messages at one moment."""

    def __init__(self, run):
        self.nodes = {
            name: cls(
                name,
                [other for other in run.nodes if other != name and run.protocols[other] is cls],
                neighbours=[other for other in run.nodes if other != name],
            )
            for name, cls in run.protocols.items()
        }
        self.timers = {name: set() for name in run.nodes}
        self.network, self.outputs, self.down = [], [], set()
        self.requests = [event.action.args for event in run.script]
        for name in run.nodes:
            self.nodes[name].on_start()
            self.settle(name)

    def settle(self, name):
        for kind, *rest in self.nodes[name].effects:
            if kind == "send":
                self.network.append((name, *rest))
            elif kind == "timer":
                self.timers[name].add(rest[0])
            elif kind == "cancel":
                self.timers[name].discard(rest[0])
            elif kind == "output":
                self.outputs.append((name, *rest))
        self.nodes[name].clear_effects()

    def receive(self, src, dst, msg):
        if dst not in self.down:
            find_handler(self.nodes[dst], msg)(src, msg)
            self.settle(dst)

    def key(self, budget):
        nodes = frozenset((name, name in self.down, frozenset(self.timers[name]), freeze(vars(node)))
                          for name, node in self.nodes.items())
        flying = frozenset(Counter((src, dst, freeze(msg)) for src, dst, msg in self.network).items())
        return nodes, flying, freeze(tuple(self.outputs)), len(self.requests), budget


def following(now, budget):
    """What can come next: (snapshot, budget of crashes and recoveries)."""
    crashes, recoveries = budget
    for index, one in enumerate(now.network):
        if one not in now.network[:index]:
            after = deepcopy(now)
            after.receive(*after.network.pop(index))
            yield after, budget
    for name in now.nodes:
        for timer in sorted(now.timers[name]):
            after = deepcopy(now)
            after.timers[name].discard(timer)
            getattr(after.nodes[name], f"on_{timer}_timer")()
            after.settle(name)
            yield after, budget
        if name not in now.down and crashes:
            after = deepcopy(now)
            after.down.add(name)
            after.timers[name].clear()
            yield after, (crashes - 1, recoveries)
        if name in now.down and recoveries:
            after = deepcopy(now)
            node, disk = (
                after.nodes[name],
                {kept: vars(now.nodes[name])[kept] for kept in now.nodes[name].persistent},
            )
            node.init()
            vars(node).update(deepcopy(disk))
            after.down.discard(name)
            node.on_recover()
            after.settle(name)
            yield after, (crashes, recoveries - 1)
    if now.requests:
        after = deepcopy(now)
        node, msg = after.requests.pop(0)
        after.receive("user", node, msg)
        yield after, budget


def explore_plainly(run, *, crashes=0, recoveries=0):
    """(keys of all states, number of transitions)."""
    first = Snapshot(run)
    seen, todo, transitions = {first.key((crashes, recoveries))}, [(first, (crashes, recoveries))], 0
    while todo:
        for after, budget in following(*todo.pop()):
            transitions += 1
            key = after.key(budget)
            if key not in seen:
                seen.add(key)
                todo.append((after, budget))
    return seen, transitions


def renamed(key, names):
    """A state in which nodes have changed their names."""
    return tuple(rename(part, names) for part in key)

"""What the verbs of a script, and an unkind network, do to a simulation.

Each verb is a function `(simulation, event, *args, **options)`. One that finds nothing to do says so with
`did_not_apply`, so that a run counts only the faults that really took effect.
"""

from __future__ import annotations

from collections.abc import Callable
from heapq import heapify, heappush
from typing import TYPE_CHECKING, Any

from dslab.script import At, parse_message_name
from dslab.simulator.links import Link
from dslab.values import nearest

if TYPE_CHECKING:
    from dslab.simulator.hosts import Host
    from dslab.simulator.simulate import Simulation


class Weather:
    """The state of the network: which links are cut or changed, and what waits for messages not yet sent."""

    def __init__(self) -> None:
        self.cuts: set[tuple[str, str]] = set()
        self.changes: list[tuple[tuple[str, ...], dict]] = []                   # (link or () for all, new settings)
        self.orders: dict[tuple[str, str], dict[int, list[tuple]]] = {}         # link -> number -> (event, verb, ms)


# ---- nodes -----------------------------------------------------------------------------------------------------------

def crash(sim: Simulation, event: At, node: str) -> None:
    """The node stops; what had waited for it during a pause is lost with it."""
    host = sim.hosts[node]
    if not host.up:
        return sim.record.did_not_apply(event, f"{node} is already down")
    for entry in host.waiting:
        if entry[2] == "arrived":
            sim.record.fates[entry[3], entry[5]] = (f"{node} crashed before it looked at it", len(sim.steps))
    host.waiting.clear()
    host.timers.clear()
    host.queued.clear()
    host.up = host.awake = False
    _happen(sim, event, host)


def recover(sim: Simulation, event: At, node: str) -> None:
    """The node starts again with what it had on disk."""
    host = sim.hosts[node]
    if host.up:
        return sim.record.did_not_apply(event, f"{node} is not down")
    before = host.node
    host.clock.restart(sim.now)
    sim.boot(host)
    for name in before.persistent:
        host.node.__dict__[name] = before.__dict__[name]
    host.up = host.awake = True
    host.node.on_recover()
    sim.faults["recover"] += 1
    sim.finish(_entry(sim, event, host), host)


def pause(sim: Simulation, event: At, node: str) -> None:
    """The node stands still without knowing it."""
    host = sim.hosts[node]
    if not host.awake:
        return sim.record.did_not_apply(event, f"{node} is already {'paused' if host.up else 'down'}")
    host.awake = False
    _happen(sim, event, host)


def resume(sim: Simulation, event: At, node: str) -> None:
    """The node goes on: all that has waited happens now, in its order."""
    host = sim.hosts[node]
    if host.awake or not host.up:
        return sim.record.did_not_apply(event, f"{node} is {'not paused' if host.up else 'down'}")
    host.awake = True
    _happen(sim, event, host)
    for waited in host.waiting:
        entry = sim.push(sim.now, *waited[2:])
        if entry[2] == "timer" and host.timers.get(entry[4]) is waited:
            host.timers[entry[4]] = host.queued[entry[4]] = entry
    host.waiting.clear()


def clock(sim: Simulation, event: At, node: str, *, offset: float | None = None, drift: float | None = None,
          step: float = 0.0) -> None:
    """The node's clock is set, made faster or slower, or moved. Timers that are set already keep their time."""
    host = sim.hosts[node]
    shown = host.clock.shows(sim.now) if offset is None else sim.now + round(offset * 1000)
    host.clock.set(sim.now, day=shown + round(step * 1000), rate=None if drift is None else 1.0 + drift / 1e6)
    sim.clocks_differ = True
    _happen(sim, event, host)


def fire(sim: Simulation, event: At, node: str, timer: str) -> None:
    """The timer goes off now, and not again at the moment for which it was set."""
    host = sim.hosts[node]
    planned = host.timers.get(timer)
    if planned is None:
        why = f"{node} has no timer {timer!r} set.{nearest(timer, host.timers)}" if host.up else f"{node} is down"
        return sim.record.did_not_apply(event, why)
    host.timers[timer] = host.queued[timer] = sim.push(sim.now, *planned[2:])
    _happen(sim, event, None)


# ---- links -----------------------------------------------------------------------------------------------------------

def partition(sim: Simulation, event: At, *groups: tuple[str, ...]) -> None:
    """The network falls into these groups: between them all links are cut, inside them none."""
    group_of = {node: index for index, group in enumerate(groups) for node in group}
    _recut(sim, event, {(a, b) for a in sim.hosts for b in sim.hosts if group_of.get(a) != group_of.get(b)})


def isolate(sim: Simulation, event: At, node: str) -> None:
    """All links to and from the node are cut."""
    others = [name for name in sim.hosts if name != node]
    _recut(sim, event, sim.weather.cuts | {(node, name) for name in others} | {(name, node) for name in others})


def cut(sim: Simulation, event: At, src: str, dst: str) -> None:
    """One link is cut, in one direction."""
    _recut(sim, event, sim.weather.cuts | {(src, dst)})


def heal(sim: Simulation, event: At, *link: str) -> None:
    """One link is mended, or all are."""
    _recut(sim, event, sim.weather.cuts - {link} if link else set())


def _recut(sim: Simulation, event: At, cuts: set[tuple[str, str]]) -> None:
    if sim.run.topology is not None:
        cuts = {(src, dst) for src, dst in cuts if dst in sim.neighbours[src]}      # what is not linked cannot be cut
    if cuts == sim.weather.cuts:
        return sim.record.did_not_apply(event, "no link changes by it")
    sim.weather.cuts = cuts
    for link in _open_links(sim):
        link.cut = (link.src, link.host.name) in cuts
        link.refresh()
    _happen(sim, event, None)


def set_link(sim: Simulation, event: At, *pair: str, **settings: Any) -> None:
    """Latency, loss, duplication or order of a link, or of all, change for the messages sent from now on."""
    sim.weather.changes.append((pair, settings))
    for link in _open_links(sim):
        if not pair or pair == (link.src, link.host.name):
            link.use(link.settings.but(settings))
    _happen(sim, event, None)


# ---- single messages -------------------------------------------------------------------------------------------------

def drop(sim: Simulation, event: At, name: str) -> None:
    """This message is lost."""
    found = _catch(sim, event, name)
    if found:
        sim.record.fates[found[3], found[5]] = ("dropped by the script", len(sim.steps))
        sim.faults["dropped"] += 1
        _record(sim, event, found)


def delay(sim: Simulation, event: At, name: str, *, by: float) -> None:
    """This message is held back for `by` ms."""
    found = _catch(sim, event, name, by)
    if found:
        entry = sim.push(found[0] + round(by * 1000), *found[2:])
        sim.record.moved[found[3], found[5]] = entry[0]
        sim.faults["delayed"] += 1
        _record(sim, event, found)


def duplicate(sim: Simulation, event: At, name: str, *, after: float) -> None:
    """This message arrives twice, the second time `after` ms after the first."""
    found = _catch(sim, event, name, after)
    if found:
        heappush(sim.queue, found)
        time, _, _, link, msg, number, cause = found
        copy = sim.push(time + round(after * 1000), "receive", link, msg, sim.record.copy(link, number), cause)
        sim.faults["duplicated"] += 1
        sim.record.doubled[len(sim.steps)] = copy
        _record(sim, event, found)


def deliver(sim: Simulation, event: At, name: str) -> None:
    """This message arrives now; on a link that keeps order, only if it is its turn."""
    found = _catch(sim, event, name)
    if not found:
        return
    link = found[3]
    ahead = [entry for entry in sim.queue if entry[2] == "receive" and entry[3] is link and entry < found]
    if link.settings.fifo and ahead:
        heappush(sim.queue, found)
        first = f"{link.name}#{min(ahead)[5]}"
        return sim.record.did_not_apply(event, f"the link {link.name} keeps order, and {first} comes first")
    sim.push(sim.now, *found[2:])
    sim.faults["delivered now"] += 1
    _record(sim, event, found)


def _catch(sim: Simulation, event: At, name: str, ms: float = 0.0) -> tuple | None:
    """Take the message out of the queue; if it is not there, arm its link or say why that is too late."""
    src, dst, number = parse_message_name(name)
    link = sim.hosts[src].links.get(dst)
    is_copy = isinstance(number, str)           # it comes to be only when its message is sent, so it cannot be awaited
    if not is_copy and (link is None or number > link.sent):
        orders = sim.weather.orders.setdefault((src, dst), {})
        orders.setdefault(number, []).append((event, event.action.verb, round(ms * 1000)))
        if link is not None:
            link.armed = orders
            link.refresh()
        return None
    for entry in sim.queue:
        if entry[2] == "receive" and entry[3] is link and entry[5] == number:
            sim.queue.remove(entry)
            heapify(sim.queue)
            return entry
    sim.record.did_not_apply(event, f"{name} was {'not' if is_copy else 'no longer'} on its way")
    return None


# ---- the unkind network ----------------------------------------------------------------------------------------------

def adopt(sim: Simulation, link: Link) -> None:
    """Tell a link that is just opened what the script has said about it so far."""
    pair = (link.src, link.host.name)
    link.cut = pair in sim.weather.cuts
    link.armed = sim.weather.orders.get(pair, link.armed)
    for changed, settings in sim.weather.changes:
        if not changed or changed == pair:
            link.settings = link.settings.but(settings)
    link.use(link.settings)


def transmit(sim: Simulation, link: Link, msg: Any, step: int) -> list[tuple]:
    """Send one message over a link that may lose, double, delay or order it; returns its entries."""
    number, floor, arrival = link.sent, link.fifo_floor, link.arrival(sim.now)
    lost = link.settings.loss and link.chance() < link.settings.loss
    doubled = link.settings.duplication > 0 and link.copied() < link.settings.duplication
    why = f"the link {link.name} is cut" if link.cut else "lost by chance" if lost else ""
    copies = [sim.now + int(link.settings.latency.at(link.copied()) * 1000)] if doubled else []
    for event, verb, ms in link.armed.pop(number, ()):
        if why:
            sim.record.did_not_apply(event, f"{link.name}#{number} was lost before: {why}")
            continue
        why = "dropped by the script" if verb == "drop" else ""
        arrival = max(sim.now, floor) if verb == "deliver" else arrival + (ms if verb == "delay" else 0)
        copies += [arrival + ms] if verb == "duplicate" else []
        sim.faults[{"drop": "dropped", "delay": "delayed", "duplicate": "duplicated"}.get(verb, "delivered now")] += 1
    if link.settings.fifo:
        copies = [max(arrival, time) for time in copies]
        link.fifo_floor = max([arrival, *copies])
    if why:
        sim.record.fates[link, number] = (why, None)
        sim.faults["lost on a cut link" if link.cut else "lost by chance"] += why != "dropped by the script"
        return [(arrival, next(sim.serial), "receive", link, msg, number, step)]
    sim.faults["duplicated"] += doubled
    return [sim.push(arrival, "receive", link, msg, number, step)] + [
        sim.push(time, "receive", link, msg, sim.record.copy(link, number), step) for time in copies]


def turn_away(sim: Simulation, entry: tuple) -> None:
    """A message arrives where nobody can take it: it waits for a paused node and is lost otherwise.

    From then on it is "arrived": its link has done its work, and no fault of the network can reach it.
    """
    link, host = entry[3], entry[3].host
    if host.up and (entry[2] == "arrived" or not link.cut):
        host.waiting.append((*entry[:2], "arrived", *entry[3:]))
        return
    on_the_way = link.cut and entry[2] == "receive"
    why = f"the link {link.name} is cut" if on_the_way else f"{host.name} is down"
    sim.record.fates[link, entry[5]] = (why, len(sim.steps))
    sim.faults["lost on a cut link" if on_the_way else "lost at a crashed node"] += 1
    sim.steps.append((*entry[:2], "loss", *entry[3:]))


# ---- how it is written down ------------------------------------------------------------------------------------------

def _happen(sim: Simulation, event: At, host: Host | None) -> None:
    sim.faults[event.action.verb] += 1
    if sim.clocks_differ and host is not None:
        sim.record.local[len(sim.steps)] = host.clock.shows(sim.now)
    sim.steps.append(_entry(sim, event, host))


def _entry(sim: Simulation, event: At, host: Host | None) -> tuple:
    return (sim.now, next(sim.serial), event.action.verb, host, event, None, None)


def _record(sim: Simulation, event: At, message: tuple) -> None:
    sim.steps.append((sim.now, next(sim.serial), event.action.verb, message[3], event, message[5], None))


def _open_links(sim: Simulation) -> list[Link]:
    return [link for host in sim.hosts.values() for link in host.links.values()]


VERBS: dict[str, Callable] = {verb.__name__: verb for verb in (
    crash, recover, pause, resume, clock, fire, partition, isolate, cut, heal, set_link, drop, delay, duplicate,
    deliver)}

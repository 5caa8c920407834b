"""What the verbs of a script, and an unreliable network, do to a simulation.

Each verb is a function `(simulation, event, *args, **options)`. One that finds nothing to do says so with
`did_not_apply`, so that a run counts only the faults that really took effect.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from heapq import heapify, heappush
from typing import TYPE_CHECKING, Any, Unpack

from dslab.contract import run_handler
from dslab.network import Settings
from dslab.reasons import Reason
from dslab.script import At, parse_message_name
from dslab.simulator.hosts import Host, Link, Orders
from dslab.values import nearest
from dslab.verbs import VERBS

if TYPE_CHECKING:
    from dslab.simulator.simulate import Entry, Row, Simulation


class NetworkState:
    """Which links are cut or changed, and what the script wants done to messages that are not sent yet."""

    def __init__(self) -> None:
        self.cuts: set[tuple[str, str]] = set()
        self.changes: list[tuple[tuple[str, ...], Settings]] = []               # (link or () for all, new settings)
        self.orders: dict[tuple[str, str], Orders] = {}

    def adopt(self, link: Link) -> None:
        """Apply to a link that is just opened what the script has set for it so far."""
        pair = (link.src, link.host.name)
        link.cut = pair in self.cuts
        link.armed = self.orders.get(pair, link.armed)
        for changed, settings in self.changes:
            if not changed or changed == pair:
                link.settings = link.settings.replace(settings)
        link.use(link.settings)

    def order(self, src: str, dst: str, number: int, event: At, ms: float) -> Orders:
        """Note what is to be done to a message that is still to come; all such orders of its link."""
        orders = self.orders.setdefault((src, dst), {})
        orders.setdefault(number, []).append((event, round(ms * 1000)))
        return orders

    def still_awaited(self) -> Iterator[At]:
        """The events of the script whose message was never sent."""
        for orders in self.orders.values():
            for waiting in orders.values():
                yield from (event for event, _ in waiting)


# ---- nodes -----------------------------------------------------------------------------------------------------------

def crash(sim: Simulation, event: At, node: str) -> None:
    """The node stops; what waited for it during a pause is lost with it."""
    host = sim.hosts[node]
    if not host.up:
        sim.record.did_not_apply(event, Reason("already down", node=node))
        return
    for entry in host.waiting:
        if entry.kind == "arrived":
            sim.record.fates[entry.place, entry.number] = (Reason("crashed", node=node), len(sim.steps))
    host.waiting.clear()
    host.timers.clear()
    host.queued.clear()
    host.up = host.awake = False
    _happen(sim, event, host)


def recover(sim: Simulation, event: At, node: str) -> None:
    """The node starts again with what it had on disk."""
    host = sim.hosts[node]
    if host.up:
        sim.record.did_not_apply(event, Reason("not down", node=node))
        return
    before = host.node
    host.clock.restart(sim.now)
    sim.boot(host)
    for name in before.persistent:
        host.node.__dict__[name] = before.__dict__[name]
    host.up = host.awake = True
    run_handler(host.node.on_recover)
    sim.faults["recover"] += 1
    sim.finish(sim.entry(sim.now, "recover", host, event), host)


def pause(sim: Simulation, event: At, node: str) -> None:
    """The node is paused and does not notice."""
    host = sim.hosts[node]
    if not host.awake:
        sim.record.did_not_apply(event, Reason("already paused" if host.up else "already down", node=node))
        return
    host.awake = False
    _happen(sim, event, host)


def resume(sim: Simulation, event: At, node: str) -> None:
    """The node resumes: all that has waited happens now, in order."""
    host = sim.hosts[node]
    if host.awake or not host.up:
        sim.record.did_not_apply(event, Reason("not paused" if host.up else "down", node=node))
        return
    host.awake = True
    _happen(sim, event, host)
    for waited in host.waiting:
        entry = sim.again(waited, sim.now)
        if entry.kind == "timer" and host.timers.get(entry.what) == waited:
            host.timers[entry.what] = host.queued[entry.what] = entry
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
        why = Reason("no timer", node=node, timer=timer, hint=nearest(timer, host.timers)) if host.up else Reason(
            "down", node=node)
        sim.record.did_not_apply(event, why)
        return
    host.timers[timer] = host.queued[timer] = sim.again(planned, sim.now)
    _happen(sim, event, None)


# ---- links -----------------------------------------------------------------------------------------------------------

def partition(sim: Simulation, event: At, *groups: tuple[str, ...]) -> None:
    """The network falls into these groups: between them all links are cut, inside them none."""
    group_of = {node: index for index, group in enumerate(groups) for node in group}
    _recut(sim, event, {(a, b) for a in sim.hosts for b in sim.hosts if group_of.get(a) != group_of.get(b)})


def isolate(sim: Simulation, event: At, node: str) -> None:
    """All links to and from the node are cut."""
    others = [name for name in sim.hosts if name != node]
    _recut(sim, event, sim.network.cuts | {(node, name) for name in others} | {(name, node) for name in others})


def cut(sim: Simulation, event: At, src: str, dst: str) -> None:
    """One link is cut, in one direction."""
    _recut(sim, event, sim.network.cuts | {(src, dst)})


def heal(sim: Simulation, event: At, *link: str) -> None:
    """One link is healed, or all are."""
    _recut(sim, event, sim.network.cuts - {link} if link else set())


def _recut(sim: Simulation, event: At, cuts: set[tuple[str, str]]) -> None:
    if sim.run.topology is not None:
        cuts = {(src, dst) for src, dst in cuts if dst in sim.linked[src]}      # what is not linked cannot be cut
    if cuts == sim.network.cuts:
        sim.record.did_not_apply(event, Reason("same links"))
        return
    sim.network.cuts = cuts
    for link in _open_links(sim):
        link.cut = (link.src, link.host.name) in cuts
        link.refresh()
    sim.record.cuts[len(sim.steps)] = tuple(sorted(cuts))
    _happen(sim, event, None)


def set_link(sim: Simulation, event: At, *pair: str, **settings: Unpack[Settings]) -> None:
    """Latency, loss, duplication or order of a link, or of all, change for the messages sent from now on."""
    sim.network.changes.append((pair, settings))
    for link in _open_links(sim):
        if not pair or pair == (link.src, link.host.name):
            link.use(link.settings.replace(settings))
    _happen(sim, event, None)


# ---- single messages -------------------------------------------------------------------------------------------------

def drop(sim: Simulation, event: At, name: str) -> None:
    """This message is lost."""
    found = _catch(sim, event, name)
    if found:
        sim.record.fates[found.place, found.number] = (Reason("dropped"), len(sim.steps))
        _record(sim, event, found)


def delay(sim: Simulation, event: At, name: str, *, by: float) -> None:
    """This message is held back for `by` ms."""
    found = _catch(sim, event, name, by)
    if found:
        late = sim.again(found, found.time + round(by * 1000))
        sim.record.moved[found.place, found.number] = late.time
        _record(sim, event, found)


def duplicate(sim: Simulation, event: At, name: str, *, after: float) -> None:
    """This message arrives twice, the second time `after` ms after the first."""
    found = _catch(sim, event, name, after)
    if found:
        heappush(sim.queue, found)
        copy = found._replace(number=sim.record.copy(found.place, found.number))
        sim.record.doubled[len(sim.steps)] = sim.again(copy, found.time + round(after * 1000))
        _record(sim, event, found)


def deliver(sim: Simulation, event: At, name: str) -> None:
    """This message arrives now; on a link that keeps order, only if it is its turn."""
    found = _catch(sim, event, name)
    if not found:
        return
    link: Link = found.place
    ahead = [entry for entry in sim.queued("receive") if entry.place is link and entry < found]
    if link.settings.fifo and ahead:
        heappush(sim.queue, found)
        first = f"{link.name}#{ahead[0].number}"
        sim.record.did_not_apply(event, Reason("in order", link=link.name, message=first))
        return
    sim.again(found, sim.now)
    _record(sim, event, found)


def _catch(sim: Simulation, event: At, name: str, ms: float = 0.0) -> Entry | None:
    """Take the message out of the queue; if it is not there, arm its link or say why that is too late."""
    src, dst, number = parse_message_name(name)
    link = sim.hosts[src].links.get(dst)
    if isinstance(number, int) and (link is None or number > link.sent):
        orders = sim.network.order(src, dst, number, event, ms)
        if link is not None:
            link.armed = orders
            link.refresh()
        return None
    for entry in sim.queued("receive"):
        if entry.place is link and entry.number == number:
            sim.queue.remove(entry)
            heapify(sim.queue)
            return entry
    never = isinstance(number, str)         # a copy comes to be only when its message is sent: it cannot be awaited
    sim.record.did_not_apply(event, Reason("never there" if never else "gone", message=name))
    return None


# ---- the unkind network ----------------------------------------------------------------------------------------------

def transmit(sim: Simulation, link: Link, msg: Any, step: int) -> list[Row]:
    """Send one message over a link that may lose, duplicate, delay or order it; returns its entries."""
    number, floor, arrival = link.sent, link.fifo_floor, link.arrival(sim.now)
    by_chance, copies = link.loses(), link.copies(sim.now)
    doubled = len(copies)
    why = Reason("cut", link=link.name) if link.cut else Reason("chance") if by_chance else None
    if why:
        sim.faults["lost on a cut link" if link.cut else "lost by chance"] += 1
    for event, late in link.armed.pop(number, ()):
        if why:
            sim.record.did_not_apply(event, Reason("lost before", message=f"{link.name}#{number}", why=why))
            continue
        verb = event.action.verb
        sim.faults[VERBS[verb].counted] += 1
        if verb == "drop":
            why = Reason("dropped")
        elif verb == "delay":
            arrival += late
        elif verb == "duplicate":
            copies.append(arrival + late)
        else:
            arrival = max(sim.now, floor)
    if link.settings.fifo:
        copies = [max(arrival, time) for time in copies]
        link.fifo_floor = max([arrival, *copies])
    if why:
        sim.record.fates[link, number] = (why, None)
        return [sim.entry(arrival, "receive", link, msg, number, step)]
    sim.faults["duplicated"] += doubled
    return [sim.push(arrival, "receive", link, msg, number, step)] + [
        sim.push(time, "receive", link, msg, sim.record.copy(link, number), step) for time in copies]


def turn_away(sim: Simulation, entry: Entry) -> None:
    """A message arrives where nobody can take it: it waits for a paused node and is lost otherwise.

    From then on it is "arrived": its link has done its work, and no fault of the network can reach it.
    """
    link: Link = entry.place
    if link.host.up and (entry.kind == "arrived" or not link.cut):
        link.host.waiting.append(entry._replace(kind="arrived"))
        return
    on_the_way = link.cut and entry.kind == "receive"
    why = Reason("cut", link=link.name) if on_the_way else Reason("down", node=link.host.name)
    sim.record.fates[link, entry.number] = (why, len(sim.steps))
    sim.faults["lost on a cut link" if on_the_way else "lost at a crashed node"] += 1
    sim.steps.append(entry._replace(kind="loss"))


# ---- how it is written down ------------------------------------------------------------------------------------------

def _happen(sim: Simulation, event: At, host: Host | None) -> None:
    verb = event.action.verb
    sim.faults[VERBS[verb].counted] += 1
    if sim.clocks_differ and host is not None:
        sim.record.local[len(sim.steps)] = host.clock.shows(sim.now)
    sim.steps.append(sim.entry(sim.now, verb, host, event))


def _record(sim: Simulation, event: At, message: Entry) -> None:
    sim.faults[VERBS[event.action.verb].counted] += 1
    sim.steps.append(sim.entry(sim.now, event.action.verb, message.place, event, message.number))


def _open_links(sim: Simulation) -> list[Link]:
    return [link for host in sim.hosts.values() for link in host.links.values()]


EFFECTS: dict[str, Callable[..., None]] = {verb.__name__: verb for verb in (
    crash, recover, pause, resume, clock, fire, partition, isolate, cut, heal, set_link, drop, delay, duplicate,
    deliver)}

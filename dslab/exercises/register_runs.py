"""Runs of a register on replicas: slow messages and copies, crashes of a minority, several writers."""

from collections.abc import Iterator
from random import Random
from typing import Any

from dslab.grader.exercise import Names, Search
from dslab.grader.runs import asks, calm, restart
from dslab.network import Network, Settings, uniform
from dslab.node import Node
from dslab.protocols.quorums import Read, Write
from dslab.run import Run
from dslab.script import At, at, crash, delay, duplicate


def replicated(protocol: type[Node], clients: Names, replicas: Names, *events: At | list[At], **options: Any) -> Run:
    """Clients and replicas; each client has a link to each replica."""
    everybody = (*clients, *replicas)
    links = [(client, replica) for client in clients for replica in replicas]
    return calm(protocol, everybody, *events, topology=links,
                **{"title": "A register on replicas", "duration": 1000} | options)


def write(time: float, client: str, *values: Any) -> list[At]:
    """Each operation is that of a user of its own: they wait for nothing."""
    return [event for place, value in enumerate(values)
            for event in asks(time + place, client, Write(value), client=f"{client}-{time + place}")]


def read(time: float, client: str) -> list[At]:
    return asks(time, client, Read(), client=f"{client}-{time}")


def slow(src: str, dst: str, *numbers: int, by: float = 300) -> list[At]:
    return [at(0, delay(f"{src}->{dst}#{number}", by=by)) for number in numbers]


def twice(src: str, dst: str, *numbers: int) -> list[At]:
    return [at(0, duplicate(f"{src}->{dst}#{number}", after=2)) for number in numbers]


def scenarios(protocol: type[Node], names: Names) -> Iterator[Run]:
    """Three replicas: slow messages, copies, a crash. Then four of which one crashes, and five of which two do."""
    ann, bob, eve, *servers = names
    a, b, c, d, e = servers

    def three(*events):
        return replicated(protocol, (ann, bob, eve), (a, b, c), *events)

    first = write(10, ann, "v1")
    yield three(first, read(60, bob))
    # The write has reached one replica; bob reads there, eve afterwards elsewhere.
    yield three(first, read(55, bob), read(110, eve), slow(ann, b, 2), slow(ann, c, 2), slow(bob, c, 1, 2),
                slow(eve, a, 1, 2))
    yield three(first, read(55, bob), read(76, eve), slow(ann, b, 2), slow(ann, c, 2), slow(bob, c, 1, 2),
                slow(bob, b, 2), slow(eve, a, 1, 2))
    # Bob reads v1 while ann writes v2; eve reads afterwards.
    yield three(first, write(60, ann, "v2"), read(60, bob), read(120, eve))
    # Two write at once; their values reach the replicas in different orders.
    yield three(first, write(10, bob, "w1"), slow(ann, b, 2, by=5), slow(bob, a, 2, by=5), read(70, eve),
                read(120, eve), read(170, eve), slow(eve, a, 1, 2), slow(eve, b, 3, 4), slow(eve, c, 5, 6))
    # One writes after the other, and several times.
    yield three(write(10, ann, "v1", "v2", "v3"), write(150, bob, "w1"), read(210, eve), write(260, ann, "v4"),
                read(310, bob))
    yield three(write(10, ann, "m"), write(60, ann, "a"), slow(ann, c, 4), read(150, bob), slow(bob, a, 1, 2))
    # Copies of a replica's answers, while the others are slow.
    yield three(first, slow(ann, a, 2), read(60, bob), twice(a, bob, 1), slow(bob, b, 1), slow(bob, c, 1))
    yield three(first, twice(a, ann, 2), slow(ann, b, 2), slow(ann, c, 2), read(60, bob), slow(bob, a, 1, 2))
    # Answers to an earlier operation of the client.
    yield three(read(10, bob), slow(c, bob, 1, by=75), write(50, ann, "v1"), slow(ann, a, 2), read(100, bob),
                slow(bob, b, 3, 4), slow(bob, c, 3, 4))
    yield three(first, slow(c, ann, 2, by=75), write(90, ann, "v2"), slow(ann, b, 4), slow(ann, c, 4),
                read(140, bob), slow(bob, a, 1, 2))
    # An old value arrives after a newer one.
    yield three(first, slow(ann, a, 2, by=60), write(70, bob, "w1"), read(130, eve), slow(eve, c, 1, 2), read(180, eve),
                slow(ann, b, 2, by=60))
    # Two of three store v2, and one of these restarts.
    yield three(first, write(60, ann, "v2"), slow(ann, c, 4), restart(b, 120, down=10), read(140, bob),
                slow(bob, a, 1, 2))
    for value in 0, "", False:
        yield three(write(10, ann, value), read(60, bob))
    for time in range(5, 60, 10):
        yield three(first, read(70, bob), at(time, crash(c)), read(120, eve), write(120, ann, "v2"))
        yield three(first, read(70, bob), restart(b, time, down=30), read(120, eve), write(120, ann, "v2"))
    yield replicated(protocol, (ann, bob), (a, b, c, d), first, at(5, crash(d)), read(60, bob))
    yield replicated(protocol, (ann, bob), (a, b, c, d), first, read(60, bob), slow(ann, c, 2), slow(ann, d, 2),
                     slow(bob, a, 1, 2), slow(bob, b, 1, 2))
    yield replicated(protocol, (ann, bob), tuple(servers), first, at(5, crash(d)), at(25, crash(e)), read(60, bob),
                     write(110, bob, "w1"), read(180, ann))


def searches(protocol: type[Node], names: Names) -> Iterator[Search]:
    """An operation, with a crash of a replica or a copy of a message anywhere; then two, in all orders."""
    ann, a, b, c = names[0], *names[3:6]

    def alone(*work):
        return replicated(protocol, (ann,), (a, b, c), *work)

    for operation in write(0, ann, "v1"), read(0, ann):
        yield Search(alone(operation), {"duplicates": 1})
        yield Search(alone(operation), {"crashes": 1, "within": lambda world: ann in world.up})
    yield Search(alone(write(0, ann, "v1"), read(0.5, ann)))


def swarm(protocol: type[Node], names: Names, seed: int) -> Run:
    """Three clients and three or five replicas, some links are slow; a minority crashes, and some of it recovers."""
    chance = Random(f"{seed} register")
    clients, servers = names[:3], names[3:] if chance.random() < 0.3 else names[3:6]
    falling = chance.sample(servers, chance.randint(0, len(servers) // 2))
    faults = [event for node in falling for event in restart(node, chance.randint(0, 400), down=chance.randint(1, 400))]
    slow_ones: dict[tuple[str, str], Settings] = {
        (client, server): {"latency": uniform(20, 400)} for client in clients for server in servers
        if chance.random() < 0.4}
    values = chance.sample("abcdefghi", 9)
    moments = sorted(chance.sample(range(400), 9))
    work = [event for moment, value in zip(moments, values, strict=True) for client in [chance.choice(clients)]
            for event in (read(moment, client) if chance.random() < 0.6 else write(moment, client, value))]
    return replicated(protocol, clients, servers, work, faults, seed=seed, duration=5000,
                      network=Network(latency=uniform(1, 10), links=slow_ones))

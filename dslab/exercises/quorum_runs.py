"""Runs of clients with read and write quorums: what is lost or late, copies, crashes, and any n, r and w."""

from collections.abc import Iterator
from random import Random
from typing import Any

from dslab.exercises.register_runs import read, replicated, slow, twice, write
from dslab.grader.exercise import Names, Search
from dslab.grader.runs import restart
from dslab.network import Network, uniform
from dslab.node import Node
from dslab.run import Run
from dslab.script import at, crash


def quorums(protocol: type[Node], clients: Names, replicas: Names, r: int, w: int, *events: Any, **options: Any) -> Run:
    """Clients with these quorums."""
    return replicated(protocol, clients, replicas, *events, initial={client: {"r": r, "w": w} for client in clients},
                      title=f"{len(replicas)} replicas, r = {r}, w = {w}", **options)


def scenarios(protocol: type[Node], names: Names) -> Iterator[Run]:
    """The fixture in all patterns of losses; copies, late answers, a restart, several writers; other n, r, w."""
    ann, bob, eve, *servers = names
    a, b, c, d, e = servers

    def three(*events):
        return quorums(protocol, (ann, bob, eve), (a, b, c), 2, 2, *events)

    first = write(10, ann, "v1")
    yield three(first)
    yield three(read(10, bob), first, read(60, ann))
    for missed in a, b, c:
        for other in a, b, c:
            yield three(first, slow(ann, missed, 1), read(60, bob), slow(bob, other, 1))
    # Copies of answers, while other replicas are slow.
    yield three(first, slow(ann, a, 1), read(60, bob), twice(a, bob, 1), slow(b, bob, 1, by=40), slow(c, bob, 1, by=40))
    yield three(first, twice(a, ann, 1), slow(ann, b, 1), slow(ann, c, 1), read(60, bob), slow(bob, a, 1))
    # Answers to an earlier operation.
    yield three(read(10, bob), slow(c, bob, 1, by=55), first, slow(ann, c, 1), read(60, bob), slow(bob, b, 2, by=60))
    yield three(first, slow(c, ann, 1, by=75), write(80, ann, "v2"), slow(ann, b, 2), slow(ann, c, 2),
                read(130, bob), slow(bob, a, 1))
    # Those who have read write; a repair, and then a write; the same value twice.
    yield three(write(10, ann, "v1", "v2", "v3"), read(150, bob), write(200, bob, "w1"), read(260, eve),
                write(320, eve, "u1"), read(380, ann))
    yield three(first, slow(ann, a, 1), read(60, bob), write(75, bob, "w1"), slow(bob, b, 2), slow(bob, c, 2),
                read(130, eve), slow(eve, a, 1))
    yield three(write(10, ann, "v1", "v1"), slow(ann, a, 2), read(100, bob), slow(bob, c, 1))
    yield three(write(10, ann, "z"), write(60, ann, "a"), read(110, bob))
    for value in 0, "", False:
        yield three(write(10, ann, value), read(60, bob), write(110, bob, value), read(160, ann))
    yield three(first, restart(b, 30, down=10), read(60, bob), slow(bob, c, 1), read(120, eve))
    yield three(first, at(5, crash(c)), read(60, bob), write(110, bob, "w1"), read(160, ann))
    for r, w, down in ((3, 3, 1), (2, 3, 1), (1, 4, 0), (4, 1, 0)):
        yield quorums(protocol, (ann, bob), (a, b, c, d), r, w, first, read(60, bob), write(110, bob, "w1"),
                      read(160, ann), slow(ann, a, 1), slow(bob, d, 1), [at(5, crash(b))] * down) if down else (
            quorums(protocol, (ann, bob), (a, b, c, d), r, w, first, read(60, bob), write(110, bob, "w1"),
                    read(160, ann)))
    for r, w in (3, 3), (2, 4), (4, 2):
        yield quorums(protocol, (ann, bob), (a, b, c, d, e), r, w, first, read(60, bob), slow(ann, a, 1),
                      at(5, crash(e)), read(110, ann))
    yield quorums(protocol, (ann, bob), (a, b, c, d, e), 2, 4, first, at(40, crash(a)), at(40, crash(b)),
                  at(40, crash(c)), read(60, bob))
    yield quorums(protocol, (ann, bob), (a, b, c, d, e), 4, 2, at(5, crash(c)), at(5, crash(d)), at(5, crash(e)), first)


def searches(protocol: type[Node], names: Names) -> Iterator[Search]:
    """A write and a read of two clients in all orders, and a copy of a message anywhere."""
    ann, bob, a, b, c = names[0], names[1], *names[3:6]
    yield Search(quorums(protocol, (ann,), (a, b, c), 2, 2, write(0, ann, "v1"), read(0.5, ann)), {"duplicates": 1})
    yield Search(quorums(protocol, (ann, bob), (a, b), 2, 1, write(0, ann, "v1"), read(0.5, bob)))


def swarm(protocol: type[Node], names: Names, seed: int) -> Run:
    """Three clients; three to five replicas, of which as many crash as r and w allow."""
    chance = Random(f"{seed} quorums")
    clients, servers = names[:3], names[3:chance.choice((6, 7, 8))]
    n = len(servers)
    w = chance.randint(1, n)
    r = n + 1 - w if chance.random() < 0.6 else max(n + 1 - w, n // 2 + 1)
    falling = chance.sample(servers, chance.randint(0, n - max(r, w)))
    faults = [event for node in falling for event in restart(node, chance.randint(0, 400), down=chance.randint(1, 400))]
    moments = sorted(chance.sample(range(0, 900, 30), 12))
    work = [event for place, moment in enumerate(moments) for client in [chance.choice(clients)]
            for event in (read(moment, client) if chance.random() < 0.5 else write(moment, client, f"v{place}"))]
    return quorums(protocol, clients, servers, r, w, work, faults, seed=seed, duration=5000,
                   network=Network(latency=uniform(1, 60)))

"""Processes that share something: forks, a book, a counter, a channel that loses messages."""

from dslab.properties import always
from dslab.specification import Specification


def put(values, i, value):
    return (*values[:i], value, *values[i + 1:])


def philosophers(count: int) -> Specification:
    """Philosophers who hand over used forks, cleaned [Chandy and Misra 1984].

    A state is (who holds each fork, which are clean, who is hungry, what each does: loop, eat, think). Fork i lies on the
    left of philosopher i. In one round of the loop a philosopher gives away one dirty fork, if it has one.
    """
    def after(state):
        holders, clean, hungry, doing = state
        for i in range(count):
            left, right = i, (i + 1) % count
            if doing[i] == "think":
                yield holders, clean, put(hungry, i, True), put(doing, i, "loop")
            elif doing[i] == "eat":
                yield (
                    holders,
                    put(put(clean, left, False), right, False),
                    put(hungry, i, False),
                    put(doing, i, "loop"),
                )
            else:
                now, cleaned = holders, clean
                for fork, neighbour in ((left, (i - 1) % count), (right, right)):
                    if holders[fork] == i and not clean[fork]:
                        now, cleaned = put(holders, fork, neighbour), put(clean, fork, True)
                        break
                ready = all(now[fork] == i and cleaned[fork] for fork in (left, right))
                yield (
                    now,
                    cleaned,
                    hungry,
                    put(doing, i, "think" if not hungry[i] else "eat" if ready else "loop"),
                )

    holders = (0, 0, *range(2, count))
    return Specification(lambda: [(holders, (False,) * count, (True,) * count, ("loop",) * count)], after)


@always
def neighbours_never_eat_together(state):
    doing = state[3]
    return not any(doing[i] == doing[i - 1] == "eat" for i in range(len(doing)))


def readers_and_writers(actors: int) -> Specification:
    """Requests to read and to write wait in one queue, so nobody starves. A state is (readers, writers, queue)."""
    def after(state):
        readers, writers, queue = state
        for actor in range(actors):
            for wish in ("read", "write"):
                if (wish, actor) not in queue:
                    yield readers, writers, (*queue, (wish, actor))
        if queue and not writers:
            (wish, actor), *rest = queue
            if wish == "read":
                yield readers | {actor}, writers, tuple(rest)
            elif not readers:
                yield readers, writers | {actor}, tuple(rest)
        for actor in readers | writers:
            yield (
                (readers - {actor}, writers, queue)
                if actor in readers
                else (readers, writers - {actor}, queue)
            )

    return Specification(lambda: [(frozenset(), frozenset(), ())], after)


@always
def a_writer_is_alone(state):
    readers, writers, _ = state
    return len(writers) <= 1 and not (readers and writers)


def increment(threads: int, *, symmetric: bool = False) -> Specification:
    """Threads add one to a shared number: each reads it, then writes what it read plus one. A state is (number, threads)."""
    def after(state):
        shared, threads = state
        for i, (read, line) in enumerate(threads):
            if line == 1:
                yield shared, put(threads, i, (shared, 2))
            elif line == 2:
                yield read + 1, put(threads, i, (read, 3))

    return Specification(
        lambda: [(0, ((0, 1),) * threads)],
        after,
        (lambda state: (state[0], tuple(sorted(state[1])))) if symmetric else None,
    )


@always
def no_increment_is_lost(state):
    shared, threads = state
    return shared == sum(line == 3 for _, line in threads)


def alternating_bit(data: int) -> Specification:
    """One bit numbers the messages on a channel that loses some [Bartlett, Scantlebury and Wilkinson 1969].

    A state is (messages, acknowledgements, the sender's bit, the bit acknowledged, the receiver's bit, sent, received).
    """
    def after(state):
        messages, acks, bit, acked, seen, sent, received = state
        if acked == bit:
            for value in range(data):
                yield (*messages, (1 - bit, value)), acks, 1 - bit, acked, seen, value, received       # send
        else:
            yield (*messages, (bit, sent)), acks, bit, acked, seen, sent, received  # send again
        if messages:
            yield messages[1:], acks, bit, acked, *(messages[0][0], sent, messages[0][1])  # receive
        yield messages, (*acks, seen), bit, acked, seen, sent, received  # acknowledge
        if acks:
            yield messages, acks[1:], bit, acks[0], seen, sent, received  # hear of it
        for i in range(len(messages)):
            yield messages[:i] + messages[i + 1 :], acks, bit, acked, seen, sent, received  # lose a message
        for i in range(len(acks)):
            yield messages, acks[:i] + acks[i + 1 :], bit, acked, seen, sent, received  # lose an answer

    def init():
        return [
            ((), (), bit, bit, bit, sent, received)
            for bit in (0, 1)
            for sent in range(data)
            for received in range(data)
        ]

    return Specification(init, after)


@always
def what_is_acknowledged_was_seen(state):
    _, _, bit, acked, seen, _, _ = state
    return bit != acked or bit == seen

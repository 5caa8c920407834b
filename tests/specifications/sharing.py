"""Processes that share something: forks, a book, a counter, a channel that loses messages."""

from itertools import product

from dslab.model_checker.specification import Specification
from dslab.properties import always


def put(values, i, value):
    return (*values[:i], value, *values[i + 1:])


def philosophers(count: int) -> Specification:
    """Philosophers who hand over used forks, cleaned [Chandy and Misra 1984].

    A state is (who holds each fork, which are clean, who is hungry, what each does: loop, eat, think). Fork i
    lies on the left of philosopher i. In one round of the loop a philosopher gives away one dirty fork, if it
    has one.
    """
    def after(state):
        holders, clean, hungry, doing = state
        for i in range(count):
            left, right = i, (i + 1) % count
            if doing[i] == "think":
                yield holders, clean, put(hungry, i, True), put(doing, i, "loop")
            elif doing[i] == "eat":
                used = put(put(clean, left, False), right, False)
                yield holders, used, put(hungry, i, False), put(doing, i, "loop")
            else:
                now, cleaned = holders, clean
                for fork, neighbour in ((left, (i - 1) % count), (right, right)):
                    if holders[fork] == i and not clean[fork]:
                        now, cleaned = put(holders, fork, neighbour), put(clean, fork, True)
                        break
                ready = all(now[fork] == i and cleaned[fork] for fork in (left, right))
                following = "think" if not hungry[i] else "eat" if ready else "loop"
                yield now, cleaned, hungry, put(doing, i, following)

    first = ((0, 0, *range(2, count)), (False,) * count, (True,) * count, ("loop",) * count)
    return Specification(lambda: [first], after)


@always
def neighbours_never_eat_together(state):
    doing = state[3]
    return not any(doing[i] == doing[i - 1] == "eat" for i in range(len(doing)))


def readers_and_writers(actors: int) -> Specification:
    """Readers and writers wait in one queue, so nobody starves. A state is (readers, writers, queue)."""
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
            yield readers - {actor}, writers - {actor}, queue

    return Specification(lambda: [(frozenset(), frozenset(), ())], after)


@always
def a_writer_is_alone(state):
    readers, writers, _ = state
    return len(writers) <= 1 and not (readers and writers)


def increment(threads: int, *, symmetric: bool = False) -> Specification:
    """Threads add one to a shared number, in two steps: read it, write what was read plus one.

    A state is (number, for each thread (what it has read, its line)).
    """
    def after(state):
        shared, threads = state
        for i, (read, line) in enumerate(threads):
            if line == 1:
                yield shared, put(threads, i, (shared, 2))
            elif line == 2:
                yield read + 1, put(threads, i, (read, 3))

    def sort(state):
        shared, threads = state
        return shared, tuple(sorted(threads))

    return Specification(lambda: [(0, ((0, 1),) * threads)], after, sort if symmetric else None)


@always
def no_increment_is_lost(state):
    shared, threads = state
    return shared == sum(line == 3 for _, line in threads)


def alternating_bit(data: int) -> Specification:
    """One bit numbers the messages on a channel that loses some [Bartlett, Scantlebury and Wilkinson 1969].

    A state is (messages, answers, the sender's bit, the bit answered, the receiver's bit, sent, received).
    """
    def after(state):
        messages, answers, bit, acked, seen, sent, received = state
        if acked == bit:
            for value in range(data):                                                   # send
                yield (*messages, (1 - bit, value)), answers, 1 - bit, acked, seen, value, received
        else:
            yield (*messages, (bit, sent)), answers, bit, acked, seen, sent, received   # send again
        if messages:
            yield messages[1:], answers, bit, acked, messages[0][0], sent, messages[0][1]       # receive
        yield messages, (*answers, seen), bit, acked, seen, sent, received              # answer
        if answers:
            yield messages, answers[1:], bit, answers[0], seen, sent, received          # hear of it
        for i in range(len(messages)):
            yield messages[:i] + messages[i + 1:], answers, *state[2:]                  # lose a message
        for i in range(len(answers)):
            yield messages, answers[:i] + answers[i + 1:], *state[2:]                   # lose an answer

    def init():
        values = list(product(range(data), repeat=2))
        return [((), (), bit, bit, bit, *sent_received) for bit in (0, 1) for sent_received in values]

    return Specification(init, after)


@always
def what_is_acknowledged_was_seen(state):
    _, _, bit, acked, seen, _, _ = state
    return bit != acked or bit == seen

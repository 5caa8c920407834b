"""Mutual exclusion by Lamport clocks [Lamport 1978]: the largest of these specifications, for benchmarks."""

from dslab.model_checker.specification import Specification
from dslab.properties import always


def lamport_mutex(nodes: int) -> Specification:
    """A state is (clocks, requests known to each node, who has acknowledged, links, who is inside).

    A link is a tuple of messages: n > 0 is a request with time stamp n, 0 an acknowledgement, -1 a release.
    In the table of requests, 0 means none.
    """
    everybody = frozenset(range(nodes))
    others = [everybody - {p} for p in range(nodes)]

    def tell(links, p, message):
        return put(links, p, tuple((*links[p][q], message) if q != p else () for q in range(nodes)))

    def ask(table, p, q, stamp):
        return put(table, p, put(table[p], q, stamp))

    def after(state):
        clocks, requests, acks, links, inside = state
        for p in range(nodes):
            own = requests[p][p]
            if not own:                                                                         # request
                asked = ask(requests, p, p, clocks[p])
                yield clocks, asked, put(acks, p, frozenset({p})), tell(links, p, clocks[p]), inside
            first = all(not requests[p][q] or (own, p) < (requests[p][q], q) for q in others[p])
            if acks[p] == everybody and first:                                                  # enter
                yield clocks, requests, acks, links, inside | {p}
            if p in inside:                                                                     # leave
                left = ask(requests, p, p, 0), put(acks, p, frozenset()), tell(links, p, -1)
                yield clocks, *left, inside - {p}
            yield from (receive(state, p, q) for q in others[p] if links[q][p])

    def receive(state, p, q):
        clocks, requests, acks, links, inside = state
        message, *rest = links[q][p]
        links = ask(links, q, p, tuple(rest))
        if message == 0:
            return clocks, requests, put(acks, p, acks[p] | {q}), links, inside
        if message < 0:
            return clocks, ask(requests, p, q, 0), acks, links, inside
        later, answered = put(clocks, p, max(message, clocks[p]) + 1), ask(links, p, q, (*links[p][q], 0))
        return later, ask(requests, p, q, message), acks, answered, inside

    none = (frozenset(),) * nodes
    first = ((1,) * nodes, ((0,) * nodes,) * nodes, none, (((),) * nodes,) * nodes, frozenset())
    return Specification(lambda: [first], after)


def put(values, i, value):
    return (*values[:i], value, *values[i + 1:])


@always
def one_at_most_is_inside(state):
    return len(state[4]) <= 1

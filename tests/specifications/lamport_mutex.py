"""Mutual exclusion by Lamport clocks [Lamport 1978]: the largest of these specifications, for benchmarks."""

from dslab.properties import always
from dslab.specification import Specification


def lamport_mutex(nodes: int) -> Specification:
    """A state is (clocks, for each node the requests it knows of, who has acknowledged, links, who is inside).

    A link is a tuple of messages: n > 0 is a request with time stamp n, 0 an acknowledgement, -1 a release. Time stamp 0
    in the table of requests means none.
    """
    others = [[q for q in range(nodes) if q != p] for p in range(nodes)]
    everybody = frozenset(range(nodes))

    def put(values, i, value):
        return (*values[:i], value, *values[i + 1:])

    def tell(links, p, message):
        row = tuple((*links[p][q], message) if q != p else () for q in range(nodes))
        return put(links, p, row)

    def after(state):
        clocks, requests, acks, links, inside = state
        for p in range(nodes):
            own = requests[p][p]
            if not own:
                yield (
                    clocks,
                    put(requests, p, put(requests[p], p, clocks[p])),
                    put(acks, p, frozenset({p})),
                    tell(links, p, clocks[p]),
                    inside,
                )
            if acks[p] == everybody and all(
                not requests[p][q] or (own, p) < (requests[p][q], q) for q in others[p]
            ):
                yield clocks, requests, acks, links, inside | {p}
            if p in inside:
                yield (
                    clocks,
                    put(requests, p, put(requests[p], p, 0)),
                    put(acks, p, frozenset()),
                    tell(links, p, -1),
                    inside - {p},
                )
            for q in others[p]:
                if links[q][p]:
                    yield receive(state, p, q)

    def receive(state, p, q):
        clocks, requests, acks, links, inside = state
        message, *rest = links[q][p]
        links = put(links, q, put(links[q], p, tuple(rest)))
        if message == 0:
            return clocks, requests, put(acks, p, acks[p] | {q}), links, inside
        if message < 0:
            return clocks, put(requests, p, put(requests[p], q, 0)), acks, links, inside
        answered = put(links, p, put(links[p], q, (*links[p][q], 0)))
        return (
            put(clocks, p, max(message, clocks[p]) + 1),
            put(requests, p, put(requests[p], q, message)),
            acks,
            answered,
            inside,
        )

    return Specification(
        lambda: [
            (
                (1,) * nodes,
                ((0,) * nodes,) * nodes,
                (frozenset(),) * nodes,
                (((),) * nodes,) * nodes,
                frozenset(),
            )
        ],
        after,
    )


@always
def one_at_most_is_inside(state):
    return len(state[4]) <= 1

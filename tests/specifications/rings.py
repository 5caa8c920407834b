"""Election [Chang and Roberts 1979] and termination detection [Dijkstra, EWD 840] on a ring."""

from itertools import product

from dslab.model_checker.specification import Specification
from dslab.properties import always


def chang_roberts(nodes: int) -> Specification:
    """Each node may be a candidate; the smallest candidate's name comes back to it, all others are swallowed.

    A state is, for each node, (does it want to lead, has it begun, its view, names that wait for it).
    """
    def put(ring, changes):
        return tuple(changes.get(i, node) for i, node in enumerate(ring))

    def after(ring):
        for i, (wants, begun, view, waiting) in enumerate(ring):
            following = (i + 1) % nodes
            *same, queue = ring[following]
            if not begun:
                told = {following: (*same, queue | {i})} if wants else {}
                yield put(ring, {i: (wants, True, view, waiting)} | told)
                continue
            for name in waiting:
                left = waiting - {name}
                if view == "lost" or name < i:
                    yield put(ring, {i: (wants, True, "lost", left), following: (*same, queue | {name})})
                else:
                    yield put(ring, {i: (wants, True, "won" if name == i else view, left)})

    def init():
        for wanting in product((True, False), repeat=nodes):
            yield tuple((wants, False, "candidate" if wants else "lost", frozenset()) for wants in wanting)

    return Specification(init, after)


@always
def a_winner_is_the_smallest_candidate(ring):
    candidates = [i for i, (wants, *_) in enumerate(ring) if wants]
    return all(view != "won" or i == candidates[0] for i, (_, _, view, _) in enumerate(ring))


def termination(nodes: int) -> Specification:
    """A token goes round against the order of the nodes; whoever wakes a node behind it blackens it.

    A state is (who is active, who is black, where the token is, is it black).
    """
    def put(flags, i, flag):
        return (*flags[:i], flag, *flags[i + 1:])

    def after(state):
        active, black, place, stained = state
        if place == 0:
            for _ in range(stained + black[0]):         # TLC counts a step once for each reason to take it
                yield active, put(black, 0, False), nodes - 1, False                            # a new round
        else:
            for _ in range(stained + black[place] + (not active[place])):
                yield active, put(black, place, False), place - 1, stained or black[place]      # pass it on
        for i in range(nodes):
            if active[i]:
                yield put(active, i, False), black, place, stained                              # come to rest
                for j in set(range(nodes)) - {i}:                                               # wake j
                    yield put(active, j, True), put(black, i, black[i] or j > i), place, stained

    def init():
        flags = list(product((True, False), repeat=nodes))
        return [(active, black, place, True) for active in flags for black in flags for place in range(nodes)]

    return Specification(init, after)


@always
def what_is_detected_has_happened(state):
    active, black, place, stained = state
    detected = place == 0 and not (stained or black[0] or active[0])
    return not (detected and any(active))

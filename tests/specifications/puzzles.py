"""Two puzzles: four gallons from jugs of three and five, and a boat for missionaries and cannibals."""

from dslab.model_checker.specification import Specification
from dslab.properties import always, sometimes


def jugs(small: int = 3, big: int = 5) -> Specification:
    """A state is what is in the two jugs; they can be filled, emptied, and poured into each other."""
    def after(state):
        a, b = state
        to_big, to_small = min(a, big - b), min(b, small - a)
        return [
            ("fill the small one", (small, b)), ("fill the big one", (a, big)),
            ("empty the small one", (0, b)), ("empty the big one", (a, 0)),
            ("pour small into big", (a - to_big, b + to_big)), ("pour big into small", (a + to_small, b - to_small)),
        ]

    def shown(state):
        return {"jugs": {"small": state[0], "big": state[1]}}

    return Specification(lambda: [(0, 0)], after, named=True, shown=shown)


@sometimes
def four_gallons_are_measured(state):
    return state[1] == 4


def boat(pairs: int = 3) -> Specification:
    """A state is (missionaries, cannibals, boat) on the near bank; cannibals are never more."""
    loads = [(1, 0), (2, 0), (0, 1), (0, 2), (1, 1)]

    def after(state):
        missionaries, cannibals, here = state
        sign = -1 if here else 1
        for m, c in loads:
            m, c = missionaries + sign * m, cannibals + sign * c
            if 0 <= m <= pairs and 0 <= c <= pairs and m in (0, pairs, c):
                yield m, c, not here

    return Specification(lambda: [(pairs, pairs, True)], after)


@sometimes
def all_are_across(state):
    return state == (0, 0, False)


@always
def nobody_is_eaten(state):
    missionaries, cannibals, _ = state
    return missionaries in (0, 3, cannibals)

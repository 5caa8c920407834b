"""Exercise 1.4: the availability of a system, from the availabilities of its parts."""

from collections.abc import Iterator
from fractions import Fraction
from functools import cache
from itertools import product
from math import comb, isclose, prod
from random import Random

from dslab.experiments.availability import AtLeast, Majority, Number, Parallel, Series, System, chances
from dslab.grader.exercise import Case, Compute

# ---- what the learner starts from ----------------------------------------------------------------------------------


def availability(tree):
    """The probability that `tree` is up, if its parts fail independently.

    A number is the availability of a single part. The other systems have `parts`, each a number or again a system:
    a Series is up while all its parts are, Parallel while at least one is, Majority while more than half are,
    AtLeast while at least `k` are.
    """


# ---- answers -------------------------------------------------------------------------------------------------------

def reference(tree):
    if not isinstance(tree, System):
        return tree
    up = [1]                                # the probability that 0, 1, 2 ... of the parts so far are up
    for p in map(reference, tree.parts):
        up = [stays * (1 - p) + comes * p for stays, comes in zip(up + [0], [0] + up, strict=True)]
    n = len(tree.parts)
    least = {Series: n, Parallel: 1, Majority: n // 2 + 1}.get(type(tree)) or getattr(tree, "k", 0)
    return sum(up[least:])


def one_by_one(tree):
    """Right: products where they suffice, and k of n by cases: the last part is up or down."""
    if not isinstance(tree, System):
        return tree
    parts = [one_by_one(part) for part in tree.parts]
    if isinstance(tree, Series):
        return prod(parts)
    if isinstance(tree, Parallel):
        return 1 - prod(1 - part for part in parts)

    @cache
    def at_least(k, n):
        if k <= 0:
            return 1
        if k > n:
            return 0
        return parts[n - 1] * at_least(k - 1, n - 1) + (1 - parts[n - 1]) * at_least(k, n - 1)

    return at_least(tree.k if isinstance(tree, AtLeast) else len(parts) // 2 + 1, len(parts))


def from_below(tree):
    """Right: 1 minus the probability that too few are up."""
    if not isinstance(tree, System):
        return tree
    too_few = {0: 1}                        # how many are up -> its probability, as long as that is not enough
    fixed = {Series: len(tree.parts), Parallel: 1, Majority: len(tree.parts) // 2 + 1}
    least = tree.k if isinstance(tree, AtLeast) else fixed[type(tree)]
    for part in tree.parts:
        p, before = from_below(part), too_few
        too_few = {up: before.get(up, 0) * (1 - p) + before.get(up - 1, 0) * p for up in range(least)}
    return 1 - sum(too_few.values()) if least else 1


# ---- classic mistakes ----------------------------------------------------------------------------------------------

def mistake(name, doc, **formulas):
    """A right answer but for one formula, from a list of availabilities (and k, for k_of_n) to an availability."""
    def mistaken(tree):
        if not isinstance(tree, System):
            return tree
        parts = [mistaken(part) for part in tree.parts]
        if isinstance(tree, AtLeast):
            return formulas.get("k_of_n", at_least)(tree.k, parts)
        return formulas.get(type(tree).__name__, RIGHT[type(tree)])(parts)
    mistaken.__name__, mistaken.__doc__ = name, doc
    return mistaken


def at_least(k, parts):
    return sum(chances(Series(*parts))[k:])


def binomial(k, parts):
    n, p = len(parts), parts[0]
    return sum(comb(n, up) * p ** up * (1 - p) ** (n - up) for up in range(k, n + 1))


RIGHT = {Series: prod, Parallel: lambda parts: at_least(1, parts),
         Majority: lambda parts: at_least(len(parts) // 2 + 1, parts)}

added = mistake("added", "Probabilities of being up are added.", Parallel=sum)
subtracted = mistake("subtracted", "Probabilities of being down are added.",
                     Series=lambda parts: 1 - sum(1 - part for part in parts))
half = mistake("half", "Counts two of four as a majority.",
               Majority=lambda parts: at_least((len(parts) + 1) // 2, parts))
weakest = mistake("weakest", "Takes the minimum: a chain is as strong as its weakest link.", Series=min)
best = mistake("best", "Takes the maximum: replicas are as good as the best of them.", Parallel=max)
just_k = mistake("just_k", "Exactly k, where more would be fine.",
                 k_of_n=lambda k, parts: at_least(k, parts) - at_least(k + 1, parts))
alike = mistake("alike", "Treats all parts like the first.", k_of_n=binomial)


def rounded(tree):
    """Fractions become floating-point numbers on the way."""
    return float(reference(tree))


def flat(tree):
    """Does not look into a system inside a system: counts it as up."""
    if not isinstance(tree, System):
        return tree
    parts = [1 if isinstance(part, System) else part for part in tree.parts]
    return reference(AtLeast(tree.k, *parts) if isinstance(tree, AtLeast) else type(tree)(*parts))


# ---- what is judged ------------------------------------------------------------------------------------------------

ALL, ONE, SOME = ("In series, all parts must be up: multiply their probabilities.",
                  "In parallel, the system is down only if all parts are: multiply the probabilities that they are "
                  "down.",
                  "At least k of n: add the probabilities that exactly k, k + 1, ... n of them are up.")
MOST = "A majority is more than half, so that two majorities always share a member: 3 of 4, not 2."
TREE = "A part may itself be a system: work out its availability first."
EXACT = "With fractions the answer is exact: do not convert to floating point on the way."

P = 0.99                        # a node that is down 1 % of the time, as in the notes
R = Fraction(9, 10)


def case(tree: System | Number, rule: str, hint: int, code: str = "") -> Case:
    """One tree. The answer must be near enough, or equal if all its numbers are exact."""
    return Case(f"availability({code or repr(tree)})", lambda attempt: wrong(attempt(tree), tree), rule, hint)


def wrong(found: object, tree: System | Number) -> str | None:
    """What is wrong with an answer, in one sentence."""
    expected = reference(tree)
    if isinstance(found, bool) or not isinstance(found, (int, float, Fraction)):
        return f"expected the number {show(expected)}, found {found!r}"
    near = isclose(found, expected, rel_tol=1e-9, abs_tol=1e-12)
    if not isinstance(expected, Fraction):
        return None if near else f"expected {show(expected)}, found {show(found)}{suspicion(found, tree)}"
    if isinstance(found, float) and near:
        return f"expected exactly {show(expected)}, found the floating-point number {found!r}"
    return None if found == expected else f"expected {show(expected)}, found {show(found)}{suspicion(found, tree)}"


def show(number: Number) -> str:
    """A number as it should be read."""
    return f"{number:.12g}" if isinstance(number, float) else str(number)


def suspicion(found: Number, tree: System | Number) -> str:
    """How a wrong answer was probably found."""
    for formula, said in (
            (added, "the probabilities that parts are up were added"),
            (subtracted, "the probabilities that parts are down were added"),
            (half, "half of an even number was taken for a majority"),
            (just_k, "that is the probability of exactly k")):
        if isclose(found, formula(tree), rel_tol=1e-9):
            return f": {said}"
    return ": a probability lies between 0 and 1" if not 0 <= found <= 1 else ""


def cases() -> Iterator[Case]:
    """From one part to the hundred nodes of the notes."""
    yield case(0.99, "A number is the availability itself.", 0)
    yield case(Series(0.9, 0.8), ALL, 1)
    yield case(Parallel(0.9, 0.8), ONE, 2)
    for kind, rule, hint in ((Series, ALL, 1), (Parallel, ONE, 2), (Majority, MOST, 4)):
        for n in (1, 3, 4, 5):
            yield case(kind(*[P] * n), rule, hint)
    for k, n in ((1, 1), (2, 3), (3, 3), (3, 4), (3, 5), (0, 3)):
        yield case(AtLeast(k, *[P] * n), SOME, 3)
    for parts in ((0.9, 0.8, 0.5), (0.5, 0.9, 0.8)):
        yield case(AtLeast(2, *parts), "Parts differ, and their order does not matter.", 3)
    for parts in product((0, 1), repeat=2):
        for kind, rule, hint in ((Series, ALL, 1), (Parallel, ONE, 2), (Majority, MOST, 4)):
            yield case(kind(*parts), rule, hint)
    yield case(Series(0.9, Parallel(0.8, 0.7)), TREE, 0)
    yield case(Parallel(Series(0.9, 0.8), AtLeast(2, 0.9, 0.8, Series(0.7, 0.6))), TREE, 0)
    for tree in (Series(R, R), AtLeast(2, R, R, Fraction(1, 3)), Majority(R, R, R, Parallel(R, Fraction(1, 2)))):
        yield case(tree, EXACT, 3)
    for kind, rule, hint in ((Series, ALL, 1), (Majority, MOST, 4)):
        yield case(kind(*[P] * 100), rule, hint, f"{kind.__name__}(*[{P}] * 100)")
    yield case(Majority(*[1 - R] * 100), EXACT, 3, "Majority(*[Fraction(1, 10)] * 100)")


def random_cases(chance: Random) -> Iterator[Case]:
    """Trees up to three levels deep, exact ones and others."""
    for storeys in (1, 2, 3):
        exact = chance.random() < 0.5
        yield case(random_tree(chance, storeys, exact), TREE, 0)


def random_tree(chance: Random, storeys: int, exact: bool) -> System | Number:
    """A random tree: fewer levels, fewer parts."""
    if not storeys or chance.random() < 0.2:
        tenths = int(chance.random() * 11)
        return Fraction(tenths, 10) if exact else tenths / 10
    parts = [random_tree(chance, storeys - 1, exact) for _ in range(1 + int(chance.random() * 4))]
    kind = int(chance.random() * 4)
    if kind == 3:
        return AtLeast(int(chance.random() * (len(parts) + 1)), *parts)
    return (Series, Parallel, Majority)[kind](*parts)


EXERCISES = (Compute(
    number="1.4", title="Availability",
    task="Write the availability of a system built from parts in series, in parallel, or k of n.",
    base=availability, lines=8, reference=reference, right=(one_by_one, from_below),
    wrong=((subtracted, "the probabilities that parts are down were added"),
           (added, "the probabilities that parts are up were added"),
           (half, "half of an even number was taken for a majority"), (weakest, "Series(0.9, 0.8)"),
           (best, "Parallel(0.9, 0.8)"), (just_k, "that is the probability of exactly k"),
           (alike, "AtLeast(2, 0.9, 0.8, 0.5)"), (rounded, "the floating-point number"),
           (flat, "Series(0.9, Parallel(0.8, 0.7))")),
    cases=cases, random_cases=random_cases,
    hints=(
        "A number is its own answer. For anything else, first work out the availability of each part with the same "
        "function.",
        "Two parts are both up if the first is up and so is the second: multiply independent probabilities.",
        "At least one of two is up unless both are down: 1 - (1 - p) * (1 - q).",
        "For k of n, keep a list of the probabilities that 0, 1, 2 ... parts are up. Each further part turns it into a "
        "new list: the count stays the same (1 - p) or goes up by one (p). In the end, sum(up[k:]).",
        "More than half of n: n // 2 + 1. Series means at least n of n, Parallel at least 1 of n.",
    ),
),)

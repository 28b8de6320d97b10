"""KS25's definitions and assumptions: memcap computes exactly what they say."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from itertools import combinations, product

import numpy as np

from memcap.constructions import sequence_ids
from memcap.core.exact import Number
from memcap.core.refs import Ref
from memcap.data.dataset import Dataset, from_arrays
from proofs_check.checks.sequence_ids.built import states
from proofs_check.statement import (
    Answer,
    Check,
    Kind,
    Level,
    Method,
    Outcome,
    Scope,
    Statement,
)

Point = tuple[Number, ...]
Rows = Sequence[Sequence[Point]]


def _random_data(level: Level) -> Iterator[tuple[Dataset, Rows]]:
    """Datasets of rational vectors, with the same vectors as plain tuples."""
    rng = np.random.default_rng(0)
    for _ in range(level.pick(60, 1000)):
        number, length, dim = (int(rng.integers(1, top)) for top in (6, 4, 4))
        drawn = rng.integers(-8, 9, (number, length, dim))
        rows = [
            [tuple(Fraction(x, 4) for x in z) for z in row] for row in drawn.tolist()
        ]
        yield from_arrays(drawn / 4, np.zeros(number, dtype=int), num_classes=1), rows


def separation(level: Level) -> Outcome:
    """The least r and the largest delta of the definition, by all pairs of tokens."""
    cases = 0
    for ds, rows in _random_data(level):
        tokens, cases = {z for row in rows for z in row}, cases + 1
        found = ds.separation()
        r = max(sum(x * x for x in z) for z in tokens)
        apart = [_squared(a, b) for a, b in combinations(tokens, 2)]
        delta = found.epsilon.squared if found.epsilon is not None else None
        if found.r_max.squared != r or delta != min(apart, default=None):
            return Outcome(Answer.FAILS, f"separation of {rows} is wrong.", cases)
    sentence = (
        f"On {cases} random datasets of rational vectors memcap's r and delta are the "
        "smallest and largest for which the definition holds, as squares of rationals."
    )
    return Outcome(Answer.HOLDS, sentence, cases, "0")


def _squared(left: Point, right: Point) -> Number:
    return sum((Fraction(a) - b) ** 2 for a, b in zip(left, right, strict=True))


def _tiny(level: Level) -> Iterator[tuple[tuple[int, ...], ...]]:
    """All pairs of sequences of up to three tokens out of two or three."""
    for length, vocab in ((1, 3), (2, 3), (3, level.pick(2, 3))):
        rows = list(product(range(vocab), repeat=length))
        yield from product(rows, repeat=2)


def contexts(level: Level) -> Outcome:
    """Two positions share a context just if tokens and multisets are equal."""
    cases = 0
    for rows in _tiny(level):
        labels = np.zeros_like(np.array(rows))
        found = from_arrays(np.array(rows), labels, num_classes=1).contexts().ravel()
        wanted = [(x, tuple(sorted(row))) for row in rows for x in row]
        for i, j in combinations(range(len(wanted)), 2):
            cases += 1
            if (found[i] == found[j]) != (wanted[i] == wanted[j]):
                return Outcome(Answer.FAILS, f"contexts of {rows} are wrong.", cases)
    sentence = (
        f"On {cases:,} pairs of positions memcap's contexts are the pairs of token and "
        "multiset that a contextual mapping has to tell apart."
    )
    return Outcome(Answer.HOLDS, sentence, cases, "0")


def contextual_states(level: Level) -> Outcome:
    """(phi, F, mean) is a contextual mapping of the definition, with delta = 1/n."""
    cases, least = 0, None
    for rows in _tiny(level):
        labels = np.zeros_like(np.array(rows))
        ds = from_arrays(np.array(rows), labels, num_classes=1)
        found = states(ds)
        if len(found) != len(set(ds.contexts().ravel().tolist())):
            return Outcome(Answer.FAILS, f"{rows} has too few states.", cases)
        for left, right in combinations(found, 2):
            cases += 1
            ratio = _squared(left, right) * ds.length**2
            least = ratio if least is None else min(least, ratio)
            if ratio < 1:
                return Outcome(Answer.FAILS, f"states of {rows} are close.", cases)
    sentence = f"{cases:,} pairs of states of different contexts are 1/n apart or more."
    return Outcome(Answer.HOLDS, sentence, cases, str((least or 1) - 1))


def counted(level: Level) -> Outcome:
    """m(x), |m| and sum m(x) f(x) are what memcap's sums give for indicators and f."""
    cases = 0
    for rows in _tiny(level):
        table = np.array(rows)
        for row, counts in enumerate(map(Counter, rows)):
            asked: list[tuple[dict[int, int], int]] = [
                ({x: 1 for x in range(3)}, counts.total()),
                ({x: x * x + 5 for x in range(3)}, _sum(counts, range(3))),
                *(({x: 1}, counts[x]) for x in range(3) if x <= table.max()),
            ]
            for labels, wanted in asked:
                cases += 1
                kept = {x: k for x, k in labels.items() if x <= table.max()}
                if int(sequence_ids.sums(table, kept)[row]) != wanted:
                    return Outcome(Answer.FAILS, f"sums over {rows} are wrong.", cases)
    sentence = f"{cases:,} counts, cardinalities and sums agree with the definition."
    return Outcome(Answer.HOLDS, sentence, cases, "0")


def _sum(counts: Counter[int], inside: range | tuple[int, ...]) -> int:
    return sum(k * (x * x + 5) for x, k in counts.items() if x in inside)


def restricted(level: Level) -> Outcome:
    """Sums of labels on A alone are the sums over the restrictions to A."""
    cases = 0
    for rows in _tiny(level):
        table = np.array(rows)
        present = range(int(table.max()) + 1)
        for size in range(len(present) + 1):
            for inside in combinations(present, size):
                cases += 1
                found = sequence_ids.sums(table, {x: x * x + 5 for x in inside})
                wanted = [_sum(Counter(row), inside) for row in rows]
                if found.tolist() != wanted:
                    return Outcome(Answer.FAILS, f"{rows} on {inside}.", cases)
    sentence = f"{cases:,} restrictions to sets A agree with the definition."
    return Outcome(Answer.HOLDS, sentence, cases, "0")


def _definition(
    name: str, kind: Kind, sentence: str, formula: str, *checks: Check
) -> Statement:
    """A row that asserts nothing: the checks say that memcap computes it."""
    return Statement(Ref("KS25", name), kind, sentence, formula, checks=checks)


def _check(name: str, run: Callable[[Level], Outcome]) -> Check:
    return Check(name, Method.EXHAUSTIVE, Scope.CASES, run)


STATEMENTS: tuple[Statement, ...] = (
    _definition(
        "Ass4.1",
        Kind.ASSUMPTION,
        "Tokens have norm at most r, and two tokens are equal or at least delta apart.",
        r"\|x\| \le r, \quad x = x' \text{ or } \|x - x'\| \ge \delta",
        _check("measured r and delta", separation),
    ),
    _definition(
        "AssA.1",
        Kind.ASSUMPTION,
        "The same for the elements of multisets: norms at most r, elements equal or at "
        "least delta apart.",
        r"x, x' \in \bigcup_i \operatorname{supp} m_i: \; \|x\| \le r, \; "
        r"x = x' \text{ or } \|x - x'\| \ge \delta",
        _check("measured r and delta", separation),
    ),
    _definition(
        "Def4.1",
        Kind.DEFINITION,
        "An (r, delta)-contextual mapping has values within r, delta apart whenever "
        "tokens differ or sequences are no permutations of each other.",
        r"|C(X_i)_k| \le r, \quad |C(X_i)_k - C(X_j)_l| \ge \delta",
        _check("contexts", contexts),
        _check("states of the averaging layer", contextual_states),
    ),
    _definition(
        "DefA",
        Kind.DEFINITION,
        "A multiset is a map m to the natural numbers, with its support and its "
        "cardinality |m| = sum m(x).",
        r"m: X \to \mathbb{N}, \quad |m| = \sum_x m(x)",
        _check("counts and sums", counted),
    ),
    _definition(
        "DefB.1",
        Kind.DEFINITION,
        "The restriction of m to A keeps m(x) for x in A and is 0 elsewhere.",
        r"m|_A(x) = m(x) \text{ for } x \in A, \; 0 \text{ else}",
        _check("restricted sums", restricted),
    ),
)

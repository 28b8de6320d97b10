"""Madden24: definitions and upper bounds of next-token capacity.

zeta tokens, k parameters, n distinct contexts; laws are rows of positive rationals.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator
from fractions import Fraction
from itertools import product

import numpy as np
import sympy

from memcap.core.exact import Number
from memcap.core.refs import Ref
from proofs_check.methods import attack, identity
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

Law = list[Fraction]


def laws(rng: np.random.Generator, count: int, vocab: int) -> list[Law]:
    """Random laws of small denominators, zeros among them."""
    parts = rng.integers(0, 9, (count, vocab))
    parts[parts.sum(1) == 0, 0] = 1
    return [[Fraction(int(p), int(row.sum())) for p in row] for row in parts]


# --- Definition 10 -----------------------------------------------------------------


def _regrouped(level: Level) -> Outcome:
    """The loss of a corpus as formal sums of logarithms, both ways, exactly."""
    corpora = product(product(range(2), repeat=3), repeat=level.pick(3, 4))
    cases = 0
    for documents in corpora:
        by_token: Counter = Counter()
        counts: Counter = Counter()
        following: dict = defaultdict(Counter)
        for word in documents:
            for t in range(1, len(word)):
                by_token[word[:t], word[t]] += 1
                counts[word[:t]] += 1
                following[word[:t]][word[t]] += 1
        by_context = {
            (a, v): counts[a] * Fraction(seen, counts[a])
            for a, tokens in following.items()
            for v, seen in tokens.items()
        }
        if by_context != dict(by_token):
            return Outcome(Answer.FAILS, f"Another loss for {documents}.")
        cases += 1
    sentence = "Coefficients of every log q agree for all corpora of binary documents."
    return Outcome(Answer.HOLDS, sentence, cases)


def _gibbs(_: Level) -> Outcome:
    """``ln x <= x - 1`` turns the difference of losses into a sum that is 0."""
    p, q, r, s = sympy.symbols("p q r s", positive=True)
    total = p * (q / p - 1) + r * (s / r - 1)
    return identity.holds(total, q + s - p - r, "sum p (q/p - 1) = sum q - sum p")


_DEF7 = Statement(
    Ref("Madden24", "Def7"),
    Kind.DEFINITION,
    "The next-token capacity of a model is the largest n such that on every n distinct "
    "contexts it matches all strictly positive next-token laws.",
    not_checked="a definition asserts nothing; what uses it is checked at Lemma 9, "
    "Lemma 12 and Theorem 21.",
)
_DEF10 = Statement(
    Ref("Madden24", "Def10"),
    Kind.DEFINITION,
    "Empirical capacity is the largest n such that for every corpus with at most n "
    "distinct contexts the infimum of the loss is the entropy bound; the loss is the "
    "sum of cross entropies over contexts, least at the empirical laws.",
    r"L = \sum_\alpha c(\alpha)\, H(\hat p_\alpha, q_\alpha) \ge "
    r"\sum_\alpha c(\alpha)\, H(\hat p_\alpha)",
    checks=(
        Check(
            "sum by contexts",
            Method.ARGUMENT,
            Scope.STEP,
            _regrouped,
            "c(a) p^(v|a) counts the places where v follows a, for any corpus: the sum "
            "over places is only ordered by contexts.",
        ),
        Check(
            "least at the empirical laws",
            Method.IDENTITY,
            Scope.STEP,
            _gibbs,
            "H(p) - H(p, q) = sum over p > 0 of p ln(q/p) <= sum (q - p) <= 0 by "
            "ln x <= x - 1, with equality for q = p only.",
        ),
    ),
)

# --- Lemma 9 -----------------------------------------------------------------------


def _thin_image(_: Level) -> Outcome:
    """Volume of the cubes that cover a Lipschitz image."""
    j, k, m, r = sympy.symbols("j k m r", positive=True)
    volume = j**k * (2 * r / j) ** (k + m)
    claim = "j^k cubes of side 2 r/j in dimension k + m have volume (2 r)^(k+m) j^-m"
    return identity.holds(volume, (2 * r) ** (k + m) * j ** (-m), claim)


def _coordinates(level: Level) -> Outcome:
    """Laws and their log-odds determine each other, exactly."""
    rng = np.random.default_rng(9)
    cases = level.pick(200, 5000)
    for _ in range(cases):
        parts = rng.integers(1, 50, int(rng.integers(2, 7)))
        law = [Fraction(int(p), int(parts.sum())) for p in parts]
        odds = [p / law[-1] for p in law[:-1]]
        total = 1 + sum(odds)
        if [x / total for x in odds] + [1 / total] != law:
            return Outcome(Answer.FAILS, f"{law} is not the law of its odds.")
    sentence = "Every law is that of its zeta - 1 odds, whose logarithms are free."
    return Outcome(Answer.HOLDS, sentence, cases)


def capacity_bound(factor: Number = 1, tokens: int = 1) -> attack.Target:
    """The claim that no model has capacity above ``factor k / (zeta - tokens)``.

    It is put to the table with zeta - 1 free log-odds for each of n contexts, which has
    k = n (zeta - 1) parameters and capacity n.
    """

    def margin(candidate: tuple[int, int]) -> Fraction | None:
        n, vocab = candidate
        if vocab <= tokens:
            return None
        return Fraction(factor) * Fraction(n * (vocab - 1), vocab - tokens) - n

    return attack.Target(margin, _table)


def attained(tokens: int = 1) -> attack.Target:
    """The claim that some model has capacity ``floor(k / (zeta - tokens))``.

    The margin is k less the n (zeta - 1) coordinates that must be free (Lemma 9).
    """

    def margin(candidate: tuple[int, int]) -> int | None:
        n, vocab = candidate
        if vocab <= tokens:
            return None
        parameters = n * (vocab - tokens)
        return parameters - (parameters // (vocab - tokens)) * (vocab - 1)

    return attack.Target(margin, _table)


def _table(candidate: tuple[int, int]) -> dict[str, str]:
    return {"n": str(candidate[0]), "zeta": str(candidate[1])}


def tables(level: Level) -> Iterator[tuple[int, int]]:
    """Numbers of contexts and tokens."""
    return product(range(1, level.pick(40, 200)), range(2, 40))


def sharp(level: Level) -> Outcome:
    """The bound of Lemma 9 is attained, and what it excludes is not."""
    target, best = capacity_bound(), attained()
    upper = attack.search(target, tables(level))
    reached = attack.search(best, tables(level))
    if upper.smallest != 0 or reached.smallest != 0:
        return Outcome(Answer.FAILS, "The table contradicts the bound.", upper.tried)
    sentence = (
        "The table of n (zeta - 1) log-odds has capacity n = k/(zeta - 1): the bound "
        "is attained and cannot be lowered."
    )
    return Outcome(Answer.HOLDS, sentence, upper.tried + reached.tried, "0")


_LEM9 = Statement(
    Ref("Madden24", "Lem9"),
    Kind.LEMMA,
    "A model that is continuously differentiable in k parameters has next-token "
    "capacity at most k/(zeta - 1).",
    r"n \le \frac{k}{\zeta - 1}",
    ("q continuously differentiable in theta",),
    checks=(
        Check(
            "coordinates",
            Method.ARGUMENT,
            Scope.STEP,
            _coordinates,
            "Positive laws on n contexts are R^(n (zeta-1)) through their log-odds; "
            "the log-odds of the model are continuously differentiable in theta.",
        ),
        Check(
            "volume",
            Method.IDENTITY,
            Scope.STEP,
            _thin_image,
            "The parameters are countably many cubes on which the map is Lipschitz. "
            "One cut into j^k parts has an image inside j^k cubes of side 2 r/j; with "
            "n (zeta-1) = k + m, m >= 1, their volume goes to 0 with growing j. So the "
            "image has measure 0 and misses some laws.",
        ),
        Check("attained", Method.ATTACK, Scope.CASES, sharp),
    ),
)

STATEMENTS: tuple[Statement, ...] = (_DEF7, _DEF10, _LEM9)

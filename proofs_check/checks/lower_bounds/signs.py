"""Sign vectors of polynomials against ``(8 e M D / W)^W`` (KS25.LemB4).

One variable and degree one are proved here; families whose sign vectors can be listed
exactly attack the rest. What the general case rests on is Warren's count of the
components that M polynomials leave when their zeros are taken out of R^W.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations_with_replacement, product
from typing import Any

import numpy as np
import sympy

from memcap.core.balls import Ball, Truth, less
from memcap.core.exact import Number
from memcap.theory.bounds.shattering import euler
from proofs_check.methods import attack, identity
from proofs_check.methods.arrangements import drawn, face_count, faces
from proofs_check.statement import Answer, Level, Outcome


@dataclass(frozen=True, slots=True)
class Counted:
    """Polynomials whose sign vectors have been counted.

    Args:
        polynomials: M.
        degree: D.
        variables: W.
        vectors: sign vectors in {-1, 0, 1}^M that occur, exactly.
        what: the polynomials in words.
    """

    polynomials: int
    degree: int
    variables: int
    vectors: int
    what: str


def margin(one: Counted, factor: Number = 8, precision: int = 96) -> Ball:
    """``ln((factor e M D / W)^W) - ln(vectors)``."""
    base = euler(precision) * factor * one.polynomials * one.degree / one.variables
    return base.log() * one.variables - Ball.of(one.vectors, precision).log()


def target(factor: Number = 8, few_variables: bool = True) -> attack.Target:
    """The lemma, with another factor or without its hypothesis W <= M."""

    def of(one: Counted) -> Ball | None:
        if few_variables and one.variables > one.polynomials:
            return None
        return margin(one, factor)

    return attack.Target(of, _describe)


def _describe(one: Counted) -> Mapping[str, str]:
    return {
        "M": str(one.polynomials),
        "D": str(one.degree),
        "W": str(one.variables),
        "sign vectors": str(one.vectors),
        "polynomials": one.what,
    }


def attack_bound(
    level: Level, factor: Number = 8, few_variables: bool = True
) -> Outcome:
    """Every family with a known count against the bound."""
    aimed = target(factor, few_variables)
    found = attack.search(aimed, families(level))

    def smallest(_: Counted) -> Counted:
        bad = (c for c in families(level) if refutes(c, factor, few_variables))
        return min(bad, key=lambda c: (c.polynomials, c.variables, c.degree))

    claim = f"at most ({factor}eMD/W)^W sign vectors"
    return attack.outcome(aimed, found, claim, minimal=smallest)


def refutes(one: Counted, factor: Number = 8, few_variables: bool = True) -> bool:
    """Whether a family certainly has more sign vectors than claimed."""
    if few_variables and one.variables > one.polynomials:
        return False
    return less(margin(one, factor), 0) is Truth.TRUE


def families(level: Level) -> Iterator[Counted]:
    """Coordinates, univariate polynomials, arrangements and products of forms."""
    for forms in range(1, 5):
        for spare in range(0, 40):
            what = f"the first {forms} of {forms + spare} coordinates"
            yield Counted(forms, 1, forms + spare, 3**forms, what)
    yield from _univariate(level.pick(2, 3))
    rng = np.random.default_rng(0)
    for dim, most in ((1, 8), (2, 8), (3, level.pick(7, 9)), (4, level.pick(6, 8))):
        for forms in range(dim, most + 1):
            yield from _products(drawn(rng, forms, dim + 1))


def _univariate(most: int) -> Iterator[Counted]:
    """All lists of polynomials with roots among 0..3, up to their signs."""
    for degree in (1, 2, 3):
        rooted = list(combinations_with_replacement(range(4), degree))
        for number in range(1, most + 1):
            for roots in combinations_with_replacement(rooted, number):
                what = f"univariate, roots {roots}"
                yield Counted(number, degree, 1, univariate_vectors(roots), what)


def univariate_vectors(roots: Sequence[Sequence[int]]) -> int:
    """Sign vectors of monic polynomials with these real roots.

    Example:
        >>> univariate_vectors([(0, 1), (2,)]), univariate_vectors([(0, 0)])
        (5, 2)
    """
    ends = sorted({root for each in roots for root in each})
    between = [Fraction(a + b, 2) for a, b in zip(ends, ends[1:], strict=False)]
    at = [*ends, *between, ends[0] - 1, ends[-1] + 1]
    return len({tuple(_product_sign(x, each) for each in roots) for x in at})


def _product_sign(x: Number, roots: Iterable[int]) -> int:
    sign = 1
    for root in roots:
        sign *= (x > root) - (x < root)
    return sign


def _products(forms: list[list[int]]) -> Iterator[Counted]:
    """Polynomials that are products of D forms each, for every D that divides M D."""
    dim, number = len(forms[0]) - 1, len(forms)
    seen = faces(forms)
    for degree in range(1, number + 1):
        if number % degree or number // degree < dim:
            continue
        made = {
            tuple(int(np.prod(face[i : i + degree])) for i in range(0, number, degree))
            for face in seen
        }
        what = f"products of {degree} of {number} random affine forms"
        yield Counted(number // degree, degree, dim, len(made), what)


def one_variable(level: Level) -> Outcome:
    """``2 M D + 1 <= 3 M D < 8 e M D``: roots and the gaps between them."""
    holds = less(3, euler(96) * 8) is Truth.TRUE
    worst = min(float(margin(c)) for c in _univariate(2))
    sentence = (
        "M univariate polynomials of degree D have at most MD roots and MD + 1 gaps, "
        f"and 2MD + 1 <= 3MD < 8eMD; smallest log-ratio of listed families {worst:.4g}."
    )
    return Outcome(Answer.HOLDS if holds else Answer.FAILS, sentence, 1, f"{worst:.4g}")


def pascal(level: Level) -> Outcome:
    """One more form adds at most twice the faces of its trace on the others."""
    t, forms = sympy.symbols("t M", positive=True, integer=True)
    left = 2**t * sympy.binomial(forms, t)
    right = 2**t * sympy.binomial(forms - 1, t)
    right += 2 * 2 ** (t - 1) * sympy.binomial(forms - 1, t - 1)
    ratio: Any = sympy.combsimp(right / left)
    return identity.holds(ratio, sympy.Integer(1), "2^t C(M,t) by Pascal's rule")


def few_forms(level: Level) -> Outcome:
    """``sum_(t <= W) 2^t C(M, t) <= (2 e M / W)^W``; arrangements attain the sum."""
    smallest, cases = None, 0
    for forms in range(1, level.pick(40, 120)):
        for dim in range(1, forms + 1):
            one = Counted(forms, 1, dim, face_count(forms, dim), "general position")
            slack = margin(one, 2)
            if less(0, slack) is not Truth.TRUE:
                return Outcome(
                    Answer.FAILS, f"fails for {_describe(one)}", cases + 1, str(slack)
                )
            cases += 1
            smallest = min(smallest or 9.0, float(slack) / dim)
    rng = np.random.default_rng(1)
    attained = all(
        len(faces(drawn(rng, forms, dim + 1))) == face_count(forms, dim)
        for forms, dim in ((4, 1), (6, 2), (6, 3), (5, 4))
    )
    sentence = (
        f"faces of M affine forms stay below (2eM/W)^W in {cases} cases; listed "
        f"arrangements have exactly that many faces: {attained}."
    )
    answer = Answer.HOLDS if attained else Answer.FAILS
    return Outcome(answer, sentence, cases, f"{smallest:.4g} per variable")


def two_signs(level: Level) -> Outcome:
    """Three signs of M polynomials are two signs of the 2 M polynomials p +- eps."""
    images = {s: _moved(s) for s in (-1, 0, 1)}
    distinct = len(set(images.values())) == 3 and 0 not in sum(images.values(), ())
    lists = list(product((-1, 0, 1), repeat=3))
    moved = {tuple(images[s] for s in signs) for signs in lists}
    holds = distinct and len(moved) == len(lists)
    m, d, w = sympy.symbols("M D W", positive=True)
    same = identity.holds(
        (4 * sympy.E * (2 * m) * d / w), 8 * sympy.E * m * d / w, "4e(2M)D = 8eMD"
    )
    answer = same.answer if holds else Answer.FAILS
    sentence = f"signs (p + eps, p - eps) of -, 0, +: {images}; then {same.sentence}"
    return Outcome(answer, sentence, len(lists) + same.cases)


def _moved(sign: int) -> tuple[int, int]:
    """Signs of p + eps and p - eps, eps below every non-zero |p| that is looked at."""
    value, eps = Fraction(sign), Fraction(1, 2)
    above, below = value + eps, value - eps
    return (above > 0) - (above < 0), (below > 0) - (below < 0)

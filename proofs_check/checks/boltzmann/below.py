"""Below spacing ln(2 + sqrt 3): sets of one size with equal Boltzmann values.

Also what the least spacing means for KS23.Thm2, and that 1/3 cannot be raised at it.
"""

from collections.abc import Sequence
from fractions import Fraction
from typing import Literal

from memcap.core.balls import Ball, Truth, less
from memcap.core.exact import Number
from memcap.theory.bounds import get
from proofs_check.checks.boltzmann.attack import attack, stretched
from proofs_check.checks.boltzmann.pairs import BITS, boltz, distance, linear, spacing
from proofs_check.checks.boltzmann.threshold import HALF, LEAST, STEPS, THIRD
from proofs_check.methods.chain import chain, link
from proofs_check.methods.crossing import crossing
from proofs_check.statement import Answer, Check, Level, Method, Outcome, Scope

Version = Literal["published", "sharp", "least"]


def equal_values(delta: Number, n: int) -> tuple[Number, Number] | None:
    """Two stretches between which two n-sets with equal Boltzmann values lie.

    Args:
        delta: their spacing.
        n: their size.

    Returns:
        s and s' such that the pair `stretched` has a positive and a negative
        difference there, None where there is no change of sign.
    """

    def signed(stretch: Number) -> Ball:
        close, late = stretched(Fraction(delta), n, stretch, far=60)
        return boltz(close) - boltz(late)

    found = crossing(signed, 0, 8, bits=60)
    return None if found is None else (found.low, found.high)


def smallest_size(delta: Number, most: int = 40) -> int | None:
    """The smallest n for which `equal_values` finds a pair."""
    return next((n for n in range(2, most) if equal_values(delta, n)), None)


def below_it(level: Level) -> Outcome:
    """Below ln(2 + sqrt 3): sets of one size with equal Boltzmann values."""
    links = []
    spacings: Sequence[str] = ("1.2", "1.28", "1.3", "1.31", "1.316")
    for text in (*spacings, *level.pick((), ("1.3169", "1.31695"))):
        delta = Fraction(text)
        n = smallest_size(delta)
        if n is None:
            return Outcome(Answer.OPEN, f"no pair was found at {text}.")
        low, _ = equal_values(delta, n) or (0, 0)
        sets = stretched(delta, n, low, far=60)
        close = float(distance(sets))
        fits = spacing(sets) == delta and less(delta, LEAST, BITS) is Truth.TRUE
        links.append(
            link(f"delta = {text}, n = {n}: a change of sign, |.| < {close:.0e}", fits)
        )
    return chain("Equal values below ln(2 + sqrt 3)", links)


def not_at_it(_: Level) -> Outcome:
    """For {0, delta}, {0, 2 delta, ..., (j+1) delta} the ratio tends to 1/3."""
    q = (-LEAST).exp()
    links, last = [], None
    for j in (5, 50, 500):
        left = q**j * (q / (1 - q**2) + q / (1 - q) ** 2 + q / (1 - q) * j)
        total = 1 + q * (q - q ** (j + 1)) / (1 - q)
        ratio = left / total / (q**j * (j + 1))
        near = ratio - THIRD
        links.append(link(f"j = {j}: 1/3 + {float(near):.3g}", less(0, near)))
        last = near
    assert last is not None
    links.append(link("within 1/100 at j = 500", less(last, Fraction(1, 100))))
    return chain("1/3 cannot be raised at delta = ln(2 + sqrt 3)", links)


def ln_separation(version: Version) -> Ball:
    """ln delta of KS23.Thm2 for V = 3, d = n = 2, all lengths 1, by scale.

    Args:
        version: scores 2 ln n + 3 apart (``published``), 2 apart (``sharp``), or
            ln(2 + sqrt 3) apart (``least``).
    """
    spacings = {
        "published": Ball.of(2, BITS).log() * 2 + 3,
        "sharp": Ball.of(2, BITS),
        "least": LEAST,
    }
    kappa = Ball.pi(BITS) * 4**4 * 2 * spacings[version] / 8
    gap = {
        "published": (Ball.of(2, BITS).log() ** 2).log(),
        "sharp": ((kappa * 2 - Fraction(2363, 1000)) * Fraction(52, 100)).log() + 2,
        # Half of D = 2 kappa.
        "least": kappa.log(),
    }
    return gap[version] - kappa * 2 - (kappa * 4).log()


def consequence(_: Level) -> Outcome:
    """The three separations of KS23.Thm2 in the smallest instance."""
    inputs = dict(vocab=3, dim=2, length=2, eps=1, r_min=1, r=1)
    links = []
    names: tuple[tuple[str, Version], ...]
    names = (("KS23.Thm2", "published"), ("KS23.Thm2s", "sharp"))
    for name, version in names:
        ours = ln_separation(version)
        memcap = get(f"{name}.ln_delta")(**inputs).ball(BITS)
        text = f"{name}: ln delta = {float(ours):.1f}"
        links.append(link(text, (ours - memcap).contains(0)))
    least = ln_separation("least")
    links.append(link(f"spacing ln(2 + sqrt 3): {float(least):.1f}", less(-531, least)))
    return chain("KS23.Thm2, three tokens in the plane", links)


def attacks(level: Level) -> Outcome:
    """Search for sets closer than claimed."""
    return chain(
        "Search",
        [
            attack(linear(HALF, LEAST, "equal"), level),
            attack(linear(THIRD, LEAST, "any"), level),
        ],
    )


CHECKS = (
    *STEPS,
    Check(
        "equal values below it",
        Method.BALLS,
        Scope.STEP,
        below_it,
        "For q > 2 - sqrt 3 the endless b has a larger g than {0, delta}, so a finite "
        "b = {0, 2 delta, ..., n delta} has, and a = {0, delta, X, X + delta, ...} "
        "with X large enough still has a smaller g. Moving all but the first value of "
        "b away by s takes g(b) to 0 before b reaches X; so the difference vanishes at "
        "some s, which is not rational: rational sets never have equal values. The "
        "instances show the change of sign in balls.",
    ),
    Check("1/3 is best at the least spacing", Method.BALLS, Scope.CASES, not_at_it),
    Check("attack", Method.ATTACK, Scope.CASES, attacks),
    Check("KS23.Thm2", Method.BALLS, Scope.CASES, consequence),
)

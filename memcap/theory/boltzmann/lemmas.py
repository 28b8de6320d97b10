r"""How far apart the Boltzmann operator keeps two different sets of numbers.

Let a, b be different finite sets of reals in [-r, r], any two distinct values of their
union at least delta apart; D is the spread of the union, at most 2r.

*Published* (KS23.Lem1): |a| = |b| = n and delta > 2 ln n + 3 give
``|boltz(a) - boltz(b)| > (ln n)^2 e^{-2r}``.

*Sharp* (KS23.LemS, ours): delta >= 2 suffices, whatever n,

    |a| = |b|:    |boltz(a) - boltz(b)| >= 0.52 (D - delta - 0.363) e^{delta - D}
    any sizes:    |boltz(a) - boltz(b)| >= 0.86 (D - 0.363) e^{-D}

*Threshold* (memcap.BoltzThreshold, ours): the least condition for every n. From
delta >= ln(2 + sqrt 3) = 1.31696... on, and for no smaller delta,

    |a| = |b|:    |boltz(a) - boltz(b)| >= (D/2) e^{-D}
    any sizes:    |boltz(a) - boltz(b)| >= (D/3) e^{-D}

`proofs_check` holds its proof, and the best constants of the sharp version.

Proof of the sharp version.

Sort descending, q = e^{-delta}, x_i = a_1 - a_i, g(a) = sum x_i e^{-x_i} / sum
e^{-x_i}, so boltz(a) = a_1 - g(a). As x_i >= (i-1) delta and x e^{-x} falls for x >= 1,
0 <= g <= h* := delta q / (1-q)^2 <= 0.363. Every expression in delta and q below, h*
included, moves one way as delta grows and q falls, so delta = 2 is the worst case.

1. a_1 > b_1: the difference is at least delta - g(a) >= 1.637. The first bound never
   exceeds 0.52 e^{-1.363} < 0.134, the second 0.86 e^{-1.363} < 0.221.
2. The sets share their k-1 >= 1 largest values and then b_k <= a_k - delta. Let
   y = a_1 - a_k in [(k-1) delta, D - delta], S0 and S1 the sums over the shared values,
   h = S1/S0 <= h*. Exactly, g(a) - h = sum_{i>=k} (x_i - h) e^{-x_i} / (S0 + sum_{i>=k}
   e^{-x_i}). All terms are positive; keep the first for a, and bound the others by
   geometric series:
       g(a) - h >= (y-h) e^{-y} / (S0 + e^{-y}/(1-q))
       g(b) - h <= (y-h) e^{-y} B / S0,
       B = q/(1-q) + (delta/(y-h)) q/(1-q)^2.
   The difference is (y-h) e^{-y} (1/S0) [1 / (1 + e^{-y} / (S0 (1-q))) - B].
   k = 2: S0 = 1, h = 0, y >= delta, so the factor is at least
       (1-q) - q/(1-q) - q/(1-q)^2                                      >= 0.5271.
   k >= 3: S0 in [1, 1/(1-q)], y >= 2 delta, h <= h*, so it is at least
       (1-q) [1 / (1 + q^2/(1-q)) - q/(1-q) - q/((1-q)^2 (2 - h*/delta))] >= 0.6253.
   (y - 0.363) e^{-y} falls for y >= 1.363; insert the largest y, D - delta.
   Steps 1 and 2 use nowhere that the sets have one size, only that b_k exists.
3. b is the set of the k-1 largest values of a: g(b) = h, the denominator of a is at
   most 1/(1-q), so the difference is at least (1-q)(y-h) e^{-y}; here y is at most D,
   not D - delta, and 1-q >= 0.8646.
4. In step 2, D >= 2 delta, and the first bound is then at least twice the second; so
   the second holds for all pairs, whatever their sizes.

KS23.Lem1 follows: n+1 values need D >= n delta, so the first bound is at least
0.52 e^2 (2n - 2.363) e^{-D}, and 3.84 (2n - 2.363) > (ln n)^2 for n >= 2.
"""

from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Literal

from memcap.core.balls import Ball, Truth, at_most, decide, less
from memcap.core.errors import HypothesisError, UndecidedError, UnknownNameError
from memcap.core.exact import Number, SquareRoot, exact
from memcap.core.refs import Ref

Version = Literal["published", "sharp", "threshold"]
Sizes = Literal["equal", "different"]

EQUAL_FACTOR = Fraction(52, 100)
DIFFERENT_FACTOR = Fraction(86, 100)
OFFSET = Fraction(363, 1000)
SHARP_DELTA = 2


@dataclass(frozen=True, slots=True, eq=False)
class Separation:
    """What a lemma says of given sizes.

    Args:
        ref: the lemma.
        condition: its condition on delta, in words.
        holds: whether the condition holds; UNDECIDED only for balls that straddle it.
        spread: D, the largest difference of two values, 2r where r was given.
        delta: the smallest difference.
        conclusion: ln of the bound, claimed only where the condition holds.
    """

    ref: Ref
    condition: str
    holds: Truth
    spread: Any
    delta: Any
    conclusion: Ball

    @property
    def ln_bound(self) -> Ball:
        """Natural logarithm of the bound; it cannot underflow.

        Raises:
            UndecidedError: whether the condition holds is not known.
        """
        if self.holds is not Truth.TRUE:
            raise UndecidedError(
                f"{self.ref.id} needs {self.condition}, which is undecided for the "
                "ball given; raise its precision."
            )
        return self.conclusion

    @property
    def bound(self) -> Ball:
        """The bound itself, as a ball of any exponent.

        Raises:
            UndecidedError: whether the condition holds is not known.
        """
        return self.ln_bound.exp()


def separation(
    *,
    delta: Any,
    n: int | None = None,
    r: Any = None,
    spread: Any = None,
    version: Version = "sharp",
    sizes: Sizes = "equal",
    precision: int = 64,
) -> Separation:
    """The distance the Boltzmann operator keeps between different sets of numbers.

    Args:
        delta: distance of distinct values: number, square root or ball.
        n: entries of a set (of the larger one, where sizes differ); the sharp version
            and the threshold version do not depend on it.
        r: bound on the absolute values; or
        spread: D, bound on the differences. As the operator commutes with shifts, r
            enters only through D = 2r.
        version: ``published``, ``sharp`` or ``threshold``.
        sizes: whether two sets have as many entries, or may differ in number.
        precision: bits of the result, relative for the bound itself.

    Raises:
        HypothesisError: the condition on delta is false, or two different sets of n
            values do not fit, or `published` is asked for sets of different sizes.
        UnknownNameError: there is no such version.

    References:
        KS23.Lem1, KS23.LemS, memcap.BoltzThreshold

    Example:
        >>> published = separation(n=4, r=15, delta=6, version="published")
        >>> print(published.condition, published.holds.value)
        delta > 2 ln n + 3 true
        >>> round(float(published.ln_bound), 4)
        -29.3467
        >>> round(float(separation(n=4, r=15, delta=6).ln_bound), 4)
        -21.4911
    """
    ref = _lemma(version, sizes)
    width = _spread(ref, r, spread)
    delta = _number(ref, "delta", delta)
    n = _size(ref, n, version)
    holds = condition(delta, n, version)
    text = _CONDITIONS[version]
    if holds is Truth.FALSE:
        found = f"delta = {delta}" + (
            f" with n = {n}" if version == "published" else ""
        )
        raise HypothesisError(ref, text, found, "Scale the scores up.")
    _check_fit(ref, n or 2, width, delta, sizes)
    # e^{-D} keeps its leading bits only if D is known to as many bits after the point.
    work = precision + abs(int(Ball.of(width).upper)).bit_length() + 8
    conclusion = ln_bound(width, delta, n, version, sizes, work)
    return Separation(ref, text, holds, width, delta, conclusion)


def condition(delta: Any, n: int | None, version: Version) -> Truth:
    """Whether a lemma's condition on delta holds."""

    def question(precision: int) -> Truth:
        if version == "sharp":
            return at_most(SHARP_DELTA, delta, precision)
        if version == "threshold":
            return at_most(least_delta(precision), delta, precision)
        return less(Ball.of(n, precision).log() * 2 + 3, delta, precision)

    return decide(question, limit=1 << 12)


def ln_bound(
    spread: Any, delta: Any, n: int | None, version: Version, sizes: Sizes, p: int
) -> Ball:
    """The formula alone, evaluated whether or not its condition holds."""
    width = Ball.of(spread, p)
    if version == "published":
        return Ball.of(n, p).log().log() * 2 - width
    if version == "threshold":
        return (width / (2 if sizes == "equal" else 3)).log() - width
    if sizes == "different":
        return ((width - OFFSET) * DIFFERENT_FACTOR).log() - width
    return ((width - delta - OFFSET) * EQUAL_FACTOR).log() + delta - width


def least_delta(precision: int = 64) -> Ball:
    """ln(2 + sqrt 3): for no smaller delta are all sets kept apart.

    Example:
        >>> round(float(least_delta()), 6)
        1.316958
    """
    return (Ball.of(3, precision).sqrt() + 2).log()


_LEMMAS = {
    "published": Ref("KS23", "Lem1"),
    "sharp": Ref("KS23", "LemS"),
    "threshold": Ref("memcap", "BoltzThreshold"),
}
_CONDITIONS = {
    "published": "delta > 2 ln n + 3",
    "sharp": "delta >= 2",
    "threshold": "delta >= ln(2 + sqrt 3)",
}


def _lemma(version: str, sizes: str) -> Ref:
    if version not in _LEMMAS:
        raise UnknownNameError(f"no version {version!r}; choose {', '.join(_LEMMAS)}.")
    if sizes not in ("equal", "different"):
        raise UnknownNameError(f"no sizes {sizes!r}; choose equal or different.")
    ref = _LEMMAS[version]
    if version == "published" and sizes == "different":
        remedy = "Use version='sharp'."
        raise HypothesisError(ref, "sets of one size", "sizes = 'different'", remedy)
    return ref


def _number(ref: Ref, name: str, value: Any) -> Number | SquareRoot | Ball:
    number = value if isinstance(value, (Ball, SquareRoot)) else exact(value)
    if less(0, number) is Truth.FALSE:
        raise HypothesisError(ref, f"{name} > 0", f"{name} = {number}")
    return number


def _spread(ref: Ref, r: Any, spread: Any) -> Any:
    if (r is None) == (spread is None):
        found = "neither was given" if r is None else "both were given"
        raise HypothesisError(ref, "one of r and spread", found)
    if r is None:
        return _number(ref, "spread", spread)
    radius = _number(ref, "r", r)
    return Ball.of(radius) * 2 if isinstance(radius, SquareRoot) else radius * 2


def _size(ref: Ref, n: Any, version: str) -> int | None:
    if n is None and version == "published":
        raise HypothesisError(ref, "n, the entries of a set", "it was not given")
    size = None if n is None else exact(n)
    if size is not None and (not isinstance(size, int) or size < 2):
        raise HypothesisError(ref, "an integer n >= 2", f"n = {n}")
    return size


def _check_fit(ref: Ref, n: int, spread: Any, delta: Any, sizes: str) -> None:
    # Two different n-sets hold n+1 values together; a set and a smaller part of it n.
    steps = n if sizes == "equal" else n - 1
    if less(spread, Ball.of(delta) * steps) is Truth.TRUE:
        values = f"{steps + 1} values at least delta = {delta} apart within the spread"
        raise HypothesisError(ref, values, f"the spread is {spread}")

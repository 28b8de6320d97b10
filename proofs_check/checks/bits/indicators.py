"""KS25.LemG2 and LemG5: indicators, on all real numbers and in whole numbers."""

from collections.abc import Iterator, Mapping
from fractions import Fraction

import sympy

import memcap as mc
from memcap.core.exact import Number
from proofs_check.checks.bits.networks import (
    Gadget,
    flat_indicator,
    interval_indicator,
    nested_indicator,
    unit_indicator,
)
from proofs_check.methods import attack, piecewise
from proofs_check.statement import Answer, Level, Outcome

_HALF = sympy.Rational(1, 2)
# Values at the two ends of a piece; on a ray the value and the slope.
_TRAPEZOID = ((0, 0), (0, 1), (1, 1), (1, 0), (0, 0))


def interval_on_all_reals(level: Level) -> Outcome:
    """Three networks for LemG2 are one trapezoid, for all real a < b and all x."""
    a, h = sympy.Symbol("a", real=True), sympy.Symbol("h", positive=True)
    breaks = [a - _HALF, a, a + h, a + h + _HALF]
    forms = {
        "R(1/2 - h1 - h2) twice": interval_indicator(a, a + h, _HALF),
        "R(1 - R(2(a - x))) + R(1 - R(2(x - b))) - 1": nested_indicator(a, a + h),
        "one hidden layer of four units": flat_indicator(a, a + h, _HALF),
    }
    return _all_trapezoids(forms, breaks)


def _all_trapezoids(forms: Mapping[str, Gadget], breaks: list) -> Outcome:
    for name, gadget in forms.items():
        found = piecewise.values(gadget.layers, gadget.readout["near"], "x", breaks)
        outcome = piecewise.equal_on_pieces(found, _TRAPEZOID, name)
        if outcome.answer is not Answer.HOLDS:
            return outcome
    sentence = (
        f"{len(forms)} networks equal the trapezoid that is 1 on the interval and 0 "
        "from half a unit outside on, on all 5 pieces, in symbols."
    )
    return Outcome(Answer.HOLDS, sentence, 5 * len(forms))


def interval_sizes(level: Level) -> Outcome:
    """Depth 2, width 2 and LEN(b) bits of the built networks, for all a < b < 48."""
    return _sizes(
        ((a, b) for b in range(1, 48) for a in range(b)),
        lambda a, b: interval_indicator(a, b),
        lambda a, b: (2, 2, b.bit_length()),
        "depth 2, width 2 and LEN(b) bits",
    )


def _sizes(candidates, build, printed, claim: str) -> Outcome:
    tried = 0
    for tried, candidate in enumerate(candidates, 1):
        gadget = build(*candidate)
        longest = mc.count(gadget.weights()).max_bits
        actual, most = (gadget.depth, gadget.width, longest), printed(*candidate)
        if any(x > y for x, y in zip(actual, most, strict=True)):
            sentence = f"{claim}: {actual} are more than {most} for {candidate}."
            point = {"parameters": str(candidate), "built": str(actual)}
            return Outcome(Answer.FAILS, sentence, tried, "", point)
    sentence = f"{claim}: counted on {tried:,} built networks."
    return Outcome(Answer.HOLDS, sentence, tried)


def unit_on_all_reals(level: Level) -> Outcome:
    """LemG5 as a function of x - y."""
    gadget = unit_indicator()
    rows = gadget.layers[0]
    # x and y enter through x - y alone: weights of x and of y are opposite.
    difference = {h: {s: w for s, w in r.items() if s != "y"} for h, r in rows.items()}
    if any(row["x"] != -row["y"] for row in rows.values()):
        return Outcome(Answer.FAILS, "the network depends on more than x - y.", 1)
    found = piecewise.values(
        (difference, gadget.layers[1]),
        gadget.readout["near"],
        "x",
        [-_HALF, sympy.Integer(0), sympy.Integer(1), sympy.Rational(3, 2)],
    )
    return piecewise.equal_on_pieces(found, _TRAPEZOID, "the indicator of x - y")


def unit_sizes(level: Level) -> Outcome:
    """Depth 2, width 2, 2 bits."""
    return _sizes([()], unit_indicator, lambda: (2, 2, 2), "depth 2, width 2, 2 bits")


def attack_interval(
    level: Level = Level.DEFAULT, margin: Number = Fraction(1, 2), slope: Number = 2
) -> Outcome:
    """LemG2 at quarter steps for all 0 <= a < b < 8, and just beyond the margin.

    Args:
        level: not used; the search is complete on its domain.
        margin: where outside [a, b] the value is claimed to be 0.
        slope: of the nested network.
    """
    target = attack.Target(
        margin=lambda at: _indicator_error(*at, margin=margin, slope=slope),
        describe=lambda at: dict(zip(("a", "b", "x"), map(str, at), strict=True)),
    )
    found = attack.search(target, _intervals(margin))
    claim = f"1 on [a, b], 0 beyond a margin of {margin}, slope {slope}"
    return attack.outcome(target, found, claim)


def _intervals(margin: Number) -> Iterator[tuple[int, int, Number]]:
    tiny = Fraction(1, 1 << 20)
    for b in range(1, 8):
        for a in range(b):
            edges = [a, b, a - margin - tiny, b + margin + tiny]
            grid = [Fraction(i, 4) for i in range(4 * (a - 3), 4 * (b + 3) + 1)]
            yield from ((a, b, x) for x in (*edges, *grid))


def _indicator_error(
    a: int, b: int, x: Number, margin: Number, slope: Number
) -> Number | None:
    if a <= x <= b:
        expected = 1
    elif x < a - margin or x > b + margin:
        expected = 0
    else:
        return None
    forms = interval_indicator(a, b), nested_indicator(a, b, slope)
    return -max(abs(gadget(x=x)["near"] - expected) for gadget in forms)


def attack_unit(level: Level = Level.DEFAULT) -> Outcome:
    """LemG5 for y of -4, -3.5, ..., 4 and x at eighth steps."""
    gadget = unit_indicator()

    def margin(at: tuple[Number, Number]) -> Number | None:
        x, y = at
        inside, outside = y <= x <= y + 1, x - y < -0.5 or x - y > 1.5
        if not inside and not outside:
            return None
        return -abs(gadget(x=x, y=y)["near"] - int(inside))

    target = attack.Target(
        margin, lambda at: dict(zip("xy", map(str, at), strict=True))
    )
    grid = (
        (Fraction(i, 8), Fraction(j, 2)) for i in range(-64, 65) for j in range(-8, 9)
    )
    found = attack.search(target, grid)
    return attack.outcome(target, found, "1 on [y, y + 1], 0 half a unit outside")

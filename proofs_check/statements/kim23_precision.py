"""Kim, Kim and Mozafari 2023, Remark 3.2: outputs at a precision, recalled."""

from collections.abc import Iterator
from fractions import Fraction
from itertools import product

from memcap.core.balls import Ball
from memcap.core.refs import Ref
from proofs_check.methods import attack
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

_BITS = 128


def quantized(factor: Fraction | int = 1) -> attack.Target:
    """The claim that a grid of so many classes has precision eps in [0, 1]^l.

    The grid has ``ceil(l / (2 eps))`` values a coordinate; the margin is ``factor l
    log2(l/eps)`` less the bits of a class.
    """

    def margin(candidate: tuple[int, int]) -> Ball:
        size, inverse = candidate
        values = -(-size * inverse // 2)
        bits = Ball.of(values, _BITS).log2() * size
        return Ball.of(size * inverse, _BITS).log2() * size * factor - bits

    names = ("l", "1/eps")
    return attack.Target(
        margin, lambda pair: dict(zip(names, map(str, pair), strict=True))
    )


def precisions(level: Level) -> Iterator[tuple[int, int]]:
    """Output dimensions and inverse precisions."""
    return product(range(1, level.pick(40, 100)), (1, 2, 3, 10, 1000, 10**6))


def _near(level: Level) -> Outcome:
    """Half a step in each coordinate is at most eps together."""
    for size, inverse in precisions(level):
        eps, values = Fraction(1, inverse), -(-size * inverse // 2)
        if Fraction(size, (2 * values) ** 2) > eps**2:
            return Outcome(Answer.FAILS, f"l = {size}, eps = {eps} is missed.")
    target = quantized()
    claim = "A class has at most l log2(l/eps) bits"
    return attack.outcome(target, attack.search(target, precisions(level)), claim)


_REM32 = Statement(
    Ref("Kim23", "Rem3.2"),
    Kind.REMARK,
    "Outputs in R^l at precision eps in place of classes cost a factor l log(l/eps).",
    r"l \log \frac{l}{\varepsilon}",
    ("outputs in [0, 1]^l",),
    checks=(
        Check(
            "grid",
            Method.BALLS,
            Scope.STEP,
            _near,
            "A grid of v = ceil(l/(2 eps)) values a coordinate is within 1/(2 v) <= "
            "eps/l of every point, so within eps/sqrt l; and v <= l/eps for l/eps >= "
            "1, so v^l classes have at most l log2(l/eps) bits.",
        ),
    ),
    unproved="that the parameters grow by this factor: the construction is not at hand",
)


STATEMENTS: tuple[Statement, ...] = (_REM32,)

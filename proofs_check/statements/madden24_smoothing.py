"""Madden24 Lemma 12: next-token capacity is at most empirical capacity."""

from collections.abc import Iterator
from fractions import Fraction

import numpy as np
import sympy

from memcap.core.balls import Ball
from memcap.core.exact import Number
from memcap.core.refs import Ref
from proofs_check.methods import attack, identity
from proofs_check.statement import (
    Check,
    Kind,
    Level,
    Method,
    Outcome,
    Scope,
    Statement,
)
from proofs_check.statements.madden24_capacity import Law, laws


def smoothing(factor: Number = 1) -> attack.Target:
    """The claim ``KL(p || (1-e) p + e/zeta) <= -factor ln(1-e)``."""

    def margin(candidate: tuple[Law, Fraction]) -> Ball:
        law, e = candidate
        smooth = [(1 - e) * p + e / len(law) for p in law]
        terms = [
            Ball.of(p / s, 128).log() * p for p, s in zip(law, smooth, strict=True) if p
        ]
        return -(Ball.of(1 - e, 128).log()) * factor - sum(terms, Ball.of(0, 128))

    def describe(candidate: tuple[Law, Fraction]) -> dict[str, str]:
        law, e = candidate
        return {"p": ", ".join(map(str, law)), "e": str(e)}

    return attack.Target(margin, describe)


def smoothed_laws(level: Level) -> Iterator[tuple[Law, Fraction]]:
    """Random laws, one-hot ones among them, and weights e."""
    rng = np.random.default_rng(12)
    for _ in range(level.pick(300, 5000)):
        vocab = int(rng.integers(2, 30))
        law = laws(rng, 1, vocab)[0]
        if rng.random() < 0.3:
            law = [Fraction(1)] + [Fraction(0)] * (vocab - 1)
        yield law, Fraction(int(rng.integers(1, 100)), 100)


def _lost(level: Level) -> Outcome:
    target = smoothing()
    claim = "KL(p || (1-e) p + e/zeta) <= -ln(1-e)"
    return attack.outcome(target, attack.search(target, smoothed_laws(level)), claim)


def _above(_: Level) -> Outcome:
    p, e, v = sympy.symbols("p e v", positive=True)
    claim = "(1-e) p + e/zeta - (1-e) p = e/zeta"
    return identity.holds((1 - e) * p + e / v - (1 - e) * p, e / v, claim)


_LEM12 = Statement(
    Ref("Madden24", "Lem12"),
    Kind.LEMMA,
    "The next-token capacity is at most the empirical capacity.",
    r"\operatorname{cap} \le \operatorname{cap}_{emp}",
    checks=(
        Check(
            "smoothed laws",
            Method.IDENTITY,
            Scope.STEP,
            _above,
            "A corpus with at most n contexts has laws p; add contexts up to n. The "
            "model matches (1-e) p + e/zeta, which is positive and at least (1-e) p "
            "term by term, so its loss exceeds the entropy bound by at most -ln(1-e) "
            "a token, which goes to 0 with e.",
        ),
        Check("attack", Method.ATTACK, Scope.CASES, _lost),
    ),
)


STATEMENTS: tuple[Statement, ...] = (_LEM12,)

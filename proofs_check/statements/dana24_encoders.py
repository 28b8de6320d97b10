"""Dana24 Propositions 1 to 3: the best sequence encoder.

A sequence encoder gives every sequence t a vector E(t) in R^d; logits of the N tokens
are W E(t). Divergences are in nats.
"""

from collections.abc import Iterator
from fractions import Fraction
from itertools import product

import numpy as np
import sympy
from flint import arb, ctx

from memcap.core.balls import Ball, Truth, less
from memcap.core.exact import Number
from memcap.core.refs import Ref
from proofs_check.methods import attack
from proofs_check.methods.attention import attended, drawn
from proofs_check.methods.ranks import rank, rank_at_least
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

# Divergences as small as e^-256 are compared.
BITS = 512
Law = tuple[Fraction, ...]


def log(value: Number | Ball) -> Ball:
    """Natural logarithm of a number or ball."""
    return Ball.of(value, BITS).log()


def divergence(law: Law, logits: list[Ball]) -> Ball:
    """KL(p || softmax(logits))."""
    total = sum((x.exp() for x in logits), Ball.of(0, BITS)).log()
    terms = [p * (log(p) - x + total) for p, x in zip(law, logits, strict=True) if p]
    return sum(terms, Ball.of(0, BITS))


# --- Propositions 1 and 2 ----------------------------------------------------------


def _is_encoder(_: Level) -> Outcome:
    """The state at the last position as E: equal logits, hence equal divergence."""
    w = sympy.Matrix(3, 2, sympy.symbols("w:6"))
    x, y = sympy.symbols("x:2"), sympy.symbols("y:2")
    state = [a + b for a, b in zip(x, y, strict=True)]
    same = w * sympy.Matrix(state) - (w * sympy.Matrix(x) + w * sympy.Matrix(y))
    if sympy.expand(same) != sympy.zeros(3, 1):
        return Outcome(Answer.FAILS, "Other logits.")
    return Outcome(Answer.HOLDS, "A Transformer is an encoder followed by its readout.")


def encoder_reaches(missing: int = 1) -> attack.Target:
    """The claim that dimension ``N - missing`` reaches divergence 0 on every target.

    Candidates are (N, T): T laws with log-odds L at one token each, against token N.
    The margin is the rank that encoders have less the rank of these log-odds.
    """

    def margin(candidate: tuple[int, int]) -> int | None:
        vocab, sequences = candidate
        if vocab - missing < 1:
            return None
        odds = [[int(t == v) for v in range(vocab - 1)] for t in range(sequences)]
        return (vocab - missing) - rank(odds)

    names = ("N", "sequences")
    return attack.Target(
        margin, lambda pair: dict(zip(names, map(str, pair), strict=True))
    )


def vocabularies(level: Level) -> Iterator[tuple[int, int]]:
    """Tokens and sequences, as many as tokens at most."""
    for vocab in range(2, level.pick(12, 30)):
        yield from ((vocab, t) for t in range(1, vocab + 1))


def _reached(level: Level) -> Outcome:
    """W = identity over 0 and E = log-odds give any positive law, exactly."""
    rng = np.random.default_rng(2)
    cases = level.pick(200, 2000)
    for _ in range(cases):
        parts = rng.integers(1, 99, int(rng.integers(2, 9)))
        law = [Fraction(int(p), int(parts.sum())) for p in parts]
        powers = [p / law[-1] for p in law[:-1]] + [Fraction(1)]
        if [x / sum(powers) for x in powers] != law:
            return Outcome(Answer.FAILS, f"{law} is missed.")
    sentence = f"{cases} random positive laws are the softmax of their log-odds."
    return Outcome(Answer.HOLDS, sentence, cases)


def _needed_dimensions(level: Level) -> Outcome:
    target = encoder_reaches()
    claim = "Dimension N - 1 suffices for the log-odds of every target"
    return attack.outcome(target, attack.search(target, vocabularies(level)), claim)


def _missed(level: Level) -> Outcome:
    target = encoder_reaches(2)
    found = attack.search(target, [(n, n - 1) for n in range(3, level.pick(12, 30))])
    if found.refuted != found.tried:
        return Outcome(Answer.FAILS, "Dimension N - 2 is enough somewhere.")
    sentence = "N - 1 laws have log-odds of rank N - 1, one more than dimension N - 2."
    return Outcome(Answer.HOLDS, sentence, found.tried)


def made_targets(missing: int = 0) -> attack.Target:
    """The claim that dimension ``d - missing`` holds all laws of a random Transformer.

    Candidates are (N, d, seed): one head without skip connection, read at the last of
    two tokens. The margin is d - missing less the certain rank of the log-odds.
    """

    def margin(candidate: tuple[int, int, int]) -> int:
        vocab, dim, seed = candidate
        rng = np.random.default_rng([seed, vocab, dim])
        z, readout = drawn(rng, vocab, dim), drawn(rng, vocab, dim)
        score = drawn(rng, dim, dim)
        rows = []
        with ctx.workprec(BITS):
            for first, last in product(range(vocab), repeat=2):
                state = attended([z[first], z[last]], z[last], score)
                logits = [
                    sum((a * x for a, x in zip(row, state, strict=True)), arb(0))
                    for row in readout
                ]
                rows.append([x - logits[-1] for x in logits[:-1]])
            return dim - missing - rank_at_least(rows)

    names = ("N", "d", "seed")
    return attack.Target(
        margin, lambda shape: dict(zip(names, map(str, shape), strict=True))
    )


def transformers(level: Level) -> Iterator[tuple[int, int, int]]:
    """Vocabulary, dimension and seed."""
    return product(range(2, 6), range(1, 5), range(level.pick(4, 20)))


def _attacked_encoders(level: Level) -> Outcome:
    target = made_targets()
    claim = "An encoder of dimension d holds the laws of a Transformer of dimension d"
    return attack.outcome(target, attack.search(target, transformers(level)), claim)


_PROP1 = Statement(
    Ref("Dana24", "Prop1"),
    Kind.PROPOSITION,
    "No Transformer has a smaller divergence than the best sequence encoder of its "
    "embedding dimension.",
    checks=(
        Check(
            "a Transformer is an encoder",
            Method.ARGUMENT,
            Scope.STEP,
            _is_encoder,
            "Its state at the last position is a function of the sequence with values "
            "in R^d, and the readout is linear; encoders are all such functions.",
        ),
        Check(
            "targets that a Transformer makes",
            Method.ATTACK,
            Scope.CASES,
            _attacked_encoders,
            "Take the laws of a random Transformer as target: it has divergence 0, "
            "and an encoder of dimension e reaches 0 only if their log-odds have rank "
            "at most e.",
        ),
    ),
)
_PROP2 = Statement(
    Ref("Dana24", "Prop2"),
    Kind.PROPOSITION,
    "The best encoder has divergence 0 for every target exactly from d = N - 1 on.",
    r"d \ge N - 1",
    ("at least N - 1 sequences",),
    checks=(
        Check(
            "enough",
            Method.ARGUMENT,
            Scope.STEP,
            _reached,
            "Positive laws are softmax of their log-odds. Others are limits of "
            "positive ones at a cost of at most -ln(1-e) (Madden24.Lem12).",
        ),
        Check(
            "not enough",
            Method.ARGUMENT,
            Scope.STEP,
            _missed,
            "For laws with log-odds L at one token each the (N-1) x (N-1) matrix of "
            "log-odds is L times the identity. Divergences that go to 0 let log-odds "
            "converge (Pinsker), but those of an encoder have rank d <= N - 2, so "
            "their determinant stays 0.",
        ),
        Check("most dimensions", Method.ATTACK, Scope.CASES, _needed_dimensions),
    ),
)

# --- Proposition 3 -----------------------------------------------------------------


def circle(margin_factor: Number = 1, line: bool = False) -> attack.Target:
    """The claim ``KL <= (N-1) exp(-8 factor s / N^2)`` for E = s W_g on the circle.

    Args:
        margin_factor: 1, or more for a false variant.
        line: d = 1 instead, by the first coordinate of the circle.
    """

    def margin(candidate: tuple[int, int, int]) -> Ball:
        vocab, token, scale = candidate
        with ctx.workprec(BITS):
            angles = [2 * arb.pi() * i / vocab for i in range(vocab)]
            here = angles[token]
            if line:
                dots = [angle.cos() * here.cos() for angle in angles]
            else:
                dots = [(angle - here).cos() for angle in angles]
        logits = [Ball(value, BITS) * scale for value in dots]
        found = divergence(
            tuple(Fraction(int(i == token)) for i in range(vocab)), logits
        )
        bound = Ball.of(-8 * Fraction(margin_factor) * scale / vocab**2, BITS).exp()
        return bound * (vocab - 1) - found

    names = ("N", "token", "scale")
    return attack.Target(
        margin, lambda case: dict(zip(names, map(str, case), strict=True))
    )


def circles(level: Level) -> Iterator[tuple[int, int, int]]:
    """Tokens on circles of 3 and more, with growing scales."""
    for vocab in range(3, level.pick(12, 40)):
        for token in {0, 1, vocab - 1}:
            yield from ((vocab, token, s * vocab**2) for s in (1, 4, 16))


def _circle_attacked(level: Level) -> Outcome:
    target = circle()
    claim = "KL <= (N-1) exp(-8 s/N^2) on the circle"
    return attack.outcome(target, attack.search(target, circles(level)), claim)


def _chord(level: Level) -> Outcome:
    """``1 - cos(2 pi/N) = 2 sin(pi/N)^2 >= 8/N^2``."""
    x = sympy.Symbol("x", real=True)
    if sympy.simplify(1 - sympy.cos(2 * x) - 2 * sympy.sin(x) ** 2) != 0:
        return Outcome(Answer.FAILS, "Another formula for the chord.")
    top = level.pick(2000, 20000)
    for vocab in range(3, top + 1):
        angle = Ball.pi(128) / vocab
        with ctx.workprec(128):
            half = Ball(angle.value.sin(), 128)
        if less(Fraction(8, vocab**2), half * half * 2) is not Truth.TRUE:
            return Outcome(Answer.OPEN, f"Undecided for N = {vocab}.", vocab)
    sentence = f"2 sin(pi/N)^2 > 8/N^2 in balls for N = 3, ..., {top}; equal for N = 2."
    return Outcome(Answer.HOLDS, sentence, top - 1)


_PROP3 = Statement(
    Ref("Dana24", "Prop3"),
    Kind.PROPOSITION,
    "For a look-up table d = 2 suffices: with N readout vectors on a circle and E = s "
    "times the right one the divergence goes to 0 as s grows.",
    r"W_i = (\cos \frac{2\pi i}{N}, \sin \frac{2\pi i}{N}), \quad E = s W_{g(t)}",
    checks=(
        Check(
            "chord",
            Method.BALLS,
            Scope.STEP,
            _chord,
            "KL = ln(1 + sum_j e^(-s (1 - cos(2 pi j/N)))) <= (N-1) e^(-s (1 - cos(2 "
            "pi/N))), as cos decreases from 0 to pi; and sin is concave on [0, pi/2], "
            "so sin x >= 2 x/pi there and 1 - cos(2 pi/N) >= 8/N^2 for every N >= 2. "
            "So s = (N^2/8) ln((N-1)/e) gives KL <= e.",
        ),
        Check("attack", Method.ATTACK, Scope.CASES, _circle_attacked),
    ),
)

STATEMENTS: tuple[Statement, ...] = (_PROP1, _PROP2, _PROP3)

"""Dana24 Lemma 2: the rank of head outputs, on sequences with the same last token."""

from collections.abc import Callable, Iterator
from itertools import product

import numpy as np
from flint import ctx, fmpq

from memcap.core.balls import Ball
from memcap.core.refs import Ref
from proofs_check.methods import attack
from proofs_check.methods.attention import attended, drawn
from proofs_check.methods.boxes import interval
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
from proofs_check.statements.dana24_attention import GAP, XOR, alternating

Shape = tuple[int, int, int, int, int]


def incidence(words: list[tuple[int, ...]], vocab: int) -> list[list[int]]:
    """`[T, n vocab]` which token stands at which position."""
    return [
        [int(word[i] == v) for i in range(len(word)) for v in range(vocab)]
        for word in words
    ]


def head_rank(bound: str) -> attack.Target:
    """The claim that heads before W_O reach a rank, or never exceed one.

    Weights are random rationals; ranks are certified from below in balls.

    Args:
        bound: ``min(T0, H d)``, to be reached as printed; with "rho" the smaller of it
            and H (rho - 1) + 1, not to be exceeded, with the rank rho of the incidence
            of tokens and positions.

    Candidates are (N, S, H, d, seed): all sequences of S tokens that end in token 0.
    """

    def margin(candidate: Shape) -> Ball:
        vocab, length, heads, dim, _ = candidate
        words = [(*w, 0) for w in product(range(vocab), repeat=length - 1)]
        rho = rank(incidence(words, vocab))
        most = min(len(words), heads * dim, heads * (rho - 1) + 1)
        with ctx.workprec(2048):
            found = rank_at_least(_outputs(words, candidate))
        if "rho" in bound:
            return Ball.of(most - found)
        claimed = min(len(words), heads * dim)
        between = interval(found, most) if found < most else Ball.of(most)
        return between - claimed

    def describe(candidate: Shape) -> dict[str, str]:
        return dict(zip(("N", "S", "H", "d", "seed"), map(str, candidate), strict=True))

    return attack.Target(margin, describe)


def _outputs(words: list[tuple[int, ...]], shape: Shape) -> list[list]:
    vocab, length, heads, dim, seed = shape
    rng = np.random.default_rng([seed, *shape])
    z, u = drawn(rng, vocab, dim), drawn(rng, length, dim)
    scores = [drawn(rng, dim, dim) for _ in range(heads)]
    rows = []
    for word in words:
        x = [
            [a + b for a, b in zip(z[v], u[i], strict=True)] for i, v in enumerate(word)
        ]
        four = [[entry * fmpq(4) for entry in token] for token in x]
        row: list = []
        for score in scores:
            row += attended(four, x[-1], score)
        rows.append(row)
    return rows


def shapes(level: Level) -> Iterator[Shape]:
    """Small sequences, heads and dimensions."""
    sizes = ((2, 2), (2, 3), (3, 2), (3, 3), (2, 4))
    for (vocab, length), heads in product(sizes, range(1, level.pick(3, 4))):
        yield from ((vocab, length, heads, dim, 3) for dim in range(1, 5))


def _attacked_rank(bound: str) -> Callable[[Level], Outcome]:
    def run(level: Level) -> Outcome:
        target = head_rank(bound)
        claim = f"Rank {bound} of head outputs"
        return attack.outcome(target, attack.search(target, shapes(level)), claim)

    return run


def _pairs(level: Level) -> Outcome:
    """All pairs of tokens (S = 2, as in the experiments): full rank certified."""
    cases = []
    for vocab, heads, dim in product((2, 3), range(1, level.pick(4, 6)), (1, 2, 3)):
        words = list(product(range(vocab), repeat=2))
        with ctx.workprec(2048):
            found = rank_at_least(_outputs(words, (vocab, 2, heads, dim, 5)))
        cases.append(found == min(len(words), heads * dim))
    sentence = f"min(N^2, H d) certified for {sum(cases)} of {len(cases)} shapes."
    return Outcome(Answer.HOLDS if all(cases) else Answer.OPEN, sentence, len(cases))


_LEM2 = Statement(
    Ref("Dana24", "Lem2"),
    Kind.LEMMA,
    "Outputs of H heads before W_O can have rank min(T0, H d) on T0 sequences.",
    r"\operatorname{rank} = \min\{T_0, H d\}",
    status="stated in a restatement; the text was not at hand",
    checks=(
        Check(
            "last token shared",
            Method.ATTACK,
            Scope.CASES,
            _attacked_rank("min(T0, H d)"),
            "Times the denominators, the outputs of a head are linear in the incidence "
            "of tokens and positions, so a head has at most its rank.",
        ),
        Check("pairs", Method.CERTIFICATE, Scope.CASES, _pairs),
    ),
    findings=(GAP,),
)
_HEAD = Statement(
    Ref("memcap", "XorHead"),
    Kind.LEMMA,
    "On sequences with the same last token that differ in two positions, one head of "
    "any size predicts a XOR b right at most three times out of four.",
    status="derived",
    checks=(
        Check("one head and XOR", Method.IDENTITY, Scope.STEP, alternating, XOR),
        Check(
            "rank",
            Method.ATTACK,
            Scope.CASES,
            _attacked_rank("min(T0, H d, H (rho-1) + 1)"),
            "Times its denominator a head is linear in the incidence, of rank rho, and "
            "all heads share the constant, the sum of weights over itself.",
        ),
    ),
)

STATEMENTS: tuple[Statement, ...] = (_LEM2, _HEAD)

"""KS23's definitions: separated tokens, vocabularies, contextual mappings.

A definition asserts nothing. What is checked is that memcap decides exactly what is
defined, against a count over all pairs that shares no code with it.
"""

from collections.abc import Iterator
from fractions import Fraction
from itertools import combinations

import numpy as np

from memcap.certify.contextual import separated
from memcap.core.balls import Ball, Truth, less
from memcap.core.exact import SquareRoot
from memcap.core.refs import Ref
from memcap.data import from_arrays
from memcap.data.dataset import Dataset
from memcap.data.separation import of_points
from memcap.model.contexts import contexts
from memcap.model.forward import forward
from memcap.model.weights import Affine, Attention, Head, Weights
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


def _points(rng: np.random.Generator) -> list[tuple[Fraction, ...]]:
    dim, number = int(rng.integers(1, 4)), int(rng.integers(2, 8))
    drawn = rng.integers(-9, 10, size=(number, dim)).tolist()
    made = {tuple(Fraction(x, 4) for x in row) for row in drawn}
    return sorted(made)


def _square(point: tuple[Fraction, ...]) -> Fraction:
    return sum((x * x for x in point), Fraction(0))


def separation_agrees(level: Level) -> Outcome:
    """r_min, r_max and eps by all pairs, and each condition at equality."""
    rng, cases = np.random.default_rng(0), 0
    for _ in range(level.pick(300, 3000)):
        points = _points(rng)
        if len(points) < 2:
            continue
        cases += 1
        found = of_points(points)
        norms = [_square(p) for p in points]
        gaps = [
            _square(tuple(x - y for x, y in zip(p, q, strict=True)))
            for p, q in combinations(points, 2)
        ]
        r_min, r_max = SquareRoot(min(norms)), SquareRoot(max(norms))
        eps = SquareRoot(min(gaps))
        wrong = [
            (found.r_min, found.r_max, found.epsilon) != (r_min, r_max, eps),
            found.check(r_max=SquareRoot(max(norms) + 1), epsilon=0) != "",
            # All three conditions are strict.
            not found.check(r_min=r_min),
            not found.check(r_max=r_max),
            not found.check(epsilon=eps),
        ]
        if any(wrong):
            where = {"points": str([[str(x) for x in p] for p in points])}
            sentence = f"Separation differs from all pairs at {where['points']}."
            return Outcome(Answer.FAILS, sentence, cases, counterexample=where)
    sentence = f"Separation is that of all pairs for {cases} sets of points."
    return Outcome(Answer.HOLDS, sentence, cases)


def vocabularies_agree(level: Level) -> Outcome:
    """Distinct tokens, and one context for each pair of a token and a set."""
    rng, cases = np.random.default_rng(1), level.pick(200, 2000)
    for _ in range(cases):
        samples, length = (int(k) for k in rng.integers(1, 5, size=2))
        tokens = rng.integers(0, 4, size=(samples, length))
        ds = from_arrays(tokens, np.zeros(tokens.shape, int))
        union = sorted(set(tokens.ravel().tolist()))
        seen = contexts(ds.token_index, causal=False, only_last=False)
        by_hand = {(t, frozenset(row)) for row in tokens.tolist() for t in row}
        if ds.points != tuple((t,) for t in union) or len(np.unique(seen.key)) != len(
            by_hand
        ):
            where = {"tokens": str(tokens.tolist())}
            sentence = f"Vocabularies differ at {where['tokens']}."
            return Outcome(Answer.FAILS, sentence, cases, counterexample=where)
    sentence = f"Vocabularies and pairs (token, set) agree for {cases} datasets."
    return Outcome(Answer.HOLDS, sentence, cases)


def _matrix(rng: np.random.Generator, rows: int, columns: int, unit: int) -> Affine:
    drawn = rng.integers(-4, 5, size=(rows, columns)).tolist()
    return Affine.dense([[Fraction(x, unit) for x in row] for row in drawn])


def _networks(number: int) -> Iterator[tuple[Weights, Dataset]]:
    """Softmax layers of up to two heads; repeated tokens and masks among the data."""
    rng = np.random.default_rng(2)
    for _ in range(number):
        dim, heads = (int(k) for k in rng.integers(1, 3, size=2))
        table = rng.integers(-6, 7, size=(4, dim)) / 2.0
        tokens = rng.integers(0, 4, size=(5, 3))
        made = tuple(
            Head(
                query=_matrix(rng, 1, dim, 4),
                key=_matrix(rng, 1, dim, 4),
                value=_matrix(rng, 1, dim, 4),
                output=_matrix(rng, dim, 1, 16),
            )
            for _ in range(heads)
        )
        identity = Affine.dense(np.eye(dim, dtype=int).tolist())
        layer = Attention("softmax", made, causal=bool(rng.integers(2)))
        net = Weights("seq_to_seq", "vectors", identity, (layer,), identity, "vector")
        zeros = np.zeros(tokens.shape, int)
        yield net, from_arrays(tokens, zeros, embedding=table)


def _by_hand(net: Weights, ds: Dataset) -> tuple[Ball, Ball]:
    """Smallest squared distance the definition asks about, largest squared norm."""
    layer = net.layers[0]
    assert isinstance(layer, Attention)
    outputs = forward(net, ds.token_vectors, "ball", 256)
    places = []
    for sample, row in enumerate(ds.token_index.tolist()):
        for k, token in enumerate(row):
            seen = frozenset(row[: k + 1] if layer.causal else row)
            places.append((token, seen, outputs[sample, k]))
    norm, smallest = Ball.of(0, 256), None
    for i, (token, seen, one) in enumerate(places):
        norm = norm.maximum(sum((x * x for x in one), Ball.of(0, 256)))
        for other_token, other, two in places[:i]:
            if token == other_token and seen == other:
                continue
            terms = [(x - y) ** 2 for x, y in zip(one, two, strict=True)]
            apart = -sum(terms, Ball.of(0, 256))
            smallest = apart if smallest is None else smallest.maximum(apart)
    return (Ball.of(1, 256) if smallest is None else -smallest), norm


def ids_agree(level: Level) -> Outcome:
    """The decided distance and norm never contradict the distances of all pairs."""
    cases = tight = 0
    for net, ds in _networks(level.pick(60, 600)):
        found, (apart, norm) = separated(net, ds.token_vectors), _by_hand(net, ds)
        cases += 1
        below = less(apart, Fraction(found.distance) ** 2, 256)
        closest = found.closest
        above = Truth.FALSE
        if closest is not None:
            above = less(Fraction(closest) ** 2, apart, 256)
        long = less(Fraction(found.norm) ** 2, norm, 256)
        if Truth.TRUE in (below, above, long):
            where = {"tokens": str(ds.token_vectors.tolist()), "sha": net.sha256}
            sentence = f"Decided ids contradict all pairs at network {net.sha256}."
            return Outcome(Answer.FAILS, sentence, cases, counterexample=where)
        tight += found.distance > 0
    sentence = (
        f"Distances and norms decided for {cases} softmax layers agree with all pairs; "
        f"{tight} of them are contextual mappings."
    )
    return Outcome(Answer.HOLDS, sentence, cases)


STATEMENTS: tuple[Statement, ...] = (
    Statement(
        Ref("KS23", "DefSep"),
        Kind.DEFINITION,
        "Tokens are (r_min, r_max, eps)-separated if every norm lies strictly between "
        "r_min and r_max and different tokens are more than eps apart.",
        r"r_{\min} < \|x\| < r_{\max}, \quad \|x - x'\| > \epsilon",
        status="recalled",
        checks=(
            Check(
                "memcap measures exactly this",
                Method.EXHAUSTIVE,
                Scope.CASES,
                separation_agrees,
                "norms and distances are compared as squares of rationals.",
            ),
        ),
        unproved="a definition asserts nothing",
    ),
    Statement(
        Ref("KS23", "DefVoc"),
        Kind.DEFINITION,
        "The vocabulary of a sequence is the set of its tokens, that of the data their "
        "union.",
        r"V^{(i)} = \{X^{(i)}_{:,k}\}, \quad V = \bigcup_i V^{(i)}",
        status="stated",
        checks=(
            Check(
                "memcap's points and contexts",
                Method.EXHAUSTIVE,
                Scope.CASES,
                vocabularies_agree,
            ),
        ),
        unproved="a definition asserts nothing",
    ),
    Statement(
        Ref("KS23", "DefCM"),
        Kind.DEFINITION,
        "A map is an (r, delta)-contextual mapping if ids are shorter than r and more "
        "than delta apart whenever the tokens or the sets of tokens differ.",
        r"\|q(X)_k\| < r, \quad \|q(X)_k - q(X')_l\| > \delta",
        status="recalled",
        checks=(
            Check(
                "the certificate decides exactly this",
                Method.BALLS,
                Scope.CASES,
                ids_agree,
                "ids of every place are enclosed by the reference forward pass and "
                "compared pair by pair, repeated tokens and causal masks included.",
            ),
        ),
        unproved="a definition asserts nothing",
    ),
)

"""On sequences that repeat one token attention is linear; what counting then gives.

With a = log2 3 and f = log2(16 e N), two classes and no attention layer left, W numbers
give N points at most 2^R labellings (memcap.Shatter),

    R = max_k  k a + (W - k) (k + f) <= (W + f + a)^2 / 4,   f + a = log2(48 e N),

so all 2^N labellings ask for ``W >= 2 sqrt(N) - log2(48 e N)``.
"""

from collections.abc import Mapping
from functools import cache
from typing import Any, NamedTuple

import numpy as np
import sympy

from memcap.core.balls import Ball, Truth, at_most, less
from memcap.core.exact import Number
from memcap.model.forward import forward
from memcap.model.weights import Affine, Attention, AttentionKind, Head, Linear, Weights
from memcap.theory.bounds import get
from memcap.theory.bounds.shattering import euler, fewest
from proofs_check.checks.lower_bounds.tiny_networks import families
from proofs_check.methods import attack, boxes, identity
from proofs_check.methods.shattering import confirmed, largest, values
from proofs_check.statement import Answer, Level, Outcome

TURN = 64


def shares_sum(level: Level) -> Outcome:
    """Softmax shares of equal values add up to that value, for any scores."""
    value = sympy.Symbol("v", positive=True)
    for length in range(1, level.pick(4, 6)):
        scores = sympy.symbols(f"s1:{length + 1}", positive=True)
        total = sum(sympy.exp(s) for s in scores)
        mixed: Any = sum(sympy.exp(s) / total * value for s in scores)
        found = identity.holds(mixed, value, f"the mean of {length} equal values")
        if found.answer is not Answer.HOLDS:
            return found
    return Outcome(Answer.HOLDS, f"{found.sentence} All shorter ones too.", length)


def executed(level: Level) -> Outcome:
    """Random attention layers against I + sum W_O W_V on constant sequences."""
    rng = np.random.default_rng(5)
    tokens = np.repeat(np.arange(-3, 4)[:, None], 4, axis=1)
    cases = 0
    for case in range(level.pick(12, 60)):
        heads = tuple(_head(rng) for _ in range(1 + case % 3))
        layers = {kind: Attention(kind, heads) for kind in _KINDS}
        wanted = forward(_network(Linear(_merged(heads))), tokens)
        for kind, layer in layers.items():
            arithmetic = "ball" if kind == "softmax" else "exact"
            made = forward(_network(layer), tokens, arithmetic)
            cases += made.size
            if not _same(made, wanted):
                return Outcome(Answer.FAILS, f"{kind} attention differs.", cases)
    return Outcome(Answer.HOLDS, f"{cases} outputs agree, softmax in balls.", cases)


_KINDS: tuple[AttentionKind, ...] = ("softmax", "hardmax", "uniform")


def _matrix(rng: np.random.Generator, rows: int, columns: int) -> Affine:
    return Affine.dense(rng.integers(-4, 5, size=(rows, columns)).tolist())


def _head(rng: np.random.Generator) -> Head:
    query, key, value = (_matrix(rng, 1, 2) for _ in range(3))
    return Head(query, key, value, _matrix(rng, 2, 1))


def _merged(heads: tuple[Head, ...]) -> Affine:
    """I + sum W_O W_V."""
    total = np.array([[1, 0], [0, 1]], dtype=object)
    for head in heads:
        total = total + _dense(head.output) @ _dense(head.value)
    return Affine.dense(total.tolist())


def _dense(affine: Affine) -> np.ndarray:
    made = np.zeros((affine.outputs, affine.inputs), dtype=object)
    for i, row in enumerate(affine.rows):
        for j, weight in row.terms:
            made[i, j] = weight
    return made


def _network(layer: Attention | Linear) -> Weights:
    embedding, readout = Affine.dense([[1], [-2]]), Affine.dense([[1, 3]])
    return Weights(
        "next_token", "vectors", embedding, (layer,), readout, decision="vector"
    )


def _same(made: np.ndarray, wanted: np.ndarray) -> bool:
    pairs = zip(made.reshape(-1), wanted.reshape(-1), strict=True)
    return all(x.contains(y) if isinstance(x, Ball) else x == y for x, y in pairs)


def square(level: Level) -> Outcome:
    """(W + f + a)^2/4 - k a - (W - k)(k + f) is a square plus a f."""
    w, k, f, a = sympy.symbols("W k f a", positive=True)
    left = (w + f + a) ** 2 / 4 - k * a - (w - k) * (k + f)
    right = (k - (w - f + a) / 2) ** 2 + a * f
    return identity.holds(left, right, "the square is completed")


def third(level: Level, share: Number = 3) -> Outcome:
    """W >= sqrt(N) / share for all N: by counting to 64, in balls, and by slope."""
    smallest = None
    for points in range(1, TURN + 1):
        few = fewest(points, points, 2, 0)
        if few * few * share * share < points:
            sentence = f"counting asks for W = {few} at N = {points} only."
            return Outcome(Answer.OPEN, sentence, points)
        smallest = min(smallest or 9.0, few / points**0.5)
    constant = (euler(96) * 48).log2()

    def slack(u: Ball) -> Ball:
        return u * 2 - u / share - constant - u.log2() * 2

    # Above u = 256 the slope 2 - 1/share - 2/(u ln 2) is positive.
    found = boxes.holds_on(slack, {"u": (8, 256)}, "2u - log2(48 e u^2) > u/3")
    slope = less(Ball.of(2, 96) / (Ball.of(2, 96).log() * 256), 1)
    if slope is not Truth.TRUE:
        return Outcome(Answer.OPEN, "the slope is undecided.")
    sentence = f"smallest W / sqrt(N) up to {TURN}: {smallest:.4g}. {found.sentence}"
    return Outcome(found.answer, sentence, TURN + found.cases, f"{smallest:.4g}")


class Shattered(NamedTuple):
    """A network shape with W numbers that gives N points every labelling."""

    name: str
    weights: int
    points: int


@cache
def shattered(level: Level) -> list[Shattered]:
    """The largest sets found to be shattered, confirmed by exact forward passes."""
    made = []
    for family in families():
        best, _ = largest(family, values(family, level.pick(100_000, 1_000_000)))
        if best is not None and confirmed(family, best):
            made.append(Shattered(family.name, family.weights, best.points))
    return made


def attack_root(level: Level, factor: Number = 3) -> Outcome:
    """W >= sqrt(N) / factor on networks that do shatter N points."""

    def describe(one: Shattered) -> Mapping[str, str]:
        return {"network": one.name, "W": str(one.weights), "N": str(one.points)}

    # W^2 factor^2 - N, exact.
    aimed = attack.Target(lambda one: one.weights**2 * factor**2 - one.points, describe)
    found = attack.search(aimed, shattered(level))
    return attack.outcome(aimed, found, f"W >= sqrt(N) / {factor}")


def calculators(level: Level) -> Outcome:
    """memcap's calculators are within what is shown here: explicit <= counted."""
    gap = None
    for power in range(1, 13):
        points = 10**power
        explicit = get("KS25.Thm4.2.explicit")(num_samples=points).ball(96)
        counted = get("KS25.Thm4.2.counted")(num_samples=points).exact
        assert isinstance(counted, int)
        ours = Ball.of(points, 96).sqrt() * 2 - (euler(96) * (48 * points)).log2()
        if at_most(explicit, counted) is not Truth.TRUE:
            return Outcome(Answer.FAILS, f"explicit is above counted at {points}.")
        if at_most(ours, counted) is not Truth.TRUE:
            return Outcome(Answer.FAILS, f"2 sqrt(N) - log is above at {points}.")
        gap = counted - float(ours)
    sentence = f"ten to the 1..12: both below the count, the last by {gap:.3g}."
    return Outcome(Answer.HOLDS, sentence, 24)

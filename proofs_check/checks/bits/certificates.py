"""Built networks of KS25 and Vardi22, put to memcap's checker."""

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import numpy as np

import memcap as mc
from memcap.constructions.projection import project_as_printed
from memcap.core.balls import Ball
from memcap.core.exact import SquareRoot, bits, exact
from memcap.data.dataset import Dataset
from proofs_check.statement import Answer, Level, Outcome


def labelled_points(stored: int, points: int, classes: int, seed: int = 0) -> Dataset:
    """Integers of a line; the points beyond the stored ones have label 0."""
    rng = np.random.default_rng(seed)
    labels = np.zeros(points, dtype=int)
    labels[:stored] = rng.integers(1, classes + 1, stored)
    tokens = rng.permutation(5 * points)[:points, None]
    return mc.data.from_arrays(tokens, labels, num_classes=classes + 1)


def points_in_space(stored: int, points: int, dim: int, seed: int = 0) -> Dataset:
    """Points of a grid in R^d, some exactly one step apart; labels 1, 2 and 0."""
    rng = np.random.default_rng(seed)
    every = np.unique(rng.integers(0, 6, (3 * points, dim)), axis=0)
    tokens = rng.permutation(every)[:points, None] / 8
    labels = np.arange(points) % 2 + 1
    labels[stored:] = 0
    return mc.data.from_arrays(tokens, labels, num_classes=3)


def certified(
    cases: Iterator[tuple[str, str, Dataset, dict[str, Any]]], what: str
) -> Outcome:
    """Build and verify: labels, width, depth, bits and parameters.

    Args:
        cases: a text, the construction, its data and options.
        what: the claim in words.
    """
    tried, tightest = 0, None
    for text, name, ds, options in cases:
        certificate = mc.verify(mc.construct(name, ds, **options), ds)
        tried += 1
        if certificate.verdict is not mc.Verdict.PROVED:
            point = {"network": text, "certificate": certificate.sentence}
            return Outcome(
                Answer.FAILS, f"{text}: {certificate.sentence}", tried, "", point
            )
        for checked in certificate.claims[1:]:
            ratio = float(checked.actual or 0) / float(checked.claim.bound)
            tightest = ratio if tightest is None else max(tightest, ratio)
    sentence = f"{what}: {tried} networks PROVED by the exact forward pass."
    ratio = f"sizes up to {tightest or 0:.3f} of the formulas"
    return Outcome(Answer.HOLDS, sentence, tried, ratio)


def lemma_c1(level: Level) -> Outcome:
    """N of V points for four shapes, with measured and with printed constants."""

    def cases() -> Iterator[tuple[str, str, Dataset, dict[str, Any]]]:
        shapes = [(12, 18, 3), (64, 80, 5), (200, 230, 10)]
        shapes += level.pick([], [(400, 420, 2), (1000, 1100, 7)])
        for constants in ("data", "theorem"):
            options = {"constants": constants}
            for shape in shapes:
                ds = labelled_points(*shape)
                yield f"N, V, C = {shape}", "relu_memorizer", ds, options
            ds = points_in_space(90, 100, 4)
            yield "N, V, d = 90, 100, 4", "relu_memorizer", ds, options

    return certified(cases(), "width 12, depth and bits of eq. 110")


def lemma_f1(level: Level) -> Outcome:
    """144 of 164 points at several bit budgets."""
    ds = labelled_points(144, 164, 3)
    budgets = (2, 4, 6, 12)
    cases = (
        (f"B = {b}", "limited_bits", ds, {"bit_budget": b, "seed": 0}) for b in budgets
    )
    return certified(iter(cases), "width 13 at B = 2, 4, 6, 12")


def theorem_f1(level: Level) -> Outcome:
    """60 sequences of 5 tokens at several bit budgets."""
    ds = mc.data.random_next_token(60, length=5, vocab=12, classes=3, seed=1)
    budgets = level.pick((2, 4), (2, 3, 4, 5, 7))
    name = "limited_bits_transformer"
    cases = (
        (f"B = {b}, {c}", name, ds, {"bit_budget": b, "constants": c})
        for b in budgets
        for c in ("data", "theorem")
    )
    return certified(iter(cases), "width 15 at several B")


def section_5(level: Level) -> Outcome:
    """144 of 164 points at several depths."""
    ds = labelled_points(144, 164, 3)
    levels = (2, 4, 6, 12)
    cases = ((f"L = {x}", "bounded_depth", ds, {"depth": x}) for x in levels)
    return certified(iter(cases), "groups side by side at L = 2, 4, 6, 12")


def drawn_projections(level: Level) -> Outcome:
    """memcap's rounded random directions: gaps, range and bits beside LemC2's."""
    tried, smallest = 0, None
    for number, dim in ((2, 1), (10, 1), (30, 5), (60, 8), (40, 17)):
        for seed in range(level.pick(3, 20)):
            ds = points_in_space(number, number, dim, seed) if dim > 1 else None
            points = ds.points if ds else [(exact(x),) for x in range(number)]
            delta = Fraction(1, 8) if ds else 1
            found = project_as_printed(points, delta, len(points), seed)
            ordered = sorted(found.values)
            gap = min(b - a for a, b in zip(ordered, ordered[1:], strict=False))
            tried += 1
            if gap < 2 or not _within(found, points, delta):
                point = {"V": str(number), "d": str(dim), "seed": str(seed)}
                sentence = f"gap {float(gap):.3g} at {point}."
                return Outcome(Answer.FAILS, sentence, tried, "", point)
            smallest = gap if smallest is None else min(smallest, gap)
    sentence = f"{tried} drawn directions keep gaps of 2, range and bits."
    return Outcome(Answer.HOLDS, sentence, tried, f"gap {float(smallest or 0):.4g}")


def _within(found: Any, points: Any, delta: Fraction | int) -> bool:
    number, dim = len(points), len(points[0])
    r = max(SquareRoot(sum(x * x for x in point)) for point in points)
    r = max(r, SquareRoot(1))
    common = Ball.pi(128).sqrt() * number**2 * Ball.of(r, 128) / delta
    range_ = common * Ball.of(dim, 128).sqrt() * 10
    longest = max(bits(w) for w in found.direction)
    printed = (common * (3 * dim)).log2()
    spread = max(found.values) - min(found.values)
    return spread <= range_.lower and longest <= printed.lower

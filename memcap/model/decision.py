"""From outputs to right or wrong labels, with the margin of each.

``nearest``: the output rounds to the label; margin ``1/2 - |output - label|``.
``argmax``: the label's output is largest; margin ``output_y - max of the others``.
A label is right when its margin is positive; an output that equals its label exactly
has margin 1/2.
"""

from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from memcap.core.balls import Ball, Truth, less
from memcap.core.exact import Number, exact, rounded_down
from memcap.model.fast_forward import ExactOutputs
from memcap.model.weights import Decision


@dataclass(frozen=True, slots=True)
class Judgement:
    """How many labels are right.

    Args:
        correct: labels whose margin is certainly positive.
        wrong: labels whose margin is certainly not positive.
        total: all labels.
        margin: a number that no margin is below; exact where the outputs are.
        margin_above: some margin is not above this number.
        first_wrong: flat index of the first label not certainly right, or None.
    """

    correct: int
    wrong: int
    total: int
    margin: Number
    margin_above: Number
    first_wrong: int | None


def judge_exact(
    outputs: ExactOutputs, labels: np.ndarray, decision: Decision
) -> Judgement:
    """Judge exact outputs.

    Args:
        outputs: exact outputs of a network.
        labels: `[N]` or `[N, n]` int64.
        decision: how outputs are read.
    """
    margins, bottom = _exact_margins(outputs, labels, decision)
    flat = margins.reshape(-1)
    right = flat > 0
    misses = np.flatnonzero(~right)
    correct = int(right.sum())
    margin = exact(Fraction(int(flat.min()), bottom))
    return Judgement(
        correct=correct,
        wrong=len(flat) - correct,
        total=len(flat),
        margin=margin,
        margin_above=margin,
        first_wrong=int(misses[0]) if len(misses) else None,
    )


def _exact_margins(
    outputs: ExactOutputs, labels: np.ndarray, decision: Decision
) -> tuple[np.ndarray, int]:
    """Margins as integers over a common denominator."""
    whole, bottom = outputs.integers, outputs.denominator
    largest = max(1, int(np.abs(whole).max()))
    if largest + (int(labels.max(initial=0)) + 1) * bottom >= 1 << 60:
        whole, labels = whole.astype(object), labels.astype(object)
    if decision == "nearest":
        return bottom - 2 * np.abs(whole - labels * bottom), 2 * bottom
    missing = labels >= whole.shape[-1]
    index = np.where(missing, 0, labels).astype(np.int64)[..., None]
    own = np.take_along_axis(whole, index, axis=-1)[..., 0]
    others = whole.astype(object)
    np.put_along_axis(others, index, whole.min() - 1, axis=-1)
    # A label without an output can never win; its margin is -1.
    return np.where(missing, -bottom, own - others.max(axis=-1)), bottom


def judge_balls(
    outputs: np.ndarray, labels: np.ndarray, decision: Decision
) -> Judgement:
    """Judge balls; a label counts as right or wrong only when that is certain.

    Args:
        outputs: object array of balls, `[N]`, `[N, C]`, `[N, n]` or `[N, n, C]`.
        labels: `[N]` or `[N, n]` int64.
        decision: how outputs are read.
    """
    rows = outputs.reshape(labels.size, -1)
    margins = [
        _ball_margin(row, int(label), decision)
        for row, label in zip(rows, labels.reshape(-1), strict=True)
    ]
    answers = [less(0, margin) for margin in margins]
    misses = [i for i, answer in enumerate(answers) if answer is not Truth.TRUE]
    return Judgement(
        correct=len(margins) - len(misses),
        wrong=sum(answers[i] is Truth.FALSE for i in misses),
        total=len(margins),
        margin=rounded_down(min(margin.lower for margin in margins)),
        margin_above=-rounded_down(-min(margin.upper for margin in margins)),
        first_wrong=misses[0] if misses else None,
    )


def _ball_margin(row: np.ndarray, label: int, decision: Decision) -> Ball:
    if decision == "nearest":
        distance = row[0] - label
        return Fraction(1, 2) - distance.maximum(-distance)
    if label >= len(row):
        return Ball.of(-1)
    others = [ball for i, ball in enumerate(row) if i != label]
    best = others[0]
    for ball in others[1:]:
        best = best.maximum(ball)
    return row[label] - best

"""KS25.LemC1: a real network whose longest number exceeds the printed bits.

18,357 points on a sphere of R^32, words of a code as signs, just where
``sqrt(N / log2 N)`` and ``log2 R`` both are a little above 36: fields of 37 bits, 36 of
them in a word, and 2 bits more make 1,334, printed are 1,333.08.
"""

from collections.abc import Sequence
from fractions import Fraction
from functools import cache

import numpy as np

import memcap as mc
from memcap.constructions.bit_extraction import memorizer
from memcap.constructions.gadgets import Stack, affine
from memcap.constructions.packing import Sizes, printed_block
from memcap.constructions.projection import project_as_printed
from memcap.core.exact import Number, SquareRoot
from memcap.model.fast_forward import fast_forward
from memcap.model.weights import Affine, Weights
from memcap.theory import bounds
from memcap.theory.bounds import numbers
from proofs_check.statement import Answer, Level, Outcome

# Codewords of the Reed-Muller code of length 32 and distance 8, as signs.
CODE_STORED, CODE_SIDE = 18_357, Fraction(9, 50)


def code_points(number: int) -> list[tuple[Fraction, ...]]:
    """Points of R^32 on a sphere of radius 1.018, at least 1.018 apart.

    Args:
        number: at most 65,536.
    """
    place = np.array([[i >> j & 1 for j in range(5)] for i in range(32)])
    rows = [np.ones(32, int), *place.T]
    rows += [place[:, i] * place[:, j] for i in range(5) for j in range(i)]
    words = (np.arange(number)[:, None] >> np.arange(16)) & 1
    code = words @ np.array(rows) % 2
    values = (-CODE_SIDE, CODE_SIDE)
    return [tuple(values[b] for b in row) for row in code.tolist()]


@cache
def _on_the_line() -> list[Number]:
    points = code_points(CODE_STORED)
    return sorted(project_as_printed(points, 1, CODE_STORED).values)


def built_network(level: Level = Level.DEFAULT, block: int | None = None) -> Outcome:
    """18,357 points of a code in R^32: the longest number of the network, counted.

    Args:
        level: how many labels are checked.
        block: k; by default sqrt(N / log2 N) rounded down.
    """
    inputs = {"num_stored": CODE_STORED, "num_points": CODE_STORED, "dim": 32}
    inputs |= {"r": SquareRoot(32 * CODE_SIDE**2), "delta": 1, "classes": 2}
    printed = bounds.get("KS25.LemC1.bits")(**inputs).ball()
    range_ = bounds.get("KS25.LemC1.range")(**inputs)
    points = _on_the_line()
    labels = [1 + i % 2 for i in range(CODE_STORED)]
    k = block or printed_block(CODE_STORED)
    log_range = numbers.ceil(lambda p: range_.log2(p))
    weights = _network(points, labels, Sizes(CODE_STORED, k, log_range, 2))
    longest = mc.count(weights).max_bits
    chosen = range(0, CODE_STORED, level.pick(300, 10))
    right = _right(weights, points, labels, chosen)
    sentence = (
        f"N = V = {CODE_STORED:,} points in R^32, k = {k}, rho = {log_range}: the "
        f"longest number has {longest} bits, printed are {float(printed):.2f}; "
        f"{right} of {len(chosen)} labels checked are right."
    )
    holds = longest <= printed.lower
    if holds or longest <= printed.upper or right < len(chosen):
        return Outcome(Answer.HOLDS if holds else Answer.OPEN, sentence, len(chosen))
    point = {"N": str(CODE_STORED), "d": "32", "delta": "1", "bits": str(longest)}
    point |= {"r": str(inputs["r"])}
    return Outcome(Answer.FAILS, sentence, len(chosen), "", point)


def _network(points: Sequence[Number], labels: Sequence[int], sizes: Sizes) -> Weights:
    stack = Stack(["x"], part="memorizer")
    value = memorizer(stack, points, labels, sizes)
    return Weights(
        "next_token",
        "vectors",
        Affine.dense([[1]]),
        tuple(stack.layers),
        affine(stack.slots, {"label": value}),
    )


def _right(
    weights: Weights,
    points: Sequence[Number],
    labels: Sequence[int],
    chosen: Sequence[int],
) -> int:
    # Dyadic points of some 60 digits: exact as objects, not as floats.
    tokens = np.array([[[points[i]]] for i in chosen], dtype=object)
    outputs = fast_forward(weights, tokens).numbers()
    return sum(out == labels[i] for i, out in zip(chosen, outputs, strict=True))

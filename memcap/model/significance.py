"""How many significant bits an exact forward pass needs at every step.

A float forward pass is exact when no operation rounds. For a dot product
``sum w_j x_j + b`` of binary fractions let u be the finest unit among the terms of all
inputs, and P and Q the sums of the positive and of the negative terms. Every partial
sum, in whatever order or grouping the terms are added, is a multiple of u between -Q
and P. So

    max(P, Q) / u <= 2^p

proves that a float type of p significant bits computes it exactly, fused or not.
Inputs and weights must be such multiples too. The criterion is sufficient, not
necessary: u is the finest unit over all inputs, which need not meet in one of them.

*Wider types.* What p bits hold, more bits hold: compilers keep bfloat16 values in
float32 between operations, and nothing changes. The one exception is the mean over n
tokens of uniform attention, since some compilers divide and others multiply by the
rounded 1/n, and a product that rounds to the mean in one type may miss it in another.
It is checked as a product in the given type and in the one that runs it.

*What is assumed of the device.* One product or sum, or one fused product and sum,
rounds to the nearest float of the type or of a wider one, and a matrix product adds up
products of its entries. So a matrix product must not shorten its factors, as TF32 does:
the modules of `memcap.nn` ask for the highest precision of every product. Numbers below
2^-126 are refused, so that flushing them to zero is harmless. A device whose division
is off in the last place is covered where n is a power of two and the compiler
multiplies; one that emulates a type with fewer bits, like float64 on TPUs, is not.
"""

from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from memcap.core.errors import WeightsError
from memcap.model.forward import token_inputs
from memcap.model.significance_walk import NotBinary, Walk
from memcap.model.weights import Attention, Weights

# Significands of the types that hardware runs; shorter ones are kept in these.
_RUN_IN = (24, 53)


@dataclass(frozen=True, slots=True)
class Significance:
    """What an exact forward pass needs of a float type.

    Args:
        bits: significant bits of the longest partial sum; None if a number is no
            binary fraction.
        where: the layer that needs them.
        lowest: exponent of the finest unit.
        highest: exponent that no partial sum exceeds.
        averages: length and distinct sums, in some unit, of every averaging whose
            length is no power of two.
    """

    bits: int | None
    where: str
    lowest: int
    highest: int
    averages: tuple[tuple[int, tuple[int, ...]], ...] = ()

    def fits(self, significand: int, lowest: int = -126, highest: int = 127) -> bool:
        """Whether the pass is exact with that significand and exponents.

        Args:
            significand: p; the leading digit is counted.
            lowest: smallest exponent of a normal number.
            highest: largest one.

        Example:
            >>> Significance(24, "readout", -3, 21).fits(24)
            True
            >>> Significance(24, "readout", -3, 21, ((49, (49,)),)).fits(53)
            False
        """
        if self.bits is None or self.bits > significand:
            return False
        if self.lowest < lowest or self.highest > highest:
            return False
        run_in = [size for size in _RUN_IN if size >= significand][:1]
        return all(
            _survives_reciprocal(total, length, size)
            for length, totals in self.averages
            for total in totals
            for size in {significand, *run_in}
        )


def _survives_reciprocal(total: int, length: int, significand: int) -> bool:
    product = total * rounded(Fraction(1, length), significand)
    return rounded(product, significand) == Fraction(total, length)


def rounded(value: Fraction, significand: int) -> Fraction:
    """The nearest number of so many significant bits, ties to even.

    Example:
        >>> rounded(Fraction(9), 3), rounded(Fraction(1, 3), 2)
        (Fraction(8, 1), Fraction(3, 8))
    """
    if value == 0:
        return value
    size = abs(value.numerator).bit_length() - value.denominator.bit_length()
    unit = Fraction(2) ** (size - significand + 1)
    if abs(value) < Fraction(2) ** size:
        unit /= 2
    return round(value / unit) * unit


def significance(weights: Weights, tokens: object) -> Significance:
    """Walk through the exact forward pass and measure every dot product.

    Behind the last attention layer only the last tokens of a next-token network are
    followed: nothing reads the others.

    Args:
        weights: token-wise layers and uniform, not causal attention.
        tokens: `[N, n]` ids, or `[N, n, d]` vectors.

    Raises:
        WeightsError: the network has positions, an aggregate or another kind of
            attention.

    Example:
        >>> from memcap.model.weights import Affine, Relu
        >>> net = Weights("next_token", "vectors", Affine.dense([[1]]),
        ...               (Relu(Affine.dense([[2]], [-3])),), Affine.dense([[0.5]]))
        >>> significance(net, [[1], [2], [7]]).bits
        4
    """
    if weights.positions is not None:
        raise WeightsError("significance is measured for networks without positions.")
    if weights.aggregate is not None:
        raise WeightsError("significance is measured for networks without aggregate.")
    walk = Walk()
    kinds = [isinstance(layer, Attention) for layer in weights.layers]
    behind = len(kinds) - kinds[::-1].index(True) if any(kinds) else 0
    try:
        state = walk.embed(weights, token_inputs(weights, np.asarray(tokens)))
        for index, layer in enumerate(weights.layers):
            if index >= behind and weights.task == "next_token":
                state = [slot.last() for slot in state]
            walk.where = f"layer {index} ({layer.part})"
            state = walk.apply(layer, state)
        walk.where = "the readout"
        walk.affine(weights.readout, state)
    except NotBinary:
        return Significance(None, walk.where, 0, 0)
    return Significance(
        walk.bits, walk.widest, walk.lowest, walk.highest, tuple(walk.averages)
    )

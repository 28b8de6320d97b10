"""Floating-point formats, and which exact numbers they hold as they stand."""

from collections.abc import Iterable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass

import jax

from memcap.core.errors import PrecisionError
from memcap.core.exact import Number
from memcap.model.weights import Affine, Attention, Layer, Residual, Weights


@dataclass(frozen=True, slots=True)
class Format:
    """A binary floating-point format of IEEE kind.

    Args:
        name: its name as an array type.
        significand: binary digits of a significand, the leading one included.
        lowest: smallest exponent e of a normal number ``1.xxx * 2^e``.
        highest: largest one.
    """

    name: str
    significand: int
    lowest: int
    highest: int

    def failure(self, value: Number) -> str:
        """Why `value` does not fit, or an empty text when it does.

        Subnormal numbers are refused: compiled code may flush them to zero.

        Example:
            >>> FORMATS["float32"].failure(2**24 + 1)
            'a number of 25 significant bits; float32 holds 24'
            >>> FORMATS["float32"].failure(2**24 + 2)
            ''
        """
        needed = significant_bits(value)
        if needed is None:
            return "a number that is no binary fraction"
        if needed > self.significand:
            return (
                f"a number of {needed} significant bits; "
                f"{self.name} holds {self.significand}"
            )
        exponent = _exponent(value)
        if value != 0 and not self.lowest <= exponent <= self.highest:
            return (
                f"a number of binary exponent {exponent}; {self.name} holds "
                f"{self.lowest} to {self.highest}"
            )
        return ""


FORMATS: dict[str, Format] = {
    form.name: form
    for form in (
        Format("float64", 53, -1022, 1023),
        Format("float32", 24, -126, 127),
        Format("bfloat16", 8, -126, 127),
        Format("float16", 11, -14, 15),
    )
}


def significant_bits(value: Number) -> int | None:
    """Digits from the first to the last one of a binary fraction; else None.

    Example:
        >>> from fractions import Fraction
        >>> significant_bits(12), significant_bits(Fraction(1, 3)), significant_bits(0)
        (2, None, 0)
    """
    numerator, denominator = abs(value.numerator), value.denominator
    if denominator & (denominator - 1):
        return None
    trailing = (numerator & -numerator).bit_length() - 1
    return (numerator >> trailing).bit_length() if numerator else 0


def _exponent(value: Number) -> int:
    # Of a binary fraction only: the denominator is a power of two.
    return abs(value.numerator).bit_length() - value.denominator.bit_length()


def format_of(dtype: str) -> Format:
    """The format of that name.

    Raises:
        PrecisionError: there is no such format.
    """
    if dtype not in FORMATS:
        raise PrecisionError(f"dtype {dtype!r} is not one of {', '.join(FORMATS)}.")
    return FORMATS[dtype]


def context(dtype: str) -> AbstractContextManager:
    """Where arrays of that type exist: 64-bit types need to be switched on."""
    return jax.enable_x64(True) if dtype == "float64" else nullcontext()


def require_exact(weights: Weights, dtype: str) -> None:
    """Refuse a network that holds a number which `dtype` would round.

    Raises:
        PrecisionError: names the part with the longest offending number, the
            digits it needs and the digits there are.
    """
    form = format_of(dtype)
    worst, message = -1, ""
    for where, numbers in _parts(weights):
        for value in numbers:
            failure = form.failure(value)
            size = significant_bits(value) or 0
            if failure and size > worst:
                worst, message = size, f"{where} holds {failure}"
    if message:
        raise PrecisionError(
            f"{message}: use memcap.forward(weights, tokens, arithmetic='exact')."
        )


def _parts(weights: Weights) -> Iterable[tuple[str, Iterable[Number]]]:
    yield "the embedding", weights.embedding.numbers()
    if weights.positions is not None:
        yield "the position table", weights.positions.numbers()
    if weights.aggregate is not None:
        yield "the aggregate", weights.aggregate.numbers()
    for index, layer in enumerate(weights.layers):
        where = f"layer {index} ({layer.part})" if layer.part else f"layer {index}"
        for affine in _maps(layer):
            yield where, affine.numbers()
    yield "the readout", weights.readout.numbers()


def _maps(layer: Layer) -> Iterable[Affine]:
    if isinstance(layer, Attention):
        for head in layer.heads:
            yield from (head.query, head.key, head.value, head.output)
    elif isinstance(layer, Residual):
        yield from (layer.inner, layer.outer)
    else:
        yield layer.map

"""The sizes of the bit-extraction memorizer, from which the KS25 bounds are composed.

Symbols: N = `stored` labelled points among V = `points`; R the range of the projected
points; ``g = max(log2 R, log2 C)``; ``q = sqrt(N / log2 N)`` points in a block. The
radius may be a number or a function of the precision, for composed statements whose
inner radius is itself irrational. At N = 1 log2 N is taken as 1: one block, one point.

References:
    KS25.LemC1, eq. 110 https://arxiv.org/abs/2409.17677
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from memcap.core.balls import Ball
from memcap.theory.bounds import numbers

WIDTH = 12


@dataclass(frozen=True, slots=True)
class Memorizer:
    """The inputs of KS25.LemC1.

    Args:
        stored: N, labelled points.
        points: V >= N, all points.
        dim: d.
        radius: r, exact, or a function of the precision.
        delta: separation, exact.
        classes: C, exact, or a function of the precision.
    """

    stored: int
    points: int
    dim: int
    radius: Any
    delta: Any
    classes: Any

    def range(self, precision: int) -> Ball:
        """R = 20 r V^2 sqrt(pi d) / delta."""
        root = (Ball.pi(precision) * self.dim).sqrt()
        return at(self.radius, precision) * (20 * self.points**2) * root / self.delta

    def log_max(self, precision: int) -> Ball:
        """g = max(log2 R, log2 C)."""
        log_classes = numbers.log2(at(self.classes, precision, False), precision)
        return self.range(precision).log2().maximum(log_classes)

    def _log_stored(self, precision: int) -> numbers.Real:
        return numbers.log2(max(2, self.stored), precision)

    def points_per_block(self, precision: int) -> numbers.Real:
        """q = sqrt(N / log2 N)."""
        ratio = numbers.over(self.stored, self._log_stored(precision))
        return numbers.sqrt(ratio, precision)

    def blocks(self, precision: int) -> numbers.Real:
        """m = sqrt(N log2 N)."""
        return numbers.sqrt(self.stored * self._log_stored(precision), precision)

    def depth(self, precision: int) -> Ball:
        """Eq. 110: 2 + (3 m + 2) + (3 q g + 2 q + 2)."""
        q = self.points_per_block(precision)
        return 3 * self.blocks(precision) + 3 * q * self.log_max(precision) + 2 * q + 6

    def bits(self, precision: int) -> Ball:
        """max of log2(3 d r V^2 sqrt(pi) / delta), q g + ceil(log2 R) and q g + 2."""
        scale = 3 * self.dim * self.points**2
        first = at(self.radius, precision) * scale * Ball.pi(precision).sqrt()
        word = self.points_per_block(precision) * self.log_max(precision)
        log_range = numbers.ceil(lambda p: self.range(p).log2())
        return (first / self.delta).log2().maximum(word + max(log_range, 2))


@dataclass(frozen=True, slots=True)
class Groups:
    """N points in groups of B^2, each with a memorizer of its own.

    Args:
        stored: N >= B^2, labelled points.
        one: the memorizer of a full group.
    """

    stored: int
    one: Memorizer

    @property
    def number(self) -> int:
        """ceil(N / B^2)."""
        return -(-self.stored // self.one.stored)

    def chained_depth(self, precision: int) -> Ball:
        """One projection, two layers of eq. 110, and the groups one after another."""
        return (self.one.depth(precision) - 2) * self.number + 2


def at(value: Any | Callable[[int], Any], precision: int, ball: bool = True) -> Any:
    """A fixed number or a formula, evaluated at `precision`."""
    number = value(precision) if callable(value) else value
    return Ball.of(number, precision) if ball else number


def order(count: int, log_max: Any, precision: int) -> Any:
    """sqrt(N log2 N) + sqrt(N / log2 N) g, the depth of a memorizer up to constants."""
    log_count = numbers.log2(count, precision)
    narrow = numbers.sqrt(numbers.over(count, log_count), precision)
    return numbers.sqrt(count * log_count, precision) + narrow * log_max


def order_bits(count: int, dim: int, log_max: Any, precision: int) -> Any:
    """log2 d + sqrt(N / log2 N) g, the bits of a memorizer up to constants."""
    log_count = numbers.log2(count, precision)
    narrow = numbers.sqrt(numbers.over(count, log_count), precision)
    return numbers.log2(dim, precision) + narrow * log_max


def log_max(value: Any, classes: Any, precision: int) -> Any:
    """max(log2 R, log2 C)."""
    log_classes = numbers.log2(classes, precision)
    return numbers.maximum(numbers.log2(value, precision), log_classes)

"""The pieces of a network: exact affine maps and the layers made of them.

What a layer does to the state is written in `memcap.model.weights`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import Literal, NamedTuple

from memcap.core.errors import WeightsError
from memcap.core.exact import Number, exact

AttentionKind = Literal["softmax", "hardmax", "uniform"]
Pattern = Literal["full", "star"]
Terms = tuple[tuple[int, Number], ...]


class Row(NamedTuple):
    """One output of an affine map: a bias and the non-zero weights by column."""

    bias: Number
    terms: Terms


@dataclass(frozen=True, slots=True)
class Affine:
    """A sparse affine map ``x -> W x + b``.

    Args:
        inputs: number of columns of W.
        rows: one `Row` per output, columns increasing, no stored zeros.

    Raises:
        WeightsError: a column is out of range, out of order, or holds a zero; a
            number is neither an int nor a Fraction.
    """

    inputs: int
    rows: tuple[Row, ...]

    def __post_init__(self) -> None:
        if self.inputs < 0:
            raise WeightsError(f"a map of {self.inputs} inputs; give 0 or more.")
        for i, row in enumerate(self.rows):
            columns = [-1] + [column for column, _ in row.terms] + [self.inputs]
            if any(a >= b for a, b in pairwise(columns)):
                raise WeightsError(
                    f"row {i}: columns {columns[1:-1]} must increase within "
                    f"0..{self.inputs - 1}."
                )
            if any(weight == 0 for _, weight in row.terms):
                raise WeightsError(f"row {i} stores a zero weight; leave it out.")
            for number in (row.bias, *(weight for _, weight in row.terms)):
                if type(number) not in (int, Fraction):
                    raise WeightsError(
                        f"row {i} holds {number!r}, which is neither an int nor a "
                        "Fraction; use Affine.build."
                    )

    @property
    def outputs(self) -> int:
        """Number of rows."""
        return len(self.rows)

    @property
    def has_bias(self) -> bool:
        """Whether any bias differs from zero."""
        return any(row.bias != 0 for row in self.rows)

    def numbers(self) -> Iterable[Number]:
        """Every stored non-zero number: weights, then the bias, row by row."""
        for bias, terms in self.rows:
            yield from (weight for _, weight in terms)
            if bias != 0:
                yield bias

    @classmethod
    def build(
        cls,
        inputs: int,
        rows: Iterable[Mapping[int, object]],
        biases: Iterable[object] | None = None,
    ) -> "Affine":
        """Make a map of ``{column: weight}`` rows; zeros are dropped.

        Example:
            >>> Affine.build(2, [{0: 1, 1: 0}, {1: 0.5}], [3, 0]).rows[1]
            Row(bias=0, terms=((1, Fraction(1, 2)),))
        """
        maps = list(rows)
        bias_list = [0] * len(maps) if biases is None else list(biases)
        made = []
        for row, bias in zip(maps, bias_list, strict=True):
            terms = ((column, exact(row[column])) for column in sorted(row))
            kept = tuple(term for term in terms if term[1] != 0)
            made.append(Row(exact(bias), kept))
        return cls(inputs, tuple(made))

    @classmethod
    def dense(cls, matrix: object, bias: object = None) -> "Affine":
        """Make a map of a two-dimensional array (or nested lists) and a vector."""
        rows = [list(row) for row in matrix]  # pyright: ignore[reportGeneralTypeIssues]
        inputs = len(rows[0]) if rows else 0
        if any(len(row) != inputs for row in rows):
            raise WeightsError("the rows of a matrix must have one length.")
        biases = None if bias is None else list(bias)  # pyright: ignore
        return cls.build(inputs, [dict(enumerate(row)) for row in rows], biases)


@dataclass(frozen=True, slots=True)
class Relu:
    """``h <- max(W h + b, 0)`` at every token."""

    map: Affine
    part: str = ""


@dataclass(frozen=True, slots=True)
class Linear:
    """``h <- W h + b`` at every token."""

    map: Affine
    part: str = ""


@dataclass(frozen=True, slots=True)
class Residual:
    """``h <- h + outer(max(inner(h), 0))`` at every token (Gen.FF)."""

    inner: Affine
    outer: Affine
    part: str = ""


@dataclass(frozen=True, slots=True)
class Head:
    """One attention head; all four maps are without bias."""

    query: Affine
    key: Affine
    value: Affine
    output: Affine


@dataclass(frozen=True, slots=True)
class Attention:
    """An attention layer around its skip connection (Gen.SA, Gen.HA, Gen.UA).

    Args:
        kind: ``softmax``, ``hardmax`` with shared ties, or ``uniform``.
        heads: the heads; their query and key maps have no effect for ``uniform``.
        causal: whether query k sees only keys up to k.
        residual: whether the input is added to the output.
        part: name under which the numbers are counted.
        pattern: ``full``, or ``star`` around the aggregate, the first token.
    """

    kind: AttentionKind
    heads: tuple[Head, ...]
    causal: bool = False
    residual: bool = True
    part: str = "attention"
    pattern: Pattern = "full"

    def seen(self, query: int, tokens: int) -> range:
        """The places a query sees, of so many tokens, the aggregate among them.

        Example:
            >>> star = Attention("uniform", (), pattern="star")
            >>> [list(star.seen(query, 3)) for query in range(3)]
            [[0, 1, 2], [0, 1], [0, 2]]
        """
        if self.pattern == "star" and query:
            return range(0, query + 1, query)
        return range(query + 1 if self.causal else tokens)


Layer = Relu | Linear | Residual | Attention

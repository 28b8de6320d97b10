"""The neutral record of a transformer: sparse exact matrices in a fixed order.

A network is a token-wise linear embedding, a tuple of layers acting on a state of m
slots per token, and an affine readout. Layers are token-wise (`Relu`, `Linear`,
`Residual`) or mix tokens (`Attention`). Everything the forward pass uses is here:
there is no closure, no hidden constant and no order left to a dictionary.

    embedding   h_k = E x_k (+ P_k)                                     Gen.T
    Relu        h <- max(W h + b, 0)
    Linear      h <- W h + b
    Residual    h <- h + W2 max(W1 h + b1, 0) + b2                      Gen.FF
    Attention   h <- [h +] sum_heads W_O (W_V h) A,                     Gen.SA/HA/UA
                A = softmax | hardmax | 1/n of (W_K h)^T (W_Q h), per column
    readout     E_out h + b, read at the last token or at every token

Softmax has no 1/sqrt(s): it belongs into W_Q. Hardmax shares ties evenly.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from itertools import pairwise
from typing import Literal, NamedTuple

from memcap.core import canonical
from memcap.core.errors import WeightsError
from memcap.core.exact import Number, exact

AttentionKind = Literal["softmax", "hardmax", "uniform"]
Decision = Literal["nearest", "argmax", "vector"]
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
    """

    kind: AttentionKind
    heads: tuple[Head, ...]
    causal: bool = False
    residual: bool = True
    part: str = "attention"


Layer = Relu | Linear | Residual | Attention


@dataclass(frozen=True)
class Weights:
    """A whole network; see the module's text for what each part does.

    Args:
        task: ``next_token`` reads the last token, ``seq_to_seq`` every token.
        input: ``vectors`` feeds token vectors (an id is a 1-d vector), ``ids``
            looks the id up in the embedding's columns.
        embedding: map from the token (or its one-hot id) to the state, no bias.
        layers: the layers in order.
        readout: map from the state to the outputs.
        decision: ``nearest`` rounds one output to the nearest integer, ``argmax``
            takes the largest of C outputs, ``vector`` decides nothing: the outputs
            are ids to be told apart.
        positions: vectors added at each position, one column each, or None.

    Raises:
        WeightsError: two parts do not fit together; the message says which.
    """

    task: Literal["next_token", "seq_to_seq"]
    input: Literal["vectors", "ids"]
    embedding: Affine
    layers: tuple[Layer, ...]
    readout: Affine
    decision: Decision = "nearest"
    positions: Affine | None = None

    def __post_init__(self) -> None:
        for name, words in _WORDS.items():
            _check_word(name, getattr(self, name), words)
        if not self.embedding.inputs or not self.embedding.outputs:
            raise WeightsError("the embedding is empty; give it inputs and outputs.")
        if self.embedding.has_bias:
            raise WeightsError("the embedding has a bias; put it into the first layer.")
        if self.positions and self.positions.outputs != self.embedding.outputs:
            raise WeightsError("positions and embedding differ in their outputs.")
        if self.positions and self.positions.has_bias:
            raise WeightsError("the positions have a bias; add it to each position.")
        width = self.embedding.outputs
        for index, layer in enumerate(self.layers):
            width = _width_after(layer, width, f"layer {index}")
        if self.readout.inputs != width:
            raise WeightsError(
                f"the readout takes {self.readout.inputs} slots, the state has {width}."
            )
        if self.decision == "nearest" and self.readout.outputs != 1:
            raise WeightsError("decision 'nearest' reads exactly one output.")
        if self.decision == "argmax" and self.readout.outputs < 2:
            raise WeightsError("decision 'argmax' reads at least two outputs.")

    @cached_property
    def sha256(self) -> str:
        """Hash of the canonical text of the network."""
        from memcap.model.files import weights_to_json

        return canonical.sha256(canonical.dumps(weights_to_json(self)))

    @property
    def is_rational(self) -> bool:
        """Whether the forward pass is rational: no softmax anywhere."""
        return not any(
            isinstance(layer, Attention) and layer.kind == "softmax"
            for layer in self.layers
        )


_WORDS = {
    "task": ("next_token", "seq_to_seq"),
    "input": ("vectors", "ids"),
    "decision": ("nearest", "argmax", "vector"),
}
_KINDS = ("softmax", "hardmax", "uniform")


def _check_word(name: str, value: object, words: tuple[object, ...]) -> None:
    if value not in words:
        raise WeightsError(f"{name} is {value!r}; it must be one of {words}.")


def _width_after(layer: Layer, width: int, where: str) -> int:
    if not isinstance(layer.part, str):
        raise WeightsError(f"{where}: the part {layer.part!r} is not a text.")
    if isinstance(layer, Attention):
        return _width_after_attention(layer, width, where)
    first = layer.inner if isinstance(layer, Residual) else layer.map
    if not first.outputs:
        raise WeightsError(f"{where} has no unit.")
    if first.inputs != width:
        raise WeightsError(
            f"{where} takes {first.inputs} slots, the state has {width}."
        )
    if isinstance(layer, Residual):
        shape = (layer.outer.inputs, layer.outer.outputs)
        if shape != (first.outputs, width):
            raise WeightsError(
                f"{where}: the outer map is {shape}, not {(first.outputs, width)}."
            )
        return width
    return first.outputs


def _width_after_attention(layer: Attention, width: int, where: str) -> int:
    _check_word(f"{where}: kind", layer.kind, _KINDS)
    for name in ("causal", "residual"):
        if not isinstance(getattr(layer, name), bool):
            raise WeightsError(f"{where}: {name} must be True or False.")
    if not layer.heads:
        raise WeightsError(f"{where} has no head.")
    for number, head in enumerate(layer.heads):
        _check_head(head, layer, width, f"{where}, head {number}")
    return layer.heads[0].output.outputs


def _check_head(head: Head, layer: Attention, width: int, where: str) -> None:
    maps = (head.query, head.key, head.value, head.output)
    if any(affine.has_bias for affine in maps):
        raise WeightsError(f"{where} has a bias; attention maps have none.")
    if any(affine.inputs != width for affine in maps[:3]):
        raise WeightsError(f"{where} does not take the {width} slots of the state.")
    if head.query.outputs != head.key.outputs:
        raise WeightsError(f"{where}: query and key sizes differ.")
    if not head.value.outputs or not head.output.outputs:
        raise WeightsError(f"{where} reads or writes nothing.")
    if head.output.inputs != head.value.outputs:
        raise WeightsError(f"{where}: value and output sizes differ.")
    if head.output.outputs != layer.heads[0].output.outputs:
        raise WeightsError(f"{where} writes another number of slots than head 0.")
    if layer.residual and head.output.outputs != width:
        raise WeightsError(f"{where} must write {width} slots for the skip connection.")

"""The only place that counts parameters, bits, width and depth.

Conventions:

- *nonzero*: stored weights and biases; a structural zero is not a parameter.
- *dense*: every entry of every matrix and bias vector of the same shapes.
- *factored*: what has to be stored when attention maps are kept as rank factors,
  ``rank (inputs + outputs)`` each, and repeated rows of any other map once; biases
  and the non-zero numbers of the remaining rows count one each.
- *depth*: token-wise layers and attention layers in sequence, each residual block
  one, plus one for the affine readout. The embedding is linear and merges with what
  follows, so it adds no depth.
- *width*: the largest of m (slots), s H (all heads' sizes) and q (hidden units).
- *rank*: the largest rank among the four maps of all attention heads.
- *bits* of a number: its binary digits, see `memcap.core.exact.bits`. Signs and the
  places of the non-zero entries are not counted, as in the papers.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from flint import fmpq_mat

from memcap.core.exact import bits, to_flint
from memcap.model.weights import Affine, Attention, Layer, Residual, Weights


@dataclass(frozen=True, slots=True)
class Connections:
    """Pairs of query and key, on one sequence.

    Args:
        total: of all attention layers.
        by_layer: of each attention layer, in order.
    """

    total: int
    by_layer: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class PartCount:
    """Counts of one part of a network; see the module's conventions."""

    nonzero: int = 0
    dense: int = 0
    depth: int = 0
    max_bits: int = 0
    total_bits: int = 0

    def __add__(self, other: "PartCount") -> "PartCount":
        return PartCount(
            self.nonzero + other.nonzero,
            self.dense + other.dense,
            self.depth + other.depth,
            max(self.max_bits, other.max_bits),
            self.total_bits + other.total_bits,
        )


@dataclass(frozen=True, slots=True)
class Count:
    """Counts of a whole network; see the module's conventions.

    Args:
        nonzero: stored numbers.
        dense: entries of the dense matrices of the same shapes.
        depth: layers in sequence, the readout included.
        width: largest of slots, heads' total size and hidden units.
        max_bits: digits of the longest number.
        total_bits: digits of all numbers together.
        rank: largest rank of an attention map, 0 without attention.
        factored: numbers to store with rank factors and repeated rows once.
        by_part: the same by the layers' part names, in order of appearance.
    """

    nonzero: int
    dense: int
    depth: int
    width: int
    max_bits: int
    total_bits: int
    rank: int
    factored: int
    by_part: dict[str, PartCount] = field(hash=False)


def count(weights: Weights) -> Count:
    """Count a network.

    Example:
        >>> from memcap.model.weights import Affine, Relu
        >>> net = Weights("next_token", "vectors", Affine.dense([[1]]),
        ...               (Relu(Affine.dense([[2], [-1]], [0, 5]), "hidden"),),
        ...               Affine.dense([[1, 1]]))
        >>> c = count(net)
        >>> c.nonzero, c.dense, c.depth, c.width, c.max_bits, c.total_bits
        (6, 7, 2, 2, 3, 9)
    """
    parts: dict[str, PartCount] = {}
    for part, piece in _pieces(weights):
        parts[part] = parts.get(part, PartCount()) + piece
    total = sum(parts.values(), PartCount())
    return Count(
        nonzero=total.nonzero,
        dense=total.dense,
        depth=total.depth,
        width=_width(weights),
        max_bits=total.max_bits,
        total_bits=total.total_bits,
        rank=max(map(_rank, _attention_maps(weights)), default=0),
        factored=sum(_factored(weights)),
        by_part=parts,
    )


def connections(weights: Weights, length: int) -> Connections:
    """Count the pairs of query and key that a sequence of n tokens makes.

    n^2 for full attention, n(n+1)/2 for causal attention, with n + 1 in place of n
    where there is an aggregate, and 3n + 1 for a star. Heads share their pairs.

    Args:
        weights: the network.
        length: n, the aggregate not among them.

    Example:
        >>> from memcap.model.weights import Head
        >>> one = Affine.dense([[1]])
        >>> heads = (Head(one, one, one, one),)
        >>> layers = (Attention("uniform", heads),
        ...           Attention("uniform", heads, pattern="star"))
        >>> net = Weights("seq_to_seq", "vectors", one, layers, one, aggregate=one)
        >>> connections(net, 9)
        Connections(total=128, by_layer=(100, 28))
    """
    tokens = length if weights.aggregate is None else length + 1
    pairs = tuple(
        sum(len(layer.seen(query, tokens)) for query in range(tokens))
        for layer in weights.layers
        if isinstance(layer, Attention)
    )
    return Connections(sum(pairs), pairs)


def _pieces(weights: Weights) -> Iterable[tuple[str, PartCount]]:
    yield "embedding", _affine(weights.embedding, with_bias=False)
    if weights.positions is not None:
        yield "positions", _affine(weights.positions, with_bias=False)
    if weights.aggregate is not None:
        yield "aggregate", _affine(weights.aggregate, with_bias=False)
    for layer in weights.layers:
        maps = _maps(layer)
        with_bias = not isinstance(layer, Attention)
        piece = sum((_affine(affine, with_bias) for affine in maps), PartCount(depth=1))
        yield layer.part, piece
    yield "readout", PartCount(depth=1) + _affine(weights.readout, with_bias=False)


def _maps(layer: Layer) -> Iterable[Affine]:
    if isinstance(layer, Attention):
        for head in layer.heads:
            yield from (head.query, head.key, head.value, head.output)
    elif isinstance(layer, Residual):
        yield from (layer.inner, layer.outer)
    else:
        yield layer.map


def _affine(affine: Affine, with_bias: bool) -> PartCount:
    # A readout bias is counted when there is one; the papers' readout has none.
    lengths = [bits(number) for number in affine.numbers()]
    biases = affine.outputs if with_bias or affine.has_bias else 0
    return PartCount(
        nonzero=len(lengths),
        dense=affine.inputs * affine.outputs + biases,
        max_bits=max(lengths, default=0),
        total_bits=sum(lengths),
    )


def _width(weights: Weights) -> int:
    widest = weights.embedding.outputs
    for layer in weights.layers:
        if isinstance(layer, Attention):
            sizes = [head.value.outputs for head in layer.heads]
            keys = [head.key.outputs for head in layer.heads]
            widest = max(widest, sum(sizes), sum(keys), layer.heads[0].output.outputs)
        elif isinstance(layer, Residual):
            widest = max(widest, layer.inner.outputs)
        else:
            widest = max(widest, layer.map.outputs)
    return widest


def _factored(weights: Weights) -> Iterable[int]:
    for affine in _attention_maps(weights):
        yield _rank(affine) * (affine.inputs + affine.outputs)
    others = [weights.embedding, weights.readout]
    if weights.positions is not None:
        others.append(weights.positions)
    if weights.aggregate is not None:
        others.append(weights.aggregate)
    for layer in weights.layers:
        if not isinstance(layer, Attention):
            others.extend(_maps(layer))
    for affine in others:
        yield sum(len(terms) for terms in {row.terms for row in affine.rows})
        yield sum(row.bias != 0 for row in affine.rows)


def _attention_maps(weights: Weights) -> Iterable[Affine]:
    for layer in weights.layers:
        if isinstance(layer, Attention):
            yield from _maps(layer)


def _rank(affine: Affine) -> int:
    if not affine.outputs:
        return 0
    matrix = fmpq_mat(affine.outputs, affine.inputs)
    for i, row in enumerate(affine.rows):
        for j, weight in row.terms:
            matrix[i, j] = to_flint(weight)
    return int(matrix.rank())

"""The shape of a network without its numbers, to compare, to hash and to read."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby

from memcap.core.words import counted
from memcap.model.weights import Attention, Layer, Linear, Relu, Residual, Weights


@dataclass(frozen=True, slots=True)
class LayerShape:
    """The shape of one layer.

    Args:
        kind: ``relu``, ``linear``, ``residual``, ``softmax``, ``hardmax`` or
            ``uniform``.
        part: the part of the network it belongs to.
        inputs: slots before it.
        outputs: slots after it.
        hidden: q, hidden units of a residual block; for attention s H, the sizes of
            all heads together; else 0.
        heads: H, for attention; else 0.
        causal: whether queries see only keys up to themselves.
        skip: whether the input is added to the output.
        pattern: ``full`` or ``star``, for attention.
    """

    kind: str
    part: str
    inputs: int
    outputs: int
    hidden: int = 0
    heads: int = 0
    causal: bool = False
    skip: bool = False
    pattern: str = "full"


@dataclass(frozen=True, slots=True)
class Arch:
    """The shape of a network; equal for two networks that differ in numbers only.

    Args:
        task: ``next_token`` or ``seq_to_seq``.
        input: ``ids`` or ``vectors``.
        decision: how outputs are read.
        dim: d, or the number of ids of a table.
        slots: m, slots after the embedding.
        positions: largest length with positional vectors, or 0.
        layers: the layers in order.
        outputs: outputs of the readout.
        aggregate: whether an extra token stands in front of the sequence.
    """

    task: str
    input: str
    decision: str
    dim: int
    slots: int
    positions: int
    layers: tuple[LayerShape, ...]
    outputs: int
    aggregate: bool = False

    @classmethod
    def of(cls, weights: Weights) -> "Arch":
        """The shape of a network.

        Example:
            >>> from memcap.model.weights import Affine
            >>> net = Weights("next_token", "vectors", Affine.dense([[1]]),
            ...               (Relu(Affine.dense([[2], [-1]]), "hidden"),),
            ...               Affine.dense([[1, 1]]))
            >>> print(Arch.of(net))
            vectors of dimension 1 -> 1 slot
            hidden: 1 relu layer, 1 -> 2 slots
            readout: 2 slots -> 1 output, nearest, of the last token
        """
        table = weights.positions
        return cls(
            task=weights.task,
            input=weights.input,
            decision=weights.decision,
            dim=weights.embedding.inputs,
            slots=weights.embedding.outputs,
            positions=0 if table is None else table.inputs,
            layers=tuple(_shapes(weights)),
            outputs=weights.readout.outputs,
            aggregate=weights.aggregate is not None,
        )

    def __str__(self) -> str:
        taken = "ids" if self.input == "ids" else "vectors of dimension"
        lines = [f"{taken} {self.dim} -> {counted(self.slots, 'slot')}"]
        if self.input == "ids":
            lines = [f"{counted(self.dim, 'id')} -> {counted(self.slots, 'slot')}"]
        if self.positions:
            lines.append(f"positions: up to {self.positions}")
        if self.aggregate:
            lines.append("an aggregate token in front of the sequence")
        for (part, kind), run in groupby(self.layers, lambda x: (x.part, _kind(x))):
            lines.append(_line(part, kind, list(run)))
        where = "the last token" if self.task == "next_token" else "every token"
        last = self.layers[-1].outputs if self.layers else self.slots
        lines.append(
            f"readout: {counted(last, 'slot')} -> {counted(self.outputs, 'output')}, "
            f"{self.decision}, of {where}"
        )
        return "\n".join(lines)


def _kind(shape: LayerShape) -> str:
    return shape.kind if shape.pattern == "full" else f"{shape.kind} {shape.pattern}"


def _line(part: str, kind: str, run: list[LayerShape]) -> str:
    widest = max(max(shape.outputs, shape.hidden) for shape in run)
    text = f"{part or 'layers'}: {counted(len(run), f'{kind} layer')}, "
    text += f"{run[0].inputs} -> {run[-1].outputs} slots"
    if run[0].heads:
        return f"{text}, {counted(run[0].heads, 'head')}"
    return text if widest == run[-1].outputs else f"{text}, at most {widest} wide"


def _shapes(weights: Weights) -> Iterable[LayerShape]:
    inputs = weights.embedding.outputs
    for layer in weights.layers:
        shape = _shape(layer, inputs)
        yield shape
        inputs = shape.outputs


def _shape(layer: Layer, inputs: int) -> LayerShape:
    match layer:
        case Relu() | Linear():
            kind = "relu" if isinstance(layer, Relu) else "linear"
            return LayerShape(kind, layer.part, inputs, layer.map.outputs)
        case Residual():
            hidden = layer.inner.outputs
            return LayerShape("residual", layer.part, inputs, inputs, hidden, skip=True)
        case Attention():
            return LayerShape(
                layer.kind,
                layer.part,
                inputs,
                layer.heads[0].output.outputs,
                hidden=sum(head.value.outputs for head in layer.heads),
                heads=len(layer.heads),
                causal=layer.causal,
                skip=layer.residual,
                pattern=layer.pattern,
            )

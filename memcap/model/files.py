"""Weights as canonical JSON: every number exact, every byte determined.

A file is text, so that a weight can be looked at and a changed digit is a changed
weight; `load_weights` refuses anything but the canonical spelling.
"""

from pathlib import Path
from typing import Any

from memcap.core import canonical
from memcap.core.errors import CorruptFileError
from memcap.core.exact import from_text, to_text
from memcap.model.weights import (
    Affine,
    Attention,
    Head,
    Layer,
    Linear,
    Relu,
    Residual,
    Row,
    Weights,
)

FORMAT = "memcap-weights/1"


def _affine_to_json(affine: Affine | None) -> Any:
    if affine is None:
        return None
    rows = [
        [to_text(row.bias), [[column, to_text(weight)] for column, weight in row.terms]]
        for row in affine.rows
    ]
    return {"inputs": affine.inputs, "rows": rows}


def _affine_from_json(value: Any) -> Affine:
    rows = tuple(
        Row(from_text(bias), tuple((int(c), from_text(w)) for c, w in terms))
        for bias, terms in value["rows"]
    )
    return Affine(int(value["inputs"]), rows)


_TOKEN_WISE = {"relu": Relu, "linear": Linear}
_HEAD_MAPS = ("query", "key", "value", "output")


def _layer_to_json(layer: Layer) -> Any:
    match layer:
        case Relu() | Linear():
            kind = "relu" if isinstance(layer, Relu) else "linear"
            return {"kind": kind, "part": layer.part, "map": _affine_to_json(layer.map)}
        case Residual():
            return {
                "kind": "residual",
                "part": layer.part,
                "inner": _affine_to_json(layer.inner),
                "outer": _affine_to_json(layer.outer),
            }
        case Attention():
            # Full attention is not spelled out, so that its hash stays what it was.
            pattern = {} if layer.pattern == "full" else {"pattern": layer.pattern}
            return pattern | {
                "kind": layer.kind,
                "part": layer.part,
                "causal": layer.causal,
                "residual": layer.residual,
                "heads": [
                    {name: _affine_to_json(getattr(head, name)) for name in _HEAD_MAPS}
                    for head in layer.heads
                ],
            }


def _layer_from_json(value: Any) -> Layer:
    kind, part = value["kind"], value["part"]
    if kind in _TOKEN_WISE:
        return _TOKEN_WISE[kind](_affine_from_json(value["map"]), part)
    if kind == "residual":
        inner, outer = value["inner"], value["outer"]
        return Residual(_affine_from_json(inner), _affine_from_json(outer), part)
    if kind not in ("softmax", "hardmax", "uniform"):
        raise ValueError(f"unknown layer kind {kind!r}")
    heads = tuple(
        Head(**{name: _affine_from_json(head[name]) for name in _HEAD_MAPS})
        for head in value["heads"]
    )
    pattern = value.get("pattern", "full")
    return Attention(kind, heads, value["causal"], value["residual"], part, pattern)


def weights_to_json(weights: Weights) -> dict[str, Any]:
    """The network as plain lists, dictionaries and texts."""
    extra = _affine_to_json(weights.aggregate)
    return ({} if extra is None else {"aggregate": extra}) | {
        "format": FORMAT,
        "task": weights.task,
        "input": weights.input,
        "decision": weights.decision,
        "embedding": _affine_to_json(weights.embedding),
        "positions": _affine_to_json(weights.positions),
        "layers": [_layer_to_json(layer) for layer in weights.layers],
        "readout": _affine_to_json(weights.readout),
    }


def weights_from_json(value: Any) -> Weights:
    """Read back what `weights_to_json` gave.

    Raises:
        CorruptFileError: the record is not a network; the message says why.
    """
    try:
        if value["format"] != FORMAT:
            raise ValueError(f"format {value['format']!r} is not {FORMAT!r}")
        positions, aggregate = value["positions"], value.get("aggregate")
        return Weights(
            task=value["task"],
            input=value["input"],
            decision=value["decision"],
            embedding=_affine_from_json(value["embedding"]),
            positions=None if positions is None else _affine_from_json(positions),
            layers=tuple(_layer_from_json(layer) for layer in value["layers"]),
            readout=_affine_from_json(value["readout"]),
            aggregate=None if aggregate is None else _affine_from_json(aggregate),
        )
    except canonical.MALFORMED as error:
        reason = f"{type(error).__name__}: {error}".rstrip(".")
        raise CorruptFileError(f"this is not a memcap network: {reason}.") from error


def save_weights(weights: Weights, path: Path | str) -> None:
    """Write the network as canonical JSON, whole or not at all."""
    text = canonical.dumps(weights_to_json(weights))
    canonical.write_atomically(Path(path), text + "\n")


def load_weights(path: Path | str) -> Weights:
    """Read a network and make sure that not a byte differs from what was written.

    Raises:
        CorruptFileError: the file is missing, broken or not canonical.
    """
    try:
        weights = weights_from_json(canonical.read_json(Path(path)))
    except CorruptFileError as error:
        raise CorruptFileError(f"{path}: {error}") from error
    text = canonical.dumps(weights_to_json(weights)) + "\n"
    if Path(path).read_bytes() != text.encode("ascii"):
        raise CorruptFileError(f"{path} is not in canonical form; it was edited.")
    return weights

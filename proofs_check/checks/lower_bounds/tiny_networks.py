"""Tiny networks whose sign patterns are set against the bounds that forbid more."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from memcap.model.weights import (
    Affine,
    Attention,
    Head,
    Layer,
    Relu,
    Residual,
    Weights,
)
from proofs_check.methods.shattering import Family

_LINE = np.array([1, 2, 4, 5, 7, 11, 12, 16])[:, None]
_PLANE = np.stack([_LINE, _LINE**2], axis=2)
# Sequences of two tokens, all tokens different (the hypothesis of KS25.Thm4.3).
_PAIRS = np.array([[1, 2], [-3, 4], [-7, -5], [6, -9]])
_ONE = Affine.dense([[1]])


def _network(layers: tuple[Layer, ...], readout: Affine, **fields: Any) -> Weights:
    parts = {"embedding": _ONE, "task": "next_token"} | fields
    return Weights(
        input="vectors", layers=layers, readout=readout, decision="vector", **parts
    )


def _relu(z: Any) -> Any:
    return z * (z > 0)


def _scale(v: Any, x: np.ndarray) -> Any:
    return v[:, :1] * x[:, 0]


def _threshold(v: Any, x: np.ndarray) -> Any:
    return v[:, :1] * x[:, 0] + v[:, 1:2]


def _plane(v: Any, x: np.ndarray) -> Any:
    return v[:, :1] * x[:, 0, 0] + v[:, 1:2] * x[:, 0, 1] + v[:, 2:3]


def _unit(v: Any, x: np.ndarray) -> Any:
    return v[:, 2:3] * _relu(v[:, :1] * x[:, 0] + v[:, 1:2]) + v[:, 3:4]


def _kink(v: Any, x: np.ndarray) -> Any:
    bent = x[:, 0] + v[:, 2:3] * _relu(v[:, :1] * x[:, 0] + v[:, 1:2])
    return v[:, 3:4] * bent + v[:, 4:5]


def _chain(v: Any, x: np.ndarray) -> Any:
    first = _relu(v[:, :1] * x[:, 0] + v[:, 1:2])
    return v[:, 4:5] * _relu(v[:, 2:3] * first + v[:, 3:4]) + v[:, 5:6]


def _pair(v: Any, x: np.ndarray) -> Any:
    left = v[:, 4:5] * _relu(v[:, :1] * x[:, 0] + v[:, 1:2])
    return left + v[:, 5:6] * _relu(v[:, 2:3] * x[:, 0] + v[:, 3:4])


def _hard(v: Any, x: np.ndarray) -> Any:
    """The smallest block of KS25.Thm4.3: every map is one number, ten in all."""
    given, key, query, value, output, inner, bias, outer, last, readout = (
        v[:, i : i + 1] for i in range(10)
    )
    first, second = given * x[:, 0], given * x[:, 1]
    made = []
    for z in (first, second):
        gap = key * query * z * (first - second)
        # Twice the mean of the selected keys; a tie shares.
        chosen = first + second + (first - second) * ((gap > 0) * 1 - (gap < 0) * 1)
        mixed = 2 * z + output * value * chosen
        made.append(mixed + outer * _relu(inner * mixed + 2 * bias) + 2 * last)
    stacked = [readout * part for part in made]
    columns = [part[:, i] for i in range(x.shape[0]) for part in stacked]
    return np.stack(columns, axis=1) if isinstance(v, np.ndarray) else columns


def _one(weight: Any, bias: Any = 0) -> Affine:
    return Affine.build(1, [{0: weight}], [bias])


def _hard_record(v: list[Any]) -> Weights:
    given, key, query, value, output, inner, bias, outer, last, readout = v
    head = Head(_one(query), _one(key), _one(value), _one(output))
    layers = (
        Attention("hardmax", (head,)),
        Residual(_one(inner, bias), _one(outer, last)),
    )
    return _network(layers, _one(readout), embedding=_one(given), task="seq_to_seq")


def families() -> Iterator[Family]:
    """ReLU networks of one to six numbers, and the smallest hard-attention block."""
    yield Family("w x", 1, _LINE, _scale, lambda v: _network((), _one(v[0])))
    yield Family("w x + b", 2, _LINE, _threshold, lambda v: _network((), _one(*v)))
    yield Family("w1 x1 + w2 x2 + b", 3, _PLANE, _plane, _plane_record)
    yield Family("v R(w x + b) + c", 4, _LINE, _unit, _unit_record)
    yield Family("u (x + v R(w x + b)) + c", 5, _LINE, _kink, _kink_record)
    yield Family("v R(w2 R(w1 x + b1) + b2) + c", 6, _LINE, _chain, _chain_record)
    yield Family("v1 R(w1 x + b1) + v2 R(w2 x + b2)", 6, _LINE, _pair, _pair_record)


def hard_family() -> Family:
    """One hard-attention block with every size 1: ten numbers."""
    return Family("one hard-attention block", 10, _PAIRS, _hard, _hard_record)


def _plane_record(v: list[Any]) -> Weights:
    readout = Affine.build(2, [{0: v[0], 1: v[1]}], [v[2]])
    return _network((), readout, embedding=Affine.dense([[1, 0], [0, 1]]))


def _unit_record(v: list[Any]) -> Weights:
    return _network((Relu(_one(v[0], v[1])),), _one(v[2], v[3]))


def _kink_record(v: list[Any]) -> Weights:
    return _network((Residual(_one(v[0], v[1]), _one(v[2])),), _one(v[3], v[4]))


def _chain_record(v: list[Any]) -> Weights:
    layers = (Relu(_one(v[0], v[1])), Relu(_one(v[2], v[3])))
    return _network(layers, _one(v[4], v[5]))


def _pair_record(v: list[Any]) -> Weights:
    units = Relu(Affine.build(1, [{0: v[0]}, {0: v[2]}], [v[1], v[3]]))
    return _network((units,), Affine.build(2, [{0: v[4], 1: v[5]}]))

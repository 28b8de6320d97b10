"""Explicit sizes of the KS25 variants: every token, deep sets, an embedding table.

All are compositions of LemC1 like Theorem B.1, with constants kept:

    Cor 4.1   encoder as in B.1; decoder LemC1(n N, n N, 3, same radius, 1/n, C):
              only the decoder has to tell the n N tokens apart
    Thm D.1   phi = LemC1(N, M N, d, r, delta, C_phi);
              rho = LemC1(N, N, 1, r_rho, 1, C), ``r_rho = M C_phi`` bounds the sums,
              which are integers
    Thm E.1   one table row (f(x), x) a token id; then averaging, then
              LemC1(N, N, 3, r_E, 1/n, C) with ``r_E >= sqrt(2 C_phi^2 + V^2)``

The printed R of Theorem E.1 contains r and delta, which do not occur there, and n^2;
``200 sqrt(3) pi n V N^5`` belongs to the printed labels, n^2 to the repaired ones.

References:
    KS25 https://arxiv.org/abs/2409.17677, Corollary 4.1, Theorems D.1, E.1, Lemma B.3
"""

from fractions import Fraction
from functools import partial
from typing import Any

from memcap.core.balls import Ball
from memcap.core.refs import Ref
from memcap.theory.bounds import numbers
from memcap.theory.bounds.base import Statement
from memcap.theory.bounds.ks25_upper import (
    DELTA,
    NEXT_TOKEN_WIDTH,
    RADIUS,
    SAMPLES,
    decoder,
    encoder,
    label_count,
    layer_parameters,
)
from memcap.theory.bounds.memorizer import WIDTH, Memorizer

_SEQUENCES = ("num_samples", "length", "dim", "r", "delta", "classes")
_REPAIRED = {"label_bound": "repaired"}


def _encoder(**i: Any) -> Memorizer:
    return encoder(**{name: value for name, value in i.items() if name != "classes"})


def _token_decoder(**i: Any) -> Memorizer:
    i.pop("label_bound")
    few = decoder(**i)
    tokens = i["num_samples"] * i["length"]
    return Memorizer(tokens, tokens, 3, few.radius, few.delta, few.classes)


def _token_depth(precision: int, **i: Any) -> Ball:
    return _encoder(**i).depth(precision) + _token_decoder(**i).depth(precision) + 1


def _token_bits(precision: int, **i: Any) -> Ball:
    return _encoder(**i).bits(precision).maximum(_token_decoder(**i).bits(precision))


def _token_parameters(precision: int, **i: Any) -> Ball:
    layers = _token_depth(precision, **i) * layer_parameters(NEXT_TOKEN_WIDTH)
    return layers + NEXT_TOKEN_WIDTH * (i["dim"] + 1)


def _rho(**i: Any) -> Memorizer:
    """The network after the sum: integer sums of M labels each."""
    labels = partial(label_count, i["num_samples"], i["length"], i["label_bound"])

    def radius(precision: int) -> Ball:
        return Ball.of(labels(precision), precision) * i["length"]

    return Memorizer(i["num_samples"], i["num_samples"], 1, radius, 1, i["classes"])


def _sets_depth(precision: int, **i: Any) -> Ball:
    return _encoder(**i).depth(precision) + _rho(**i).depth(precision)


def _sets_bits(precision: int, **i: Any) -> Ball:
    return _encoder(**i).bits(precision).maximum(_rho(**i).bits(precision))


def _sets_parameters(precision: int, **i: Any) -> Ball:
    layers = (_sets_depth(precision, **i) + 1) * layer_parameters(WIDTH)
    return layers + WIDTH * (i["dim"] + 1)


def _sets_range(precision: int, **i: Any) -> Ball:
    """80 M^2 N^5 r pi sqrt(d)/delta as printed, 105 in place of 80 repaired."""
    scale = 80 if i["repair"] == "printed" else 105
    count = i["num_samples"] ** 5 * i["length"] ** 2 * scale
    root = Ball.of(i["dim"], precision).sqrt() * Ball.pi(precision)
    return root * count * Ball.of(i["r"], precision) / i["delta"]


def _table_decoder(
    num_samples: int, length: int, vocab: int, classes: int, label_bound: str
) -> Memorizer:
    """The network after averaging, on points (f(x), x, mean f)."""
    factor = 10 * length if label_bound == "repaired" else 10

    def radius(precision: int) -> Ball:
        return Ball.pi(precision).sqrt() * (factor * num_samples**3 * vocab)

    return Memorizer(num_samples, num_samples, 3, radius, Fraction(1, length), classes)


def _table_parameters(precision: int, **i: Any) -> Ball:
    layers = _table_decoder(**i).depth(precision) + 1
    return layers * layer_parameters(WIDTH) + (3 * i["vocab"] + WIDTH)


def _table_bits(precision: int, **i: Any) -> Ball:
    """The decoder's bits, or those of a label or of a token id in the table."""
    labels = label_count(i["num_samples"], i["length"], i["label_bound"], precision)
    entry = numbers.maximum(
        numbers.log2(labels, precision), numbers.log2(i["vocab"], precision)
    )
    return _table_decoder(**i).bits(precision).maximum(entry + 1)


_C41 = Statement(
    Ref("KS25", "Cor4.1"),
    "seq_to_seq",
    _SEQUENCES,
    (SAMPLES, RADIUS, DELTA),
    "derived",
    defaults=_REPAIRED,
)
_B3 = Statement(Ref("KS25", "LemB3"), "sets", _SEQUENCES[:5], (SAMPLES, RADIUS, DELTA))
_D1 = Statement(
    Ref("KS25", "ThmD1"),
    "sets",
    _SEQUENCES,
    (SAMPLES, RADIUS, DELTA),
    "derived",
    defaults=_REPAIRED,
)
_E1 = Statement(
    Ref("KS25", "ThmE1"),
    "next_token",
    ("num_samples", "length", "vocab", "classes"),
    (SAMPLES,),
    "derived",
    defaults=_REPAIRED,
)


def _labels(precision: int, **i: Any) -> numbers.Real:
    return label_count(i["num_samples"], i["length"], i["label_bound"], precision)


BOUNDS = (
    _C41.bound(
        "depth",
        "depth",
        "A transformer of width 14 and this depth labels every token of N sequences.",
        _token_depth,
    ),
    _C41.bound(
        "bits",
        "bits",
        "No weight of that transformer takes more bits than this.",
        _token_bits,
    ),
    _C41.bound(
        "width",
        "width",
        "No layer of that transformer is wider than this.",
        lambda precision, **i: NEXT_TOKEN_WIDTH,
        status="stated",
    ),
    _C41.bound(
        "parameters",
        "parameters",
        "Weights and biases of that transformer as plain ReLU layers of width 14, "
        "counted dense, with the two embeddings.",
        _token_parameters,
    ),
    _B3.bound(
        "labels",
        "labels",
        "Labels of sequence ids that keep the sums of N multisets apart.",
        _labels,
        status="derived",
        defaults=_REPAIRED,
    ),
    _B3.bound(
        "range",
        "range",
        "R_phi = 20 r (N M)^2 sqrt(pi d)/delta, the range inside the encoder.",
        lambda precision, **i: encoder(**i, label_bound="random").range(precision),
    ),
    _D1.bound(
        "depth",
        "depth",
        "Two networks of width 12 and this total depth label N multisets.",
        _sets_depth,
    ),
    _D1.bound(
        "bits",
        "bits",
        "No weight of those networks takes more bits than this.",
        _sets_bits,
    ),
    _D1.bound(
        "width",
        "width",
        "No layer of those networks is wider than this.",
        lambda precision, **i: WIDTH,
        status="stated",
    ),
    _D1.bound(
        "parameters",
        "parameters",
        "Weights and biases of those networks and of the sum between them, every "
        "layer counted dense, with the two embeddings.",
        _sets_parameters,
    ),
    _D1.bound(
        "range",
        "range",
        "R = 105 M^2 N^5 r pi sqrt(d)/delta (80 in print), entering through log R.",
        _sets_range,
        inputs=_SEQUENCES[:5],
        defaults={"repair": "repaired"},
    ),
    _E1.bound(
        "depth",
        "depth",
        "An embedding table, averaging and a network of this depth label N sequences.",
        lambda precision, **i: _table_decoder(**i).depth(precision) + 1,
    ),
    _E1.bound(
        "bits",
        "bits",
        "No weight of that network takes more bits than this.",
        _table_bits,
    ),
    _E1.bound(
        "width",
        "width",
        "No layer of that network is wider than this.",
        lambda precision, **i: WIDTH,
    ),
    _E1.bound(
        "range",
        "range",
        "R = 200 sqrt(3) pi n^2 V N^5 with repaired labels, n in print's place.",
        lambda precision, **i: _table_decoder(**i).range(precision),
    ),
    _E1.bound(
        "parameters",
        "parameters",
        "Three table entries a token id and dense layers of width 12.",
        _table_parameters,
    ),
)

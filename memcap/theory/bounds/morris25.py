"""Measured laws: bits that trained transformers hold in a parameter.

Allen-Zhu and Li 2024 find 2 bits of knowledge a parameter after 1000 exposures, Morris
et al. 2025 find 3.64 bits a parameter on random data. Both are results of training,
not theorems; their direction is ``measured``.

The membership law is printed with its arguments permuted, so that it rises with the
data; ``F1 = 1/2 (1 + c1 sigma(c3 (N/W + c2)))`` with the printed constants
(1.34, -0.034, -33.14) reproduces all six published predictions.

References:
    AZ24 https://arxiv.org/abs/2404.05405
    Morris25 https://arxiv.org/abs/2505.24832
"""

from fractions import Fraction
from typing import Any

from memcap.core.balls import Ball
from memcap.core.refs import Ref
from memcap.theory.bounds import numbers
from memcap.theory.bounds.base import Statement

KNOWLEDGE_BITS = 2
RANDOM_BITS = Fraction(364, 100)
NAMES = 400 * 400 * 1000
VALUES = 2 * (12 * 28 * 200) * 200 * 300 * 100 * 263
_F1 = (Fraction(134, 100), Fraction(-34, 1000), Fraction(-3314, 100))


def _labels(precision: int, num_samples: int, classes: int) -> Any:
    return num_samples * numbers.log2(classes, precision)


def _nats(value: Any, precision: int) -> Ball:
    """Bits of a loss in nats."""
    return Ball.of(value, precision) / Ball.of(2, precision).log()


def _biographies(
    precision: int, num_samples: int, name_loss: Any, value_loss: Any
) -> Ball:
    """N log2(N0/e^p1) + N log2(S0/e^p2)."""
    known = Ball.of(NAMES, precision).log2() + Ball.of(VALUES, precision).log2()
    lost = _nats(name_loss, precision) + _nats(value_loss, precision)
    return (known - lost) * num_samples


def _synthetic(precision: int, **i: Any) -> Ball:
    """N log2(N0/e^p1) + N K log2(D^C/e^p2) + K D log2(T^L/(D e^p3))."""
    n, k, d = i["num_samples"], i["attributes"], i["diversity"]
    log_d = Ball.of(d, precision).log2()
    names = Ball.of(NAMES, precision).log2() - _nats(i["name_loss"], precision)
    values = log_d * i["chunks"] - _nats(i["value_loss"], precision)
    texts = Ball.of(i["chunk_tokens"], precision).log2() * i["chunk_length"] - log_d
    texts = texts - _nats(i["diversity_loss"], precision)
    return names * n + values * (n * k) + texts * (k * d)


def _membership(precision: int, num_samples: int, parameters: int) -> Ball:
    """1/2 (1 + c1 sigma(c3 (N/W + c2)))."""
    c1, c2, c3 = _F1
    argument = c3 * (Fraction(num_samples, parameters) + c2)
    sigma = 1 / ((-Ball.of(argument, precision)).exp() + 1)
    return (sigma * c1 + 1) / 2


def _tokens(precision: int, num_samples: int, length: int, vocab: int) -> Any:
    return num_samples * length * numbers.log2(vocab, precision)


_AZ = Statement(
    Ref("AZ24", "Law"),
    "next_token",
    ("num_samples", "classes"),
    direction="measured",
)
_FORMULA = Statement(
    Ref("AZ24", "Formula"),
    "next_token",
    ("num_samples",),
    status="recalled",
    direction="lower",
    defaults={"name_loss": 0, "value_loss": 0},
)
_MORRIS = Statement(
    Ref("Morris25", "Law"),
    "next_token",
    ("num_samples", "classes"),
    direction="measured",
)
_MEMBER = Statement(
    Ref("Morris25", "F1"),
    "next_token",
    ("num_samples", "parameters"),
    status="derived",
    direction="measured",
)
_CONTENT = Statement(
    Ref("Morris25", "Mem"), "distributions", ("num_samples", "length", "vocab")
)

BOUNDS = (
    _AZ.bound(
        "parameters",
        "parameters",
        "Trained to 1000 exposures, a parameter holds about 2 bits of knowledge.",
        lambda precision, **i: numbers.over(_labels(precision, **i), KNOWLEDGE_BITS),
    ),
    _FORMULA.bound(
        "",
        "knowledge_bits",
        "Knowledge in N biographies after the losses p1, p2.",
        _biographies,
    ),
    _FORMULA.bound(
        "synthetic",
        "knowledge_bits",
        "Knowledge in N names with K attributes of C chunks after the losses p1-p3.",
        _synthetic,
        inputs=(
            "num_samples",
            "attributes",
            "chunks",
            "diversity",
            "chunk_tokens",
            "chunk_length",
        ),
        defaults={"name_loss": 0, "value_loss": 0, "diversity_loss": 0},
    ),
    _MORRIS.bound(
        "parameters",
        "parameters",
        "Trained on random data, a parameter holds about 3.64 bits.",
        lambda precision, **i: numbers.over(_labels(precision, **i), RANDOM_BITS),
    ),
    _MORRIS.bound(
        "total_bits",
        "total_bits",
        "Bits that a trained model with W parameters holds at most.",
        lambda precision, parameters: parameters * RANDOM_BITS,
        inputs=("parameters",),
    ),
    _MORRIS.bound(
        "memorized",
        "total_bits",
        "Expected memorization: the smaller of capacity and data.",
        lambda precision, parameters, data_bits: min(
            data_bits, parameters * RANDOM_BITS
        ),
        inputs=("parameters", "data_bits"),
    ),
    _MEMBER.bound(
        "",
        "f1",
        "F1 score of membership inference on N samples, arguments in working order.",
        _membership,
    ),
    _CONTENT.bound(
        "",
        "total_bits",
        "N uniform sequences of n tokens hold n N log2 V bits, the most to memorize.",
        _tokens,
    ),
)

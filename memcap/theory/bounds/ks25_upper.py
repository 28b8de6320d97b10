"""Upper bounds of Kajitsuka and Sato 2025: LemC1 and Theorem 4.1 with constants.

Theorem B.1 (= 4.1) hides its constant. Its proof composes LemC1, whose depth and bits
are explicit (eq. 110), so explicit numbers follow:

    encoder   LemC1(N labelled among V = n N tokens, d, r, delta, C_phi)
    attention one uniform layer
    decoder   LemC1(N, V = N, d = 3, r = 20 r n^2 N^3 sqrt(pi d)/delta, 1/n, C)

C_phi bounds the sequence labels. The printed ``ceil(4 N^3 sqrt(pi))`` rests on a
constant shift that can make sums of multisets of different cardinality collide; the
shift ``c >= 4 M N^2 |S| sqrt(pi) + sqrt(|S|)`` cannot, and gives
``C_phi = (4 n + 1) N^3 sqrt(pi) + sqrt(N) + 2``. Labels drawn at random from
``{1..N^2}`` separate the sums with probability above one half.

References:
    KS25 https://arxiv.org/abs/2409.17677, Theorem B.1, Lemmas B.2, B.3, C.1
"""

from fractions import Fraction
from functools import partial
from typing import Any

from memcap.core.balls import Ball
from memcap.core.refs import Ref
from memcap.theory.bounds import numbers
from memcap.theory.bounds.base import Needs, Statement
from memcap.theory.bounds.memorizer import WIDTH, Memorizer

LEMC1 = Ref("KS25", "LemC1")
THMB1 = Ref("KS25", "ThmB1")
NEXT_TOKEN_WIDTH = 14

RADIUS = Needs("r >= 1", ("r",), lambda r: r >= 1, "Use max(r, 1).")
DELTA = Needs("delta <= 1", ("delta",), lambda d: d <= 1, "Use min(delta, 1).")
SAMPLES = Needs("num_samples >= 2", ("num_samples",), lambda n: n >= 2)
STORED = (
    Needs("num_stored >= 2", ("num_stored",), lambda n: n >= 2),
    Needs(
        "num_stored <= num_points", ("num_stored", "num_points"), lambda n, v: n <= v
    ),
)


def memorizer(
    num_stored: int, num_points: int, dim: int, r: Any, delta: Any, classes: Any
) -> Memorizer:
    """The memorizer of LemC1 for these inputs."""
    return Memorizer(num_stored, num_points, dim, r, delta, classes)


def label_count(
    num_samples: int, length: int, label_bound: str, precision: int
) -> numbers.Real:
    """C_phi: how many labels sequence ids need, by the chosen separation argument."""
    cube = num_samples**3
    if label_bound == "random":
        return num_samples**2
    if label_bound == "printed":
        return numbers.ceil(lambda p: 4 * cube * Ball.pi(p).sqrt())
    root = numbers.sqrt(num_samples, precision)
    return (4 * length + 1) * cube * Ball.pi(precision).sqrt() + root + 2


def encoder(
    num_samples: int, length: int, dim: int, r: Any, delta: Any, label_bound: str
) -> Memorizer:
    """The token-wise network before attention."""
    labels = partial(label_count, num_samples, length, label_bound)
    return Memorizer(num_samples, length * num_samples, dim, r, delta, labels)


def decoder(
    num_samples: int, length: int, dim: int, r: Any, delta: Any, classes: int
) -> Memorizer:
    """The network after attention, on N points in three dimensions."""

    def radius(precision: int) -> Ball:
        root = (Ball.pi(precision) * dim).sqrt() * (20 * length**2 * num_samples**3)
        return root * Ball.of(r, precision) / Ball.of(delta, precision)

    return Memorizer(num_samples, num_samples, 3, radius, Fraction(1, length), classes)


def _pair(**i: Any) -> tuple[Memorizer, Memorizer]:
    classes, label_bound = i.pop("classes"), i.pop("label_bound")
    return encoder(**i, label_bound=label_bound), decoder(**i, classes=classes)


def next_token_depth(precision: int, **inputs: Any) -> Ball:
    """Encoder, one attention layer, decoder."""
    first, second = _pair(**inputs)
    return first.depth(precision) + second.depth(precision) + 1


def next_token_bits(precision: int, **inputs: Any) -> Ball:
    """The longer parameter of encoder and decoder."""
    first, second = _pair(**inputs)
    return first.bits(precision).maximum(second.bits(precision))


def next_token_range(precision: int, **i: Any) -> Ball:
    """R = 400 sqrt(3 d) n^3 r N^5 pi / delta, as printed."""
    scale = 400 * i["length"] ** 3 * i["num_samples"] ** 5
    root = Ball.of(3 * i["dim"], precision).sqrt() * Ball.pi(precision)
    return root * scale * Ball.of(i["r"], precision) / i["delta"]


def layer_parameters(width: int) -> int:
    """Weights and biases of a dense layer, ``w^2 + w``: 156 at 12, 210 at 14."""
    return width * width + width


def _lemma_parameters(precision: int, **i: Any) -> Ball:
    inner = memorizer(**i).depth(precision) * layer_parameters(WIDTH)
    return inner + (WIDTH * i["dim"] + WIDTH + 1)


def _theorem_parameters(precision: int, **i: Any) -> Ball:
    inner = next_token_depth(precision, **i) * layer_parameters(NEXT_TOKEN_WIDTH)
    return inner + NEXT_TOKEN_WIDTH * (i["dim"] + 1)


def _total_bits(precision: int, **i: Any) -> Ball:
    return _theorem_parameters(precision, **i) * next_token_bits(precision, **i)


_C1 = Statement(
    LEMC1,
    "points",
    ("num_stored", "num_points", "dim", "r", "delta", "classes"),
    (*STORED, RADIUS, DELTA),
)
_B1 = Statement(
    THMB1,
    "next_token",
    ("num_samples", "length", "dim", "r", "delta", "classes"),
    (SAMPLES, RADIUS, DELTA),
    defaults={"label_bound": "repaired"},
)

BOUNDS = (
    _C1.bound(
        "depth",
        "depth",
        "A ReLU network of width 12 and this depth labels N separated points and is "
        "0 on V - N further ones.",
        lambda precision, **i: memorizer(**i).depth(precision),
    ),
    _C1.bound(
        "bits",
        "bits",
        "No weight of that network takes more bits than this.",
        lambda precision, **i: memorizer(**i).bits(precision),
    ),
    _C1.bound(
        "width",
        "width",
        "No layer of that network has more units than this.",
        lambda precision, **i: WIDTH,
    ),
    _C1.bound(
        "range",
        "range",
        "R = 20 r V^2 sqrt(pi d)/delta bounds the projected points.",
        lambda precision, **i: memorizer(**i).range(precision),
    ),
    _C1.bound(
        "parameters",
        "parameters",
        "Weights and biases of that network, every layer counted dense.",
        _lemma_parameters,
        status="derived",
    ),
    _B1.bound(
        "depth",
        "depth",
        "A transformer of width 14 with one uniform attention layer and this depth "
        "memorizes N sequences (the theorem's proof, constants kept).",
        next_token_depth,
        status="derived",
    ),
    _B1.bound(
        "bits",
        "bits",
        "No weight of that transformer takes more bits than this.",
        next_token_bits,
        status="derived",
    ),
    _B1.bound(
        "width",
        "width",
        "No layer of that transformer is wider than this.",
        lambda precision, **i: NEXT_TOKEN_WIDTH,
    ),
    _B1.bound(
        "range",
        "range",
        "R = 400 sqrt(3 d) n^3 r N^5 pi/delta, entering through log R.",
        next_token_range,
    ),
    _B1.bound(
        "parameters",
        "parameters",
        "Weights and biases of that transformer as plain ReLU layers of width 14, "
        "counted dense, with the two embeddings.",
        _theorem_parameters,
        status="derived",
    ),
    _B1.bound(
        "total_bits",
        "total_bits",
        "Parameters times bits of the longest: all of that transformer written down.",
        _total_bits,
        status="derived",
    ),
)

"""Theorem 4.3 of Kajitsuka and Sato 2025 (hard attention) as whole numbers.

L blocks of hard attention and feed-forward layer (Gen.HA, Gen.FF) between E_in and
E_out; m slots, H heads of size s, q hidden units. Every matrix entry is a parameter,

    W_l = m d + l (4 m s H + 2 m q + q + m),      W = W_L + m,

W_l those up to block l. In cells of the parameter space where all earlier choices are
settled, every state is a polynomial of degree 4 l - 3 before block l (degree 1 after
E_in), and a block asks

    who is the maximum:  n^3 H N differences of scores of degree 2 (4 l - 3) + 2 =
                         8 l - 4, in the W_(l-1) + 2 m s H variables up to W_K, W_Q
    which units are on:  n q N polynomials of degree (4 l - 3) + 2 + 1 = 4 l, in W_l

and leaves degree 4 l + 1; the nN outputs have degree 4 L + 2. By KS25.LemB4 the sign
vectors of M polynomials of degree D in w variables number at most (8 e M D / w)^w for
w <= M, and at most (8 e D)^M else. The product over all questions bounds the 2^(nN)
labellings: `blocks` is the smallest L, as parameters.

The paper turns the product, by the weighted mean inequality, into

    n N <= W' log2(48 e n^3 N),   W' = sum of all exponents <= 3 W^2,

of which `least` is the smallest W, and with log2(48 e n^3 N) <= 3 log2(48 e n N) the
closed form KS25.Thm4.3 follows. All three speak of hard attention only.

References:
    KS25 https://arxiv.org/abs/2409.17677, Theorem 4.3, B.3
"""

from memcap.core.balls import Ball
from memcap.core.refs import Ref
from memcap.theory.bounds.base import Statement
from memcap.theory.bounds.least import least, reaches
from memcap.theory.bounds.shattering import euler


def _least(precision: int, num_samples: int, length: int) -> int:
    tokens, base = num_samples * length, 48 * length**3 * num_samples
    return least(
        lambda w: reaches(
            lambda p: tokens, lambda p: (euler(p) * base).log2() * (3 * w * w)
        )
    )


def _signs(precision: int, polynomials: int, degree: int, variables: int) -> Ball:
    """Logarithm to base 2 of the sign vectors; grows in all three."""
    power = min(polynomials, variables)
    return (euler(precision) * (8 * polynomials * degree) / power).log2() * power


def log_patterns(
    precision: int,
    num_samples: int,
    length: int,
    dim: int,
    slots: int,
    head_size: int,
    heads: int,
    hidden: int,
    depth: int,
) -> Ball:
    """Logarithm to base 2 of the number of labellings that L blocks may reach."""
    scores = length**3 * heads * num_samples
    tokens = num_samples * length
    pair, before = 2 * slots * head_size * heads, slots * dim
    total = Ball.of(0, precision)
    for block in range(1, depth + 1):
        after = before + 2 * pair + 2 * slots * hidden + hidden + slots
        total = total + _signs(precision, scores, 8 * block - 4, before + pair)
        total = total + _signs(precision, hidden * tokens, 4 * block, after)
        before = after
    return total + _signs(precision, tokens, 4 * depth + 2, before + slots)


def _blocks(precision: int, num_samples: int, length: int, **shape: int) -> int:
    """W of the fewest blocks that may label all tokens in every way."""
    depth = least(
        lambda blocks: reaches(
            lambda p: num_samples * length,
            lambda p: log_patterns(p, num_samples, length, **shape, depth=blocks),
        )
    )
    m, q = shape["slots"], shape["hidden"]
    each = 4 * m * shape["head_size"] * shape["heads"] + 2 * m * q + q + m
    return m * shape["dim"] + m + depth * each


_HARD = Statement(
    Ref("KS25", "Thm4.3"),
    "seq_to_seq",
    ("num_samples", "length"),
    status="derived",
    direction="lower",
)

BOUNDS = (
    _HARD.bound(
        "least",
        "parameters",
        "The smallest whole W within n N <= 3 W^2 log2(48 e n^3 N), hard attention.",
        _least,
    ),
    _HARD.bound(
        "blocks",
        "parameters",
        "Parameters of the fewest hard-attention blocks of a given shape that the "
        "count of sign vectors, block by block, lets label all tokens in every way.",
        _blocks,
        inputs=(
            "num_samples",
            "length",
            "dim",
            "slots",
            "head_size",
            "heads",
            "hidden",
        ),
    ),
)

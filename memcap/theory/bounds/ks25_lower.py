"""Lower bounds of Kajitsuka and Sato 2025: Theorems 4.2, 4.3 and what they rest on.

The chain of Theorem 4.3, with W parameters and ``W' <= 3 W^2``:

    n N <= W' log2(48 e n^3 N) <= 3 W' log2(48 e n N) <= 9 W^2 log2(48 e n N),

hence ``W >= sqrt(n N / (9 log2(48 e n N)))``. On sequences that repeat one token
attention is a linear map, so the case n = 1 holds for softmax attention as well and
makes Theorem 4.2 explicit up to the root of the logarithm. Counting along the tree of
active units (`shattering`, no attention layer) makes it explicit without that root,
about 2 sqrt(N): attention of any kind is linear there, so every unit still has a free
scale and every value is still a sum over paths.

References:
    KS25 https://arxiv.org/abs/2409.17677, Theorems 4.2, 4.3, B.2, B.3, Lemma B.4
"""

from typing import Any

from memcap.core.balls import Ball
from memcap.core.refs import Ref
from memcap.theory.bounds import numbers
from memcap.theory.bounds.base import Needs, Statement
from memcap.theory.bounds.shattering import euler, fewest


def _hardmax(precision: int, num_samples: int, length: int = 1) -> Ball:
    """sqrt(n N / (9 log2(48 e n N)))."""
    tokens = num_samples * length
    logarithm = (euler(precision) * (48 * tokens)).log2()
    return (tokens / (logarithm * 9)).sqrt()


def _sign_vectors(
    precision: int, polynomials: int, degree: int, parameters: int
) -> Any:
    """(8 e M D / W)^W."""
    base = euler(precision) * (8 * polynomials * degree) / parameters
    return base**parameters


_T42 = Statement(
    Ref("KS25", "Thm4.2"), "next_token", ("num_samples",), direction="order"
)
_T43 = Statement(
    Ref("KS25", "Thm4.3"),
    "seq_to_seq",
    ("num_samples", "length"),
    status="derived",
    direction="lower",
)
_B4 = Statement(
    Ref("KS25", "LemB4"),
    "points",
    ("polynomials", "degree", "parameters"),
    (
        Needs(
            "parameters <= polynomials",
            ("parameters", "polynomials"),
            lambda w, m: w <= m,
        ),
    ),
)
_R46 = Statement(
    Ref("KS25", "Rem4.6"),
    "seq_to_seq",
    ("num_samples", "length", "classes"),
    direction="lower",
)

BOUNDS = (
    _T42.bound(
        "",
        "parameters",
        "Whoever shatters N sequences that repeat one token each has at least about "
        "sqrt(N) parameters.",
        lambda precision, num_samples: numbers.sqrt(num_samples, precision),
        side="lower",
    ),
    _T42.bound(
        "explicit",
        "parameters",
        "The same with a constant, for any attention: Theorem 4.3 at length 1.",
        _hardmax,
        direction="lower",
        status="derived",
    ),
    _T42.bound(
        "counted",
        "parameters",
        "The smallest W that passes the count of sign patterns, for any attention.",
        lambda precision, num_samples: fewest(num_samples, num_samples, 2, 0),
        direction="lower",
        status="derived",
    ),
    _T43.bound(
        "",
        "parameters",
        "A hard-attention transformer that shatters all tokens of N sequences of "
        "pairwise different tokens has at least this many parameters.",
        _hardmax,
    ),
    _B4.bound(
        "",
        "sign_vectors",
        "M polynomials of degree D in W <= M variables attain no more sign vectors "
        "(Goldberg and Jerrum).",
        _sign_vectors,
    ),
    _R46.bound(
        "",
        "total_bits",
        "Labelling n N tokens in every way takes n N log2 C bits.",
        lambda precision, num_samples, length, classes: (
            num_samples * length * numbers.log2(classes, precision)
        ),
    ),
)

"""Sizes of memcap's own layouts of the bit-extraction memorizer, in whole numbers.

Blocks of ``k = floor(sqrt(N / log2 N))`` points, ``m = ceil(N / k)`` blocks,
``rho = LEN(floor R)`` bits a stored point, ``c = LEN(C)`` bits a label (labels run from
1 to C and need the length of C), ``mu = max(rho, c)``. The plain ReLU network has
``2 m + k (3 mu + 3) + 2`` layers, below eq. 110 of KS25; the residual layout has
``m + k (mu + 3)`` blocks of 9 slots and 12 hidden units, 237 dense parameters each.

References:
    KS25.LemC1 https://arxiv.org/abs/2409.17677
"""

from collections.abc import Callable
from typing import Any

from memcap.core.refs import Ref
from memcap.theory.bounds import numbers
from memcap.theory.bounds.base import Statement
from memcap.theory.bounds.ks25_upper import DELTA, RADIUS, STORED, memorizer

_SLOTS, _UNITS = 9, 12
_BLOCK = 2 * _SLOTS * _UNITS + _SLOTS + _UNITS


def packing(**i: Any) -> tuple[int, int, int, int]:
    """Return m, k, rho and c.

    Example:
        >>> packing(num_stored=1000, num_points=1000, dim=6, r=1, delta=1, classes=2)
        (100, 10, 27, 2)
    """
    network = memorizer(**i)
    k = max(1, numbers.floor(network.points_per_block))
    m = -(-i["num_stored"] // k)
    return m, k, numbers.floor(network.range).bit_length(), i["classes"].bit_length()


def _plain(m: int, k: int, rho: int, c: int) -> int:
    return 2 * m + k * (3 * max(rho, c) + 3) + 2


def _blocks(m: int, k: int, rho: int, c: int) -> int:
    return m + k * (max(rho, c) + 3)


def _dense(m: int, k: int, rho: int, c: int) -> int:
    return _blocks(m, k, rho, c) * _BLOCK


def _nonzero(m: int, k: int, rho: int, c: int) -> int:
    """24 m + 15 k (rho + c) + 25 k, an estimate good to a few percent."""
    return 24 * m + 15 * k * (rho + c) + 25 * k


def _word(m: int, k: int, rho: int, c: int) -> int:
    return k * max(rho, c) + 2


def _packed(count: Callable[[int, int, int, int], int]) -> Callable[..., int]:
    return lambda precision, **i: count(*packing(**i))


_INPUTS = ("num_stored", "num_points", "dim", "r", "delta", "classes")
_DOMAIN = (*STORED, RADIUS, DELTA)
_PLAIN = Statement(
    Ref("memcap", "ReluMemorizer"), "points", _INPUTS, _DOMAIN, "derived"
)
_RESIDUAL = Statement(
    Ref("memcap", "ResidualMemorizer"), "points", _INPUTS, _DOMAIN, "derived"
)

BOUNDS = (
    _PLAIN.bound(
        "depth", "depth", "Layers of the plain ReLU memorizer.", _packed(_plain)
    ),
    _PLAIN.bound(
        "bits", "word_bits", "Bits of its extraction weights.", _packed(_word)
    ),
    _RESIDUAL.bound(
        "depth", "depth", "Blocks of the residual memorizer.", _packed(_blocks)
    ),
    _RESIDUAL.bound(
        "dense", "parameters", "Its parameters, blocks counted dense.", _packed(_dense)
    ),
    _RESIDUAL.bound(
        "nonzero",
        "parameters",
        "About its non-zero parameters, to a few percent.",
        _packed(_nonzero),
        direction="order",
    ),
)

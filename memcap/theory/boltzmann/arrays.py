"""The Boltzmann operator on float arrays of any library with the array interface.

Arrays name their library themselves (``x.__array_namespace__()``), numpy arrays as
well as JAX arrays and tracers, so that one text serves both and JAX is not imported.

With ``m = max a``, ``x_i = m - a_i >= 0``, ``S = sum e^{-x_i}`` and
``g = (sum x_i e^{-x_i}) / S`` every quantity is a sum of terms of bounded size:

    p_i             = e^{-x_i} / S
    boltz(a)        = m - g
    log_sum_exp(a)  = m + ln S
    H(p)            = ln S + g
    d boltz / d a_i = p_i (1 + g - x_i)

No exponential overflows, as x_i >= 0. An entry ``-inf`` is absent: its weight is 0, as
under a causal mask. The choice of m does not matter mathematically, so the gradient
through ``max`` cancels and automatic differentiation stays right where m is tied.
"""

from typing import Any, NamedTuple

from memcap.core.errors import DataError


class Shifted(NamedTuple):
    """The sums above, with the reduced axis kept at length 1.

    Args:
        xp: the array library.
        top: m.
        gaps: x_i, and 0 for absent entries.
        weights: e^{-x_i}, and 0 for absent entries.
        total: S.
        mean: g.
    """

    xp: Any
    top: Any
    gaps: Any
    weights: Any
    total: Any
    mean: Any


def shifted(x: Any, axis: int) -> Shifted:
    """Subtract the maximum along an axis and take the two sums.

    Raises:
        DataError: the array is not of a real floating type, or has no entry to sum.
    """
    xp = x.__array_namespace__()
    if not xp.isdtype(x.dtype, "real floating"):
        raise DataError(
            f"an array of {x.dtype} is neither float nor exact; cast it to a float "
            "type, or pass a list for a ball."
        )
    if x.ndim == 0 or x.shape[axis] == 0:
        raise DataError(f"an array of shape {x.shape} holds no vector on axis {axis}.")
    top = xp.max(x, axis=axis, keepdims=True)
    raw = top - x
    # Beyond the largest float a gap has weight 0 like an absent entry; inf * 0 would
    # be NaN, in the value and in the gradient, so it must not be computed at all.
    present = xp.isfinite(raw)
    gaps = xp.where(present, raw, 0.0)
    weights = xp.where(present, xp.exp(-gaps), 0.0)
    total = xp.sum(weights, axis=axis, keepdims=True)
    mean = xp.sum(gaps * weights, axis=axis, keepdims=True) / total
    return Shifted(xp, top, gaps, weights, total, mean)


def operator(x: Any, axis: int) -> Any:
    """``m - g``, reduced along the axis."""
    s = shifted(x, axis)
    return s.xp.squeeze(s.top - s.mean, axis=axis)


def log_sum_exp(x: Any, axis: int) -> Any:
    """``m + ln S``, reduced along the axis."""
    s = shifted(x, axis)
    return s.xp.squeeze(s.top + s.xp.log(s.total), axis=axis)


def entropy(x: Any, axis: int) -> Any:
    """``ln S + g``, reduced along the axis."""
    s = shifted(x, axis)
    return s.xp.squeeze(s.xp.log(s.total) + s.mean, axis=axis)


def gradient(x: Any, axis: int) -> Any:
    """``p_i (1 + g - x_i)``, in the shape of the array."""
    s = shifted(x, axis)
    return s.weights / s.total * (1.0 + s.mean - s.gaps)

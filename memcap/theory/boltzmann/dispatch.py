"""The public functions: float arrays stay arrays, exact numbers become balls."""

from typing import Any

from memcap.core.errors import DataError
from memcap.theory.boltzmann import arrays, balls


def operator(x: Any, axis: int = -1, precision: int = 64) -> Any:
    """The Boltzmann operator, the mean of the entries under their own softmax.

    ``boltz(a) = sum a_i p_i``, ``p_i = e^{a_i} / sum_j e^{a_j}``. It commutes with
    shifts, ``boltz(a + c) = boltz(a) + c``, and lies within the range of the entries.

    Args:
        x: float array of numpy or JAX, reduced along `axis`, usable under ``jit``,
            ``vmap`` and ``grad``; entries ``-inf`` are absent. Or one vector of exact
            numbers (list or tuple of int, Fraction, float, SquareRoot, Ball).
        axis: the axis of an array to reduce.
        precision: bits of the ball returned for exact numbers; arrays ignore it.

    Returns:
        an array of the same float type without `axis`, or a `Ball`.

    Raises:
        DataError: an integer array, an empty vector, or an entry that is no number.

    References:
        KS23.DefBoltz

    Example:
        >>> import numpy as np
        >>> float(operator(np.array([1e4, 1e4]))), float(operator([7, 7]))
        (10000.0, 7.0)
    """
    if _is_float_array(x):
        return arrays.operator(x, axis)
    return balls.operator_ball(_vector(x, axis), precision)


def gradient(x: Any, axis: int = -1, precision: int = 64) -> Any:
    """The gradient of the Boltzmann operator, ``p_i (1 + a_i - boltz(a))``.

    Written with the entropy it is ``p_i (1 + ln p_i + H(p))``, so it changes sign at
    ``a_i = boltz(a) - 1``: entries far below the largest pull the operator up when
    they fall. Its entries sum to 1.

    Args:
        x: as for `operator`.
        axis: as for `operator`.
        precision: as for `operator`.

    Returns:
        an array of the shape of `x`, or a tuple of balls.

    References:
        KS23.Lem1, its proof
    """
    if _is_float_array(x):
        return arrays.gradient(x, axis)
    return balls.gradient_ball(_vector(x, axis), precision)


def entropy(x: Any, axis: int = -1, precision: int = 64) -> Any:
    """The entropy of ``softmax(x)`` in nats, ``log_sum_exp(x) - operator(x)``.

    Arguments and results as for `operator`.

    Example:
        >>> round(float(entropy([0, 0])), 6)
        0.693147
    """
    if _is_float_array(x):
        return arrays.entropy(x, axis)
    return balls.entropy_ball(_vector(x, axis), precision)


def log_sum_exp(x: Any, axis: int = -1, precision: int = 64) -> Any:
    """``ln sum e^{x_i}``, without overflow; arguments and results as for `operator`."""
    if _is_float_array(x):
        return arrays.log_sum_exp(x, axis)
    return balls.log_sum_exp_ball(_vector(x, axis), precision)


def _is_float_array(x: Any) -> bool:
    # Object arrays hold exact numbers or balls; integer arrays are refused later on.
    named = getattr(x, "__array_namespace__", None) is not None
    return named and x.dtype != object


def _vector(x: Any, axis: int) -> list[Any]:
    try:
        entries = list(x)
    except TypeError as error:
        raise DataError(f"{x!r:.60} is neither an array nor a list.") from error
    if axis not in (-1, 0):
        raise DataError(f"a list is one vector; axis {axis} does not exist.")
    return entries

"""The registry of bounds, and the table of all that speak of given data."""

from functools import cache
from typing import Any

from memcap.core.errors import DataError, UnknownNameError
from memcap.core.exact import exact
from memcap.theory.bounds import (
    dana24,
    general,
    kim23,
    ks23,
    ks25_hardmax,
    ks25_limited,
    ks25_lower,
    ks25_orders,
    ks25_upper,
    ks25_variants,
    madden24,
    mahdavi24,
    morris25,
    own,
    shattering,
    vardi22,
)
from memcap.theory.bounds.base import Bound, BoundValue

_MODULES = (
    ks25_upper,
    ks25_orders,
    ks25_limited,
    ks25_variants,
    ks25_lower,
    ks25_hardmax,
    ks23,
    vardi22,
    kim23,
    mahdavi24,
    dana24,
    madden24,
    morris25,
    general,
    shattering,
    own,
)

_SIZES = ("parameters", "depth", "width", "bits", "total_bits", "width_times_depth")
_DATA_INPUTS = frozenset(
    (
        "num_samples",
        "length",
        "classes",
        "dim",
        "r",
        "delta",
        "vocab",
        "num_stored",
        "num_points",
    )
)
_SETTINGS = {
    "next_token": ("next_token", "distributions", "points"),
    "seq_to_seq": ("seq_to_seq",),
}


@cache
def available() -> dict[str, Bound]:
    """Every bound by its identifier."""
    return {bound.id: bound for module in _MODULES for bound in module.BOUNDS}


def get(identifier: str) -> Bound:
    """Return one bound.

    Raises:
        UnknownNameError: no bound has that identifier.

    Example:
        >>> get("KS23.Cor1")(num_samples=10, length=4, dim=3).exact
        265
    """
    bounds = available()
    if identifier not in bounds:
        start = str(identifier).partition(".")[0]
        near = [name for name in bounds if name.partition(".")[0] == start]
        known = ", ".join(near) or ", ".join(sorted({n.split(".")[0] for n in bounds}))
        raise UnknownNameError(f"no bound is called {identifier!r}; there are {known}.")
    return bounds[identifier]


def _speaks_of(bound: Bound, task: str | None) -> bool:
    """Whether the bound is a size that the data alone determine."""
    if task is not None and bound.setting not in _SETTINGS[task]:
        return False
    return bound.quantity in _SIZES and _DATA_INPUTS.issuperset(bound.inputs)


def _clamp(name: str, value: Any) -> Any:
    """Tokens of norm below 1 have norm at most 1; likewise delta at most 1."""
    value = exact(value) if isinstance(value, str) else value
    if name == "r" and 0 < value < 1:
        return 1
    return 1 if name == "delta" and value > 1 else value


def table(
    num_samples: int,
    length: int = 1,
    classes: int = 2,
    dim: int = 1,
    r: Any = 1,
    delta: Any = 1,
    vocab: int | None = None,
    task: str | None = None,
) -> list[BoundValue]:
    """Return every bound on a size that these data determine.

    Statements about points take the N sequences as N points. ``r`` below 1 and
    ``delta`` above 1 are replaced by 1, which is sound.

    Args:
        num_samples: N.
        length: n, tokens per sequence.
        classes: C.
        dim: d, token dimension.
        r: bound of the token norms; int, Fraction, float or SquareRoot.
        delta: smallest distance of two different tokens, likewise.
        vocab: distinct tokens, for the statements that need it.
        task: ``next_token`` or ``seq_to_seq``; None for all statements.

    Returns:
        one row a statement; rows whose hypotheses fail have no value but a reason.

    Raises:
        DataError: the task is neither of the two.
    """
    if task is not None and task not in _SETTINGS:
        raise DataError(f"task {task!r} is unknown; use next_token or seq_to_seq.")
    inputs = {
        "num_samples": num_samples,
        "num_stored": num_samples,
        "num_points": num_samples,
        "length": length,
        "classes": classes,
        "dim": dim,
        "r": _clamp("r", r),
        "delta": _clamp("delta", delta),
        "vocab": vocab,
    }
    wanted = [bound for bound in available().values() if _speaks_of(bound, task)]
    return [bound.attempt(**inputs) for bound in wanted]

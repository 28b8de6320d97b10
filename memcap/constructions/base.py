"""What a construction returns, and the table of those that exist."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from memcap.core.claims import Claim, ClaimKind
from memcap.core.errors import HypothesisError, UnknownNameError
from memcap.core.exact import SquareRoot
from memcap.core.refs import Ref
from memcap.data.dataset import Dataset
from memcap.model.weights import Weights
from memcap.theory import bounds


@dataclass(frozen=True)
class Built:
    """A constructed network with what is claimed of it.

    Args:
        name: registry name of the construction.
        ref: the statement it realises.
        weights: the network; nothing else is evaluated.
        claims: what a checker can recheck from data and weights alone.
        report: sizes chosen on the way, for the reader.
    """

    name: str
    ref: Ref
    weights: Weights
    claims: tuple[Claim, ...]
    report: dict[str, Any] = field(default_factory=dict, hash=False)


@dataclass(frozen=True, slots=True)
class Entry:
    """A row of the registry of constructions.

    Args:
        name: registry name.
        ref: the statement it realises.
        sentence: what it does, in one sentence.
        hypotheses: what the data must satisfy.
        tasks: the tasks it accepts.
        options: option name to a sentence.
        build: the function that builds it.
    """

    name: str
    ref: Ref
    sentence: str
    hypotheses: tuple[str, ...]
    tasks: tuple[str, ...]
    options: dict[str, str] = field(hash=False)
    build: Callable[..., Built]


_REGISTRY: dict[str, Entry] = {}


def register(entry: Entry) -> None:
    """Add a construction to the registry."""
    _REGISTRY[entry.name] = entry


def available() -> dict[str, Entry]:
    """The registered constructions by name."""
    return dict(sorted(_REGISTRY.items()))


def construct(name: str, ds: Dataset, **options: Any) -> Built:
    """Build the weights of a theorem for a dataset.

    Args:
        name: registry name, see `available`.
        ds: the data to memorize.
        **options: options of that construction.

    Returns:
        the network and its claims; check them with `memcap.verify`.

    Raises:
        UnknownNameError: there is no such construction or option.
        HypothesisError: the data do not meet a hypothesis of the statement.
        InconsistentLabelsError: no permutation-equivariant model fits the labels.
    """
    if name not in _REGISTRY:
        known = ", ".join(sorted(_REGISTRY))
        raise UnknownNameError(f"no construction {name!r}; available: {known}.")
    entry = _REGISTRY[name]
    for option in options:
        if option not in entry.options:
            known = ", ".join(entry.options) or "none"
            raise UnknownNameError(f"{name} has no option {option!r}; it has: {known}.")
    if ds.task not in entry.tasks:
        raise HypothesisError(
            entry.ref, f"a {' or '.join(entry.tasks)} task", f"the data are {ds.task}"
        )
    return entry.build(ds, **options)


def check_constants(ref: Ref, constants: str) -> None:
    """Refuse anything but ``data`` and ``theorem``."""
    if constants not in ("data", "theorem"):
        raise HypothesisError(
            ref, "constants 'data' or 'theorem'", f"constants = {constants!r}"
        )


_SIZES = {
    "width": ClaimKind.WIDTH_AT_MOST,
    "depth": ClaimKind.DEPTH_AT_MOST,
    "bits": ClaimKind.BITS_AT_MOST,
    "parameters": ClaimKind.PARAMETERS_AT_MOST,
}


def size_claim(bound_id: str, inputs: dict[str, Any]) -> Claim:
    """A claim that a size is within a statement's formula for it."""
    return formula_claim(_SIZES[bounds.get(bound_id).quantity], bound_id, inputs)


def formula_claim(kind: ClaimKind, bound_id: str, inputs: dict[str, Any]) -> Claim:
    """A claim whose bound is the integer part of a statement's formula."""
    value = bounds.get(bound_id)(**inputs)
    plain = tuple((name, _plain(x)) for name, x in sorted(inputs.items()))
    return Claim(kind, value.floor(), value.bound.ref, bound_id, plain)


def _plain(value: Any) -> Any:
    rational = value.rational if isinstance(value, SquareRoot) else None
    return value if rational is None else rational

"""What a comparison of models decides, and what it cannot, in words."""

from collections.abc import Sequence
from dataclasses import dataclass

from memcap.analysis.fits import FEW_POINTS
from memcap.analysis.scaling_models import Model, written


@dataclass(frozen=True, slots=True)
class Standing:
    """A model with its label and weight."""

    model: Model
    label: str
    weight: float


@dataclass(frozen=True, slots=True)
class Scope:
    """Over which sizes was measured, and where the free exponent lies."""

    symbol: str
    smallest: float
    largest: float
    low: float
    high: float
    level: float
    groups: int

    @property
    def range(self) -> str:
        """The sizes, and the factor between them."""
        factor = self.largest / self.smallest
        return (
            f"{self.symbol} = {self.smallest:,.0f} to {self.largest:,.0f} "
            f"(a factor of {factor:,.3g})"
        )


def verdict(standings: Sequence[Standing], scope: Scope, evidence: float) -> str:
    """What is decided, what is not, and where the free exponent lies.

    A model stands while its weight is at least that of the best one over `evidence`.
    The free exponent contains models of fixed exponent; standing beside one of those
    with no more weight it is no rival, but beside others it is.

    Args:
        standings: every model, the free exponent among them.
        scope: sizes and interval.
        evidence: the ratio that rules out.
    """
    best = max(standing.weight for standing in standings)
    stand = [s for s in standings if s.weight * evidence >= best]
    fallen = [s for s in standings if s not in stand]
    sentences = [_decided(_rivals(stand), scope)]
    if fallen:
        names = _listed([_name(s, scope) for s in fallen])
        verb = "is" if len(fallen) == 1 else "are"
        sentences.append(
            f"{names} {verb} ruled out: at least {evidence:g} times less likely."
        )
    rough = f", rough with {scope.groups} groups" if scope.groups < FEW_POINTS else ""
    sentences.append(
        f"Free exponent: {scope.level:.0%} interval {scope.low:.2f} to "
        f"{scope.high:.2f}{rough}."
    )
    return " ".join(sentences)


def _rivals(stand: Sequence[Standing]) -> list[Standing]:
    """Those that stand, less a free model whose fixed case is all that it rivals.

    Where the free model has more weight than its fixed case, it does rival it.
    """
    fixed = [s for s in stand if s.model.exponent is not None]
    most = max((s.weight for s in fixed), default=0.0)
    return [
        s
        for s in stand
        if not fixed
        or s.weight > most
        or not all(s.model.generalises(f.model) for f in fixed)
    ]


def _decided(rivals: Sequence[Standing], scope: Scope) -> str:
    ordered = sorted(rivals, key=lambda s: (-s.weight, s.model.name))
    weighed = [f"{_name(s, scope)} (weight {s.weight:.2f})" for s in ordered]
    if len(ordered) > 1:
        return f"The range {scope.range} is too short to tell {_apart(weighed)}."
    if ordered[0].model.exponent is None:
        return (
            f"No fixed exponent that was compared fits over {scope.range}: "
            f"{weighed[0]} does."
        )
    return f"Over {scope.range} the data agree with {weighed[0]}."


def _name(standing: Standing, scope: Scope) -> str:
    return written(standing.label, scope.symbol)


def _apart(names: Sequence[str]) -> str:
    return " from ".join(names) if len(names) == 2 else f"apart {_listed(names)}"


def _listed(names: Sequence[str]) -> str:
    *others, last = names
    return f"{', '.join(others)} and {last}" if others else last

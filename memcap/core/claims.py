"""Verdicts and claims: what is said of a network, and what a check found."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from typing import Any

from memcap.core.exact import Number
from memcap.core.refs import Ref


class Verdict(Enum):
    """Outcome of a rigorous check."""

    PROVED = "PROVED"
    REFUTED = "REFUTED"
    UNDECIDED = "UNDECIDED"

    @staticmethod
    def combine(verdicts: Iterable["Verdict"]) -> "Verdict":
        """REFUTED if any is, else UNDECIDED if any is (or none given), else PROVED.

        Example:
            >>> Verdict.combine([Verdict.PROVED, Verdict.UNDECIDED]).value
            'UNDECIDED'
        """
        found = set(verdicts)
        for verdict in (Verdict.REFUTED, Verdict.UNDECIDED):
            if verdict in found:
                return verdict
        return Verdict.PROVED if found else Verdict.UNDECIDED


class ClaimKind(Enum):
    """What a claim may speak of; each can be rechecked from data and weights."""

    MEMORIZES = "memorizes"
    WIDTH_AT_MOST = "width_at_most"
    DEPTH_AT_MOST = "depth_at_most"
    BITS_AT_MOST = "bits_at_most"
    PARAMETERS_AT_MOST = "parameters_at_most"
    FACTORED_AT_MOST = "factored_at_most"
    CONTEXTUAL_MAPPING = "contextual_mapping"
    NORM_BELOW = "norm_below"
    RANK_AT_MOST = "rank_at_most"
    CONNECTIONS_AT_MOST = "connections_at_most"


@dataclass(frozen=True, slots=True)
class Claim:
    """One checkable statement about a network.

    Args:
        kind: what is claimed.
        bound: the exact number claimed; for `MEMORIZES` the margin of every label,
            for `CONTEXTUAL_MAPPING` the distance of ids.
        ref: the statement the number comes from.
        formula: identifier of the calculator that yields the bound, or empty when
            the bound is the construction's own count.
        inputs: arguments of that calculator, by name.
    """

    kind: ClaimKind
    bound: Number
    ref: Ref
    formula: str = ""
    inputs: tuple[tuple[str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class CheckedClaim:
    """A claim together with the number found and the verdict.

    Args:
        claim: what was claimed.
        actual: the number found, or None where none could be had.
        verdict: PROVED, REFUTED or UNDECIDED.
        sentence: the verdict in words.
    """

    claim: Claim
    actual: Number | None
    verdict: Verdict
    sentence: str

"""Bits of a world of facts: stored once, stored twice, or its answers learned by heart.

A decoder without a chain looks the second hop up in a later layer than the first, so
that a fact used as both must be stored twice; with a chain once is enough (arXiv
2502.03490). Memorizing the answers is a third way, and the cheapest in small worlds.
"""

from dataclasses import dataclass
from math import log2

from memcap.distill.tasks.base import check_parameter


@dataclass(frozen=True)
class TwoHopBits:
    """Bits of N entities with R relations and A attributes of V values.

    Args:
        entities: N.
        relations: R.
        attributes: A.
        values: V.
        relations_asked: whether relations of relations are asked too; they add to what
            memorizing costs.

    Example:
        >>> four = TwoHopBits(4, 1, 1, 4)
        >>> four.facts_once, four.facts_twice, four.answers
        (16.0, 32.0, 8.0)
    """

    entities: int
    relations: int
    attributes: int
    values: int
    relations_asked: bool = False

    def __post_init__(self) -> None:
        for name in ("entities", "relations", "attributes", "values"):
            check_parameter(name, getattr(self, name), 1)

    @property
    def facts_once(self) -> float:
        """N (R log2 N + A log2 V): what a chain needs."""
        return self.entities * (self._relation + self._attribute)

    @property
    def facts_twice(self) -> float:
        """Twice that: what two hops without a chain need."""
        return 2 * self.facts_once

    @property
    def answers(self) -> float:
        """N R A log2 V, and N R R log2 N where relations of relations are asked."""
        asked = self._attribute + self._relation * self.relations_asked
        return self.entities * self.relations * asked

    @property
    def _relation(self) -> float:
        return self.relations * log2(self.entities)

    @property
    def _attribute(self) -> float:
        return self.attributes * log2(self.values)

    @property
    def warning(self) -> str | None:
        """A sentence where the factor 2 cannot show, since memorizing is cheaper."""
        if self.answers > self.facts_twice:
            return None
        return (
            f"memorizing all answers takes {self.answers:,.0f} bits, storing the facts "
            f"twice {self.facts_twice:,.0f}: the factor 2 cannot show; take more "
            "relations or attributes."
        )

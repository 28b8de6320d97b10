"""Context ids of a rank-one layer, brought in order on a line.

After the layer of KS23.Thm2 the projection v . id is a different number for every
context. The numbers are irrational and may be e^-100 apart, so they are enclosed at
doubling precision until neighbours are certainly apart.
"""

from fractions import Fraction

import numpy as np

from memcap.constructions.rank_one_layer import Direction
from memcap.core.errors import HypothesisError, InconsistentLabelsError
from memcap.core.refs import Ref
from memcap.model.ball_outputs import ContextOutputs
from memcap.model.contexts import Contexts
from memcap.model.softmax_ids import combine

# Enclosures must be this much narrower than the gaps between them.
_SPARE_BITS = 40
_LIMIT = 1 << 14


def ordered_ids(
    outputs: ContextOutputs, direction: Direction, ref: Ref
) -> tuple[list[Fraction], np.ndarray]:
    """Midpoints of the enclosures of v . id, increasing, and which context is where.

    Returns:
        K rationals, at least 2^40 times farther apart than they are off; and the `[K]`
        numbers of their contexts.

    Raises:
        HypothesisError: two contexts stay together at the highest precision.
    """
    size = outputs.contexts.size
    precision = 128
    while precision <= _LIMIT:
        slots = outputs.slots(precision)
        line = combine(list(zip(direction.v, slots, strict=True)), [0] * size)
        order = np.argsort(line.integers, kind="stable")
        gaps = np.diff(line.integers[order])
        if (gaps > int(line.errors.max()) << _SPARE_BITS).all():
            return [Fraction(int(line.integers[i]), line.unit) for i in order], order
        precision *= 2
    raise HypothesisError(
        ref,
        f"ids that {_LIMIT} bits tell apart",
        "two contexts stay together",
        "Take fewer or more separated tokens, or a coarser grid.",
    )


def context_labels(contexts: Contexts, labels: np.ndarray) -> np.ndarray:
    """The label of every context.

    Args:
        contexts: K contexts with their index.
        labels: labels shaped as the index.

    Returns:
        `[K]` labels.

    Raises:
        InconsistentLabelsError: one context has two labels.
    """
    index, flat = contexts.index.ravel(), labels.ravel()
    found = np.full(contexts.size, -1)
    found[index] = flat
    clash = np.flatnonzero(found[index] != flat)
    if len(clash):
        raise InconsistentLabelsError(
            f"label position {int(clash[0])} contradicts another one with the same "
            "token and the same tokens seen; drop one of them."
        )
    return found

"""Rigorous outputs of a one-softmax-layer network, context by context.

The reference pass encloses every place of every sequence. Places with one context have
one output, so it is enough to enclose each context once: the heads in fixed point (see
`memcap.model.softmax_ids`), what follows in balls of the same precision.
"""

from fractions import Fraction

import numpy as np
from flint import arb, ctx

from memcap.core.errors import WeightsError
from memcap.core.exact import Number, to_flint
from memcap.model.arithmetic import Balls
from memcap.model.contexts import Contexts, contexts
from memcap.model.fast_forward import TokenState, token_state
from memcap.model.forward import affine, apply_token_wise
from memcap.model.softmax_ids import Enclosed, combine, head_values
from memcap.model.weights import Attention, Weights


def has_one_softmax_layer(weights: Weights) -> bool:
    """Whether one softmax layer is all that mixes tokens, and there is no aggregate."""
    if weights.aggregate is not None:
        return False
    mixing = [x for x in weights.layers if isinstance(x, Attention)]
    return len(mixing) == 1 and mixing[0].kind == "softmax"


class ContextOutputs:
    """Encloses the outputs of a network on a dataset at any precision.

    Args:
        weights: a network with one softmax layer.
        tokens: `[N, n]` ids or `[N, n, d]` vectors.

    Raises:
        WeightsError: the network has another form, or does not take such tokens.
    """

    def __init__(self, weights: Weights, tokens: np.ndarray) -> None:
        if not has_one_softmax_layer(weights):
            raise WeightsError(
                "contexts are those of one softmax layer without an aggregate; use "
                "forward with arithmetic='ball'."
            )
        self.weights = weights
        where = [isinstance(x, Attention) for x in weights.layers].index(True)
        layer = weights.layers[where]
        assert isinstance(layer, Attention)
        self.layer, self.after = layer, weights.layers[where + 1 :]
        self.state: TokenState = token_state(weights, tokens)
        only_last = weights.task == "next_token"
        self.contexts: Contexts = contexts(self.state.index, layer.causal, only_last)

    def at(self, precision: int) -> np.ndarray:
        """Object array of balls, ``[K]`` or ``[K, C]``, one row a context.

        Raises:
            UndecidedError: an enclosure is unbounded.
        """
        numbers = Balls(precision)
        with numbers.context():
            state = [_balls(slot, precision)[:, None] for slot in self.slots(precision)]
            for layer in self.after:
                state = apply_token_wise(layer, state, numbers)
            outputs = affine(self.weights.readout, state, numbers)
            stacked = np.stack(outputs, axis=-1)[:, 0]
            decided = self.weights.decision == "nearest"
            return numbers.export(stacked[..., 0] if decided else stacked)

    def slots(self, precision: int) -> list[Enclosed]:
        """The state after attention, slot by slot, for every context."""
        parts = head_values(self.layer, self.state, self.contexts, precision)
        width = self.layer.heads[0].output.outputs
        mixed: list[list[tuple[Number, Enclosed]]] = [[] for _ in range(width)]
        start = 0
        for head in self.layer.heads:
            for slot, row in zip(mixed, head.output.rows, strict=True):
                slot.extend((weight, parts[start + t]) for t, weight in row.terms)
            start += head.value.outputs
        constants = self._constants(width)
        return [combine(m, c) for m, c in zip(mixed, constants, strict=True)]

    def _constants(self, width: int) -> list[list[Number]]:
        """What the skip connection hands on, for every context."""
        if not self.layer.residual:
            return [[0] * self.contexts.size] * width
        query = self.contexts.query.tolist()
        return [[values[q] for q in query] for values in self.state.slot_numbers()]


def _balls(enclosed: Enclosed, precision: int) -> np.ndarray:
    made = np.empty(len(enclosed.integers), dtype=object)
    with ctx.workprec(precision):
        pairs = zip(enclosed.integers, enclosed.errors, strict=True)
        for i, (middle, error) in enumerate(pairs):
            low = arb(to_flint(Fraction(middle - error, enclosed.unit)))
            high = arb(to_flint(Fraction(middle + error, enclosed.unit)))
            made[i] = low.union(high)
    return made

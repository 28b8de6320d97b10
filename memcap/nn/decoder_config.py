"""The configuration of a decoder-only language model."""

from dataclasses import dataclass

from memcap.core.errors import WeightsError
from memcap.data.dataset import Task
from memcap.model.weights import Decision


@dataclass(frozen=True, kw_only=True)
class DecoderConfig:
    """Pre-norm causal blocks between an embedding and an untied readout, no biases.

    Each of L layers adds ``W_O attention(rms(h))`` and then ``W_2 gelu(W_1 rms(h))``
    with 4 d hidden units. Positions are trained, heads share the width evenly, scores
    are divided by the root of a head's size.

    Args:
        vocab: V, ids of tokens read and predicted.
        width: d, slots of a token's state.
        layers: L.
        heads: H, a divisor of d.
        positions: S, the longest sequence.

    Raises:
        WeightsError: a field is out of its domain, or H does not divide d.

    Example:
        >>> DecoderConfig(vocab=11, positions=17, width=16, layers=2).parameters
        6848
    """

    vocab: int
    positions: int
    width: int = 32
    layers: int = 2
    heads: int = 1

    def __post_init__(self) -> None:
        for name in ("vocab", "positions", "width", "layers", "heads"):
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, int) or value < 1:
                raise WeightsError(f"{name} = {value!r} is not an integer >= 1.")
        if self.vocab < 2:
            raise WeightsError("vocab = 1 leaves nothing to predict.")
        if self.width % self.heads:
            raise WeightsError(
                f"heads = {self.heads} does not divide width = {self.width}."
            )

    @property
    def parameters(self) -> int:
        """``2 V d + S d + d + L (12 d^2 + 2 d)``."""
        d = self.width
        ends = 2 * self.vocab * d + self.positions * d + d
        return ends + self.layers * (12 * d * d + 2 * d)

    @property
    def task(self) -> Task:
        """Something is predicted at every token."""
        return "seq_to_seq"

    @property
    def decision(self) -> Decision:
        """The token of the largest output."""
        return "argmax"

    @property
    def classes(self) -> int:
        """V: what is predicted are tokens."""
        return self.vocab

    @property
    def outputs(self) -> int:
        """V."""
        return self.vocab

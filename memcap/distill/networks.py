"""Decoders of a study: their sizes for a task, and models from trained numbers."""

from dataclasses import dataclass, field
from typing import Any

from flax import nnx

from memcap.distill.sequences import positions
from memcap.distill.tasks.base import Task, vocabulary
from memcap.nn import Decoder, DecoderConfig, build, split

# Width of a head, unless a network is narrower.
_HEAD = 16


def heads_of(width: int) -> int:
    """About one head for every 16 of the width: the most that divide it evenly.

    Example:
        >>> [heads_of(width) for width in (8, 16, 24, 48, 50, 64)]
        [1, 1, 1, 3, 2, 4]
    """
    wanted = max(1, width // _HEAD)
    return next(heads for heads in range(wanted, 0, -1) if width % heads == 0)


def decoder_config(task: Task, width: int, layers: int) -> DecoderConfig:
    """The decoder of a width and depth that reads sequences of a task."""
    return DecoderConfig(
        vocab=vocabulary(task),
        positions=positions(task),
        width=width,
        layers=layers,
        heads=heads_of(width),
    )


@dataclass(frozen=True)
class Trained:
    """A network and its numbers.

    Args:
        config: its sizes.
        parameters: its trained numbers, as `Outcome.parameters` has them.
        loss: mean cross-entropy at the end, in nats a token.
    """

    config: DecoderConfig
    parameters: Any = field(repr=False)
    loss: float

    @property
    def model(self) -> Decoder:
        """The network, to be run."""
        structure, _, fixed = split(build(self.config, rngs=0))
        model = nnx.merge(structure, self.parameters, fixed)
        assert isinstance(model, Decoder)
        return model

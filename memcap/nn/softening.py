"""How hardmax attention is trained: what stands in for its zero gradient."""

from dataclasses import dataclass
from typing import Any, Literal

import jax
import jax.numpy as jnp

Softened = Literal["straight_through", "annealed"]


@dataclass(frozen=True, slots=True)
class Softening:
    """A softmax beside or in place of hardmax while a network is trained.

    ``straight_through`` computes hardmax and differentiates
    ``softmax(scores / temperature)``. ``annealed`` computes and differentiates that
    softmax at a temperature that falls along a line and is 0, exact hardmax with
    shared ties, from the share `until` of the training on.

    Args:
        kind: ``straight_through`` or ``annealed``.
        temperature: that of the softmax; where it falls, the first one.
        until: share of the training at which ``annealed`` arrives at 0.

    Example:
        >>> fall = Softening("annealed", 2.0, 0.5)
        >>> [float(fall.at(p, "float32")) for p in (0.0, 0.25, 0.5, 1.0)]
        [2.0, 1.0, 0.0, 0.0]
    """

    kind: Softened
    temperature: float
    until: float

    def at(self, progress: Any, dtype: Any) -> jax.Array:
        """The temperature when the share `progress` of the training is done."""
        # The share may be traced, so that one compilation serves the whole training.
        done = jnp.asarray(progress).astype(dtype)
        left = 1.0 - done / self.until
        # Closer to 0 the rounding of the scores, not the scores, would set the shares.
        least = jnp.sqrt(jnp.finfo(done.dtype).eps)
        return jnp.where(left > least, self.temperature * left, 0.0)

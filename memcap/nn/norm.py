"""Layer norm and RMS norm of a token's slots; the papers have none, nor is it on."""

from typing import Any, Literal, NamedTuple

import jax
import jax.numpy as jnp
from flax import nnx

NormName = Literal["none", "layer", "rms"]

# Added under the square root, as Flax does by default: a constant state has no size.
_FLOOR = 1e-6


class Gains(NamedTuple):
    """What a norm learns.

    Args:
        gain: `[..., m]` factors, or None without a norm.
        shift: `[..., m]` offsets of ``layer``, or None.
    """

    gain: jax.Array | None = None
    shift: jax.Array | None = None

    def stored(self) -> tuple[Any, Any]:
        """Both as attributes of a module."""
        gain, shift = (None if x is None else nnx.Param(x) for x in self)
        return nnx.data(gain), nnx.data(shift)


NO_GAINS = Gains()


def value_of(parameter: nnx.Param | None) -> jax.Array | None:
    """The array of a parameter that may be missing."""
    return None if parameter is None else parameter[...]


def normalize(
    norm: NormName, gain: jax.Array | None, shift: jax.Array | None, state: jax.Array
) -> jax.Array:
    """Normalize every token; ``none`` returns the state.

    ``layer`` is ``gain (h - mean) / sqrt(variance + 1e-6) + shift`` over the slots of
    a token, ``rms`` is ``gain h / sqrt(mean of squares + 1e-6)``.

    Args:
        norm: ``none``, ``layer`` or ``rms``.
        gain: `[m]`, or None for ``none``.
        shift: `[m]`, or None but for ``layer``.
        state: `[..., m]`.

    Returns:
        `[..., m]`.
    """
    if norm == "none" or gain is None:
        return state
    if norm == "layer":
        state = state - state.mean(axis=-1, keepdims=True)
    size = jnp.sqrt(jnp.square(state).mean(axis=-1, keepdims=True) + _FLOOR)
    made = state / size * jnp.broadcast_to(gain, state.shape)
    return made if shift is None else made + jnp.broadcast_to(shift, state.shape)

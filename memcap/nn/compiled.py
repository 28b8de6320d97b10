"""One compiled function for whatever network there is, and the seed it is drawn by."""

from functools import partial
from typing import Any

import jax
import numpy as np
from flax import nnx

from memcap.core.errors import WeightsError


@partial(jax.jit, static_argnums=0)
def run(
    structure: nnx.GraphDef, state: nnx.State, tokens: Any, progress: Any
) -> jax.Array:
    """Outputs of a network that was taken apart; networks of one shape share it."""
    return nnx.merge(structure, state).forward(tokens, progress)


def seed_of(rngs: nnx.Rngs | int | None) -> Any:
    """The seed of NumPy's generator: an integer, or the next key of `rngs`.

    Raises:
        WeightsError: there is none.
    """
    if rngs is None:
        raise WeightsError("Network(config) draws its weights: give rngs=0.")
    keyed = isinstance(rngs, nnx.Rngs)
    return np.asarray(jax.random.key_data(rngs.params())) if keyed else rngs

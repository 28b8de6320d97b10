"""The networks of one training as they are before the first step, stacked."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from flax import nnx

from memcap.nn import Config, Transformer, assign, split

Start = Callable[[int], Mapping[str, Any]]


class Members(NamedTuple):
    """B networks of one shape.

    Args:
        structure: what they share.
        trained: `[B, ...]` parameters that training moves.
        fixed: `[B, ...]` parameters that it cannot move.
    """

    structure: nnx.GraphDef
    trained: Any
    fixed: Any


def draw_members(
    config: Config,
    seeds: list[int],
    dtype: str,
    start: Start | None,
    frozen: tuple[str, ...],
) -> Members:
    """Draw one network for each seed, overwrite what `start` gives, and stack them.

    Raises:
        WeightsError: a name or a shape does not fit the network.
    """
    parts = []
    for seed in seeds:
        model = Transformer(config, rngs=seed, dtype=dtype)
        if start is not None:
            assign(model, start(seed))
        parts.append(split(model, frozen))
    structure, trained, fixed = zip(*parts, strict=True)
    return Members(structure[0], _stacked(trained), _stacked(fixed))


def _stacked(trees: tuple[Any, ...]) -> Any:
    return jax.tree.map(lambda *arrays: jnp.asarray(np.stack(arrays)), *trees)

"""Gradient ascent on the violation of a claim, in floats through JAX.

The ends of the ascent are candidates for `attack.search`, where they are confirmed or
dismissed exactly; a float never refutes anything here.
"""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np


def descend(
    margin: Callable[[Any], Any],
    starts: np.ndarray,
    *,
    steps: int = 400,
    rate: float = 0.03,
    every: int = 100,
) -> Iterator[np.ndarray]:
    """Follow the gradient of a margin downwards from many starts at once.

    Args:
        margin: of one candidate `[k]`, written in `jax.numpy`, smaller is worse.
        starts: `[B, k]` float64 candidates.
        steps: steps of Adam.
        rate: their size.
        every: steps between two candidates handed out.

    Yields:
        `[k]` candidates on the way and at the end, finite ones only.
    """
    import jax
    import jax.numpy as jnp
    import optax

    with jax.enable_x64(True):
        rule = optax.adam(rate)
        slope = jax.vmap(jax.grad(margin))

        @jax.jit
        def move(now: Any, moments: Any) -> tuple[Any, Any]:
            def step(_: Any, state: tuple[Any, Any]) -> tuple[Any, Any]:
                values, moments = state
                given = jnp.nan_to_num(slope(values))
                with jax.numpy_dtype_promotion("standard"):
                    change, moments = rule.update(given, moments, values)
                return optax.apply_updates(values, change), moments

            return jax.lax.fori_loop(0, every, step, (now, moments))

        now = jnp.asarray(starts, jnp.float64)
        moments = rule.init(now)
        for _ in range(0, steps, every):
            now, moments = move(now, moments)
            for row in np.asarray(now):
                if np.isfinite(row).all():
                    yield row

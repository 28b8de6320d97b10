"""How the step size goes up and down over a training."""

import jax
import jax.numpy as jnp

from memcap.training.config import Schedule


def factor(
    schedule: Schedule, step: jax.Array, warmup: jax.Array, steps: jax.Array
) -> jax.Array:
    """The step size at a step, in units of the learning rate.

    It is ``min((t + 1) / max(1, warmup), f(t))`` with f one of

    - ``cosine``: ``0.1 + 0.9 (1 + cos(pi t / steps)) / 2``, down to a tenth;
    - ``linear``: ``1 - t / steps``;
    - ``constant``: 1.

    Args:
        schedule: its name.
        step: t, steps taken before, a float.
        warmup: steps of the way up, a float.
        steps: steps of the whole training, a float.

    Returns:
        a scalar of the type of `step`.
    """
    rise = (step + 1) / jnp.maximum(warmup, 1)
    if schedule == "constant":
        return jnp.minimum(rise, 1)
    if schedule == "linear":
        return jnp.minimum(rise, 1 - step / steps)
    # Not down to zero: the last few labels need steps; nor constant, which shakes them.
    fall = (1 + jnp.cos(jnp.pi * step / steps)) / 2
    return jnp.minimum(rise, 0.1 + 0.9 * fall)

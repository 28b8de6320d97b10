"""What training lowers, and what it counts as right."""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax

from memcap.core.errors import WeightsError
from memcap.data.dataset import Dataset
from memcap.model.weights import Decision
from memcap.nn.build import AnyConfig


def loss(decision: Decision, outputs: jax.Array, labels: jax.Array) -> jax.Array:
    """Mean cross-entropy of ``argmax`` outputs, or mean square error of ``nearest``.

    Args:
        decision: how outputs are read.
        outputs: `[..., C]` or `[...]`.
        labels: `[...]` integers.

    Returns:
        a scalar.
    """
    if decision == "argmax":
        entropy = optax.softmax_cross_entropy_with_integer_labels(outputs, labels)
        return entropy.mean()
    return jnp.mean((outputs - labels.astype(outputs.dtype)) ** 2)


def correct(decision: Decision, outputs: jax.Array, labels: jax.Array) -> jax.Array:
    """Number of labels read with a strict margin; ties and NaN count as wrong.

    Args:
        decision: how outputs are read.
        outputs: `[..., C]` or `[...]`.
        labels: `[...]` integers.

    Returns:
        an integer scalar.
    """
    if decision == "nearest":
        return jnp.sum(jnp.abs(outputs - labels.astype(outputs.dtype)) < 0.5)
    own = jax.nn.one_hot(labels, outputs.shape[-1], dtype=bool)
    chosen = jnp.sum(jnp.where(own, outputs, 0), axis=-1)
    rival = jnp.max(jnp.where(own, -jnp.inf, outputs), axis=-1)
    return jnp.sum(chosen > rival)


def inputs(config: AnyConfig, ds: Dataset) -> np.ndarray:
    """The tokens of a dataset as the network of `config` takes them.

    Raises:
        WeightsError: task, ids, dimension, length or labels do not fit.
    """
    tokens: Any = ds.tokens if config.vocab is not None else ds.token_vectors
    limits = {
        "labels": (int(ds.labels.max()), config.classes),
        "length": (ds.length - 1, config.positions or ds.length),
    }
    if config.task != ds.task:
        raise WeightsError(f"the configuration is {config.task}, the data {ds.task}.")
    if config.vocab is None and config.dim != ds.dim:
        raise WeightsError(
            f"the configuration has dim {config.dim}, the data {ds.dim}."
        )
    if config.vocab is not None:
        if not ds.has_ids:
            raise WeightsError("the configuration takes ids, the data are vectors.")
        limits["ids"] = (int(ds.tokens.max()), config.vocab)
    for name, (largest, bound) in limits.items():
        if largest >= bound:
            raise WeightsError(
                f"{name} of the data reach {largest}, the configuration holds {bound}."
            )
    return tokens

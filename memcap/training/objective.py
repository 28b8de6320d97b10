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
from memcap.nn.decoder import DecoderConfig
from memcap.training.sequences import Sequences


def loss(
    decision: Decision, outputs: jax.Array, labels: jax.Array, masked: bool = False
) -> jax.Array:
    """Mean cross-entropy of ``argmax`` outputs, or mean square error of ``nearest``.

    Args:
        decision: how outputs are read.
        outputs: `[..., C]` or `[...]`.
        labels: `[...]` integers.
        masked: whether labels below 0 are left out; of ``argmax`` only.

    Returns:
        a scalar.
    """
    if masked:
        known = labels >= 0
        entropy = optax.softmax_cross_entropy_with_integer_labels(
            outputs, jnp.where(known, labels, 0)
        )
        count = jnp.maximum(known.sum(), 1).astype(entropy.dtype)
        return jnp.where(known, entropy, 0).sum() / count
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
    # A label below 0 is no column: it has no chosen output and counts as wrong.
    own = jax.nn.one_hot(labels, outputs.shape[-1], dtype=bool)
    chosen = jnp.sum(jnp.where(own, outputs, 0), axis=-1)
    rival = jnp.max(jnp.where(own, -jnp.inf, outputs), axis=-1)
    return jnp.sum((chosen > rival) & (labels >= 0))


def inputs(config: AnyConfig, ds: Dataset | Sequences) -> np.ndarray:
    """The tokens of a dataset as the network of `config` takes them.

    Raises:
        WeightsError: task, ids, dimension, length or labels do not fit.
    """
    if isinstance(ds, Sequences) or isinstance(config, DecoderConfig):
        return _read_by_decoder(config, ds)
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


def _read_by_decoder(config: AnyConfig, ds: Dataset | Sequences) -> np.ndarray:
    if not (isinstance(ds, Sequences) and isinstance(config, DecoderConfig)):
        raise WeightsError("a DecoderConfig and Sequences go together, others do not.")
    if ds.num_classes != config.vocab or ds.length > config.positions:
        raise WeightsError(
            f"sequences of {ds.length} of {ds.num_classes} ids do not fit a decoder of "
            f"{config.positions} positions and {config.vocab} ids."
        )
    return ds.tokens

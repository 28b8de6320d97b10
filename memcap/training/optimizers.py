"""One step of each optimizer, as Optax has it, on a flat list of parameters."""

from collections.abc import Callable
from typing import Any

import jax
import optax
from optax import contrib

from memcap.training.config import Optimizer

Values = list[jax.Array]
# Update RMS of Adam; with it one learning rate serves both halves (arXiv 2502.16982).
_ADAM_RMS = 0.2


def first_moments(
    optimizer: Optimizer, values: Values, clip: float | None = None
) -> Any:
    """What the optimizer remembers before the first step."""
    # Optax mixes integers and floats, which strict promotion refuses.
    with jax.numpy_dtype_promotion("standard"):
        return _rule(optimizer, clip, 0.0).init(values)


def stepped(
    optimizer: Optimizer,
    loss: Callable[[Values], jax.Array],
    values: Values,
    moments: Any,
    rate: jax.Array,
    decay: jax.Array,
    clip: float | None = None,
) -> tuple[Values, Any]:
    """Parameters and moments after one step.

    Args:
        optimizer: its name.
        loss: what is lowered.
        values: the parameters.
        moments: what `first_moments` or the last step gave.
        rate: the step size, without meaning for ``lbfgs``.
        decay: decoupled decay in units of the step size, likewise.
        clip: largest norm of the gradient, or None.

    Returns:
        the new parameters and moments.
    """
    value, slope = jax.value_and_grad(loss)(values)
    rule = _rule(optimizer, clip, decay)
    with jax.numpy_dtype_promotion("standard"):
        if optimizer == "lbfgs":
            change, moments = rule.update(
                slope, moments, values, value=value, grad=slope, value_fn=loss
            )
            moved = [old + step for old, step in zip(values, change, strict=True)]
            return moved, moments
        change, moments = rule.update(slope, moments, values)
    moved = [old - rate * step for old, step in zip(values, change, strict=True)]
    return moved, moments


def _rule(optimizer: Optimizer, clip: float | None, decay: Any) -> Any:
    """The transformation; that of a first-order rule is still to be multiplied."""
    if clip is not None:
        rest = _rule(optimizer, None, decay)
        return optax.chain(optax.clip_by_global_norm(clip), rest)
    if optimizer == "lbfgs":
        return optax.lbfgs()
    if optimizer == "adamw":
        return optax.chain(optax.scale_by_adam(), optax.add_decayed_weights(decay))
    return contrib.muon(
        -1.0,
        weight_decay=decay,
        adam_weight_decay=decay,
        muon_weight_dimension_numbers=_matrices,
        consistent_rms=_ADAM_RMS,
    )


def _matrices(values: Any) -> list[Any]:
    """Which parameters are stacks of matrices: `[layers, outputs, inputs]`.

    Embedding, positions, readout and biases are left to Adam, as is usual.
    """
    axes = contrib.MuonDimensionNumbers(reduction_axis=2, output_axis=1)
    return [axes if getattr(value, "ndim", 0) == 3 else None for value in values]

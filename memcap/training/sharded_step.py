"""The compiled step of `memcap.training.sharded`: shards in, one ordered sum out."""

from collections.abc import Sequence
from functools import partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import optax
from flax import nnx
from jax.flatten_util import ravel_pytree
from jax.sharding import Mesh, NamedSharding
from jax.sharding import PartitionSpec as P

from memcap.model.weights import Decision
from memcap.nn import Config
from memcap.training import objective, schedules
from memcap.training.config import TrainConfig
from memcap.training.sharded_data import Shards
from memcap.training.sharded_files import Checkpoint

_AXIS = "data"
# Parts of a vector start where no vector instruction is cut: 64 numbers.
_ALIGNED = 64
# Rewriting of formulas meets a program for one device in another order than one for
# several, and then rounds some gradients differently. Accelerators need it for speed.
_SAME_ON_ONE: Any = {"xla_disable_hlo_passes": "algsimp"}


class State(NamedTuple):
    """Flat parameters, moments, and steps taken; vectors are split over the devices."""

    parameters: jax.Array
    first: jax.Array
    second: jax.Array
    step: jax.Array


class Stepper:
    """The loop compiled for one network, its data and its devices.

    Args:
        config: the network.
        settings: the training.
        structure: of the network.
        values: its trained and its fixed parameters.
        batch: the data.
        devices: D of them, in the order that gives a device its part.
    """

    def __init__(
        self,
        config: Config,
        settings: TrainConfig,
        structure: nnx.GraphDef,
        values: tuple[Any, Any],
        batch: Shards,
        devices: Sequence[Any],
    ) -> None:
        flat, self.unravel = ravel_pytree(values[0])
        self.size = flat.size
        shards = len(batch.shares)
        width = shards * _ALIGNED
        self._drawn = np.zeros(-(-self.size // width) * width, flat.dtype)
        self._drawn[: self.size] = np.asarray(flat)
        self._mesh = Mesh(np.array(devices), (_AXIS,))
        self._batch = tuple(self._put(array, P(_AXIS)) for array in batch[:3])
        self._fixed = jax.tree.map(lambda x: self._put(np.asarray(x), P()), values[1])
        self._own = self._put(np.asarray(shards // len(devices)), P())
        self._decision: Decision = config.decision
        self._structure, self._softened = structure, config.softening is not None
        self._settings = settings
        self._compiled = self._compile()
        self._whole = jax.jit(lambda x: x, out_shardings=NamedSharding(self._mesh, P()))

    def _put(self, array: np.ndarray, spec: P) -> jax.Array:
        # Every process holds the whole array and hands its devices their part.
        sharding = NamedSharding(self._mesh, spec)
        return jax.make_array_from_callback(
            array.shape, sharding, lambda index: array[index]
        )

    def _compile(self) -> Any:
        specs: Any = (P(_AXIS), P(_AXIS), P(_AXIS), P())
        vectors = State(*specs)
        mapped = jax.shard_map(
            self._advance,
            mesh=self._mesh,
            in_specs=(vectors, (P(_AXIS),) * 3, P(), P(), P()),
            out_specs=(vectors, P(), P()),
            check_vma=False,
        )
        options = _SAME_ON_ONE if self._mesh.devices.flat[0].platform == "cpu" else None
        return jax.jit(mapped, compiler_options=options)

    def start(self) -> State:
        """The network as drawn."""
        return self._state(self._drawn, 0 * self._drawn, 0 * self._drawn, 0)

    def restore(self, found: Checkpoint) -> State:
        """The network as it was stored."""
        vectors = (found.parameters, found.first, found.second)
        return self._state(*vectors, found.step)

    def _state(self, *parts: Any) -> State:
        *vectors, step = parts
        first, second, third = (self._put(vector, P(_AXIS)) for vector in vectors)
        return State(first, second, third, self._put(np.asarray(step, np.int32), P()))

    def snapshot(self, state: State, curve: tuple) -> Checkpoint:
        """All of a state, in every process."""
        parts = [np.asarray(self._whole(vector)) for vector in state]
        return Checkpoint(parts[0], parts[1], parts[2], int(parts[3]), curve)

    def tree(self, vector: np.ndarray) -> Any:
        """The parameters of a flat vector."""
        return self.unravel(jnp.asarray(vector[: self.size]))

    def advance(self, state: State, steps: int) -> tuple[State, float, int]:
        """Take some steps, then measure loss and labels right."""
        taken = self._put(np.asarray(steps, np.int32), P())
        state, loss, correct = self._compiled(
            state, self._batch, self._fixed, self._own, taken
        )
        return state, float(np.asarray(loss)), int(np.asarray(correct))

    def _advance(
        self, state: State, batch: Any, fixed: Any, own: jax.Array, steps: jax.Array
    ) -> tuple[State, jax.Array, jax.Array]:
        step = partial(self._step, batch, fixed, own)
        state = jax.lax.fori_loop(0, steps, lambda _, now: step(now), state)
        vector = jax.lax.all_gather(state.parameters, _AXIS, tiled=True)
        loss = partial(self._loss, fixed, None)
        correct = partial(self._correct, fixed)
        losses = _each(own, batch, vector, lambda *given: loss(*given)[None])
        rights = _each(own, batch, vector, lambda *given: correct(*given)[None])
        gather = partial(jax.lax.all_gather, axis_name=_AXIS, tiled=True)
        return state, ordered_sum(gather(losses))[0], ordered_sum(gather(rights))[0]

    def _step(self, batch: Any, fixed: Any, own: jax.Array, state: State) -> State:
        vector = jax.lax.all_gather(state.parameters, _AXIS, tiled=True)
        loss = partial(self._loss, fixed, self._progress(state))
        slopes = _each(own, batch, vector, jax.grad(loss))
        # [S / D, P] of all parameters to [S, P / D] of all shards, in their order.
        mine = jax.lax.all_to_all(slopes, _AXIS, 1, 0, tiled=True)
        return self._moved(state, ordered_sum(mine))

    def _moved(self, state: State, slope: jax.Array) -> State:
        adam: Any = optax.chain(
            optax.scale_by_adam(),
            optax.add_decayed_weights(float(self._settings.weight_decay)),
        )
        moments = optax.ScaleByAdamState(state.step, state.first, state.second)
        with jax.numpy_dtype_promotion("standard"):
            change, (moments, _) = adam.update(
                slope, (moments, optax.EmptyState()), state.parameters
            )
        moved = state.parameters - self._rate(state) * change
        return State(moved, moments.mu, moments.nu, state.step + 1)

    def _rate(self, state: State) -> jax.Array:
        dtype, settings = state.parameters.dtype, self._settings
        warmup, steps = (
            jnp.asarray(x, dtype) for x in (settings.warmup, settings.steps)
        )
        step = state.step.astype(dtype)
        share = schedules.factor(settings.schedule, step, warmup, steps)
        return settings.learning_rate * share

    def _progress(self, state: State) -> jax.Array | None:
        # What stands in for hardmax in training depends on the share that is done.
        if not self._softened:
            return None
        return state.step.astype(state.parameters.dtype) / self._settings.steps

    def _outputs(
        self, fixed: Any, progress: Any, vector: jax.Array, tokens: jax.Array
    ) -> jax.Array:
        values = self.unravel(vector[: self.size])
        return nnx.merge(self._structure, values, fixed)(tokens, progress=progress)

    def _loss(
        self, fixed: Any, progress: Any, vector: jax.Array, *shard: jax.Array
    ) -> jax.Array:
        tokens, labels, shares = shard
        outputs = self._outputs(fixed, progress, vector, tokens)
        each = jax.vmap(partial(objective.loss, self._decision))(outputs, labels)
        return jnp.sum(shares * each)

    def _correct(self, fixed: Any, vector: jax.Array, *shard: jax.Array) -> jax.Array:
        tokens, labels, shares = shard
        outputs = self._outputs(fixed, None, vector, tokens)
        each = jax.vmap(partial(objective.correct, self._decision))(outputs, labels)
        return jnp.sum(jnp.where(shares > 0, each, 0))


def _each(own: jax.Array, batch: Any, vector: jax.Array, value: Any) -> jax.Array:
    """`[S / D, ...]` a value for each shard of this device, one after the other.

    `own` is S / D as a number that the compiler does not know: a loop over one shard
    would be unrolled, and nothing promises that it then rounds alike.
    """
    form = jax.eval_shape(value, vector, *(array[0] for array in batch))
    room = jnp.zeros((len(batch[0]), *form.shape), form.dtype)

    def fill(i: jax.Array, found: jax.Array) -> jax.Array:
        shard = (jax.lax.dynamic_index_in_dim(x, i, keepdims=False) for x in batch)
        made = value(vector, *shard)
        return jax.lax.dynamic_update_index_in_dim(found, made, i, 0)

    return jax.lax.fori_loop(0, own, fill, room)


def ordered_sum(values: jax.Array) -> jax.Array:
    """The sum over the first axis, a power of two long, by halves.

    Example:
        >>> float(ordered_sum(jnp.asarray([1e8, 1.0, -1e8, 1.0], dtype="float32")))
        0.0
    """
    while len(values) > 1:
        values = values[0::2] + values[1::2]
    return values[0]

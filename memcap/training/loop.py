"""Train a few networks of one shape together until they fit every label."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import optax
from flax import nnx

from memcap.core.errors import DataError
from memcap.data.dataset import Dataset
from memcap.model.counting import count
from memcap.model.weights import Decision
from memcap.nn import Config, to_weights
from memcap.nn.precision import context
from memcap.training import objective
from memcap.training.config import TrainConfig, check_rate
from memcap.training.members import Members, Start, draw_members
from memcap.training.records import DivergedError, Run, TrainResult


def train(
    config: Config,
    train_config: TrainConfig,
    ds: Dataset,
    *,
    seeds: Sequence[int] | None = None,
    learning_rates: Sequence[float] | None = None,
    start: Start | None = None,
    frozen: Sequence[str] = (),
) -> TrainResult:
    """Train one network for each seed and learning rate, all in one compiled loop.

    The loop stops at the first check at which one network has every label right (or
    all have, see `TrainConfig.until`), so the others may be unfinished. The same
    arguments give the same numbers on the same machine and versions; a member trained
    beside others may round differently from one trained alone, because their products
    are batched.

    Args:
        config: the network.
        train_config: the training.
        ds: the data.
        seeds: seeds of the initial weights; by default that of `train_config`.
        learning_rates: by default that of `train_config`.
        start: initial values for a seed, by parameter name, in place of those drawn;
            see `memcap.nn.assign` and `memcap.nn.boltzmann_start`.
        frozen: names of parameters that stay as they start; they are counted like the
            trained ones.

    Returns:
        the best network with the record of all.

    Raises:
        DataError: the training asks for what only `train_ensemble` has.
        WeightsError: data and network do not fit together, or a parameter of that
            name or shape is not there.
        DivergedError: no network has finite weights at the end.
    """
    members = [
        (int(seed), float(rate))
        for seed in seeds or (train_config.seed,)
        for rate in learning_rates or (train_config.learning_rate,)
    ]
    for _, rate in members:
        check_rate(rate)
    _check_plain(train_config)
    with context(train_config.dtype):
        networks = draw_members(
            config,
            [seed for seed, _ in members],
            train_config.dtype,
            start,
            tuple(frozen),
        )
        return _train(config, train_config, ds, members, networks)


def _check_plain(settings: TrainConfig) -> None:
    names = ("optimizer", "schedule", "clip", "compute", "batch_size", "finisher")
    for name in names:
        value = getattr(settings, name)
        if value != TrainConfig.__dataclass_fields__[name].default:
            raise DataError(
                f"{name} = {value!r} is for `train_ensemble`; `train` takes full-batch "
                "AdamW along a cosine."
            )


def _train(
    config: Config,
    settings: TrainConfig,
    ds: Dataset,
    members: list[tuple[int, float]],
    networks: Members,
) -> TrainResult:
    tokens = jnp.asarray(objective.inputs(config, ds))
    if config.vocab is None:
        tokens = tokens.astype(settings.dtype)
    batch = _Batch(tokens, jnp.asarray(ds.labels))
    plan, state = _start(config, settings, members, networks)
    clock = [time.perf_counter()]
    # No step at all: compiles the loop and measures the networks as drawn.
    state, found = _advance(plan, state, batch, 0)
    checks = [(0, jax.device_get(found))]
    clock.append(time.perf_counter())
    while _unfinished(checks, settings, ds):
        taken = min(settings.check_every, settings.steps - checks[-1][0])
        state, found = _advance(plan, state, batch, taken)
        checks.append((checks[-1][0] + taken, jax.device_get(found)))
    clock.append(time.perf_counter())
    return _result(plan, state, members, checks, clock, ds.num_labels)


class _Batch(NamedTuple):
    tokens: jax.Array
    labels: jax.Array


class _Found(NamedTuple):
    """`[B]` numbers of labels right and losses of B networks."""

    correct: Any
    loss: Any


class _State(NamedTuple):
    """Parameters and moments of B networks, their rates, and the steps taken."""

    parameters: Any
    fixed: Any
    moments: Any
    rates: jax.Array
    step: jax.Array


@dataclass(frozen=True)
class _Plan:
    """What compilation depends on; hashable."""

    structure: nnx.GraphDef
    decision: Decision
    warmup: int
    steps: int
    weight_decay: float

    def outputs(
        self, parameters: Any, fixed: Any, tokens: jax.Array, progress: Any = None
    ) -> jax.Array:
        network = nnx.merge(self.structure, parameters, fixed)
        return network(tokens, progress=progress)

    def optimizer(self) -> optax.GradientTransformation:
        # The step size is applied by hand: it differs between the members.
        return optax.chain(
            optax.scale_by_adam(), optax.add_decayed_weights(self.weight_decay)
        )


def _start(
    config: Config,
    settings: TrainConfig,
    members: list[tuple[int, float]],
    networks: Members,
) -> tuple[_Plan, _State]:
    plan = _Plan(
        structure=networks.structure,
        decision=config.decision,
        warmup=settings.warmup,
        steps=settings.steps,
        weight_decay=float(settings.weight_decay),
    )
    rates = jnp.asarray([rate for _, rate in members], settings.dtype)
    moments = jax.vmap(plan.optimizer().init)(networks.trained)
    return plan, _State(
        networks.trained, networks.fixed, moments, rates, jnp.asarray(0)
    )


@partial(jax.jit, static_argnums=0)
def _advance(
    plan: _Plan, state: _State, batch: _Batch, steps: jax.Array | int
) -> tuple[_State, _Found]:
    # The number of steps is an argument of the loop, not of its compilation.
    state = jax.lax.fori_loop(0, steps, lambda _, now: _step(plan, now, batch), state)
    measure = jax.vmap(partial(_measure, plan, batch))
    return state, measure(state.parameters, state.fixed)


def _step(plan: _Plan, state: _State, batch: _Batch) -> _State:
    # Up along a line to the full rate, then down along a cosine to a tenth of it: a
    # constant rate keeps shaking the last few labels.
    step = state.step.astype(state.rates.dtype)
    rise = (step + 1) / max(1, plan.warmup)
    fall = (1 + jnp.cos(jnp.pi * step / plan.steps)) / 2
    rates = state.rates * jnp.minimum(rise, 0.1 + 0.9 * fall)
    update = jax.vmap(partial(_update, plan, batch, step / plan.steps))
    parameters, moments = update(state.parameters, state.fixed, state.moments, rates)
    return _State(parameters, state.fixed, moments, state.rates, state.step + 1)


def _update(
    plan: _Plan,
    batch: _Batch,
    progress: jax.Array,
    parameters: Any,
    fixed: Any,
    moments: Any,
    rate: jax.Array,
) -> tuple[Any, Any]:
    def loss(values: Any) -> jax.Array:
        outputs = plan.outputs(values, fixed, batch.tokens, progress)
        return objective.loss(plan.decision, outputs, batch.labels)

    slope = jax.grad(loss)(parameters)
    # Optax raises floats to integer powers, which strict promotion refuses.
    with jax.numpy_dtype_promotion("standard"):
        change, moments = plan.optimizer().update(slope, moments, parameters)
    moved = jax.tree.map(lambda old, step: old - rate * step, parameters, change)
    return moved, moments


def _measure(plan: _Plan, batch: _Batch, parameters: Any, fixed: Any) -> _Found:
    outputs = plan.outputs(parameters, fixed, batch.tokens)
    return _Found(
        objective.correct(plan.decision, outputs, batch.labels),
        objective.loss(plan.decision, outputs, batch.labels),
    )


_Checks = list[tuple[int, _Found]]


def _unfinished(checks: _Checks, settings: TrainConfig, ds: Dataset) -> bool:
    step, found = checks[-1]
    alive = np.isfinite(found.loss).any()
    least = found.correct.max() if settings.until == "one" else found.correct.min()
    return step < settings.steps and least < ds.num_labels and alive


def _result(
    plan: _Plan,
    state: _State,
    members: list[tuple[int, float]],
    checks: _Checks,
    clock: list[float],
    total: int,
) -> TrainResult:
    runs = tuple(_run(i, member, checks) for i, member in enumerate(members))
    order = [(-run.correct, run.loss, i) for i, run in enumerate(runs)]
    finite = [key for key in order if np.isfinite(key[1])]
    if not finite:
        raise DivergedError(
            f"all {len(runs)} networks diverged by step {checks[-1][0]}; lower "
            "learning_rate or lengthen warmup."
        )
    best = min(finite)[2]
    chosen = jax.tree.map(lambda array: array[best], (state.parameters, state.fixed))
    weights = to_weights(nnx.merge(plan.structure, *chosen))
    return TrainResult(
        correct=runs[best].correct,
        total=total,
        steps=checks[-1][0],
        best=best,
        runs=runs,
        seconds=clock[2] - clock[1],
        compile_seconds=clock[1] - clock[0],
        weights=weights,
        counts=count(weights),
    )


def _run(index: int, member: tuple[int, float], checks: _Checks) -> Run:
    curve = tuple((step, float(found.loss[index])) for step, found in checks)
    seed, rate = member
    return Run(seed, rate, int(checks[-1][1].correct[index]), curve[-1][1], curve)

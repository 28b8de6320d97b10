"""The compiled loop: B networks of one shape, each with its own data and step size."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from flax import nnx

from memcap.model.weights import Decision
from memcap.training import objective, optimizers, schedules
from memcap.training.config import Compute, Optimizer, Schedule


@dataclass(frozen=True)
class Plan:
    """All that compilation depends on besides the shapes of the arrays; hashable.

    Args:
        structure: the network without its numbers, of the type that computes.
        decision: how outputs are read.
        optimizer: see `TrainConfig`.
        schedule: see `TrainConfig`.
        clip: see `TrainConfig`.
        compute: type of the evaluations, or None for that of the parameters.
        batch_size: sequences drawn for a step, or None for all.
        lanes: networks whose products are batched; the rest takes turns. None batches
            all of them.
        masked: whether labels below 0 are left out.
        checked: how many sequences a check looks at, or None for all.
    """

    structure: nnx.GraphDef
    decision: Decision
    optimizer: Optimizer
    schedule: Schedule
    clip: float | None
    compute: Compute | None
    batch_size: int | None
    lanes: int | None
    masked: bool = False
    checked: int | None = None


class Given(NamedTuple):
    """What stays as it is through a training; every array has a leading axis B.

    Args:
        tokens: `[B, N, n]` ids or `[B, N, n, d]` vectors.
        labels: `[B, N]` or `[B, N, n]`.
        fixed: parameters that do not move.
        rate: largest step sizes.
        decay: decoupled decays.
        warmup: steps of the way up.
        steps: most steps.
        seed: seeds of the drawn batches.
        drawn: sequences that batches are drawn from, the first ones.
    """

    tokens: Any
    labels: Any
    fixed: Any
    rate: Any
    decay: Any
    warmup: Any
    steps: Any
    seed: Any
    drawn: Any


class State(NamedTuple):
    """What a step moves; every array has a leading axis B.

    Args:
        parameters: as `memcap.nn.split` gives them.
        moments: of the optimizer.
        step: steps taken.
    """

    parameters: Any
    moments: Any
    step: jax.Array


class Found(NamedTuple):
    """`[B]` numbers of labels right, and losses."""

    correct: Any
    loss: Any


_Advance = Callable[[tuple[Given, State, jax.Array | bool]], tuple[State, Found]]


@partial(jax.jit, static_argnums=0)
def begin(plan: Plan, parameters: Any) -> State:
    """The state before the first step.

    Args:
        plan: the training.
        parameters: a tree of arrays with leading axis B.
    """
    values = jax.tree.leaves(parameters)
    first = partial(optimizers.first_moments, plan.optimizer, clip=plan.clip)
    moments = jax.vmap(first)(values)
    return State(parameters, moments, jnp.zeros(values[0].shape[0], jnp.int32))


@partial(jax.jit, static_argnums=0, donate_argnums=2)
def advance(
    plan: Plan, given: Given, state: State, active: jax.Array, steps: jax.Array | int
) -> tuple[State, Found]:
    """Take steps with the active networks and measure them; leave the others alone.

    Args:
        plan: the training.
        given: data and settings of every network.
        state: where they are; its arrays are given up for those of the result.
        active: `[B]` which networks move, as long as they have steps left.
        steps: steps to take; it is no constant of the compilation.

    Returns:
        the state reached, and what the active networks get right on all their data;
        zeros for the others.
    """
    one = partial(_advance_one, plan, jnp.asarray(steps, jnp.int32))
    rows = (given, state, active)
    if plan.lanes is None:
        return jax.vmap(one)(rows)
    if plan.lanes == 1:
        return _in_turn(one, *rows)
    return jax.lax.map(one, rows, batch_size=plan.lanes)


def _in_turn(
    one: _Advance, given: Given, state: State, active: jax.Array
) -> tuple[State, Found]:
    """One active network after the other, in place: the rest is not even copied."""
    order = jnp.argsort(~active)

    def turn(k: jax.Array, now: tuple[State, Found]) -> tuple[State, Found]:
        mine = jax.tree.map(lambda array: array[order[k]], (given, now[0]))
        made = one((*mine, True))
        return jax.tree.map(lambda array, own: array.at[order[k]].set(own), now, made)

    first = jax.tree.map(lambda array: array[0], (given, state))
    found = jax.eval_shape(lambda mine: one((*mine, True))[1], first)
    nothing = jax.tree.map(lambda x: jnp.zeros(active.shape, x.dtype), found)
    return jax.lax.fori_loop(0, active.sum(), turn, (state, nothing))


def _advance_one(
    plan: Plan, steps: jax.Array, row: tuple[Given, State, jax.Array | bool]
) -> tuple[State, Found]:
    given, state, active = row
    # Batched, a loop of fewer rounds than its neighbours' is held where it ended.
    left = jnp.where(active, jnp.minimum(steps, given.steps - state.step), 0)
    state = jax.lax.fori_loop(0, left, lambda _, now: _step(plan, given, now), state)
    measure = partial(_measure, plan, given)
    nothing = jax.tree.map(jnp.zeros_like, jax.eval_shape(measure, state))
    return state, jax.lax.cond(active, measure, lambda _: nothing, state)


def _step(plan: Plan, given: Given, state: State) -> State:
    values, shape = jax.tree.flatten(state.parameters)
    tokens, labels = _drawn(plan, given, state.step)
    clock = (state.step, given.warmup, given.steps)
    now, warmup, last = (x.astype(given.rate.dtype) for x in clock)
    # What falls over a training has arrived where losses are compared along a line.
    done = jnp.ones_like(now) if plan.optimizer == "lbfgs" else now / last

    def loss(values: list[jax.Array]) -> jax.Array:
        parameters = jax.tree.unflatten(shape, values)
        outputs = _outputs(plan, parameters, given.fixed, tokens, done)
        return objective.loss(plan.decision, outputs, labels, plan.masked)

    rate = given.rate * schedules.factor(plan.schedule, now, warmup, last)
    moved, moments = optimizers.stepped(
        plan.optimizer,
        loss,
        values,
        state.moments,
        rate,
        given.decay,
        plan.clip,
    )
    return State(jax.tree.unflatten(shape, moved), moments, state.step + 1)


def _drawn(plan: Plan, given: Given, step: jax.Array) -> tuple[jax.Array, jax.Array]:
    """The sequences of one step; a draw depends on the seed and the step alone."""
    if plan.batch_size is None:
        return given.tokens, given.labels
    key = jax.random.fold_in(jax.random.key(given.seed), step)
    rows = jax.random.randint(key, (plan.batch_size,), 0, given.drawn)
    return given.tokens[rows], given.labels[rows]


def _outputs(
    plan: Plan, parameters: Any, fixed: Any, tokens: jax.Array, done: Any = None
) -> jax.Array:
    """Outputs of one network; `done` is the share of the training behind it."""
    if plan.compute is None:
        return nnx.merge(plan.structure, parameters, fixed)(tokens, progress=done)
    dtype = jax.tree.leaves(parameters)[0].dtype
    rounded = jax.tree.map(lambda x: x.astype(plan.compute), (parameters, fixed))
    outputs = nnx.merge(plan.structure, *rounded)(tokens, progress=done)
    return outputs.astype(dtype)


def _measure(plan: Plan, given: Given, state: State) -> Found:
    tokens, labels = (x[: plan.checked] for x in (given.tokens, given.labels))
    outputs = _outputs(plan, state.parameters, given.fixed, tokens)
    return Found(
        objective.correct(plan.decision, outputs, labels),
        objective.loss(plan.decision, outputs, labels, plan.masked),
    )

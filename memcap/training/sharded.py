"""One large network over many devices, with the numbers of a single one.

Samples are dealt to a fixed number S of shards. A device takes its shards one after the
other, each in arithmetic of its own, and the S gradients are added in one order,

    g = ((g_1 + g_2) + (g_3 + g_4)) + ((g_5 + g_6) + (g_7 + g_8)),

wherever they were computed. So the number of devices and of processes changes who adds,
not what is added. On CPU 1, 2, 4 or 8 devices, in one process or in several, give the
same bits: there XLA is told not to rewrite formulas, which it does differently for one
device. On accelerators it may, and one device and several agree up to rounding.

Parameters and moments are one flat vector, of which each of D devices keeps a D-th: it
gets that part of all gradients, moves it, and the whole is gathered before the next
gradients. For P parameters a device holds 3 P / D numbers at rest and about
2 S P / D + P more in a step.

Several processes call `train_sharded` alike, after ``jax.distributed.initialize``.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import jax
import numpy as np
from flax import nnx

from memcap.core.errors import DataError
from memcap.data.dataset import Dataset
from memcap.nn import Config, Transformer
from memcap.nn.precision import context
from memcap.training.config import TrainConfig
from memcap.training.members import draw_members
from memcap.training.records import DivergedError
from memcap.training.sharded_data import Shards, shards_of
from memcap.training.sharded_files import Checkpoint, identity, read, write
from memcap.training.sharded_step import Stepper

_Curve = tuple[tuple[int, float, int], ...]


@dataclass(frozen=True, slots=True)
class ShardedResult:
    """A network trained on many devices.

    Args:
        correct: labels right at the last check.
        total: labels there are.
        steps: steps taken.
        curve: triples of step, loss and labels right, one a check.
        resumed: the step at which a checkpoint was taken up, 0 for none.
        devices: how many devices took part.
        processes: how many processes.
        shards: S.
        model: the network; `memcap.nn.to_weights` makes exact numbers of it.
    """

    correct: int
    total: int
    steps: int
    curve: tuple[tuple[int, float, int], ...]
    resumed: int
    devices: int
    processes: int
    shards: int
    model: Transformer = field(repr=False)

    @property
    def fits(self) -> bool:
        """Whether every label is right."""
        return self.correct == self.total


def train_sharded(
    config: Config,
    settings: TrainConfig,
    ds: Dataset,
    *,
    devices: Sequence[Any] | None = None,
    shards: int = 8,
    checkpoint: Path | str | None = None,
) -> ShardedResult:
    """Train one network on all devices until it fits every label.

    The loop between two checks is compiled once. At each check a checkpoint is written,
    if asked for, and a later call with the same arguments goes on from it, on as many
    devices as there are then, and ends with the same numbers.

    Args:
        config: the network.
        settings: the training; `seed` draws the initial weights.
        ds: the data, the same in every process.
        devices: by default those of all processes; their number divides `shards`.
        shards: S, a power of two; part of what is computed, unlike the devices.
        checkpoint: a file that all processes see.

    Returns:
        the network with the record of its training.

    Raises:
        DataError: shards and devices do not fit together, or the checkpoint is of
            another training.
        CorruptFileError: the checkpoint is damaged.
        DivergedError: the loss is no number.
        WeightsError: data and network do not fit together.
    """
    chosen = list(jax.devices() if devices is None else devices)
    _check(shards, chosen)
    _check_settings(settings)
    with context(settings.dtype):
        batch = shards_of(config, settings, ds, shards)
        network = draw_members(config, [settings.seed], settings.dtype, None, ())
        single = jax.tree.map(lambda array: array[0], network[1:])
        stepper = Stepper(config, settings, network.structure, single, batch, chosen)
        path = None if checkpoint is None else Path(checkpoint)
        name = identity(config, settings, ds, shards)
        found = None if path is None else read(path, name)
        resumed = 0 if found is None else found.step
        last = _run(stepper, settings, batch, found, path, name)
        model = nnx.merge(network.structure, stepper.tree(last.parameters), single[1])
    return ShardedResult(
        correct=last.curve[-1][2],
        total=batch.labels_in_all,
        steps=last.step,
        curve=last.curve,
        resumed=resumed,
        devices=len(chosen),
        processes=len({device.process_index for device in chosen}),
        shards=shards,
        model=model,
    )


def _check(shards: int, devices: Sequence[Any]) -> None:
    if shards < 1 or shards & (shards - 1):
        raise DataError(f"shards = {shards} is not a power of two.")
    if not devices or shards % len(devices):
        raise DataError(
            f"{len(devices)} devices cannot share {shards} shards evenly; choose "
            "shards = 2^k that the number of devices divides, or name fewer devices."
        )


def _check_settings(settings: TrainConfig) -> None:
    only = {"optimizer": "adamw", "compute": None, "batch_size": None, "finisher": None}
    for name, allowed in only.items():
        value = getattr(settings, name)
        if value != allowed:
            raise DataError(
                f"{name} = {value!r} is for networks on one device; a sharded training "
                f"takes {name} = {allowed!r}."
            )


def _run(
    stepper: Stepper,
    settings: TrainConfig,
    batch: Shards,
    found: Checkpoint | None,
    path: Path | None,
    name: str,
) -> Checkpoint:
    state, curve = _begin(stepper, found)
    while _unfinished(curve, settings, batch):
        step = curve[-1][0]
        taken = min(settings.check_every, settings.steps - step)
        state, curve = _advance(stepper, state, step, taken, curve)
        if path is not None:
            write(path, name, stepper.snapshot(state, curve))
    last = stepper.snapshot(state, curve)
    if not np.isfinite(curve[-1][1]):
        raise DivergedError(
            f"the network diverged by step {last.step}; lower learning_rate or "
            "lengthen warmup."
        )
    return last


def _begin(stepper: Stepper, found: Checkpoint | None) -> tuple[Any, _Curve]:
    if found is not None:
        return stepper.restore(found), found.curve
    # No step at all: measures the network as drawn.
    return _advance(stepper, stepper.start(), 0, 0, ())


def _advance(
    stepper: Stepper, state: Any, step: int, taken: int, curve: _Curve
) -> tuple[Any, _Curve]:
    state, loss, correct = stepper.advance(state, taken)
    return state, (*curve, (step + taken, loss, correct))


def _unfinished(curve: _Curve, settings: TrainConfig, batch: Shards) -> bool:
    step, loss, correct = curve[-1]
    return (
        step < settings.steps
        and correct < batch.labels_in_all
        and bool(np.isfinite(loss))
    )

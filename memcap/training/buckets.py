"""Members that share one compilation, and how they are drawn."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import jax
import numpy as np

from memcap.data.dataset import Dataset
from memcap.nn import AnyConfig, build, split
from memcap.training import objective
from memcap.training.config import TrainConfig
from memcap.training.engine import Given, Plan
from memcap.training.outcomes import Member
from memcap.training.sequences import Sequences


@dataclass(frozen=True)
class Job:
    """One member's turn at an optimizer, as arrays on the host.

    Args:
        index: its place among all members.
        member: the member.
        settings: the training of this turn.
        start: parameters to go on from, or None to draw them.
    """

    index: int
    member: Member
    settings: TrainConfig
    start: Any = None


def bucket_of(member: Member) -> Hashable:
    """What members must share to be trained in one compiled loop.

    Learning rate, decay, warm-up, number of steps, seed and the data themselves are
    arguments of the loop and may differ.

    Args:
        member: one network to be trained.

    Example:
        >>> from memcap.data import random_next_token
        >>> from memcap.nn import Config
        >>> draws = (random_next_token(9, 4, 8, 2, seed=seed) for seed in (0, 1))
        >>> one, two = (
        ...     Member(Config(vocab=8), TrainConfig(warmup=s), ds, seed=s)
        ...     for s, ds in enumerate(draws)
        ... )
        >>> bucket_of(one) == bucket_of(two)
        True
    """
    ds, settings = member.ds, member.settings
    tokens = objective.inputs(member.config, ds)
    static = replace(
        settings,
        steps=1,
        learning_rate=1.0,
        warmup=0,
        seed=0,
        weight_decay=0.0,
        finisher_steps=1,
        until="one",
    )
    return member.config, tokens.shape, ds.labels.shape, static, checked(ds)


def checked(ds: Dataset | Sequences) -> tuple[bool, int | None]:
    """Whether some places have no label, and the sequences a check looks at."""
    if isinstance(ds, Sequences):
        return True, ds.checked
    return False, None


@lru_cache(maxsize=256)
def plan_of(
    config: AnyConfig,
    settings: TrainConfig,
    lanes: int | None,
    look: tuple[bool, int | None] = (False, None),
) -> Plan:
    """What compilation depends on besides the shapes of the data; see `Plan`.

    Args:
        config: the network.
        settings: the training.
        lanes: see `Plan`.
        look: as `checked` gives it.
    """
    dtype = settings.compute or settings.dtype
    return Plan(
        structure=split(build(config, rngs=0, dtype=dtype))[0],
        decision=config.decision,
        optimizer=settings.optimizer,
        schedule=settings.schedule,
        clip=settings.clip,
        compute=settings.compute,
        batch_size=settings.batch_size,
        lanes=lanes,
        masked=look[0],
        checked=look[1],
    )


def finishing(settings: TrainConfig) -> TrainConfig:
    """The training that a finisher does: on all labels, without compute type."""
    assert settings.finisher is not None
    return replace(
        settings,
        optimizer=settings.finisher,
        finisher=None,
        steps=settings.finisher_steps,
        batch_size=None,
        clip=None,
        compute=None,
    )


def drawn(job: Job) -> tuple[Any, Given]:
    """Parameters and constants of one job, as arrays without the leading axis.

    Returns:
        the parameters as `memcap.nn.split` gives them, and the rest.
    """
    member, settings = job.member, job.settings
    dtype = np.dtype(settings.dtype)
    tokens = objective.inputs(member.config, member.ds)
    vectors = member.config.vocab is None
    parameters, fixed = _numbers(member, settings.dtype)
    given = Given(
        tokens=tokens.astype(dtype if vectors else np.int32),
        labels=member.ds.labels.astype(np.int32),
        fixed=fixed,
        rate=dtype.type(member.rate),
        decay=dtype.type(settings.weight_decay),
        warmup=np.int32(settings.warmup),
        steps=np.int32(settings.steps),
        seed=np.uint32(member.seed % 2**32),
        drawn=np.int32(_drawn_from(member.ds)),
    )
    starts = (job.start, member.start, parameters)
    return next(start for start in starts if start is not None), given


def _drawn_from(ds: Dataset | Sequences) -> int:
    own = ds.drawn if isinstance(ds, Sequences) else None
    return ds.num_samples if own is None else own


def stacked(trees: Sequence[Any]) -> Any:
    """One tree whose arrays have a leading axis, from many without."""
    return jax.tree.map(lambda *leaves: np.stack(leaves), *trees)


def _numbers(member: Member, dtype: str) -> tuple[Any, Any]:
    model = build(member.config, rngs=member.seed, dtype=dtype)
    return jax.tree.map(np.asarray, split(model)[1:])

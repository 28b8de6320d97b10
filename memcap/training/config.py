"""How a network is trained; what it is stands in `memcap.nn.Config`."""

from dataclasses import dataclass
from math import isfinite
from typing import Literal, get_args

from memcap.core.errors import DataError

Optimizer = Literal["adamw"]
Until = Literal["one", "all"]


@dataclass(frozen=True, kw_only=True)
class TrainConfig:
    """Full-batch AdamW with warm-up and decay, stopped at 100 % accuracy.

    The step size is ``learning_rate * min(t / warmup, 0.1 + 0.9 c(t))`` at step t,
    with c(t) falling from 1 to 0 along a cosine over `steps`.

    Args:
        steps: most steps taken.
        learning_rate: largest step size.
        warmup: steps over which the step size grows linearly from nothing.
        seed: seed of the initial weights where none is given to `train`.
        optimizer: ``adamw``.
        weight_decay: decoupled decay, in units of the step size.
        check_every: steps between two looks at the accuracy.
        dtype: ``float32`` or ``float64``.
        until: ``one`` stops when one network has every label right, ``all`` when all
            of them have at the same check, as averages over seeds need it.

    Raises:
        DataError: a field is out of its domain.

    Example:
        >>> TrainConfig(steps=10, learning_rate=-1)
        Traceback (most recent call last):
        memcap.core.errors.DataError: learning_rate = -1 is not positive and finite.
    """

    steps: int = 4000
    learning_rate: float = 0.02
    warmup: int = 100
    seed: int = 0
    optimizer: Optimizer = "adamw"
    weight_decay: float = 0.0
    check_every: int = 100
    dtype: str = "float32"
    until: Until = "one"

    def __post_init__(self) -> None:
        if self.dtype not in ("float32", "float64"):
            raise DataError(f"dtype = {self.dtype!r} is not float32 or float64.")
        if self.optimizer not in get_args(Optimizer):
            raise DataError(f"optimizer = {self.optimizer!r} is not 'adamw'.")
        if self.until not in get_args(Until):
            raise DataError(f"until = {self.until!r} is not 'one' or 'all'.")
        least = {"steps": 1, "check_every": 1, "warmup": 0, "seed": 0}
        for name, bound in least.items():
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, int) or value < bound:
                raise DataError(f"{name} = {value!r} is not an integer >= {bound}.")
        check_rate(self.learning_rate)
        if not (isfinite(self.weight_decay) and self.weight_decay >= 0):
            raise DataError(f"weight_decay = {self.weight_decay} is not >= 0.")


def check_rate(rate: float) -> None:
    """Refuse a learning rate that is not positive and finite."""
    if not (isfinite(rate) and rate > 0):
        raise DataError(f"learning_rate = {rate} is not positive and finite.")

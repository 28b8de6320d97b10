"""How a network is trained; what it is stands in `memcap.nn.Config`."""

from dataclasses import dataclass
from math import isfinite
from typing import Literal, get_args

from memcap.core.errors import DataError

Optimizer = Literal["adamw", "muon", "lbfgs"]
Finisher = Literal["lbfgs"]
Schedule = Literal["cosine", "constant", "linear"]
Until = Literal["one", "all", "end"]
Compute = Literal["bfloat16"]

# The networks of `memcap.nn` ask for it in every product.
MATMUL_PRECISION = "highest"


@dataclass(frozen=True, kw_only=True)
class TrainConfig:
    """Warm-up, decay, an optimizer, and where to stop: at 100 % accuracy.

    The step size at step t is ``learning_rate * min((t + 1) / warmup, f(t))`` with f of
    `memcap.training.schedules`. Labels are gone through all at once unless `batch_size`
    is given.

    Args:
        steps: most steps taken.
        learning_rate: largest step size; ``lbfgs`` finds its own.
        warmup: steps over which the step size grows linearly from nothing.
        seed: seed of the initial weights where none is given to `train`.
        optimizer: ``adamw``, ``muon`` for stacks of matrices with Adam for the rest, or
            ``lbfgs`` with a line search.
        schedule: ``cosine`` falls to a tenth, ``linear`` to nothing, or ``constant``.
        weight_decay: decoupled decay, in units of the step size.
        clip: largest norm of the gradient of all parameters together, longer ones are
            shortened to it; None leaves them.
        check_every: steps between two looks at the accuracy.
        dtype: ``float32`` or ``float64``, the type of the parameters and the moments.
        compute: ``bfloat16`` evaluates network and gradient in it, from parameters that
            are rounded for every evaluation; None computes in `dtype`.
        batch_size: sequences drawn with replacement for a step, or None for all.
        finisher: ``lbfgs`` goes on with what has labels wrong after `steps`; see
            `train_ensemble`.
        finisher_steps: most steps of the finisher.
        until: ``one`` stops when one network has every label right, ``all`` when all
            of them have at the same check, as averages over seeds need it. Of `train`
            only: in an ensemble each member stops for itself. ``end`` takes all steps
            whatever is right, so that budgets can be matched.

    Raises:
        DataError: a field is out of its domain, or two do not fit together.

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
    schedule: Schedule = "cosine"
    weight_decay: float = 0.0
    clip: float | None = None
    check_every: int = 100
    dtype: str = "float32"
    compute: Compute | None = None
    batch_size: int | None = None
    finisher: Finisher | None = None
    finisher_steps: int = 100
    until: Until = "one"

    def __post_init__(self) -> None:
        if self.dtype not in ("float32", "float64"):
            raise DataError(f"dtype = {self.dtype!r} is not float32 or float64.")
        for name, kind in _CHOICES.items():
            _check_choice(name, getattr(self, name), get_args(kind))
        for name, least in _LEAST.items():
            _check_number(name, getattr(self, name), least)
        check_rate(self.learning_rate)
        if not (isfinite(self.weight_decay) and self.weight_decay >= 0):
            raise DataError(f"weight_decay = {self.weight_decay} is not >= 0.")
        if self.clip is not None and not (isfinite(self.clip) and self.clip > 0):
            raise DataError(f"clip = {self.clip} is not positive and finite.")
        if self.optimizer == "lbfgs":
            self._check_line_search()

    def _check_line_search(self) -> None:
        if self.batch_size is not None:
            raise DataError(
                "optimizer 'lbfgs' compares losses of the same labels along a line: "
                "leave batch_size out, or use it as finisher."
            )
        if self.clip is not None:
            raise DataError(
                "optimizer 'lbfgs' chooses its own step along the gradient: leave clip "
                "out."
            )

    @property
    def numerics(self) -> dict[str, str]:
        """The types of parameters and products and their precision, for records."""
        return {
            "parameters": self.dtype,
            "compute": self.compute or self.dtype,
            "matmul": MATMUL_PRECISION,
        }


_CHOICES = {
    "optimizer": Optimizer,
    "schedule": Schedule,
    "compute": Compute,
    "finisher": Finisher,
    "until": Until,
}
_LEAST = {
    "steps": 1,
    "check_every": 1,
    "warmup": 0,
    "seed": 0,
    "batch_size": 1,
    "finisher_steps": 1,
}
_OPTIONAL = ("compute", "finisher", "batch_size")


def _check_choice(name: str, value: object, allowed: tuple[str, ...]) -> None:
    if value not in allowed and not (value is None and name in _OPTIONAL):
        listed = ", ".join(repr(choice) for choice in allowed)
        raise DataError(f"{name} = {value!r} is not {listed}.")


def _check_number(name: str, value: object, least: int) -> None:
    if value is None and name in _OPTIONAL:
        return
    if isinstance(value, bool) or not isinstance(value, int) or value < least:
        raise DataError(f"{name} = {value!r} is not an integer >= {least}.")


def check_rate(rate: float) -> None:
    """Refuse a learning rate that is not positive and finite."""
    if not (isfinite(rate) and rate > 0):
        raise DataError(f"learning_rate = {rate} is not positive and finite.")

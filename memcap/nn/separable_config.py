"""The configuration of a separable network."""

from dataclasses import dataclass
from typing import get_args

from memcap.core.errors import WeightsError
from memcap.data.dataset import Dataset, Task
from memcap.model.weights import Decision


@dataclass(frozen=True, kw_only=True)
class SeparableConfig:
    """A separable network of one label for each sequence.

    Its D coordinates are the slots of the sequence, one after the other. An id x of V
    becomes ``x / (V - 1)``, so that with ``nodes = vocab`` every id lies on a node; a
    real number becomes ``1 / (1 + exp(-x))``.

    Args:
        length: n; every sequence has this length.
        vocab: V for token ids, None for vector tokens.
        dim: d, dimension of a vector token; 1 for ids.
        classes: C.
        nodes: E, nodes of a spline.
        rank: R, products that are summed.
        decision: ``argmax`` of C outputs, or ``nearest`` integer of one output.

    Raises:
        WeightsError: a field is out of its domain.

    References:
        2603.12244 (SNA), 2505.13315 (KHRONOS).

    Example:
        >>> SeparableConfig(length=4, nodes=8, rank=3, classes=2).parameters
        108
    """

    length: int = 1
    vocab: int | None = None
    dim: int = 1
    classes: int = 2
    nodes: int = 8
    rank: int = 1
    decision: Decision = "argmax"

    def __post_init__(self) -> None:
        for name, least in _LEAST.items():
            value = getattr(self, name)
            if value is None and name == "vocab":
                continue
            if isinstance(value, bool) or not isinstance(value, int) or value < least:
                raise WeightsError(f"{name} = {value!r} is not an integer >= {least}.")
        if self.decision not in (known := get_args(Decision)):
            raise WeightsError(f"{self.decision!r} is not one of {', '.join(known)}.")
        if self.vocab is not None and self.dim != 1:
            raise WeightsError(f"an id is one coordinate, but dim = {self.dim}.")
        if self.decision == "argmax" and self.classes < 2:
            raise WeightsError("decision 'argmax' needs classes >= 2, but classes = 1.")

    @property
    def task(self) -> Task:
        """One label for each sequence."""
        return "next_token"

    @property
    def positions(self) -> int:
        """The longest sequence, as `Config` calls it."""
        return self.length

    @property
    def coordinates(self) -> int:
        """D = n d."""
        return self.length * self.dim

    @property
    def outputs(self) -> int:
        """K: C for ``argmax``, one for ``nearest``."""
        return self.classes if self.decision == "argmax" else 1

    @property
    def parameters(self) -> int:
        """``D E R + D + R K + K``."""
        d, k = self.coordinates, self.outputs
        return d * self.nodes * self.rank + d + self.rank * k + k

    @classmethod
    def for_dataset(cls, ds: Dataset, **fields: object) -> "SeparableConfig":
        """A configuration whose length, input and classes are those of a dataset.

        Raises:
            WeightsError: the dataset has a label for every token.
        """
        if ds.task != "next_token":
            raise WeightsError("a separable network takes one label for each sequence.")
        ids = ds.has_ids and ds.embedding is None
        known: dict[str, object] = {
            "length": ds.length,
            "vocab": int(ds.tokens.max()) + 1 if ids else None,
            "dim": 1 if ids else ds.dim,
            "classes": ds.num_classes,
        }
        return cls(**(known | fields))  # pyright: ignore[reportArgumentType]


_LEAST = {"length": 1, "vocab": 1, "dim": 1, "classes": 1, "nodes": 2, "rank": 1}

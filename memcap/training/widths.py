"""The smallest trained network of a ladder that fits a dataset."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from memcap.core.errors import DataError
from memcap.data.dataset import Dataset
from memcap.nn.config import Config
from memcap.training.config import TrainConfig
from memcap.training.loop import train
from memcap.training.records import TrainResult


@dataclass(frozen=True, slots=True)
class Rung:
    """What training found at one hidden width.

    Args:
        width: hidden width q.
        result: the training with its best network.
    """

    width: int
    result: TrainResult = field(repr=False)


@dataclass(frozen=True, slots=True)
class WidthSearch:
    """A ladder of hidden widths, climbed to the first one that fits.

    "Smallest" is said of this ladder, these seeds and this many steps: training that
    fails proves nothing about the weights that exist.

    Args:
        rungs: every width tried, in order.
    """

    rungs: tuple[Rung, ...]

    @property
    def found(self) -> Rung | None:
        """The first width that fits every label, or None."""
        return self.rungs[-1] if self.rungs[-1].result.fits else None

    @property
    def smallest(self) -> int | None:
        """Its width; None where the search is censored."""
        return self.found.width if self.found else None

    @property
    def censored(self) -> bool:
        """Whether no width of the ladder fits: the answer lies above it."""
        return self.found is None

    @property
    def seconds(self) -> float:
        """Wall time of all trainings, compilation included."""
        results = [rung.result for rung in self.rungs]
        return sum(result.seconds + result.compile_seconds for result in results)


def smallest_width(
    ds: Dataset,
    config: Config,
    train_config: TrainConfig,
    widths: Sequence[int],
    *,
    seeds: Sequence[int] | None = None,
    learning_rates: Sequence[float] | None = None,
) -> WidthSearch:
    """Climb a ladder of hidden widths until one fits every label of a dataset.

    Args:
        ds: the data.
        config: the network; its `hidden` is replaced by each width in turn.
        train_config: the training, the same at every width.
        widths: increasing hidden widths; constant ratios suit power laws.
        seeds: seeds tried at each width, see `train`.
        learning_rates: learning rates tried at each width, see `train`.

    Returns:
        every width tried and its best network; censored where none fits.

    Raises:
        DataError: the ladder is empty or does not increase.
        DivergedError: a width has no network with finite weights.
    """
    ladder = list(widths)
    if not ladder or any(a >= b for a, b in zip(ladder, ladder[1:], strict=False)):
        raise DataError(f"widths = {ladder} is not a non-empty increasing ladder.")
    rungs: list[Rung] = []
    for width in ladder:
        sized = replace(config, hidden=width)
        result = train(
            sized, train_config, ds, seeds=seeds, learning_rates=learning_rates
        )
        rungs.append(Rung(width, result))
        if result.fits:
            break
    return WidthSearch(tuple(rungs))

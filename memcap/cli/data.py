"""The ``--data`` option: a shipped name, a file, or random data."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from memcap.core.errors import DataError

if TYPE_CHECKING:
    from memcap.data.dataset import Dataset

TASKS = ("next_token", "seq_to_seq")


@dataclass(frozen=True)
class Drawing:
    """How random data are drawn.

    Args:
        vocab: V.
        seed: same seed, same data.
        distinct: whether a token stands at most once in a sequence.
    """

    vocab: int = 64
    seed: int = 0
    distinct: bool = False


def open_data(
    data: str,
    num_samples: int | None,
    length: int | None,
    task: str | None,
    classes: int | None,
    drawing: Drawing,
) -> "Dataset":
    """Load or draw the data that a command speaks of.

    Raises:
        DataError: the task is unknown, or the data cannot be used.
    """
    import memcap.data as sources

    if task is not None and task not in TASKS:
        raise DataError(f"--task {task} is unknown; use {' or '.join(TASKS)}.")
    if data != "random":
        return sources.load(
            data,
            task=task,  # pyright: ignore[reportArgumentType]
            num_samples=num_samples,
            length=length,
            classes=classes,
        )
    draw = sources.random_seq_to_seq if task == TASKS[1] else sources.random_next_token
    return draw(
        num_samples=1000 if num_samples is None else num_samples,
        length=8 if length is None else length,
        vocab=drawing.vocab,
        classes=2 if classes is None else classes,
        seed=drawing.seed,
        duplicates=not drawing.distinct,
    )

"""How long an arm is trained: updates, tokens and epochs, one of which is matched.

Tokens are those that a loss is taken on, END of each tail included, questions not.
Batches are drawn, so tokens and epochs are expectations: updates times batch, times the
mean tail, or divided by the number of examples.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

from memcap.core.errors import DataError

Match = Literal["updates", "tokens", "epochs"]
MATCHES: tuple[Match, ...] = get_args(Match)

# Updates that differ by more than this share are told.
TOLERANCE = 0.01


@dataclass(frozen=True)
class Budget:
    """What one arm is trained for.

    Args:
        updates: steps of the optimizer.
        tokens: predicted tokens seen.
        epochs: times each example is seen.
    """

    updates: int
    tokens: float
    epochs: float


def updates(
    examples: int,
    batch: int,
    accumulation: int = 1,
    epochs: int = 1,
    devices: int = 1,
) -> int:
    """Steps that a trainer takes on finite data.

    ``epochs ceil(examples / (batch accumulation devices))``, without packing.

    Args:
        examples: in one epoch.
        batch: examples a device in one forward pass.
        accumulation: forward passes of one step.
        epochs: passes over the data.
        devices: side by side.

    Raises:
        DataError: an argument is below 1.

    Example:
        The mixed and the single-source runs of arXiv 2502.12143, by their files:

        >>> updates(7425, 5, 4, epochs=2), updates(7425, 2, 1, epochs=2)
        (744, 7426)
    """
    given = {
        "examples": examples,
        "batch": batch,
        "accumulation": accumulation,
        "epochs": epochs,
        "devices": devices,
    }
    for name, value in given.items():
        if value < 1:
            raise DataError(f"{name} = {value} is not an integer >= 1.")
    return epochs * -(-examples // (batch * accumulation * devices))


def spent(taken: int, batch: int, examples: int, tokens: float) -> Budget:
    """All three measures of so many updates.

    Args:
        taken: updates.
        batch: examples in one.
        examples: n; with none nothing can be trained.
        tokens: mean predicted tokens of an example.
    """
    if not examples:
        return Budget(0, 0.0, 0.0)
    return Budget(taken, taken * batch * tokens, taken * batch / examples)


def matched(
    by: Match, reference: Budget, batch: int, examples: int, tokens: float
) -> Budget:
    """The budget of an arm that equals a reference in one measure, to the next update.

    Args:
        by: the measure.
        reference: what is to be equalled.
        batch: examples in an update.
        examples: n of the arm.
        tokens: mean predicted tokens of its examples.

    Raises:
        DataError: there is no such measure.

    Example:
        >>> reference = spent(400, 128, 3000, 6)
        >>> matched("tokens", reference, 128, 3000, 3).updates
        800
    """
    if by not in MATCHES:
        raise DataError(f"budget {by!r} is not one of {', '.join(MATCHES)}.")
    if not examples:
        return spent(0, batch, 0, 0)
    wanted = {
        "updates": float(reference.updates),
        "tokens": reference.tokens / (batch * tokens),
        "epochs": reference.epochs * examples / batch,
    }[by]
    return spent(max(1, round(wanted)), batch, examples, tokens)


def mismatch(taken: Mapping[str, int], tolerance: float = TOLERANCE) -> str | None:
    """One sentence if updates differ by more than a share, else None.

    Args:
        taken: updates of each arm.
        tolerance: share of the fewest.
    """
    trained = {name: count for name, count in taken.items() if count}
    if not trained:
        return None
    least, most = (f(trained, key=trained.__getitem__) for f in (min, max))
    ratio = trained[most] / trained[least]
    if ratio <= 1 + tolerance:
        return None
    return (
        f"updates differ: {trained[most]} of '{most}' are {ratio:.2f} times the "
        f"{trained[least]} of '{least}'; a difference between these arms may be one of "
        "training, not of data."
    )

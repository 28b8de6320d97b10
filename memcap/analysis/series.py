"""A series is one number of several networks against N; its slope is an exponent."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from matplotlib.axes import Axes

from memcap.analysis import fits, rows
from memcap.analysis.rows import Row
from memcap.core.errors import DataError
from memcap.sweeps.records import Record


def needed(records: Iterable[Record]) -> tuple[Row, ...]:
    """The constructed networks.

    Raises:
        DataError: there are none.
    """
    found = rows.constructed(records)
    if not found:
        raise DataError("there is no constructed network to draw; run memcap study.")
    return found


def slope(points: Sequence[Row], value: Callable[[Row], float]) -> fits.Fit | None:
    """The fitted exponent against N, None where there are too few sizes.

    Networks with most parameters in parts of fixed size are left out: their count
    hardly depends on N, which would pass for a small exponent.
    """
    sized = [row for row in points if not row.mostly_fixed]
    if len({row.samples for row in sized}) < 3:
        return None
    return fits.power_law([r.samples for r in sized], [value(r) for r in sized])


def exponent(fit: fits.Fit | None) -> str:
    """The exponent with its interval, for a label; empty where nothing is fitted."""
    if fit is None:
        return ""
    low, high = fit.interval
    return f" ~ $N^{{{fit.slope:.2f}}}$ [{low:.2f}, {high:.2f}]"


def draw(ax: Axes, points: Sequence[Row], y: Sequence[float], **look: Any) -> None:
    """Draw one number of each network against N."""
    ax.plot([row.samples for row in points], y, **look)

"""Cells and tables before they become HTML or Markdown."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Cell:
    """One cell of a table.

    Args:
        text: what it says.
        url: where it links to, or empty.
        number: whether it is set flush right.
        verdict: the verdict it shows, or empty.
    """

    text: str
    url: str = ""
    number: bool = False
    verdict: str = ""


@dataclass(frozen=True)
class Table:
    """A table with a caption; empty ones are left out of the report.

    Args:
        name: short name, the anchor in the page.
        caption: what the rows are.
        columns: the headings.
        rows: cells, one row as long as `columns` each.
    """

    name: str
    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


def number(value: float | int | None, digits: int = 4) -> Cell:
    """A number to read: integers in full, others to a few digits, a dash for none."""
    if value is None:
        return Cell("–", number=True)
    if isinstance(value, int) or (value == int(value) and abs(value) < 1e15):
        return Cell(f"{int(value):,}", number=True)
    if 10**digits <= abs(value) < 1e9:
        # As many digits before the point as were asked for, or more.
        return Cell(f"{value:,.0f}", number=True)
    return Cell(f"{value:.{digits}g}", number=True)


def verdict(word: str) -> Cell:
    """A verdict, in words as well as in colour."""
    return Cell(word or "not checked", verdict=word)

"""Records in, report out: the same records give the same bytes."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup
from matplotlib.figure import Figure

from memcap.analysis import figures, rows, style
from memcap.analysis.captions import CAPTIONS
from memcap.analysis.report import glossary, summary, tables
from memcap.analysis.report.cells import Cell
from memcap.core.canonical import write_atomically
from memcap.core.errors import CorruptFileError
from memcap.sweeps.records import Record, Store


@dataclass(frozen=True)
class Drawing:
    """A figure made ready for the page.

    Args:
        name: file name without its suffix.
        takeaway: its title as plain text.
        caption: what is drawn.
        figure: the figure itself.
    """

    name: str
    takeaway: str
    caption: str
    figure: Figure

    @cached_property
    def svg(self) -> str:
        """A stand-alone SVG file."""
        return style.to_svg(self.figure, self.name)

    @property
    def png(self) -> bytes:
        """A PNG file on white, for slides."""
        return style.to_png(self.figure)

    @property
    def inline(self) -> Markup:
        """The SVG for use inside HTML; it was made here, so it is not escaped."""
        return Markup(style.inline(self.svg, f"{self.takeaway}. {self.caption}"))


def draw(records: Sequence[Record]) -> tuple[Drawing, ...]:
    """Every figure of the report; none when nothing was constructed."""
    if not rows.constructed(records):
        return ()
    return tuple(_drawing(name, records) for name in figures.FIGURES)


def _drawing(name: str, records: Sequence[Record]) -> Drawing:
    figure = figures.FIGURES[name](records)
    return Drawing(
        name=name,
        takeaway=style.plain(figure.get_suptitle()),
        caption=CAPTIONS[name],
        figure=figure,
    )


def html(records: Sequence[Record], drawings: Sequence[Drawing] | None = None) -> str:
    """The report as one HTML page without any outside file."""
    return (
        environment(True)
        .get_template("report.html.j2")
        .render(_context(records, draw(records) if drawings is None else drawings))
    )


def markdown(
    records: Sequence[Record], drawings: Sequence[Drawing] | None = None
) -> str:
    """The report as Markdown that shows the files in ``figures/``."""
    return (
        environment(False)
        .get_template("report.md.j2")
        .render(_context(records, draw(records) if drawings is None else drawings))
    )


def write(folder: Path | str) -> Path:
    """Rebuild ``report.html``, ``report.md`` and ``figures/`` of a study's folder.

    Args:
        folder: holds ``records.jsonl``.

    Returns:
        the path of the HTML page.

    Raises:
        CorruptFileError: there are no records, or they are broken.
    """
    folder = Path(folder)
    records = Store(folder / "records.jsonl").records()
    if not records:
        raise CorruptFileError(
            f"{folder / 'records.jsonl'} holds no records; run memcap study --out "
            f"{folder} first."
        )
    drawings = draw(records)
    for drawing in drawings:
        write_atomically(folder / "figures" / f"{drawing.name}.svg", drawing.svg)
        write_atomically(folder / "figures" / f"{drawing.name}.png", drawing.png)
    write_atomically(folder / "report.md", markdown(records, drawings))
    write_atomically(folder / "report.html", html(records, drawings))
    return folder / "report.html"


def _context(records: Sequence[Record], drawings: Sequence[Drawing]) -> dict[str, Any]:
    head = rows.header(records)
    return {
        "verdict": summary.verdict(records).value,
        "sentences": summary.sentences(records),
        "headlines": summary.headlines(records),
        "drawings": drawings,
        "networks": tables.networks(records),
        "compact": tables.compact(records),
        "trained": tables.trained(records),
        "claims": tables.claims(records),
        "bounds": tables.bounds(records),
        "failures": tables.failures(records),
        "provenance": tables.provenance(records),
        "command": head.results.get("command", "") if head else "",
        "glossary": glossary.WORDS,
    }


def environment(escape: bool) -> jinja2.Environment:
    """The templates, for HTML where text is escaped, for Markdown otherwise."""
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("memcap.analysis.report"),
        autoescape=escape,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["cell"] = _markdown_cell
    return environment


def _markdown_cell(cell: Cell) -> str:
    # A bar ends a cell and a bracket starts a link, whatever the data are called.
    text = cell.text.replace("\\", "\\\\").replace("|", "\\|").replace("\n", " ")
    text = text.replace("<", "&lt;").replace("[", "\\[")
    return f"[{text}]({cell.url})" if cell.url else text

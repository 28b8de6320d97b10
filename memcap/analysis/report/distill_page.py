"""A page about distillation, before it becomes HTML; studies and comparisons share it.

The glossary is part of it, so that no page uses a word it does not explain.
"""

from dataclasses import dataclass
from math import isnan

from matplotlib.figure import Figure

from memcap.analysis import style
from memcap.analysis.report.cells import Cell, Table
from memcap.analysis.report.render import Drawing, environment
from memcap.distill.statistics import Interval

WORDS = (
    (
        "gain",
        "accuracy after distillation less accuracy before, on the same items; below 0 "
        "the student lost by distillation",
    ),
    (
        "undistilled student",
        "the baseline: the same student before distillation, with the same prompt and "
        "scorer",
    ),
    (
        "estimand",
        "what an arm measures: deployment utility (every correct trace of a teacher) "
        "and teachability at equal questions (only questions that all teachers solve) "
        "answer different questions and never share a table",
    ),
    (
        "over seeds",
        "Student's t-interval of the mean over training runs; the run is the unit of "
        "any claim about a teacher",
    ),
    (
        "over items",
        "interval over the test items, given these runs; it says nothing about other "
        "runs of the same recipe",
    ),
    (
        "detected",
        "p below 0.05 after Holm in its family, and both intervals exclude 0",
    ),
    (
        "not detected",
        "the data do not tell; the interval says what remains possible, and n how many "
        "runs or items would tell",
    ),
    (
        "capacity gap",
        "some intermediate teacher is better than both the largest and the smallest, "
        "by Dunnett's test on both legs; the highest mean alone is descriptive",
    ),
    (
        "flat",
        "the teachers are not told apart, so the test of a gap has nothing to find",
    ),
    (
        "censored-high, censored-low",
        "the largest (smallest) teacher is best, so that the best may lie beyond it",
    ),
    (
        "Holm",
        "correction for several comparisons of one family, declared before looking",
    ),
    (
        "spurious",
        "share of the traces with the right answer whose chain is not valid",
    ),
    (
        "floor",
        "the best score of a shortcut that needs no chain, not uniform chance",
    ),
    (
        "trace cost",
        "bits that the undistilled student needs to write down a teacher's traces",
    ),
    (
        "VIF",
        "variance inflation factor: above 10 a term cannot be told from the others",
    ),
)


@dataclass(frozen=True)
class Section:
    """One part of a page.

    Args:
        name: anchor.
        heading: its heading.
        sentences: what it says in words.
        tables: its tables; empty ones are left out.
        drawings: its figures, shown before the tables.
    """

    name: str
    heading: str
    sentences: tuple[str, ...] = ()
    tables: tuple[Table, ...] = ()
    drawings: tuple[Drawing, ...] = ()


@dataclass(frozen=True)
class Page:
    """A whole page.

    Args:
        kicker: the command.
        subject: task or student.
        heading: the question.
        conclusion: the answer, one sentence.
        sentences: what to do, and the baseline.
        sections: in order.
        provenance: where the numbers come from.
        words: of the glossary that the page uses.
    """

    kicker: str
    subject: str
    heading: str
    conclusion: str
    sentences: tuple[str, ...]
    sections: tuple[Section, ...]
    provenance: Table
    words: tuple[str, ...] = tuple(word for word, _ in WORDS)

    @property
    def glossary(self) -> tuple[tuple[str, str], ...]:
        """The words of the page with their meaning."""
        return tuple(row for row in WORDS if row[0] in self.words)

    @property
    def drawings(self) -> tuple[Drawing, ...]:
        """Every figure of the page."""
        return tuple(one for section in self.sections for one in section.drawings)


def html(page: Page) -> str:
    """The page as one file that asks for no other and runs no script."""
    return environment(True).get_template("distill.html.j2").render(page=page)


def drawing(name: str, figure: Figure, caption: str) -> Drawing:
    """A figure with its caption."""
    return Drawing(name, style.plain(figure.get_suptitle()), caption, figure)


def signed(value: float | None) -> Cell:
    """A gain, with its sign.

    Example:
        >>> signed(0.0931).text, signed(None).text
        ('+0.093', '–')
    """
    return Cell("–" if value is None else f"{value:+.3f}", number=True)


def share(value: float | None) -> Cell:
    """An accuracy or a share."""
    return Cell("–" if value is None else f"{value:.3f}", number=True)


def ends(interval: Interval | None) -> Cell:
    """An interval; one run alone bounds nothing over seeds."""
    if interval is None:
        return Cell("–", number=True)
    if interval.high - interval.low == float("inf"):
        return Cell("unbounded", number=True)
    return Cell(f"[{interval.low:+.3f}, {interval.high:+.3f}]", number=True)


def p_cell(p: float | None) -> Cell:
    """A p-value; none is 0.

    Example:
        >>> p_cell(0.0).text, p_cell(2.5e-95).text, p_cell(0.0526).text, p_cell(1).text
        ('< 1e-300', '2.5e-95', '0.053', '1.000')
    """
    if p is None or isnan(p):
        return Cell("–", number=True)
    if p == 0:
        return Cell("< 1e-300", number=True)
    return Cell(f"{p:.1e}" if p < 1e-3 else f"{p:.3f}", number=True)

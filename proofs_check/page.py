"""The results as one HTML file: mathematics as MathML, nothing loaded from outside."""

from collections import Counter
from functools import cache
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from markupsafe import Markup

from memcap.core.refs import PAPERS
from proofs_check.findings import SORTS, grouped
from proofs_check.statement import Verdict


def html(record: dict[str, Any]) -> str:
    """The page for a record as `results.record` makes it."""
    environment = Environment(
        loader=PackageLoader("proofs_check", "templates"),
        autoescape=select_autoescape(["html.j2"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["math"] = typeset
    style = files("memcap.analysis.report").joinpath("templates/report.css")
    statements = record["statements"]
    return environment.get_template("page.html.j2").render(
        about=record["about"],
        unexpected=record["unexpected"],
        papers=_by_paper(statements),
        findings=_findings(statements),
        counts=_counts(statements),
        style=Markup(style.read_text(encoding="utf-8")),
    )


@cache
def typeset(latex: str) -> Markup:
    """A formula in LaTeX as MathML; as it stands where no converter is installed."""
    try:
        from latex2mathml.converter import convert
    except ImportError:  # the extra `proofs`
        return Markup("<pre>{}</pre>").format(latex)
    return Markup(convert(latex, display="block"))


def _by_paper(statements: list[dict[str, Any]]) -> list[tuple[Any, list[Any]]]:
    keys = dict.fromkeys(row["id"].partition(".")[0] for row in statements)
    return [
        (PAPERS[key], [row for row in statements if row["id"].split(".")[0] == key])
        for key in keys
    ]


def _findings(statements: list[dict[str, Any]]) -> list[tuple[str, Any, list[str]]]:
    """Sort, finding and the statements it is about, as far as they are all here."""
    rows = {row["id"]: row for row in statements}
    return [
        (sort, finding, ids) for sort in SORTS for finding, ids in grouped(rows, sort)
    ]


def _counts(statements: list[dict[str, Any]]) -> list[tuple[str, int]]:
    found = Counter(row["verdict"] for row in statements)
    return [(kind.value, found[kind.value]) for kind in Verdict]

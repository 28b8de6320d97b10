"""Which teacher helps a small student, and is it ever worse off than before?

Decoders of a few thousand parameters learn arithmetic chains from the chains that
teachers of five widths write. Every student is compared with itself before
distillation, on the same items. Four questions: does distillation lose against that
baseline; is an intermediate teacher better than both ends (a capacity gap); does the
order of teachers change with the estimand; do bits tell which teacher helps?

    python -m experiments.cot_distillation --size smoke|small|full --out DIR

Networks are kept in DIR/networks, records in DIR/records.jsonl; both are used again.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

from experiments.cot_rankings import agreement, plain
from experiments.cot_studies import SIZES
from experiments.cot_summary import conclusion, table, text
from experiments.recorded import options
from memcap.analysis import distill_figures, style
from memcap.analysis.distill_lens import lens
from memcap.analysis.distill_rows import check
from memcap.analysis.distill_summary import Summary, summarize
from memcap.core.canonical import write_atomically
from memcap.distill.records import Row
from memcap.distill.study import run

NAME = "cot_distillation"


def main(arguments: Sequence[str] | None = None) -> tuple[Row, ...]:
    """Run what is not on record yet, print the answers, write tables and figures."""
    given = options(NAME, __doc__, SIZES).parse_args(arguments)
    found = {s.name: run(s, given.out, _told) for s in SIZES[given.size]}
    report(found, given.out)
    return tuple(row for rows in found.values() for row in rows)


def report(studies: Mapping[str, Sequence[Row]], out: Path) -> None:
    """Everything that is a function of the records.

    Args:
        studies: the records of every study, by its name.
        out: folder of the files.
    """
    found = {
        name: summarize([check(row) for row in rows]) for name, rows in studies.items()
    }
    write_atomically(out / "summary.json", text(found))
    write_atomically(out / "table.md", table(found))
    for name, summary in found.items():
        print(f"{name}:\n{conclusion(summary)}")
        _draw(name, summary, out)


def _draw(study: str, summary: Summary, out: Path) -> None:
    family = summarize(plain(summary.runs))
    orders = distill_figures.estimands(family)
    with style.styled():
        style.title(orders, takeaway(family))
    drawn = {
        "gains": distill_figures.gain_map(summary, "all_correct"),
        "sizes": distill_figures.by_size(family, "all_correct"),
        "estimands": orders,
        "bits": lens(summary, "all_correct"),
    }
    for name, figure in drawn.items():
        style.save(figure, out, f"{study}_{name}")


def takeaway(family: Summary) -> str:
    """For how many students no teacher is highest under every estimand."""
    best = [agreement(family, name).best.values() for name in family.students]
    moved = sum(not set.intersection(*map(set, names)) for names in best)
    return (
        "Descriptive: the highest mean depends on the estimand for "
        f"{moved} of {len(best)} student" + "s" * (len(best) > 1)
    )


def _told(stage: str, done: int, total: int) -> None:
    print(f"{stage}: {done} of {total}", flush=True)


if __name__ == "__main__":
    main()

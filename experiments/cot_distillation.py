"""Which teacher helps a small student, and is it ever worse off than before?

Decoders of a few thousand parameters learn arithmetic chains from the chains that
teachers of five widths write. Every student is compared with itself before
distillation, on the same items. Four questions: does distillation lose against that
baseline; is an intermediate teacher better than both ends (a capacity gap); does the
order of teachers change with the estimand; do bits tell which teacher helps?

    python -m experiments.cot_distillation --size smoke|small|full --out DIR

Networks are kept in DIR/networks and records in DIR/records.jsonl; both are used again.
"""

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from experiments.cot_rankings import plain
from experiments.cot_studies import SIZES, by_study
from experiments.cot_summary import conclusion, table, text
from memcap.analysis import distill_figures, style
from memcap.analysis.distill_lens import lens
from memcap.analysis.distill_rows import check
from memcap.analysis.distill_summary import Summary, summarize
from memcap.distill import study
from memcap.distill.records import Row
from memcap.sweeps import Record
from memcap.sweeps import main as sweep_main
from memcap.sweeps.storage import write_whole

NAME = "cot_distillation"


def finish(records: Sequence[Record], out: Path) -> None:
    """The answers of every study, from the records alone."""
    report(by_study(NAME, records), out)


def report(studies: Mapping[str, Sequence[Row]], out: Path) -> None:
    """Everything that is a function of the records.

    Args:
        studies: the records of every study, by its name.
        out: folder of the files.
    """
    found = {
        name: summarize([check(row) for row in rows]) for name, rows in studies.items()
    }
    write_whole(out / "summary.json", text(found))
    write_whole(out / "table.md", table(found))
    for name, summary in found.items():
        print(f"{name}:\n{conclusion(summary)}")
        _draw(name, summary, out)


def _draw(study: str, summary: Summary, out: Path) -> None:
    family = summarize(plain(summary.runs))
    drawn = {
        "gains": distill_figures.gain_map(summary, "all_correct"),
        "sizes": distill_figures.by_size(family, "all_correct"),
        "bits": lens(summary, "all_correct"),
    }
    if len(summary.arms) > 1:
        drawn["estimands"] = distill_figures.estimands(family)
    for name, figure in drawn.items():
        style.save(figure, out, f"{study}_{name}")


SWEEP = study.sweep(
    {
        size: [cell for one in studies for cell in one.cells()]
        for size, studies in SIZES.items()
    },
    NAME,
    finish,
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run what is missing of a size, print the answers, write tables and figures."""
    return sweep_main(SWEEP, arguments)


if __name__ == "__main__":
    sys.exit(main())

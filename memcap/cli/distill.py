"""``memcap distill``: run a study of distillation, compare logs, choose a teacher."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from memcap.cli.distill_screen import screen
from memcap.cli.guard import INTERRUPTED, guarded
from memcap.cli.log_options import Common, Out
from memcap.cli.spelling import ManyWords, spelled

if TYPE_CHECKING:
    from memcap.analysis.distill_advice import Advice
    from memcap.distill.importers import Run

distill = typer.Typer(
    name="distill",
    no_args_is_help=True,
    rich_markup_mode=None,
    help="Chain-of-thought distillation, always against the student before it.",
)


@distill.command()
@guarded
def run(
    out: Annotated[str, typer.Option(help="A folder, or gs://... or s3://...")],
    size: Annotated[
        str,
        typer.Option(help="smoke (a minute), small (ten on two cores) or full."),
    ] = "smoke",
    task: Annotated[
        str | None,
        typer.Option(
            help="Name of a task, such as parity; the size's own if left out."
        ),
    ] = None,
    engine: Annotated[str, typer.Option(help="local, ray or slurm.")] = "local",
    workers: Annotated[
        int,
        typer.Option(help="Processes; 0: this one (local), or what there is."),
    ] = 0,
) -> None:
    """Distil students from teachers of many sizes and report what they gain.

    Teachers write chains of thought, and students are trained on them in several arms.
    Every student is measured before and after on the same items. OUT/report.html shows
    it all, OUT/records.jsonl holds the numbers; the same command goes on where it was
    stopped. experiments/RUNNING.md tells how to use many machines.

        memcap distill run --size smoke --out out

        memcap distill run --size small --task parity --workers 8 --out out

    Exit codes: 0 done; 2 unusable input, or a training that diverged.
    """
    from memcap.cli.distill_study import configuration, studied

    try:
        lines = studied(configuration(size, task), out, engine, workers)
    except KeyboardInterrupt:
        typer.echo(
            f"memcap: interrupted; what is done is kept in {out}, and the same command "
            "goes on from there.",
            err=True,
        )
        raise typer.Exit(INTERRUPTED) from None
    for line in lines:
        typer.echo(line)


@distill.command(cls=ManyWords)
@guarded
def compare(
    base: Annotated[
        Path, typer.Argument(help="Log of the student before distillation.")
    ],
    distilled: Annotated[
        list[Path], typer.Argument(help="Logs of the students after it.")
    ],
    teachers: Annotated[
        list[Path] | None,
        typer.Option(help="Logs of teachers: all words up to the next option."),
    ] = None,
    teacher_size: Annotated[
        list[str] | None,
        typer.Option(
            help="RECIPE=SIZE of its teacher, for the capacity-gap test; as many."
        ),
    ] = None,
    task: Annotated[str | None, typer.Option(help="Task, if logs have many.")] = None,
    filter: Annotated[
        str | None, typer.Option(help="Filter, if there are many.")
    ] = None,
    metric: Annotated[
        str | None, typer.Option(help="Metric, if there are many.")
    ] = None,
    common: Common = False,
    out: Out = None,
    json: Annotated[bool, typer.Option("--json", help="The rows as JSON.")] = False,
) -> None:
    """Compare evaluation logs before and after distillation, item by item.

    Reads lm-evaluation-harness (samples), lighteval, inspect-ai, and CSV or JSONL with
    the columns id and correct. Runs of one name that differ in their seed are one
    recipe; a claim about a recipe needs several. Choose filter and metric before
    looking.

        memcap distill compare before.csv after-seed0.csv after-seed1.csv --out out

        memcap distill compare base/ distilled/ --metric exact_match --teachers 7b/ 72b/

    Exit codes: 0 done; 2 unusable input, such as no run before distillation.
    """
    from memcap.analysis.report import distill_compare as report
    from memcap.distill.compare import compare as compare_runs
    from memcap.distill.exporters import dump, rows_of

    def read(paths: "list[Path]") -> "list[Run]":
        from memcap.distill.importers import read_all

        chosen = {"task": task, "filter": filter, "metric": metric}
        return [one for path in paths for one in read_all(path, **chosen)]

    found = compare_runs(
        read([base]),
        read(distilled),
        read(teachers or []),
        sizes=_sizes(teacher_size or []),
        allow_intersection=common,
    )
    options = {"--teachers": teachers, "--teacher-size": teacher_size, "--task": task}
    options |= {"--filter": filter, "--metric": metric, "--common": common}
    words = ["memcap", "distill", "compare", base, *distilled]
    command = spelled(words, {**options, "--out": out})
    page = report.write(found, out, command) if out else None
    if json:
        typer.echo(dump(rows_of(found), "json"))
        return
    typer.echo(report.conclusion(found))
    for sentence in report.sentences(found):
        typer.echo(f"  {sentence}")
    for sentence in found.warnings:
        typer.echo(f"memcap: {sentence}", err=True)
    if page:
        typer.echo(str(page))


def _sizes(given: "list[str]") -> dict[str, float]:
    from memcap.core.errors import DataError

    sizes = {}
    for text in given:
        name, _, size = text.rpartition("=")
        try:
            sizes[name] = float(size)
        except ValueError as error:
            raise DataError(
                f"--teacher-size {text} is not RECIPE=SIZE, such as tuned-7b=7e9."
            ) from error
    return sizes


@distill.command()
@guarded
def advise(
    records: Annotated[
        Path, typer.Argument(help="Folder of a study, or a .jsonl file of records.")
    ],
    arm: Annotated[
        str, typer.Option(help="all_correct, intersection or count_matched.")
    ] = "all_correct",
    json: Annotated[bool, typer.Option("--json", help="One JSON line a row.")] = False,
) -> None:
    """Rank candidate teachers from pilot distillations at two or three sizes of data.

    For every size it says how often each teacher is best when seeds are drawn again,
    and at the largest whether the teachers are told apart at all. Where a net gain over
    the undistilled student was not detected, the advice is to keep that student.

        memcap distill advise out

        memcap distill advise pilots.jsonl --arm count_matched --json

    Exit codes: 0 done; 2 unusable records, such as none before distillation.
    """
    from json import dumps

    from memcap.analysis import distill_advice, distill_rows

    found = distill_advice.advise(distill_rows.read(records), arm)
    for advice in found:
        if json:
            for row in advice.rows:
                typer.echo(dumps(row, sort_keys=True, allow_nan=False))
            continue
        typer.echo(advice.sentence)
        _print(advice)


def _print(advice: "Advice") -> None:
    typer.echo(f"  {'teacher':<24}{'traces':>8}{'runs':>6}{'gain':>9}{'best':>7}")
    for row in advice.rows:
        typer.echo(
            f"  {row['teacher']:<24}{row['traces']:>8,}{row['runs']:>6}"
            f"{row['gain']:>+9.3f}{row['best']:>7.0%}"
        )


distill.command(cls=ManyWords)(screen)

"""``memcap distill screen``: which tasks can show what distillation does."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast

import typer

from memcap.cli.guard import guarded
from memcap.cli.log_options import Common, Out
from memcap.cli.spelling import spelled

if TYPE_CHECKING:
    from memcap.distill.screening import MeasuredTask, Screening
    from memcap.distill.screens import Gap


@guarded
def screen(
    base: Annotated[
        Path,
        typer.Argument(
            help="Log of the student before distillation, or folder of a study."
        ),
    ],
    teachers: Annotated[
        list[Path] | None,
        typer.Option(help="Logs of candidates: all words up to the next option."),
    ] = None,
    gap: Annotated[
        str | None,
        typer.Option(help="Least gap, such as 0.30; no gap is asked for without it."),
    ] = None,
    between: Annotated[
        str, typer.Option(help="teacher_student or best_worst.")
    ] = "teacher_student",
    floor: Annotated[
        list[str] | None,
        typer.Option(help="TASK=SCORE of the best shortcut, such as 0.25 or 1/4."),
    ] = None,
    floor_check: Annotated[
        bool, typer.Option(help="Ask for a score above the floor where it is known.")
    ] = True,
    task: Annotated[
        list[str] | None, typer.Option(help="Only this task; may be given often.")
    ] = None,
    filter: Annotated[
        list[str] | None, typer.Option(help="Filter, or TASK=FILTER, if many.")
    ] = None,
    metric: Annotated[
        list[str] | None, typer.Option(help="Metric, or TASK=METRIC, if many.")
    ] = None,
    common: Common = False,
    out: Out = None,
    json: Annotated[bool, typer.Option("--json", help="All of it as JSON.")] = False,
) -> None:
    """Say which tasks to keep, before any student is distilled, and why.

    Compares the undistilled student with candidate teachers, task by task on identical
    items. A task is dropped where no score is above its floor by 3 standard errors,
    and where the gap is below --gap: best teacher less student (teacher_student) or
    best less worst teacher (best_worst). Papers ask for 0.30, and do not always say
    between whom. Reads what compare reads; a CSV may name tasks in a column task.

        memcap distill screen base/ --teachers 7b/ 72b/ --gap 0.30

        memcap distill screen base.csv --teachers large.csv --floor navigate=1/2

        memcap distill screen FOLDER_OF_A_STUDY --gap 0.30 --between best_worst

    Exit codes: 0 done, whatever is dropped; 2 unusable input, such as no teacher, no
    common task, or different items.
    """
    from memcap.analysis.report import distill_screen as report
    from memcap.cli import distill_screen_input as given
    from memcap.distill.screening import judge

    least = None if gap is None else given.share(gap, "--gap")
    if given.is_study(base):
        options = {"--teachers": teachers, "--floor": floor, "--task": task}
        options |= {"--filter": filter, "--metric": metric, "--common": common}
        measured = given.of_study(base, options)
    else:
        choice = given.Choice(task or (), filter or (), metric or ())
        measured = given.of_logs(base, teachers or (), choice, floor or (), common)
    found = judge(
        measured.tasks,
        threshold=least,
        between=cast("Gap", between),
        floor=floor_check,
        unscreened=measured.lacking,
        warnings=measured.warnings,
    )
    asked = {"--teachers": teachers, "--gap": gap, "--between": gap and between}
    asked |= {"--floor": floor, "--no-floor-check": not floor_check, "--task": task}
    asked |= {"--filter": filter, "--metric": metric, "--common": common, "--out": out}
    command = spelled(["memcap", "distill", "screen", base], asked)
    page = report.write(found, out, command, measured.origins) if out else None
    if json:
        typer.echo(report.to_json(found))
        return
    _print(found)
    if page:
        typer.echo(str(page))


def _print(found: "Screening") -> None:
    typer.echo(found.conclusion)
    width = max(len(task.name) for task in found.tasks)
    typer.echo(
        f"  {'task':<{width}}{'items':>7}{'student':>9}{'worst':>8}{'best':>8}"
        f"{'best - student':>24}{'best - worst':>24}{'floor':>8}  verdict"
    )
    for task in found.tasks:
        scores = task.scores
        ranked = (float(scores.student), task.worst[1], task.best[1])
        floor = "–" if scores.floor is None else f"{float(scores.floor):.3f}"
        reason = found.screen.dropped.get(task.name)
        typer.echo(
            f"  {task.name:<{width}}{scores.items:>7,}{ranked[0]:>9.3f}"
            f"{ranked[1]:>8.3f}{ranked[2]:>8.3f}{_gap(task, 'teacher_student'):>24}"
            f"{_gap(task, 'best_worst'):>24}{floor:>8}  "
            f"{f'dropped: {reason}' if reason else 'kept'}"
        )
    if any(any(task.intervals.values()) for task in found.tasks):
        typer.echo(
            "  Brackets: 95 % interval over items that allows for the choice of the "
            "teachers by these scores."
        )
    for sentence in found.sentences:
        typer.echo(f"  {sentence}")
    for sentence in found.warnings:
        typer.echo(f"memcap: {sentence}", err=True)


def _gap(task: "MeasuredTask", between: "Gap") -> str:
    interval = task.intervals.get(between)
    ends = f" [{interval.low:+.2f}, {interval.high:+.2f}]" if interval else ""
    return f"{float(task.gap(between)):+.3f}{ends}"

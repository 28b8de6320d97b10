"""The report of ``memcap distill run``: records in, one HTML page a setting out."""

from collections.abc import Sequence
from pathlib import Path

from memcap.analysis import distill_figures as figures
from memcap.analysis.distill_lens import BITS_PER_PARAMETER, lens
from memcap.analysis.distill_rows import Run, grouped, read
from memcap.analysis.distill_screens import measured
from memcap.analysis.distill_summary import Summary, summarize
from memcap.analysis.report import distill_screen
from memcap.analysis.report import distill_tables as tables
from memcap.analysis.report.cells import Table
from memcap.analysis.report.distill_page import Page, Section, drawing, html
from memcap.analysis.report.render import Drawing
from memcap.core.canonical import write_atomically
from memcap.core.errors import CorruptFileError
from memcap.core.words import counted

COMMAND = "memcap distill run"
_MAP = "Intervals are of each cell alone, not corrected for their number."
_SIZE = (
    "Grey dots are single runs. Wide bars: 95 % interval over seeds, t with the runs "
    "as unit; where seeds are few it may leave the frame. Thin bars: 95 % interval "
    "over items, given these runs. Dashed: students on gold chains; dotted: on their "
    "own."
)
_ESTIMANDS = (
    "The same teachers under each arm; bars are 95 % intervals over seeds. Panels "
    "answer different questions, so their heights are not compared."
)
_LENS = (
    "Left: mean surprise of a token of the teacher's traces to the undistilled "
    "student. Right: the bits of all its traces, beside the one-step table, the "
    "answers as a table (mean over teachers), and what each student can hold."
)


def command_of(study: str) -> str:
    """The command of a study by its name, ``SIZE`` or ``SIZE/TASK``.

    Example:
        >>> command_of("small/parity")
        'memcap distill run --size small --task parity'
    """
    size, _, task = study.partition("/")
    return f"{COMMAND} --size {size}" + (f" --task {task}" if task else "")


def page(runs: Sequence[Run], command: str = COMMAND) -> Page:
    """The page of one setting.

    Args:
        runs: records of one task, filter and budget.
        command: what made them.

    Raises:
        ProtocolError: the runs mix settings.
    """
    summary = summarize(runs)
    first = summary.runs[0]
    return Page(
        kicker=COMMAND,
        subject=f"{first['task']}, filter {first['filter']}",
        heading="What does each teacher do for each student?",
        conclusion=summary.conclusion,
        sentences=(summary.advice, _baseline(summary)),
        sections=_sections(summary),
        provenance=tables.provenance(summary.runs, command),
    )


def _baseline(summary: Summary) -> str:
    scores = {(run.student, run.seed): run["before"] for run in summary.runs}
    low, high = min(scores.values()), max(scores.values())
    floor = max(run.floor for run in summary.runs)
    return (
        f"Baseline: {counted(len(scores), 'undistilled student')}, {low:.3f} to "
        f"{high:.3f} on {counted(summary.runs[0]['items'], 'item')}; the best "
        f"shortcut scores {floor:.3f}."
    )


def _sections(summary: Summary) -> tuple[Section, ...]:
    weak = Section("warnings", "Warnings", summary.warnings)
    arms = [_arm(summary, arm) for arm in summary.arms]
    found = [weak] if summary.warnings else []
    rest = (*_across(summary), _others(summary), *_screens(summary), _dropped(summary))
    return (*found, *arms, *rest)


def _arm(summary: Summary, arm: str) -> Section:
    estimand = summary.estimand(arm)
    # A teacher that stands alone in its style has no other to be compared with.
    found = [one for one in summary.series if one.arm == arm and one.several]
    several = len({one.knobs for one in found}) > 1
    sentences = [
        f"Student of {one.student}{f', teachers of {one.knobs}' * several}: "
        f"{one.sentence}"
        for one in found
    ]
    drawn = (
        drawing(f"map-{arm}", figures.gain_map(summary, arm), _MAP),
        drawing(f"size-{arm}", figures.by_size(summary, arm), _SIZE),
    )
    return Section(
        arm,
        arm.replace("_", " ").capitalize(),
        (f"Estimand: {estimand}.", *sentences),
        (
            tables.gains(summary.of(arm), f"gains-{arm}", f"Gains; {estimand}."),
            tables.families(summary, arm),
        ),
        drawn,
    )


def _across(summary: Summary) -> tuple[Section, ...]:
    if not summary.arms:
        return ()
    trends = summary.trends
    left = f"Left out of the regression: {', '.join(trends.left_out)}."
    notes = (trends.regression_note, trends.mixed_note, trends.law_note)
    sentences = [*notes, *trends.shapes]
    drawn = [drawing("estimands", figures.estimands(summary), _ESTIMANDS)]
    drawn = drawn if len(summary.arms) > 1 else []
    cost = _lens(summary)
    return (
        Section(
            "across",
            "Across teachers and students",
            tuple([*sentences, left] if trends.left_out else sentences),
            (tables.regression(trends.regression), tables.mixed(trends.mixed)),
            tuple(drawn),
        ),
        Section(
            "lens",
            "Capacity lens",
            ("Bits order difficulty; they predict no threshold.",),
            (tables.bits(summary, BITS_PER_PARAMETER),),
            cost,
        ),
    )


def _lens(summary: Summary) -> tuple[Drawing, ...]:
    arm = summary.arms[0]
    if all(cell.mean("trace_cost_bits") is None for cell in summary.of(arm)):
        return ()
    return (drawing("lens", lens(summary, arm), _LENS),)


def _others(summary: Summary) -> Section:
    rest = [c for c in summary.cells if c.arm not in summary.arms]
    names = dict.fromkeys(cell.arm for cell in rest)
    made: list[Table] = []
    for arm in names:
        own = [cell for cell in rest if cell.arm == arm]
        estimand = own[0].runs[0]["estimand"]
        made.append(tables.gains(own, f"gains-{arm}", f"Arm {arm}; {estimand}."))
    return Section("references", "Reference arms", (), tuple(made))


def _screens(summary: Summary) -> tuple[Section, ...]:
    tasks, _ = measured(summary.runs)
    return (distill_screen.section(tasks),) if tasks else ()


def _dropped(summary: Summary) -> Section:
    return Section("data", "Data", (), (tables.data(summary.cells),))


def write(
    folder: Path | str, command: str = COMMAND, records: Path | str | None = None
) -> tuple[tuple[Path, str], ...]:
    """Write the report of a study: a page for every setting in its records.

    Args:
        folder: for pages and figures.
        command: what made the records.
        records: where they are, the folder or URL of the study; None is `folder`.

    Returns:
        path and conclusion of each page, ``report.html`` first.

    Raises:
        CorruptFileError: there are no records but those of pilots, or they are broken.
        ProtocolError: a record lacks the score before distillation.
    """
    folder, source = Path(folder), folder if records is None else records
    runs = [run for run in read(source) if run["pilot"] is None]
    if not runs:
        raise CorruptFileError(
            f"{source} holds pilots only; ask memcap distill advise {source}."
        )
    settings = grouped(runs, lambda run: run.setting)
    written = []
    for i, own in enumerate(settings.values()):
        # Several settings are several pages; the first keeps the plain name.
        suffix = f"-{i + 1}" if i else ""
        made = page(own, command)
        for one in made.drawings:
            name = f"{one.name}{suffix}"
            write_atomically(folder / "figures" / f"{name}.svg", one.svg)
            write_atomically(folder / "figures" / f"{name}.png", one.png)
        path = folder / f"report{suffix}.html"
        write_atomically(path, html(made))
        written.append((path, made.conclusion))
    return tuple(written)

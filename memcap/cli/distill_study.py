"""What ``memcap distill run`` does: a study, and the report of its records."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from memcap.analysis.report import distill as report
from memcap.analysis.report.distill import command_of
from memcap.core.errors import UnknownNameError
from memcap.distill import study, tasks
from memcap.distill.pool import most_questions
from memcap.distill.study_config import StudyConfig
from memcap.distill.study_presets import STUDIES
from memcap.sweeps import Record


def configuration(size: str, task: str | None) -> StudyConfig:
    """The study of a size, on its own task or another with its usual parameters.

    A world has only so many questions; its study takes no more than there are.

    Raises:
        UnknownNameError: there is no such size or task.
    """
    if size not in STUDIES:
        raise UnknownNameError(
            f"there is no size {size!r}; take one of {', '.join(STUDIES)}."
        )
    config = STUDIES[size]
    if task is None or task == config.task.name:
        return config
    config = replace(config, name=f"{size}/{task}", task=tasks.task(task))
    most = most_questions(config.task)
    if most is None:
        return config
    pool, test = (
        min(pair) for pair in zip((config.pool, config.test), most, strict=True)
    )
    return replace(config, pool=pool, test=test)


def studied(
    config: StudyConfig, out: str, engine: str, workers: int
) -> tuple[str, ...]:
    """Run what is missing of a study and write its report; the lines to print.

    Args:
        config: the study.
        out: folder or URL.
        engine: see `memcap.sweeps`.
        workers: likewise.
    """
    lines, command = list[str](), command_of(config.name)

    def finish(records: Sequence[Record], folder: Path) -> None:
        del records  # the report reads all of the folder, those of other sizes as well
        for page, conclusion in report.write(folder, command, out):
            lines.extend((conclusion, f"{out}/{page.name}"))

    study.run(config, out, engine=engine, workers=workers, finish=finish)
    return tuple(lines)

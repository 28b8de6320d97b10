"""What ``memcap distill run`` needs of a study: its configuration and its progress."""

from dataclasses import replace

import typer

from memcap.core.errors import UnknownNameError
from memcap.distill import tasks
from memcap.distill.study_config import StudyConfig
from memcap.distill.study_presets import STUDIES


def configuration(size: str, task: str | None) -> StudyConfig:
    """The study of a size, on its own task or another with its usual parameters.

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
    return replace(config, task=tasks.task(task))


def said(stage: str, done: int, total: int) -> None:
    """Write a line for every part of a stage that is done."""
    typer.echo(f"{stage}: {done} of {total}")

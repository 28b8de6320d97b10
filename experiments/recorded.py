"""Runs that are kept as records: do what is missing, give back what was asked for."""

import argparse
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TypeVar

from memcap.sweeps.records import Record, Store

Run = TypeVar("Run")


def options(
    name: str, text: str | None, sizes: Iterable[str]
) -> argparse.ArgumentParser:
    """The parser of an experiment: ``--size`` and ``--out``.

    Args:
        name: the module.
        text: its docstring, of which the first line is shown.
        sizes: names of its sizes.
    """
    parser = argparse.ArgumentParser(
        prog=f"python -m experiments.{name}", description=(text or "").split("\n")[0]
    )
    parser.add_argument("--size", choices=tuple(sizes), default="small")
    parser.add_argument(
        "--out", type=Path, required=True, help="folder for records/ and figures/"
    )
    return parser


def recorded(
    runs: Sequence[Run],
    store: Store,
    key: Callable[[Run], str],
    execute: Callable[[Run], Record],
    tell: Callable[[str], None] = print,
) -> tuple[Record, ...]:
    """Do the runs that are not in the store, and return the records of all.

    Args:
        runs: what is asked for.
        store: where records are appended, one as soon as it is made.
        key: the key of a run's record.
        execute: one run.
        tell: told after every run.
    """
    done = store.keys()
    missing = [run for run in runs if key(run) not in done]
    for number, run in enumerate(missing, start=1):
        record = execute(run)
        store.append(record)
        tell(f"{number}/{len(missing)}  {record.seconds:.1f} s  {run}")
    wanted = {key(run) for run in runs}
    return tuple(record for record in store.records() if record.key in wanted)


def refuse_failures(records: Sequence[Record]) -> None:
    """End with exit code 1 if a run failed, after saying which and why.

    Raises:
        SystemExit: a record is of a failed run.
    """
    failed = [record for record in records if record.status == "failed"]
    for record in failed:
        print(f"{record.config}: {record.reason}", file=sys.stderr)
    if failed:
        raise SystemExit(1)

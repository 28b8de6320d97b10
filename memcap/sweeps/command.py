"""The command line of an experiment module that holds a sweep."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from memcap.core.errors import MemcapError
from memcap.sweeps import driver
from memcap.sweeps.driver import Outcome
from memcap.sweeps.engines import NAMES
from memcap.sweeps.sweep import Sweep

DONE, FAILED, UNUSABLE, INTERRUPTED = 0, 1, 2, 130


def main(sweep: Sweep, arguments: Sequence[str] | None = None) -> int:
    """Run a sweep as its options say.

    Args:
        sweep: the sweep.
        arguments: options as on a command line; None takes those of the process.

    Returns:
        0 all cells are done; 1 some failed; 2 unusable input; 130 interrupted.
    """
    options = _parser(sweep).parse_args(arguments)
    out = options.out
    try:
        share = parse_share(options.share)
        outcome = driver.run(
            driver.by_name(sweep),
            options.size,
            out,
            options.engine,
            options.workers,
            share,
        )
    except MemcapError as error:
        print(f"{sweep.name}: {error}", file=sys.stderr)
        return UNUSABLE
    except KeyboardInterrupt:
        print(f"{sweep.name}: {interrupted(out)}", file=sys.stderr)
        return INTERRUPTED
    print(summary(outcome, out))
    return FAILED if outcome.failed else DONE


def summary(outcome: Outcome, out: str | Path) -> str:
    """What a run came to, one line and one more for each failed cell."""
    lines = [f"{len(outcome.records)} of {outcome.total} cells are done: {out}"]
    if outcome.missing:
        lines.append(f"{outcome.missing} cells have no record yet.")
    for record in outcome.failed:
        lines.append(f"failed: {record.config}: {record.reason}")
    return "\n".join(lines)


def interrupted(out: str | Path) -> str:
    """What to say after Ctrl-C."""
    return (
        f"interrupted; the records made so far are kept in {out}, and the same command "
        "goes on from there."
    )


def parse_share(text: str) -> tuple[int, int]:
    """``I/K`` as a pair.

    Raises:
        MemcapError: it is not I/K with 0 <= I < K.

    Example:
        >>> parse_share("2/4")
        (2, 4)
    """
    first, slash, second = text.partition("/")
    if slash and first.isdecimal() and second.isdecimal():
        i, k = int(first), int(second)
        if i < k:
            return i, k
    raise MemcapError(f"a share is I/K with 0 <= I < K, as 0/4, not {text!r}.")


def _parser(sweep: Sweep) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog=sweep.name, description="Run what is missing of this sweep."
    )
    sizes = tuple(sweep.sizes)
    parser.add_argument("--size", default=sizes[0], choices=sizes)
    parser.add_argument(
        "--out", required=True, help="a folder, or gs://... or s3://..."
    )
    parser.add_argument("--engine", default="local", choices=NAMES)
    parser.add_argument(
        "--workers",
        type=int,
        default=0,
        help="processes; 0: this one (local), or what there is (ray, slurm)",
    )
    parser.add_argument(
        "--share", default="0/1", metavar="I/K", help="every K-th chunk"
    )
    return parser

"""Errors become one sentence and an exit code; MEMCAP_DEBUG=1 shows where from."""

import functools
import os
import sys
import warnings
from collections.abc import Callable
from typing import NoReturn, ParamSpec, TypeVar

import typer

from memcap.core.errors import MemcapError

DONE, FAILED, UNUSABLE, INTERRUPTED = 0, 1, 2, 130
EXIT_CODES = {"PROVED": DONE, "REFUTED": FAILED, "UNDECIDED": UNUSABLE}

P = ParamSpec("P")
R = TypeVar("R")


def guarded(command: Callable[P, R]) -> Callable[P, R]:
    """Turn the errors a user can cause into a sentence on stderr and exit code 2."""

    @functools.wraps(command)
    def inner(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            with warnings.catch_warnings():
                warnings.showwarning = _warn
                return command(*args, **kwargs)
        except MemcapError as error:
            _fail(str(error), UNUSABLE, error)
        except BrokenPipeError:  # the reader of our output left, as `head` does
            raise
        except OSError as error:
            where = f"{error.filename}: " if error.filename else ""
            _fail(f"{where}{error.strerror or error}.", UNUSABLE, error)
        except KeyboardInterrupt as error:
            _fail("interrupted; nothing half-written is left.", INTERRUPTED, error)

    return inner


def _fail(sentence: str, code: int, error: BaseException) -> NoReturn:
    if os.environ.get("MEMCAP_DEBUG"):
        raise error
    typer.echo(f"memcap: {sentence}", err=True)
    raise typer.Exit(code) from error


def finish(verdict: str, sentence: str) -> None:
    """Print a verdict and leave with its exit code; undecided goes to stderr."""
    code = EXIT_CODES[verdict]
    typer.echo(sentence, err=code == UNUSABLE)
    raise typer.Exit(code)


def _warn(message: object, *_: object, **__: object) -> None:
    print(f"memcap: {message}", file=sys.stderr)

"""Commands as they are typed: options of many words, and the line that repeats them."""

from collections.abc import Collection, Iterable, Mapping
from shlex import join
from typing import Any

import typer
from typer.core import TyperCommand

_OF_MANY_WORDS = ("--teachers", "--teacher-size")


class ManyWords(TyperCommand):
    """A command whose options for teachers take all words up to the next option."""

    def parse_args(self, ctx: typer.Context, args: list[str]) -> list[str]:
        """Repeat such an option before each of its words, then parse."""
        return super().parse_args(ctx, repeated(args, _OF_MANY_WORDS))


def repeated(words: Iterable[str], options: Collection[str]) -> list[str]:
    """Write an option before each of its words.

    Args:
        words: of a command line.
        options: those that take all words up to the next option.

    Example:
        >>> repeated(["a", "--teachers", "b", "c", "--out", "d"], ["--teachers"])
        ['a', '--teachers', 'b', '--teachers', 'c', '--out', 'd']
    """
    found: list[str] = []
    option, is_first = "", False
    for word in words:
        if word.startswith("-"):
            name, sign, _ = word.partition("=")
            option, is_first = name if name in options else "", not sign
        elif option:
            found += [] if is_first else [option]
            is_first = False
        found.append(word)
    return found


def spelled(words: Iterable[object], options: Mapping[str, Any]) -> str:
    """A command line, quoted for a shell.

    Args:
        words: the command and what stands before its options.
        options: name and value; a list repeats its option, True is a flag, and None,
            False or an empty list leave it out.

    Example:
        >>> spelled(["ls", "a b"], {"--all": True, "--hide": ["c", "d"], "--on": None})
        "ls 'a b' --all --hide c --hide d"
    """
    told = [str(word) for word in words]
    for name, value in options.items():
        if value is True:
            told.append(name)
        elif value is not None and value is not False:
            for one in value if isinstance(value, (list, tuple)) else [value]:
                told += [name, str(one)]
    return join(told)

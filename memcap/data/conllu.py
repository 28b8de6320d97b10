"""Words and their classes from CoNLL-U files.

A CoNLL-U file has one word a line, ten columns set apart by tabs, a blank line after
each sentence and comments that start with ``#``. Column 2 is the word as written,
column 4 its universal part of speech. Lines numbered ``3-4`` (a written word that is
analysed as two) and ``3.1`` (a word that is not written) are skipped.
"""

import re
from collections.abc import Iterator
from pathlib import Path

from memcap.core.errors import DataError
from memcap.data.files import locate, read_text

_NUMBER = re.compile(r"\d+")
_SKIPPED = re.compile(r"\d+[-.]\d+")


def read_conllu(path: Path) -> tuple[list[str], list[str]]:
    """The words of a CoNLL-U file and their word classes, sentences run together.

    Returns:
        the words as written, and as many word classes (UPOS).

    Raises:
        DataError: a line is not CoNLL-U or has no word class; the message names it.
    """
    words, classes = [], []
    for number, line in enumerate(read_text(path).split("\n"), start=1):
        for word, word_class in _word(path, number, line):
            words.append(word)
            classes.append(word_class)
    if not words:
        raise DataError(f"{path} holds no word; give a file with sentences.")
    return words, classes


def _word(path: Path, number: int, line: str) -> Iterator[tuple[str, str]]:
    if not line.strip() or line.startswith("#"):
        return
    columns = line.split("\t")
    if len(columns) != 10:
        raise DataError(
            f"{path}, line {number} has {len(columns)} columns; CoNLL-U has 10, set "
            "apart by tabs."
        )
    if _SKIPPED.fullmatch(columns[0]):
        return
    if not _NUMBER.fullmatch(columns[0]):
        raise DataError(
            f"{path}, line {number} starts with {columns[0]!r}; CoNLL-U starts with "
            "the number of the word."
        )
    if columns[3] in ("", "_"):
        raise DataError(
            f"{path}, line {number} has no word class in column 4; tag the file first."
        )
    yield columns[1], columns[3]


def shipped_conllu(package: str, files: tuple[str, ...]) -> tuple[list[str], list[str]]:
    """As `read_conllu`, for files that an installed package brings along.

    The package is located, not imported.

    Raises:
        MissingPackageError: the package is not installed.
    """
    words: list[str] = []
    classes: list[str] = []
    for path in locate(package, files):
        more_words, more_classes = read_conllu(path)
        words += more_words
        classes += more_classes
    return words, classes

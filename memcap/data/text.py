"""Plain text cut into words."""

import re
from pathlib import Path

from memcap.data.files import read_text

_WORD = re.compile(r"\w+|[^\w\s]")


def words_of(text: str) -> list[str]:
    """Cut a text into words, keeping the case.

    A word is a longest run of letters, digits and underscores, or any single other
    character that is not blank.

    Example:
        >>> words_of("Don't stop: it's 3 o'clock.")[:6]
        ['Don', "'", 't', 'stop', ':', 'it']
    """
    return _WORD.findall(text)


def read_words(path: Path) -> list[str]:
    """The words of a UTF-8 file.

    Raises:
        DataError: the file is missing, empty or not UTF-8.
    """
    return words_of(read_text(path))

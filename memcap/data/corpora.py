"""Real data that come with the package's dependencies, and text of the user's.

Text is read as one run of words w_1, w_2, ... across the ends of sentences. A sample
is n words in a row, w_i, ..., w_{i+n-1}; what it is labelled with is

                   CoNLL-U                           plain text
    next_token     word class of w_{i+n}             class of w_{i+n}
    seq_to_seq     word class of every word          class of the word after each

where the class of a word of plain text is the word itself if it is among the C - 1
most frequent, and "other" else. Real text holds contexts that recur, with the same
label or another one: only the first of each is kept, so that the data are consistent
and N counts different contexts.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from memcap.core.errors import DataError, UnknownNameError
from memcap.data import conllu, facts, text
from memcap.data.arguments import at_least
from memcap.data.consistency import drop_inconsistent, drop_repeated
from memcap.data.dataset import Dataset, Task, from_arrays
from memcap.data.naming import group_rare

TEXT_LENGTH = 8
TEXT_CLASSES = 8

_TURKISH = {
    "turkish": ("data/web.conllu", "data/wiki.conllu"),
    "turkish-web": ("data/web.conllu",),
    "turkish-wiki": ("data/wiki.conllu",),
}
_FACTS: dict[str, Callable[[], tuple[list[str], list[str], str]]] = {
    "airports": facts.airport_regions,
    "unicode": facts.unicode_categories,
}


def available() -> dict[str, str]:
    """The names that `memcap.data.load` knows, each with one sentence.

    Example:
        >>> sorted(available())
        ['airports', 'turkish', 'turkish-web', 'turkish-wiki', 'unicode']
    """
    return {
        "turkish": "Turkish text from the web and from Wikipedia, with word classes.",
        "turkish-web": "Turkish text from forums, blogs and news, with word classes.",
        "turkish-wiki": "Turkish text from Wikipedia, with word classes.",
        "airports": "Facts: three letters of an airport code to its part of the world.",
        "unicode": "Facts: five digits of a code point to its general category.",
    }


def shipped(
    name: str, task: Task | None, length: int | None, classes: int | None
) -> Dataset:
    """All samples of a shipped data set.

    Raises:
        UnknownNameError: there is no such name.
        MissingPackageError: the package that holds the data is not installed.
        DataError: the data do not have that task or length.
    """
    if name in _TURKISH:
        words = conllu.shipped_conllu("turkish-treebanks", _TURKISH[name])
        return tagged_text(name, *words, task, length, classes)
    if name in _FACTS:
        return _key_values(name, *_FACTS[name](), task, length, classes)
    raise UnknownNameError(
        f"there are no data called {name!r}; known are {', '.join(available())}, and "
        "files that end in .npz, .jsonl, .csv, .conllu or .txt."
    )


def conllu_file(
    path: Path, task: Task | None, length: int | None, classes: int | None
) -> Dataset:
    """All samples of a CoNLL-U file."""
    words, tags = conllu.read_conllu(path)
    return tagged_text(path.name, words, tags, task, length, classes)


def text_file(
    path: Path, task: Task | None, length: int | None, classes: int | None
) -> Dataset:
    """All samples of a plain text."""
    words = text.read_words(path)
    labels, names = group_rare(words, TEXT_CLASSES if classes is None else classes)
    run = _Run(path.name, words, labels, names)
    what = "word after each" if task == "seq_to_seq" else "next word"
    return run.samples(task or "next_token", length, ahead=1, what=what)


def tagged_text(
    name: str,
    words: Sequence[str],
    tags: Sequence[str],
    task: Task | None = None,
    length: int | None = None,
    classes: int | None = None,
) -> Dataset:
    """All samples of a run of words with word classes; see the module's text."""
    labels, names = group_rare(tags, classes)
    run = _Run(name, words, labels, names)
    if task == "seq_to_seq":
        return run.samples(task, length, ahead=0, what="class of every word")
    return run.samples("next_token", length, ahead=1, what="class of the next word")


@dataclass(frozen=True)
class _Run:
    name: str
    words: Sequence[str]
    labels: np.ndarray
    class_names: tuple[str, ...]

    def samples(self, task: Task, length: int | None, ahead: int, what: str) -> Dataset:
        """Samples labelled `ahead` words later; for next-token data at the last."""
        length = TEXT_LENGTH if length is None else at_least("length", length, 1)
        if len(self.words) < length + ahead:
            raise DataError(
                f"{self.name} has {len(self.words)} words, samples of {length} need "
                f"{length + ahead}; lower length or give more text."
            )
        number: dict[str, int] = {}
        ids = [number.setdefault(word, len(number)) for word in self.words]
        targets = self.labels[length:]
        if task == "seq_to_seq":
            targets = sliding_window_view(self.labels[ahead:], length)
        full = from_arrays(
            sliding_window_view(np.array(ids), length)[: len(targets)],
            targets,
            num_classes=len(self.class_names),
            source=f"{self.name}: {length} words -> {what}",
            names=tuple(number),
            class_names=self.class_names,
        )
        return drop_repeated(drop_inconsistent(full))


def _key_values(
    name: str,
    keys: list[str],
    values: list[str],
    source: str,
    task: Task | None,
    length: int | None,
    classes: int | None,
) -> Dataset:
    if task == "seq_to_seq":
        raise DataError(f"{name} has one label a sequence; use task 'next_token'.")
    if length not in (None, len(keys[0])):
        raise DataError(
            f"{name} has sequences of {len(keys[0])} tokens; leave out length = "
            f"{length}."
        )
    tokens, names = facts.placed_characters(keys)
    labels, class_names = group_rare(values, classes)
    full = from_arrays(
        tokens,
        labels,
        num_classes=len(class_names),
        source=source,
        names=names,
        class_names=class_names,
    )
    return drop_repeated(drop_inconsistent(full))

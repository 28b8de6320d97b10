"""A decoder that reads and writes text."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from memcap.core.errors import DataError
from memcap.distill.decoding import log_probabilities, rows_together, write
from memcap.distill.harness.tokenizer import Tokenizer
from memcap.nn import Decoder, DecoderConfig
from memcap.training.sequences import UNLABELLED


@dataclass(frozen=True, eq=False)
class TextDecoder:
    """What lm-evaluation-harness asks of a model, for a decoder of memcap.

    Args:
        model: the decoder.
        config: its configuration.
        tokenizer: words of its ids.
        seed: of tokens that are drawn.

    Raises:
        DataError: decoder and tokenizer differ in the number of ids.
    """

    model: Decoder
    config: DecoderConfig
    tokenizer: Tokenizer
    seed: int = 0

    def __post_init__(self) -> None:
        if self.config.vocab != self.tokenizer.end + 1:
            raise DataError(
                f"the decoder knows {self.config.vocab} ids, the task "
                f"{self.tokenizer.end + 1}; take the task it was trained on."
            )

    def continued(
        self,
        contexts: Sequence[str],
        *,
        until: Sequence[str] = (),
        most: int | None = None,
        temperature: float = 0.0,
    ) -> list[str]:
        """Texts that follow, up to END, to a stop, or to the last position.

        Args:
            contexts: texts to be continued; those of one length go side by side.
            until: texts that end a continuation; it is cut before them.
            most: most tokens of a continuation; None leaves it to the decoder.
            temperature: see `memcap.distill.decoding.write`.

        Raises:
            DataError: a context has unknown words, is empty or leaves no room.
        """
        found: dict[int, str] = {}
        rows = [self.tokenizer.encode(context) for context in contexts]
        for places in _by_length(rows):
            asked = np.asarray([rows[place] for place in places], np.int32)
            tails = self._tails(asked, temperature)[:, :most]
            texts = map(self.tokenizer.decode_tail, tails)
            found |= dict(zip(places, texts, strict=True))
        return [_cut(found[place], until) for place in range(len(rows))]

    def _tails(self, asked: np.ndarray, temperature: float) -> np.ndarray:
        if asked.shape[1] == 0:
            raise DataError("an empty context cannot be continued; give a question.")
        kinds = {"temperature": temperature, "seed": self.seed}
        return write(self.model, asked, self.config, self.tokenizer.end, **kinds)

    def scored(self, pairs: Sequence[tuple[str, str]]) -> list[tuple[float, bool]]:
        """ln P(continuation | context), and whether greedy choice would write it.

        Where the context is empty, END stands for it.

        Args:
            pairs: context and continuation.

        Raises:
            DataError: a text has unknown words, or both are longer than the decoder
                reads.
        """
        windows = []
        for context, continuation in pairs:
            given = self.tokenizer.encode(context) or [self.tokenizer.end]
            asked = self.tokenizer.encode(continuation)
            windows.append((given + asked[:-1], asked))
        return self._judged(windows)

    def rolled(self, texts: Sequence[str]) -> list[float]:
        """ln P(text | END), in windows of as many tokens as the decoder reads.

        A decoder that was trained on tails alone has never learned to predict a
        question; this says little about it.

        Args:
            texts: to be predicted from their first token on.
        """
        size, end = self.config.positions, self.tokenizer.end
        cuts = [list(_windows(self.tokenizer.encode(t), end, size)) for t in texts]
        scores = iter(self._judged([window for cut in cuts for window in cut]))
        return [sum((next(scores)[0] for _ in cut), 0.0) for cut in cuts]

    def _judged(
        self, windows: Sequence[tuple[list[int], list[int]]]
    ) -> list[tuple[float, bool]]:
        """Sums over the last ids of each window, and whether all are likeliest."""
        shape = (len(windows), self.config.positions)
        # Padding comes behind all that counts, and the decoder is causal.
        tokens = np.full(shape, self.tokenizer.end, np.int32)
        labels = np.full(shape, UNLABELLED, np.int32)
        for row, (read, asked) in enumerate(windows):
            if len(read) > self.config.positions:
                raise DataError(
                    f"{len(read)} tokens are to be read, but the decoder has "
                    f"{self.config.positions} positions."
                )
            tokens[row, : len(read)] = read
            labels[row, len(read) - len(asked) : len(read)] = asked
        if not windows:
            return []
        sums = log_probabilities(self.model, tokens, labels)
        size = rows_together(self.model, tokens.shape[1])
        greedy = [
            self._likeliest(tokens[start : start + size], labels[start : start + size])
            for start in range(0, len(tokens), size)
        ]
        both = zip(sums.tolist(), np.concatenate(greedy).tolist(), strict=True)
        return list(both)

    def _likeliest(self, tokens: np.ndarray, labels: np.ndarray) -> np.ndarray:
        chosen = np.asarray(self.model(tokens)).argmax(axis=-1)
        return ((chosen == labels) | (labels == UNLABELLED)).all(axis=1)


def _by_length(rows: Sequence[list[int]]) -> Iterator[list[int]]:
    """Places of the rows of each length."""
    groups = defaultdict[int, list[int]](list)
    for place, row in enumerate(rows):
        groups[len(row)].append(place)
    yield from groups.values()


def _cut(text: str, until: Sequence[str]) -> str:
    for stop in until:
        text = text.split(stop)[0] if stop else text
    return text.strip()


def _windows(
    ids: list[int], prefix: int, size: int
) -> Iterator[tuple[list[int], list[int]]]:
    """What is read and what is to be predicted: every id once, with most context."""
    whole = [prefix, *ids]
    for first in range(1, len(whole), size):
        last = min(first + size, len(whole))
        yield whole[max(0, last - 1 - size) : last - 1], whole[first:last]

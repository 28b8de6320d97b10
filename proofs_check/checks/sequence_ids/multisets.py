"""Tiny multisets as count vectors, and the sequences they come from."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import combinations, product

Counts = tuple[int, ...]
Family = tuple[Counts, ...]


def count_vectors(tokens: int, most: int, least: int = 0) -> list[Counts]:
    """All multisets of some tokens with cardinality `least` to `most`.

    Example:
        >>> count_vectors(2, 1)
        [(0, 0), (0, 1), (1, 0)]
    """
    vectors = product(range(most + 1), repeat=tokens)
    return sorted(
        (m for m in vectors if least <= sum(m) <= most), key=lambda m: (sum(m), m)
    )


def families(number: int, tokens: int, most: int, least: int = 0) -> Iterator[Family]:
    """All sets of distinct multisets in which every token occurs.

    Args:
        number: N, multisets in a set.
        tokens: |S|.
        most: M, the largest cardinality.
        least: the smallest cardinality; `most` for sequences of one length.

    Example:
        >>> list(families(2, 2, 1))
        [((0, 1), (1, 0))]
    """
    for family in combinations(count_vectors(tokens, most, least), number):
        if all(any(m[x] for m in family) for x in range(tokens)):
            yield family


def weighted(counts: Counts, labels: Sequence[int]) -> int:
    """The sum of the labels over a multiset."""
    return sum(k * label for k, label in zip(counts, labels, strict=True))


def counts_of(row: Sequence[int], tokens: Sequence[int]) -> Counts:
    """How often each of some tokens occurs in a sequence: its restriction to them."""
    return tuple(row.count(token) for token in tokens)


def differ(family: Iterable[Counts]) -> bool:
    """Whether no two multisets of a family are equal."""
    rows = list(family)
    return len(set(rows)) == len(rows)


def text(counts: Counts, names: str = "abcdefgh") -> str:
    """A multiset as it is written by hand.

    Example:
        >>> text((2, 0, 1)), text((12, 1)), text((0,))
        ('{a,a,c}', '{12 a,b}', '{}')
    """
    held = [(name, k) for name, k in zip(names, counts, strict=False) if k]
    written = [f"{k} {name}" if k > 3 else ",".join(name * k) for name, k in held]
    return "{" + ",".join(written) + "}"


def described(family: Family) -> Mapping[str, str]:
    """A family as names and texts."""
    return {f"m{i + 1}": text(m) for i, m in enumerate(family)}

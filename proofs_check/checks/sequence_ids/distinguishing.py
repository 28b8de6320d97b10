"""KS25.LemB1 as a statement on partitions, and all its cases of up to four multisets.

N multisets and a token: those that hold it equally often are a block. A token is thus
a partition of [N]; what a set A of tokens tells apart is the meet of their partitions,
and A distinguishes all multisets if the meet is discrete. So N multisets over any
tokens, with any counts, are one of finitely many families of partitions of [N].
"""

from collections.abc import Callable, Iterator, Mapping
from functools import cache
from itertools import combinations

import numpy as np

from memcap.constructions.sequence_ids import distinguishing_tokens
from proofs_check.checks.sequence_ids import multisets
from proofs_check.methods import attack
from proofs_check.methods.attack import Target
from proofs_check.statement import Answer, Level, Outcome

Partition = tuple[int, ...]
Tokens = frozenset[Partition]


@cache
def partitions(number: int) -> tuple[Partition, ...]:
    """All partitions of [N], as the block of each element in order of appearance.

    Example:
        >>> partitions(3)
        ((0, 0, 0), (0, 0, 1), (0, 1, 0), (0, 1, 1), (0, 1, 2))
    """
    grown: list[Partition] = [()]
    for _ in range(number):
        grown = [(*p, k) for p in grown for k in range(max(p, default=-1) + 2)]
    return tuple(grown)


def meet(left: Partition, right: Partition) -> Partition:
    """The coarsest partition finer than both."""
    pairs = list(zip(left, right, strict=True))
    first = {pair: k for k, pair in enumerate(dict.fromkeys(pairs))}
    return tuple(first[pair] for pair in pairs)


def _discrete(tokens: tuple[Partition, ...] | Tokens, number: int) -> bool:
    return number <= 1 or len(set(zip(*tokens, strict=True))) == number


@cache
def _distinguishing(number: int, size: int) -> tuple[Tokens, ...]:
    """All sets of that many partitions whose meet is discrete."""
    chosen = combinations(partitions(number), size)
    return tuple(frozenset(c) for c in chosen if _discrete(c, number))


def least(tokens: Tokens, number: int) -> int:
    """The size of the smallest subset with a discrete meet."""
    for size in range(len(tokens) + 1):
        if any(found <= tokens for found in _distinguishing(number, size)):
            return size
    raise ValueError("the multisets are not distinct")


def families(number: int) -> Iterator[tuple[Tokens, int]]:
    """Every set of tokens that N distinct multisets can be made of."""
    for size in range(len(partitions(number)) + 1):
        for chosen in combinations(partitions(number), size):
            if _discrete(chosen, number):
                yield frozenset(chosen), number


def target(bound: Callable[[int], int]) -> Target:
    """The claim that at most `bound(N)` tokens suffice."""

    def describe(case: tuple[Tokens, int]) -> Mapping[str, str]:
        tokens, number = case
        rows = zip(*sorted(tokens), strict=True) if tokens else [()] * number
        family = tuple(tuple(row) for row in rows)
        return {"N": str(number), **multisets.described(family)}

    return Target(lambda case: bound(case[1]) - least(*case), describe)


def exhaustive(bound: Callable[[int], int], claim: str, most: int = 4) -> Outcome:
    """All families of up to four multisets, whatever their tokens and counts."""
    candidates = (case for number in range(1, most + 1) for case in families(number))
    aim = target(bound)
    return attack.outcome(aim, attack.search(aim, candidates), claim)


def one_more_block(level: Level) -> Outcome:
    """A token either changes nothing or makes at least one block more."""
    cases = 0
    for number in range(1, level.pick(6, 7) + 1):
        for now in partitions(number):
            for token in partitions(number):
                cases += 1
                finer = meet(now, token)
                if finer != now and max(finer) <= max(now):
                    sentence = f"the token {token} leaves {now} with no more blocks."
                    return Outcome(Answer.FAILS, sentence, cases)
    sentence = (
        "A token that tells two multisets of a block apart splits the block, so the "
        "number of blocks rises from 1 to N in at most N - 1 steps; the step was made "
        f"for all {cases:,} pairs of partitions of up to {level.pick(6, 7)} multisets."
    )
    return Outcome(Answer.HOLDS, sentence, cases, "0")


def singletons(level: Level) -> Outcome:
    """{x_1}, .., {x_N} need N - 1 tokens."""
    largest = level.pick(8, 12)
    for number in range(1, largest + 1):
        family = [tuple(int(i == j) for j in range(number)) for i in range(number)]
        needed = min(
            size
            for size in range(number + 1)
            for tokens in combinations(range(number), size)
            if multisets.differ(tuple(m[x] for x in tokens) for m in family)
        )
        if needed != number - 1:
            sentence = f"{number} singletons need {needed} tokens, not {number - 1}."
            return Outcome(Answer.FAILS, sentence, number)
    sentence = (
        "Without x_i and x_j the multisets {x_i} and {x_j} agree: N singletons need "
        f"N - 1 tokens; all sets of tokens were tried for N <= {largest}."
    )
    return Outcome(Answer.HOLDS, sentence, largest, "0")


def greedy(level: Level) -> Outcome:
    """The set that memcap takes, on all small sets of sequences."""
    cases, spare = 0, 99
    for tokens, length, most in ((3, 2, 6), (4, 2, 4), (3, 3, 4)):
        rows = [
            [x for x, k in enumerate(m) for _ in range(k)]
            for m in multisets.count_vectors(tokens, length, length)
        ]
        for number in range(1, level.pick(most, most + 1) + 1):
            for chosen in combinations(rows, number):
                cases += 1
                found = distinguishing_tokens(np.array(chosen))
                cut = [multisets.counts_of(row, found) for row in chosen]
                spare = min(spare, number - len(found))
                if not multisets.differ(cut) or len(found) > max(0, number - 1):
                    sentence = f"A = {found} for the sequences {chosen}."
                    return Outcome(Answer.FAILS, sentence, cases)
    sentence = (
        f"On all {cases:,} sets of up to 6 sequences of 2 or 3 tokens the greedy set "
        f"distinguishes them and is at least {spare} smaller than N."
    )
    return Outcome(Answer.HOLDS, sentence, cases, str(spare))

"""What random heads of one attention layer hold, for the rows of Mahdavi24.

T examples of n tokens in R^d and a query each are held, for all real labels, if the
rows of their head outputs ``[E_t^T softmax(E_t W_h e_t)]_h`` are independent; W_h, the
product of keys and queries, has rank at most d_h.
"""

from collections.abc import Callable, Iterator
from itertools import product

import numpy as np
from flint import arb, ctx, fmpq

from memcap.core.balls import Ball
from proofs_check.methods import attack
from proofs_check.methods.attention import attended, dot, drawn
from proofs_check.methods.boxes import interval
from proofs_check.methods.ranks import kruskal_rank, rank_at_least
from proofs_check.statement import (
    Level,
)

# Heads, tokens, head size, whether all examples share their tokens, seed.
Case = tuple[int, int, int, bool, int]
Form = Callable[[int, int, int], int]

FORMS: dict[str, Form] = {
    "min(n, d_h)": lambda heads, n, size: heads * (min(n, size) - 1) + 1,
    "d_h": lambda heads, n, size: heads * (size - 1) + 1,
    # The rank of more than n queries in dimension n + 1.
    "min(Q, d_h)": lambda heads, n, size: heads * (min(n + 1, size) - 1) + 1,
}


def outputs(case: Case, examples: int, twins: bool = False) -> list[list[arb]]:
    """`[T, H d]` head outputs of random rational examples, d = n + 1.

    Args:
        case: the sizes.
        examples: T.
        twins: whether the last two queries are equal.
    """
    heads, n, size, shared, seed = case
    d = n + 1
    rng = np.random.default_rng([seed, heads, n, size])
    tokens = [drawn(rng, n, d) for _ in range(1 if shared else examples)]
    queries = drawn(rng, examples, d)
    if twins:
        queries[-1] = queries[-2]
    assert twins or examples < n or kruskal_rank(queries) >= n
    rows: list[list[arb]] = [[] for _ in range(examples)]
    for _ in range(heads):
        score = _product(drawn(rng, d, size), drawn(rng, size, d))
        for t, row in enumerate(rows):
            row += attended(tokens[t % len(tokens)], queries[t], score)
    return rows


def _product(left: list, right: list) -> list[list[fmpq]]:
    columns = list(zip(*right, strict=True))
    return [[dot(row, column) * 4 for column in columns] for row in left]


def held(
    form: str, extra: int = 0, twins: bool = False, tight: bool = False
) -> attack.Target:
    """The claim that T = form + extra examples are held.

    Args:
        form: a key of `FORMS`.
        extra: added, for a false variant.
        twins: drops the Kruskal rank of the queries: two are equal.
        tight: instead, that one more is not held by examples that share their tokens.
    """

    def margin(case: Case) -> Ball | None:
        heads, n, size, shared, _ = case
        examples = FORMS[form](heads, n, size) + extra + tight
        if (tight or twins) and not shared or examples < 2:
            return None
        with ctx.workprec(1024):
            found = rank_at_least(outputs(case, examples, twins))
        most = examples - twins
        if shared:
            most = min(most, heads * (n - 1) + 1)
        between = interval(found, most) if found < most else Ball.of(most)
        return examples - 1 - between if tight else between - examples

    return attack.Target(margin, _describe)


def shared_rank(less: int = 0, own: bool = False) -> attack.Target:
    """The claim that examples that share their tokens have rank H (n-1) + 1 at most.

    Args:
        less: taken off the bound, for a false variant.
        own: gives every example its own tokens, for another.
    """

    def margin(case: Case) -> int | None:
        heads, n, size, shared, seed = case
        if not shared:
            return None
        most = heads * (n - 1) + 1 - less
        with ctx.workprec(1024):
            found = rank_at_least(outputs((heads, n, size, not own, seed), most + 2))
        return most - found

    return attack.Target(margin, _describe)


def _describe(case: Case) -> dict[str, str]:
    heads, n, size, shared, seed = case
    kind = "shared" if shared else "own"
    names = ("H", "n", "d_h", "tokens", "seed")
    return dict(zip(names, map(str, (heads, n, size, kind, seed)), strict=True))


def sizes(level: Level) -> Iterator[Case]:
    """Small heads, lengths and head sizes, small first."""
    top = level.pick(3, 4)
    shapes = product(range(1, top + 1), range(1, top + 1), range(1, top + 2))
    for heads, n, size in shapes:
        yield from ((heads, n, size, shared, 1) for shared in (False, True))


def smaller(case: Case) -> Iterator[Case]:
    """Cases with one head, token or dimension of a head less."""
    heads, n, size, shared, seed = case
    if heads > 1:
        yield heads - 1, n, size, shared, seed
    if n > 1:
        yield heads, n - 1, size, shared, seed
    if size > 1:
        yield heads, n, size - 1, shared, seed

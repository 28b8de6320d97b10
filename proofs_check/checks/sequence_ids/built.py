"""Built networks of KS25's theorems, certified exactly, and their states."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from fractions import Fraction
from itertools import combinations

import numpy as np

from memcap import construct, count, verify
from memcap.constructions.averaging_layer import state_labels
from memcap.constructions.deep_sets import STATE as SETS_STATE
from memcap.constructions.gadgets import affine
from memcap.constructions.sequence_ids import distinguishing_tokens, random_labels
from memcap.core.claims import Verdict
from memcap.core.exact import Number
from memcap.data.dataset import Dataset, from_arrays
from memcap.data.generators import random_next_token, random_seq_to_seq
from memcap.model.forward import forward
from memcap.model.weights import Attention, Weights
from proofs_check.statement import Answer, Level, Outcome

Source = Callable[[Level], Iterable[tuple[Dataset, dict]]]
_OF_VERDICT = {
    Verdict.PROVED: Answer.HOLDS,
    Verdict.REFUTED: Answer.FAILS,
    Verdict.UNDECIDED: Answer.OPEN,
}


def next_token_data(level: Level) -> Iterator[tuple[Dataset, dict]]:
    """Random sequences of ids and of vectors, repeated tokens among them."""
    sizes = [(2, 1, 3), (6, 3, 4), (25, 4, 9), (60, 6, 12)]
    for number, length, vocab in sizes + level.pick([], [(300, 8, 40)]):
        yield random_next_token(number, length, vocab, 4, seed=number), {}
    rng = np.random.default_rng(1)
    table = rng.integers(-9, 10, (12, 3)) / 4
    index = rng.permuted(np.tile(np.arange(12), (30, 1)), axis=1)[:, :4]
    yield from_arrays(table[index], index.sum(axis=1) % 3 + (index[:, -1] % 2)), {}
    # The cardinalities of restrictions differ here: {2,2}, {1,1}, {0,2}.
    yield from_arrays([[2, 2], [1, 1], [0, 2]], [0, 1, 2]), {}


def token_data(level: Level) -> Iterator[tuple[Dataset, dict]]:
    """Random sequences with a label for every token."""
    for number, length, vocab in [(2, 2, 3), (10, 3, 5), (25, 7, 12)]:
        yield random_seq_to_seq(number, length, vocab, 3, seed=number), {}


def sets_data(level: Level) -> Iterator[tuple[Dataset, dict]]:
    """Multisets of unequal cardinality, as sequences filled up with a padding id."""
    for number, length in [(8, 3), (30, 5), (50, 6)]:
        rng = np.random.default_rng(number)
        tokens = rng.integers(1, 9, (number, length))
        short = rng.integers(0, length + 1, number)
        tokens[np.arange(length) >= short[:, None]] = 0
        yield from_arrays(tokens, (tokens**2).sum(axis=1) % 3), {"padding": 0}


def certified(name: str, source: Source, level: Level) -> Outcome:
    """Build and certify a network for every dataset, with either choice of constants.

    The certificate says that every label is right and that width, depth, bits and
    parameters are within the formulas of the statement.
    """
    networks = labels = widest = 0
    for ds, options in source(level):
        for constants in ("data", "theorem"):
            built = construct(name, ds, constants=constants, **options)
            found = verify(built, ds)
            networks, labels = networks + 1, labels + found.total
            widest = max(widest, count(built.weights).width)
            if found.verdict is not Verdict.PROVED:
                sentence = f"{ds!r}, {constants}: {found.sentence}"
                return Outcome(_OF_VERDICT[found.verdict], sentence, networks)
    sentence = (
        f"{networks} networks, {labels:,} labels: every label exact, width at most "
        f"{widest}, all sizes within the formulas."
    )
    return Outcome(Answer.HOLDS, sentence, networks, "1/2")


def any_order(level: Level) -> Outcome:
    """The labels stay when all tokens but the last are permuted."""
    rng, networks = np.random.default_rng(0), 0
    for ds, options in next_token_data(level):
        built = construct("next_token", ds, **options)
        moved = [np.append(rng.permutation(ds.length - 1), -1) for _ in range(3)]
        for order in moved:
            networks += 1
            other = replace(ds, tokens=np.ascontiguousarray(ds.tokens[:, order]))
            found = verify(built, other)
            if found.verdict is not Verdict.PROVED:
                sentence = f"{ds!r} in the order {order}: {found.sentence}"
                return Outcome(_OF_VERDICT[found.verdict], sentence, networks)
    sentence = f"{networks} reordered datasets keep every label, exactly."
    return Outcome(Answer.HOLDS, sentence, networks, "1/2")


def encoder_values(level: Level) -> Outcome:
    """Phi is f on A and 0 on every other token: the first network alone, exactly."""
    tokens = networks = 0
    for ds, options in sets_data(level):
        for constants in ("data", "theorem"):
            built = construct("deep_sets", ds, constants=constants, **options)
            ids = np.unique(ds.tokens)
            values = forward(encoder(built.weights), ids[:, None]).tolist()
            networks, tokens = networks + 1, tokens + len(ids)
            labels = [x for x in values if x]
            kept = len(labels) == built.report["distinguishing_tokens"]
            kept &= max(labels) == built.report["largest_sequence_label"]
            kept &= all(type(x) is int and x > 0 for x in labels)
            kept &= _sums_differ(ds, dict(zip(ids.tolist(), values, strict=True)))
            if not kept:
                return Outcome(Answer.FAILS, f"{ds!r}: phi = {values}.", networks)
    sentence = (
        f"{networks} encoders on {tokens} tokens: phi is a positive integer on A and 0 "
        "elsewhere, and the sums of different multisets differ."
    )
    return Outcome(Answer.HOLDS, sentence, networks, "1")


def encoder(net: Weights) -> Weights:
    """The layers before the averaging, with phi read out."""
    where = [isinstance(layer, Attention) for layer in net.layers].index(True)
    phi = affine(SETS_STATE, {"label": {"phi": 1}})
    return Weights(net.task, net.input, net.embedding, net.layers[:where], phi)


def _sums_differ(ds: Dataset, labels: dict[int, int]) -> bool:
    rows = {tuple(sorted(row)) for row in ds.tokens.tolist()}
    return len({sum(labels[x] for x in row) for row in rows}) == len(rows)


def states(ds: Dataset) -> list[tuple[Number, Number, Fraction]]:
    """(phi, F, mean) of the different contexts, with F the token ids."""
    rows = np.unique(np.sort(ds.token_index, axis=1), axis=0)
    ids = random_labels(rows, distinguishing_tokens(rows))
    line = [2 * k for k in range(len(ds.points))]
    found = state_labels(ds, line, ids)
    return [(phi, x, Fraction(total, ds.length)) for phi, x, total in found.states]


def state_gap(least: Callable[[int], Fraction], level: Level) -> Outcome:
    """Squared distance of the states of different contexts, against a claimed one.

    Args:
        least: the claimed distance as a function of n.
        level: of the data.
    """
    pairs, smallest = 0, None
    for ds, _ in next_token_data(level):
        for left, right in combinations(states(ds), 2):
            pairs += 1
            square = sum(
                (Fraction(a) - b) ** 2 for a, b in zip(left, right, strict=True)
            )
            ratio = square / least(ds.length) ** 2
            smallest = ratio if smallest is None else min(smallest, ratio)
            if ratio < 1:
                point = {"n": str(ds.length), "s": str(left), "s'": str(right)}
                sentence = f"two states are nearer than {least(ds.length)}."
                return Outcome(
                    Answer.FAILS, sentence, pairs, f"{float(ratio - 1):.3g}", point
                )
    sentence = f"{pairs:,} pairs of states are at least so far apart."
    margin = f"{float((smallest or 1) - 1):.3g}"
    return Outcome(Answer.HOLDS, sentence, pairs, margin)

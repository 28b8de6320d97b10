"""Arguments about sequences that KS25's theorems and remarks rest on, executed."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import product

import numpy as np
import sympy

from memcap import construct, count, verify
from memcap.constructions.sparse_seq_to_seq import star_averaging
from memcap.core.claims import Verdict
from memcap.core.errors import InconsistentLabelsError
from memcap.data.dataset import Dataset, from_arrays
from memcap.model.forward import forward
from memcap.model.weights import Affine, Weights
from proofs_check.checks.sequence_ids.built import token_data
from proofs_check.methods import identity, rays
from proofs_check.methods.chain import chain, link
from proofs_check.statement import Answer, Level, Outcome


def states_apart(level: Level) -> Outcome:
    """States (phi, F, mean) of different contexts are at least 1/n apart."""
    n, k = sympy.symbols("n k", positive=True)
    return chain(
        "different last tokens: F differs by 2 or more; else the sums differ by k >= 1",
        [
            rays.positive_beyond(2 * n - 1, {n: 1}, "2 > 1/n"),
            identity.holds((k + 1) / n - 1 / n, k / n, "(k+1)/n is k/n above 1/n"),
        ],
    )


def width(level: Level) -> Outcome:
    """Units of FF_1 side by side, and of FF_2."""
    first = {"phi": 12, "F": 1, "mean": 1}
    return chain(
        "12 units of phi, one that carries F, one slot for the mean",
        [
            link("12 + 1 + 1 <= 14", sum(first.values()) <= 14),
            link("FF_2: 12 <= 14", first["phi"] <= 14),
        ],
    )


def moved_last(ds: Dataset) -> Dataset:
    """The n N next-token examples of Cor4.1: every token in turn becomes the last."""
    rows = [
        np.append(np.delete(row, k, axis=0), [row[k]], axis=0)
        for row in ds.tokens
        for k in range(ds.length)
    ]
    return from_arrays(np.array(rows), ds.labels.ravel(), num_classes=ds.num_classes)


def _small_token_data(level: Level) -> Iterator[Dataset]:
    """All labelings of all pairs of sequences of two tokens, consistent or not."""
    vocab = level.pick(2, 3)
    for tokens in product(range(vocab), repeat=4):
        for labels in product(range(2), repeat=4):
            pair = np.array(tokens).reshape(2, 2)
            yield from_arrays(pair, np.array(labels).reshape(2, 2), num_classes=2)


def _consistent(ds: Dataset) -> bool:
    try:
        ds.check_consistent()
    except InconsistentLabelsError:
        return False
    return True


def _partition(contexts: np.ndarray) -> list[int]:
    _, first, inverse = np.unique(contexts, return_index=True, return_inverse=True)
    return first[inverse].tolist()


def same_contexts(level: Level) -> Outcome:
    """Token k of a sequence and the last token of the moved one have one context."""
    cases = 0
    for ds in _small_token_data(level):
        other, cases = moved_last(ds), cases + 1
        same = _partition(ds.contexts().ravel()) == _partition(other.contexts())
        if not same or _consistent(ds) != _consistent(other):
            sentence = f"{ds.tokens.tolist()} has other contexts when moved."
            return Outcome(Answer.FAILS, sentence, cases)
    sentence = (
        "A context is a token and the multiset of its sequence, neither of which moves "
        f"with the order; checked on all {cases:,} labelings of two short sequences."
    )
    return Outcome(Answer.HOLDS, sentence, cases)


def one_network_for_all_tokens(level: Level) -> Outcome:
    """A network for the n N moved sequences labels every token of the N given ones."""
    networks = labels = 0
    for ds, options in token_data(level):
        net = construct("next_token", moved_last(ds), **options).weights
        found = verify(replace(net, task="seq_to_seq"), ds)
        networks, labels = networks + 1, labels + found.total
        if found.verdict is not Verdict.PROVED:
            return Outcome(Answer.FAILS, f"{ds!r}: {found.sentence}", networks)
    sentence = (
        f"{networks} networks for the last token of n N moved sequences label all "
        f"{labels} tokens of the N given ones, exactly."
    )
    return Outcome(Answer.HOLDS, sentence, networks, "1/2")


def star(level: Level) -> Outcome:
    """Two star layers leave S/n in every token, with 6n + 2 connections."""
    n, phi, total = sympy.symbols("n phi S", positive=True)
    gather = -(n + 1) / n
    aggregate, token = gather * total / (n + 1), gather * (0 + phi) / 2
    after = token - 2 * (aggregate + token) / 2
    links = [
        identity.holds(aggregate, -total / n, "layer 1 leaves -S/n in the aggregate"),
        identity.holds(after, total / n, "layer 2 leaves S/n in every token"),
        identity.holds(2 * ((n + 1) + 2 * n), 6 * n + 2, "2 ((n+1) + 2n) connections"),
        rays.positive_beyond(n**2 - 6 * n - 2, {n: 7}, "6n + 2 < n^2 from n = 7 on"),
    ]
    for length in range(1, 9):
        first, second = star_averaging(("phi", "mean"), length)
        weights = [
            layer.heads[0].output.rows[1].terms[0][1] for layer in (first, second)
        ]
        wanted = [sympy.Rational(-(length + 1), length), -2]
        links.append(link(f"memcap's weights, n = {length}", weights == wanted))
    return chain("the mean through an aggregate token", links)


def labelings(level: Level) -> Outcome:
    """With all tokens different every labeling is consistent: C^(nN) in all."""
    links = []
    for number, length, classes in [(1, 2, 3), (2, 2, 2), (2, 3, 2), (3, 2, 2)]:
        tokens = np.arange(number * length).reshape(number, length)
        drawn = product(range(classes), repeat=number * length)
        good = sum(
            _consistent(from_arrays(tokens, np.array(labels).reshape(number, length)))
            for labels in drawn
        )
        told = f"N = {number}, n = {length}, C = {classes}: {good} labelings"
        links.append(link(told, good == classes ** (number * length)))
    bits, wanted = range(1, 60), range(1, 60)
    links.append(
        link(
            "2^B >= 2^(nN) only for B >= nN",
            all((2**b >= 2**k) == (b >= k) for b in bits for k in wanted),
        )
    )
    return chain("B bits hold at most 2^B networks, each with one labeling", links)


def coordinates(level: Level) -> Outcome:
    """A coordinate without a weight of its own leaves two tokens that differ in it."""
    links = []
    for dim in (1, 2, 5):
        units = np.vstack([np.zeros((1, dim), dtype=int), np.eye(dim, dtype=int)])
        labels = np.arange(dim + 1) % 2
        ds = from_arrays(units[:, None, :], np.where(labels, 1, 2))
        net = construct("next_token", ds).weights
        for j in range(dim):
            values = forward(_without(net, j), units[[0, j + 1], None, :])
            links.append(link(f"d = {dim}, coordinate {j + 1}", values[0] == values[1]))
    return chain(
        "0 and e_j look alike without a weight on coordinate j: d weights are needed",
        links,
    )


def _without(net: Weights, column: int) -> Weights:
    """The network with one column of the embedding set to 0."""
    rows = [{c: w for c, w in row.terms if c != column} for row in net.embedding.rows]
    biases = [row.bias for row in net.embedding.rows]
    return replace(net, embedding=Affine.build(net.embedding.inputs, rows, biases))


def linear_in_dimension(level: Level) -> Outcome:
    """The embedding of d coordinates takes at most d numbers, the rest none of them."""
    rng = np.random.default_rng(0)
    links = []
    for dim in (2, 4, 8, 16):
        table = rng.integers(-9, 10, (8, dim))
        index = rng.integers(0, 8, (12, 3))
        ds = from_arrays(table[index], (index**2).sum(axis=1) % 3)
        net = construct("next_token", ds).weights
        entries = sum(len(row.terms) for row in net.embedding.rows)
        whole, wide = count(net).nonzero, len(net.embedding.rows)
        links.append(
            link(f"d = {dim}: {entries} of {whole} parameters", entries <= dim * wide)
        )
    return chain("only the embedding grows with d, by one number a coordinate", links)


def bits_needed(level: Level) -> Outcome:
    """Built networks take at least N log2 C bits, as 2^B >= C^N says."""
    links = []
    for ds, options in token_data(level):
        net = construct("seq_to_seq", ds, **options).weights
        whole = count(net).total_bits
        links.append(
            link(
                f"{whole} bits for {ds.num_labels} labels of {ds.num_classes}",
                2**whole >= ds.num_classes**ds.num_labels,
            )
        )
    return chain("total bits of built networks", links)

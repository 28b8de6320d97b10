"""The data and options that every construction is put through by the contract suite."""

from dataclasses import dataclass

import numpy as np

import memcap as mc


@dataclass(frozen=True)
class Case:
    """A construction, its options, and data that meet its hypotheses."""

    name: str
    label: str
    data: object
    options: tuple = ()

    def dataset(self):
        return self.data()

    def build(self, ds):
        return mc.construct(self.name, ds, **dict(self.options))


def points(number, dim, classes, seed, spread=1.0):
    rng = np.random.default_rng(seed)
    tokens = rng.uniform(-spread, spread, (number, 1, dim))
    return lambda: mc.data.from_arrays(
        tokens, rng.integers(0, classes, number), num_classes=classes
    )


def integers(number, classes, seed):
    rng = np.random.default_rng(seed)
    tokens = rng.permutation(10 * number)[:number, None]
    return lambda: mc.data.from_arrays(
        tokens, rng.integers(0, classes, number), num_classes=classes
    )


def random_next_token(number, length, vocab, classes, seed=0, **more):
    return lambda: mc.data.random_next_token(
        num_samples=number,
        length=length,
        vocab=vocab,
        classes=classes,
        seed=seed,
        **more,
    )


def vectors(number, length, dim, pool, classes, seed):
    def make():
        rng = np.random.default_rng(seed)
        table = rng.standard_normal((pool, dim))
        tokens = table[rng.integers(0, pool, (number, length))]
        ds = mc.data.from_arrays(tokens, rng.integers(0, classes, number))
        return mc.data.drop_inconsistent(ds)

    return make


def same_multiset():
    """Sequences that share their multiset and differ only in the last token."""
    tokens = [[1, 2, 3], [1, 3, 2], [3, 2, 1], [2, 2, 3], [2, 3, 2]]
    return mc.data.from_arrays(tokens, [0, 1, 2, 1, 2])


def cardinality_adversary():
    """The multisets whose labelled sums collide under the printed constant shift."""
    return mc.data.from_arrays([[2, 2], [1, 1], [0, 2]], [0, 1, 2])


def constant_sequences():
    return mc.data.from_arrays([[t] * 5 for t in range(12)], [t % 3 for t in range(12)])


def one_sample():
    return mc.data.from_arrays([[4, 4, 7]], [1], num_classes=2)


def all_zero():
    return mc.data.from_arrays([[0, 1], [1, 1], [2, 1]], [0, 0, 0], num_classes=2)


def many_classes():
    tokens = [[i, 40 + i % 3] for i in range(40)]
    return mc.data.from_arrays(tokens, [i * 26 for i in range(40)])


def real_text():
    return mc.data.load("turkish", num_samples=300, length=5)


NEXT_TOKEN = {
    "random": random_next_token(120, 8, 12, 3),
    "binary long": random_next_token(60, 40, 6, 2, seed=3),
    "distinct tokens": random_next_token(80, 5, 20, 2, duplicates=False),
    "real vectors": vectors(70, 4, 3, 15, 4, 5),
    "same multiset": same_multiset,
    "cardinality adversary": cardinality_adversary,
    "constant": constant_sequences,
    "one sample": one_sample,
    "labels all zero": all_zero,
    "many classes": many_classes,
    "real text": real_text,
}
POINTS = {
    "integers": integers(150, 4, 1),
    "plane": points(90, 2, 3, 2),
    "space": points(60, 8, 5, 3, spread=50.0),
    "one point": integers(1, 1, 0),
    "two points": integers(2, 2, 4),
    "real text": lambda: mc.data.load("turkish", num_samples=200, length=1),
}
MODES = ("data", "theorem")


def seq_to_seq(number, length, vocab, classes, seed=0):
    return lambda: mc.data.random_seq_to_seq(
        num_samples=number, length=length, vocab=vocab, classes=classes, seed=seed
    )


def token_labelled_text():
    return mc.data.load("turkish", task="seq_to_seq", num_samples=60, length=5)


def labelled_vectors():
    ids = seq_to_seq(30, 3, 8, 3)()
    table = np.random.default_rng(2).standard_normal((8, 3))
    return mc.data.from_arrays(ids.tokens, ids.labels, embedding=table)


def constant_sequences_labelled_at_each_token():
    ds = constant_sequences()
    return mc.data.from_arrays(ds.tokens, np.repeat(ds.labels[:, None], 5, axis=1))


def cardinality_adversary_labelled_at_each_token():
    return mc.data.from_arrays(cardinality_adversary().tokens, [[0, 0], [1, 1], [2, 0]])


EVERY_TOKEN = {
    "random": seq_to_seq(40, 5, 9, 3),
    "binary": seq_to_seq(60, 4, 7, 2, seed=1),
    "vectors": labelled_vectors,
    "one sample": lambda: mc.data.from_arrays([[3, 1, 3]], [[2, 0, 2]]),
    "constant": constant_sequences_labelled_at_each_token,
    "one token": lambda: mc.data.from_arrays([[4], [1], [9]], [[1], [0], [2]]),
    "cardinality adversary": cardinality_adversary_labelled_at_each_token,
    "real text": token_labelled_text,
}
NO_IDS = {"real vectors"}
LAST_TOKEN_MATTERS = {"real vectors", "same multiset"}


def sums_of_vectors():
    rng = np.random.default_rng(4)
    index = rng.integers(0, 12, (50, 4))
    table = rng.standard_normal((12, 3))
    return mc.data.from_arrays(table[index], index.sum(axis=1) % 3)


def unequal_multisets(padding):
    """Up to six tokens, the empty multiset among them."""

    def make():
        rng = np.random.default_rng(6)
        tokens = rng.integers(1, 9, (60, 6))
        tokens[np.arange(6) >= rng.integers(0, 7, 60)[:, None]] = padding
        labels = np.where(tokens == padding, 0, tokens).sum(axis=1) % 3
        return mc.data.from_arrays(tokens, labels)

    return make


def colliding_cardinalities():
    """{1, 1} and {2}: one constant added to both labels can make the sums equal."""
    tokens = [[1, 1, 0], [2, 0, 0], [1, 0, 0], [0, 0, 0], [1, 2, 0], [2, 2, 1]]
    return mc.data.from_arrays(tokens, [0, 1, 2, 1, 2, 0])


def some(table, without):
    return {label: data for label, data in table.items() if label not in without}


SETS = some(NEXT_TOKEN, LAST_TOKEN_MATTERS) | {
    "vectors": sums_of_vectors,
    "plane": POINTS["plane"],
}
PADDED = {
    "padding below": (unequal_multisets(0), 0),
    "padding above": (unequal_multisets(9), 9),
    "colliding cardinalities": (colliding_cardinalities, 0),
}
COMPACT = [
    Case(name, label, data)
    for name, table in (
        ("compact_next_token", NEXT_TOKEN),
        ("compact_seq_to_seq", EVERY_TOKEN),
    )
    for label, data in table.items()
]
AVERAGED = [
    Case("next_token", f"{label}, {kind}", NEXT_TOKEN[label], (("averaging", kind),))
    for label in ("random", "real vectors", "same multiset")
    for kind in ("uniform", "hardmax")
]
UNEQUAL = [
    Case("deep_sets", f"{label}, {mode}", data, (("constants", mode), ("padding", x)))
    for label, (data, x) in PADDED.items()
    for mode in MODES
]
TRADE_OFFS = [
    Case(name, label, data)
    for name, table in (
        ("limited_bits", POINTS),
        ("limited_bits_transformer", NEXT_TOKEN),
        ("bounded_depth", POINTS),
        ("hardware_exact", some(NEXT_TOKEN, NO_IDS)),
    )
    for label, data in table.items()
]
# With the printed constants only small data: about N/B layers of long numbers.
SLOW = {"random", "real text", "binary long", "distinct tokens"}
LIMITED_AS_PRINTED = [
    Case(
        "limited_bits_transformer",
        f"{label}, theorem",
        data,
        (("constants", "theorem"),),
    )
    for label, data in some(NEXT_TOKEN, SLOW).items()
]
CASES = [
    *COMPACT,
    *AVERAGED,
    *UNEQUAL,
    *TRADE_OFFS,
    *LIMITED_AS_PRINTED,
    *(
        Case(name, f"{label}, {mode}", data, (("constants", mode),))
        for name, table in (
            ("next_token", NEXT_TOKEN),
            ("relu_memorizer", POINTS),
            ("seq_to_seq", EVERY_TOKEN),
            ("sparse_seq_to_seq", EVERY_TOKEN),
            ("embedding", some(NEXT_TOKEN, NO_IDS)),
            ("deep_sets", SETS),
        )
        for label, data in table.items()
        for mode in MODES
    ),
]

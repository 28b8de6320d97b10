"""Models that give every labelling: tables, tiny networks, certified constructions."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import product

import numpy as np

from memcap.certify.verify import verify
from memcap.constructions import construct
from memcap.core.balls import Ball, Truth, less
from memcap.core.claims import Verdict
from memcap.data.generators import random_next_token
from memcap.model.counting import count
from memcap.model.forward import forward
from memcap.model.weights import Affine, Weights
from proofs_check.checks.lower_bounds.tiny_networks import families
from proofs_check.methods import attack
from proofs_check.methods.shattering import seen
from proofs_check.statement import Answer, Level, Outcome


@dataclass(frozen=True, slots=True)
class Stored:
    """A model that gives every labelling.

    Args:
        name: the model.
        states: how many settings of its numbers there are.
        samples: N.
        classes: C.
    """

    name: str
    states: int
    samples: int
    classes: int


def table(samples: int, entries: Iterable[int], bias: int = 0) -> Weights:
    """A look-up table: the label of id i is its entry plus the bias."""
    rows = {i: entry for i, entry in enumerate(entries)}
    return Weights(
        "next_token",
        "ids",
        Affine.build(samples, [rows]),
        (),
        Affine.build(1, [{0: 1}], [bias]),
    )


def gives_all(samples: int, classes: int, bias: int = 0) -> int:
    """Labellings a table of entries -bias .. C - 1 - bias gives, by forward passes."""
    ids = np.arange(samples)[:, None]
    found = set()
    for entries in product(range(-bias, classes - bias), repeat=samples):
        outputs = forward(table(samples, entries, bias), ids).tolist()
        found.add(tuple(outputs))
    return len(found)


def models(level: Level) -> Iterator[Stored]:
    """Tables with C values a place, and tiny networks over small grids."""
    for samples, classes in ((1, 2), (2, 2), (3, 2), (4, 2), (1, 3), (2, 3), (3, 3)):
        if gives_all(samples, classes) == classes**samples:
            name = f"table of {samples} entries among {classes} values"
            yield Stored(name, classes**samples, samples, classes)
    tops = range(1, level.pick(4, 6))
    for family in families():
        for top in tops:
            side = range(-top, top + 1)
            if len(side) ** family.weights > 50_000:
                continue
            grid = np.array(list(product(side, repeat=family.weights)), np.int64)
            for inputs in range(1, 5):
                if seen(family, grid, inputs).shattered:
                    name = f"{family.name} over -{top}..{top}"
                    yield Stored(name, len(grid), inputs, 2)


def attack_count(level: Level, more_classes: int = 0, more_samples: int = 0) -> Outcome:
    """Every model that gives all labellings has C^N states; stronger claims fail."""

    def margin(one: Stored) -> int:
        needed = (one.classes + more_classes) ** (one.samples + more_samples)
        return one.states - needed

    def describe(one: Stored) -> Mapping[str, str]:
        return {
            "model": one.name,
            "states": str(one.states),
            "N": str(one.samples),
            "C": str(one.classes),
        }

    aimed = attack.Target(margin, describe)
    tried = list(models(level))
    found = attack.search(aimed, tried)

    def fewest(_: Stored) -> Stored:
        bad = (one for one in tried if margin(one) < 0)
        return min(bad, key=lambda one: (one.states, one.samples))

    return attack.outcome(aimed, found, "C^N states", minimal=fewest)


def digits_of_tables(level: Level) -> Outcome:
    """Digits of the longest of all tables that label N ids with 3 classes."""
    for samples in range(1, 5):
        given = gives_all(samples, 3, bias=1)
        longest = max(
            count(table(samples, entries, 1)).total_bits
            for entries in product((-1, 0, 1), repeat=samples)
        )
        # N log2 3 > B is 3^N > 2^B.
        if given == 3**samples and 3**samples > 1 << longest:
            point = {
                "N": str(samples),
                "C": "3",
                "labellings": str(given),
                "most digits": str(longest),
            }
            sentence = (
                f"tables of {samples} entries -1, 0, 1 give all {given} labellings "
                f"with at most {longest} digits, but {given} > 2^{longest}."
            )
            return Outcome(Answer.FAILS, sentence, 3**samples, "", point)
    return Outcome(Answer.HOLDS, "no table of up to 4 entries refutes.", 4)


def built_networks(level: Level) -> Outcome:
    """P log2((3b + 2) 2^b) of certified networks with random labels, against N log2 C.

    A construction may choose places by the labels and one labelling may be simple, so
    these are cases; none was found below.
    """
    worst, texts = None, []
    for name in ("compact_next_token", "embedding", "next_token"):
        for samples, classes in ((8, 2), (40, 3), (level.pick(60, 200), 2)):
            ds = random_next_token(
                num_samples=samples, length=3, vocab=8, classes=classes, seed=0
            )
            built = construct(name, ds)
            if verify(built, ds).verdict is not Verdict.PROVED:
                return Outcome(Answer.OPEN, f"{name} is not certified.")
            size = count(built.weights)
            held = Ball.of((3 * size.max_bits + 2) << size.max_bits, 96).log2()
            needed = Ball.of(classes, 96).log2() * samples
            if less(needed, held * size.nonzero) is not Truth.TRUE:
                return Outcome(Answer.FAILS, f"{name} at N = {samples}.")
            ratio = float(held * size.nonzero / needed)
            worst = min(worst or ratio, ratio)
            texts.append(f"{name} N = {samples}: x {ratio:.0f}")
    return Outcome(Answer.HOLDS, "; ".join(texts) + ".", len(texts), f"x {worst:.3g}")

"""A network in which one number decides all labels: why fixed numbers must count.

Ids 0..N-1 enter as unit vectors, one number r = 0.y_1 y_2 .. y_N is the bias of the
first layer, and all other weights stay as they are. Two layers a digit read

    b = 1 if r >= 1/2 else 0   (r is a multiple of 2^-N),   r <- 2 r - b,
    y <- y + g,  g = R(b + [id = t] - 1).

So if only the numbers that change from labelling to labelling were counted, W = 1
would shatter any N, and depth would have to enter every bound.
"""

from fractions import Fraction
from itertools import product

import numpy as np

from memcap.core.balls import Ball, Truth, less
from memcap.core.exact import Number, exact
from memcap.model.fast_forward import fast_forward
from memcap.model.forward import forward
from memcap.model.weights import Affine, Layer, Relu, Weights
from memcap.theory.bounds.shattering import euler
from proofs_check.methods import attack
from proofs_check.statement import Answer, Level, Outcome


def reader(labels: tuple[int, ...]) -> Weights:
    """The network that gives id i the label y_(i+1).

    Example:
        >>> net = reader((0, 1, 1))
        >>> forward(net, np.arange(3)[:, None]).tolist()
        [0, 1, 1]
    """
    count = len(labels)
    word = sum(Fraction(y, 2 ** (t + 1)) for t, y in enumerate(labels))
    layers: list[Layer] = [_start(count, exact(word))]
    for t in range(count):
        layers += [_digit(count), _move(count, t)]
    return Weights(
        "next_token",
        "ids",
        Affine.build(count, [{i: 1} for i in range(count)]),
        tuple(layers),
        Affine.build(count + 3, [{count + 1: 1, count + 2: 1}]),
    )


def _start(count: int, word: Number) -> Relu:
    """Slots: the N entries of the unit vector, r, y and the gate g."""
    rows = [{i: 1} for i in range(count)] + [{}, {}, {}]
    return Relu(Affine.build(count, rows, [0] * count + [word, 0, 0]), "word")


def _digit(count: int) -> Relu:
    """y takes up g; two slots p, q whose difference is the first digit of r."""
    r, y, g, steep = count, count + 1, count + 2, 1 << count
    rows = [{i: 1} for i in range(count)]
    rows += [{r: 1}, {y: 1, g: 1}, {r: steep}, {r: steep}]
    biases = [0] * (count + 2) + [1 - steep // 2, -(steep // 2)]
    return Relu(Affine.build(count + 3, rows, biases), "digit")


def _move(count: int, t: int) -> Relu:
    """r <- 2 r - b and g <- R(b + [id = t] - 1)."""
    r, y, p, q = count, count + 1, count + 2, count + 3
    rows = [{i: 1} for i in range(count)]
    rows += [{r: 2, p: -1, q: 1}, {y: 1}, {p: 1, q: -1, t: 1}]
    return Relu(Affine.build(count + 4, rows, [0] * (count + 2) + [-1]), "move")


def shatters(count: int) -> bool:
    """Whether all 2^N labellings come out, by exact forward passes."""
    ids = np.arange(count)[:, None]
    return all(
        forward(reader(labels), ids).tolist() == list(labels)
        for labels in product((0, 1), repeat=count)
    )


def changing_numbers(level: Level) -> Outcome:
    """One changing number gives 131 labels, more than 9 log2(48 e 131) = 126.4.

    All labellings of up to 7 points are run; of the 2^131 of 131 points a sample that
    holds every digit at every place once as 0 and once as 1. That the others work, too,
    is the invariant of the text above: r is a multiple of 2^-N below 1 throughout.
    """
    points = 131
    allowed = (euler(96) * (48 * points)).log2() * 9
    small = all(shatters(n) for n in range(1, level.pick(7, 8)))
    rng = np.random.default_rng(0)
    drawn = rng.integers(0, 2, size=(level.pick(2, 6), points)).tolist()
    rows = [tuple(row) for row in drawn for row in (row, [1 - y for y in row])]
    ids = np.arange(points)[:, None]
    large = all(
        fast_forward(reader(r), ids).numbers().tolist() == list(r) for r in rows
    )
    same = len({_without_word(reader(row)) for row in rows}) == 1
    point = {"W": "1", "n N": str(points), "9 log2(48 e nN)": f"{float(allowed):.2f}"}
    if small and large and same and less(allowed, points) is Truth.TRUE:
        sentence = (
            f"one number labels {points} points, the claim allows {float(allowed):.1f}."
        )
        return Outcome(Answer.FAILS, sentence, len(rows), "", point)
    return Outcome(Answer.OPEN, "the network does not label its points.", len(rows))


def _without_word(net: Weights) -> tuple[Layer, ...]:
    """All layers but the one that holds the number that changes."""
    return net.layers[1:]


def attack_changing(level: Level, factor: Number = Fraction(1, 2)) -> Outcome:
    """n N <= factor W^2 log2(48 e n N), W the numbers that change only."""
    sizes = [n for n in range(1, 8) if shatters(n)]

    def margin(count: int) -> Ball:
        return (euler(96) * (48 * count)).log2() * factor - count

    aimed = attack.Target(margin, lambda n: {"W": "1", "n N": str(n)})
    found = attack.search(aimed, sizes)
    return attack.outcome(aimed, found, "changing numbers alone bound n N")

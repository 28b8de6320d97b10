"""Accuracies published with the code of Dana, Pydi and Chevaleyre, as rows of shapes.

References:
    Dana24 https://arxiv.org/abs/2411.10115, repository of the paper
"""

from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class Shape:
    """What is varied: vocabulary V (the paper's N), d, d_h and H."""

    vocab: int
    dim: int
    head_size: int
    heads: int


@dataclass(frozen=True)
class Row:
    """One published sweep.

    Args:
        title: what is held.
        axis: the field of `Shape` that is varied.
        accuracy: published accuracy by shape, in order.
    """

    title: str
    axis: str
    accuracy: dict[Shape, float]


def _row(title: str, axis: str, held: dict, values: range, found: str) -> Row:
    shapes = [Shape(**(held | {axis: value})) for value in values]
    numbers = [float(number) for number in found.split()]
    return Row(title, axis, dict(zip(shapes, numbers, strict=True)))


_HEADS = range(1, 32, 5)
ROWS = {
    "d10": _row(
        "d = d_h = 10, V = 50",
        "heads",
        {"vocab": 50, "dim": 10, "head_size": 10},
        _HEADS,
        ".1298 .3243 .5063 .6852 .8608 .9634 .9974",
    ),
    "d5": _row(
        "d = d_h = 5, V = 50",
        "heads",
        {"vocab": 50, "dim": 5, "head_size": 5},
        _HEADS,
        ".0738 .1193 .1582 .1922 .2248 .2572 .2936",
    ),
    # The paper's text says d_h = 5 for this row, its code 2.
    "d2": _row(
        "d = d_h = 2, V = 10",
        "heads",
        {"vocab": 10, "dim": 2, "head_size": 2},
        range(1, 22, 4),
        ".3305 .4969 .6334 .7340 .8567 .8578",
    ),
    "head size": _row(
        "d = 10, H = 20, V = 50",
        "head_size",
        {"vocab": 50, "dim": 10, "heads": 20},
        range(1, 11),
        ".0815 .1096 .1554 .2094 .2879 .3567 .4534 .5457 .6391 .8044",
    ),
    "dimension": _row(
        "d_h = 10, H = 20, V = 50",
        "dim",
        {"vocab": 50, "head_size": 10, "heads": 20},
        range(5, 16),
        ".2639 .3621 .4600 .5782 .6972 .8087 .7769 .7890 .7855 .8118 .8136",
    ),
    "V70": _row(
        "d = d_h = 10, V = 70",
        "heads",
        {"vocab": 70, "dim": 10, "head_size": 10},
        _HEADS,
        ".0680 .1514 .2301 .3009 .3893 .4901 .5940",
    ),
}

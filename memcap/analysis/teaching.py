"""Pictures for a lecture on one softmax layer: numbers are exact, lines are drawn.

On a line, a head with W_K = W_V = 1 and W_Q = kappa reads at the query q from keys x

    sum_x x p_x = boltz({kappa q x}) / (kappa q),    p = softmax over x of kappa q x.
"""

from collections.abc import Sequence
from fractions import Fraction
from itertools import combinations
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from memcap.analysis import style
from memcap.core.balls import Ball
from memcap.core.exact import Number, exact
from memcap.theory.boltzmann import operator_ball
from memcap.theory.hardmax import impossibility_pair, shared_outputs_proof

_PRECISION = 256
_TOKENS = 6
# The lemma asks for scores so far apart; those of token 1 are kappa apart.
_LEMMA = 2
_FACTOR, _OFFSET = Fraction(52, 100), Fraction(363, 1000)


def reading(keys: Sequence[int], query: int, scale: Number) -> Ball:
    """What a softmax head reads at a query: a mean of the keys, weighted by scores.

    Args:
        keys: the tokens that are seen.
        query: the token that looks, not 0.
        scale: kappa, not 0.

    Example:
        >>> round(float(reading([1, 2, 3], 1, 2)), 4)
        2.8509
    """
    factor = Fraction(scale) * query
    return operator_ball([exact(factor * x) for x in keys], _PRECISION) / exact(factor)


def sets_of_one() -> list[tuple[int, ...]]:
    """The sets of four of the tokens 1 to 6 that token 1 may see.

    Example:
        >>> len(sets_of_one()), sets_of_one()[0]
        (10, (1, 2, 3, 4))
    """
    return [keys for keys in combinations(range(1, _TOKENS + 1), 4) if 1 in keys]


def growing_scale() -> Figure:
    """Left what token 1 reads from each set as kappa grows, right the smallest gap.

    At kappa = 0 a head reads the mean, at kappa = infinity the maximum, and neither
    tells the sets apart. In between they separate; the two sets that no hardmax head
    tells apart are drawn in colour.
    """
    scales = [exact(2.0 ** (k / 16)) for k in range(-80, 49)]
    balls = {keys: [reading(keys, 1, s) for s in scales] for keys in sets_of_one()}
    with style.styled():
        figure, (left, right) = style.new_figure(columns=2, height=5.4)
        _curves(left, scales, balls)
        _gaps(right, scales, list(balls.values()))
        for ax in (left, right):
            ax.set_xscale("log", base=2)
            ax.set_xlabel("κ, scale of the scores")
            ax.axvline(_LEMMA, color=style.GREY, lw=1.2, ls=(0, (4, 2)))
        left.annotate("scores 2 apart", (_LEMMA, 2.6), (6, 0), **_ABOVE_LINE)
        style.title(figure, "Neither the mean nor the maximum tells all sets apart")
    return on_white(figure)


def _curves(
    ax: Axes, scales: Sequence[Number], balls: dict[tuple[int, ...], list[Ball]]
) -> None:
    pair = impossibility_pair()
    colors = {pair.first: style.BLUE, pair.second: style.VERMILION}
    for keys, found in balls.items():
        color = colors.get(keys, style.GREY)
        width = 2.4 if keys in colors else 1.0
        label = "{" + ", ".join(map(str, keys)) + "}" if keys in colors else None
        ax.plot(_floats(scales), _floats(found), color=color, lw=width, label=label)
    ax.set_ylabel("the head reads")
    ax.legend(loc="upper left")


def _gaps(ax: Axes, scales: Sequence[Number], balls: list[list[Ball]]) -> None:
    columns = zip(*balls, strict=True)
    smallest = [min(_distances(column)) for column in columns]
    ax.plot(_floats(scales), np.log(smallest), color=style.GREEN, label="smallest gap")
    lawful = [scale for scale in scales if scale >= _LEMMA]
    bound = [promised(scale) for scale in lawful]
    look = {"color": style.PURPLE, "ls": (0, (5, 1, 1, 1))}
    ax.plot(_floats(lawful), bound, label="guaranteed, KS23.LemS", **look)
    ax.axhline(-36.74, color=style.GREY, lw=1.2)
    ax.annotate("float64 ends here", (0.03, -36), (0, 2), **_ABOVE_LINE)
    ax.set_ylabel("ln of the smallest gap")
    ax.legend(loc="center left")


_ON_GRID: dict[str, Any] = {
    "va": "center",
    "bbox": {"facecolor": "white", "edgecolor": "none", "pad": 2},
}
_ABOVE_LINE: dict[str, Any] = {
    "textcoords": "offset points",
    "color": style.TEXT[style.GREY],
    "fontsize": 10,
}


def _distances(column: Sequence[Ball]) -> list[float]:
    ordered = sorted(column, key=float)
    pairs = zip(ordered, ordered[1:], strict=False)
    return [float(b - a) for a, b in pairs]


def promised(scale: Number) -> float:
    """ln of the gap at token 1 by KS23.LemS, scores `scale` >= 2 apart.

    With spacing delta and spread D of the scores the Boltzmann numbers differ by
    0.52 (D - delta - 0.363) e^(delta - D), the readings by a kappa-th of it.
    """
    beyond = exact(Fraction(scale) * (_TOKENS - 2))
    outer = _FACTOR * (beyond - _OFFSET) / Fraction(scale)
    return float(Ball.of(exact(outer), _PRECISION).log() - beyond)


def _floats(numbers: Sequence[Number | Ball]) -> list[float]:
    return [float(number) for number in numbers]


def hardmax_beside_softmax(scale: Number = 2) -> Figure:
    """What each kind of head reads from two sequences that share four numbers' mean.

    Hardmax selects the largest key, the smallest, or all of them, by the sign of the
    slope beta of its scores: the same from both sequences. Softmax does not.
    """
    pair = impossibility_pair()
    rows: list[tuple[str, Number | Ball, Number | Ball]] = [
        (f"hardmax, {case.slope.replace('beta', 'β')}", *case.means)
        for case in shared_outputs_proof().cases
    ]
    for query in pair.shared:
        one = reading(pair.first, query, scale)
        rows.append(
            (f"softmax, query {query}", one, reading(pair.second, query, scale))
        )
    with style.styled():
        figure, (ax,) = style.new_figure(height=5.0)
        _tokens(ax, pair.first, len(rows) + 1, style.BLUE, "o")
        _tokens(ax, pair.second, len(rows), style.VERMILION, "x")
        for height, (_, one, two) in zip(range(len(rows))[::-1], rows, strict=True):
            ax.plot(
                [float(one)], [height], color=style.BLUE, marker="o", ms=13, mfc="none"
            )
            ax.plot([float(two)], [height], color=style.VERMILION, marker="x", mew=2)
            ax.annotate(_gap_text(one, two), (6.5, height), **_ON_GRID)
        labels = ["first sequence", "second sequence", *(row[0] for row in rows)]
        ax.set_yticks(range(len(labels))[::-1], labels)
        ax.set_xlim(0.5, 8.2)
        ax.set_xticks(range(1, 7))
        ax.set_xlabel("t, the place on the line")
        ax.axhline(len(rows) - 0.5, color=style.INK, lw=0.8)
        style.title(figure, "Every hardmax head reads the same; softmax does not")
    return on_white(figure)


def _tokens(
    ax: Axes, keys: Sequence[int], height: int, color: str, marker: str
) -> None:
    ax.plot(keys, [height] * len(keys), color=color, marker=marker, ls="", mew=2)


def _gap_text(one: Number | Ball, two: Number | Ball) -> str:
    gap = abs(float(Ball.of(one, _PRECISION) - two))
    return f"gap {gap:.3g}" if gap else "gap 0, exactly"


def on_white(figure: Figure) -> Figure:
    """The figure on paper, for pages whose background is not known."""
    figure.patch.set(facecolor="white", alpha=1)
    return figure

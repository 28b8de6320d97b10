"""Vardi22.Sec5: groups of points memorized side by side, depth against width.

N of V points get their labels 1..C, the others 0, at a depth parameter L:

    x  ->  memorizer of L^2 points  |  ...  |  memorizer of L^2 points  ->  sum

Each of the ceil(N / L^2) groups is looked up by the memorizer of KS25.LemC1, which is
0 on the points of all other groups, so the readout adds the outputs up. All groups
have one depth, about L up to logarithms; a group with fewer blocks begins later. Width
12 a group, O(N / L^2) in all, and about N / L numbers.

    symbol   here
    L        depth, the parameter; the number of layers is in the report
"""

from dataclasses import replace
from fractions import Fraction
from math import isqrt
from typing import Any

from memcap.constructions.base import Built, Entry, register
from memcap.constructions.bit_extraction import memorizer
from memcap.constructions.gadgets import BIAS, Expression, Stack, carry
from memcap.constructions.packing import Sizes, fitted_sizes
from memcap.constructions.parallel import side_by_side
from memcap.constructions.points_on_line import LinePoints, points_on_line
from memcap.core.claims import Claim, ClaimKind
from memcap.core.errors import HypothesisError
from memcap.core.exact import bits
from memcap.core.refs import Ref
from memcap.data.dataset import Dataset
from memcap.model.weights import Affine, Weights

REF = Ref("Vardi22", "Sec5")
EXACT_MARGIN = Fraction(1, 2)


def build(ds: Dataset, depth: int | None = None, seed: int = 0) -> Built:
    """Memorize single points in about `depth` layers, up to logarithms.

    Args:
        ds: next-token data of length 1.
        depth: L with ``L^2 <= N``; by default about ``N^(1/4)``.
        seed: of the projection.

    Raises:
        HypothesisError: sequences are longer than one token, or L is out of range.
        InconsistentLabelsError: one point has two labels.
    """
    line = points_on_line(ds, REF, seed)
    level = _chosen_depth(depth, len(line.points))
    groups = line.groups(level**2)
    sizes = _sizes(line, level)
    made = [_group(line, *group, sizes) for group in groups]
    layers, readout = side_by_side([s for s, _ in made], [v for _, v in made])
    weights = Weights(
        task="next_token",
        input="vectors",
        embedding=Affine.dense([line.projection.direction]),
        layers=tuple(layers),
        readout=readout,
    )
    report = {
        "depth": level,
        "groups": len(groups),
        "sizes": sizes,
        "layers": len(layers),
    }
    claims = _claims(line, len(groups), sizes)
    return Built("bounded_depth", REF, weights, claims, report)


def _chosen_depth(depth: int | None, stored: int) -> int:
    largest = max(1, isqrt(stored))
    level = max(1, isqrt(largest)) if depth is None else depth
    if type(level) is not int or not 1 <= level <= largest:
        raise HypothesisError(
            REF,
            f"a depth of 1..{largest}, at most sqrt(N) for N = {stored} points",
            f"depth = {depth!r}",
        )
    return level


def _sizes(line: LinePoints, level: int) -> Sizes:
    """Sizes of a full group that hold every group's points and labels."""
    size = min(level**2, len(line.points))
    labels = (max(line.labels),) * size if size else ()
    return fitted_sizes(line.points[-size:] if size else (), labels)


def _group(
    line: LinePoints,
    points: tuple[Any, ...],
    labels: tuple[int, ...],
    sizes: Sizes,
) -> tuple[Stack, Expression]:
    stack = Stack(["e"], part="memorizer")
    stack.relu({"x": {"e": 1, BIAS: line.projection.shift}})
    own = replace(sizes, num_stored=len(points))
    for _ in range(sizes.depth - own.depth):
        stack.relu(carry("x"))
    return stack, memorizer(stack, points, labels, own)


def _claims(line: LinePoints, groups: int, sizes: Sizes) -> tuple[Claim, ...]:
    numbers = (*line.projection.direction, line.projection.shift)
    longest = max(sizes.word_bits, sizes.point_bits + 2, *(bits(x) for x in numbers))
    return (
        Claim(ClaimKind.MEMORIZES, EXACT_MARGIN, REF),
        Claim(ClaimKind.WIDTH_AT_MOST, 12 * groups, REF),
        # The layer that reads x and the readout.
        Claim(ClaimKind.DEPTH_AT_MOST, sizes.depth + 2, REF),
        Claim(ClaimKind.BITS_AT_MOST, longest, REF),
    )


register(
    Entry(
        name="bounded_depth",
        ref=REF,
        sentence="Memorizers of L^2 points side by side: about L layers of width "
        "12 N/L^2, about N/L numbers.",
        hypotheses=(
            "single points (length 1), pairwise different",
            "one label a point; label 0 marks the points that are not stored",
            "a depth L of 1 to sqrt(N), N the number of stored points",
        ),
        tasks=("next_token",),
        options={
            "depth": "L, layers up to logarithms; about the fourth root of N",
            "seed": "seed of the projection direction",
        },
        build=build,
    )
)

"""KS25.LemF1 (extends Vardi22.Thm6.2): fewer bits in a number, more numbers.

N of V points get their labels 1..C, the others 0, at a bit budget B in [1, sqrt N]:

    x, total  ->  [ memorizer of B^2 points | total ]  x ceil(N / B^2)  ->  label

One projection serves all. The groups are B^2 neighbours on the line, each looked up by
the memorizer of KS25.LemC1, which is 0 on the points of the other groups; one more
slot adds the outputs up, so the width is 13. A group has words of about B sub-words
and takes about B numbers: words of ~B bits, ~N / B numbers in all.

    symbol   here
    B        bit_budget
    k        Sizes.block, sub-words of a word, at most B
"""

from dataclasses import replace
from fractions import Fraction
from math import isqrt

from memcap.constructions.base import Built, Entry, register
from memcap.constructions.bit_extraction import memorizer
from memcap.constructions.gadgets import BIAS, Expression, Stack, affine
from memcap.constructions.packing import Sizes, fitted_sizes
from memcap.constructions.points_on_line import LinePoints, points_on_line
from memcap.core.claims import Claim, ClaimKind
from memcap.core.errors import HypothesisError
from memcap.core.exact import bits
from memcap.core.refs import Ref
from memcap.data.dataset import Dataset
from memcap.model.weights import Affine, Weights

REF = Ref("KS25", "LemF1")
EXACT_MARGIN = Fraction(1, 2)
WIDTH = 13


def build(ds: Dataset, bit_budget: int | None = None, seed: int = 0) -> Built:
    """Memorize single points with words of about `bit_budget` sub-words.

    Args:
        ds: next-token data of length 1.
        bit_budget: B with ``B^2 <= N``; by default about ``N^(1/4)``.
        seed: of the projection.

    Raises:
        HypothesisError: sequences are longer than one token, or B is out of range.
        InconsistentLabelsError: one point has two labels.
    """
    line = points_on_line(ds, REF, seed)
    budget = chosen_budget(bit_budget, len(line.points))
    sizes = group_sizes(line, budget)
    stack = Stack(["e"], part="memorizer")
    stack.relu({"x": {"e": 1, BIAS: line.projection.shift}})
    value = chain(stack, line, budget, sizes)
    weights = Weights(
        task="next_token",
        input="vectors",
        embedding=Affine.dense([line.projection.direction]),
        layers=tuple(stack.layers),
        readout=affine(stack.slots, {"label": value}),
    )
    report = {
        "bit_budget": budget,
        "groups": len(line.groups(budget**2)),
        "sizes": sizes,
        "word_bits": sizes.word_bits,
    }
    return Built("limited_bits", REF, weights, _claims(line, budget, sizes), report)


def chosen_budget(bit_budget: int | None, stored: int) -> int:
    """B, by default about the fourth root of N.

    Raises:
        HypothesisError: B is not an integer of [1, sqrt N].

    Example:
        >>> chosen_budget(None, 1000), chosen_budget(31, 1000)
        (5, 31)
    """
    largest = max(1, isqrt(stored))
    budget = max(1, isqrt(largest)) if bit_budget is None else bit_budget
    if type(budget) is not int or not 1 <= budget <= largest:
        raise HypothesisError(
            REF,
            f"a bit budget of 1..{largest}, at most sqrt(N) for N = {stored} points",
            f"bit_budget = {budget!r}",
        )
    return budget


def group_sizes(line: LinePoints, budget: int) -> Sizes:
    """Sizes of a full group: the cheapest k that is at most B."""
    size = min(budget**2, len(line.points))
    if not size:
        return fitted_sizes((), ())
    # The last points and the largest label are the longest of all groups'.
    fitted = fitted_sizes(line.points[-size:], (max(line.labels),) * size)
    options = (replace(fitted, block=k) for k in range(1, budget + 1))
    return min(options, key=lambda sizes: sizes.nonzero_estimate)


def chain(stack: Stack, line: LinePoints, budget: int, sizes: Sizes) -> Expression:
    """Append one memorizer a group; x stays on the stack, ``total`` joins it.

    Returns:
        the sum of the groups' outputs.
    """
    value: Expression = {}
    for points, labels in line.groups(budget**2):
        keep = {"total": value} if value else {}
        found = memorizer(
            stack, points, labels, replace(sizes, num_stored=len(points)), keep
        )
        value = dict(found) | dict.fromkeys(keep, 1)
    return value


def _claims(line: LinePoints, budget: int, sizes: Sizes) -> tuple[Claim, ...]:
    groups = [len(points) for points, _ in line.groups(budget**2)]
    depth = sum(replace(sizes, num_stored=size).depth for size in groups)
    # An interval's ends enter twice, and the projection has numbers of its own.
    numbers = (*line.projection.direction, line.projection.shift)
    longest = max(sizes.word_bits, sizes.point_bits + 2, *(bits(x) for x in numbers))
    return (
        Claim(ClaimKind.MEMORIZES, EXACT_MARGIN, REF),
        Claim(ClaimKind.WIDTH_AT_MOST, WIDTH, REF),
        # The layer that reads x and the readout.
        Claim(ClaimKind.DEPTH_AT_MOST, depth + 2, REF),
        Claim(ClaimKind.BITS_AT_MOST, longest, REF),
    )


register(
    Entry(
        name="limited_bits",
        ref=REF,
        sentence="A width-13 chain of memorizers of B^2 points each: numbers of about "
        "B bits, about N/B of them.",
        hypotheses=(
            "single points (length 1), pairwise different",
            "one label a point; label 0 marks the points that are not stored",
            "a bit budget B of 1 to sqrt(N), N the number of stored points",
        ),
        tasks=("next_token",),
        options={
            "bit_budget": "B, sub-words of a word; about the fourth root of N",
            "seed": "seed of the projection direction",
        },
        build=build,
    )
)

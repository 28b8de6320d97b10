"""Vardi22.Sec5: groups of points memorized side by side, depth against width.

N of V points get their labels 1..C, the others 0, at a depth parameter L:

    x  ->  memorizer of L^2 points  |  ...  |  memorizer of L^2 points  ->  sum

Each of the ceil(N / L^2) groups is looked up by the memorizer of KS25.LemC1, which is
0 on the points of all other groups, so the readout adds the outputs up. All groups
have one depth, about L up to logarithms; a group with fewer blocks begins later. Width
12 a group, O(N / L^2) in all, and about N / L numbers. The section gives orders; the
sizes claimed are explicit ones derived for these groups (`memcap.BoundedDepth`).

    symbol   here
    L        depth, the parameter; the number of layers is in the report
"""

from memcap.constructions.base import Built, Entry, register
from memcap.constructions.bit_extraction import memorizer
from memcap.constructions.gadgets import BIAS, Expression, Stack, carry
from memcap.constructions.parallel import side_by_side
from memcap.constructions.point_groups import Group, chosen_root, point_groups
from memcap.constructions.points_on_line import claims, lemma_inputs, points_on_line
from memcap.core.exact import Number
from memcap.core.refs import Ref
from memcap.data.dataset import Dataset
from memcap.model.weights import Affine, Weights

REF = Ref("Vardi22", "Sec5")
GROUP_WIDTH = 12
FORMULAS = tuple(
    f"memcap.BoundedDepth.{size}" for size in ("width", "depth", "bits", "parameters")
)


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
    level = chosen_root(REF, "depth", depth, len(line.points))
    groups = point_groups(line.points, line.labels, level)
    deepest, shift = groups[0].sizes.depth, line.projection.shift
    made = [_look_up(group, shift, deepest) for group in groups]
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
        "sizes": groups[0].sizes,
        "layers": len(layers),
    }
    inputs = lemma_inputs(ds) | {"depth": level}
    return Built(
        "bounded_depth",
        REF,
        weights,
        claims(REF, FORMULAS, inputs, GROUP_WIDTH),
        report,
    )


def _look_up(group: Group, shift: Number, deepest: int) -> tuple[Stack, Expression]:
    """The layers of a group, begun later where it has fewer blocks."""
    stack = Stack(["e"], part="memorizer")
    stack.relu({"x": {"e": 1, BIAS: shift}})
    for _ in range(deepest - group.sizes.depth):
        stack.relu(carry("x"))
    return stack, memorizer(stack, group.points, group.labels, group.sizes)


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

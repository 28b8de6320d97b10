"""KS25.LemC1 (extends Vardi22.Thm3.1): a ReLU network that memorizes separated points.

    N of V points in R^d, norms <= r, distances >= delta, get their labels 1..C; the
    other V - N points get 0. Width 12, depth and bits by eq. 110 of the paper.

A dataset says which is which: the points with label 0 are the lemma's further points,
the others are stored.

    symbol   here
    N        num_stored, points with a non-zero label
    V        num_points, all distinct points
    R        bound on the projected points
    k, m     Sizes.block, Sizes.num_blocks
    rho, c   Sizes.point_bits, Sizes.label_bits
"""

from typing import Any

from memcap.constructions.base import Built, Entry, check_constants, register
from memcap.constructions.bit_extraction import memorizer
from memcap.constructions.gadgets import BIAS, Stack, affine
from memcap.constructions.packing import Sizes, fitted_sizes, printed_sizes
from memcap.constructions.points_on_line import claims, lemma_inputs
from memcap.constructions.projection import Projection, project, project_as_printed
from memcap.core.errors import HypothesisError
from memcap.core.refs import Ref
from memcap.data.dataset import Dataset
from memcap.model.weights import Affine, Weights
from memcap.theory import bounds

REF = Ref("KS25", "LemC1")
WIDTH = 12
FORMULAS = tuple(f"KS25.LemC1.{x}" for x in ("width", "depth", "bits", "parameters"))


def build(ds: Dataset, constants: str = "data", seed: int = 0) -> Built:
    """Memorize single points: ``F(x_i) = y_i``, and 0 where ``y_i = 0``.

    Args:
        ds: next-token data of length 1.
        constants: ``data`` measures R, rho and c; ``theorem`` takes the printed ones.
        seed: of the projection.

    Raises:
        HypothesisError: sequences are longer than one token.
        InconsistentLabelsError: one point has two labels.
    """
    check_constants(REF, constants)
    if ds.length != 1:
        raise HypothesisError(
            REF,
            "single points (length 1)",
            f"the length is {ds.length}",
            "Use next_token for sequences.",
        )
    ds.check_consistent()
    inputs = lemma_inputs(ds)
    labels = dict(zip(ds.token_index[:, 0].tolist(), ds.labels.tolist(), strict=True))
    if constants == "theorem":
        projection = project_as_printed(
            ds.points, inputs["delta"], len(ds.points), seed
        )
    else:
        projection = project(ds.points, seed)
    order = sorted(labels, key=lambda i: projection.values[i])
    stored = [i for i in order if labels[i]]
    points = [projection.values[i] for i in stored]
    held = [labels[i] for i in stored]
    if constants == "theorem" and len(stored) >= 2:
        range_ = bounds.get("KS25.LemC1.range")(**inputs).ball()
        sizes = printed_sizes(len(stored), range_, ds.num_classes)
    else:
        sizes = fitted_sizes(points, held)
    weights = _network(projection, points, held, sizes)
    report = {"sizes": sizes, "num_points": len(ds.points), "constants": constants}
    # log2 N = 0 at N = 1: the formulas of depth and bits say nothing.
    found = claims(REF, FORMULAS, inputs, WIDTH, least=2)
    return Built("relu_memorizer", REF, weights, found, report)


def _network(
    projection: Projection, points: list[Any], labels: list[int], sizes: Sizes
) -> Weights:
    stack = Stack(["e"], part="memorizer")
    stack.relu({"x": {"e": 1, BIAS: projection.shift}})
    value = memorizer(stack, points, labels, sizes)
    return Weights(
        task="next_token",
        input="vectors",
        embedding=Affine.dense([projection.direction]),
        layers=tuple(stack.layers),
        readout=affine(stack.slots, {"label": value}),
    )


register(
    Entry(
        name="relu_memorizer",
        ref=REF,
        sentence="A width-12 ReLU network that gives N of V points their labels and "
        "every other point 0, in about sqrt(N) parameters.",
        hypotheses=(
            "single points (length 1), pairwise different",
            "one label a point; label 0 marks the points that are not stored",
        ),
        tasks=("next_token",),
        options={
            "constants": "'data' measures the ranges, 'theorem' takes the printed ones",
            "seed": "seed of the projection direction",
        },
        build=build,
    )
)

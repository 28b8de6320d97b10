"""KS25.LemF1 (extends Vardi22.Thm6.2): fewer bits in a number, more numbers.

N of V points get their labels 1..C, the others 0, at a bit budget B in [1, sqrt N]:

    x, total  ->  [ memorizer of B^2 points | total ]  x ceil(N / B^2)  ->  label

One projection serves all. The groups are B^2 neighbours on the line, each looked up by
the memorizer of KS25.LemC1, which is 0 on the points of the other groups; one more
slot adds the outputs up, so the width is 13. A group has words of at most
B / sqrt(log2 B^2) sub-words, as in the lemma's proof, and takes about B numbers: words
of ~B bits, ~N / B numbers in all. The sizes claimed are the lemma's with the constants
of eq. 110 (`theory.bounds.ks25_limited`).

    symbol   here
    B        bit_budget
    k        Sizes.block, sub-words of a word
"""

from memcap.constructions.base import Built, Entry, register
from memcap.constructions.gadgets import BIAS, Stack, affine
from memcap.constructions.line_memorizers import chained_memorizers
from memcap.constructions.point_groups import chosen_root
from memcap.constructions.points_on_line import claims, lemma_inputs, points_on_line
from memcap.core.refs import Ref
from memcap.data.dataset import Dataset
from memcap.model.weights import Affine, Weights

REF = Ref("KS25", "LemF1")
WIDTH = 13
FORMULAS = tuple(
    f"KS25.LemF1.{size}"
    for size in ("width", "explicit_depth", "explicit_bits", "parameters")
)


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
    budget = chosen_root(REF, "bit_budget", bit_budget, len(line.points))
    stack = Stack(["e"], part="memorizer")
    stack.relu({"x": {"e": 1, BIAS: line.projection.shift}})
    value, sizes = chained_memorizers(budget)(stack, line.points, line.labels, None)
    weights = Weights(
        task="next_token",
        input="vectors",
        embedding=Affine.dense([line.projection.direction]),
        layers=tuple(stack.layers),
        readout=affine(stack.slots, {"label": value}),
    )
    report = {
        "bit_budget": budget,
        "groups": max(1, -(-len(line.points) // budget**2)),
        "sizes": sizes,
        "word_bits": sizes.word_bits,
    }
    inputs = lemma_inputs(ds) | {"bit_budget": budget}
    return Built(
        "limited_bits", REF, weights, claims(REF, FORMULAS, inputs, WIDTH), report
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

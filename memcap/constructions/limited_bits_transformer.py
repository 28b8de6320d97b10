"""KS25.ThmF1: the next-token transformer with limited bits in a parameter.

    N(X)_n = y for N consistent sequences of n tokens, with
    N = E_out o FF_2 o UA o FF_1 o E_in as in KS25.ThmB1, width 15,
    at a bit budget B in [1, sqrt N]: ~N / B parameters of ~B bits, up to logs.

FF_1 and FF_2 are chains of KS25.LemF1, groups of B^2 points each with a memorizer of
KS25.LemC1; everything else is KS25.ThmB1 (`next_token`). One more slot adds the outputs
of the groups up, so the layers built are 13 wide; the theorem allows 15.

The theorem's depth and bits are orders. Claimed are its width and what its proof gives
with the constants of eq. 110 kept (`theory.bounds.ks25_limited`). B is the free
parameter of these formulas: a checker takes it from the claims and all else from the
data.

    symbol   here
    B        bit_budget
    R        printed as in KS25.ThmB1, used with ``theorem``
"""

from memcap.constructions import averaging_network, averaging_plan
from memcap.constructions.base import Built, Entry, check_constants, register
from memcap.constructions.line_memorizers import chained_memorizers
from memcap.constructions.point_groups import chosen_root
from memcap.core.refs import Ref
from memcap.data.dataset import Dataset
from memcap.model.weights import AttentionKind

REF = Ref("KS25", "ThmF1")
SIZES = ("width", "explicit_depth", "explicit_bits", "parameters")


def build(
    ds: Dataset,
    bit_budget: int | None = None,
    constants: str = "data",
    averaging: AttentionKind = "uniform",
    seed: int = 0,
) -> Built:
    """Memorize the label of the last token of every sequence with short numbers.

    Args:
        ds: consistent next-token data.
        bit_budget: B with ``B^2 <= N``; by default about ``N^(1/4)``.
        constants: ``data`` measures every range and chooses the cheapest block size;
            ``theorem`` takes the printed constants, k those of B^2 points.
        averaging: ``uniform``, or ``hardmax`` or ``softmax`` of equal scores; a
            softmax network is checked in balls, which takes longer.
        seed: of the projections and of the sequence ids.

    Raises:
        HypothesisError: an option has another value, or B is out of range.
        InconsistentLabelsError: two equal contexts have different labels.
    """
    check_constants(REF, constants)
    margin = averaging_network.checked_margin(REF, averaging)
    budget = chosen_root(REF, "bit_budget", bit_budget, ds.num_samples)
    ds.check_consistent()
    plan = averaging_plan.Plan(ds, constants, seed, chained_memorizers(budget))
    weights, report = averaging_network.network(plan, ds.num_samples, averaging)
    inputs = plan.inputs | {"bit_budget": budget}
    claims = averaging_network.claims(REF, REF.id, SIZES, inputs, margin)
    report = {"bit_budget": budget, **report}
    return Built("limited_bits_transformer", REF, weights, claims, report)


register(
    Entry(
        name="limited_bits_transformer",
        ref=REF,
        sentence="The next-token transformer with numbers of about B bits: about N/B "
        "of them, width 15.",
        hypotheses=(
            "one label a sequence",
            "equal labels whenever last tokens are equal and sequences are equal up to "
            "permutation",
            "a bit budget B of 1 to sqrt(N), N the number of sequences",
        ),
        tasks=("next_token",),
        options={
            "bit_budget": "B, sub-words of a word; about the fourth root of N",
            "constants": "'data' measures the ranges, 'theorem' takes the printed ones",
            "averaging": "'uniform', or 'hardmax' or 'softmax' of equal scores",
            "seed": "seed of the projections and the sequence ids",
        },
        build=build,
    )
)

"""KS25.ThmB1 (= Theorem 4.1): next-token memorization by one layer of averaging.

    N(X)_n = y for N consistent sequences of n tokens, with
    N = E_out o FF_2 o UA o FF_1 o E_in, width 14, depth and bits ~ sqrt(N) up to logs.

1. `E_in`, first layer: every token x goes to the point F(x) of a line.
2. FF_1: phi(x) = f(x) on the distinguishing tokens A, 0 elsewhere (KS25.LemB3), by the
   memorizer of KS25.LemC1. State: (phi, F, 0).
3. UA: uniform attention writes the mean of phi into the third slot. n times the mean
   is the sequence's id: different multisets have different sums (KS25.LemB1, LemB2 with
   the repaired shift).
4. FF_2: the state of the last token is projected to a line and its label looked up by
   a second memorizer. Contexts of label 0 are KS25.LemC1's further points.

The stages are `averaging_plan.Plan`. Uniform attention is softmax without a score, or
hardmax that shares its ties; the option `averaging` writes it as one of these.
"""

from memcap.constructions import averaging_network, averaging_plan
from memcap.constructions.base import Built, Entry, check_constants, register
from memcap.core.refs import Ref
from memcap.data.dataset import Dataset
from memcap.model.weights import AttentionKind

REF = Ref("KS25", "Thm4.1")


def build(
    ds: Dataset,
    constants: str = "data",
    averaging: AttentionKind = "uniform",
    seed: int = 0,
) -> Built:
    """Memorize the label of the last token of every sequence.

    Args:
        ds: consistent next-token data.
        constants: ``data`` measures every range and chooses the cheapest block size;
            ``theorem`` takes the printed constants.
        averaging: ``uniform``, or ``hardmax`` or ``softmax`` of equal scores; a
            softmax network is checked in balls, which takes longer.
        seed: of the projections and of the sequence ids.

    Raises:
        HypothesisError: an option has another value.
        InconsistentLabelsError: two equal contexts have different labels.
    """
    check_constants(REF, constants)
    margin = averaging_network.checked_margin(REF, averaging)
    ds.check_consistent()
    plan = averaging_plan.Plan(ds, constants, seed)
    weights, report = averaging_network.network(plan, ds.num_samples, averaging)
    sizes = ("width", "depth", "bits", "parameters")
    claims = averaging_network.claims(REF, "KS25.ThmB1", sizes, plan.inputs, margin)
    return Built("next_token", REF, weights, claims, report)


register(
    Entry(
        name="next_token",
        ref=REF,
        sentence="Token-wise network, uniform attention, token-wise network: the label "
        "of the last token of N sequences in about sqrt(N) parameters, width 14.",
        hypotheses=(
            "one label a sequence",
            "equal labels whenever last tokens are equal and sequences are equal up to "
            "permutation",
        ),
        tasks=("next_token",),
        options={
            "constants": "'data' measures the ranges, 'theorem' takes the printed ones",
            "averaging": "'uniform', or 'hardmax' or 'softmax' of equal scores",
            "seed": "seed of the projections and the sequence ids",
        },
        build=build,
    )
)

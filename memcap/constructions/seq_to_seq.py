"""KS25.Cor4.1: a label for every token by one layer of averaging.

    N(X)_k = y_k for every k and N consistent sequences of n tokens,
    width 14, depth and bits ~ sqrt(n N) up to logs.

FF_1 and the averaging are those of KS25.ThmB1: N multisets have to be told apart, and
``sqrt(N)`` does it. Only FF_2 sees the n N states (phi, F, mean), whose norms and
distances are bounded as there; it is KS25.LemC1 on n N points. The stages are
`averaging_plan.Plan`.
"""

from memcap.constructions import averaging_network, averaging_plan
from memcap.constructions.base import Built, Entry, check_constants, register
from memcap.core.refs import Ref
from memcap.data.dataset import Dataset

REF = Ref("KS25", "Cor4.1")


def build(ds: Dataset, constants: str = "data", seed: int = 0) -> Built:
    """Memorize the label of every token of every sequence.

    Args:
        ds: consistent sequence-to-sequence data.
        constants: ``data`` measures every range and chooses the cheapest block size;
            ``theorem`` takes the printed constants.
        seed: of the projections and of the sequence ids.

    Raises:
        HypothesisError: `constants` has another value.
        InconsistentLabelsError: two equal contexts have different labels.
    """
    check_constants(REF, constants)
    ds.check_consistent()
    plan = averaging_plan.Plan(ds, constants, seed)
    weights, report = averaging_network.network(plan, ds.num_samples * ds.length)
    sizes = ("width", "depth", "bits", "parameters")
    claims = averaging_network.claims(REF, REF.id, sizes, plan.inputs)
    return Built("seq_to_seq", REF, weights, claims, report)


register(
    Entry(
        name="seq_to_seq",
        ref=REF,
        sentence="Token-wise network, uniform attention, token-wise network: a label "
        "for each of the n N tokens in about sqrt(n N) parameters, width 14.",
        hypotheses=(
            "one label a token",
            "equal labels whenever tokens are equal and sequences are equal up to "
            "permutation",
        ),
        tasks=("seq_to_seq",),
        options={
            "constants": "'data' measures the ranges, 'theorem' takes the printed ones",
            "seed": "seed of the projections and the sequence ids",
        },
        build=build,
    )
)

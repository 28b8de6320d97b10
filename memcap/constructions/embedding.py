"""KS25.ThmE1: an embedding table takes the place of the first network.

    N(X)_n = y for N consistent sequences of n token ids below V, with
    N = E_out o FF o UA o W_EM, about V + sqrt(N) parameters.

The column of id x in W_EM is (f(x), x, 0), with f(x) = 0 outside the distinguishing
tokens A. No network is needed to compute f, and none to tell ids apart: they are
integers. Uniform attention adds the mean of f, and FF looks the label of the state up
as in KS25.ThmB1.

    symbol   here
    V        vocab, the largest id plus one (omega in print, where ids start at 1)
    A, f     keys and values of `Plan.sequence_ids`
"""

from dataclasses import replace

from memcap.constructions import averaging_network, averaging_plan
from memcap.constructions.averaging_layer import STATE, averaging, state_labels
from memcap.constructions.base import Built, Entry, check_constants, register
from memcap.constructions.gadgets import Stack, affine
from memcap.core.balls import Ball
from memcap.core.errors import HypothesisError
from memcap.core.exact import Number
from memcap.core.refs import Ref
from memcap.data.dataset import Dataset
from memcap.model.weights import Affine, Weights

REF = Ref("KS25", "ThmE1")


def build(ds: Dataset, constants: str = "data", seed: int = 0) -> Built:
    """Memorize the label of the last id of every sequence.

    Args:
        ds: consistent next-token data of ids; vectors that come with the ids are
            not used, the network has a table of its own.
        constants: ``data`` measures every range and chooses the cheapest block size;
            ``theorem`` takes the printed constants.
        seed: of the projection and of the sequence ids.

    Raises:
        HypothesisError: the tokens are vectors, not ids.
        InconsistentLabelsError: two equal contexts have different labels.
    """
    check_constants(REF, constants)
    if not ds.has_ids:
        raise HypothesisError(
            REF,
            "token ids",
            f"the tokens are {ds.dim}-dimensional vectors",
            "Use next_token for vectors.",
        )
    ids_only = replace(ds, embedding=None)
    ids_only.check_consistent()
    plan = averaging_plan.Plan(ids_only, constants, seed)
    labels = plan.sequence_ids(ids_only.token_index)
    line = [x for (x,) in ids_only.points]
    found = state_labels(ids_only, line, labels)
    stack = Stack(STATE, part="decoder")
    vocab, n, N = int(max(line)) + 1, ds.length, ds.num_samples
    # (f, x, mean f) with the repaired labels: sqrt(2 C_phi^2 + V^2) is at most this.
    radius = Ball.pi().sqrt() * (10 * n * N**3 * vocab)
    value, sizes = plan.decode(stack, found, N, radius)
    weights = Weights(
        task="next_token",
        input="ids",
        embedding=_table(vocab, line, labels),
        layers=(averaging(STATE), *stack.layers),
        readout=affine(stack.slots, {"label": value}),
    )
    report = {
        "constants": constants,
        "vocab": vocab,
        **averaging_network.id_report(labels),
        "distinct_contexts": len(found.labels),
        "decoder_sizes": sizes,
    }
    inputs = {
        "num_samples": N,
        "length": n,
        "vocab": vocab,
        "classes": ds.num_classes,
    }
    bounded = ("width", "depth", "bits", "parameters")
    claims = averaging_network.claims(REF, REF.id, bounded, inputs)
    return Built("embedding", REF, weights, claims, report)


def _table(vocab: int, line: list[Number], labels: dict[int, int]) -> Affine:
    """W_EM; the columns of ids that do not occur stay empty."""
    f = {int(line[token]): label for token, label in labels.items()}
    return Affine.build(vocab, [f, {int(x): x for x in line}, {}])


register(
    Entry(
        name="embedding",
        ref=REF,
        sentence="An embedding table, uniform attention, token-wise network: the label "
        "of the last id of N sequences in about V + sqrt(N) parameters.",
        hypotheses=(
            "tokens are ids, one label a sequence",
            "equal labels whenever last tokens are equal and sequences are equal up to "
            "permutation",
        ),
        tasks=("next_token",),
        options={
            "constants": "'data' measures the ranges, 'theorem' takes the printed ones",
            "seed": "seed of the projection and the sequence ids",
        },
        build=build,
    )
)

"""KS25.ThmD1: deep sets memorize the labels of N multisets.

    rho(sum_k phi(x_k)) = y,    phi and rho of width 12,
    total depth and bits ~ sqrt(N) up to logs.

phi is f on the distinguishing tokens A and 0 elsewhere (KS25.LemB3), so the sum is an
integer that differs between multisets; rho is KS25.LemC1 on the line. The sum is
written as n times the mean that uniform attention takes, and the label is read at the
last token, where it is what it is at every other.

Multisets of at most n tokens are sequences of n tokens filled up with a padding id:
phi of it is 0, so the sum is that of the other tokens alone. Then cardinalities
differ, which the printed labels do not survive (`sequence_ids`).

    symbol   here
    M        length
    A, f     keys and values of `Plan.sequence_ids`
    C_phi    KS25.LemB3.labels
"""

import numpy as np

from memcap.constructions import (
    averaging_network,
    averaging_plan,
    sequence_ids,
)
from memcap.constructions.averaging_layer import averaging
from memcap.constructions.base import Built, Entry, check_constants, register
from memcap.constructions.gadgets import BIAS, Stack, affine
from memcap.core.balls import Ball
from memcap.core.errors import HypothesisError, InconsistentLabelsError
from memcap.core.refs import Ref
from memcap.data.dataset import Dataset
from memcap.data.rows import group_rows
from memcap.model.weights import Affine, Weights
from memcap.theory import bounds

REF = Ref("KS25", "ThmD1")
STATE = ("phi", "mean")


def build(
    ds: Dataset,
    constants: str = "data",
    padding: int | None = None,
    seed: int = 0,
) -> Built:
    """Memorize the label of every multiset.

    Args:
        ds: next-token data whose labels depend on the multiset alone.
        constants: ``data`` measures every range and chooses the cheapest block size;
            ``theorem`` takes the printed constants, labels and shift repaired.
        padding: the id that fills sequences up and counts for nothing; None where all
            multisets have n tokens.
        seed: of the projections and of the labels f.

    Raises:
        HypothesisError: `padding` is no id, or the tokens are vectors.
        InconsistentLabelsError: two equal multisets have different labels.
    """
    check_constants(REF, constants)
    multisets = _multisets(ds, padding)
    labels = _labels(ds, multisets)
    plan = averaging_plan.Plan(ds, constants, seed)
    tokens = plan.project_tokens()
    ids = plan.sequence_ids(multisets)
    phi = Stack(["e"], part="phi")
    phi_sizes = plan.encode(phi, tokens, ids, {"mean": {}})
    first = list(labels)
    sums = [int(total) for total in sequence_ids.sums(multisets[first], ids)]
    line = plan.project([(total,) for total in sums], ds.num_samples, 1)
    rho = Stack(STATE, part="rho")
    rho.relu({"x": {"mean": line.direction[0] * ds.length, BIAS: line.shift}})
    range_ = averaging_plan.printed_range(
        ds.num_samples, 1, _largest_sum(plan, sums), 1
    )
    value, rho_sizes = plan.look_up(rho, line.values, list(labels.values()), range_)
    weights = Weights(
        task="next_token",
        input="vectors",
        embedding=Affine.dense([tokens.direction]),
        layers=(*phi.layers, averaging(STATE), *rho.layers),
        readout=affine(rho.slots, {"label": value}),
    )
    report = {
        "constants": constants,
        **averaging_network.id_report(ids),
        "distinct_multisets": len(sums),
        "phi_sizes": phi_sizes,
        "rho_sizes": rho_sizes,
    }
    sizes = ("width", "depth", "bits", "parameters")
    claims = averaging_network.claims(REF, REF.id, sizes, plan.inputs)
    return Built("deep_sets", REF, weights, claims, report)


def _multisets(ds: Dataset, padding: int | None) -> np.ndarray:
    """`[N, n]` numbers of the tokens, the padding above all others."""
    if padding is None:
        return ds.token_index
    if type(padding) is not int:
        raise HypothesisError(REF, "padding as one token id", f"it is {padding!r}")
    if not ds.has_ids:
        raise HypothesisError(
            REF,
            "token ids where a padding id is given",
            f"the tokens are {ds.dim}-dimensional vectors",
            "Leave padding out.",
        )
    # Sequences that differ in their padding differ in a token below it too, and the
    # greedy set A takes the lowest: the padding is never in it.
    last = len(ds.points)
    filled = np.isin(ds.token_index, ds.token_index[ds.tokens == padding])
    return np.where(filled, last, ds.token_index)


def _labels(ds: Dataset, multisets: np.ndarray) -> dict[int, int]:
    """First sample and label of each multiset."""
    first, group = group_rows(np.sort(multisets, axis=1))
    clash = np.flatnonzero(ds.labels != ds.labels[first][group])
    if len(clash):
        j = int(clash[0])
        i = int(first[group[j]])
        raise InconsistentLabelsError(
            f"samples {i} and {j} are equal up to permutation, but have labels "
            f"{ds.labels[i]} and {ds.labels[j]}; drop one of them, or use next_token, "
            "which also sees the last token."
        )
    return {int(i): int(ds.labels[i]) for i in first}


def _largest_sum(plan: averaging_plan.Plan, sums: list[int]) -> Ball:
    """r of the lemma, M C_phi; one multiset alone needs no formula."""
    if plan.ds.num_samples < 2:
        return Ball.of(max(1, *sums))
    inputs = {name: x for name, x in plan.inputs.items() if name != "classes"}
    return bounds.get("KS25.LemB3.labels")(**inputs).ball() * plan.ds.length


register(
    Entry(
        name="deep_sets",
        ref=REF,
        sentence="A network on every token, their sum, a network on the sum: the "
        "labels of N multisets in about sqrt(N) parameters, width 12.",
        hypotheses=(
            "one label a sequence",
            "equal labels whenever sequences are equal up to permutation, whatever "
            "their last token",
        ),
        tasks=("next_token",),
        options={
            "constants": "'data' measures the ranges, 'theorem' takes the printed ones",
            "padding": "id that fills multisets of fewer than n tokens up",
            "seed": "seed of the projections and the labels of tokens",
        },
        build=build,
    )
)

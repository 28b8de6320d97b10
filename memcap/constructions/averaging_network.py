"""Whole networks with one averaging layer between two memorizers, and their claims."""

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from memcap.constructions.averaging_layer import STATE, averaging, state_labels
from memcap.constructions.averaging_plan import Plan, printed_range
from memcap.constructions.base import size_claim
from memcap.constructions.gadgets import Stack, affine
from memcap.core.claims import Claim, ClaimKind
from memcap.core.errors import HypothesisError
from memcap.core.exact import Number
from memcap.core.refs import Ref
from memcap.model.weights import Affine, AttentionKind, Weights
from memcap.theory import bounds

EXACT_MARGIN = Fraction(1, 2)
# A softmax is enclosed in a ball: the output is never seen to be exactly the label.
_MARGINS = {"uniform": EXACT_MARGIN, "hardmax": EXACT_MARGIN, "softmax": Fraction(3, 8)}


def checked_margin(ref: Ref, averaging: str) -> Fraction:
    """The margin of every label under a kind of averaging.

    Raises:
        HypothesisError: there is no such kind.
    """
    if averaging not in _MARGINS:
        raise HypothesisError(
            ref, f"averaging as one of {', '.join(_MARGINS)}", f"it is {averaging!r}"
        )
    return _MARGINS[averaging]


def network(
    plan: Plan, num_points: int, kind: AttentionKind = "uniform"
) -> tuple[Weights, dict[str, Any]]:
    """FF_1, averaging and FF_2 on the tokens as vectors, with a report.

    Args:
        plan: data and constants.
        num_points: V of the decoder, N or n N.
        kind: what averages.
    """
    ds, i = plan.ds, plan.inputs
    tokens = plan.project_tokens()
    ids = plan.sequence_ids(ds.token_index)
    encoder = Stack(["e"], part="encoder")
    encoder_sizes = plan.encode(encoder, tokens, ids, {"F": {"x": 1}, "mean": {}})
    found = state_labels(ds, tokens.values, ids)
    decoder = Stack(STATE, part="decoder")
    n, N = ds.length, ds.num_samples
    radius = printed_range(N, i["dim"], i["r"], i["delta"], n * n * N)
    value, decoder_sizes = plan.decode(decoder, found, num_points, radius)
    weights = Weights(
        task=ds.task,
        input="vectors",
        embedding=Affine.dense([tokens.direction]),
        layers=(*encoder.layers, averaging(STATE, kind), *decoder.layers),
        readout=affine(decoder.slots, {"label": value}),
    )
    report = {
        "constants": plan.constants,
        **id_report(ids),
        "distinct_contexts": len(found.labels),
        "encoder_sizes": encoder_sizes,
        "decoder_sizes": decoder_sizes,
    }
    return weights, report


def id_report(ids: dict[int, int]) -> dict[str, Any]:
    """What a reader wants to know of the sequence ids."""
    return {
        "distinguishing_tokens": len(ids),
        "largest_sequence_label": max(ids.values(), default=0),
    }


def claims(
    ref: Ref,
    statement: str,
    sizes: Sequence[str],
    inputs: dict[str, Any],
    margin: Number = EXACT_MARGIN,
) -> tuple[Claim, ...]:
    """Every label is right, and the sizes are within the statement's formulas.

    Args:
        ref: what the network realises.
        statement: whose formulas bound the sizes.
        sizes: the formulas, such as ``depth`` of ``KS25.ThmB1.depth``.
        inputs: arguments of the formulas.
        margin: of every label.
    """
    memorizes = Claim(ClaimKind.MEMORIZES, margin, ref)
    if inputs["num_samples"] < 2:
        # log2 N = 0: the formulas say nothing, but no network is wider for it.
        width = bounds.get(f"{statement}.width")(**{**inputs, "num_samples": 2})
        return memorizes, Claim(ClaimKind.WIDTH_AT_MOST, width.floor(), ref)
    return memorizes, *(size_claim(f"{statement}.{size}", inputs) for size in sizes)

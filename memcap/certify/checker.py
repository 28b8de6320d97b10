"""The trusted check: does this network do what is claimed of it on these data?

Needs data, weights and claims, nothing else. It shares no code with any construction:
an import contract forbids it. Labels are checked by the exact forward pass of the
actual weights (balls where softmax makes the outputs irrational); sizes by counting;
a bound that comes from a formula is computed again, from what the data are measured
to be. A free parameter of the formula, such as a bit budget, is what the claims say,
within the hypotheses of the statement, and the same in all of them.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from memcap.certify import formulas
from memcap.certify.contextual import Separated, separated
from memcap.certify.formulas import short
from memcap.core.balls import Ball
from memcap.core.claims import CheckedClaim, Claim, ClaimKind, Verdict
from memcap.core.errors import UndecidedError, WeightsError
from memcap.core.exact import Number
from memcap.data.dataset import Dataset
from memcap.model.ball_outputs import ContextOutputs, has_one_softmax_layer
from memcap.model.counting import Count
from memcap.model.decision import Judgement, judge_balls, judge_exact
from memcap.model.fast_forward import fast_forward
from memcap.model.forward import forward
from memcap.model.weights import Weights

_BALL_PRECISIONS = (64, 128, 256, 512, 1024, 2048, 4096, 8192, 16384)


@dataclass(frozen=True, slots=True)
class Run:
    """A judged forward pass and the arithmetic it ran on.

    Args:
        judgement: labels right and wrong; for ids, contexts told apart.
        arithmetic: ``exact``, ``ball P`` or ``fixed P``.
        ids: what is known of the context ids, for networks that output ids.
    """

    judgement: Judgement
    arithmetic: str
    ids: Separated | None = None


def run(weights: Weights, ds: Dataset, margin: Number = 0) -> Run:
    """Evaluate the network on the data and judge every label.

    Args:
        weights: the network.
        ds: the data.
        margin: balls are narrowed until it is known whether every label has it.

    Raises:
        WeightsError: the network does not take such data.
    """
    if weights.task != ds.task:
        raise WeightsError(
            f"the network is for {weights.task} data, these are {ds.task}."
        )
    tokens = inputs(weights, ds)
    if weights.decision == "vector":
        return _run_ids(weights, tokens)
    if weights.is_rational:
        outputs = fast_forward(weights, tokens)
        return Run(judge_exact(outputs, ds.labels, weights.decision), "exact")
    return _run_balls(weights, ds, tokens, margin)


def inputs(weights: Weights, ds: Dataset) -> np.ndarray:
    """What the network reads: ids, or the token vectors the ids stand for.

    Raises:
        WeightsError: the network takes ids and the data are vectors.
    """
    if weights.input == "vectors":
        return ds.token_vectors
    if not ds.has_ids:
        raise WeightsError("the network takes token ids, these data are vectors.")
    return ds.tokens


def _run_ids(weights: Weights, tokens: np.ndarray) -> Run:
    ids = separated(weights, tokens)
    judgement = Judgement(
        correct=ids.decided,
        wrong=0,
        total=ids.contexts,
        margin=ids.distance,
        margin_above=ids.distance if ids.closest is None else ids.closest,
        first_wrong=None,
    )
    return Run(judgement, f"fixed {ids.precision}", ids)


def _run_balls(
    weights: Weights, ds: Dataset, tokens: np.ndarray, margin: Number
) -> Run:
    enclose = _enclosing(weights, tokens)
    found = None
    for precision in _BALL_PRECISIONS:
        try:
            judgement = judge_balls(enclose(precision), ds.labels, weights.decision)
        except UndecidedError:
            continue
        found = Run(judgement, f"ball {precision}")
        known = judgement.margin >= margin or judgement.margin_above < margin
        if known and judgement.correct + judgement.wrong == judgement.total:
            return found
    if found is None:
        raise UndecidedError(
            f"a hardmax tie or an unbounded output at {_BALL_PRECISIONS[-1]} bits."
        )
    return found


def _enclosing(weights: Weights, tokens: np.ndarray) -> Callable[[int], np.ndarray]:
    """Outputs as balls of a given precision, shaped like the labels."""
    if not has_one_softmax_layer(weights):
        return lambda precision: forward(weights, tokens, "ball", precision)
    outputs = ContextOutputs(weights, tokens)
    return lambda precision: outputs.at(precision)[outputs.contexts.index]


def check_all(
    claims: Iterable[Claim], ds: Dataset, counts: Count, judged: Run, pairs: int
) -> tuple[CheckedClaim, ...]:
    """Check the claims about one network.

    A free parameter is one number in all of them: the depth at one bit budget and the
    bits at another are two statements, and no network was promised both.

    Args:
        claims: what is claimed.
        ds: the data.
        counts: counts of the network.
        judged: its judged forward pass on the data.
        pairs: of query and key on one sequence of the data, in all layers.
    """
    claims = tuple(claims)
    given: dict[str, set[Any]] = {}
    for claim in claims:
        for name, value in formulas.free_inputs(claim):
            given.setdefault(name, set()).add(value)
    checked = []
    for claim in claims:
        twice = [
            name for name, _ in formulas.free_inputs(claim) if len(given[name]) > 1
        ]
        if twice:
            sentence = f"the claims take several values of {twice[0]}."
            checked.append(CheckedClaim(claim, None, Verdict.REFUTED, sentence))
        else:
            checked.append(check(claim, ds, counts, judged, pairs))
    return tuple(checked)


def check(
    claim: Claim, ds: Dataset, counts: Count, judged: Run, pairs: int
) -> CheckedClaim:
    """Check one claim.

    Args:
        claim: what is claimed.
        ds: the data.
        counts: counts of the network.
        judged: its judged forward pass on the data.
        pairs: of query and key on one sequence of the data, in all layers.
    """
    if (claim.formula or claim.inputs) and claim.kind not in formulas.QUANTITIES:
        sentence = f"there is no formula for {claim.kind.value}."
        return CheckedClaim(claim, None, Verdict.REFUTED, sentence)
    if claim.kind is ClaimKind.MEMORIZES:
        return _memorizes(claim, judged)
    if claim.kind in (ClaimKind.CONTEXTUAL_MAPPING, ClaimKind.NORM_BELOW):
        return _about_ids(claim, judged.ids)
    wrong = formulas.wrong_bound(claim, ds)
    if wrong:
        return CheckedClaim(claim, None, Verdict.REFUTED, wrong)
    what, actual = {
        ClaimKind.WIDTH_AT_MOST: ("width", counts.width),
        ClaimKind.DEPTH_AT_MOST: ("depth", counts.depth),
        ClaimKind.BITS_AT_MOST: ("bits per parameter", counts.max_bits),
        ClaimKind.PARAMETERS_AT_MOST: ("non-zero parameters", counts.nonzero),
        ClaimKind.FACTORED_AT_MOST: ("factored parameters", counts.factored),
        ClaimKind.RANK_AT_MOST: ("rank of the attention maps", counts.rank),
        ClaimKind.CONNECTIONS_AT_MOST: ("connections a sequence", pairs),
    }[claim.kind]
    holds = actual <= claim.bound
    relation = "is at most" if holds else "exceeds"
    return CheckedClaim(
        claim,
        actual,
        Verdict.PROVED if holds else Verdict.REFUTED,
        f"{what} {actual} {relation} {short(claim.bound)}.",
    )


def _about_ids(claim: Claim, ids: Separated | None) -> CheckedClaim:
    if ids is None:
        sentence = "the network outputs labels, not ids."
        return CheckedClaim(claim, None, Verdict.REFUTED, sentence)
    if claim.kind is ClaimKind.NORM_BELOW:
        # The norm found is an upper bound, so that being too large refutes nothing.
        holds = ids.norm < claim.bound
        sentence = f"ids are at most {short(ids.norm)} long."
        verdict = Verdict.PROVED if holds else Verdict.UNDECIDED
        return CheckedClaim(claim, ids.norm, verdict, sentence)
    told = f"{ids.decided} of {ids.contexts} contexts are told apart"
    if ids.decided == ids.contexts and ids.distance > claim.bound:
        distance = Ball.of(ids.distance).log()
        sentence = f"{told}, ln of the smallest distance at least {distance}."
        return CheckedClaim(claim, ids.distance, Verdict.PROVED, sentence)
    if ids.closest is not None and ids.closest <= claim.bound:
        sentence = f"{told}, but two ids are closer than the distance claimed."
        return CheckedClaim(claim, ids.closest, Verdict.REFUTED, sentence)
    sentence = f"{told} at the highest precision; the distance claimed is undecided."
    return CheckedClaim(claim, ids.distance, Verdict.UNDECIDED, sentence)


def _memorizes(claim: Claim, judged: Run) -> CheckedClaim:
    found = judged.judgement
    if judged.ids is not None:
        sentence = "the network outputs ids, not labels."
        return CheckedClaim(claim, None, Verdict.REFUTED, sentence)
    if found.correct == found.total and found.margin >= claim.bound:
        sentence = f"all {found.total} labels are right, margin {short(found.margin)}."
        return CheckedClaim(claim, found.margin, Verdict.PROVED, sentence)
    undecided = found.total - found.correct - found.wrong
    right = f"{found.correct} of {found.total} labels are right"
    if found.wrong:
        sentence = f"{right}; the first that is not is number {found.first_wrong}."
        return CheckedClaim(claim, found.margin, Verdict.REFUTED, sentence)
    if undecided:
        sentence = f"{right}; {undecided} are undecided at the highest precision."
        return CheckedClaim(claim, found.margin, Verdict.UNDECIDED, sentence)
    margin, bound = short(found.margin), short(claim.bound)
    sentence = f"{right}, but the margin {margin} is below {bound}."
    # The margin of balls is a lower bound; only its upper bound can refute.
    refuted = found.margin_above < claim.bound
    verdict = Verdict.REFUTED if refuted else Verdict.UNDECIDED
    return CheckedClaim(claim, found.margin, verdict, sentence)

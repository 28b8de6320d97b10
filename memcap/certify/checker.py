"""The trusted check: does this network do what is claimed of it on these data?

Needs data, weights and claims, nothing else. It shares no code with any construction:
an import contract forbids it. Labels are checked by the exact forward pass of the
actual weights (balls where softmax makes the outputs irrational); sizes by counting;
a bound that comes from a formula is computed again, from what the data are measured
to be.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from memcap.core.claims import CheckedClaim, Claim, ClaimKind, Verdict
from memcap.core.errors import MemcapError, UndecidedError, WeightsError
from memcap.data.dataset import Dataset
from memcap.model.counting import Count
from memcap.model.decision import Judgement, judge_balls, judge_exact
from memcap.model.fast_forward import fast_forward
from memcap.model.forward import forward
from memcap.model.weights import Weights
from memcap.theory import bounds

_BALL_PRECISIONS = (64, 128, 256, 512, 1024, 2048)


@dataclass(frozen=True, slots=True)
class Run:
    """A judged forward pass and the arithmetic it ran on."""

    judgement: Judgement
    arithmetic: str


def run(weights: Weights, ds: Dataset) -> Run:
    """Evaluate the network on the data and judge every label.

    Raises:
        WeightsError: the network does not take such data.
    """
    if weights.task != ds.task:
        raise WeightsError(
            f"the network is for {weights.task} data, these are {ds.task}."
        )
    tokens = inputs(weights, ds)
    if weights.is_rational:
        outputs = fast_forward(weights, tokens)
        return Run(judge_exact(outputs, ds.labels, weights.decision), "exact")
    return _run_balls(weights, ds, tokens)


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


def _run_balls(weights: Weights, ds: Dataset, tokens: np.ndarray) -> Run:
    found = None
    for precision in _BALL_PRECISIONS:
        try:
            outputs = forward(weights, tokens, "ball", precision)
        except UndecidedError:
            continue
        judgement = judge_balls(outputs, ds.labels, weights.decision)
        found = Run(judgement, f"ball {precision}")
        if judgement.correct + judgement.wrong == judgement.total:
            return found
    if found is None:
        raise UndecidedError(
            f"a hardmax tie is undecided at {_BALL_PRECISIONS[-1]} bits."
        )
    return found


def check(claim: Claim, ds: Dataset, counts: Count, judged: Run) -> CheckedClaim:
    """Check one claim.

    Args:
        claim: what is claimed.
        ds: the data.
        counts: counts of the network.
        judged: its judged forward pass on the data.
    """
    if claim.kind is ClaimKind.MEMORIZES:
        return _memorizes(claim, judged.judgement)
    wrong = _wrong_bound(claim, ds)
    if wrong:
        return CheckedClaim(claim, None, Verdict.REFUTED, wrong)
    what, actual = {
        ClaimKind.WIDTH_AT_MOST: ("width", counts.width),
        ClaimKind.DEPTH_AT_MOST: ("depth", counts.depth),
        ClaimKind.BITS_AT_MOST: ("bits per parameter", counts.max_bits),
        ClaimKind.PARAMETERS_AT_MOST: ("non-zero parameters", counts.nonzero),
    }[claim.kind]
    holds = actual <= claim.bound
    relation = "is at most" if holds else "exceeds"
    return CheckedClaim(
        claim,
        actual,
        Verdict.PROVED if holds else Verdict.REFUTED,
        f"{what} {actual} {relation} {claim.bound}.",
    )


def _memorizes(claim: Claim, found: Judgement) -> CheckedClaim:
    if found.correct == found.total and found.margin >= claim.bound:
        sentence = f"all {found.total} labels are right, margin {_short(found.margin)}."
        return CheckedClaim(claim, found.margin, Verdict.PROVED, sentence)
    undecided = found.total - found.correct - found.wrong
    right = f"{found.correct} of {found.total} labels are right"
    if found.wrong:
        sentence = f"{right}; the first that is not is number {found.first_wrong}."
        return CheckedClaim(claim, found.margin, Verdict.REFUTED, sentence)
    if undecided:
        sentence = f"{right}; {undecided} are undecided at the highest precision."
        return CheckedClaim(claim, found.margin, Verdict.UNDECIDED, sentence)
    sentence = f"{right}, but the margin {_short(found.margin)} is below {claim.bound}."
    return CheckedClaim(claim, found.margin, Verdict.REFUTED, sentence)


def _short(margin: Any) -> str:
    return str(margin) if margin.denominator < 10**6 else f"{float(margin):.3g}"


def _wrong_bound(claim: Claim, ds: Dataset) -> str:
    """Why the claimed bound does not follow from its formula, or an empty text."""
    if not claim.formula:
        return ""
    given, facts = dict(claim.inputs), measured(ds)
    for name, value in given.items():
        if name == "classes":
            if not value <= ds.num_classes:
                return f"the claim counts {value} classes, the data {ds.num_classes}."
        elif name not in facts or facts[name] != value:
            return f"the claim says {name} = {value}, the data {facts.get(name)}."
    try:
        bound = bounds.get(claim.formula)(**given).floor()
    except (MemcapError, TypeError) as error:
        return f"{claim.formula} cannot be computed: {error}"
    if bound != claim.bound:
        return f"{claim.formula} gives {bound}, the claim says {claim.bound}."
    return ""


def measured(ds: Dataset) -> dict[str, Any]:
    """What the formulas of the statements may speak of, measured on the data."""
    separation = ds.separation()
    r, delta = separation.r_max, separation.epsilon
    last = ds.token_index if ds.task == "seq_to_seq" else ds.token_index[:, -1]
    return {
        "num_samples": ds.num_samples,
        "length": ds.length,
        "dim": ds.dim,
        "r": r if r >= 1 else 1,
        "delta": delta if delta is not None and delta <= 1 else 1,
        "num_points": len(ds.points),
        "num_stored": len(np.unique(last[ds.labels != 0])),
    }

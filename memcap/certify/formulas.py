"""Claimed bounds that come from a statement's formula, computed again from the data."""

from typing import Any

import numpy as np

from memcap.core.claims import Claim, ClaimKind
from memcap.core.errors import MemcapError
from memcap.core.exact import SquareRoot
from memcap.data.dataset import Dataset
from memcap.theory import bounds

QUANTITIES = {
    ClaimKind.WIDTH_AT_MOST: "width",
    ClaimKind.DEPTH_AT_MOST: "depth",
    ClaimKind.BITS_AT_MOST: "bits",
    ClaimKind.PARAMETERS_AT_MOST: "parameters",
}


def free_inputs(claim: Claim) -> list[tuple[str, Any]]:
    """The free parameters of the claim's formula, as the claim says them."""
    formula = bounds.available().get(claim.formula)
    free = formula.free if formula is not None else ()
    return [(name, value) for name, value in claim.inputs if name in free]


def short(number: Any) -> str:
    """A number in a few characters, however long it is."""
    if isinstance(number, SquareRoot):
        return f"sqrt({short(number.squared)})"
    if number is None:
        return "nothing"
    top, bottom = number.numerator.bit_length(), number.denominator.bit_length()
    if top <= 64 and bottom <= 20:
        return str(number)
    if abs(top - bottom) < 1000:
        return f"{float(number):.3g}"
    return f"about {'-' if number < 0 else ''}2^{top - bottom}"


def wrong_bound(claim: Claim, ds: Dataset) -> str:
    """Why the claimed bound does not follow from its formula, or an empty text."""
    if not claim.formula:
        return "inputs are given, but no formula." if claim.inputs else ""
    formula = bounds.available().get(claim.formula)
    if formula is None or formula.ref.id != claim.ref.id:
        return f"{claim.formula} is no formula of {claim.ref.id}."
    if (formula.quantity, formula.direction) != (QUANTITIES.get(claim.kind), "upper"):
        return f"{claim.formula} is no upper bound for {claim.kind.value}."
    given, facts = dict(claim.inputs), measured(ds)
    if len(given) < len(claim.inputs):
        return "an input is given twice."
    for name, value in given.items():
        if name in formula.free:
            continue  # any the hypotheses allow; the formula refuses the others
        if name == "classes":
            if not value <= ds.num_classes:
                said = short(value)
                return f"the claim counts {said} classes, the data {ds.num_classes}."
        elif name not in facts or facts[name] != value:
            said, found = short(value), short(facts.get(name))
            return f"the claim says {name} = {said}, the data {found}."
    try:
        bound = formula(**given).floor()
    except (MemcapError, TypeError) as error:
        return f"{claim.formula} cannot be computed: {error}"
    if bound != claim.bound:
        said = short(claim.bound)
        return f"{claim.formula} gives {short(bound)}, the claim says {said}."
    return ""


def measured(ds: Dataset) -> dict[str, Any]:
    """What the formulas of the statements may speak of, measured on the data."""
    separation = ds.separation()
    r, delta = separation.r_max, separation.epsilon
    last = ds.token_index if ds.task == "seq_to_seq" else ds.token_index[:, -1]
    facts = {
        "num_samples": ds.num_samples,
        "length": ds.length,
        "dim": ds.dim,
        "r": r if r >= 1 else 1,
        "delta": delta if delta is not None and delta <= 1 else 1,
        "num_points": len(ds.points),
        "num_stored": len(np.unique(last[ds.labels != 0])),
    }
    if ds.has_ids:
        facts["vocab"] = int(ds.tokens.max()) + 1
    return facts

"""KS23.Thm2: one softmax layer of rank one is a contextual mapping.

    X^(1..N) (r_min, r_max, eps)-separated, no token twice in a sequence. One head with
    rank-1 W_Q, W_K, W_V, W_O and the skip connection gives ids q(X)_k with
    ||q(X)_k|| < r_max + eps/4 and ||q(X)_k - q(X')_l|| > delta whenever the tokens or
    the sets of tokens differ.

Two scales kappa of the scores:

    theorem   the printed kappa = (V+1)^4 pi d (2 ln n + 3) / (8 eps r_min) and a vector
              v with the property of KS25.LemG1; ln delta by KS23.Thm2
    data      kappa = 2 / (gap mu): scores of a query are 2 apart, which the sharper
              Boltzmann lemma needs (KS23.LemS); v is searched

`positions` adds a vector to every place, so that tokens may repeat and order counts;
`causal` lets a token see only the tokens up to itself (prefix sets).

    symbol   here
    v        Direction.v, rational
    kappa    kappa, rational
    W_O      c e_1 with c = eps / (4 max |v.x|)
"""

from dataclasses import dataclass
from fractions import Fraction
from math import ceil
from typing import Any

import numpy as np

from memcap.constructions.base import Built, Entry, register
from memcap.constructions.contextual_tokens import Tokens, encode
from memcap.constructions.rank_one_layer import (
    Direction,
    above,
    layer,
    printed_direction,
    quarter_over,
    search_direction,
    shorter,
)
from memcap.core.balls import Ball
from memcap.core.claims import Claim, ClaimKind
from memcap.core.errors import HypothesisError
from memcap.core.exact import Number, exact
from memcap.core.refs import Ref
from memcap.data.dataset import Dataset
from memcap.data.separation import Separation
from memcap.model.weights import Affine, Weights
from memcap.theory import bounds

REF = Ref("KS23", "Thm2")
SHARP = Ref("KS23", "LemS")
SCALES = ("data", "theorem")
# Below this a rational would need millions of digits; the certificate could not be
# checked either.
_SMALLEST_LN = -200_000


@dataclass(frozen=True, slots=True)
class Layer:
    """The numbers of the layer.

    Args:
        direction: v and what it does to the tokens.
        kappa: scale of the scores.
        c: size of W_O.
        ln_delta: logarithm of the guaranteed distance of ids.
    """

    direction: Direction
    kappa: Number
    c: Number
    ln_delta: Ball


def build(
    ds: Dataset,
    scale: str = "data",
    positions: bool = False,
    causal: bool = False,
    seed: int = 0,
) -> Built:
    """Write down the four rank-one matrices for a dataset.

    Args:
        ds: sequences; labels play no role. Next-token data read the last token only.
        scale: ``data`` or ``theorem``; see the module's text.
        positions: add positional vectors, so that tokens may repeat.
        causal: mask later tokens.
        seed: of the direction.

    Raises:
        HypothesisError: a token repeats within a sequence without positions, a token
            is zero, or the guaranteed distance is beyond any representation.
    """
    if scale not in SCALES:
        raise HypothesisError(REF, f"a scale of {SCALES}", f"scale = {scale!r}")
    tokens = encode(ds, positions)
    chosen = (_printed if scale == "theorem" else _fitted)(tokens, ds, causal, seed)
    weights = network(tokens, ds, chosen, causal)
    separation = tokens.separation
    radius = Ball.of(separation.r_max, 128) + _eps(separation) / 4
    claims = (
        Claim(ClaimKind.CONTEXTUAL_MAPPING, _delta(chosen.ln_delta), REF),
        Claim(ClaimKind.NORM_BELOW, above(radius), REF),
        Claim(ClaimKind.RANK_AT_MOST, 1, REF),
    )
    report = {
        "scale": scale,
        "vocabulary": len(tokens.points),
        "kappa": chosen.kappa,
        "ln_delta_guaranteed": float(chosen.ln_delta),
        "ln_delta_theorem": _printed_ln_delta(tokens, ds),
        "score_spread": float(chosen.kappa * chosen.direction.top**2 * 2),
    }
    return Built("rank_one_contextual", REF, weights, claims, report)


def network(tokens: Tokens, ds: Dataset, chosen: Layer, causal: bool) -> Weights:
    """The layer between the tokens' embedding and an identity readout."""
    dim = len(tokens.points[0])
    return Weights(
        task=ds.task,
        input=tokens.input,
        embedding=tokens.embedding,
        layers=(layer(chosen.direction, chosen.kappa, chosen.c, causal),),
        readout=Affine.dense(np.eye(dim, dtype=int).tolist()),
        decision="vector",
        positions=tokens.positions,
    )


def _eps(separation: Separation) -> Ball:
    # One token alone is apart from nothing; its norm serves as a scale.
    return Ball.of(separation.epsilon or separation.r_max, 128)


def _fitted(tokens: Tokens, ds: Dataset, causal: bool, seed: int) -> Layer:
    direction = search_direction(tokens.points, seed)
    kappa = exact(Fraction(2) / (Fraction(direction.gap) * direction.mu))
    c = shorter(quarter_over(_eps(tokens.separation), direction.top).lower)
    return Layer(direction, kappa, c, _guaranteed(direction, kappa, c, causal))


def _guaranteed(direction: Direction, kappa: Number, c: Number, causal: bool) -> Ball:
    """ln of the smallest distance KS23.LemS promises, over all tokens that look.

    For the query x the scores spread over D = kappa |v.x| (max v.x' - min v.x') with
    spacing delta = kappa |v.x| gap >= 2; the head reads boltz / (kappa v.x).
    """
    spread = max(direction.values) - min(direction.values)
    found = None
    for value in direction.values:
        size = kappa * abs(value)
        D, delta = size * spread, size * direction.gap
        promised = _sharp(D, delta, causal) + Ball.of(Fraction(c) / size, 128).log()
        if found is None or promised.upper < found.upper:
            found = promised
    assert found is not None  # there is a token
    return found


def _sharp(D: Number, delta: Number, causal: bool) -> Ball:
    offset = Fraction(363, 1000)
    equal = Fraction(52, 100) * max(D - delta - offset, offset)
    found = Ball.of(equal, 128).log() + (delta - D)
    if not causal:
        return found
    prefix = Ball.of(Fraction(86, 100) * max(D - offset, offset), 128).log() - D
    return prefix if prefix.upper < found.upper else found


def _printed(tokens: Tokens, ds: Dataset, causal: bool, seed: int) -> Layer:
    if causal:
        raise HypothesisError(
            REF, "no mask with the printed constants", "causal", "Use scale='data'."
        )
    ln_delta = _printed_value(tokens, ds, "KS23.Thm2.ln_delta")
    if ln_delta.upper < _SMALLEST_LN:
        raise HypothesisError(
            REF,
            f"ln delta above {_SMALLEST_LN}, to be written down",
            f"the printed constants give {float(ln_delta):.6g}",
            "Use scale='data'.",
        )
    kappa = above(_printed_value(tokens, ds, "KS23.Thm2.kappa"))
    separation = tokens.separation
    c = above(_eps(separation) / (4 * Ball.of(separation.r_max, 128)))
    return Layer(printed_direction(tokens.points, seed), kappa, c, ln_delta)


def _printed_value(tokens: Tokens, ds: Dataset, name: str) -> Ball:
    separation = tokens.separation
    value = bounds.get(name)(
        vocab=len(tokens.points),
        length=ds.length,
        dim=len(tokens.points[0]),
        eps=separation.epsilon,
        r_min=separation.r_min,
        r=separation.r_max,
    )
    return value.ball(256)


def _printed_ln_delta(tokens: Tokens, ds: Dataset) -> float | None:
    """ln delta of the printed theorem, where its hypotheses hold."""
    if tokens.separation.epsilon is None or ds.length < 2:
        return None
    try:
        return float(_printed_value(tokens, ds, "KS23.Thm2.ln_delta"))
    except HypothesisError:
        return None


def _delta(ln_delta: Ball) -> Number:
    """A dyadic number below e^ln_delta, within a factor of two."""
    digits = ceil(-(ln_delta / Ball.of(2, 256).log()).lower)
    return exact(Fraction(2) ** -digits)


_OPTIONS: dict[str, Any] = {
    "scale": "'data' (2 / (gap mu), v searched), 'theorem' (printed)",
    "positions": "add positional vectors; tokens may then repeat",
    "causal": "let a token see only tokens up to itself",
    "seed": "seed of the projection direction",
}

register(
    Entry(
        name="rank_one_contextual",
        ref=REF,
        sentence="One softmax head with rank-1 weights gives every token in every "
        "sequence an id of its own: a contextual mapping.",
        hypotheses=(
            "no token twice in a sequence, unless positions are added",
            "no token is zero (r_min > 0)",
        ),
        tasks=("next_token", "seq_to_seq"),
        options=_OPTIONS,
        build=build,
    )
)

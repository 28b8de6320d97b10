"""The attention layers that are compared, and what theory gives some of them."""

from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

import numpy as np

import memcap as mc
from experiments.one_layer_data import Text, as_vectors, windows, word_vectors
from memcap.constructions.rank_one_layer import above, layer, printed_direction
from memcap.data.dataset import Dataset
from memcap.model.weights import Weights
from memcap.nn import Config, boltzmann_start

V, KAPPA = "attention.projection", "attention.sharpness"
TABLE = "embedding"
_TIED: dict[str, Any] = {"attention": "boltzmann", "rank": 1}


@dataclass(frozen=True, kw_only=True)
class Arm:
    """One attention layer; what stands behind it is trained in the same way for all.

    Args:
        sentence: what it is.
        short: the same for a figure.
        network: fields of `memcap.nn.Config`; a head size of 0 means d.
        scale: where v and kappa come from: ``data`` or ``printed``, or nowhere.
        given: parameters that start at their theoretical values.
        frozen: parameters that stay where they start.
    """

    sentence: str
    short: str
    network: dict[str, Any] = field(default_factory=lambda: _TIED)
    scale: str = ""
    given: tuple[str, ...] = ()
    frozen: tuple[str, ...] = ()


_BOTH = (V, KAPPA)
ARMS = {
    "printed": Arm(
        sentence="v and kappa as the theorem prints them, both frozen",
        short="v, κ printed: frozen",
        scale="printed",
        given=_BOTH,
        frozen=_BOTH,
    ),
    "frozen": Arm(
        sentence="v and the smallest sufficient kappa for it, both frozen",
        short="v, κ fitted to data: frozen",
        scale="data",
        given=_BOTH,
        frozen=_BOTH,
    ),
    "started": Arm(
        sentence="the same v and kappa, then trained",
        short="v, κ fitted: then trained",
        scale="data",
        given=_BOTH,
    ),
    "v frozen": Arm(
        sentence="the same v frozen, kappa trained from 1",
        short="v frozen, κ trained",
        scale="data",
        given=(V,),
        frozen=(V,),
    ),
    "rank 1": Arm(
        sentence="rank one, tied, v and kappa trained from random",
        short="rank 1, trained",
    ),
    "rank 2": Arm(
        sentence="rank two, not tied, trained",
        short="rank 2, trained",
        network={"attention": "softmax", "rank": 2, "head_size": 0},
    ),
    "full": Arm(
        sentence="full rank, not tied, trained",
        short="full rank, trained",
        network={"attention": "softmax", "head_size": 0},
    ),
    "uniform 1": Arm(
        sentence="no scores: the mean of one trained projection",
        short="no scores, rank 1",
        network={"attention": "uniform", "rank": 1},
    ),
    "uniform": Arm(
        sentence="no scores: the mean of the tokens, full rank",
        short="no scores, full rank",
        network={"attention": "uniform", "head_size": 0},
    ),
}


def config(arm: Arm, ds: Dataset, dim: int, hidden: int) -> Config:
    """The trainable network: fixed vectors, the arm's attention, one hidden layer."""
    fields = dict(arm.network)
    if fields.get("head_size") == 0:
        fields["head_size"] = dim
    return Config.for_dataset(ds, width=dim, hidden=hidden, **fields)


def start(arm: Arm, text: Text, dim: int, seed: int) -> dict[str, np.ndarray]:
    """Initial values of a seed: its word vectors, and what theory gives the arm."""
    values = {TABLE: word_vectors(len(windows(text).names), dim, seed)}
    if arm.given:
        theory = boltzmann_start(theoretical(text, dim, seed, arm.scale))
        values |= {name: theory[name] for name in arm.given}
    return values


@cache
def theoretical(text: Text, dim: int, seed: int, scale: str) -> Weights:
    """The contextual mapping of KS23.Thm2 on the windows, without feed-forward.

    ``data`` is the certified construction with kappa = 2 / (gap mu). ``printed`` has
    the printed kappa and any v with the printed property; its guaranteed distance
    would take millions of digits to write down, so nothing is claimed of it.
    """
    ds = as_vectors(windows(text), dim, seed)
    built = mc.construct("rank_one_contextual", ds)
    if scale == "data":
        return built.weights
    measured = ds.separation()
    kappa = mc.bounds.get("KS23.Thm2.kappa")(
        vocab=len(ds.points),
        length=ds.length,
        dim=dim,
        eps=measured.epsilon,
        r_min=measured.r_min,
        r=measured.r_max,
    )
    direction = printed_direction(ds.points, seed)
    written = layer(direction, above(kappa.ball(256)), c=1, causal=False)
    return replace(built.weights, layers=(written,))

"""The configuration of a trainable transformer: attention between token-wise stacks."""

from dataclasses import dataclass
from math import isfinite, sqrt
from typing import Literal, get_args

from memcap.core.errors import WeightsError
from memcap.data.dataset import Dataset, Task
from memcap.model.weights import Decision
from memcap.nn.norm import NormName
from memcap.nn.softening import Softening

AttentionName = Literal["softmax", "boltzmann", "hardmax", "uniform"]
FeedForward = Literal["residual", "plain"]
HardmaxGradient = Literal["none", "straight_through", "annealed"]
PositionName = Literal["trained", "sinusoidal"]


@dataclass(frozen=True, kw_only=True)
class Config:
    """Attention layers between token-wise stacks (Gen.T), to be trained.

    The state of a token has m slots; it passes `encoder_depth` token-wise layers and
    then `blocks` times an attention layer with skip connection and `decoder_depth`
    token-wise layers. As in the papers there is no norm and no 1/sqrt(s), unless asked
    for: `scale_scores` multiplies scores by 1/sqrt(s), `norm` normalizes what each
    attention layer, each token-wise layer and the readout see, with a trained gain.

    *Rank.* A head whose four maps have rank r computes what a head of size r
    computes: with ``W_K = U_K K`` and ``W_Q = U_Q Q`` of rank r, the score matrix is
    ``W_K^T W_Q = K^T (U_K^T U_Q Q)``, and likewise ``W_O W_V = (W_O U_V) V``. So the
    maps are stored by their outer-product factors: rows of key and query are the r
    factors of the score matrix, rows of value and columns of output those of
    ``W_O W_V``. `rank` bounds them, and `inner_size` is the number stored.

    *Attention.* ``boltzmann`` is softmax with one tied projection, ``W_K = W_V = v^T``
    and ``W_Q = kappa v^T``, so that a head returns the Boltzmann operator of the
    projected tokens. ``uniform`` has no query and key maps. ``hardmax`` shares ties;
    scores get no gradient with `hardmax_gradient` ``none``, and the query and key maps
    stay as they were drawn. ``straight_through`` gives them the gradient of a softmax,
    ``annealed`` trains a softmax that falls to hardmax, see `Softening`. Evaluation is
    exact hardmax in all three, and so is what is exported.

    *Feed-forward.* ``residual`` layers are ``h + W2 max(W1 h + b1, 0) + b2`` with
    `hidden` units. ``plain`` layers are ``max(W h + b, 0)`` of `hidden` units; the
    last one of the encoder, and of each of several blocks, returns to m slots; behind
    a single block the readout takes the units of the last one.

    Args:
        task: ``next_token`` reads the last token, ``seq_to_seq`` every token.
        vocab: V for token ids with a trained embedding, None for vector tokens.
        dim: d, dimension of a vector token; without meaning when `vocab` is given.
        classes: C.
        width: m, slots of a token's state.
        heads: H.
        head_size: s, rows of the maps of a head.
        value_size: rows of the value map, columns of the output map, if other than s.
        rank: bound on the rank of each map of a head, or None for full rank.
        attention: how scores become weights.
        encoder_depth: token-wise layers before the first attention.
        decoder_depth: token-wise layers behind each attention.
        hidden: q, units of a token-wise layer.
        feedforward: ``residual`` or ``plain``.
        causal: whether a token sees only itself and earlier tokens.
        positions: longest sequence for trained position vectors, or None for none.
        decision: ``argmax`` of C outputs, or ``nearest`` integer of one output.
        blocks: attention layers, each with its token-wise layers.
        position_kind: ``trained`` vectors, or fixed ``sinusoidal`` ones.
        scale_scores: whether scores are multiplied by 1/sqrt(s), s the head size.
        norm: ``none``, ``layer`` or ``rms``. The exact record holds no norm: a network
            with one can be trained and run, but not exported.
        hardmax_gradient: ``none``, ``straight_through`` or ``annealed``.
        temperature: of the softmax that stands in for hardmax in training; where it
            is annealed, the first one.
        anneal_until: share of the training at which annealing arrives at hardmax.
        skip: whether attention layers have the skip connection.

    Raises:
        WeightsError: a field is out of its domain, or two do not fit together.

    References:
        Gen.SA, Gen.HA, Gen.UA, Gen.FF, KS23.DefBoltz, KS23.Thm2.

    Example:
        >>> Config(vocab=64, width=8, head_size=4, rank=1).inner_size
        1
    """

    task: Task = "next_token"
    vocab: int | None = None
    dim: int = 1
    classes: int = 2
    width: int = 8
    heads: int = 1
    head_size: int = 1
    rank: int | None = None
    attention: AttentionName = "softmax"
    encoder_depth: int = 0
    decoder_depth: int = 1
    hidden: int = 16
    feedforward: FeedForward = "residual"
    causal: bool = False
    positions: int | None = None
    decision: Decision = "argmax"
    blocks: int = 1
    position_kind: PositionName = "trained"
    scale_scores: bool = False
    norm: NormName = "none"
    hardmax_gradient: HardmaxGradient = "none"
    temperature: float = 1.0
    anneal_until: float = 0.9
    value_size: int | None = None
    skip: bool = True

    def __post_init__(self) -> None:
        for name, kind in _CHOICES.items():
            _check_choice(name, getattr(self, name), get_args(kind))
        for name, least in _LEAST.items():
            _check_number(name, getattr(self, name), least)
        for name in ("causal", "scale_scores", "skip"):
            if not isinstance(value := getattr(self, name), bool):
                raise WeightsError(f"{name} = {value!r} is not True or False.")
        self._check_attention()
        self._check_norm()
        if self.position_kind == "sinusoidal" and self.positions is None:
            raise WeightsError(
                "position_kind 'sinusoidal' needs positions, the longest length."
            )
        if self.decision == "argmax" and self.classes < 2:
            raise WeightsError("decision 'argmax' needs classes >= 2, but classes = 1.")

    def _check_attention(self) -> None:
        if self.attention == "boltzmann" and self.inner_size != 1:
            raise WeightsError(
                "attention 'boltzmann' ties one projection a head, but the maps have "
                f"{self.inner_size} rows: set rank=1."
            )
        if self.attention == "boltzmann" and (self.value_size or not self.skip):
            raise WeightsError(
                "attention 'boltzmann' has tied values and its skip connection: leave "
                "out value_size and skip."
            )
        if self.hardmax_gradient != "none" and self.attention != "hardmax":
            raise WeightsError(
                f"hardmax_gradient {self.hardmax_gradient!r} needs attention "
                f"'hardmax', not {self.attention!r}."
            )
        if not (isfinite(self.temperature) and self.temperature > 0):
            raise WeightsError(f"temperature = {self.temperature} is not positive.")
        if not 0 < self.anneal_until <= 1:
            raise WeightsError(f"anneal_until = {self.anneal_until} is not in (0, 1].")

    def _check_norm(self) -> None:
        if self.norm != "none" and self.feedforward == "plain":
            raise WeightsError(
                f"norm {self.norm!r} stands in front of layers with skip connection: "
                "set feedforward='residual'."
            )
        if self.norm == "layer" and self.width == 1:
            raise WeightsError("norm 'layer' makes every state of width 1 equal.")

    @property
    def inner_size(self) -> int:
        """Rows of each map of a head: the smaller of head size and rank."""
        rank = self.head_size if self.rank is None else self.rank
        return min(self.head_size, rank)

    @property
    def inner_value_size(self) -> int:
        """Rows of the value map of a head, bounded by the rank as well."""
        size = self.value_size or self.head_size
        return size if self.rank is None else min(size, self.rank)

    @property
    def outputs(self) -> int:
        """Outputs of the readout: C for ``argmax``, one for ``nearest``."""
        return self.classes if self.decision == "argmax" else 1

    @property
    def score_scale(self) -> float:
        """The factor of all scores."""
        return 1 / sqrt(self.head_size) if self.scale_scores else 1.0

    @property
    def softening(self) -> Softening | None:
        """What stands in for the gradient of hardmax."""
        if self.hardmax_gradient == "none":
            return None
        return Softening(self.hardmax_gradient, self.temperature, self.anneal_until)

    @property
    def widens(self) -> bool:
        """Whether the readout takes `hidden` units instead of m slots."""
        plain = self.feedforward == "plain" and self.decoder_depth > 0
        return plain and self.blocks == 1

    @classmethod
    def for_dataset(cls, ds: Dataset, **fields: object) -> "Config":
        """A configuration whose task, input and classes are those of a dataset.

        Ids without an embedding get a trained one; everything else is fed as vectors.
        """
        ids = ds.has_ids and ds.embedding is None
        known: dict[str, object] = {
            "task": ds.task,
            "vocab": int(ds.tokens.max()) + 1 if ids else None,
            "dim": ds.dim,
            "classes": ds.num_classes,
        }
        return cls(**(known | fields))  # pyright: ignore[reportArgumentType]


_CHOICES = {
    "task": Task,
    "attention": AttentionName,
    "feedforward": FeedForward,
    "decision": Decision,
    "position_kind": PositionName,
    "norm": NormName,
    "hardmax_gradient": HardmaxGradient,
}
_LEAST: dict[str, int] = {
    "vocab": 1,
    "dim": 1,
    "classes": 1,
    "width": 1,
    "heads": 1,
    "head_size": 1,
    "rank": 1,
    "value_size": 1,
    "encoder_depth": 0,
    "decoder_depth": 0,
    "hidden": 1,
    "positions": 1,
    "blocks": 1,
}
_OPTIONAL = ("vocab", "rank", "positions", "value_size")


def _check_choice(name: str, value: object, allowed: tuple[str, ...]) -> None:
    if value not in allowed:
        raise WeightsError(f"{name} = {value!r} is not one of {', '.join(allowed)}.")


def _check_number(name: str, value: object, least: int) -> None:
    if value is None and name in _OPTIONAL:
        return
    if isinstance(value, bool) or not isinstance(value, int) or value < least:
        raise WeightsError(f"{name} = {value!r} is not an integer >= {least}.")

"""The configuration of a trainable transformer: one attention layer between stacks."""

from dataclasses import dataclass
from typing import Literal, get_args

from memcap.core.errors import WeightsError
from memcap.data.dataset import Dataset, Task
from memcap.model.weights import Decision

AttentionName = Literal["softmax", "boltzmann", "hardmax", "uniform"]
FeedForward = Literal["residual", "plain"]


@dataclass(frozen=True, kw_only=True)
class Config:
    """One attention layer between two token-wise stacks (Gen.T), to be trained.

    The state of a token has m slots; it passes `encoder_depth` token-wise layers, one
    attention layer with skip connection, and `decoder_depth` token-wise layers. There
    is no layer norm and no 1/sqrt(s), as in the papers.

    *Rank.* A head whose four maps have rank r computes what a head of size r
    computes: with ``W_K = U_K K`` and ``W_Q = U_Q Q`` of rank r, the score matrix is
    ``W_K^T W_Q = K^T (U_K^T U_Q Q)``, and likewise ``W_O W_V = (W_O U_V) V``. So the
    maps are stored by their outer-product factors: rows of key and query are the r
    factors of the score matrix, rows of value and columns of output those of
    ``W_O W_V``. `rank` bounds them, and `inner_size` is the number stored.

    *Attention.* ``boltzmann`` is softmax with one tied projection, ``W_K = W_V = v^T``
    and ``W_Q = kappa v^T``, so that a head returns the Boltzmann operator of the
    projected tokens. ``hardmax`` shares ties and passes no gradient through its
    scores (there is no straight-through estimate): its query and key maps stay as
    they were drawn. ``uniform`` has no query and key maps.

    *Feed-forward.* ``residual`` layers are ``h + W2 max(W1 h + b1, 0) + b2`` with
    `hidden` units. ``plain`` layers are ``max(W h + b, 0)`` of `hidden` units; the
    last one of the encoder returns to m slots, the readout takes those of the decoder.

    Args:
        task: ``next_token`` reads the last token, ``seq_to_seq`` every token.
        vocab: V for token ids with a trained embedding, None for vector tokens.
        dim: d, dimension of a vector token; without meaning when `vocab` is given.
        classes: C.
        width: m, slots of a token's state.
        heads: H.
        head_size: s, rows of the maps of a head.
        rank: bound on the rank of each map of a head, or None for full rank.
        attention: how scores become weights.
        encoder_depth: token-wise layers before the attention.
        decoder_depth: token-wise layers behind it.
        hidden: q, units of a token-wise layer.
        feedforward: ``residual`` or ``plain``.
        causal: whether a token sees only itself and earlier tokens.
        positions: longest sequence for trained position vectors, or None for none.
        decision: ``argmax`` of C outputs, or ``nearest`` integer of one output.

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

    def __post_init__(self) -> None:
        for name, kind in _CHOICES.items():
            _check_choice(name, getattr(self, name), get_args(kind))
        for name, least in _LEAST.items():
            _check_number(name, getattr(self, name), least)
        if not isinstance(self.causal, bool):
            raise WeightsError(f"causal = {self.causal!r} is not True or False.")
        if self.attention == "boltzmann" and self.inner_size != 1:
            raise WeightsError(
                "attention 'boltzmann' ties one projection a head, but the maps have "
                f"{self.inner_size} rows: set rank=1."
            )
        if self.decision == "argmax" and self.classes < 2:
            raise WeightsError("decision 'argmax' needs classes >= 2, but classes = 1.")

    @property
    def inner_size(self) -> int:
        """Rows of each map of a head: the smaller of head size and rank."""
        rank = self.head_size if self.rank is None else self.rank
        return min(self.head_size, rank)

    @property
    def outputs(self) -> int:
        """Outputs of the readout: C for ``argmax``, one for ``nearest``."""
        return self.classes if self.decision == "argmax" else 1

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
}
_LEAST: dict[str, int] = {
    "vocab": 1,
    "dim": 1,
    "classes": 1,
    "width": 1,
    "heads": 1,
    "head_size": 1,
    "rank": 1,
    "encoder_depth": 0,
    "decoder_depth": 0,
    "hidden": 1,
    "positions": 1,
}
_OPTIONAL = ("vocab", "rank", "positions")


def _check_choice(name: str, value: object, allowed: tuple[str, ...]) -> None:
    if value not in allowed:
        raise WeightsError(f"{name} = {value!r} is not one of {', '.join(allowed)}.")


def _check_number(name: str, value: object, least: int) -> None:
    if value is None and name in _OPTIONAL:
        return
    if isinstance(value, bool) or not isinstance(value, int) or value < least:
        raise WeightsError(f"{name} = {value!r} is not an integer >= {least}.")

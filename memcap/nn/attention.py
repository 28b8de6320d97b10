"""Attention as the papers write it; 1/sqrt(s) and a norm only on request."""

from typing import Any, NamedTuple

import jax
from flax import nnx

from memcap.model.weights import AttentionKind, Pattern
from memcap.nn.mixing import mix, product
from memcap.nn.norm import NO_GAINS, Gains, NormName, normalize, value_of
from memcap.nn.softening import Softening


class HeadShape(NamedTuple):
    """True sizes of one head of an `AttentionLayer`."""

    score: int
    value: int


class AttentionLayer(nnx.Module):
    """``h <- [h +] sum_heads W_O (W_V h) A`` (Gen.SA, Gen.HA, Gen.UA).

    ``A`` is softmax, hardmax or 1/n of the scores ``(W_K h)^T (W_Q h)``, column by
    column. Hardmax is piecewise constant in its scores: their gradient is zero, unless
    a `Softening` stands in for it.

    Args:
        kind: ``softmax``, ``hardmax`` or ``uniform``.
        query: `[H, s, m]` W_Q, rows beyond a head's true size zero.
        key: `[H, s, m]` W_K, likewise.
        value: `[H, t, m]` W_V, likewise.
        output: `[H, k, t]` W_O, columns beyond a head's true size zero.
        shapes: the true sizes of each head.
        causal: whether token k sees only tokens up to k.
        residual: whether the input is added to the output.
        part: name under which the numbers are counted.
        pattern: ``full``, or ``star`` around the first token.
        score_scale: factor of all scores, taken into W_Q.
        softening: how hardmax is trained, or None.
        norm: what is done to h before the maps see it, see `Gains`.
        gains: gain and shift of the norm.
    """

    def __init__(
        self,
        kind: AttentionKind,
        query: jax.Array,
        key: jax.Array,
        value: jax.Array,
        output: jax.Array,
        *,
        shapes: tuple[HeadShape, ...],
        causal: bool = False,
        residual: bool = True,
        part: str = "attention",
        pattern: Pattern = "full",
        score_scale: float = 1.0,
        softening: Softening | None = None,
        norm: NormName = "none",
        gains: Gains = NO_GAINS,
    ) -> None:
        self.kind: AttentionKind = kind
        self.query = nnx.Param(query)
        self.key = nnx.Param(key)
        self.value = nnx.Param(value)
        self.output = nnx.Param(output)
        self.shapes = shapes
        self.causal = causal
        self.residual = residual
        self.part = part
        self.pattern: Pattern = pattern
        self.score_scale = score_scale
        self.softening = softening
        self.norm: NormName = norm
        self.gain, self.shift = gains.stored()

    def maps(self) -> tuple[jax.Array, jax.Array, jax.Array, jax.Array]:
        """Query, key, value and output maps as they enter the forward pass."""
        query = self.query[...]
        # Rounded here, once, so that the exported W_Q is the one used.
        query = query if self.score_scale == 1 else query * self.score_scale
        return query, self.key[...], self.value[...], self.output[...]

    def __call__(
        self, state: jax.Array, progress: Any = None, *, last: bool = False
    ) -> jax.Array:
        """Apply the layer to a state `[..., n, m]`, or `last`, for its last token."""
        return _attend(self, state, progress, last)


class BoltzmannLayer(nnx.Module):
    """Softmax attention with one tied projection a head, as in KS23.Thm2.

    ``W_K = W_V = v^T`` and ``W_Q = kappa v^T``: query k reads
    ``boltz(kappa (v^T h_k) (v^T h)) / (kappa v^T h_k)``, times a column W_O.

    Args:
        projection: `[H, m]` the vectors v.
        sharpness: `[H]` the factors kappa.
        output: `[H, m, 1]` the columns W_O.
        causal: whether token k sees only tokens up to k.
        score_scale: factor of all scores, taken into W_Q.
        norm: what is done to h before the maps see it, see `Gains`.
        gains: gain and shift of the norm.

    References:
        KS23.DefBoltz, KS23.Thm2.
    """

    def __init__(
        self,
        projection: jax.Array,
        sharpness: jax.Array,
        output: jax.Array,
        *,
        causal: bool = False,
        score_scale: float = 1.0,
        norm: NormName = "none",
        gains: Gains = NO_GAINS,
    ) -> None:
        self.kind: AttentionKind = "softmax"
        self.projection = nnx.Param(projection)
        self.sharpness = nnx.Param(sharpness)
        self.output = nnx.Param(output)
        self.shapes = (HeadShape(1, 1),) * projection.shape[-2]
        self.causal = causal
        self.residual = True
        self.part = "attention"
        self.pattern: Pattern = "full"
        self.score_scale = score_scale
        self.softening: Softening | None = None
        self.norm: NormName = norm
        self.gain, self.shift = gains.stored()

    def maps(self) -> tuple[jax.Array, jax.Array, jax.Array, jax.Array]:
        """Query, key, value and output maps as they enter the forward pass."""
        tied = self.projection[...][:, None, :]
        kappa = self.sharpness[...]
        kappa = kappa if self.score_scale == 1 else kappa * self.score_scale
        # The product is rounded here, once, so that the exported W_Q is the one used.
        return kappa[:, None, None] * tied, tied, tied, self.output[...]

    def __call__(
        self, state: jax.Array, progress: Any = None, *, last: bool = False
    ) -> jax.Array:
        """Apply the layer to a state `[..., n, m]`, or `last`, for its last token."""
        return _attend(self, state, progress, last)


def _attend(
    layer: AttentionLayer | BoltzmannLayer,
    state: jax.Array,
    progress: Any,
    last: bool,
) -> jax.Array:
    """The layer's output, at all tokens or, `[..., 1, m]`, at the last one alone."""
    query, key, value, output = layer.maps()
    read = normalize(layer.norm, value_of(layer.gain), value_of(layer.shift), state)
    # Queries nobody looks at are most of the layer's work, forward and backward.
    asking, state = (x[..., -1:, :] if last else x for x in (read, state))
    scores = None
    if layer.kind != "uniform":
        scores = product(
            "...hqs,...hks->...hqk", _heads(query, asking), _heads(key, read)
        )
    mixed = mix(
        layer.kind,
        scores,
        _heads(value, read),
        causal=layer.causal,
        pattern=layer.pattern,
        softening=layer.softening,
        progress=progress,
        last=last,
    )
    written = product("hmt,...hkt->...km", output, mixed)
    return state + written if layer.residual else written


def _heads(maps: jax.Array, state: jax.Array) -> jax.Array:
    return product("hsm,...km->...hks", maps, state)

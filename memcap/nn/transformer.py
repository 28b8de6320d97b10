"""One network module for trained and for constructed weights.

The module is a token-wise embedding, a list of segments (stacks of token-wise layers
and attention layers) and an affine readout. `Config` describes the special case that
is trained; `memcap.nn.convert` builds the general one from neutral weights.
"""

from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from flax import nnx

from memcap.core.errors import WeightsError
from memcap.data.dataset import Task
from memcap.model.weights import Decision
from memcap.nn.attention import AttentionLayer, BoltzmannLayer
from memcap.nn.blocks import BlockStack
from memcap.nn.compiled import run, seed_of
from memcap.nn.config import Config
from memcap.nn.drawing import draw
from memcap.nn.feedforward import affine
from memcap.nn.norm import NormName, normalize, value_of
from memcap.nn.parts import Parts, Segment
from memcap.nn.positions import Fixed
from memcap.nn.precision import context, format_of

_MIXERS = (AttentionLayer, BoltzmannLayer, BlockStack)


class Transformer(nnx.Module):
    """A transformer, evaluated on a whole batch at once.

    ``model(tokens)`` has the shape of `memcap.model.forward`: ``[N]`` for one output
    and ``[N, C]`` for C of the last token, ``[N, n]`` and ``[N, n, C]`` of every
    token. Results are floats of the module's type, whatever JAX's default is; take
    ``numpy.asarray`` of float64 results where 64-bit types are off.

    For training, `memcap.nn.split` it once and use plain `jax.jit`, `jax.vmap` and
    `jax.grad` on the parameters. To differentiate or batch a float64 module, switch
    64-bit types on by ``jax.config.update("jax_enable_x64", True)``.

    Args:
        plan: the `Config` of a network to be drawn, or the finished `Parts`.
        rngs: an integer seed, or `nnx.Rngs` whose next key is the seed; needed for a
            `Config` only. NumPy draws, so that weights are the same on every device.
        dtype: ``float64``, ``float32``, ``bfloat16`` or ``float16``.

    Raises:
        WeightsError: a `Config` is given without `rngs`.
        PrecisionError: there is no such type.
    """

    def __init__(
        self,
        plan: Config | Parts,
        *,
        rngs: nnx.Rngs | int | None = None,
        dtype: str = "float32",
    ) -> None:
        parts = plan if isinstance(plan, Parts) else _drawn(plan, rngs, dtype)
        self.task: Task = parts.task
        self.ids = parts.ids
        self.decision: Decision = parts.decision
        self.dtype = parts.dtype
        self.table = nnx.Param(parts.table)
        stored = nnx.Param if parts.positions_trained else Fixed
        self.positions = nnx.data(
            None if parts.positions is None else stored(parts.positions)
        )
        self.aggregate = nnx.data(
            None if parts.aggregate is None else nnx.Param(parts.aggregate)
        )
        self.segments = nnx.List(parts.segments)
        self.readout = nnx.Param(parts.readout)
        self.readout_bias = nnx.Param(parts.readout_bias)
        self.norm: NormName = parts.norm
        self.readout_gain, self.readout_shift = parts.gains.stored()

    def __call__(self, tokens: Any, *, progress: Any = None) -> jax.Array:
        """Outputs of a batch of sequences.

        Args:
            tokens: `[N, n]` integer ids, or `[N, n, d]` vectors; `[N, n]` numbers are
                1-d vectors to a network of vectors. Vectors are rounded to the
                module's type.
            progress: share of the training done, in 0..1, a number or a traced
                scalar: what is trained in place of hardmax depends on it. None, the
                default, evaluates the network as it is.

        Returns:
            `[N]`, `[N, C]`, `[N, n]` or `[N, n, C]` floats.

        Raises:
            WeightsError: the tokens do not fit the network. Ids inside `jax.jit`
                cannot be looked at: one out of range gives NaN.
        """
        with context(self.dtype):
            tokens = self._checked(tokens)
            # One compiled function for the whole network; NNX ends at its door.
            return run(*nnx.split(self), tokens, progress)

    def forward(self, tokens: Any, progress: Any = None) -> jax.Array:
        """What is compiled: the outputs of tokens that were checked."""
        segments = list(self.segments)
        known = self._known_by_id(tokens)
        state = self._with_aggregate(self._embed(tokens, segments[:known]))
        last = max(self._attentions(), default=-1)
        for index in range(known, len(segments)):
            # Behind the last attention only the last token is read.
            alone = index == last and self.task == "next_token"
            state = _applied(segments[index], state, progress, alone)
        return self._read(state)

    def _attentions(self) -> list[int]:
        return [i for i, part in enumerate(self.segments) if isinstance(part, _MIXERS)]

    def _known_by_id(self, tokens: jax.Array) -> int:
        """How many segments are cheaper applied to the table than to the tokens.

        Up to the first attention a state without positions depends on the id alone,
        and there may be fewer ids than tokens.
        """
        alike = self.ids and self.positions is None and self.aggregate is None
        if not alike or tokens.size <= self.table.shape[0]:
            return 0
        return min(self._attentions(), default=len(self.segments))

    def _checked(self, tokens: Any) -> Any:
        tokens = tokens if isinstance(tokens, jax.Array) else np.asarray(tokens)
        tokens = self._checked_ids(tokens) if self.ids else self._checked_real(tokens)
        if self.positions is not None and tokens.shape[1] > self.positions.shape[0]:
            raise WeightsError(
                f"sequences of {tokens.shape[1]} tokens, but "
                f"{self.positions.shape[0]} positions."
            )
        return tokens

    def _checked_ids(self, ids: Any) -> Any:
        rows = self.table.shape[0]
        if ids.ndim != 2 or ids.dtype.kind not in "iu":
            raise WeightsError("this network takes (N, n) integer ids.")
        if isinstance(ids, np.ndarray) and (ids.min() < 0 or ids.max() >= rows):
            raise WeightsError(
                f"ids run from {ids.min()} to {ids.max()}; the embedding holds "
                f"0..{rows - 1}."
            )
        return ids

    def _checked_real(self, tokens: Any) -> Any:
        vectors = tokens[:, :, None] if tokens.ndim == 2 else tokens
        if vectors.ndim != 3 or vectors.shape[2] != self.table.shape[0]:
            raise WeightsError(
                f"tokens of shape {tokens.shape} do not fit a network of "
                f"{self.table.shape[0]}-dimensional tokens."
            )
        return vectors.astype(jnp.dtype(self.dtype))

    def _embed(self, tokens: jax.Array, first: Sequence[Segment]) -> jax.Array:
        """Vectors of the tokens; of ids, behind these token-wise segments."""
        table = self.table[...]
        if self.ids:
            for segment in first:
                table = segment(table)
            state = table.at[tokens].get(mode="fill", fill_value=jnp.nan)
        else:
            state = jnp.matmul(tokens, table, precision="highest")
        if self.positions is None:
            return state
        return state + self.positions[...][None, : tokens.shape[1]]

    def _with_aggregate(self, state: jax.Array) -> jax.Array:
        if self.aggregate is None:
            return state
        own = self.aggregate[...][None, None]
        own = jnp.broadcast_to(own, (state.shape[0], 1, state.shape[2]))
        return jnp.concatenate([own, state], axis=1)

    def _read(self, state: jax.Array) -> jax.Array:
        if self.task == "next_token":
            state = state[:, -1]
        elif self.aggregate is not None:
            state = state[:, 1:]
        gain, shift = value_of(self.readout_gain), value_of(self.readout_shift)
        state = normalize(self.norm, gain, shift, state)
        outputs = affine(self.readout[...], self.readout_bias[...], state)
        return outputs[..., 0] if self.decision == "nearest" else outputs


def _applied(
    segment: Segment, state: jax.Array, progress: Any, last: bool
) -> jax.Array:
    """A segment's output; where it mixes tokens, on request at the last one alone."""
    if isinstance(segment, BlockStack):
        state = segment(state, progress)
        return state[:, -1:] if last else state
    if isinstance(segment, (AttentionLayer, BoltzmannLayer)):
        return segment(state, progress, last=last)
    return segment(state)


def _drawn(config: Config, rngs: nnx.Rngs | int | None, dtype: str) -> Parts:
    format_of(dtype)
    with context(dtype):
        return draw(config, np.random.default_rng(seed_of(rngs)), dtype)

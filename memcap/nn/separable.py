"""A separable network: sums of products of functions of one coordinate each.

Our own version of the tensor-decomposed (CP, B-spline) core of SNA and KHRONOS, an
architecture to compare with; it is not the tuned model of those papers. A product of
coordinates has no place in the neutral record of a transformer, so there is no exact
export: a separable network is counted by its formula and run in floating point.
"""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from flax import nnx

from memcap.core.errors import WeightsError
from memcap.data.dataset import Task
from memcap.model.weights import Decision
from memcap.nn.compiled import run, seed_of
from memcap.nn.feedforward import affine
from memcap.nn.mixing import product
from memcap.nn.precision import context, format_of
from memcap.nn.separable_config import SeparableConfig as SeparableConfig

# Keeps the logarithm of a factor 0 finite; its sign is 0, and so is the product.
_FLOOR = 1e-9


class SeparableNetwork(nnx.Module):
    """``y = W p + b`` with ``p_j = prod_i sum_e w_ije B(|x_i - e/(E-1)| s_i)``.

    B is the quadratic B-spline; the D coordinates x lie in 0..1, see
    `SeparableConfig`. Factors start as N(1, 0.01) coefficients, near 1, so that their
    product neither vanishes nor explodes; the scales s start at E - 1, one cell.
    The product is formed as sign times exponential of a sum of logarithms.

    Args:
        config: the sizes.
        rngs: an integer seed, or `nnx.Rngs` whose next key is the seed. NumPy draws.
        dtype: type of all arrays.

    Raises:
        WeightsError: `rngs` is missing.
        PrecisionError: there is no such type.

    References:
        2603.12244 (SNA), 2505.13315 (KHRONOS).
    """

    def __init__(
        self,
        config: SeparableConfig,
        *,
        rngs: nnx.Rngs | int | None = None,
        dtype: str = "float32",
    ) -> None:
        format_of(dtype)
        source = np.random.default_rng(seed_of(rngs))
        d, e, r, k = config.coordinates, config.nodes, config.rank, config.outputs
        factors = source.normal(1.0, 0.1, (d, e, r))
        readout = source.normal(0.0, r**-0.5, (k, r))
        self.task: Task = config.task
        self.decision: Decision = config.decision
        self.length = config.length
        self.dim = config.dim
        self.vocab = config.vocab
        self.dtype = dtype
        with context(dtype):
            self.factors = nnx.Param(_array(factors, dtype))
            self.scale = nnx.Param(_array(np.full(d, e - 1.0), dtype))
            self.readout = nnx.Param(_array(readout, dtype))
            self.readout_bias = nnx.Param(_array(np.zeros(k), dtype))

    def __call__(self, tokens: Any, *, progress: Any = None) -> jax.Array:
        """Outputs of a batch of sequences.

        Args:
            tokens: `[N, n]` integer ids with a `vocab`; else `[N, n, d]` vectors, or
                `[N, n]` numbers where d = 1.
            progress: as for `Transformer`; without effect.

        Returns:
            `[N, C]` floats, or `[N]` for ``nearest``.

        Raises:
            WeightsError: the tokens do not fit the network.
        """
        with context(self.dtype):
            return run(*nnx.split(self), self._checked(tokens), progress)

    def forward(self, tokens: Any, progress: Any = None) -> jax.Array:
        """What is compiled: the outputs of tokens that were checked."""
        del progress
        factors = product("...de,der->...dr", self._basis(tokens), self.factors[...])
        sign = jnp.sign(factors).prod(axis=-2)
        size = jnp.exp(jnp.log(jnp.abs(factors) + _FLOOR).sum(axis=-2))
        outputs = affine(self.readout[...], self.readout_bias[...], sign * size)
        return outputs[..., 0] if self.decision == "nearest" else outputs

    def _basis(self, tokens: jax.Array) -> jax.Array:
        """`[N, D, E]` the values of the B-splines at the coordinates."""
        cells = self.factors.shape[1] - 1
        node = jnp.arange(cells + 1, dtype=self.dtype) / cells
        gap = jnp.abs(self._unit(tokens)[..., None] - node[None, None])
        return spline(gap * self.scale[...][None, :, None])

    def _unit(self, tokens: jax.Array) -> jax.Array:
        """`[N, D]` coordinates in 0..1."""
        if self.vocab is not None:
            return tokens.astype(self.dtype) / max(1, self.vocab - 1)
        return jax.nn.sigmoid(tokens.reshape(tokens.shape[0], -1))

    def _checked(self, tokens: Any) -> Any:
        tokens = tokens if isinstance(tokens, jax.Array) else np.asarray(tokens)
        if self.vocab is not None:
            return self._checked_ids(tokens, self.vocab)
        vectors = tokens[:, :, None] if tokens.ndim == 2 else tokens
        if vectors.ndim != 3 or vectors.shape[1:] != (self.length, self.dim):
            raise WeightsError(
                f"tokens of shape {tokens.shape} do not fit a network of sequences of "
                f"{self.length} tokens of dimension {self.dim}."
            )
        return vectors.astype(jnp.dtype(self.dtype))

    def _checked_ids(self, ids: Any, vocab: int) -> Any:
        if ids.ndim != 2 or ids.shape[1] != self.length or ids.dtype.kind not in "iu":
            raise WeightsError(f"this network takes (N, {self.length}) integer ids.")
        if isinstance(ids, np.ndarray) and (ids.min() < 0 or ids.max() >= vocab):
            raise WeightsError(
                f"ids run from {ids.min()} to {ids.max()}, not within 0..{vocab - 1}."
            )
        return ids


def spline(distance: jax.Array) -> jax.Array:
    """The quadratic B-spline at a distance u >= 0, in cells, from its centre.

    ``3/4 - u^2`` up to 1/2, ``(3/2 - u)^2 / 2`` up to 3/2, then 0.

    Example:
        >>> spline(jnp.array([0.0, 0.5, 1.0, 2.0])).tolist()
        [0.75, 0.5, 0.125, 0.0]
    """
    outer = jnp.square(jnp.maximum(1.5 - distance, 0)) / 2
    return jnp.where(distance < 0.5, 0.75 - jnp.square(distance), outer)


def _array(values: np.ndarray, dtype: str) -> jax.Array:
    return jnp.asarray(values.astype(jnp.dtype(dtype)))

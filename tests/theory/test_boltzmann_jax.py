"""The operator on JAX arrays: under jit, vmap and grad, in float32 and float64."""

import numpy as np
import pytest

from memcap.theory import boltzmann

jax = pytest.importorskip("jax")
jnp = jax.numpy
FUNCTIONS = (
    boltzmann.operator,
    boltzmann.gradient,
    boltzmann.entropy,
    boltzmann.log_sum_exp,
)


def batch(dtype, scale=3.0):
    rng = np.random.default_rng(1)
    return rng.uniform(-scale, scale, size=(4, 5)).astype(dtype)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("function", FUNCTIONS)
def test_jit_and_vmap_agree_with_numpy(function, dtype):
    x = batch(dtype)
    with jax.enable_x64(True):
        rows = jnp.asarray(x)
        made = [function(rows), jax.jit(function)(rows), jax.vmap(function)(rows)]
    for found in made:
        assert found.dtype == dtype
        tolerance = 20 * np.finfo(dtype).eps
        np.testing.assert_allclose(found, function(x), rtol=tolerance, atol=tolerance)


@pytest.mark.parametrize("scale", [1.0, 40.0, 1e4])
def test_automatic_gradient_is_the_formula(scale):
    with jax.enable_x64(True):
        rows = jnp.asarray(batch(np.float64, scale))
        automatic = jax.jit(jax.vmap(jax.grad(boltzmann.operator)))(rows)
        np.testing.assert_allclose(
            automatic, boltzmann.gradient(rows), rtol=1e-12, atol=1e-13
        )


def test_gradient_at_ties_and_absent_entries():
    with jax.enable_x64(True):
        x = jnp.asarray([2.0, 2.0, -jnp.inf, -1.0])
        automatic = jax.grad(boltzmann.operator)(x)
        np.testing.assert_allclose(automatic, boltzmann.gradient(x), rtol=1e-14)
        assert automatic[2] == 0
        ball = boltzmann.gradient([2, 2, -1], precision=100)
        kept = np.array(automatic)[[0, 1, 3]]
        np.testing.assert_allclose(kept, [float(b) for b in ball], rtol=1e-14)


def test_second_derivative_by_differences():
    x, step = np.array([0.4, -0.3, 1.1]), 1e-5
    with jax.enable_x64(True):
        hessian = jax.jit(jax.hessian(boltzmann.operator))(jnp.asarray(x))
    shifts = step * np.eye(3)
    change = boltzmann.gradient(x + shifts) - boltzmann.gradient(x - shifts)
    np.testing.assert_allclose(hessian, change / (2 * step), atol=1e-9)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_large_scores_overflow_nowhere(dtype):
    with jax.enable_x64(True):
        x = jnp.asarray([1e4, -1e4, 9999.0], dtype=dtype)
        value, slope = jax.value_and_grad(boltzmann.operator)(x)
        assert jnp.isfinite(value) and bool(jnp.isfinite(slope).all())
        exact = boltzmann.operator([10000, -10000, 9999])
        assert float(value) == pytest.approx(
            float(exact), rel=float(np.finfo(dtype).eps)
        )

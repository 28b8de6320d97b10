"""Strict numerics for every test: x64 on demand, no silent promotion, fixed seeds.

JAX is configured only if a test imports it; everything below the `nn` floor runs
without.
"""

import os

import pytest

os.environ.setdefault("JAX_ENABLE_X64", "1")
os.environ.setdefault("JAX_NUMPY_DTYPE_PROMOTION", "strict")
os.environ.setdefault("JAX_NUMPY_RANK_PROMOTION", "raise")
os.environ.setdefault("JAX_PLATFORMS", os.environ.get("MEMCAP_TEST_PLATFORM", "cpu"))
os.environ.setdefault("MPLBACKEND", "Agg")


@pytest.fixture(autouse=True)
def flint_precision_is_restored():
    """The precision of flint is global state; no test may leave it changed."""
    from flint import ctx

    before = ctx.prec
    yield
    assert ctx.prec == before, "a test changed the global precision of flint"

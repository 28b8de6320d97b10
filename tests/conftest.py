"""Strict numerics for every test: x64 on demand, no silent promotion, fixed seeds.

JAX is configured only if a test imports it; everything below the `nn` floor runs
without.
"""

import gc
import os

import pytest

os.environ.setdefault("JAX_ENABLE_X64", "1")
os.environ.setdefault("JAX_NUMPY_DTYPE_PROMOTION", "strict")
os.environ.setdefault("JAX_NUMPY_RANK_PROMOTION", "raise")
os.environ.setdefault("JAX_PLATFORMS", os.environ.get("MEMCAP_TEST_PLATFORM", "cpu"))
os.environ.setdefault("MPLBACKEND", "Agg")

# Thousands of tests and the libraries they load are never garbage; looking through
# them again and again took a quarter of the time of tests with exact numbers.
gc.set_threshold(100_000, 50, 100)


def pytest_collection_finish():
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True)
def flint_precision_is_restored():
    """The precision of flint is global state; no test may leave it changed."""
    from flint import ctx

    before = ctx.prec
    yield
    assert ctx.prec == before, "a test changed the global precision of flint"

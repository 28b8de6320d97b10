"""The public names of memcap.distill exist, and only training needs JAX."""

import subprocess
import sys

import memcap as mc


def test_every_name_is_there():
    assert all(getattr(mc.distill, name) is not None for name in mc.distill.__all__)


def test_comparing_needs_no_jax():
    code = (
        "import sys, memcap as mc\n"
        "mc.distill.compare, mc.distill.read, mc.distill.capacity_gap\n"
        "assert 'jax' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)

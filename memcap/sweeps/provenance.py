"""Where the numbers come from: versions, commit, machine, device, time."""

import os
import platform
import subprocess
import sys
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

_ALWAYS = ("memcap", "numpy", "python-flint")
_IF_LOADED = ("jax", "flax", "optax")


def versions() -> dict[str, str]:
    """Versions of Python and of the packages that took part so far."""
    packages = (*_ALWAYS, *(name for name in _IF_LOADED if name in sys.modules))
    found = {"python": platform.python_version()}
    for package in packages:
        try:
            found[package] = version(package)
        except PackageNotFoundError:  # run from a source tree that is not installed
            found[package] = "unknown"
    return found


def machine() -> str:
    """System, processor family and number of processors."""
    return f"{platform.system()} {platform.machine()}, {os.cpu_count()} processors"


def now() -> str:
    """The time in UTC, to the second."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def device() -> str:
    """What this process computes on: kind and number of JAX devices, or the machine.

    JAX is asked only where it is loaded already.
    """
    if "jax" not in sys.modules:
        return machine()
    import jax

    devices = jax.local_devices()
    if devices[0].platform == "cpu":
        return machine()
    return f"{len(devices)} x {devices[0].device_kind}"


def git_commit() -> str:
    """The commit that this package is checked out from, or an empty text.

    Marked ``with local changes`` where the package differs from the commit.
    """
    folder = Path(__file__).resolve().parents[1]
    # A package installed inside some other repository is not tracked by it.
    if not _git(folder, "ls-files", "__init__.py"):
        return ""
    commit = _git(folder, "rev-parse", "HEAD")
    changed = _git(folder, "status", "--porcelain", "--", ".")
    return f"{commit} with local changes" if changed else commit


def _git(folder: Path, *arguments: str) -> str:
    try:
        done = subprocess.run(
            ["git", "-C", str(folder), *arguments],
            capture_output=True,
            text=True,
            timeout=20,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    return done.stdout.strip()

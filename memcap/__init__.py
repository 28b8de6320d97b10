"""Memorization capacity of transformers: theorems as weights, checked exactly.

    import memcap as mc
    ds = mc.data.random_next_token(num_samples=1000, length=16, vocab=64, classes=2)
    built = mc.construct("next_token", ds)      # actual weights, with claims
    cert = mc.verify(built, ds)                 # exact forward pass of those weights
    print(cert.verdict, mc.count(built.weights).nonzero)

Names load on first use, so that importing memcap costs nothing and needs no JAX.
"""

from importlib import import_module as _import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from memcap import constructions as constructions
    from memcap import data as data
    from memcap import distill as distill
    from memcap import nn as nn
    from memcap import training as training
    from memcap.certify import Certificate as Certificate
    from memcap.certify import contextual_mapping as contextual_mapping
    from memcap.certify import verify as verify
    from memcap.constructions import Built as Built
    from memcap.constructions import construct as construct
    from memcap.core.claims import Claim as Claim
    from memcap.core.claims import Verdict as Verdict
    from memcap.core.errors import HypothesisError as HypothesisError
    from memcap.core.errors import InconsistentLabelsError as InconsistentLabelsError
    from memcap.core.errors import MemcapError as MemcapError
    from memcap.core.refs import Ref as Ref
    from memcap.data.dataset import Dataset as Dataset
    from memcap.model.arch import Arch as Arch
    from memcap.model.counting import count as count
    from memcap.model.files import load_weights as load_weights
    from memcap.model.files import save_weights as save_weights
    from memcap.model.forward import forward as forward
    from memcap.model.weights import Weights as Weights
    from memcap.theory import boltzmann as boltzmann
    from memcap.theory import bounds as bounds

__version__ = "0.1.0"

_MODULES = {
    "boltzmann": "memcap.theory.boltzmann",
    "bounds": "memcap.theory.bounds",
    "constructions": "memcap.constructions",
    "data": "memcap.data",
    "distill": "memcap.distill",
    "nn": "memcap.nn",
    "training": "memcap.training",
}
_NAMES = {
    "Arch": "memcap.model.arch",
    "Built": "memcap.constructions",
    "Certificate": "memcap.certify",
    "Claim": "memcap.core.claims",
    "Dataset": "memcap.data.dataset",
    "HypothesisError": "memcap.core.errors",
    "InconsistentLabelsError": "memcap.core.errors",
    "MemcapError": "memcap.core.errors",
    "Ref": "memcap.core.refs",
    "Verdict": "memcap.core.claims",
    "Weights": "memcap.model.weights",
    "construct": "memcap.constructions",
    "contextual_mapping": "memcap.certify",
    "count": "memcap.model.counting",
    "forward": "memcap.model.forward",
    "load_weights": "memcap.model.files",
    "save_weights": "memcap.model.files",
    "verify": "memcap.certify",
}
__all__ = sorted([*_MODULES, *_NAMES])  # pyright: ignore[reportUnsupportedDunderAll]


def __getattr__(name: str) -> Any:
    if name in _MODULES:
        value = _import_module(_MODULES[name])
    elif name in _NAMES:
        value = getattr(_import_module(_NAMES[name]), name)
    else:
        raise AttributeError(f"module 'memcap' has no attribute {name!r}")
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted([*__all__, "__version__"])

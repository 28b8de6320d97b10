"""The parameters of a network by name: to look at, to overwrite, to hold still."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import jax.numpy as jnp
import numpy as np
from flax import nnx

from memcap.core.errors import WeightsError
from memcap.nn.attention import AttentionLayer, BoltzmannLayer
from memcap.nn.blocks import BlockStack
from memcap.nn.build import Network
from memcap.nn.decoder import Decoder
from memcap.nn.parts import Segment
from memcap.nn.precision import context
from memcap.nn.separable import SeparableNetwork

_Path = tuple[Any, ...]


def parameters(model: Network) -> dict[str, nnx.Param]:
    """The parameters of a network by name.

    Names are ``embedding``, ``positions``, ``aggregate``, ``readout`` and
    ``readout_bias``, and part and array for what lies between:
    ``attention.projection``, ``decoder.inner``. Where a part has several segments, the
    second one is ``decoder#2.inner``. Several blocks are stacked in arrays such as
    ``blocks.attention.query`` and ``blocks.feedforward.inner``; those of a decoder are
    numbered, as ``layers.0.maps``.

    Args:
        model: the network.

    Returns:
        its own parameters, not copies.

    Example:
        >>> from memcap.nn import Config, Transformer
        >>> model = Transformer(Config(vocab=4, attention="boltzmann"), rngs=0)
        >>> [name for name in parameters(model) if name.startswith("attention")]
        ['attention.output', 'attention.projection', 'attention.sharpness']
    """
    return {name: _at(model, path) for name, path in _paths(model).items()}


def assign(model: Network, values: Mapping[str, Any]) -> None:
    """Overwrite some parameters of a network, rounded to its type.

    Args:
        model: the network; changed in place.
        values: arrays by the names of `parameters`, in the parameters' shapes.

    Raises:
        WeightsError: a name or a shape does not fit, or the type cannot hold a value.
    """
    known = parameters(model)
    _check_names(values, known)
    for name, value in values.items():
        array = np.asarray(value, dtype=np.float64)
        if array.shape != tuple(known[name].shape):
            raise WeightsError(
                f"{name} has shape {tuple(known[name].shape)}, but the values given "
                f"have shape {array.shape}."
            )
        with context(model.dtype), np.errstate(over="ignore"):
            rounded = array.astype(jnp.dtype(model.dtype))
            if not np.isfinite(rounded).all():
                raise WeightsError(f"a value of {name} lies beyond {model.dtype}.")
            known[name][...] = jnp.asarray(rounded)


def split(
    model: Network, frozen: Iterable[str] = ()
) -> tuple[nnx.GraphDef, nnx.State, nnx.State]:
    """Take a network apart into structure, trained parameters and the rest, once.

    ``nnx.merge(structure, trained, rest)`` puts it together again, also inside
    `jax.jit`. Frozen parameters are in the rest: no gradient is taken with respect to
    them, no optimizer sees them, and so nothing can move them.

    Args:
        model: the network.
        frozen: names of `parameters` that shall stay as they are.

    Raises:
        WeightsError: there is no such parameter.
    """
    paths = _paths(model)
    _check_names(frozen := tuple(frozen), paths)
    still = {paths[name] for name in frozen}
    structure, trained, rest = nnx.split(
        model,
        lambda path, value: isinstance(value, nnx.Param) and path not in still,
        ...,
    )
    return structure, trained, rest


def _check_names(names: Iterable[str], known: Iterable[str]) -> None:
    known = tuple(known)
    for name in names:
        if name not in known:
            raise WeightsError(
                f"there is no parameter {name!r}; this network has {', '.join(known)}."
            )


def _paths(model: Network) -> dict[str, _Path]:
    parts = list(_part_names(model))
    flat = nnx.to_flat_state(nnx.state(model, nnx.Param))
    return {_name(path, parts): path for path, _ in flat}


def _name(path: _Path, parts: list[str]) -> str:
    if path[0] == "segments":
        inside = [str(step) for step in path[2:] if step != "block"]
        return ".".join([parts[path[1]], *inside])
    return "embedding" if path[0] == "table" else ".".join(map(str, path))


def _at(model: Network, path: _Path) -> nnx.Param:
    found: Any = model
    for step in path:
        found = found[step] if isinstance(step, int) else getattr(found, step)
    return found


def _part_names(model: Network) -> Iterator[str]:
    seen: dict[str, int] = {}
    if isinstance(model, (SeparableNetwork, Decoder)):
        return
    for segment in model.segments:
        part = _part(segment)
        seen[part] = seen.get(part, 0) + 1
        yield part if seen[part] == 1 else f"{part}#{seen[part]}"


def _part(segment: Segment) -> str:
    if isinstance(segment, (AttentionLayer, BoltzmannLayer)):
        return segment.part
    if isinstance(segment, BlockStack):
        return "blocks"
    return segment.shapes[0].part

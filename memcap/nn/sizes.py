"""How many numbers training moves, by formula: no network is built."""

from itertools import pairwise

from memcap.nn.build import AnyConfig
from memcap.nn.config import Config
from memcap.nn.decoder import DecoderConfig
from memcap.nn.separable import SeparableConfig


def trained_parameters(config: AnyConfig) -> dict[str, int]:
    """Numbers that training moves, by part.

    These are the free parameters. `memcap.count` counts what a network stores once it
    is exported: there the tied projection of ``boltzmann`` is three maps of m numbers
    and sinusoidal positions are a table; else its ``dense`` is the same number, part
    by part, but for a readout bias that is zero throughout.

    Args:
        config: the network.

    Returns:
        ``embedding``, ``positions``, ``encoder``, ``attention``, ``decoder``, ``norm``
        and ``readout``, as far as they are not 0; ``factors``, ``scale`` and
        ``readout`` of a separable network. A `DecoderConfig` has the same parts.

    Example:
        >>> trained_parameters(Config(vocab=5, width=4, attention="boltzmann"))
        {'embedding': 20, 'attention': 9, 'decoder': 148, 'readout': 10}
    """
    if isinstance(config, SeparableConfig):
        d, k = config.coordinates, config.outputs
        factors = d * config.nodes * config.rank
        return {"factors": factors, "scale": d, "readout": k * (config.rank + 1)}
    if isinstance(config, DecoderConfig):
        return _decoder(config)
    m = config.width
    rows = config.dim if config.vocab is None else config.vocab
    trained = config.positions if config.position_kind == "trained" else None
    slots = config.hidden if config.widens else m
    sizes = {
        "embedding": rows * m,
        "positions": (trained or 0) * m,
        "encoder": _token_wise(config, config.encoder_depth, m),
        "attention": config.blocks * config.heads * _head(config),
        "decoder": config.blocks * _token_wise(config, config.decoder_depth, slots),
        "norm": _norms(config) * m * {"none": 0, "rms": 1, "layer": 2}[config.norm],
        "readout": config.outputs * (slots + 1),
    }
    return {part: size for part, size in sizes.items() if size}


def _decoder(config: DecoderConfig) -> dict[str, int]:
    d, layers = config.width, config.layers
    return {
        "embedding": config.vocab * d,
        "positions": config.positions * d,
        "attention": layers * 4 * d * d,
        "decoder": layers * 8 * d * d,
        "norm": (2 * layers + 1) * d,
        "readout": config.vocab * d,
    }


def _head(config: Config) -> int:
    m, s, t = config.width, config.inner_size, config.inner_value_size
    if config.attention == "boltzmann":
        return 2 * m + 1
    return 2 * m * (t if config.attention == "uniform" else s + t)


def _token_wise(config: Config, depth: int, last: int) -> int:
    m, q = config.width, config.hidden
    if config.feedforward == "residual" or depth == 0:
        return depth * (2 * m * q + q + m)
    sizes = [m, *[q] * (depth - 1), last]
    return sum(outputs * (inputs + 1) for inputs, outputs in pairwise(sizes))


def _norms(config: Config) -> int:
    """Places of a norm: token-wise layers, attention layers and the readout."""
    return config.encoder_depth + config.blocks * (1 + config.decoder_depth) + 1

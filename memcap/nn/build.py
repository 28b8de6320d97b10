"""Every trainable network behind one door: configuration in, module out."""

from flax import nnx

from memcap.nn.config import Config
from memcap.nn.decoder import Decoder, DecoderConfig
from memcap.nn.separable import SeparableConfig, SeparableNetwork
from memcap.nn.transformer import Transformer

AnyConfig = Config | SeparableConfig | DecoderConfig
Network = Transformer | SeparableNetwork | Decoder


def build(
    config: AnyConfig, *, rngs: nnx.Rngs | int | None = None, dtype: str = "float32"
) -> Network:
    """Draw the network that a configuration describes.

    All networks are called in the same way, ``model(tokens, progress=None)``, and
    taken apart by `memcap.nn.split`.

    Args:
        config: the configuration; its class says which network.
        rngs: an integer seed, or `nnx.Rngs` whose next key is the seed.
        dtype: type of all arrays.

    Raises:
        WeightsError: there is no seed.
        PrecisionError: there is no such type.

    Example:
        >>> type(build(SeparableConfig(length=3, vocab=4), rngs=0)).__name__
        'SeparableNetwork'
    """
    if isinstance(config, SeparableConfig):
        return SeparableNetwork(config, rngs=rngs, dtype=dtype)
    if isinstance(config, DecoderConfig):
        return Decoder(config, rngs=rngs, dtype=dtype)
    return Transformer(config, rngs=rngs, dtype=dtype)

"""Floor 5: networks as Flax NNX modules, to be run on devices and trained."""

from memcap.nn.config import Config as Config
from memcap.nn.convert import from_weights as from_weights
from memcap.nn.convert import to_weights as to_weights
from memcap.nn.transformer import Transformer as Transformer
from memcap.nn.transformer import split as split

"""Floor 5: networks as Flax NNX modules, to be run on devices and trained."""

from memcap.nn.build import AnyConfig as AnyConfig
from memcap.nn.build import Network as Network
from memcap.nn.build import build as build
from memcap.nn.config import Config as Config
from memcap.nn.convert import from_weights as from_weights
from memcap.nn.convert import to_weights as to_weights
from memcap.nn.decoder import Decoder as Decoder
from memcap.nn.decoder import DecoderConfig as DecoderConfig
from memcap.nn.initial import boltzmann_start as boltzmann_start
from memcap.nn.naming import assign as assign
from memcap.nn.naming import parameters as parameters
from memcap.nn.naming import split as split
from memcap.nn.presets import ks25_appendix_h as ks25_appendix_h
from memcap.nn.separable import SeparableConfig as SeparableConfig
from memcap.nn.separable import SeparableNetwork as SeparableNetwork
from memcap.nn.sizes import trained_parameters as trained_parameters
from memcap.nn.transformer import Transformer as Transformer

"""Floor 6: gradient training, for what a theorem's networks are compared with."""

from memcap.training.capacity import Rung as Rung
from memcap.training.capacity import WidthSearch as WidthSearch
from memcap.training.capacity import smallest_width as smallest_width
from memcap.training.config import TrainConfig as TrainConfig
from memcap.training.loop import train as train
from memcap.training.records import DivergedError as DivergedError
from memcap.training.records import Run as Run
from memcap.training.records import TrainResult as TrainResult

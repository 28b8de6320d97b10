"""Floor 6: gradient training, for what a theorem's networks are compared with."""

from memcap.training.bits import BitsCapacity as BitsCapacity
from memcap.training.bits import bits_capacity as bits_capacity
from memcap.training.capacity import Attempt as Attempt
from memcap.training.capacity import CapacitySearch as CapacitySearch
from memcap.training.capacity import max_samples as max_samples
from memcap.training.capacity import min_parameters as min_parameters
from memcap.training.config import TrainConfig as TrainConfig
from memcap.training.ensemble import Progress as Progress
from memcap.training.ensemble import train_ensemble as train_ensemble
from memcap.training.loop import train as train
from memcap.training.outcomes import Member as Member
from memcap.training.outcomes import Outcome as Outcome
from memcap.training.outcomes import memorized_bits as memorized_bits
from memcap.training.records import DivergedError as DivergedError
from memcap.training.records import Run as Run
from memcap.training.records import TrainResult as TrainResult
from memcap.training.sharded import ShardedResult as ShardedResult
from memcap.training.sharded import train_sharded as train_sharded
from memcap.training.widths import Rung as Rung
from memcap.training.widths import WidthSearch as WidthSearch
from memcap.training.widths import smallest_width as smallest_width

"""Floor 2: datasets, their generators and loaders."""

from memcap.data import generators as generators
from memcap.data.consistency import drop_inconsistent as drop_inconsistent
from memcap.data.consistency import drop_repeated as drop_repeated
from memcap.data.corpora import available as available
from memcap.data.dataset import Dataset as Dataset
from memcap.data.dataset import from_arrays as from_arrays
from memcap.data.generators import random_next_token as random_next_token
from memcap.data.generators import random_seq_to_seq as random_seq_to_seq
from memcap.data.loaders import load as load
from memcap.data.separation import Separation as Separation

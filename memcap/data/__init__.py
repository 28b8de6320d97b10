"""Floor 2: datasets, their generators and loaders."""

from memcap.data.consistency import drop_inconsistent as drop_inconsistent
from memcap.data.dataset import Dataset as Dataset
from memcap.data.dataset import from_arrays as from_arrays
from memcap.data.separation import Separation as Separation

"""Floor 8: grids of configurations and the store of what each of them gave."""

from memcap.sweeps.records import Record as Record
from memcap.sweeps.records import Store as Store
from memcap.sweeps.records import key_of as key_of

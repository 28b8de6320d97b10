"""Floor 7: sweeps over grids of configurations, and the store of what they gave."""

from memcap.sweeps.command import main as main
from memcap.sweeps.driver import Outcome as Outcome
from memcap.sweeps.driver import find as find
from memcap.sweeps.driver import rebuild as rebuild
from memcap.sweeps.driver import run as run
from memcap.sweeps.records import Record as Record
from memcap.sweeps.records import Store as Store
from memcap.sweeps.records import key_of as key_of
from memcap.sweeps.sweep import Sweep as Sweep
from memcap.sweeps.sweep import as_config as as_config
from memcap.sweeps.sweep import record_of as record_of
from memcap.sweeps.worker import shared_folder as shared_folder

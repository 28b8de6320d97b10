"""Floor 10: the main job, from a text to a report. Read `main.run` first."""

from memcap.study.main import Outcome as Outcome
from memcap.study.main import run as run
from memcap.study.presets import PRESETS as PRESETS
from memcap.study.presets import Preset as Preset

"""Training data for other tools, and tables of comparisons; free of JAX."""

from memcap.distill.exporters.schema import SCHEMA as SCHEMA
from memcap.distill.exporters.schema import Row as Row
from memcap.distill.exporters.schema import rows_of as rows_of
from memcap.distill.exporters.tables import dump as dump
from memcap.distill.exporters.tables import load as load
from memcap.distill.exporters.trl import Example as Example
from memcap.distill.exporters.trl import Export as Export
from memcap.distill.exporters.trl import export as export

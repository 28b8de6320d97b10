"""Where the numbers come from: versions, commit, machine, time."""

from memcap.sweeps.provenance import git_commit as git_commit
from memcap.sweeps.provenance import machine as machine
from memcap.sweeps.provenance import now as now
from memcap.sweeps.provenance import versions as versions

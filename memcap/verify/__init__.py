"""Floor 4: certificates and the trusted checker; knows nothing of constructions."""

from memcap.verify.certificate import Certificate as Certificate
from memcap.verify.certificate import Recheck as Recheck
from memcap.verify.verify import verify as verify

"""Floor 4: certificates and the trusted checker; knows nothing of constructions."""

from memcap.certify.certificate import Certificate as Certificate
from memcap.certify.certificate import Recheck as Recheck
from memcap.certify.verify import contextual_mapping as contextual_mapping
from memcap.certify.verify import verify as verify

"""Floor 4: theorems as weights; one file per theorem, one registry."""

from memcap.constructions import bounded_depth as bounded_depth
from memcap.constructions import compact as compact
from memcap.constructions import deep_sets as deep_sets
from memcap.constructions import embedding as embedding
from memcap.constructions import hardware_exact as hardware_exact
from memcap.constructions import limited_bits as limited_bits
from memcap.constructions import limited_bits_transformer as limited_bits_transformer
from memcap.constructions import next_token as next_token
from memcap.constructions import rank_one_contextual as rank_one_contextual
from memcap.constructions import rank_one_memorizer as rank_one_memorizer
from memcap.constructions import relu_memorizer as relu_memorizer
from memcap.constructions import seq_to_seq as seq_to_seq
from memcap.constructions import sparse_seq_to_seq as sparse_seq_to_seq
from memcap.constructions import universal_approximator as universal_approximator
from memcap.constructions.base import Built as Built
from memcap.constructions.base import Entry as Entry
from memcap.constructions.base import available as available
from memcap.constructions.base import construct as construct

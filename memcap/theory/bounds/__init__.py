"""Every known bound on memorization as an exact calculator with its reference."""

from memcap.theory.bounds.base import Bound as Bound
from memcap.theory.bounds.base import BoundValue as BoundValue
from memcap.theory.bounds.catalogue import available as available
from memcap.theory.bounds.catalogue import get as get
from memcap.theory.bounds.catalogue import table as table

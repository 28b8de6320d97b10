"""Runs of evaluation harnesses, read item by item; free of JAX."""

from memcap.distill.importers.base import Item as Item
from memcap.distill.importers.base import Run as Run
from memcap.distill.importers.sniffing import HARNESSES as HARNESSES
from memcap.distill.importers.sniffing import read as read
from memcap.distill.importers.sniffing import read_all as read_all
from memcap.distill.importers.sniffing import recognise as recognise

"""Decoders of memcap judged by EleutherAI's lm-evaluation-harness.

Task files and texts need nothing beside memcap; `decoder_lm` and `evaluate` need the
extra ``harness``. Neither asks for torch or for a network connection.
"""

from memcap.distill.harness.evaluation import HarnessRun as HarnessRun
from memcap.distill.harness.evaluation import evaluate as evaluate
from memcap.distill.harness.lm import decoder_lm as decoder_lm
from memcap.distill.harness.task_files import write_task as write_task
from memcap.distill.harness.text_decoder import TextDecoder as TextDecoder
from memcap.distill.harness.tokenizer import Tokenizer as Tokenizer

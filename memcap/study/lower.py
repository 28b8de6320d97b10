"""What a network cannot go below on its data, and how far above it is.

Which bound speaks of which network:

- *Uniform attention or none*: memcap.Shatter.any_places. Some labelling of the very
  contexts of these data is given by no such network of fewer numbers.
- *Softmax or hard attention*: no bound on the number of parameters is known that speaks
  of given data. KS25.Thm4.2 is about sequences that repeat one token each, KS25.Thm4.3
  about hard attention and pairwise different tokens, so neither is applied.
- *Any network*: Gen.Count, one bit stored for each bit of label.
"""

from dataclasses import dataclass
from math import log2

import numpy as np

from memcap.data.dataset import Dataset
from memcap.model.counting import Count
from memcap.model.weights import Attention, Weights
from memcap.theory import bounds

FEWEST = "memcap.Shatter.any_places"
MUTE = (
    "no lower bound on the number of parameters is known for {kind} attention on given "
    "data"
)


@dataclass(frozen=True)
class Lower:
    """Lower bounds beside the counts of one network.

    Args:
        contexts: distinct contexts, whose labels are free.
        bits: log2 of the number of labellings; all numbers together hold no less.
        parameters: fewest numbers, or None where no bound speaks of such a network.
        statement: identifier of the bound on parameters, or empty.
        parameters_ratio: non-zero parameters over the fewest, or None.
        bits_ratio: bits of all numbers over `bits`, None for a single class.
        sentence: the same in words.
    """

    contexts: int
    bits: float
    parameters: int | None
    statement: str
    parameters_ratio: float | None
    bits_ratio: float | None
    sentence: str


def lower(weights: Weights, ds: Dataset, counts: Count) -> Lower:
    """The lower bounds that speak of a network and its data.

    Args:
        weights: the network.
        ds: the data.
        counts: counts of the network.
    """
    contexts = len(np.unique(ds.contexts()))
    bits = contexts * log2(ds.num_classes)
    others = _scored_kinds(weights)
    parameters = None if others else _fewest(weights, ds, contexts)
    share = None if parameters is None else counts.nonzero / parameters
    held = counts.total_bits / bits if bits else None
    if parameters is None:
        text = MUTE.format(kind=" and ".join(others))
    else:
        text = f"{share:.3g} times the fewest numbers, {parameters:,}, by {FEWEST}"
    if held is not None:
        text = f"{text}; {held:.3g} bits stored for each bit of label"
    return Lower(
        contexts,
        bits,
        parameters,
        "" if parameters is None else FEWEST,
        share,
        held,
        text,
    )


def _scored_kinds(weights: Weights) -> list[str]:
    """Kinds of attention whose weights depend on the tokens."""
    kinds = {layer.kind for layer in weights.layers if isinstance(layer, Attention)}
    return sorted(kinds - {"uniform"})


def _fewest(weights: Weights, ds: Dataset, contexts: int) -> int:
    # Every context has a sequence; a longer length only lowers the bound.
    length = ds.length + (weights.aggregate is not None)
    sequences = contexts if ds.task == "next_token" else ds.num_samples
    columns = [weights.embedding.inputs]
    if weights.positions is not None:
        columns.append(weights.positions.inputs)
    value = bounds.get(FEWEST)(
        num_samples=contexts,
        length=-(-sequences * length // contexts),
        classes=ds.num_classes,
        vocab=max(columns),
        attention_layers=sum(isinstance(la, Attention) for la in weights.layers),
    )
    return value.floor()

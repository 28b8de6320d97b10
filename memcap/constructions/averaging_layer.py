"""The averaging layer of KS25 and the states that are read behind it (Gen.UA)."""

from collections.abc import Sequence
from dataclasses import dataclass

from memcap.constructions import sequence_ids
from memcap.constructions.gadgets import affine
from memcap.core.exact import Number
from memcap.data.dataset import Dataset
from memcap.model.weights import Affine, Attention, AttentionKind, Head

STATE = ("phi", "F", "mean")


@dataclass(frozen=True, slots=True)
class StateLabels:
    """What is read, each once: (phi, F, sum of phi) and label."""

    states: list[tuple[Number, Number, int]]
    labels: list[int]


def state_labels(
    ds: Dataset, line: Sequence[Number], ids: dict[int, int]
) -> StateLabels:
    """Collect the different states that are read and their labels.

    Args:
        ds: consistent data; next-token data read only the last token.
        line: F of each distinct token.
        ids: f on A.
    """
    read = ds.token_index[:, -1:] if ds.task == "next_token" else ds.token_index
    totals = sequence_ids.sums(ds.token_index, ids).tolist()
    labels = ds.labels.reshape(read.shape)
    found = {
        (ids.get(token, 0), line[token], int(total)): label
        for row, total, held in zip(read.tolist(), totals, labels.tolist(), strict=True)
        for token, label in zip(row, held, strict=True)
    }
    return StateLabels(list(found), list(found.values()))


def averaging(slots: Sequence[str], kind: AttentionKind = "uniform") -> Attention:
    """Attention that adds the mean of slot phi to slot mean (Gen.UA).

    Softmax without a score and hardmax that shares its ties give every token 1/n.
    """
    nothing = Affine(len(slots), ())
    head = Head(
        query=nothing,
        key=nothing,
        value=affine(slots, {"v": {"phi": 1}}),
        output=Affine.build(1, [{0: 1} if slot == "mean" else {} for slot in slots]),
    )
    return Attention(kind, (head,), part="attention")

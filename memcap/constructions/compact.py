"""The smallest explicit memorizers: hashed ids and the fold memorizer.

    token table -> averaging attention -> id -> folds -> label

1. Embedding: phi of the distinguishing tokens (`hashed_ids`), one number each.
2. Uniform attention writes the mean of phi.
3. One layer forms ``2 n mean + phi``, a few folds make it a short integer id.
4. A ladder of fold memorizers (`fold_ladder`, `fold_memorizer`) looks the label up.

About ``2 sqrt(5 (3 f + 6) M)`` non-zero numbers for M changes of label with fields of
f digits, where the printed construction takes ``2 sqrt(20 * 33 rho N)``. The same
guarantee: the exact forward pass of the weights gives every label.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import floor
from typing import Literal

import numpy as np

from memcap.constructions import sequence_ids
from memcap.constructions.base import Built, Entry, register
from memcap.constructions.context_line import context_labels
from memcap.constructions.fold_ladder import Line, append_ladder, ladder, nonzero
from memcap.constructions.gadgets import BIAS, Stack, affine
from memcap.constructions.hashed_ids import HALF, HashedIds, search
from memcap.constructions.projection import project
from memcap.core.claims import Claim, ClaimKind
from memcap.core.errors import InconsistentLabelsError
from memcap.core.refs import Ref
from memcap.data.dataset import Dataset
from memcap.model.contexts import Contexts, contexts
from memcap.model.weights import (
    Affine,
    Attention,
    Head,
    Layer,
    Relu,
    Weights,
)

REF = Ref("memcap", "Compact")
EXACT_MARGIN = Fraction(1, 2)
STATE = ("phi", "mean")


def build(ds: Dataset, seed: int = 0) -> Built:
    """Memorize every label that is read, in as few numbers as we know how.

    Args:
        ds: consistent data, next-token or sequence-to-sequence.
        seed: of the token values.

    Raises:
        InconsistentLabelsError: two equal contexts have different labels.
    """
    only_last = ds.task == "next_token"
    seen = contexts(ds.token_index, causal=False, only_last=only_last)
    try:
        labels = context_labels(seen, ds.labels)
    except InconsistentLabelsError:
        ds.check_consistent()  # says which samples contradict each other
        raise
    found = _ids(seen, labels, seed)
    encoder = _encoder(ds, found, seed)
    line = _line(ds.length, found)
    lines = ladder(found.ids, labels, found.bits, max(2, ds.num_classes))
    decoder = Stack(["x"], part="decoder")
    value = append_ladder(decoder, lines)
    weights = Weights(
        task=ds.task,
        input=encoder.input,
        embedding=encoder.embedding,
        layers=(*encoder.layers, _averaging(), *line, *decoder.layers),
        readout=affine(decoder.slots, {"label": value}),
    )
    claims = _claims(encoder, line, lines)
    name = "compact_next_token" if only_last else "compact_seq_to_seq"
    report = {
        "contexts": seen.size,
        "distinguishing_tokens": len(found.values),
        "id_bits": found.bits,
        "line_bits": [x.bits for x in lines],
        "changes": [len(x.found.places) for x in lines],
        "sizes": [x.sizes for x in lines],
    }
    return Built(name, REF, weights, claims, report)


def _ids(seen: Contexts, labels: np.ndarray, seed: int) -> HashedIds:
    # Every token twice and the one that looks once more: as multisets these tell all
    # contexts apart.
    short = np.min_scalar_type(int(seen.members.max()))
    members, query = seen.members.astype(short), seen.query.astype(short)
    rows = np.concatenate([members, members, query[:, None]], axis=1)
    tokens = sequence_ids.distinguishing_tokens(rows)
    return search(seen.members, seen.query, labels, tokens, seed)


@dataclass(frozen=True, slots=True)
class _Encoder:
    """From tokens to the slots phi and mean."""

    input: Literal["ids", "vectors"]
    embedding: Affine
    layers: tuple[Relu, ...]

    @property
    def nonzero(self) -> int:
        """Stored numbers."""
        maps = [self.embedding, *(layer.map for layer in self.layers)]
        return sum(1 for affine_map in maps for _ in affine_map.numbers())


def _encoder(ds: Dataset, found: HashedIds, seed: int) -> _Encoder:
    """A table for ids; for vectors a line and one step at every token of A."""
    if ds.has_ids and ds.embedding is None:
        ids = [int(point[0]) for point in ds.points]
        row = {ids[token]: value for token, value in found.values.items()}
        return _Encoder("ids", Affine.build(max(ids) + 1, [row, {}]), ())
    projection = project(ds.points, seed)
    order = sorted(range(len(ds.points)), key=lambda i: projection.values[i])
    values = [found.values.get(i, 0) for i in order]
    jumps = [new - old for old, new in zip([0, *values], values, strict=False)]
    places = [floor(projection.values[i]) for i in order]
    kept = [(a, jump) for a, jump in zip(places, jumps, strict=True) if jump]
    # Points are 2 apart: at the next lower one floor(x) - e - shift is at least 1.
    shift = projection.shift
    ramps = {f"h{j}": {BIAS: a - shift, "e": -1} for j, (a, _) in enumerate(kept)}
    steps = {f"s{j}": {BIAS: 1, f"h{j}": -1} for j in range(len(kept))}
    sums = {"phi": {f"s{j}": jump for j, (_, jump) in enumerate(kept)}, "mean": {}}
    stages = (("e",), ramps), (tuple(ramps), steps), (tuple(steps), sums)
    layers = tuple(Relu(affine(slots, rows), "encoder") for slots, rows in stages)
    if not kept:
        layers = (Relu(affine(("e",), {"phi": {}, "mean": {}}), "encoder"),)
    return _Encoder("vectors", Affine.dense([projection.direction]), layers)


def _averaging() -> Attention:
    nothing = Affine(len(STATE), ())
    head = Head(
        query=nothing,
        key=nothing,
        value=affine(STATE, {"v": {"phi": 1}}),
        output=Affine.build(1, [{}, {0: 1}]),
    )
    return Attention("uniform", (head,), part="attention")


def _line(length: int, found: HashedIds) -> Sequence[Layer]:
    """``2 n mean + phi``, folded below ``2^b``."""
    stack = Stack(STATE, part="line")
    stack.relu({"x": {"mean": 2 * length, "phi": 1}})
    largest = (2 * length + 1) * max(found.values.values(), default=0)
    stack.fold("x", largest.bit_length(), found.bits, HALF)
    return stack.layers


def _claims(
    encoder: _Encoder, line: Sequence[Layer], lines: Sequence[Line]
) -> tuple[Claim, ...]:
    """Parameters by the formula of the sizes; width 14 is not kept here."""
    # Attention takes one value and one output weight, the line two and three a fold.
    bound = encoder.nonzero + 2 + 2 + 3 * (len(line) - 1) + nonzero(lines)
    return (
        Claim(ClaimKind.MEMORIZES, EXACT_MARGIN, REF),
        Claim(ClaimKind.PARAMETERS_AT_MOST, bound, REF),
        Claim(ClaimKind.RANK_AT_MOST, 1, REF),
    )


for _name, _task, _sentence in (
    ("compact_next_token", "next_token", "the label of the last token"),
    ("compact_seq_to_seq", "seq_to_seq", "a label for every token"),
):
    register(
        Entry(
            name=_name,
            ref=REF,
            sentence=f"The smallest explicit memorizer we know: {_sentence}, by hashed "
            "ids, change points and folds.",
            hypotheses=(
                "equal labels whenever tokens are equal and sequences are equal up to "
                "permutation",
            ),
            tasks=(_task,),
            options={"seed": "seed of the token values"},
            build=build,
        )
    )

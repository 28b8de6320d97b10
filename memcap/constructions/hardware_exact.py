"""Memorizers whose plain float forward pass is exact in a given type.

    token table -> averaging attention -> id -> words of few fields -> label

The network of the compact memorizer, with one more rule: no number on the way may need
more than the p significant bits of the type (float64 53, float32 24, bfloat16 8). Then
no operation of a float forward pass rounds, and what is proved of the exact pass holds
of the float pass. That is measured on the data for every partial sum
(`memcap.model.significance`); a network that does not pass is not returned.

*Ids.* phi = o f with the odd part o of the length n, so that the mean of phi is a
binary fraction: ``x = 2 n mean / o + phi = 2 sum f + o f(last)``. Needs n o f < 2^p.

*Words.* A word holds a block's start and as many gaps as p allows; starts increase, so
jumps of words are positive and every partial sum of a look-up is below the last word.
Where p leaves no room for two fields, a step at every change of label takes their
place. With gaps of g bits, a number a label falls as g / p: ~N / p numbers.

*Digits.* Where one id is too short, a network takes several, each with a mean of its
own, and a unit for every stored context (`digit_memorizer`), or two narrow layers
(`digit_sequence`): ~N numbers.

*Forms.* ``wide`` looks all blocks up side by side; ``deep`` one after the other, in
narrow layers of one kind.
"""

from collections.abc import Iterator
from fractions import Fraction
from itertools import product
from typing import Literal

import numpy as np

from memcap.constructions.base import Built, Entry, register
from memcap.constructions.change_points import Changes, changes
from memcap.constructions.context_line import context_labels
from memcap.constructions.digit_memorizer import digit_memorizer
from memcap.constructions.digit_sequence import digit_sequence
from memcap.constructions.exact_ids import ExactIds, odd_part, one_id, several_ids
from memcap.constructions.fold_memorizer import fold_memorizer
from memcap.constructions.fold_words import FoldSizes, sizes_within
from memcap.constructions.gadgets import Stack, affine
from memcap.constructions.step_memorizer import Made, step_memorizer
from memcap.core.claims import Claim, ClaimKind
from memcap.core.errors import HypothesisError
from memcap.core.refs import Ref
from memcap.data.dataset import Dataset
from memcap.model.contexts import Contexts, contexts
from memcap.model.counting import count
from memcap.model.significance import Significance, significance
from memcap.model.weights import Affine, Attention, Head, Relu, Weights

REF = Ref("memcap", "HardwareExact")
EXACT_MARGIN = Fraction(1, 2)
SIGNIFICANDS = {"float64": 53, "float32": 24, "bfloat16": 8}
_DIGITS = range(2, 9)
# Words that are built and measured before the network is given up.
_WORDS = 3


def build(
    ds: Dataset,
    dtype: str = "float64",
    form: Literal["wide", "deep"] = "wide",
    seed: int = 0,
    significand: int | None = None,
) -> Built:
    """Memorize so that a float forward pass in `dtype` is exact on the data.

    Args:
        ds: consistent next-token data of token ids.
        dtype: ``float64``, ``float32`` or ``bfloat16``.
        form: ``wide`` or ``deep``.
        seed: of the token values.
        significand: a budget p below that of `dtype`, for narrower floats.

    Raises:
        HypothesisError: the type is too short for these data, or an option is unknown.
        InconsistentLabelsError: two equal contexts have different labels.
    """
    _check(ds, dtype, form)
    ds.check_consistent()
    significand = _budget(dtype, significand)
    seen = contexts(ds.token_index, causal=False, only_last=True)
    labels = context_labels(seen, ds.labels)
    deep, needed = form == "deep", None
    for weights, sizes in _networks(ds, seen, labels, significand, deep, seed):
        needed = significance(weights, ds.tokens)
        if needed.fits(significand):
            return _built(ds, weights, needed, dtype, significand, sizes)
    offending = f"{seen.size} contexts of length {ds.length} find no such ids"
    if needed is not None:
        offending = (
            f"{needed.where} needs {needed.bits}, with averages over {ds.length} tokens"
        )
    raise HypothesisError(
        REF,
        f"ids and partial sums of at most {significand} significant bits for {dtype}",
        offending,
        "Take a longer type, fewer samples, or a length that is a power of two.",
    )


def _networks(
    ds: Dataset,
    seen: Contexts,
    labels: np.ndarray,
    significand: int,
    deep: bool,
    seed: int,
) -> Iterator[tuple[Weights, FoldSizes | None]]:
    """Networks that may fit, cheapest kinds first: words, steps, several digits."""
    found = one_id(seen, labels, ds.length, significand, seed)
    if found is not None:
        change = _changes(found, labels)
        bits = int(found.ids.max()).bit_length() + 1
        for sizes in _plans(change, max(2, ds.num_classes), bits, significand, deep):
            decoder = _decoder(change, sizes, deep)
            yield _network(ds, [found.values], ["x"], decoder), sizes
        return
    # Side by side digits share the steps at their values: few values, few numbers.
    short = significand if deep else min(significand, SIGNIFICANDS["bfloat16"])
    look_up = digit_sequence if deep else digit_memorizer
    for room, digits in product(dict.fromkeys((short, significand)), _DIGITS):
        made = several_ids(seen, labels, ds.length, room, digits, seed)
        if made is not None:
            ids = np.stack([digit.ids for digit in made], axis=1)
            decoder = look_up(ids, labels.tolist(), "decoder")
            names = [f"x{d}" for d in range(digits)]
            yield _network(ds, [digit.values for digit in made], names, decoder), None
            return


def _check(ds: Dataset, dtype: str, form: str) -> None:
    if dtype not in SIGNIFICANDS:
        known = ", ".join(SIGNIFICANDS)
        raise HypothesisError(REF, f"a dtype of {known}", f"dtype = {dtype!r}")
    if form not in ("wide", "deep"):
        raise HypothesisError(REF, "a form 'wide' or 'deep'", f"form = {form!r}")
    if not ds.has_ids or ds.embedding is not None:
        raise HypothesisError(
            REF,
            "token ids without an embedding",
            "the tokens are vectors",
            "Give the ids of the vectors as tokens.",
        )


def _budget(dtype: str, significand: int | None) -> int:
    longest = SIGNIFICANDS[dtype]
    budget = longest if significand is None else significand
    if type(budget) is not int or not 2 <= budget <= longest:
        raise HypothesisError(
            REF, f"2 to {longest} significant bits", f"significand = {significand!r}"
        )
    return budget


def _changes(found: ExactIds, labels: np.ndarray) -> Changes:
    return changes(found.ids.tolist(), labels.tolist())


def _plans(
    change: Changes, classes: int, bits: int, significand: int, deep: bool
) -> list[FoldSizes | None]:
    """The cheapest words that may fit, and steps (None), cheapest first."""

    def numbers(sizes: FoldSizes | None) -> int:
        if sizes is None:
            return (8 if deep else 5) * len(change.places)
        return sizes.nonzero + (3 * sizes.blocks if deep else 0)

    # A sum r + 2^-S w may need one digit more than the word w.
    words = sizes_within(change, classes, bits, significand - 1)
    return sorted([*sorted(words, key=numbers)[:_WORDS], None], key=numbers)


def _decoder(change: Changes, sizes: FoldSizes | None, deep: bool) -> Made:
    if sizes is None:
        return step_memorizer(change, "decoder", deep)
    stack = Stack(["x"], part="decoder")
    value = fold_memorizer(stack, change, sizes, deep)
    return stack.layers, stack.slots, value


def _network(
    ds: Dataset, digits: list[dict[int, int]], names: list[str], decoder: Made
) -> Weights:
    """Token values of every digit, their means, the ids in named slots, the decoder."""
    odd, size = odd_part(ds.length), len(digits)
    phi = [f"phi {d}" for d in range(size)]
    mean = [f"mean {d}" for d in range(size)]
    nothing = Affine(2 * size, ())
    tokens = [int(point[0]) for point in ds.points]
    rows = [{tokens[t]: odd * value for t, value in row.items()} for row in digits]
    head = Head(
        query=nothing,
        key=nothing,
        value=affine(phi + mean, {slot: {slot: 1} for slot in phi}),
        output=Affine.build(size, [{}] * size + [{d: 1} for d in range(size)]),
    )
    line = affine(
        phi + mean,
        {names[d]: {mean[d]: 2 * ds.length // odd, phi[d]: 1} for d in range(size)},
    )
    layers, slots, value = decoder
    return Weights(
        task="next_token",
        input="ids",
        embedding=Affine.build(max(tokens) + 1, rows + [{}] * size),
        layers=(
            Attention("uniform", (head,), part="attention"),
            Relu(line, "line"),
            *layers,
        ),
        readout=affine(slots, {"label": value}),
    )


def _built(
    ds: Dataset,
    weights: Weights,
    needed: Significance,
    dtype: str,
    significand: int,
    sizes: FoldSizes | None,
) -> Built:
    counts = count(weights)
    claims = (
        Claim(ClaimKind.MEMORIZES, EXACT_MARGIN, REF),
        Claim(ClaimKind.PARAMETERS_AT_MOST, counts.nonzero, REF),
        Claim(ClaimKind.BITS_AT_MOST, counts.max_bits, REF),
        Claim(ClaimKind.WIDTH_AT_MOST, counts.width, REF),
        Claim(ClaimKind.DEPTH_AT_MOST, counts.depth, REF),
    )
    report = {
        "dtype": dtype,
        "significand": significand,
        "significance": needed,
        "sizes": sizes,
        "parameters_per_sample": counts.nonzero / ds.num_samples,
    }
    return Built("hardware_exact", REF, weights, claims, report)


register(
    Entry(
        name="hardware_exact",
        ref=REF,
        sentence="A memorizer whose plain float64, float32 or bfloat16 forward pass "
        "is exact on the data, every partial sum measured.",
        hypotheses=(
            "token ids; one label a sequence",
            "equal labels whenever last tokens are equal and sequences are equal up to "
            "permutation",
            "ids and words that the type's significand holds",
        ),
        tasks=("next_token",),
        options={
            "dtype": "'float64', 'float32' or 'bfloat16'",
            "form": "'wide' looks blocks up side by side, 'deep' one after the other",
            "seed": "seed of the token values",
            "significand": "bits that every partial sum must fit, at most dtype's",
        },
        build=build,
    )
)

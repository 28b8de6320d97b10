"""KS23.Cor1: one rank-one softmax layer and one hidden layer memorize every token.

(X^i, Y^i) separated, no token twice in a sequence, equal labels for equal tokens in
equal sets. The layer of KS23.Thm2 gives every context an id, the ids go to a line, and
one hidden ReLU layer (Zhang17.Thm1) passes through the labels:

    z = v . id,     label = sum_j w_j max(z - b_j, 0),     b_1 < z_1 < b_2 < z_2 < ...

Ids are as close as e^-100, so biases and weights are solved from enclosures and
rounded to short dyadic numbers; the certificate then encloses every output.

With M contexts and p outputs (one for ``label``, C for ``one_hot``):

    hidden="shared"     4 (s + d) + d + M + p M       one hidden layer for all outputs
    hidden="separate"   4 (s + d) + p (2 M + d)       the paper's count, M = n N

counted as rank factors of the attention maps and repeated rows once
(`Count.factored`). W_O is taken small enough that v keeps tokens apart after attention.
"""

from fractions import Fraction
from typing import Any

import numpy as np

from memcap.constructions.base import Built, Entry, register
from memcap.constructions.context_line import context_labels, ordered_ids
from memcap.constructions.contextual_tokens import Tokens, encode
from memcap.constructions.interpolation import HiddenLayer, interpolate
from memcap.constructions.rank_one_layer import (
    Direction,
    layer,
    quarter_over,
    search_direction,
    shorter,
)
from memcap.core.claims import Claim, ClaimKind
from memcap.core.errors import HypothesisError
from memcap.core.exact import Number, exact
from memcap.core.refs import Ref
from memcap.data.dataset import Dataset
from memcap.model.ball_outputs import ContextOutputs
from memcap.model.weights import Affine, Decision, Relu, Weights

REF = Ref("KS23", "Cor1")
MARGIN = Fraction(3, 8)


def build(
    ds: Dataset,
    readout: str = "label",
    hidden: str = "shared",
    positions: bool = False,
    causal: bool = False,
    seed: int = 0,
) -> Built:
    """Memorize every label that is read.

    Args:
        ds: consistent data; next-token data read the last token only.
        readout: ``label`` outputs the label itself, ``one_hot`` C coordinates of which
            the label's is 1 and the others 0.
        hidden: ``shared`` or ``separate`` hidden units for the output coordinates.
        positions: add positional vectors, so that tokens may repeat.
        causal: mask later tokens.
        seed: of the direction.

    Raises:
        HypothesisError: a token repeats in a sequence without positions, or is zero.
        InconsistentLabelsError: two equal contexts have different labels.
    """
    for name, value, known in (
        ("readout", readout, ("label", "one_hot")),
        ("hidden", hidden, ("shared", "separate")),
    ):
        if value not in known:
            raise HypothesisError(REF, f"{name} in {known}", f"{name} = {value!r}")
    tokens = encode(ds, positions)
    if not positions and not causal:
        ds.check_consistent()
    direction = search_direction(tokens.points, seed)
    slot, c = _written(tokens, direction)
    kappa = exact(Fraction(2) / (Fraction(direction.gap) * direction.mu))
    attention = layer(direction, kappa, c, causal, slot)
    front = _front(ds, tokens, attention)
    points, labels = _sorted_contexts(ds, front, direction)
    targets = _targets(labels, readout, ds.num_classes)
    weights = _network(front, direction, interpolate(points, targets), readout, hidden)
    report = {
        "contexts": len(points),
        "vocabulary": len(tokens.points),
        "kappa": kappa,
        "outputs": len(targets),
        "attention_size": 1,
    }
    margin = MARGIN if readout == "label" else 2 * MARGIN
    claims = (
        Claim(ClaimKind.MEMORIZES, margin, REF),
        Claim(ClaimKind.RANK_AT_MOST, 1, REF),
        Claim(
            ClaimKind.FACTORED_AT_MOST,
            parameters(len(points), tokens, len(targets), hidden),
            REF,
        ),
    )
    return Built("rank_one_memorizer", REF, weights, claims, report)


def parameters(contexts: int, tokens: Tokens, outputs: int, hidden: str) -> int:
    """The corollary's count for head size 1, with what the tokens' encoding adds.

    ``4 (1 + d) + p (2 M + d)``, or ``4 (1 + d) + d + M + p M`` with shared hidden
    units; then the numbers of a token table and of positional vectors, which the
    corollary takes as given.
    """
    d = len(tokens.points[0])
    before = sum(1 for _ in tokens.embedding.numbers()) if tokens.input == "ids" else d
    if tokens.positions is not None:
        before += sum(1 for _ in tokens.positions.numbers())
    if hidden == "shared":
        return before + 4 * (1 + d) + d + contexts + outputs * contexts
    return before + 4 * (1 + d) + outputs * (2 * contexts + d)


def _written(tokens: Tokens, direction: Direction) -> tuple[int, Number]:
    """The coordinate W_O writes to, and how strongly.

    The head moves v . id by at most c |v_i| top; a quarter of the gap keeps tokens
    apart on the line, and eps / 4 keeps them apart in space.
    """
    slot = max(range(len(direction.v)), key=lambda i: abs(direction.v[i]))
    eps = tokens.separation.epsilon or tokens.separation.r_max
    in_space = Fraction(quarter_over(eps, direction.top).lower)
    on_line = Fraction(direction.gap) / (4 * abs(direction.v[slot]) * direction.top)
    return slot, shorter(min(in_space, on_line))


def _front(ds: Dataset, tokens: Tokens, attention: Any) -> Weights:
    """Embedding and attention alone, read as ids."""
    return Weights(
        task=ds.task,
        input=tokens.input,
        embedding=tokens.embedding,
        layers=(attention,),
        readout=Affine.dense(np.eye(len(tokens.points[0]), dtype=int).tolist()),
        decision="vector",
        positions=tokens.positions,
    )


def _sorted_contexts(
    ds: Dataset, front: Weights, direction: Direction
) -> tuple[list[Fraction], list[int]]:
    """Midpoints z of the contexts' enclosures, increasing, with their labels."""
    tokens = ds.tokens if front.input == "ids" else ds.token_vectors
    outputs = ContextOutputs(front, tokens)
    labels = context_labels(outputs.contexts, ds.labels)
    points, order = ordered_ids(outputs, direction, REF)
    return points, labels[order].tolist()


def _targets(labels: list[int], readout: str, classes: int) -> list[list[int]]:
    if readout == "label":
        return [labels]
    return [[int(y == c) for y in labels] for c in range(max(2, classes))]


def _network(
    front: Weights,
    direction: Direction,
    found: HiddenLayer,
    readout: str,
    hidden: str,
) -> Weights:
    """The front, the hidden layer on v . id, and the readout."""
    outputs = len(found.weights)
    # Separate hidden layers project on their own: copies of v, scaled by powers of
    # two so that they are different numbers, with biases and weights to match.
    scales = (
        [Fraction(1)]
        if hidden == "shared"
        else [Fraction(2) ** -c for c in range(outputs)]
    )
    rows, biases = [], []
    for scale in scales:
        row = {i: scale * w for i, w in enumerate(direction.v)}
        rows += [row] * len(found.biases)
        biases += [-scale * b for b in found.biases]
    units = len(found.biases)
    heads = []
    for c, weights in enumerate(found.weights):
        block = 0 if hidden == "shared" else c
        scale = scales[block]
        heads.append({block * units + j: w / scale for j, w in enumerate(weights)})
    decision: Decision = "nearest" if readout == "label" else "argmax"
    return Weights(
        task=front.task,
        input=front.input,
        embedding=front.embedding,
        positions=front.positions,
        layers=(
            *front.layers,
            Relu(Affine.build(len(direction.v), rows, biases), "hidden"),
        ),
        readout=Affine.build(len(rows), heads),
        decision=decision,
    )


register(
    Entry(
        name="rank_one_memorizer",
        ref=REF,
        sentence="One rank-one softmax layer and one hidden ReLU layer give every "
        "token its label.",
        hypotheses=(
            "no token twice in a sequence, unless positions are added",
            "no token is zero (r_min > 0)",
            "equal labels for equal tokens that see equal sets",
        ),
        tasks=("next_token", "seq_to_seq"),
        options={
            "readout": "'label' outputs the label, 'one_hot' C coordinates",
            "hidden": "'shared' or 'separate' hidden units for the coordinates",
            "positions": "add positional vectors; tokens may then repeat",
            "causal": "let a token see only tokens up to itself",
            "seed": "seed of the projection direction",
        },
        build=build,
    )
)

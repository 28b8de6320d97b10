"""KS25.Rem4.5: a label for every token with O(n) connections instead of n^2.

    N(X)_k = y_k for every k and N consistent sequences of n tokens,
    two attention layers of 3n + 1 connections each, width 14.

The remark puts an aggregate token in front of the sequence and lets it alone attend to
all tokens, and every other token to it. How we read it: in a star layer the aggregate
sees all n + 1 tokens, which is n + 1 pairs of query and key, and every token sees the
aggregate and itself, 2n pairs. Two such layers make 6n + 2 pairs, fewer than the n^2 of
the one full layer of KS25.Cor4.1 from n = 7 on.

Everything else is KS25.Cor4.1. Its FF_1 gives token k the state (phi_k, F_k, 0). The
aggregate is stored where FF_1 moves it to x = 0 on the line, two below every token;
a memorizer gives 0 there, hence its phi is 0. With S = sum phi_k, averaging over the
star leaves in slot mean

    layer 1   mean += -s(n+1)/n avg phi     aggregate -sS/n,  token k -s(n+1)/(2n) phi_k
    layer 2   mean += -2 avg mean           token k            sS/n

since 2 avg mean is the token's own mean and the aggregate's together. With s = 1, as
for the printed constants, each token holds (phi, F, S/n), exactly what one full
averaging layer leaves there, and FF_2 is the same network. Otherwise s = n keeps the
weights integers, and the first layer of FF_2 reads sS/n with 1/s of its weight.
Compared with `seq_to_seq` the depth grows by one and the parameters by the aggregate
and one value and one output weight.
"""

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

from memcap.constructions import averaging_network, averaging_plan
from memcap.constructions.averaging_layer import STATE
from memcap.constructions.base import Built, Entry, check_constants, register
from memcap.constructions.gadgets import affine
from memcap.core.claims import Claim, ClaimKind
from memcap.core.exact import Number
from memcap.core.refs import Ref
from memcap.data.dataset import Dataset
from memcap.model.counting import connections
from memcap.model.weights import Affine, Attention, Head, Layer, Relu, Weights
from memcap.theory import bounds

REF = Ref("KS25", "Rem4.5")
FULL = Ref("KS25", "Cor4.1")
# Beyond Cor4.1: one layer more; the aggregate, a value and an output weight more.
_MORE_LAYERS, _MORE_NUMBERS = 1, 3


def build(ds: Dataset, constants: str = "data", seed: int = 0) -> Built:
    """Memorize the label of every token with 6n + 2 connections a sequence.

    Args:
        ds: consistent sequence-to-sequence data.
        constants: ``data`` measures every range and chooses the cheapest block size;
            ``theorem`` takes the printed constants.
        seed: of the projections and of the sequence ids.

    Raises:
        HypothesisError: `constants` has another value.
        InconsistentLabelsError: two equal contexts have different labels.
    """
    check_constants(REF, constants)
    ds.check_consistent()
    plan = averaging_plan.Plan(ds, constants, seed)
    full, report = averaging_network.network(plan, ds.num_samples * ds.length)
    scale = 1 if plan.printed else ds.length
    weights = _sparse(full, ds.length, -plan.project_tokens().shift, scale)
    report |= {
        "connections": connections(weights, ds.length).total,
        "connections_of_full_attention": connections(full, ds.length).total,
    }
    return Built("sparse_seq_to_seq", REF, weights, _claims(plan), report)


def star_averaging(
    slots: Sequence[str], length: int, scale: int = 1
) -> tuple[Attention, Attention]:
    """Two star layers that put s times the mean of phi over n tokens into slot mean.

    Needs phi = 0 at the aggregate, and mean = 0 everywhere.

    Args:
        slots: names of the slots, ``phi`` and ``mean`` among them.
        length: n.
        scale: s.

    Example:
        >>> [layer.heads[0].output.rows[1].terms
        ...  for layer in star_averaging(("phi", "mean"), 4)]
        [((0, Fraction(-5, 4)),), ((0, -2),)]
    """
    gather = _star(slots, "phi", Fraction(-scale * (length + 1), length))
    return gather, _star(slots, "mean", -2)


def _star(slots: Sequence[str], read: str, weight: Number) -> Attention:
    nothing = Affine(len(slots), ())
    head = Head(
        query=nothing,
        key=nothing,
        value=affine(slots, {"v": {read: 1}}),
        output=Affine.build(
            1, [{0: weight} if slot == "mean" else {} for slot in slots]
        ),
    )
    return Attention("uniform", (head,), part="attention", pattern="star")


def _sparse(full: Weights, length: int, aggregate: Number, scale: int) -> Weights:
    """The same network with two star layers in place of its full averaging layer."""
    where = [isinstance(layer, Attention) for layer in full.layers].index(True)
    before, (reader, *after) = full.layers[:where], full.layers[where + 1 :]
    stars = star_averaging(STATE, length, scale)
    return replace(
        full,
        layers=(*before, *stars, _reading_scaled(reader, scale), *after),
        aggregate=Affine.build(1, [{0: aggregate}]),
    )


def _reading_scaled(layer: Layer, scale: int) -> Relu:
    """The layer for a state whose slot mean is multiplied by `scale`."""
    assert isinstance(layer, Relu)  # the first layer of FF_2
    mean = STATE.index("mean")
    rows = [
        {c: Fraction(w) / scale if c == mean else w for c, w in terms}
        for _, terms in layer.map.rows
    ]
    biases = [row.bias for row in layer.map.rows]
    return replace(layer, map=Affine.build(layer.map.inputs, rows, biases))


def _claims(plan: averaging_plan.Plan) -> tuple[Claim, ...]:
    """Labels, width and bits as KS25.Cor4.1; depth and parameters a little more."""
    inputs, n = plan.inputs, plan.ds.length
    pairs = Claim(ClaimKind.CONNECTIONS_AT_MOST, 2 * (3 * n + 1), REF)
    if plan.ds.num_samples < 2:
        return *averaging_network.claims(REF, FULL.id, (), inputs), pairs
    held = averaging_network.claims(REF, FULL.id, ("width", "bits"), inputs)
    depth, parameters = (
        bounds.get(f"{FULL.id}.{size}")(**inputs).floor()
        for size in ("depth", "parameters")
    )
    return (
        *held,
        Claim(ClaimKind.DEPTH_AT_MOST, depth + _MORE_LAYERS, REF),
        Claim(ClaimKind.PARAMETERS_AT_MOST, parameters + _MORE_NUMBERS, REF),
        pairs,
    )


register(
    Entry(
        name="sparse_seq_to_seq",
        ref=REF,
        sentence="An aggregate token and two star-shaped averaging layers in place of "
        "full attention: a label for each of the n N tokens with 6n + 2 connections.",
        hypotheses=(
            "one label a token",
            "equal labels whenever tokens are equal and sequences are equal up to "
            "permutation",
        ),
        tasks=("seq_to_seq",),
        options={
            "constants": "'data' measures the ranges, 'theorem' takes the printed ones",
            "seed": "seed of the projections and the sequence ids",
        },
        build=build,
    )
)

"""KS25.LemG6 as a network: the label of the sub-word that x matches.

    start      x' = R(x + 1), orbits of u and w
    bit t      three layers, for both words at once (KS25.LemG4)
    match      X, Y done | h1 = R(2 X - 2 x), h2 = R(2 x - 2 X - 2)
    match      g1 = R(1 - h1), g2 = R(1 - h2)
    gate       R(2^p (g1 + g2 - 2) + Y), in the layer in which the next sub-word begins

x is kept as x + 1, so that negative x do not turn into 0, a value that may match. With
k sub-words and mu = max(rho, c) these are ``1 + k (3 mu + 2) + 1`` layers.
"""

from collections.abc import Mapping
from fractions import Fraction

from memcap.constructions.gadgets import BIAS, Expression, carry
from proofs_check.checks.bits.networks import Gadget, extraction_step, taken_in

_ORBITS = ("alpha_u", "beta_u", "alpha_w", "beta_w")


def matching(k: int, rho: int, c: int, extra: int = 0) -> Gadget:
    """The network for words of k sub-words.

    Args:
        k: sub-words of a word.
        rho: bits of a sub-word of u.
        c: bits of a sub-word of w.
        extra: the gate's factor is ``2^(c + extra)``; the lemma prints 1, 0 suffices.
    """
    layers = [_start({"_u": k * rho, "_w": k * c})]
    gate = _gate(c + extra)
    for i in range(k):
        rows = _sub_word(i, k, {"_u": rho, "_w": c})
        if i:
            # The label so far, y and the gate of the sub-word just left, is summed up
            # one layer later; there is no y before the second sub-word.
            rows[0]["gate"] = gate
            rows[1]["y"] = {"y": 1, "gate": 1} if i > 1 else {"gate": 1}
            if i == 1:
                del rows[0]["y"]
        layers += rows
    layers.append((carry("y") if k > 1 else {}) | {"gate": gate})
    value = {"gate": 1} | ({"y": 1} if k > 1 else {})
    return Gadget(("x", "u", "w"), tuple(layers), {"label": value})


def _start(lengths: Mapping[str, int]) -> dict[str, Expression]:
    rows: dict[str, Expression] = {"x1": {"x": 1, BIAS: 1}}
    for side, length in lengths.items():
        for orbit, halvings in (("alpha", 1), ("beta", 2)):
            rows[f"{orbit}{side}"] = {
                side[1]: Fraction(1, 1 << length),
                BIAS: Fraction(1, 1 << (length + halvings)),
            }
    return rows


def _sub_word(i: int, k: int, bits: Mapping[str, int]) -> list[dict[str, Expression]]:
    steps = max(bits.values())
    layers: list[dict[str, Expression]] = []
    for t in range(1, steps + 1):
        kept = carry("x1", *(["y"] if i else []))
        three: list[dict[str, Expression]] = [dict(kept) for _ in range(3)]
        for side, count in bits.items():
            own = (
                extraction_step(side, t, k * count + 2 - (i * count + t))
                if t <= count
                else _waiting(side, t, count)
            )
            for rows, more in zip(three, own, strict=True):
                rows.update(more)
        layers += three
    return layers + _match(i, k, steps, bits)


def _waiting(side: str, t: int, count: int) -> list[dict[str, Expression]]:
    """A side whose field is done: its orbits and its accumulator are carried."""
    acc, orbits = f"acc{side}", carry(f"alpha{side}", f"beta{side}")
    first = taken_in(side, t) if t == count + 1 else carry(acc)
    return [orbits | first, orbits | carry(acc), orbits | carry(acc)]


def _match(
    i: int, k: int, steps: int, bits: Mapping[str, int]
) -> list[dict[str, Expression]]:
    point, label = (
        taken_in(side, count + 1)[f"acc{side}"] if count == steps else {f"acc{side}": 1}
        for side, count in bits.items()
    )
    above: Expression = {slot: 2 * weight for slot, weight in point.items()}
    below = {slot: -weight for slot, weight in above.items()}
    kept = carry(*(["x1"] + list(_ORBITS) if i < k - 1 else []), *(["y"] if i else []))
    first = {
        "Y": label,
        "h1": {**above, "x1": -2, BIAS: 2},
        "h2": {**below, "x1": 2, BIAS: -4},
    }
    second = {"g1": {BIAS: 1, "h1": -1}, "g2": {BIAS: 1, "h2": -1}}
    return [kept | first, kept | carry("Y") | second]


def _gate(power: int) -> Expression:
    high = Fraction(2) ** power
    return {"g1": high, "g2": high, BIAS: -2 * high, "Y": 1}

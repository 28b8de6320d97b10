"""The gadget networks of KS25, Appendix G, with as many layers as are printed.

Layers are rows of named slots, as in `memcap.constructions.gadgets`; the weights may be
numbers or symbols. The indicators use one slope-2 unit of ``1/2 - h1 - h2``, so that no
bias is longer than the ends of the interval; the read-out of a sub-word computes its
gate in the layer in which the next sub-word begins.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from memcap.constructions.gadgets import BIAS, Expression, Stack, affine, carry
from memcap.model.weights import Affine, Weights

HALF = Fraction(1, 2)


@dataclass(frozen=True, slots=True)
class Gadget:
    """A ReLU network over named slots.

    Args:
        inputs: names of what it reads.
        layers: of ReLU units; the depth counts these.
        readout: the outputs, affine in the last slots.
    """

    inputs: tuple[str, ...]
    layers: tuple[Mapping[str, Expression], ...]
    readout: Mapping[str, Expression]

    @property
    def depth(self) -> int:
        """Layers of ReLU units; the last affine map belongs to what follows."""
        return len(self.layers)

    @property
    def width(self) -> int:
        """Units of the widest layer."""
        return max(len(rows) for rows in self.layers)

    def weights(self) -> Weights:
        """The network as exact weights; every weight must be a number."""
        stack = Stack(self.inputs, part="gadget")
        for rows in self.layers:
            stack.relu(rows)
        size = len(self.inputs)
        identity = [[int(i == j) for j in range(size)] for i in range(size)]
        return Weights(
            task="next_token",
            input="vectors",
            embedding=Affine.dense(identity),
            layers=tuple(stack.layers),
            readout=affine(stack.slots, self.readout),
            decision="nearest" if len(self.readout) == 1 else "vector",
        )

    def __call__(self, **state: Any) -> dict[str, Any]:
        """Evaluate on numbers, exactly, without memcap's forward pass."""
        for rows in self.layers:
            state = {name: max(_value(row, state), 0) for name, row in rows.items()}
        return {name: _value(row, state) for name, row in self.readout.items()}


def _value(row: Expression, state: Mapping[str, Any]) -> Any:
    return sum(w * (1 if slot == BIAS else state[slot]) for slot, w in row.items())


def interval_indicator(a: Any, b: Any, half: Any = HALF) -> Gadget:
    """KS25.LemG2: 1 on [a, b], 0 half a unit outside; no number longer than b."""
    layers = (
        {"h1": {BIAS: a, "x": -1}, "h2": {"x": 1, BIAS: -b}},
        {"g1": _near(half), "g2": _near(half)},
    )
    return Gadget(("x",), layers, {"near": {"g1": 1, "g2": 1}})


def _near(half: Any) -> Expression:
    return {BIAS: half, "h1": -1, "h2": -1}


def nested_indicator(a: Any, b: Any, slope: Any = 2) -> Gadget:
    """R(1 - R(2 (a - x))) + R(1 - R(2 (x - b))) - 1, the form with longer biases."""
    layers = (
        {
            "h1": {BIAS: slope * a, "x": -slope},
            "h2": {"x": slope, BIAS: -slope * b},
        },
        {"g1": {BIAS: 1, "h1": -1}, "g2": {BIAS: 1, "h2": -1}},
    )
    return Gadget(("x",), layers, {"near": {"g1": 1, "g2": 1, BIAS: -1}})


def flat_indicator(a: Any, b: Any, half: Any = HALF) -> Gadget:
    """2 (R(x - a + 1/2) - R(x - a) - R(x - b) + R(x - b - 1/2)), one hidden layer."""
    ends = {"r0": half - a, "r1": -a, "r2": -b, "r3": -b - half}
    layer = {slot: {"x": 1, BIAS: end} for slot, end in ends.items()}
    return Gadget(("x",), (layer,), {"near": {"r0": 2, "r1": -2, "r2": -2, "r3": 2}})


def unit_indicator() -> Gadget:
    """KS25.LemG5: 1 for x in [y, y + 1], 0 half a unit outside."""
    layers = (
        {"h1": {"y": 2, "x": -2}, "h2": {"x": 2, "y": -2, BIAS: -2}},
        {"g1": {BIAS: 1, "h1": -1}, "g2": {BIAS: 1, "h2": -1}},
    )
    return Gadget(("x", "y"), layers, {"near": {"g1": 1, "g2": 1, BIAS: -1}})


def look_up(intervals: Sequence[tuple[int, int]], words: Sequence[int]) -> Gadget:
    """KS25.LemG3: the word of the interval that x lies in, 0 away from all."""
    layers: list[Mapping[str, Expression]] = []
    done: dict[str, Expression] = {}
    for j, (a, b) in enumerate(intervals):
        now = done | {"h1": {BIAS: a, "x": -1}, "h2": {"x": 1, BIAS: -b}}
        layers.append(carry("x") | now)
        kept = carry("x", "w") if j else carry("x")
        layers.append(kept | {"g1": _near(HALF), "g2": _near(HALF)})
        word: Expression = {"g1": words[j], "g2": words[j]}
        done = {"w": word | ({"w": 1} if j else {})}
    layers.append(done)
    return Gadget(("x",), tuple(layers), {"word": {"w": 1}})


def triangle() -> Gadget:
    """psi(z) = R(R(2 z) - R(4 z - 2))."""
    layers = (
        {"up": {"z": 2}, "down": {"z": 4, BIAS: -2}},
        {"z": {"up": 1, "down": -1}},
    )
    return Gadget(("z",), layers, {"psi": {"z": 1}})


def extraction(first: int, last: int, length: int, power: int = 2) -> Gadget:
    """KS25.LemG4: bits `first` to `last` of a word from its two orbits.

    Args:
        first: i, counted from 1 at the left.
        last: j >= i.
        length: L, bits of the word.
        power: bit t is ``R(2^(L + power - t) (beta - alpha))``; the lemma has 2.
    """
    layers: list[Mapping[str, Expression]] = []
    for t in range(first, last + 1):
        layers += extraction_step("", t - first + 1, length + power - t)
    outputs = carry("alpha", "beta") | {"bits": taken_in("", last - first + 2)["acc"]}
    return Gadget(("alpha", "beta"), tuple(layers), outputs)


def extraction_step(side: str, step: int, exponent: int) -> list[dict[str, Expression]]:
    """Three layers that apply psi to both orbits and read a bit; slots end in `side`.

    Args:
        side: added to the names of the slots.
        step: 1 for the first bit of a field.
        exponent: the bit is ``R(2^exponent (beta - alpha))``.
    """
    orbits = [f"alpha{side}", f"beta{side}"]
    acc, bit = f"acc{side}", f"bit{side}"
    fold: dict[str, Expression] = dict(taken_in(side, step))
    for orbit in orbits:
        fold |= {f"{orbit}_up": {orbit: 2}, f"{orbit}_down": {orbit: 4, BIAS: -2}}
    kept = carry(acc) if step > 1 else {}
    unfold = {orbit: {f"{orbit}_up": 1, f"{orbit}_down": -1} for orbit in orbits}
    scale = Fraction(2) ** exponent
    read = {bit: {orbits[1]: scale, orbits[0]: -scale}}
    return [fold, unfold | kept, carry(*orbits) | kept | read]


def taken_in(side: str, step: int) -> dict[str, Expression]:
    """The accumulator once the bits before `step` are in it, as a row."""
    acc, bit = f"acc{side}", f"bit{side}"
    if step == 1:
        return {}
    return {acc: {bit: 1} | ({acc: 2} if step > 2 else {})}

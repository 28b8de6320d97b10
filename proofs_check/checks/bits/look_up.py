"""KS25.LemG3 and LemG6: words by blocks of points, labels by matching sub-words."""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import product
from math import floor

import numpy as np
import sympy

import memcap as mc
from memcap.core.exact import Number
from memcap.model.fast_forward import fast_forward
from proofs_check.checks.bits.matching import matching
from proofs_check.checks.bits.networks import look_up
from proofs_check.methods import attack, piecewise
from proofs_check.statement import Answer, Level, Outcome

_HALF = sympy.Rational(1, 2)
_PART = sympy.Symbol("part", nonnegative=True)
_REST = sympy.Symbol("rest", positive=True)
_MORE = sympy.Symbol("more", nonnegative=True)
# What neighbouring points are farther apart than they must be: mostly nothing.
_STEPS = (0, 0, 0, Fraction(1, 8), Fraction(1, 2), 3)


def block_margins(level: Level) -> Outcome:
    """Blocks keep clear of each other and of further points, in symbols.

    A real number is its floor and a part in [0, 1); `rest` is 1 less the part, `more`
    what a distance has beyond 2. The intervals are [floor first, floor last + 1], so
    that they hold the points of the block by the definition of the floor.
    """
    last, first = sympy.symbols("last first", real=True)
    end, start = last - _PART + 1, first - (1 - _REST)
    facts = {
        "first of the next block beyond the margin of this one": (last + 2 + _MORE)
        - (end + _HALF),
        "last of the block before short of the margin of this one": (start - _HALF)
        - (first - 2 - _MORE),
    }
    return piecewise.positive(facts, "LemG3, inequalities between floors")


def look_up_sizes(level: Level) -> Outcome:
    """Width 4, depth 2m + 1 <= 3m + 2, bits <= b + ceil(log2 R), counted."""
    tried, tightest = 0, None
    for top, bits, m in product((2, 3, 4, 7, 8, 9, 31, 32, 33), (1, 2, 5), (1, 2, 4)):
        points = range(top - 1 - 2 * (m - 1), top, 2)
        if points[0] < 0:
            continue
        # The longest numbers: points up to just below R = top, words all ones.
        gadget = look_up([(x, x + 1) for x in points], [(1 << bits) - 1] * m)
        longest = mc.count(gadget.weights()).max_bits
        room = bits + (top - 1).bit_length() - longest
        tried += 1
        if gadget.width > 4 or gadget.depth > 3 * m + 2 or room < 0:
            where = {"R": str(top), "b": str(bits), "m": str(m)}
            sentence = f"built: {gadget.width}, {gadget.depth}, {longest} bits."
            return Outcome(Answer.FAILS, sentence, tried, "", where)
        tightest = room if tightest is None else min(tightest, room)
    sentence = "width 4, depth 2m + 1, bits at most b + ceil(log2 R): counted."
    return Outcome(Answer.HOLDS, sentence, tried, f"{tightest} bits")


def attack_look_up(
    level: Level = Level.DEFAULT, gap: Number = 2, extra_gap: Number = 2
) -> Outcome:
    """LemG3 on random points, mostly as close as allowed.

    Args:
        level: how many instances.
        gap: neighbours are at least so far apart.
        extra_gap: a further point is at least so far from all of them.
    """
    target = attack.Target(
        margin=lambda at: _word_error(*at, extra_gap=extra_gap),
        describe=lambda at: {
            "points": ", ".join(map(str, at[0])),
            "k": str(at[1]),
            "x": str(at[2]),
        },
    )
    found = attack.search(target, _instances(level.pick(120, 2000), gap, extra_gap))
    claim = f"the word of the block, points {gap} apart, others {extra_gap} away"
    return attack.outcome(target, found, claim)


def _instances(number: int, gap: Number, extra: Number) -> Iterator[tuple]:
    rng = np.random.default_rng(1)
    for _ in range(number):
        steps = [_STEPS[i] for i in rng.integers(0, len(_STEPS), 6)]
        start = Fraction(int(rng.integers(0, 8)), 8)
        points = [start]
        for step in steps:
            points.append(points[-1] + gap + step)
        k = int(rng.integers(1, 4))
        further = [x + sign * extra for x in points for sign in (-1, 1)]
        yield from ((tuple(points), k, x) for x in [*points, *further])


def _word_error(
    points: Sequence[Fraction], k: int, x: Fraction, extra_gap: Number
) -> Number | None:
    blocks = [points[i : i + k] for i in range(0, len(points), k)]
    words = [2 * j + 3 for j in range(len(blocks))]
    own = points.index(x) // k if x in points else None
    if own is None and min(abs(x - p) for p in points) < extra_gap:
        return None
    ends = [(floor(block[0]), floor(block[-1]) + 1) for block in blocks]
    found = look_up(ends, words)(x=x)["word"]
    allowed = [0, *words] if own is None else [words[own]]
    return 0 if found in allowed else -1


def matching_margins(level: Level) -> Outcome:
    """Only the matching sub-word opens its gate, in symbols."""
    u, c = sympy.Symbol("u", nonnegative=True), sympy.Symbol("c", nonnegative=True)
    word = 2**c - 1 - _MORE
    facts = {
        "x < v + 1, v <= u - 2, stays below the margin u - 1/2": (u - _HALF)
        - (u - 2 - _MORE + 1),
        "x >= v >= u + 2 stays above the margin u + 3/2": (u + 2 + _MORE)
        - (u + sympy.Rational(3, 2)),
        "a closed gate: 2^c exceeds every label of c bits": 2**c - word,
        "an x below -1, kept as -1, is below every margin": (u - _HALF) + 1,
    }
    return piecewise.positive(facts, "LemG6, gates and margins")


def matching_sizes(level: Level) -> Outcome:
    """Depth 3 k mu + 2 k + 2, width 12 and k mu + 2 bits of built networks."""
    tried = 0
    for k, rho, c in product(range(1, 5), range(1, 5), range(1, 5)):
        gadget, mu = matching(k, rho, c), max(rho, c)
        longest = mc.count(gadget.weights()).max_bits
        actual = gadget.depth, gadget.width, longest
        printed = 3 * k * mu + 2 * k + 2, 12, k * mu + 2
        tried += 1
        if actual[0] != printed[0] or actual[1] > 12 or actual[2] > printed[2]:
            where = {"k": str(k), "rho": str(rho), "c": str(c)}
            sentence = f"built {actual}, printed {printed}."
            return Outcome(Answer.FAILS, sentence, tried, "", where)
    sentence = (
        "depth equal to 3 k max(rho, c) + 2 k + 2, width at most 12, bits at most "
        f"k max(rho, c) + 2: counted on {tried} built networks."
    )
    return Outcome(Answer.HOLDS, sentence, tried)


SHAPES = ((1, 1, 1), (1, 3, 2), (2, 2, 2), (2, 3, 1), (2, 3, 2))


def attack_matching(
    level: Level = Level.DEFAULT, extra: int = 1, apart: int = 2
) -> Outcome:
    """LemG6 on all words of a few shapes and all x at quarter steps.

    Args:
        level: the deep level adds a shape.
        extra: the gate's factor is ``2^(c + extra)``; 1 as printed.
        apart: the sub-words of u are at least so far apart.
    """
    target = attack.Target(
        margin=lambda at: _label_error(*at), describe=_describe_matching
    )
    shapes = SHAPES + level.pick((), ((3, 3, 1),))
    cases = (
        case for k, rho, c in shapes for case in _labelled(k, rho, c, extra, apart)
    )
    found = attack.search(target, cases, stop_after=50)
    claim = f"the label of the match, gate 2^(c + {extra}), sub-words {apart} apart"
    return attack.outcome(target, found, claim)


def _labelled(
    k: int, rho: int, c: int, extra: int, apart: int
) -> Iterator[tuple[tuple[int, ...], tuple[int, ...], Fraction, Number]]:
    """Sub-words of u and w, x, and what the network says."""
    steps = range(-8, 4 * (2**rho + 2))
    cases = [
        (us, ws, Fraction(i, 4))
        for us in product(range(2**rho), repeat=k)
        if all(abs(a - b) >= apart for i, a in enumerate(us) for b in us[:i])
        for ws in product(range(2**c), repeat=k)
        for i in steps
    ]
    tokens = [[[float(x), _word(us, rho), _word(ws, c)]] for us, ws, x in cases]
    weights = matching(k, rho, c, extra).weights()
    outputs = fast_forward(weights, np.array(tokens)).numbers()
    for case, output in zip(cases, outputs.tolist(), strict=True):
        yield *case, output


def _word(fields: Sequence[int], width: int) -> int:
    return sum(x << width * i for i, x in enumerate(reversed(fields)))


def _label_error(us, ws, x: Fraction, output: Number) -> Number | None:
    if floor(x) in us:
        return -abs(output - ws[us.index(floor(x))])
    if all(abs(x - Fraction(1, 2) - u) > 1 for u in us):
        return -abs(output)
    return None


def _describe_matching(at: tuple) -> dict[str, str]:
    us, ws, x, output = at
    return {"u": str(us), "w": str(ws), "x": str(x), "output": str(output)}


def printed_gate_bits(level: Level) -> Outcome:
    """With the printed gate 2^(c+1) and k = 1 the bias 2^(c+2) is one bit too long."""
    rows = []
    for rho, c in product(range(1, 5), range(1, 5)):
        longest = mc.count(matching(1, rho, c, extra=1).weights()).max_bits
        if longest > max(rho, c) + 2:
            rows.append((rho, c))
    shown = ", ".join(map(str, rows[:3]))
    sentence = (
        "at k = 1 the form with 2^(c+1) takes one bit more than k max(rho, c) + 2 for "
        f"(rho, c) in {shown}, ...: where rho <= c; the form with 2^c never does."
    )
    expected = [(a, b) for a, b in product(range(1, 5), range(1, 5)) if a <= b]
    answer = Answer.HOLDS if rows == expected else Answer.FAILS
    return Outcome(answer, sentence, 16)

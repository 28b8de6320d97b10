"""The reference forward pass on symbols, compared with the layers' definitions."""

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from itertools import product
from typing import Any

import numpy as np
import sympy
from flint import arb, ctx, fmpq

from memcap.model import forward as reference
from memcap.model.arithmetic import Balls, Exact
from memcap.model.counting import count
from memcap.model.weights import Affine, Attention, Head, Residual, Weights
from proofs_check.methods import symbols
from proofs_check.methods.chain import chain, link
from proofs_check.statement import (
    Answer,
    Level,
    Outcome,
)

Shares = Callable[[list[Any]], list[Any]]


# m, s, number of heads, n
SIZES = ((1, 1, 1, 2), (2, 1, 1, 2), (2, 2, 1, 2), (2, 1, 2, 3))


def softmax(scores: list[Any]) -> list[Any]:
    """e^{s_i} / sum_j e^{s_j}."""
    powers = [symbols.power(s) for s in scores]
    return [p / sum(powers) for p in powers]


def uniform(scores: list[Any]) -> list[Any]:
    """1/n."""
    return [sympy.Rational(1, len(scores)) for _ in scores]


def attention(z: sympy.Matrix, heads: list[Any], shares: Shares) -> sympy.Matrix:
    """Z + sum_h W_O W_V Z A with A column by column, as the definitions print it."""
    total = z
    for query, key, value, output in heads:
        scores = (key * z).T * (query * z)
        columns = [shares(list(scores.col(k))) for k in range(z.cols)]
        mixed = sympy.Matrix(columns).T
        total = total + output * value * z * mixed
    return total


def _heads(m: int, s: int, number: int) -> list[Any]:
    return [
        (
            symbols.matrix(f"q{h}", s, m),
            symbols.matrix(f"k{h}", s, m),
            symbols.matrix(f"v{h}", s, m),
            symbols.matrix(f"o{h}", m, s),
        )
        for h in range(number)
    ]


def computed(
    z: sympy.Matrix, heads: list[Any], kind: Any, causal: bool = False
) -> sympy.Matrix:
    """The same by memcap's forward pass."""
    made = tuple(Head(*[symbols.affine(w) for w in head]) for head in heads)
    layer = Attention(kind, made, causal=causal)
    # The public function takes a whole network of numbers; this is its one step.
    slots = reference._attend(layer, symbols.state(z), symbols.Symbols())
    return symbols.as_matrix(slots)


def attention_agrees(level: Level, kind: Any, shares: Shares) -> Outcome:
    """Forward pass and definition, for all weights and inputs of given sizes."""
    links = []
    for m, s, number, n in SIZES[: level.pick(3, 4)]:
        z, heads = symbols.matrix("z", m, n), _heads(m, s, number)
        same = symbols.equal(computed(z, heads, kind), attention(z, heads, shares))
        links.append(link(f"m={m}, s={s}, {number} head(s), n={n}", same))
    return chain(f"{kind} attention is computed as defined", links)


def hardmax_agrees(level: Level) -> Outcome:
    """Tied, untied and equal integer scores; inputs and values stay symbols."""
    rng, links = np.random.default_rng(12), []
    for case in range(level.pick(12, 60)):
        m, n = 2, int(rng.integers(2, 5))
        z = sympy.Matrix(rng.integers(-2, 3, size=(m, n)).tolist())
        drawn = sympy.Matrix(rng.integers(-1, 2, size=(1, m)).tolist())
        key = sympy.Matrix(rng.integers(-1, 2, size=(1, m)).tolist())
        value, output = symbols.matrix("v", 1, m), symbols.matrix("o", m, 1)
        heads = [(drawn, key, value, output)]
        one, two = computed(z, heads, "hardmax"), attention(z, heads, symbols.hardmax)
        links.append(link(f"case {case}", symbols.equal(one, two)))
    found = chain("hardmax attention is computed as defined, ties shared", links)
    return shortened(found, f"Hardmax attention is as defined in {found.cases} cases.")


def shortened(found: Outcome, sentence: str) -> Outcome:
    """A shorter sentence where all links hold."""
    return replace(found, sentence=sentence) if found.answer is Answer.HOLDS else found


def hardmax_shares(level: Level) -> Outcome:
    """The exact arithmetic's shares against 1/|I|, for all small integer columns."""
    cases = 0
    for n in range(1, level.pick(5, 7)):
        for column in product((-1, 0, 2), repeat=n):
            scores = np.array([[fmpq(x) for x in column]], dtype=object)
            found = [Fraction(int(x.p), int(x.q)) for x in Exact().hardmax(scores)[0]]
            best = [x == max(column) for x in column]
            cases += 1
            if found != [Fraction(int(b), sum(best)) for b in best]:
                claim = f"shares of {column} are 1/|I| on the largest"
                return link(claim, False)
    return Outcome(Answer.HOLDS, f"Shares are 1/|I| for {cases} columns.", cases)


def softmax_shares(level: Level) -> Outcome:
    """The ball arithmetic's shares against e^{s_i} / sum_j e^{s_j}, without a shift."""
    rng, cases, widest = np.random.default_rng(14), level.pick(100, 1000), 0.0
    with ctx.workprec(256):
        for _ in range(cases):
            drawn = rng.integers(-400, 401, size=int(rng.integers(1, 7))).tolist()
            column = [arb(fmpq(x, 8)) for x in drawn]
            found = Balls(256).softmax(np.array([column], dtype=object))[0]
            powers = [x.exp() for x in column]
            total = sum(powers, arb(0))
            apart = [a - p / total for a, p in zip(found, powers, strict=True)]
            if not all(x.contains(0) for x in apart):
                return link(f"shares of {drawn} eighths are those of softmax", False)
            widest = max(widest, *(float(x.rad()) for x in apart))
    sentence = f"Shares enclose softmax for {cases} columns, within {widest:.3g}."
    return Outcome(Answer.HOLDS, sentence, cases)


def uniform_agrees(level: Level) -> Outcome:
    """memcap's three kinds give one result where keys are zero."""
    links = []
    for m, n in ((1, 2), (2, 3)):
        z, heads = symbols.matrix("z", m, n), _heads(m, 1, 1)
        query, _, value, output = heads[0]
        silent = [(query, sympy.zeros(1, m), value, output)]
        mean = attention(z, heads, uniform)
        for kind, given in (
            ("uniform", heads),
            ("softmax", silent),
            ("hardmax", silent),
        ):
            same = symbols.equal(computed(z, given, kind), mean)
            links.append(link(f"{kind}, m={m}, n={n}", same))
    return chain("uniform, silent softmax and silent hardmax attention agree", links)


def feed_forward_agrees(level: Level) -> Outcome:
    """H + W2 R(W1 H + b1) + b2 for all weights and inputs."""
    links = []
    for m, q, n in ((1, 1, 1), (2, 1, 2), (2, 3, 2)):
        h = symbols.matrix("h", m, n)
        first, second = symbols.matrix("a", q, m), symbols.matrix("c", m, q)
        b1, b2 = symbols.matrix("b", q, 1), symbols.matrix("e", m, 1)
        ones = sympy.ones(1, n)
        hidden = (first * h + b1 * ones).applyfunc(symbols.relu)
        layer = Residual(symbols.affine(first, b1), symbols.affine(second, b2))
        slots = reference.apply_token_wise(layer, symbols.state(h), symbols.Symbols())
        same = symbols.equal(symbols.as_matrix(slots), h + second * hidden + b2 * ones)
        links.append(link(f"m={m}, q={q}, n={n}", same))
    return chain("the feed-forward layer is computed as defined", links)


def composition_agrees(level: Level) -> Outcome:
    """Whole networks against the definitions in a row, on rationals; the width."""
    rng, links = np.random.default_rng(13), []
    for case in range(level.pick(10, 60)):
        d, m, s, q, n = (int(k) for k in rng.integers(1, 4, size=5))
        blocks = int(rng.integers(1, 3))

        def draw(rows: int, columns: int) -> sympy.Matrix:
            return sympy.Matrix(rng.integers(-2, 3, size=(rows, columns)).tolist())

        enter, leave, x = draw(m, d), draw(1, m), draw(d, n)
        layers: list[Any] = []
        z = enter * x
        for _ in range(blocks):
            head = (draw(s, m), draw(s, m), draw(s, m), draw(m, s))
            first, second, b1, b2 = draw(q, m), draw(m, q), draw(q, 1), draw(m, 1)
            z = attention(z, [head], symbols.hardmax)
            ones = sympy.ones(1, n)
            hidden = (first * z + b1 * ones).applyfunc(symbols.relu)
            z = z + second * hidden + b2 * ones
            layers += [
                Attention("hardmax", (Head(*[_numbers(w) for w in head]),)),
                Residual(_numbers(first, b1), _numbers(second, b2)),
            ]
        net = Weights(
            "seq_to_seq", "vectors", _numbers(enter), tuple(layers), _numbers(leave)
        )
        tokens = np.array(x.T.tolist(), dtype=int)[None]
        found = reference.forward(net, tokens)[0]
        same = [sympy.Rational(y) for y in found] == list(leave * z)
        links.append(link(f"network {case}", same))
        links.append(link(f"width {case}", count(net).width == max(m, s, q)))
    found = chain("networks are E_out o F_L o ... o F_1 o E_in", links)
    pairs = len(links) // 2
    return shortened(found, f"{pairs} networks and their widths max(m, s H, q) agree.")


def _numbers(matrix: Any, bias: Any = None) -> Affine:
    rows = [[int(x) for x in matrix.row(i)] for i in range(matrix.rows)]
    return Affine.dense(rows, None if bias is None else [int(b) for b in bias])


def silent_block(level: Level) -> Outcome:
    """A block with W_O = 0 is its feed-forward layer: deep stacks are transformers."""
    links = []
    for m, s, number, n in SIZES[:3]:
        z = symbols.matrix("z", m, n)
        heads = [(q, k, v, sympy.zeros(m, s)) for q, k, v, _ in _heads(m, s, number)]
        found = computed(z, heads, "softmax")
        links.append(link(f"m={m}, n={n}", symbols.equal(found, z)))
    return chain("attention with W_O = 0 is the identity", links)

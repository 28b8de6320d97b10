"""KS23.Thm2 attacked on a line, certified, and with its hypotheses dropped."""

from collections.abc import Iterator
from fractions import Fraction
from itertools import combinations, product
from typing import Any

import numpy as np

from memcap.core.balls import Ball
from memcap.data import from_arrays
from memcap.model.forward import forward
from proofs_check.checks.attention.hardmax_layers import attention_layer
from proofs_check.methods.attack import Target, outcome, search
from proofs_check.methods.chain import chain, link
from proofs_check.methods.crossing import crossing
from proofs_check.methods.networks import Case, build, certified
from proofs_check.methods.rank_one import (
    PRINTED,
    TIGHT,
    Constants,
    Line,
    identifier,
    margin,
    scale,
    widest,
)
from proofs_check.statement import (
    Level,
    Outcome,
)


def attack(level: Level, constants: Constants = PRINTED) -> Outcome:
    """Look for tokens on a line whose ids are closer than promised.

    Args:
        level: how many tokens.
        constants: factors of the theorem's constants; 1 as printed.
    """
    target = Target(
        lambda line: margin(line, constants),
        lambda line: {
            "tokens": str([str(x) for x in line.tokens]),
            "n": str(line.length),
            "eps": str(line.eps),
            "sign of W_O": str(line.sign),
        },
    )
    claim = "ids on a line are farther apart than delta (margin of logarithms)"
    return outcome(target, search(target, _lines(level, constants)), claim)


def _lines(level: Level, constants: Constants) -> Iterator[Line]:
    for eps in _crossings(constants):
        yield Line((1, -1), 2, eps, -1)
    values = [s * Fraction(k, 4) for s in (1, -1) for k in (4, 3, 2)]
    sizes = level.pick(
        [(2, 2), (3, 2), (3, 3)], [(2, 2), (3, 2), (3, 3), (4, 2), (4, 3)]
    )
    if constants.multisets:
        sizes = [(2, 2), (2, 3), (2, 4), (3, 3)]
    for size, length in sizes:
        for tokens, sign in product(combinations(values, size), (1, -1)):
            yield Line(tokens, length, widest(tokens), sign)
    rng = np.random.default_rng(6)
    for _ in range(level.pick(20, 200)):
        drawn = rng.choice(np.arange(1, 13), size=3, replace=False)
        signs = rng.choice([-1, 1], size=3)
        tokens = tuple(
            Fraction(int(s * k), 8) for s, k in zip(signs, drawn, strict=True)
        )
        yield Line(tokens, 2, widest(tokens), int(rng.choice([-1, 1])))


def _crossings(constants: Constants) -> list[Any]:
    """eps at which W_O draws the ids of 1 and -1 together, to 400 bits, if any."""

    def apart(eps: Any) -> Ball:
        line = Line((1, -1), 2, eps, -1)
        kappa = scale(line, constants, 1024)
        c = -constants.output * Fraction(eps) / (4 * line.r_max)
        ids = [identifier(q, line.tokens, kappa, c) for q in line.tokens]
        return ids[0] - ids[1]

    found = crossing(apart, Fraction(1), 2 * (1 - TIGHT), bits=400)
    return [] if found is None else [found.middle]


def _cases(level: Level) -> list[Case]:
    """Tiny vocabularies whose printed delta can be written down."""
    made: list[Case] = []
    for seed in range(level.pick(3, 8)):
        rng = np.random.default_rng(seed)
        angles = rng.uniform(0, 2 * np.pi, 3) / 6 + np.arange(3) * 2 * np.pi / 3
        table = np.round(np.column_stack([np.cos(angles), np.sin(angles)]), 3)
        rows = np.array(list(combinations(range(3), 2)))
        ds = from_arrays(rows, np.zeros(rows.shape, int), embedding=table)
        options = {"scale": "theorem", "seed": seed}
        made.append((f"V=3, d=2, n=2, seed {seed}", ds, options))
    for vocab, length in ((3, 3), (4, 2)):
        rows = np.array(list(combinations(range(vocab), length)))
        ds = from_arrays(rows, np.zeros(rows.shape, int))
        made.append((f"V={vocab}, d=1, n={length}", ds, {"scale": "theorem"}))
    return made


def certificates(level: Level) -> Outcome:
    """Layers with the printed kappa, c and v, certified with the printed delta."""
    built = build("rank_one_contextual", _cases(level))
    return certified(built, "ids beyond the printed delta, norms, ranks 1")


def hypotheses(level: Level) -> Outcome:
    """A zero token is fatal for every layer; too small a kappa for this one."""
    rng, layers = np.random.default_rng(7), level.pick(20, 200)
    tokens = np.array([[0, 1, 5], [0, 2, 4]])
    same = told = 0
    for _ in range(layers):
        drawn = rng.integers(1, 4, size=(2, 4, 1, 1)).tolist()
        outputs = forward(attention_layer("softmax", drawn), tokens, "ball")[..., 0]
        same += bool(outputs[0, 0].value.overlaps(outputs[1, 0].value))
        told += not outputs[0, 1].value.overlaps(outputs[1, 1].value)

    def apart(kappa: Any) -> Ball:
        ids = [identifier(1, seen, kappa, 1) for seen in ((1, 2, 5, 6), (1, 3, 4, 6))]
        return ids[0] - ids[1]

    found = crossing(apart, 1, Fraction(6, 5))
    links = [
        link(
            "token 0 has one id in {0,1,5} and {0,2,4}, as its scores vanish and the "
            f"means agree, in all {layers} layers tried",
            same == layers and told > 0,
        ),
        link(
            "token 1 has one id in {1,2,5,6} and {1,3,4,6} at a score spacing kappa "
            f"near {float(found.middle) if found else 0:.6f}",
            found is not None,
        ),
        link(
            "with ||W_O u''|| = 2.1 eps / (4 r_max) the ids of 1 and -1 coincide",
            len(_crossings(Constants(output=Fraction(21, 10)))) == 1,
        ),
    ]
    return chain("r_min > 0, some score spacing and a small W_O are needed", links)

"""KS23.Prop1: universal approximation, worked examples and a proof on a box."""

from fractions import Fraction

import sympy

from memcap.constructions.approximation_error import grid_for
from memcap.constructions.target_functions import names, target
from memcap.constructions.universal_approximator import approximate
from memcap.core.refs import Ref
from proofs_check.checks.attention.zigzag_attack import attack_approximation
from proofs_check.methods.chain import chain, link
from proofs_check.methods.identity import holds
from proofs_check.methods.networks import certified
from proofs_check.statement import (
    Check,
    Kind,
    Level,
    Method,
    Outcome,
    Scope,
    Statement,
)

# function, d, n, cells along an axis, repeated cells fitted
APPROXIMATED = (
    ("max_pooling", 1, 2, 8, False),
    ("soft_rank", 1, 2, 8, True),
    ("smooth_attention", 1, 3, 4, True),
)


def approximations(level: Level) -> Outcome:
    """Labels at all cells proved, so the bound on the L_1 error holds."""
    built, bound = [], []
    for name, dim, length, cells, repeats in APPROXIMATED:
        made = approximate(target(name, dim, length), cells, repeats=repeats)
        label = f"{name}, d={dim}, n={length}, grid {cells}"
        built += [(label, ds, network) for network, ds in made.coordinates]
        bound.append(f"{label}: error below {float(made.bound.total):.4f}")
    found = certified(built, "values at all sets of cells")
    sentence = f"{found.sentence} {'; '.join(bound)}."
    return Outcome(found.answer, sentence, found.cases)


def any_accuracy(level: Level) -> Outcome:
    """For each worked example and eps a grid; its bound is added up again here."""
    links = []
    for name in names():
        f = target(name)
        entries = f.dim * f.length
        for power in range(1, level.pick(7, 12)):
            grid = grid_for(f, eps := Fraction(1, 2**power), repeats=True)
            steps = 16 * grid.cells
            error = Fraction(f.lipschitz, 2 * grid.cells) + Fraction(1, steps)
            error += Fraction(1, 2**60)
            clear = (1 - (grid.cells - 1) * Fraction(grid.ramp)) ** entries
            total = entries * (min(error, Fraction(1)) * clear + 1 - clear)
            words = f"{name}: {grid.cells} cells give {float(total):.4f} < 1/{2**power}"
            links.append(link(words, total < eps))
    return chain("the bound for p = 1 falls below every eps tried", links)


def staircase(level: Level) -> Outcome:
    """A step of width w from two ReLUs: 0 before a, 1 from a + w on."""
    a, x = sympy.symbols("a x", real=True)
    w, y = sympy.symbols("w y", positive=True)

    def step(at: sympy.Expr) -> sympy.Expr:
        rise = sympy.expand((at - a) / w)
        return sympy.Max(0, rise) - sympy.Max(0, rise - 1)

    own = sympy.Max(0, x) - sympy.Max(0, -x)
    links = [
        link("0 before the ramp", step(a - y) == 0),
        link("0 at its start", step(a) == 0),
        holds(step(a + w + y), sympy.Integer(1), "1 behind the ramp"),
        link("x itself is R(x) - R(-x)", own.rewrite(sympy.Piecewise).simplify() == x),
    ]
    return chain("a staircase less its argument is a hidden ReLU layer", links)


def measures(level: Level) -> Outcome:
    """1 - (1 - x)^m <= m x, and what is left of the error when w is small."""
    x, m, entries, eps = sympy.symbols("x m D eps", positive=True)
    most, p = sympy.symbols("B p", positive=True)
    # From m to m + 1: (1 - m x)(1 - x) exceeds 1 - (m + 1) x by m x^2 >= 0.
    gained = sympy.expand((1 - m * x) * (1 - x) - (1 - (m + 1) * x))
    half = eps**p / (2 * entries)
    share = half / most**p
    total = entries * (half + most**p * share)
    links = [
        link(f"(1-mx)(1-x) - (1-(m+1)x) = {gained} >= 0", bool(gained.is_positive)),
        holds(total, eps**p, "D (modulus^p + B^p ramps) is eps^p"),
    ]
    return chain("the error is below eps for a fine grid, then a small w", links)


_PROP1 = Statement(
    Ref("KS23", "Prop1"),
    Kind.PROPOSITION,
    "Continuous permutation-equivariant functions with compact support are "
    "approximated in L_p by a feed-forward layer, one rank-1 softmax layer and a "
    "feed-forward layer.",
    r"\left(\int \|f - g\|_p^p\right)^{1/p} < \epsilon, \quad g = FF_2 \circ SA \circ "
    r"FF_1",
    ("1 <= p < infinity", "f continuous, equivariant, of compact support"),
    "recalled",
    (
        Check("values at all cells", Method.CERTIFICATE, Scope.CASES, approximations),
        Check("any accuracy", Method.BALLS, Scope.CASES, any_accuracy),
        Check("zigzags", Method.ATTACK, Scope.CASES, attack_approximation),
    ),
    "where the integral runs over a bounded box it is memcap.Prop1box; beyond a box "
    "the output on ramps would have to vanish, since they have infinite measure there",
)


_BOX = Statement(
    Ref("memcap", "Prop1box"),
    Kind.PROPOSITION,
    "On a bounded box every continuous permutation-equivariant function is "
    "approximated in L_p by FF_2 SA FF_1 with one rank-1 softmax head.",
    r"\left(\int_{[0,1]^{d n}} \|f - g\|_p^p\right)^{1/p} < \epsilon",
    ("1 <= p < infinity", "f continuous and equivariant on the box"),
    "derived",
    (
        Check(
            "FF_1 is a staircase",
            Method.IDENTITY,
            Scope.STEP,
            staircase,
            "a sum of such steps takes every coordinate that is on no ramp to its "
            "cell; added to 1, so that no cell is the zero token.",
        ),
        Check(
            "the error",
            Method.ARGUMENT,
            Scope.STEP,
            measures,
            "uniform continuity gives a grid on which f differs by less than "
            "(eps^p / (2 D))^{1/p} within a cell, D = d n. Cells are finitely many "
            "separated tokens, so by memcap.Thm2repeats all pairs of a cell and a "
            "multiset of n cells have ids of their own, and Zhang17.Thm1 gives FF_2 "
            "the values of f there, which equivariance makes consistent. FF_1 stays "
            "between cells whatever w, so |f - g| <= B on the box for a B that the "
            "grid fixes. Then w is chosen: ramps have measure at most D (K-1) w, by "
            "induction over the D coordinates. Sequences with two tokens in a cell are "
            "fitted like all others.",
        ),
        Check("values at all cells", Method.CERTIFICATE, Scope.CASES, approximations),
        Check("zigzags", Method.ATTACK, Scope.CASES, attack_approximation),
    ),
)

STATEMENTS: tuple[Statement, ...] = (_PROP1, _BOX)

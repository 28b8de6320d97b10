"""KS23.Thm2 with repeated tokens, with positions, with a causal mask."""

from fractions import Fraction
from itertools import combinations
from typing import Any

import numpy as np
import sympy

from memcap.core.balls import Ball
from memcap.core.refs import Ref
from memcap.data import from_arrays
from proofs_check.checks.attention.constants import (
    DELTA,
    EPS,
    KAPPA,
    LN,
    R_MAX,
    SHARP_KAPPA,
    N,
    without_power,
)
from proofs_check.checks.attention.line_attack import attack
from proofs_check.methods.chain import chain, link
from proofs_check.methods.crossing import Crossing, crossing
from proofs_check.methods.identity import holds
from proofs_check.methods.networks import Case, build, certified
from proofs_check.methods.rank_one import Constants, identifier
from proofs_check.methods.rays import positive_beyond
from proofs_check.statement import (
    Check,
    Kind,
    Level,
    Method,
    Outcome,
    Scope,
    Statement,
)


def repeated_pieces(level: Level) -> Outcome:
    """delta = 0.45 eps e^{-2 r_B} / n^2, and when the printed delta is below."""
    radius = KAPPA * R_MAX**2
    half = sympy.Rational(9, 10)
    pieces = EPS / (4 * R_MAX) * half * 2 * radius / (N**2 * KAPPA * R_MAX)
    # n <= V: 1.8 r_B > (27 pi / 80) (n+1)^4, and n^2 (ln n)^2 <= n^4.
    small = sympy.Rational(27, 80) * sympy.pi * (N + 1) ** 4 - N**4
    links = [
        holds(pieces, sympy.Rational(45, 100) * EPS / N**2, "0.45 eps / n^2"),
        holds(without_power(DELTA), EPS * LN**2 / (4 * radius), "the printed delta"),
        positive_beyond(small, {N: 2}, "1.8 r_B > n^2 (ln n)^2 for 2 <= n <= V"),
    ]
    return chain("repeated tokens: the distance of ids of one token", links)


def repeats_attack(level: Level) -> Outcome:
    """KS23.Thm2's delta on a line, with sequences that repeat tokens, n <= V."""
    return attack(level, Constants(repeats=True))


def multisets_attack(level: Level) -> Outcome:
    """0.45 eps e^{-2 r_B} / n^2 on a line, for multisets, also with n > V."""
    return attack(level, Constants(repeats=True, multisets=True))


def needed_at_two(level: Level) -> Outcome:
    """Spacing 2 does not do for multisets: an exact collision with three tokens."""
    found = collision_at_two()
    where = f"-{float(found.middle):.9f}" if found else "no place"
    claim = (
        "with kappa = 2 / (gap mu) = 1 the token 1 has one id in (1, 1, -1) and "
        f"(1, z, z) for a z near {where}, no nearer than the spacing 2"
    )
    return link(claim, found is not None)


def collision_at_two() -> Crossing | None:
    """z between 3 and 16/5 so that (1, 1, -1) and (1, -z, -z) give token 1 one id.

    The tokens 1, -1, -z have gap 2 and mu 1, so kappa = 2 / (gap mu) = 1.
    """

    def apart(z: Any) -> Ball:
        ids = [identifier(1, seen, 1, 1) for seen in ((1, 1, -1), (1, -z, -z))]
        return ids[0] - ids[1]

    return crossing(apart, 3, Fraction(16, 5))


def _data(level: Level, rows: Any, options: dict[str, Any], label: str) -> Case:
    tokens = np.array(rows)
    return label, from_arrays(tokens, np.zeros(tokens.shape, int)), options


def places(level: Level) -> Outcome:
    """p_k = (start + (r+1) k) e_1 for tokens of first coordinates in [-r/2, r/2]."""
    r, k, start = sympy.symbols("r k start", nonnegative=True)
    links = [
        positive_beyond((r + 1) * k - r, {r: 0, k: 1}, "(r+1) k > r: places differ"),
        positive_beyond(
            start + r + 1 + (r + 1) * k - r, {r: 0, k: 0, start: 0}, "no sum is zero"
        ),
    ]
    return chain("sums of different places differ, and none vanishes", links)


def position_layers(level: Level) -> Outcome:
    """Repeated tokens and every order, told apart by positional vectors."""
    orders = [[a, b] for a in range(4) for b in range(4)]
    rng = np.random.default_rng(8)
    drawn = rng.integers(0, 3, size=(level.pick(6, 20), 3))
    cases = [
        _data(level, orders, {"positions": True}, "V=4, n=2, all orders"),
        _data(level, drawn, {"positions": True}, "V=3, n=3, random"),
    ]
    return certified(build("rank_one_contextual", cases), "ids with positions")


def causal_layers(level: Level) -> Outcome:
    """Prefix sets of every size, with the guarantee of the different-size case."""
    rows = list(combinations(range(level.pick(6, 8)), 3))
    both = {"causal": True, "positions": True}
    cases = [
        _data(level, rows, {"causal": True}, "sets of three"),
        _data(level, [[0, 0, 1], [0, 1, 1], [1, 0, 0]], both, "repeats, positions"),
    ]
    return certified(build("rank_one_contextual", cases), "ids under a causal mask")


def causal_pieces(level: Level) -> Outcome:
    """delta = eps / (4 kappa r_max^2) 0.86 (2 r_B - 0.363) e^{-2 r_B}."""
    radius = SHARP_KAPPA * R_MAX**2
    x = sympy.Symbol("x", positive=True)
    low = sympy.Rational(363, 1000)
    links = [
        holds(EPS / (4 * R_MAX) / (SHARP_KAPPA * R_MAX), EPS / (4 * radius), "head"),
        positive_beyond(x - sympy.Rational(1363, 1000), {x: 4}, "falls beyond D = 4"),
        positive_beyond(
            x - sympy.Rational(86, 100) * (x - low), {x: 1}, "0.86 (x - 0.363) < x"
        ),
    ]
    return chain("ids under a mask", links)


_REPEATS = Statement(
    Ref("memcap", "Thm2repeats"),
    Kind.THEOREM,
    "The weights of KS23.Thm2 are a contextual mapping of sequences with repeated "
    "tokens too, in the sense of multisets.",
    r"\delta = \frac{0.45 \epsilon}{n^2} e^{-2 r_B}, \quad r_B = \kappa r_{\max}^2",
    ("tokens (r_min, r_max, eps)-separated", "n >= 2"),
    "derived",
    (
        Check(
            "constants",
            Method.IDENTITY,
            Scope.STEP,
            repeated_pieces,
            "scores are spaced and bounded as in KS23.Thm2, which does not use that "
            "tokens are different; D = 2 r_B is the worst. Two multisets of n tokens "
            "are proportional only if equal. Different tokens stay eps/2 apart, and "
            "0.45 / n^2 < 1/2. For n <= V the printed delta is the smaller one.",
        ),
        Check(
            "sequences with repetitions",
            Method.ATTACK,
            Scope.CASES,
            repeats_attack,
            "with the printed delta, n <= V, for sequences whose sets differ.",
        ),
        Check("multisets", Method.ATTACK, Scope.CASES, multisets_attack),
        Check(
            "needed at spacing 2",
            Method.BALLS,
            Scope.CASES,
            needed_at_two,
            "the difference of the two ids changes its sign, so it vanishes in "
            "between: KS23.Thm2s with the spacing 2 does need that no token repeats.",
        ),
    ),
    rests_on=(
        "KS25.LemG1",
        "memcap.MultisetBoltzmann",
    ),
)


_POSITIONS = Statement(
    Ref("memcap", "Thm2pos"),
    Kind.COROLLARY,
    "There are positional vectors with which KS23.Thm2 holds for the vocabulary of all "
    "encoded tokens, whether tokens repeat or not; order is then told apart.",
    r"x_k + p_k, \quad |V| \le n |V_0|",
    ("tokens of a finite vocabulary, zero and repeated tokens admitted",),
    "derived",
    (
        Check(
            "places",
            Method.ARGUMENT,
            Scope.STEP,
            places,
            "with first coordinates in an interval of length r around 0 (a shift of "
            "all tokens is one of all places) and start > r, two encoded tokens of "
            "different places differ in the first coordinate, two of one place as the "
            "tokens do, and no sequence repeats an encoded token. The set of encoded "
            "tokens of a sequence is the sequence itself.",
        ),
        Check("built layers", Method.CERTIFICATE, Scope.CASES, position_layers),
    ),
    rests_on=("KS23.Thm2",),
)


_CAUSAL = Statement(
    Ref("memcap", "Thm2causal"),
    Kind.COROLLARY,
    "Under a causal mask the layer of KS23.Thm2s tells prefix sets apart, with the "
    "distance of the different-size case of KS23.LemS.",
    r"\delta = \frac{\epsilon}{4 \kappa_s r_{\max}^2} 0.86 (2 r_B - 0.363) e^{-2 r_B}",
    ("tokens (r_min, r_max, eps)-separated", "no token twice in a sequence"),
    "derived",
    (
        Check(
            "constants",
            Method.IDENTITY,
            Scope.STEP,
            causal_pieces,
            "(D - 0.363) e^{-D} falls beyond 1.363, so D = 2 r_B > 4 is the worst; "
            "spacing, norms and different tokens as in KS23.Thm2s.",
        ),
        Check("built layers", Method.CERTIFICATE, Scope.CASES, causal_layers),
    ),
    rests_on=(
        "KS25.LemG1",
        "KS23.LemS",
    ),
)


STATEMENTS: tuple[Statement, ...] = (_REPEATS, _POSITIONS, _CAUSAL)

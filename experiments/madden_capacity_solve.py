"""The decoder of Madden24 Theorem 21, solved in balls and in double precision.

The theorem (arXiv 2405.13718): a one-layer decoder whose hidden layer has m units with
an activation that is analytic and not a polynomial matches any positive next-token laws
on m contexts. Its proof draws token and position numbers z, u and weights w, gives
context a the number ``x_a = <s, softmax(s s_last)>`` with s = z[a] + u, and solves
``V^T psi(w x^T + eta) = log Y``. Here psi = tanh and eta = 1/2.
"""

from dataclasses import dataclass
from fractions import Fraction
from math import hypot, pi

import numpy as np
from flint import arb, arb_mat, ctx, fmpq

ETA = 0.5
# From eta to the nearest poles of tanh, +- i pi / 2.
RADIUS = hypot(ETA, pi / 2)


@dataclass(frozen=True)
class Solved:
    """What the solution of one draw attains.

    Args:
        error: log10 of a rigorous upper bound on the largest error of a probability.
        condition: log10 of the condition number of the system in the maximum norm.
        largest: log10 of the largest weight of V.
        float_error: largest error of a probability when the system is solved and
            evaluated in double precision; 1 where it is not finite.
    """

    error: float
    condition: float
    largest: float
    float_error: float


def solve(contexts: int, vocab: int, length: int, digits: int, seed: int) -> Solved:
    """Draw contexts, laws and the decoder of m = n units, and solve for V.

    V is rounded to numbers of that many digits, as a network would hold them, and the
    laws of that network are enclosed.

    Args:
        contexts: n = m.
        vocab: tokens.
        length: longest context.
        digits: decimal digits of all numbers.
        seed: of everything drawn.

    Raises:
        ZeroDivisionError: the digits do not tell the matrix from a singular one.
    """
    rng = np.random.default_rng(seed)
    drawn = distinct_contexts(contexts, vocab, length, rng)
    laws = random_laws(contexts, vocab, rng)
    with ctx.workdps(digits):
        x = _context_numbers(drawn, vocab, length, rng)
        hidden = _hidden(x, rng)
        inverse = arb_mat(hidden).inv()
        logs = arb_mat([[_arb(p).log() for p in law] for law in laws])
        # Rows of `hidden` are contexts: hidden V = log Y^T.
        exact = inverse * logs
        weights = [[exact[i, j].mid() for j in range(vocab)] for i in range(contexts)]
        error = max(_errors(arb_mat(hidden) * arb_mat(weights), laws))
        condition = _norm(arb_mat(hidden)) * _norm(inverse)
        largest = max(abs(value) for row in weights for value in row)
        return Solved(
            error=_log10(error),
            condition=_log10(condition),
            largest=_log10(largest),
            float_error=_in_doubles(hidden, laws),
        )


def distinct_contexts(
    count: int, vocab: int, length: int, rng: np.random.Generator
) -> list[tuple[int, ...]]:
    """Different sequences of 1 to `length` tokens."""
    found: dict[tuple[int, ...], None] = {}
    while len(found) < count:
        size = int(rng.integers(1, length + 1))
        found[tuple(int(v) for v in rng.integers(0, vocab, size))] = None
    return list(found)


def random_laws(
    count: int, vocab: int, rng: np.random.Generator
) -> list[list[Fraction]]:
    """Positive laws, exact: integers from 1 to 1000 over their sum."""
    parts = rng.integers(1, 1001, (count, vocab))
    return [[Fraction(int(p), int(row.sum())) for p in row] for row in parts]


def _arb(value: Fraction) -> arb:
    return arb(fmpq(value.numerator, value.denominator))


def _context_numbers(
    contexts: list[tuple[int, ...]], vocab: int, length: int, rng: np.random.Generator
) -> list[arb]:
    z = [arb(float(v)) for v in rng.uniform(-1, 1, vocab)]
    u = [arb(float(v)) for v in rng.uniform(-1, 1, length)]
    return [_context_number(context, z, u) for context in contexts]


def _context_number(context: tuple[int, ...], z: list[arb], u: list[arb]) -> arb:
    s = [z[token] + place for token, place in zip(context, u, strict=False)]
    scores = [(value * s[-1]).exp() for value in s]
    weighted = sum((a * b for a, b in zip(s, scores, strict=True)), arb(0))
    return weighted / sum(scores, arb(0))


def _hidden(x: list[arb], rng: np.random.Generator) -> list[list[arb]]:
    """`[n, m]` psi(w_i x_j + eta) with |w_i x_j| inside the radius of convergence."""
    reach = max(float(abs(value)) for value in x)
    w = [arb(float(v)) for v in rng.uniform(-1, 1, len(x)) * 0.99 * RADIUS / reach]
    return [[(weight * value + ETA).tanh() for weight in w] for value in x]


def _errors(logits: arb_mat, laws: list[list[Fraction]]) -> list[arb]:
    errors = []
    for row, law in enumerate(laws):
        powers = [logits[row, j].exp() for j in range(len(law))]
        total = sum(powers, arb(0))
        for power, wanted in zip(powers, law, strict=True):
            errors.append(abs(power / total - _arb(wanted)).upper())
    return errors


def _norm(matrix: arb_mat) -> arb:
    rows = range(matrix.nrows())
    sums = [sum((abs(matrix[i, j]) for j in rows), arb(0)) for i in rows]
    return max(value.upper() for value in sums)


def _log10(value: arb) -> float:
    return float((value.upper().log() / arb(10).log()).mid())


def _in_doubles(hidden: list[list[arb]], laws: list[list[Fraction]]) -> float:
    matrix = np.array([[float(value) for value in row] for row in hidden])
    wanted = np.array([[float(p) for p in law] for law in laws])
    try:
        logits = matrix @ np.linalg.solve(matrix, np.log(wanted))
    except np.linalg.LinAlgError:
        return 1.0
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    found = powers / powers.sum(axis=1, keepdims=True)
    error = float(np.max(np.abs(found - wanted)))
    return error if np.isfinite(error) else 1.0

"""The chain of KS25.Thm4.3, each link for all sizes of the network.

Shapes: n tokens, N sequences, d token dimension, m slots, H heads of size s, q hidden
units, L blocks, all at least 1, and every matrix entry a parameter:

    w = 4 m s H + 2 m q + q + m,   W_l = m d + l w,   W = W_L + m.

Stage by stage a network answers M_i questions of degree D_i in w_i variables, so with
exponents ``v_i = min(M_i, w_i)`` (three signs each, where the lemma does not apply)

    2^(nN) <= prod_i (8 e M_i D_i / v_i)^(v_i) <= (8 e S / V)^V,
    S = sum_i M_i D_i,  V = sum_i v_i <= W' = sum_i w_i.

As ``x log2(8 e S / x)`` grows up to x = 8 S, where it is ``8 S log2 e``, and S is at
most ``n^3 N W'``, this is at most ``W' log2(8 e n^3 N)``, whatever V is.
"""

from fractions import Fraction
from typing import Any

import sympy

from memcap.core.balls import Ball, Truth, less
from memcap.theory.bounds import get
from memcap.theory.bounds.shattering import euler
from proofs_check.methods import attack, boxes, identity
from proofs_check.methods.rays import nonnegative
from proofs_check.statement import Answer, Level, Outcome

D_, SLOTS, HEADS, SIZE, UNITS, DEPTH, BLOCK, LENGTH, SAMPLES = sympy.symbols(
    "d m H s q L l n N", positive=True
)
_SHAPE = {x: 1 for x in (D_, SLOTS, HEADS, SIZE, UNITS, DEPTH)}
_EACH = 4 * SLOTS * SIZE * HEADS + 2 * SLOTS * UNITS + UNITS + SLOTS


def _until(block: sympy.Expr) -> sympy.Expr:
    """W_l, the parameters up to block l."""
    return SLOTS * D_ + block * _EACH


def parameters() -> sympy.Expr:
    """W."""
    return _until(DEPTH) + SLOTS


def exponents() -> sympy.Expr:
    """W', the variables of all stages together."""
    keys = 2 * SLOTS * SIZE * HEADS
    stage = _until(BLOCK - 1) + keys + _until(BLOCK)
    return sympy.summation(sympy.expand(stage), (BLOCK, 1, DEPTH)) + parameters()


def questions(scores: sympy.Expr) -> sympy.Expr:
    """S, questions times degrees; `scores` replaces n^3 in the number of scores."""
    tokens = LENGTH * SAMPLES
    stage = scores * HEADS * SAMPLES * (8 * BLOCK - 4) + UNITS * tokens * 4 * BLOCK
    total = sympy.summation(sympy.expand(stage), (BLOCK, 1, DEPTH))
    return total + tokens * (4 * DEPTH + 2)


def degrees(level: Level) -> Outcome:
    """Degrees by induction: 4l - 3 goes into block l, 4l + 1 comes out."""
    before = 4 * BLOCK - 3
    score, mixed = 2 * (before + 1), before + 2
    unit = mixed + 1
    links = (
        (before.subs(BLOCK, 1), sympy.Integer(1), "E_in has degree 1"),
        (score, 8 * BLOCK - 4, "a score (W_K z)^T (W_Q z') has degree 8l - 4"),
        (unit, 4 * BLOCK, "a hidden unit has degree 4l"),
        (unit + 1, before.subs(BLOCK, BLOCK + 1), "block l leaves degree 4l + 1"),
        (unit.subs(BLOCK, DEPTH) + 2, 4 * DEPTH + 2, "E_out leaves degree 4L + 2"),
    )
    for left, right, claim in links:
        found = identity.holds(left, right, claim)
        if found.answer is not Answer.HOLDS:
            return found
    executed = _executed(2)
    wanted = [(8 * k - 4, 4 * k, 4 * k + 1) for k in range(1, len(executed) + 1)]
    text = f"five links in symbols; a network written out has degrees {executed}."
    answer = Answer.HOLDS if executed == wanted else Answer.FAILS
    return Outcome(answer, text, len(links) + 3 * len(executed))


def _executed(blocks: int) -> list[tuple[int, int, int]]:
    """Degrees of a network of one slot, in every parameter, written out.

    Two tokens 1 and 3; each query selects the other token, each unit is active.
    """
    fresh = iter(sympy.symbols("w0:99"))
    used = [next(fresh)]
    state = [sympy.Poly(token * used[0], *used) for token in (1, 3)]
    found = []
    for _ in range(blocks):
        own = [next(fresh) for _ in range(8)]
        used += own
        key, query, value, out, inner, bias, outer, last = own
        lifted = [sympy.Poly(z.as_expr(), *used) for z in state]
        score = (lifted[0] * key) * (lifted[1] * query)
        mixed = [z + lifted[1 - k] * value * out for k, z in enumerate(lifted)]
        unit = [z * inner + bias for z in mixed]
        state = [z + u * outer + last for z, u in zip(mixed, unit, strict=True)]
        sizes = (score, unit[0], state[0])
        found.append(tuple(p.total_degree() for p in sizes))
    return found


def number_of_scores(level: Level) -> Outcome:
    """n queries with at most n^2 pairs of keys, a head and a sequence."""
    pairs = LENGTH * LENGTH * (LENGTH - 1) / 2
    return nonnegative(LENGTH**3 - pairs, {LENGTH: 1}, "n binom(n, 2) <= n^3")


def question_sum(level: Level, factor: int = 6) -> Outcome:
    """S <= factor n^3 N W' for all shapes."""
    # n <= n^3 turns every count into a multiple of n^3 N, which is then left out.
    bound = questions(LENGTH) / (LENGTH * SAMPLES)
    difference = sympy.expand(factor * exponents() - sympy.simplify(bound))
    return nonnegative(difference, _SHAPE, f"S <= {factor} n^3 N W'")


def exponent_sum(level: Level, square: object = 3, linear: object = 0) -> Outcome:
    """W' <= square W^2 + linear W for all shapes."""
    top = sympy.Rational(str(square)) * parameters() ** 2
    top += sympy.Rational(str(linear)) * parameters()
    claim = f"W' <= {square} W^2 + {linear} W"
    return nonnegative(sympy.expand(top - exponents()), _SHAPE, claim)


def logarithms(level: Level) -> Outcome:
    """log(48 e n^3 N) <= 3 log(48 e n N), as (48 e n N)^3 = (48 e)^2 N^2 times more."""
    n, samples = LENGTH, SAMPLES
    ratio = (48 * sympy.E * n * samples) ** 3 / (48 * sympy.E * n**3 * samples)
    same = identity.holds(ratio, (48 * sympy.E * samples) ** 2, "the quotient")
    more = less(1, (euler(64) * 48) ** 2)
    answer = same.answer if more is Truth.TRUE else Answer.FAILS
    sentence = f"{same.sentence} It is at least (48e)^2 > 1 for N >= 1."
    return Outcome(answer, sentence, same.cases)


def growing(level: Level) -> Outcome:
    """x log(8 e S / x) grows up to x = 8 S, and is 8 S there."""
    x, s = sympy.symbols("x S", positive=True)
    function = x * (sympy.log(8 * s) + 1 - sympy.log(x))
    slope = identity.holds(
        sympy.diff(function, x), sympy.log(8 * s) - sympy.log(x), "the slope"
    )
    top = identity.holds(function.subs(x, 8 * s), 8 * s, "the value at 8S")
    answers = {slope.answer, top.answer}
    answer = Answer.HOLDS if answers == {Answer.HOLDS} else Answer.FAILS
    return Outcome(answer, f"{slope.sentence} {top.sentence}", slope.cases + top.cases)


def few_questions(level: Level) -> Outcome:
    """3^M <= (8 e D)^M: a stage with fewer questions than variables."""
    holds = less(3, euler(64) * 8) is Truth.TRUE
    sentence = "M three-valued questions have 3^M answers, and 3 < 8e <= 8eD."
    return Outcome(Answer.HOLDS if holds else Answer.FAILS, sentence)


def log_below_line(level: Level) -> Outcome:
    """ln x <= x - 1, so each term of the weighted mean inequality is linear."""
    step = Fraction(1, 64)
    for low, high in ((step, 1 - step), (1 + step, Fraction(64))):
        found = boxes.holds_on(
            lambda x: x - 1 - x.log(), {"x": (low, high)}, "ln x < x - 1"
        )
        if found.answer is not Answer.HOLDS:
            return found
    v = sympy.symbols("v1:4", positive=True)
    a = sympy.symbols("a1:4", positive=True)
    mean = sum(x * y for x, y in zip(v, a, strict=True)) / sum(v)
    linear: Any = sum(x * (y / mean - 1) for x, y in zip(v, a, strict=True))
    same = identity.holds(linear, sympy.Integer(0), "sum v_i (a_i / A - 1) = 0")
    return Outcome(same.answer, f"{found.sentence} {same.sentence}", same.cases)


def attack_mean(level: Level, weighted: bool = True) -> Outcome:
    """prod a_i^(v_i) <= A^V, with the mean weighted as it must be, or not."""

    def margin(pairs: tuple[tuple[int, int], ...]) -> Ball:
        weights, values = zip(*pairs, strict=True)
        used = weights if weighted else (1,) * len(weights)
        top = sum(x * y for x, y in zip(used, values, strict=True))
        mean = Ball.of(Fraction(top, sum(used)), 96)
        logs = [Ball.of(y, 96).log() * x for x, y in pairs]
        return mean.log() * sum(weights) - sum(logs, Ball.of(0, 96))

    aimed = attack.Target(
        lambda p: margin(p) if len({y for _, y in p}) > 1 else None,
        lambda p: {"weights and values": str(p)},
    )
    spread = range(1, level.pick(7, 12))
    tried = (
        ((v, a), (w, b)) for v in spread for a in spread for w in spread for b in spread
    )
    return attack.outcome(
        aimed, attack.search(aimed, tried), "weighted mean inequality"
    )


_INSTANCES = (
    (10**6, 1, Fraction(642, 10)),
    (1000, 16, Fraction(92, 10)),
    (10**4, 128, Fraction(722, 10)),
)


def instances(level: Level) -> Outcome:
    """The recorded values 64.2, 9.2 and 72.2, recomputed in balls."""
    texts = []
    for samples, length, recorded in _INSTANCES:
        value = get("KS25.Thm4.3")(num_samples=samples, length=length).ball(96)
        texts.append(f"N = {samples:,}, n = {length}: {float(value):.5f}")
        away = (value - recorded).maximum(recorded - value)
        if less(away, Fraction(1, 20)) is not Truth.TRUE:
            return Outcome(Answer.FAILS, f"not {float(recorded)}: {texts[-1]}.")
    return Outcome(Answer.HOLDS, "; ".join(texts) + ".", len(texts))


def sharper(samples: int, length: int, precision: int = 96) -> Ball:
    """2 sqrt(n N / log2(8 e n^3 N)) - 1, the bound of memcap.HardCount."""
    logarithm = (euler(precision) * (8 * length**3 * samples)).log2()
    return (samples * length / logarithm).sqrt() * 2 - 1


def gains(level: Level) -> Outcome:
    """How much larger the sharper bound is on the recorded instances."""
    texts, worst = [], None
    for samples, length, _ in _INSTANCES:
        printed = get("KS25.Thm4.3")(num_samples=samples, length=length).ball(96)
        ours = sharper(samples, length)
        if less(printed, ours) is not Truth.TRUE:
            return Outcome(Answer.FAILS, f"no gain at N = {samples}, n = {length}.")
        gain = float(ours / printed)
        worst = min(worst or gain, gain)
        texts.append(f"{float(printed):.1f} -> {float(ours):.1f}")
    return Outcome(Answer.HOLDS, "; ".join(texts) + ".", len(texts), f"x {worst:.3g}")


def quadratic(level: Level) -> Outcome:
    """W^2/4 + W/2 = ((W + 1)^2 - 1)/4, so the inequality solves to W + 1 >= ..."""
    w = sympy.Symbol("W", positive=True)
    return identity.holds(w**2 / 4 + w / 2, ((w + 1) ** 2 - 1) / 4, "the square")

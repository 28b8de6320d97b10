"""Mahdavi, Liao and Thrampoulidis 2024: what one multi-head attention layer holds."""

import json
from collections.abc import Callable
from itertools import product
from pathlib import Path

import numpy as np
import sympy
from flint import ctx, fmpq_mat

import memcap as mc
from memcap.core.balls import Truth, less
from memcap.core.refs import Ref
from proofs_check.checks.related.mahdavi_heads import (
    FORMS,
    Case,
    held,
    outputs,
    shared_rank,
    sizes,
    smaller,
)
from proofs_check.methods import attack, identity
from proofs_check.methods.attention import dot, drawn
from proofs_check.methods.ranks import rank, rank_at_least
from proofs_check.statement import (
    Answer,
    Check,
    Finding,
    Kind,
    Level,
    Method,
    Outcome,
    Scope,
    Statement,
)

_ROOT = Path(__file__).parents[2]
_RECORDS = _ROOT / "experiments/records/mahdavi_heads/records.jsonl"


def _attacked(claim: str, **options) -> Callable[[Level], Outcome]:
    def run(level: Level) -> Outcome:
        target = held(**options)

        def refutes(case: Case) -> bool:
            value = target.margin(case)
            return value is not None and less(value, 0) is Truth.TRUE

        return attack.outcome(
            target,
            attack.search(target, sizes(level)),
            claim,
            minimal=lambda case: attack.shrink(case, smaller, refutes),
        )

    return run


def _sum_of_ranks(_: Level) -> Outcome:
    h, r = sympy.symbols("H r", positive=True)
    found = identity.holds(r + (h - 1) * (r - 1), h * (r - 1) + 1, "ranks add up")
    bound = mc.bounds.get("Mahdavi24.Thm1.samples")(heads=20, length=32, head_size=64)
    if bound.exact != FORMS["min(n, d_h)"](20, 32, 64) or bound.exact != 621:
        return Outcome(Answer.FAILS, "The calculator does not give 621.")
    return found


def _weights(level: Level) -> Outcome:
    """The matrix of the proof, exactly: pivots steered, all others saturated."""
    rng = np.random.default_rng(24)
    cases = list(product(range(2, level.pick(5, 7)), range(level.pick(5, 40))))
    for n, _ in cases:
        d, examples = n + 1, 2 * n + 1
        queries = drawn(rng, examples, d)
        pivots = queries[: n - 1]
        dual = fmpq_mat(pivots + drawn(rng, d - n + 1, d)).inv()
        columns = [[dual[i, j] for i in range(d)] for j in range(d)]
        aside = [a + b for a, b in zip(columns[n - 1], columns[n], strict=True)]
        steered, p = drawn(rng, n - 1, d), drawn(rng, d)
        w = [[1000 * a * b for b in aside] for a in p]
        for wanted, column in zip(steered, columns, strict=False):
            for i, a in enumerate(wanted):
                w[i] = [x + a * b for x, b in zip(w[i], column, strict=True)]
        reached = [[dot(row, e) for row in w] for e in pivots]
        free = all(dot(aside, e) != 0 for e in queries[n - 1 :])
        if reached != steered or not free or rank(w) > n:
            return Outcome(Answer.FAILS, f"The matrix of the proof fails at n = {n}.")
    sentence = "W of rank n maps n - 1 queries anywhere and moves every other one."
    return Outcome(Answer.HOLDS, sentence, len(cases))


_PROOF = (
    "Let r = min(n, d_h). A first head with the scores of r queries at will (they are "
    "independent) puts r outputs anywhere in open parts of affine spaces of dimension "
    "n - 1 that miss 0: rank r. Let L be the dependencies left, of dimension D > 0. "
    "Take D' = min(D, r - 1) of them in echelon form, with pivot examples t_i. Their "
    "queries and any other one are independent, so W = s p g^T + sum w_i g_i^T, of "
    "rank at most r, sends the pivots to any w_i and, as s grows, every other example "
    "to a single token, whatever the w_i. The D' combinations of outputs become v_i = "
    "F(w_i) + constant, each in an open part of an affine space of dimension n - 1 >= "
    "D', so they can be chosen one after another outside the span of those before. The "
    "head takes D' dependencies away. Together r + (H-1)(r-1)."
)
_LARGE_SIZES = Finding(
    "The forms with d_h and with the query rank need a bound by n",
    "slip",
    "As quoted elsewhere: H (d_h - 1) + 1, and H (min(Q, d_h) - 1) + 1 with the rank Q "
    "of the queries, tight if all examples share the keys.",
    "With shared keys the outputs have rank at most H (n - 1) + 1, so both forms fail "
    "for n < min(Q, d_h): H = 1, n = 2, d_h = 3 holds 2 examples, not 3. Nor is the "
    "form tight for d_h < n: with shared keys, H = 1, n = 2, d_h = 1 two examples are "
    "held, not one. Softmax makes full rank out of scores of rank one.",
    "With min(n, d_h) the theorem is right, and only queries of Kruskal rank "
    "min(n, d_h) are needed. The capacity for shared keys is about H (n - 1) + 1 "
    "whatever d_h is, which is what the trainings show: T* hardly depends on d_h.",
    ("memcap.SharedKeys", "Mahdavi24.Thm1.query"),
)
_THM1 = Statement(
    Ref("Mahdavi24", "Thm1"),
    Kind.THEOREM,
    "H heads of size d_h hold H (min(n, d_h) - 1) + 1 examples whose queries have "
    "Kruskal rank at least n and whose n tokens are independent.",
    r"T \le H (\min\{n, d_h\} - 1) + 1",
    (
        "any n queries independent",
        "the n <= d tokens of every example independent",
        "values as long as labels",
    ),
    "recalled",
    checks=(
        Check("ranks add up", Method.IDENTITY, Scope.STEP, _sum_of_ranks, _PROOF),
        Check("matrix of a head", Method.ARGUMENT, Scope.STEP, _weights),
        Check(
            "attack",
            Method.ATTACK,
            Scope.CASES,
            _attacked("T examples are held by random heads", form="min(n, d_h)"),
            "Full rank of the outputs is certified by elimination in balls.",
        ),
    ),
    findings=(_LARGE_SIZES,),
)
_QUERY = Statement(
    Ref("Mahdavi24", "Thm1.query"),
    Kind.THEOREM,
    "The form quoted by Dana24: H (min(Q, d_h) - 1) + 1 examples are held for queries "
    "of rank Q, and no more if all examples share the keys.",
    r"T \le H (\min\{Q, d_h\} - 1) + 1",
    status="recalled",
    checks=(
        Check(
            "held",
            Method.ATTACK,
            Scope.CASES,
            _attacked("T examples with queries of rank Q = n + 1", form="min(Q, d_h)"),
            "With shared tokens the weights of every head add up to 1, so the rank is "
            "at most H (n - 1) + 1.",
        ),
        Check(
            "tight",
            Method.ATTACK,
            Scope.CASES,
            _attacked("One more is not held", form="min(Q, d_h)", tight=True),
        ),
    ),
    findings=(_LARGE_SIZES,),
)


def _dependent(level: Level) -> Outcome:
    """Columns of attention weights: H n of them with H - 1 relations."""
    h, n = sympy.symbols("H n", positive=True)
    found = identity.holds(h * n - (h - 1), h * (n - 1) + 1, "H n - (H-1) columns")
    if found.answer is not Answer.HOLDS:
        return found
    reached = 0
    for heads, tokens in product(range(1, 4), range(2, level.pick(4, 5))):
        examples = heads * (tokens - 1) + 1
        with ctx.workprec(2048):
            rows = outputs((heads, tokens, 1, True, 7), examples)
            reached += rank_at_least(rows) == examples
    sentence = f"Upper bound; reached with head size 1 in {reached} of 6 shapes."
    answer = Answer.HOLDS if reached >= 6 else Answer.OPEN
    return Outcome(answer, sentence, reached)


def _attacked_rank(level: Level) -> Outcome:
    target = shared_rank()
    claim = "Two examples more than H (n-1) + 1 have rank H (n-1) + 1 at most"
    return attack.outcome(target, attack.search(target, sizes(level)), claim)


_SHARED = Statement(
    Ref("memcap", "SharedKeys"),
    Kind.THEOREM,
    "If all examples share their n tokens, H heads of any size hold at most H (n - 1) "
    "+ 1 of them.",
    r"T \le H (n - 1) + 1",
    status="derived",
    checks=(
        Check(
            "columns",
            Method.IDENTITY,
            Scope.STEP,
            _dependent,
            "Outputs are linear in the H n attention weights, and the weights of each "
            "head add up to 1: H n columns with H - 1 relations.",
        ),
        Check("ranks of random heads", Method.ATTACK, Scope.CASES, _attacked_rank),
    ),
)


def _trained(_: Level) -> Outcome:
    rows = [json.loads(line) for line in _RECORDS.read_text("utf-8").splitlines()]
    ratios = [r["results"]["found"] / r["results"]["guaranteed"] for r in rows]
    sentence = (
        f"{len(rows)} trained searches at d = 8 hold {min(ratios):.1f} to "
        f"{max(ratios):.0f} times what is guaranteed, with 100 classes."
    )
    answer = Answer.HOLDS if min(ratios) >= 1 else Answer.OPEN
    return Outcome(answer, sentence, len(rows), f"{min(ratios):.3g}")


_EXP = Statement(
    Ref("Mahdavi24", "Exp"),
    Kind.EXPERIMENT,
    "One trained layer is measured over heads, tokens and 6,000 to 130,000 examples, "
    "with fresh and with shared contexts.",
    checks=(Check("records", Method.SIMULATION, Scope.CASES, _trained),),
    unproved="the paper's sizes; they were not trained, and its T are 10 to 200 times "
    "what the theorem guarantees (621)",
)

STATEMENTS: tuple[Statement, ...] = (_THM1, _QUERY, _SHARED, _EXP)

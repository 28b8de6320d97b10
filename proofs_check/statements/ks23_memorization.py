"""KS23.Cor1: one rank-one softmax layer and one hidden layer memorize.

The ids of KS23.Thm2 are different wherever labels may differ, so a hidden layer through
them (Zhang17.Thm1) memorizes. The count is taken apart; networks are certified.
"""

from collections.abc import Iterator
from itertools import combinations
from typing import Any

import numpy as np
import sympy

import memcap as mc
from memcap.core.errors import InconsistentLabelsError
from memcap.core.refs import Ref
from memcap.data import from_arrays
from memcap.data.dataset import Dataset
from memcap.theory import bounds
from proofs_check.methods.attack import Target, outcome, search
from proofs_check.methods.chain import chain, link
from proofs_check.methods.identity import holds
from proofs_check.methods.networks import Case, build, certified
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

S, D, N, M = sympy.symbols("s d n N", positive=True, integer=True)


PRINTED = 4 * (S + D) + D * (2 * N * M + D)


SHARED = 4 * (S + D) + D + N * M + D * N * M


def parts(level: Level) -> Outcome:
    """Rank factors, then d look-ups of n N contexts, or one with d readouts."""
    maps = {"W_Q": S + D, "W_K": S + D, "W_V": S + D, "W_O": D + S}
    contexts = N * M
    look_up = {"direction": D, "biases": contexts, "weights": contexts}
    shared = {"direction": D, "biases": contexts, "weights": D * contexts}
    example = {S: 1, D: 3, N: 4, M: 10}
    heads = sympy.Add(*maps.values())
    links = [
        holds(
            heads + D * sympy.Add(*look_up.values()), PRINTED, "4 (s+d) + d (2 n N + d)"
        ),
        holds(heads + sympy.Add(*shared.values()), SHARED, "4 (s+d) + d + n N + d n N"),
        link("s=1, d=3, n=4, N=10 gives 265", PRINTED.subs(example) == 265),
        link("and 179 with shared units", SHARED.subs(example) == 179),
    ]
    return chain("the parts add up to the printed count", links)


def calculators(level: Level) -> Outcome:
    """memcap's two counts are these formulas."""
    rng, links = np.random.default_rng(15), []
    for _ in range(level.pick(20, 200)):
        s, d, n, samples = (int(k) for k in rng.integers(1, 40, size=4))
        at = {S: s, D: d, N: n, M: samples}
        given = {"num_samples": samples, "length": n, "dim": d, "head_size": s}
        for name, formula in (("KS23.Cor1", PRINTED), ("KS23.Cor1.shared", SHARED)):
            found = bounds.get(name)(**given).floor()
            links.append(link(f"{name} at {given}", found == int(formula.subs(at))))
    found = chain("calculators", links)
    if found.answer is not Answer.HOLDS:
        return found
    return Outcome(Answer.HOLDS, f"{len(links)} counts agree.", len(links))


def labelled(vocab: int, length: int, number: int, seed: int) -> Dataset:
    """Random sequences without repeated tokens, with labels of (token, set)."""
    rng = np.random.default_rng(seed)
    sets = list(combinations(range(vocab), length))
    chosen = [sets[int(i)] for i in rng.integers(0, len(sets), number)]
    rows = [[int(t) for t in rng.permutation(row)] for row in chosen]
    known: dict[Any, int] = {}
    labels = [
        [known.setdefault((t, frozenset(row)), int(rng.integers(0, 3))) for t in row]
        for row in rows
    ]
    return from_arrays(np.array(rows), np.array(labels), num_classes=3)


def _cases(level: Level) -> Iterator[Case]:
    for vocab, length, number in ((5, 2, 6), (6, 3, 8), (7, 4, 6)):
        ds = labelled(vocab, length, number, vocab)
        for hidden, readout in (("shared", "label"), ("separate", "one_hot")):
            label = f"V={vocab}, n={length}, N={number}, {hidden} {readout}"
            yield label, ds, {"hidden": hidden, "readout": readout}


def certificates(level: Level) -> Outcome:
    """Every label, rank 1 and the corollary's own count for what was built."""
    built = build("rank_one_memorizer", _cases(level))
    return certified(built, "every token has its label")


def attack(level: Level, consistent: bool = True) -> Outcome:
    """Look for labels that the construction does not reproduce.

    Args:
        level: how many datasets.
        consistent: whether equal tokens of equal sets have equal labels.
    """
    claim = "every dataset is memorized, certified (margin of the label)"
    found = search(Target(_margin, _describe), _datasets(level, consistent))
    return outcome(Target(_margin, _describe), found, claim)


def _datasets(level: Level, consistent: bool) -> Iterator[Dataset]:
    """All labellings of two sets that share tokens, then random data."""
    rows = np.array([[0, 1], [0, 2]])
    for code in range(16):
        labels = np.array([code >> k & 1 for k in range(4)]).reshape(2, 2)
        yield from_arrays(rows, labels, num_classes=2)
    for seed in range(level.pick(6, 40)):
        yield labelled(5, 2 + seed % 2, 4, seed)
    if not consistent:
        labels = np.array([[0, 1], [1, 0]])
        yield from_arrays(np.array([[0, 1], [1, 0]]), 1 - labels, num_classes=2)
        yield from_arrays(np.array([[0, 1], [0, 1]]), labels, num_classes=2)


def _margin(ds: Dataset) -> Any:
    try:
        certificate = mc.verify(mc.construct("rank_one_memorizer", ds), ds)
    except InconsistentLabelsError:
        # Equal contexts have one output, so no network has both labels.
        return -1
    proved = certificate.verdict is mc.Verdict.PROVED
    return certificate.margin if proved else -1


def _describe(ds: Dataset) -> dict[str, str]:
    return {"tokens": str(ds.tokens.tolist()), "labels": str(ds.labels.tolist())}


_COR1 = Statement(
    Ref("KS23", "Cor1"),
    Kind.COROLLARY,
    "One layer of KS23.Thm2 and a two-layer ReLU network memorize consistently "
    "labelled sequences without repeated tokens in 4 (s+d) + d (2 n N + d) parameters.",
    r"P = 4 (s + d) + d (2 n N + d)",
    (
        "tokens (r_min, r_max, eps)-separated, none twice in a sequence",
        "equal labels for equal tokens of equal sets",
    ),
    "recalled",
    (
        Check(
            "the count by parts",
            Method.IDENTITY,
            Scope.STEP,
            parts,
            "by KS23.Thm2 the at most n N contexts with labels of their own have "
            "different ids, and consistency gives each one label; Zhang17.Thm1 passes "
            "through them, once for each of d outputs. Both are rows of their own. "
            "Where the feed-forward layer has a skip connection, the label less the id "
            "is passed through instead.",
        ),
        Check("calculators", Method.EXHAUSTIVE, Scope.CASES, calculators),
        Check("built networks", Method.CERTIFICATE, Scope.CASES, certificates),
        Check("labels", Method.ATTACK, Scope.CASES, lambda level: attack(level)),
    ),
    findings=(
        Finding(
            "Outputs can share their hidden units",
            "can be sharpened",
            "4 (s+d) + d (2 n N + d) parameters, a look-up for each output.",
            "One direction and one set of biases serve all outputs: 4 (s+d) + d + n N "
            "+ d n N, 179 in place of 265 for s=1, d=3, n=4, N=10.",
            "The leading term falls from 2 d n N to (d+1) n N.",
        ),
        Finding(
            "Repeated tokens can be memorized too",
            "can be sharpened",
            "No token may stand twice in a sequence.",
            "The layer tells multisets apart (memcap.Thm2repeats), so consistency up "
            "to permutation is enough.",
            "The corollary holds for all data that a permutation-equivariant model can "
            "memorize, apart from zero tokens.",
            ("memcap.Thm2repeats",),
        ),
    ),
    rests_on=(
        "KS23.Thm2",
        "Zhang17.Thm1",
    ),
)


_EXP = Statement(
    Ref("KS23", "Exp"),
    Kind.EXPERIMENT,
    "One layer, one head of rank 1 with tied projections reaches near-perfect training "
    "accuracy on token labels of real text.",
    status="stated in public reviews",
    not_checked="an experiment asserts nothing that could be proved; it is repeated, "
    "with the theorem's own v and kappa beside it, by "
    "experiments/one_layer_rank_one.py",
)


STATEMENTS: tuple[Statement, ...] = (_COR1, _EXP)

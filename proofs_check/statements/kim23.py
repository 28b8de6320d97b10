"""Kim, Kim and Mozafari 2023: orders for sequence-to-sequence data, recalled.

N sequences of n tokens in R^d, C labels, tokens within r and delta apart.
"""

import json
from collections.abc import Callable, Iterator
from fractions import Fraction
from itertools import product
from pathlib import Path

import memcap as mc
from memcap.certify.certificate import Verdict as Certified
from memcap.core.balls import Ball
from memcap.core.refs import Ref
from proofs_check.methods import attack
from proofs_check.statement import (
    Answer,
    Check,
    Kind,
    Level,
    Method,
    Outcome,
    Scope,
    Statement,
)

_ROOT = Path(__file__).parents[2]
_FITS = _ROOT / "experiments/records/kim_heatmap/fits.json"
_BITS = 128
Sequence = tuple[int, ...]
Labelled = tuple[tuple[Sequence, Sequence], tuple[Sequence, Sequence]]


def _depth_of(samples: int, length: int, dim: int, classes: int) -> Ball:
    """n + sqrt(nN log nN) + sqrt(nN / log nN) max(log C, log R), r = 1, delta = 1/8."""
    tokens = Ball.of(samples * length, _BITS)
    log = tokens.log2()
    scale = 8000 * dim * length**5 * samples**5 * 64
    largest = Ball.of(scale, _BITS).log2().maximum(Ball.of(classes, _BITS).log2())
    return (tokens * log).sqrt() + (tokens / log).sqrt() * largest + length


def _formula(_: Level) -> Outcome:
    bound = mc.bounds.get("Kim23.Thm3.1.depth")
    cases = list(product((2, 10, 1000), (2, 8), (1, 6), (2, 64)))
    for samples, length, dim, classes in cases:
        ours = _depth_of(samples, length, dim, classes)
        theirs = bound(
            num_samples=samples,
            length=length,
            dim=dim,
            r=1,
            delta=Fraction(1, 8),
            classes=classes,
        ).ball(_BITS)
        if not ours.value.overlaps(theirs.value) or float(ours.value.rad()) > 1e-9:
            return Outcome(Answer.FAILS, f"Another depth for N = {samples}.")
    layers = mc.bounds.get("Kim23.Thm3.1.attention")(length=8).exact
    if layers != 16:
        return Outcome(Answer.FAILS, f"{layers} attention layers for n = 8.")
    sentence = "The calculator agrees with the formula; 2 n layers have attention."
    return Outcome(Answer.HOLDS, sentence, len(cases))


def conflicts(condition: str) -> attack.Target:
    """The claim that some permutation equivariant function fits two sequences.

    Args:
        condition: ``up to permutation`` (different multisets, and equal tokens of a
            sequence have equal labels); or a hypothesis dropped: ``different``
            sequences, ``inconsistent`` labels in one sequence.
    """

    def margin(candidate: Labelled) -> int | None:
        (one, _), (other, _) = candidate
        same = sorted(one) == sorted(other)
        if one == other or (condition != "different" and same):
            return None
        if condition != "inconsistent" and not all(map(_consistent, candidate)):
            return None
        wanted: dict[tuple[int, Sequence], set[int]] = {}
        for word, labels in candidate:
            for token, label in zip(word, labels, strict=True):
                wanted.setdefault((token, tuple(sorted(word))), set()).add(label)
        return sum(1 - len(labels) for labels in wanted.values())

    def describe(candidate: Labelled) -> dict[str, str]:
        return {f"sequence {i}": f"{w} -> {y}" for i, (w, y) in enumerate(candidate)}

    return attack.Target(margin, describe)


def _consistent(pair: tuple[Sequence, Sequence]) -> bool:
    return len(set(zip(*pair, strict=True))) == len(set(pair[0]))


def labelled(level: Level) -> Iterator[Labelled]:
    """All pairs of binary sequences with all binary labels."""
    for length in range(1, level.pick(3, 4) + 1):
        words = list(product((0, 1), repeat=length))
        pairs = [(word, labels) for word in words for labels in words]
        yield from ((one, other) for one in pairs for other in pairs)


def _needed(condition: str) -> Callable[[Level], Outcome]:
    def run(level: Level) -> Outcome:
        target = conflicts(condition)
        claim = "A permutation equivariant function fits"
        return attack.outcome(target, attack.search(target, labelled(level)), claim)

    return run


def _built(task: str) -> Callable[[Level], Outcome]:
    def run(level: Level) -> Outcome:
        draw = getattr(mc.data, f"random_{task}")
        cases = []
        for samples, length in ((4, 2), (8, 3), (level.pick(16, 60), 4)):
            ds = draw(samples, length, 20, 4, seed=samples)
            built = mc.construct(task, ds)
            found = mc.verify(built, ds)
            cases.append((found.verdict is Certified.PROVED, mc.count(built.weights)))
        sentence = (
            "memcap builds such networks with one attention layer: numbers "
            + ", ".join(str(count.nonzero) for _, count in cases)
            + ", every label proved."
        )
        good = all(proved for proved, _ in cases)
        return Outcome(Answer.HOLDS if good else Answer.FAILS, sentence, len(cases))

    return run


_THM31 = Statement(
    Ref("Kim23", "Thm3.1"),
    Kind.THEOREM,
    "About d + n + sqrt(n N) parameters, up to logarithms, label every token of N "
    "sequences, with width 16 and 2 n attention layers.",
    r"\tilde O(d + n + \sqrt{nN})",
    ("token-wise separated", "distinct up to permutation", "consistent labels"),
    "recalled",
    checks=(
        Check("formula", Method.BALLS, Scope.CASES, _formula),
        Check("hypotheses", Method.ATTACK, Scope.CASES, _needed("up to permutation")),
        Check(
            "built otherwise",
            Method.CERTIFICATE,
            Scope.CASES,
            _built("seq_to_seq"),
            "By KS25.Cor4.1, which has one attention layer and no n in the parameters.",
        ),
    ),
    unproved="the construction with 2 n attention layers: the text was not at hand; "
    "constants are not given",
)


def _linear_part(_: Level) -> Outcome:
    """Order of Theorem 4.1 against n + V + sqrt(N log2 N) in balls."""
    bound = mc.bounds.get("Kim23.Thm4.1")
    for samples, length, vocab in product((2, 100, 10**6), (1, 16), (2, 5000)):
        ours = (Ball.of(samples, _BITS) * Ball.of(samples, _BITS).log2()).sqrt()
        theirs = bound(num_samples=samples, length=length, vocab=vocab).ball(_BITS)
        if not (ours + length + vocab).value.overlaps(theirs.value):
            return Outcome(Answer.FAILS, f"Another order for N = {samples}.")
    return Outcome(Answer.HOLDS, "The calculator agrees with the formula.", 12)


_THM41 = Statement(
    Ref("Kim23", "Thm4.1"),
    Kind.THEOREM,
    "About n + V + sqrt(N log N) parameters classify N sequences of n out of V tokens.",
    r"O(n + V + \sqrt{N \log N})",
    status="stated",
    checks=(
        Check("formula", Method.BALLS, Scope.CASES, _linear_part),
        Check("built otherwise", Method.CERTIFICATE, Scope.CASES, _built("next_token")),
    ),
    unproved="the construction: the text was not at hand, the constant is not given",
)


def _fitted(_: Level) -> Outcome:
    rows = json.loads(_FITS.read_text("utf-8"))
    found = [r["growth"]["exponent"] for r in rows if "exponent" in r["growth"]]
    both = all(e["low"] < 0.5 < e["high"] and e["low"] < 1 < e["high"] for e in found)
    sentence = "Exponents of N in the smallest encoder that fits: " + ", ".join(
        f"{e['value']:.2f} ({e['low']:.2f} to {e['high']:.2f})" for e in found
    )
    answer = Answer.HOLDS if both else Answer.OPEN
    return Outcome(answer, f"{sentence}; 1/2 and 1 are inside.", len(found))


_EXP = Statement(
    Ref("Kim23", "Exp"),
    Kind.EXPERIMENT,
    "Heat maps of the training error over data and model size, on CoNLL-2003 and MNLI, "
    "and the parameters needed, beside Theorems 3.1 and 4.1.",
    checks=(
        Check(
            "records",
            Method.SIMULATION,
            Scope.CASES,
            _fitted,
            "Smaller trainings on random labels; they tell neither law from the other.",
        ),
    ),
    unproved="the paper's trainings: neither its data nor its code are at hand",
)

STATEMENTS: tuple[Statement, ...] = (_THM31, _THM41, _EXP)

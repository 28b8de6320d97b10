"""KS23, the Boltzmann operator: its definition, Lemma 1 and what is true beyond it."""

from fractions import Fraction

from memcap.core.refs import Ref
from proofs_check.checks.boltzmann import (
    below,
    definition,
    least,
    lemma,
    published,
    route,
    tight,
)
from proofs_check.checks.boltzmann.attack import attack, on_grids
from proofs_check.checks.boltzmann.pairs import Claim, prefix, sharp
from proofs_check.methods import attack as shooting
from proofs_check.methods.chain import chain
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


def grids(level: Level) -> Outcome:
    """Both cases of KS23.LemS on whole grids."""
    parts = []
    spacings = (Fraction(2), Fraction(11, 5), Fraction(3))
    for claim in (sharp(), prefix()):
        pairs = on_grids(spacings[: level.pick(2, 3)], level.pick(6, 8))
        parts.append(_on(claim, pairs))
    return chain("All pairs of sets on grids of spacing 2 and more", parts)


def _on(claim: Claim, pairs: object) -> Outcome:
    found = shooting.search(claim.target, pairs)  # pyright: ignore[reportArgumentType]
    done = shooting.outcome(claim.target, found, claim.text)
    if done.answer is not Answer.HOLDS:
        return done
    ratio = f"{claim.describe(found.worst)['distance/bound']} x bound"
    return Outcome(
        Answer.HOLDS, f"{done.sentence} Smallest: {ratio}.", done.cases, ratio
    )


_SHARPER = Finding(
    "The condition need not grow with n, and the bound is far from tight",
    "can be sharpened",
    "delta > 2 ln n + 3 gives |boltz(a) - boltz(b)| > (ln n)^2 e^{-2r}.",
    "delta >= ln(2 + sqrt 3) = 1.3170 suffices for every n and gives r e^{-2r}; no "
    "smaller delta does for every n, as there are then sets of one size with equal "
    "Boltzmann values. For a fixed n the bound holds from delta_n on: 1.0942, 1.2135, "
    "1.2876, 1.3082 for n = 2, 3, 4, 5. With delta >= 2 the distance is at least 0.708 "
    "(D - delta - 0.363) e^{delta - D}; at the printed condition this is 350 times "
    "the printed bound for n = 2, and more for larger n.",
    "KS23.Thm2 may take scores 1.3170 apart instead of 2 ln n + 3, whatever n, that is "
    "a scale of 1.3170/(gap mu) for the gap and the smallest value mu of the projected "
    "tokens. Its delta becomes (eps/4) e^{-2 r_B}: for three tokens in the plane and n "
    "= 2, ln delta is -531.0 instead of -1772.7; KS23.LemS gives -803.6.",
    ("KS23.LemS", "memcap.BoltzTight", "memcap.BoltzThreshold", "memcap.BoltzLeast"),
)
_ROUTE = Finding(
    "Concavity begins one unit earlier",
    "can be sharpened",
    "The operator is concave in every entry below max a - ln n - 3.",
    "It is so below max a - ln n - 2. For n = 2 the offset cannot be less than 1.7062, "
    "nor can the 1 for the decrease be less than 0.5853.",
    "A proof along this route needs less spacing, though KS23.LemS does without it.",
)
_TIGHT = Finding(
    "The best constants of the sharper lemma",
    "can be sharpened",
    "0.52 for sets of one size, 0.86 for any sizes.",
    "The best constants are 0.70808..., attained by {0, -2, -4} and {0, -2, -6}, and "
    "1 - e^{-2} = 0.86466..., the limit of dense grids.",
    "Guarantees computed from KS23.LemS may be raised by ln 1.3617 = 0.309 for sets of "
    "one size; there is nothing to gain for prefixes.",
    ("memcap.BoltzTight",),
)

STATEMENTS: tuple[Statement, ...] = (
    Statement(
        Ref("KS23", "DefBoltz"),
        Kind.DEFINITION,
        "The Boltzmann operator is the mean of the entries under their softmax; it "
        "commutes with shifts, lies within the range of the entries, and equals "
        "logsumexp less the entropy.",
        r"\operatorname{boltz}(a) = \sum_i a_i p_i, \quad "
        r"p_i = \frac{e^{a_i}}{\sum_j e^{a_j}}, \quad "
        r"\frac{\partial \operatorname{boltz}}{\partial a_i} = p_i (1 + \ln p_i + "
        r"H(p))",
        checks=definition.CHECKS,
    ),
    Statement(
        Ref("KS23", "Lem1.Route"),
        Kind.LEMMA,
        "The Boltzmann operator falls in every entry below max a - ln n - 1 and is "
        "concave in every entry below max a - ln n - 3.",
        r"a_i < \max a - \ln n - 1: \partial_i \operatorname{boltz} < 0, \quad "
        r"a_i < \max a - \ln n - 3: \partial_i^2 \operatorname{boltz} < 0",
        status="recalled",
        checks=route.CHECKS,
        findings=(_ROUTE,),
    ),
    Statement(
        Ref("KS23", "Lem1"),
        Kind.LEMMA,
        "Sets of n numbers within [-r, r] whose distinct values are more than 2 ln n + "
        "3 apart have Boltzmann values within [-r, r] and, where they differ, more "
        "than (ln n)^2 e^{-2r} apart.",
        r"\delta > 2 \ln n + 3 \Rightarrow "
        r"|\operatorname{boltz}(a) - \operatorname{boltz}(b)| > (\ln n)^2 e^{-2r}",
        (
            "a, b different sets of n values",
            "absolute values at most r",
            "distinct values of the union at least delta apart",
            "delta > 2 ln n + 3",
        ),
        status="recalled",
        checks=published.CHECKS,
        findings=(_SHARPER,),
        rests_on=("KS23.LemS",),
    ),
    Statement(
        Ref("KS23", "LemS"),
        Kind.LEMMA,
        "For delta >= 2, whatever n, different sets of one size have Boltzmann values "
        "at least 0.52 (D - delta - 0.363) e^{delta - D} apart, and sets of any sizes "
        "at least 0.86 (D - 0.363) e^{-D}.",
        r"|a| = |b|: |\operatorname{boltz}(a) - \operatorname{boltz}(b)| \ge "
        r"0.52 (D - \delta - 0.363) e^{\delta - D}, \quad "
        r"|a| \ne |b|: \ge 0.86 (D - 0.363) e^{-D}",
        (
            "a, b different finite sets",
            "distinct values of the union at least delta >= 2 apart",
            "D the spread of the union",
        ),
        status="derived",
        checks=(
            *lemma.STEPS,
            Check("whole grids", Method.EXHAUSTIVE, Scope.CASES, grids),
            Check(
                "attack on one size",
                Method.ATTACK,
                Scope.CASES,
                lambda level: attack(sharp(), level),
            ),
            Check(
                "attack on any sizes",
                Method.ATTACK,
                Scope.CASES,
                lambda level: attack(prefix(), level),
            ),
        ),
        findings=(_TIGHT,),
    ),
    Statement(
        Ref("memcap", "BoltzTight"),
        Kind.LEMMA,
        "The best constants of KS23.LemS, its form and condition kept: c for sets "
        "neither of which is a top segment of the other, attained by {0, -2, -4} and "
        "{0, -2, -6}, and 1 - e^{-2} for all sets, not attained; for top segments (1 - "
        "e^{-delta}) D - delta e^{-delta} may stand before e^{-D}.",
        r"c = \frac{1}{3.637} \left( \frac{y}{1 + q + q^2} - "
        r"\frac{(y + 2) q}{1 + q + q^3} \right), \quad "
        r"q = e^{-2}, y = 4 - \frac{2 q}{1 + q}, \quad c = 0.70808...",
        ("as in KS23.LemS", "delta >= 2"),
        status="derived",
        checks=tight.STEPS,
    ),
    Statement(
        Ref("memcap", "BoltzThreshold"),
        Kind.THEOREM,
        "From delta = ln(2 + sqrt 3) on, different finite sets have Boltzmann values "
        "at least D e^{-D}/3 apart, and D e^{-D}/2 > (ln n)^2 e^{-D} if both have n "
        "values; for every smaller delta there are different sets of one size with "
        "equal Boltzmann values.",
        r"\delta \ge \ln(2 + \sqrt{3}) \Rightarrow "
        r"|\operatorname{boltz}(a) - \operatorname{boltz}(b)| \ge \frac{1}{3} D e^{-D}",
        (
            "a, b different finite sets",
            "distinct values of the union at least delta apart",
            "D the spread of the union",
        ),
        status="derived",
        checks=below.CHECKS,
    ),
    Statement(
        Ref("memcap", "BoltzLeast"),
        Kind.THEOREM,
        "For every n >= 3 the bound of KS23.Lem1 holds for all sets delta apart "
        "exactly from delta_n = -ln q_n on, q_n the root of Q_{n-1} + (1 + q) R_{n-1} "
        "= 1; for n = 2 beyond 1.0942.",
        r"\sum_{i=1}^{n-1} q_n^i + (1 + q_n) \sum_{i=1}^{n-1} i q_n^i = 1, \quad "
        r"\delta_n = -\ln q_n < \ln(2 + \sqrt{3})",
        (
            "a, b different sets of n values",
            "distinct values of the union at least delta apart",
        ),
        status="derived",
        checks=least.LEAST_STEPS,
    ),
)

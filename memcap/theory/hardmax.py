"""One layer of hardmax attention is no contextual mapping, whatever its heads.

Put all tokens on a line, ``x = x0 + t u`` with ``u != 0``. A head with matrices W_K,
W_Q, W_V, W_O gives query x the scores ``(W_K x_j)^T W_Q x``, affine in t_j:

    score_j = alpha + beta t_j,   alpha = x0^T M x,  beta = u^T M x,   M = W_K^T W_Q.

Only the sign of beta matters: hardmax selects the largest t (beta > 0), the smallest
(beta < 0), or every key (beta = 0). Its shares sum to 1, so the head adds
``W_O W_V (x0 + m u)`` where m is the mean of the selected t. The sequences

    t = 1, 2, 5, 6    and    t = 1, 3, 4, 6

have the same largest, smallest and mean t, and beta depends on the query alone. So at
the shared tokens 1 and 6 every head adds the same to both, hence so does any sum of
heads, and the skip connection and a token-wise feed-forward layer change nothing. The
vocabulary sets differ, and a contextual mapping would have to tell the two apart.

Where ties go to the first or to the last key instead of being shared, 1, 2, 6 and
1, 3, 6 (written in this order) do the same.

References:
    KS23 https://arxiv.org/abs/2307.14023, Theorem 1; Gen.HA
"""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from memcap.core.balls import Ball, Truth, less
from memcap.core.claims import Verdict
from memcap.core.errors import HypothesisError
from memcap.core.exact import Number, exact
from memcap.core.refs import Ref
from memcap.theory.boltzmann import operator_ball

_REF = Ref("KS23", "Thm1")
Tokens = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Pair:
    """Two sequences of tokens on a line, given by their coordinate t.

    Args:
        first: t of the first sequence, in order.
        second: t of the second sequence.
        averaging: whether ties of the largest score are shared.
    """

    first: Tokens
    second: Tokens
    averaging: bool

    @property
    def shared(self) -> Tokens:
        """Tokens of both sequences, the queries at which outputs are compared."""
        return tuple(sorted(set(self.first) & set(self.second)))


@dataclass(frozen=True, slots=True)
class Case:
    """What every head does whose scores rise, fall or stay along the line.

    Args:
        slope: the sign of beta, and the tie-break where one is needed.
        keys: the t selected in the first and in the second sequence.
        means: their means; a head adds ``W_O W_V (x0 + mean u)``.
    """

    slope: str
    keys: tuple[Tokens, Tokens]
    means: tuple[Number, Number]

    @property
    def equal(self) -> bool:
        """Whether the head adds the same in both sequences."""
        return self.means[0] == self.means[1]


@dataclass(frozen=True, slots=True)
class Proof:
    """The argument of this module, checked case by case.

    Args:
        pair: the two sequences.
        affine: whether the score is ``alpha + beta t`` in symbols, in any dimension.
        cases: one for every sign of beta.
        verdict: PROVED if every step holds.
        sentence: the verdict in words.
        ref: the statement.
    """

    pair: Pair
    affine: bool
    cases: tuple[Case, ...]
    verdict: Verdict
    sentence: str
    ref: Ref = _REF


def impossibility_pair(averaging: bool = True) -> Pair:
    """The sequences that no hardmax layer tells apart at their shared tokens.

    Args:
        averaging: whether hardmax shares ties; else they go to the first or the last
            key, and three tokens suffice.

    Example:
        >>> pair = impossibility_pair()
        >>> pair.first, pair.second, pair.shared
        ((1, 2, 5, 6), (1, 3, 4, 6), (1, 6))
    """
    if averaging:
        return Pair((1, 2, 5, 6), (1, 3, 4, 6), True)
    return Pair((1, 2, 6), (1, 3, 6), False)


def shared_outputs_proof(pair: Pair | None = None) -> Proof:
    """Check that every hardmax layer gives both sequences the same shared outputs.

    For all weights, all numbers of heads and all dimensions: the score is shown to be
    affine in t with matrices of symbols, the selected keys follow from the sign of
    beta alone, and the means are compared as rationals.

    Args:
        pair: the sequences; those of `impossibility_pair` if None.

    Returns:
        the cases, with verdict REFUTED where some head may tell the pair apart.

    Example:
        >>> proof = shared_outputs_proof()
        >>> [(case.slope, case.means) for case in proof.cases]
        [('beta > 0', (6, 6)), ('beta < 0', (1, 1)), ('beta = 0', (Fraction(7, 2),
        Fraction(7, 2)))]
        >>> proof.verdict.value
        'PROVED'
    """
    pair = pair or impossibility_pair()
    affine, cases = _score_is_affine(), _cases(pair)
    failing = [case.slope for case in cases if not case.equal]
    verdict, sentence = _judge(pair, affine, failing)
    return Proof(pair, affine, cases, verdict, sentence)


def _judge(pair: Pair, affine: bool, failing: list[str]) -> tuple[Verdict, str]:
    names = f"{pair.first} and {pair.second}"
    if not affine:
        return Verdict.UNDECIDED, "The score was not shown to be affine in t."
    if not pair.shared or set(pair.first) == set(pair.second):
        return Verdict.REFUTED, f"{names} are one set, or share no token."
    if failing:
        return Verdict.REFUTED, f"A head with {failing[0]} tells {names} apart."
    tokens = " and ".join(str(t) for t in pair.shared)
    return Verdict.PROVED, (
        f"Every hardmax layer, with any number of heads, gives the sequences {names} "
        f"the same output at the tokens {tokens}."
    )


def _score_is_affine() -> bool:
    """Whether ``(x0 + t u)^T M x = x0^T M x + t u^T M x`` in symbolic dimension."""
    import sympy

    dim = sympy.Symbol("d", integer=True, positive=True)
    t = sympy.Symbol("t", real=True)
    x0, u, x = (sympy.MatrixSymbol(name, dim, 1) for name in ("x0", "u", "x"))
    m = sympy.MatrixSymbol("M", dim, dim)
    score = sympy.expand((sympy.Transpose(x0 + t * u) * m * x).doit())
    line = (x0.T * m * x) + t * (u.T * m * x)
    return score == sympy.expand(line.doit())


def _cases(pair: Pair) -> tuple[Case, ...]:
    made = []
    for slope in ("beta > 0", "beta < 0", "beta = 0"):
        first, second = _selected(pair.first, slope), _selected(pair.second, slope)
        if pair.averaging or len(first) == len(second) == 1:
            made.append(_case(slope, first, second))
            continue
        for word, place in (("first", slice(0, 1)), ("last", slice(-1, None))):
            kind = f"{slope}, {word} key"
            made.append(_case(kind, first[place], second[place]))
    return tuple(made)


def _case(slope: str, first: Tokens, second: Tokens) -> Case:
    means = tuple(exact(Fraction(sum(keys), len(keys))) for keys in (first, second))
    return Case(slope, (first, second), (means[0], means[1]))


def _selected(tokens: Tokens, slope: str) -> Tokens:
    """The keys no other key beats; score differences are ``beta (s - t)``."""
    import sympy

    beta = {
        "beta > 0": sympy.Symbol("beta", positive=True),
        "beta < 0": sympy.Symbol("beta", negative=True),
        "beta = 0": sympy.Integer(0),
    }[slope]
    return tuple(
        t for t in tokens if not any((beta * (s - t)).is_positive for s in tokens)
    )


@dataclass(frozen=True, slots=True, eq=False)
class SoftmaxGaps:
    """How far one softmax head of rank 1 keeps the pair apart.

    Args:
        pair: the two sequences.
        scale: kappa, the scale of the scores.
        gaps: for each shared token, the distance of the two outputs.
    """

    pair: Pair
    scale: Number
    gaps: Mapping[int, Ball]

    @property
    def separated(self) -> Truth:
        """TRUE if every gap is certainly positive; a gap is never negative."""
        found = {less(0, gap) for gap in self.gaps.values()}
        return Truth.TRUE if found == {Truth.TRUE} else Truth.UNDECIDED


def softmax_separates(
    scale: Any = 2, pair: Pair | None = None, precision: int = 128
) -> SoftmaxGaps:
    """Give the pair to one softmax head with W_K = W_V = W_O = 1, W_Q = kappa.

    On the line ``x = t`` the head adds ``boltz(kappa t_k t) / (kappa t_k)`` at token
    t_k. The default scale puts the scores of token 1 two apart, which KS23.LemS asks
    for. Some such condition is needed: between the scales 1 and 1.2 the difference at
    token 1 changes its sign, so at some scale the two outputs coincide.

    Args:
        scale: kappa > 0.
        pair: the sequences; those of `impossibility_pair` if None.
        precision: bits of the balls.

    Raises:
        HypothesisError: kappa or a shared token is 0, and the head's scores vanish.

    References:
        KS23.Thm2, KS23.LemS

    Example:
        >>> found = softmax_separates()
        >>> found.separated, round(float(found.gaps[1]), 4)
        (<Truth.TRUE: 'true'>, 0.0772)
    """
    pair, kappa = pair or impossibility_pair(), exact(scale)
    if kappa == 0 or 0 in pair.shared:
        found = f"scale = {kappa}, shared tokens {pair.shared}"
        raise HypothesisError(Ref("KS23", "Thm2"), "scores that differ", found)
    gaps = {}
    for query in pair.shared:
        factor = kappa * query
        one, two = (
            operator_ball([factor * t for t in tokens], precision)
            for tokens in (pair.first, pair.second)
        )
        gap = (one - two) / factor
        gaps[query] = gap.maximum(-gap)
    return SoftmaxGaps(pair, kappa, gaps)

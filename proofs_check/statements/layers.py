"""Gen.SA, HA, UA, FF, T: the layers' definitions, and what holds for all of them.

The reference forward pass runs on symbols and is compared with the definition in
matrices, at small sizes, for all weights and inputs at once. That uniform attention is
attention without keys, and that all layers are permutation equivariant, are statements
and proved for all sizes.
"""

from collections.abc import Callable
from itertools import permutations
from typing import Any

import sympy

from memcap.core.refs import Ref
from proofs_check.checks.attention.forward_pass import (
    attention_agrees,
    composition_agrees,
    computed,
    feed_forward_agrees,
    hardmax_agrees,
    hardmax_shares,
    shortened,
    silent_block,
    softmax,
    softmax_shares,
    uniform_agrees,
)
from proofs_check.methods import symbols
from proofs_check.methods.chain import chain, link
from proofs_check.statement import (
    Check,
    Kind,
    Level,
    Method,
    Outcome,
    Scope,
    Statement,
)


def no_keys_is_uniform(level: Level) -> Outcome:
    """Scores 0 in every dimension; equal scores give 1/n for every n."""
    m, s, n = sympy.symbols("m s n", integer=True, positive=True)
    z: Any
    w: Any
    z, w = sympy.MatrixSymbol("Z", m, n), sympy.MatrixSymbol("W", s, m)
    zero = sympy.ZeroMatrix(s, m)
    scores = ((zero * z).T * (w * z)).doit(), ((w * z).T * (zero * z)).doit()
    j, c = sympy.Symbol("j", integer=True), sympy.Symbol("c", real=True)
    share = sympy.exp(c) / sympy.Sum(sympy.exp(c), (j, 1, n)).doit()
    links = [
        link("scores without keys vanish", scores[0] == sympy.ZeroMatrix(n, n)),
        link("scores without queries vanish", scores[1] == sympy.ZeroMatrix(n, n)),
        link("softmax of n equal scores is 1/n", sympy.simplify(share - 1 / n) == 0),
        *(
            link(
                f"hardmax of {k} equal scores is 1/{k}",
                symbols.hardmax([c] * k) == [sympy.Rational(1, k)] * k,
            )
            for k in range(1, 6)
        ),
    ]
    return chain("attention with W_K = 0 or W_Q = 0 is the mean of the values", links)


def scores_move(level: Level) -> Outcome:
    """Scores and mixed values of permuted tokens, in every dimension."""
    m, s, n = sympy.symbols("m s n", integer=True, positive=True)
    z: Any
    p: Any
    z, p = sympy.MatrixSymbol("Z", m, n), sympy.MatrixSymbol("P", n, n)
    key, query = (sympy.MatrixSymbol(x, s, m) for x in ("W_K", "W_Q"))
    shares = sympy.MatrixSymbol("A", n, n)
    moved = ((key * z * p).T * (query * z * p)).doit()
    placed = (p.T * ((key * z).T * (query * z)) * p).doit()
    mixed = (z * p * (p.T * shares * p)).doit()
    kept = mixed.subs(p * p.T, sympy.Identity(n)).doit()
    links = [
        link("scores of Z P are P^T S P", moved == placed),
        link("Z P P^T A P is Z A P as P P^T = 1", kept == (z * shares * p).doit()),
    ]
    return chain("permuting tokens permutes the outputs of an attention layer", links)


def shares_move(level: Level) -> Outcome:
    """Softmax and hardmax of a permuted column are the permuted shares."""
    links = []
    for n in (2, 3, 4):
        scores = list(sympy.symbols(f"s1:{n + 1}", real=True))
        order = [sympy.Integer(k) for k in range(n)]
        for chosen in permutations(range(n)):
            for shares, column in ((softmax, scores), (symbols.hardmax, order)):
                moved = shares([column[i] for i in chosen])
                same = moved == [shares(column)[i] for i in chosen]
                links.append(link(f"n={n}, {chosen}", same))
    found = chain("shares move with their scores", links)
    number = len(links) // 2
    return shortened(found, f"Shares move with their scores, {number} permutations.")


def masked_order_matters(level: Level) -> Outcome:
    """A causal mask breaks the equivariance: a counterexample with two tokens."""
    z: Any = sympy.Matrix([[0, 2]])
    one = sympy.ones(1, 1)
    head = [(sympy.zeros(1, 1), one, one, one)]
    swap = sympy.Matrix([[0, 1], [1, 0]])
    first: Any = computed(z, head, "softmax", causal=True)
    second: Any = computed(z * swap, head, "softmax", causal=True)
    claim = f"with a mask (0, 2) gives {list(first)}, (2, 0) gives {list(second)}"
    return link(claim, not symbols.equal(first * swap, second))


_ASSERTS = "a definition asserts nothing; the forward pass is compared at small sizes"


def _agrees(name: str, run: Callable[[Level], Outcome]) -> Check:
    return Check(name, Method.IDENTITY, Scope.CASES, run)


STATEMENTS: tuple[Statement, ...] = (
    Statement(
        Ref("Gen", "SA"),
        Kind.DEFINITION,
        "Softmax attention adds to the tokens what H heads read, each key weighted by "
        "the softmax of its score, without a factor 1/sqrt(d).",
        r"F_{SA}(Z) = Z + \sum_h W_O^h W_V^h Z \operatorname{softmax}((W_K^h Z)^T "
        r"(W_Q^h Z))",
        checks=(
            _agrees(
                "forward pass on symbols",
                lambda level: attention_agrees(level, "softmax", softmax),
            ),
            Check("shares in balls", Method.BALLS, Scope.CASES, softmax_shares),
        ),
        unproved=_ASSERTS,
    ),
    Statement(
        Ref("Gen", "HA"),
        Kind.DEFINITION,
        "Hardmax attention gives the keys with the largest score equal shares, and the "
        "others none.",
        r"A_{ij} = \frac{1}{|I_j|} \quad (i \in I_j), \quad 0 \quad \text{else}",
        checks=(
            _agrees("forward pass on symbols", hardmax_agrees),
            Check("exact shares", Method.EXHAUSTIVE, Scope.CASES, hardmax_shares),
        ),
        unproved=_ASSERTS,
    ),
    Statement(
        Ref("Gen", "UA"),
        Kind.DEFINITION,
        "Uniform attention adds the mean of all values; it is softmax or hardmax "
        "attention with W_K = 0 or W_Q = 0.",
        r"F_{UA}(Z) = Z + W_O W_V \frac{1}{n} \sum_k Z_{:,k} 1^T",
        checks=(
            Check(
                "no keys, no queries",
                Method.IDENTITY,
                Scope.STEP,
                no_keys_is_uniform,
                "in symbols for every m, s and n; hardmax shares ties.",
            ),
            _agrees("forward pass on symbols", uniform_agrees),
        ),
    ),
    Statement(
        Ref("Gen", "FF"),
        Kind.DEFINITION,
        "A feed-forward layer adds to every token a hidden ReLU layer of it.",
        r"F_{FF}(H)_{:,k} = H_{:,k} + W_2 R(W_1 H_{:,k} + b_1) + b_2",
        checks=(_agrees("forward pass on symbols", feed_forward_agrees),),
        unproved=_ASSERTS,
    ),
    Statement(
        Ref("Gen", "T"),
        Kind.DEFINITION,
        "A transformer is a linear embedding, L blocks of attention and feed-forward "
        "layer, and a linear readout; its width is max(m, s H, q).",
        r"N = E_{out} \circ F_L \circ \ldots \circ F_1 \circ E_{in}, \quad "
        r"F_l = FF_l \circ SA_l",
        checks=(
            Check("whole networks", Method.EXHAUSTIVE, Scope.CASES, composition_agrees),
            _agrees("blocks with W_O = 0", silent_block),
        ),
        unproved=_ASSERTS,
    ),
    Statement(
        Ref("memcap", "Equivariance"),
        Kind.LEMMA,
        "All layers without mask and positions, and so all networks of them, are "
        "permutation equivariant.",
        r"F(Z P) = F(Z) P",
        ("P is a permutation of the n tokens", "no mask, no positional vectors"),
        "derived",
        (
            Check(
                "scores and values",
                Method.IDENTITY,
                Scope.STEP,
                scores_move,
                "in symbols for every m, s and n; token-wise layers and the skip "
                "connection act on each column alone, and compositions and sums of "
                "equivariant maps are equivariant.",
            ),
            Check(
                "shares",
                Method.ARGUMENT,
                Scope.STEP,
                shares_move,
                "the sum of e^{s_j}, the largest score and the number of largest "
                "scores do not depend on the order of the keys, for any n; the "
                "permutations of up to four keys are gone through.",
            ),
            Check(
                "a mask breaks it", Method.EXHAUSTIVE, Scope.CASES, masked_order_matters
            ),
        ),
    ),
)

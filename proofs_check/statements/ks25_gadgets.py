"""KS25, Appendix G: the gadgets of bit extraction (LemG2 to LemG6)."""

from memcap.core.refs import Ref
from proofs_check.checks.bits import indicators, look_up, read_out
from proofs_check.statement import Check, Finding, Kind, Method, Scope, Statement

_PIECES = (
    "A sum of ReLUs of affine functions is affine between its breakpoints; its values "
    "at the ends of every piece, and its slope on the two rays, are all of it. Every "
    "unit is shown to have one sign on every piece, so the list of pieces is complete."
)
_COUNTED = (
    "Depth and width do not depend on the parameters beyond the loop that writes the "
    "layers; the count of built networks shows that the loop writes as many."
)

_LEMG2 = Statement(
    ref=Ref("KS25", "LemG2"),
    kind=Kind.LEMMA,
    sentence="For natural numbers a < b a network of depth 2, width 2 and LEN(b) bits "
    "is 1 on [a, b] and 0 half a unit outside.",
    formula=r"F(x) = 1 \; (a \le x \le b), \quad "
    r"F(x) = 0 \; (x < a - \frac{1}{2} \text{ or } x > b + \frac{1}{2})",
    hypotheses=("a < b natural numbers", "depth counts layers of ReLU units"),
    checks=(
        Check(
            "all real numbers",
            Method.IDENTITY,
            Scope.STEP,
            indicators.interval_on_all_reals,
            _PIECES,
        ),
        Check(
            "sizes",
            Method.EXHAUSTIVE,
            Scope.STEP,
            indicators.interval_sizes,
            "The network R(1/2 - h1 - h2) + R(1/2 - h1 - h2), h1 = R(a - x), "
            "h2 = R(x - b), has the numbers a, b, 1 and 1/2 for all a < b, so none is "
            "longer than b. The two forms with slope 2 in the first layer store 2b, "
            "one bit more. One hidden layer of width 2 has two breakpoints and cannot "
            "do it: depth 2 means two layers of units.",
        ),
        Check(
            "intervals up to 7",
            Method.ATTACK,
            Scope.CASES,
            indicators.attack_interval,
        ),
    ),
)

_LEMG3 = Statement(
    ref=Ref("KS25", "LemG3"),
    kind=Kind.LEMMA,
    sentence="Points at least 2 apart in m blocks of k: a network of width 4 and depth "
    "3m + 2 gives each point the word of its block, and 0 or some block's word to any "
    "x at least 2 away from all of them.",
    formula=r"F(x_i) = w_{\lceil i / k \rceil}, \quad \text{depth } 3 m + 2, \quad "
    r"\text{bits } b + \lceil \log R \rceil",
    hypotheses=(
        "0 <= x_1 < ... < x_N < R, neighbours at least 2 apart",
        "words of at most b >= 1 bits",
        "R > 1",
    ),
    checks=(
        Check(
            "margins",
            Method.ARGUMENT,
            Scope.STEP,
            look_up.block_margins,
            "By LemG2 the indicator of block j is 1 on [floor first, floor last + 1] "
            "and 0 half a unit outside. The inequalities show that a point of one "
            "block lies beyond the margins of all others, so exactly its own word is "
            "added. A further x either lies between the first and last point of one "
            "block, and the same holds for it, or at least 2 below the first or above "
            "the last of every block, which is beyond all margins. A negative x is "
            "carried on as 0, which only later blocks see; they begin at 2 or beyond.",
        ),
        Check(
            "sizes",
            Method.EXHAUSTIVE,
            Scope.STEP,
            look_up.look_up_sizes,
            _COUNTED + " The numbers stored are 1/2, the words (b bits) and floors of "
            "points, plus 1 at the right end: at most ceil R, which has at most "
            "ceil(log2 R) + 1 bits; b >= 1.",
        ),
        Check(
            "points exactly 2 apart",
            Method.ATTACK,
            Scope.CASES,
            look_up.attack_look_up,
        ),
    ),
)

_LEMG4 = Statement(
    ref=Ref("KS25", "LemG4"),
    kind=Kind.LEMMA,
    sentence="From two orbits of the triangle map a network of width 5, depth "
    "3 (j - i + 1) and L + 2 bits extracts bits i to j of an L-bit word and continues "
    "the orbits.",
    formula=r"\operatorname{bit}_t = R(2^{L + 2 - t} (\beta_t - \alpha_t)), \quad "
    r"\alpha_t = \psi^{t}(\frac{x}{2^L} + \frac{1}{2^{L + 1}}), \quad "
    r"\beta_t = \psi^{t}(\frac{x}{2^L} + \frac{1}{2^{L + 2}})",
    hypotheses=("0 <= x < 2^L", "1 <= i <= j <= L"),
    checks=(
        Check(
            "triangle map",
            Method.IDENTITY,
            Scope.STEP,
            read_out.triangle_on_all_reals,
            _PIECES,
        ),
        Check(
            "induction",
            Method.IDENTITY,
            Scope.STEP,
            read_out.induction_in_symbols,
            read_out.INDUCTION,
        ),
        Check(
            "sizes",
            Method.EXHAUSTIVE,
            Scope.STEP,
            read_out.sizes,
            _COUNTED + " The longest number is 2^(L + 2 - t) with t >= 1, of L + 3 - t "
            "bits; the number 4 has 3.",
        ),
        Check("all words", Method.EXHAUSTIVE, Scope.CASES, read_out.all_words),
        Check(
            "fields of long words",
            Method.ATTACK,
            Scope.CASES,
            read_out.attack_fields,
        ),
        Check(
            "float types",
            Method.SIMULATION,
            Scope.CASES,
            read_out.float_cliff,
            "A type of p significant bits holds all multiples of 2^-(L+2) in [0, 1] "
            "while L + 2 <= p; it fails one word length later.",
        ),
    ),
)

_LEMG5 = Statement(
    ref=Ref("KS25", "LemG5"),
    kind=Kind.LEMMA,
    sentence="A network of width 2, depth 2 and 2 bits says whether x lies in "
    "[y, y + 1], with margins of half a unit.",
    formula=r"F(x, y) = R(1 - R(2 (y - x))) + R(1 - R(2 (x - y - 1))) - 1",
    hypotheses=("x and y real",),
    checks=(
        Check(
            "all real numbers",
            Method.IDENTITY,
            Scope.STEP,
            indicators.unit_on_all_reals,
            "x and y enter through x - y alone. " + _PIECES,
        ),
        Check("sizes", Method.EXHAUSTIVE, Scope.STEP, indicators.unit_sizes),
        Check("dyadic grid", Method.ATTACK, Scope.CASES, indicators.attack_unit),
    ),
)

_LEMG6 = Statement(
    ref=Ref("KS25", "LemG6"),
    kind=Kind.LEMMA,
    sentence="A network of width 12 reads a word of points and a word of labels and "
    "gives the label whose point is floor(x), or 0 if x is far from all of them.",
    formula=r"F(x) = \sum_i R(2^{c + 1} \operatorname{near}(x, u_i) - 2^{c + 1} + w_i),"
    r" \quad \text{depth } 3 k \max(\rho, c) + 2 k + 2, \quad "
    r"\text{bits } k \max(\rho, c) + 2",
    hypotheses=(
        "sub-words u_i of rho bits, pairwise at least 2 apart",
        "sub-words w_i of c bits",
        "x real",
    ),
    checks=(
        Check(
            "margins and gates",
            Method.ARGUMENT,
            Scope.STEP,
            look_up.matching_margins,
            "LemG4 extracts u_i and w_i, LemG5 gives near = 1 for floor(x) = u_i and 0 "
            "beyond u_i - 1/2 and u_i + 3/2, which is |x - 1/2 - u_i| > 1. The gate of "
            "near = 1 is w_i, that of near = 0 is R(w_i - 2^c) = 0 or less still. If "
            "floor(x) = v is a sub-word, every other one has near = 0; the sum is the "
            "one label.",
        ),
        Check(
            "sizes",
            Method.EXHAUSTIVE,
            Scope.STEP,
            look_up.matching_sizes,
            _COUNTED + " The widest layer keeps x and the label, folds two orbits of "
            "two words (8 units) and keeps two accumulators: 12. The longest numbers "
            "are 2^(L + 2 - t), 2^-(L + 2) with L <= k mu and the bias 2^(c + 1) of "
            "the gate with factor 2^c, of c + 2 bits.",
        ),
        Check(
            "all words of small shapes",
            Method.ATTACK,
            Scope.CASES,
            look_up.attack_matching,
        ),
        Check(
            "bits of the printed gate",
            Method.EXHAUSTIVE,
            Scope.CASES,
            look_up.printed_gate_bits,
        ),
    ),
    findings=(
        Finding(
            title="The gate's factor 2^c suffices",
            sort="can be sharpened",
            printed="The gate multiplies the indicator by 2^(c+1).",
            found="A label of c bits is below 2^c, so 2^c closes the gate as well. "
            "With 2^(c+1) the gate's bias is 2^(c+2); at k = 1 and rho <= c it has "
            "c + 3 bits, one more than the lemma's k max(rho, c) + 2. With 2^c the "
            "printed bits hold always. 2^(c-1) fails.",
            consequence="None for LemC1, where k mu is long; the lemma holds as "
            "printed with the smaller factor.",
        ),
    ),
)

STATEMENTS: tuple[Statement, ...] = (_LEMG2, _LEMG3, _LEMG4, _LEMG5, _LEMG6)

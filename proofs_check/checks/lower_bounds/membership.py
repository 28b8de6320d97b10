"""Morris25's membership law, as printed and with its arguments in working order."""

from collections.abc import Sequence
from fractions import Fraction
from itertools import permutations

from memcap.core.balls import Ball, Truth, less
from memcap.core.exact import Number, exact
from memcap.theory.bounds import get
from proofs_check.checks.lower_bounds.published_slopes import rounds_to
from proofs_check.statement import Answer, Level, Outcome

_PRECISION = 128
Member = tuple[int, int, str, str]
# Parameters, samples, predicted and observed F1.
MEMBERS: tuple[Member, ...] = (
    (1_556_075_200, 170_654_583, "0.55", "0.546"),
    (1_556_075_200, 76_795_021, "0.75", "0.711"),
    (1_556_075_200, 18_851_574, "0.95", "0.959"),
    (123_702_528, 13_566_442, "0.55", "0.534"),
    (123_702_528, 6_104_935, "0.75", "0.657"),
    (123_702_528, 1_498_634, "0.95", "0.980"),
)
CONSTANTS = (Fraction(134, 100), Fraction(-34, 1000), Fraction(-3314, 100))
CAPACITY = Fraction(3642, 1000)


def f1(constants: Sequence[Number], ratio: Number) -> Ball:
    """1/2 (1 + c sigma(a (ratio + b))) for constants c, a, b."""
    top, steep, shift = constants
    argument = Ball.of(exact(steep * (ratio + shift)), _PRECISION)
    return (1 / ((-argument).exp() + 1) * top + 1) / 2


def printed_law(
    level: Level, order: tuple[int, int, int] = (0, 1, 2), upside: bool = False
) -> Outcome:
    """The law against its own table; as printed, or with another order of arguments.

    Args:
        level: not used.
        order: which constants are c, a and b; as printed (0, 1, 2).
        upside: False for 3.642 parameters / samples, the capacity in bits over the
            samples; True for samples / parameters.
    """
    values = [_variant(order, upside, CAPACITY, row) for row in MEMBERS]
    pairs = list(zip(values, MEMBERS, strict=True))
    texts = ", ".join(f"{float(v):.4f} for {row[2]}" for v, row in pairs)
    wrong = [(v, row) for v, row in pairs if not rounds_to(v, row[2])]
    if not wrong:
        return Outcome(Answer.HOLDS, f"all six to the digit: {texts}.", len(MEMBERS))
    value, row = wrong[0]
    point = {
        "parameters": f"{row[0]:,}",
        "samples": f"{row[1]:,}",
        "law": f"{float(value):.6f}",
        "tabulated prediction": row[2],
    }
    sentence = f"{len(wrong)} of 6 tabulated predictions differ: {texts}."
    return Outcome(Answer.FAILS, sentence, len(MEMBERS), "", point)


def printed_direction(level: Level) -> Outcome:
    """The printed law rises with |D| in any unit, the table falls."""
    rises, neighbours = [], ((0, 1), (1, 2), (3, 4), (4, 5))
    for unit in (1, 64, 704):
        for more, fewer in neighbours:
            high, low = (
                f1(CONSTANTS, CAPACITY * MEMBERS[i][0] / (unit * MEMBERS[i][1]))
                for i in (more, fewer)
            )
            if less(low, high) is not Truth.TRUE:
                return Outcome(Answer.OPEN, "the law does not rise here.", len(rises))
            rises.append(float(high - low))
    point = {
        "samples": f"{MEMBERS[2][1]:,} -> {MEMBERS[0][1]:,}",
        "table": f"{MEMBERS[2][2]} -> {MEMBERS[0][2]}",
        "law": "rises",
    }
    sentence = (
        f"more samples raise the law in {len(rises)} of {len(rises)} comparisons, "
        "counted singly, in tokens or in bits; the table falls from 0.95 to 0.55."
    )
    margin = f"rise >= {min(rises):.3g}"
    return Outcome(Answer.FAILS, sentence, len(rises), margin, point)


def printed_limit(level: Level) -> Outcome:
    """For ever more samples the printed law tends to more than 1; F1 is at most 1."""
    limit = f1(CONSTANTS, 0)
    if less(1, limit) is not Truth.TRUE:
        return Outcome(Answer.HOLDS, f"the limit is {float(limit):.6f}.")
    point = {"limit": f"{float(limit):.6f}"}
    sentence = f"as |D| grows the law tends to {float(limit):.6f} > 1."
    return Outcome(Answer.FAILS, sentence, 1, "", point)


def repaired_law(level: Level) -> Outcome:
    """memcap's calculator gives all six tabulated predictions."""
    values = [
        get("Morris25.F1")(num_samples=samples, parameters=parameters).ball(_PRECISION)
        for parameters, samples, _, _ in MEMBERS
    ]
    offs = [
        (v - Fraction(row[2])).maximum(Fraction(row[2]) - v)
        for v, row in zip(values, MEMBERS, strict=True)
    ]
    right = all(less(off, Fraction(1, 200)) is Truth.TRUE for off in offs)
    worst = max(float(off) for off in offs)
    texts = ", ".join(f"{float(v):.4f}" for v in values)
    sentence = f"{texts}; at most {worst:.4f} from the table."
    answer = Answer.HOLDS if right else Answer.FAILS
    return Outcome(answer, sentence, len(MEMBERS), f"{0.005 - worst:.4f}")


def falls_to_half(level: Level) -> Outcome:
    """The repaired law falls with |D| and tends to 1/2: c3 < 0 < c1, sigma -> 0."""
    top, shift, steep = CONSTANTS
    values = [f1((top, steep, shift), Fraction(k, 100)) for k in range(0, 200)]
    falling = all(
        less(later, earlier) is Truth.TRUE
        for earlier, later in zip(values, values[1:], strict=False)
    )
    near = less(values[-1], Fraction(1, 2) + Fraction(1, 10**12)) is Truth.TRUE
    right = falling and near and steep < 0 < top
    sentence = f"strictly falling on 200 points to 1/2 + {float(values[-1]) - 0.5:.1g}."
    return Outcome(Answer.HOLDS if right else Answer.FAILS, sentence, 200)


def only_order(level: Level) -> Outcome:
    """Of all orders of the constants, ratios and units, one gives the table."""
    forms = [
        (order, upside, scale)
        for order in permutations(range(3))
        for upside in (False, True)
        for scale in (Fraction(1), CAPACITY)
    ]
    fit = [
        form
        for form in forms
        if all(rounds_to(_variant(*form, row), row[2]) for row in MEMBERS)
    ]
    answer = Answer.HOLDS if fit == [((0, 2, 1), True, Fraction(1))] else Answer.FAILS
    sentence = f"of {len(forms)} forms, {len(fit)} gives all six predictions."
    return Outcome(answer, sentence, len(forms))


def _variant(
    order: tuple[int, ...], upside: bool, scale: Fraction, row: Member
) -> Ball:
    ratio = scale * row[0] / row[1]
    return f1([CONSTANTS[i] for i in order], 1 / ratio if upside else ratio)


def observed(level: Level) -> Outcome:
    """How far the six observations are from the predictions."""
    gaps = [abs(Fraction(seen) - Fraction(wanted)) for *_, wanted, seen in MEMBERS]
    answer = Answer.HOLDS if max(gaps) == Fraction(93, 1000) else Answer.FAILS
    sentence = (
        f"observed F1 is at most {float(max(gaps))} from its prediction, on average "
        f"{float(sum(gaps) / len(gaps)):.4f}."
    )
    return Outcome(answer, sentence, len(gaps))

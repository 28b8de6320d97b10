"""Arithmetic in the rationales of word problems: read, recomputed, told in fields.

A rationale is prose with equations. They are read as steps ``a op b = c`` of two exact
decimals each; longer sums are split, products and quotients first. A rationale is
refused unless every equation is read, every step recomputes exactly, and the last one
gives the answer.
"""

import re
from fractions import Fraction
from typing import NamedTuple

_NUMBER = r"-?\d+(?:\.\d+)?"
# Units between a number and the next sign: "7 days * 5 weeks = 35 days".
_WORDS = r"(?:\s+[A-Za-z][A-Za-z'-]*){0,4}"
_EQUATION = re.compile(
    rf"({_NUMBER}(?:{_WORDS}\s*[-+*/]\s*{_NUMBER})+){_WORDS}\s*=\s*({_NUMBER})"
    r"(?![\d.]*\s*[-+*/=]\s*\d)"
)
# A sign stands behind a digit; a minus elsewhere belongs to its number.
_PIECE = re.compile(rf"(?<=\d)\s*[-+*/]|{_NUMBER}")


class Step(NamedTuple):
    """``left sign right = result``."""

    left: Fraction
    sign: str
    right: Fraction
    result: Fraction

    @property
    def holds(self) -> bool:
        """Whether it is true."""
        return _computed(self.left, self.sign, self.right) == self.result

    @property
    def canonical(self) -> tuple[object, ...]:
        """The same for ``a + b`` and ``b + a``, and for products."""
        pair = (self.left, self.right)
        both = tuple(sorted(pair)) if self.sign in "+*" else pair
        return (self.sign, *both, self.result)


def _computed(left: Fraction, sign: str, right: Fraction) -> Fraction | None:
    """None for a division by 0."""
    if sign == "/":
        return left / right if right else None
    return {"+": left + right, "-": left - right, "*": left * right}[sign]


def steps_of(rationale: str, answer: str) -> list[Step] | None:
    """The steps of a rationale; None where it is refused.

    Args:
        rationale: prose, its last line ``#### answer`` or left out.
        answer: what the last step has to give.

    Example:
        >>> [step] = steps_of("He has 7 days x 5 hours/day = 35 hours.", "35")
        >>> step.sign, int(step.result)
        ('*', 35)
        >>> steps_of("That is 0.88 * 40 = 35.", "35") is None
        True
    """
    body = _cleaned(rationale.split("####")[0])
    found = _EQUATION.findall(body)
    if not found or len(found) != body.count("="):
        return None
    steps = []
    for expression, result in found:
        own = _binary(expression)
        if not own or own[-1].result != Fraction(result):
            return None
        steps += own
    return steps if steps[-1].result == Fraction(answer.replace(",", "")) else None


def _cleaned(text: str) -> str:
    """Without currencies, thousands separators and units such as ``/day``."""
    text = re.sub(r"[$€£]", "", text)
    text = re.sub(r"(?<=\d),(?=\d{3})", "", text)
    text = re.sub(r"/[A-Za-z]+", "", text)
    text = text.replace("÷", "/").replace("×", "*")
    return re.sub(r"\s+x\s+", " * ", text)


def _binary(expression: str) -> list[Step] | None:
    """Steps of two numbers each, in the order of the usual precedence."""
    bare = re.sub(r"[A-Za-z][A-Za-z'-]*", "", expression)
    pieces = [piece.strip() for piece in _PIECE.findall(bare)]
    numbers = [Fraction(piece) for piece in pieces[::2]]
    signs, steps = pieces[1::2], []
    for kind in ("*/", "+-"):
        place = 0
        while place < len(signs):
            if signs[place] not in kind:
                place += 1
                continue
            left, right = numbers[place : place + 2]
            result = _computed(left, signs[place], right)
            if result is None:
                return None
            steps.append(Step(left, signs.pop(place), right, result))
            numbers[place : place + 2] = [result]
    return steps


def written(number: Fraction) -> str | None:
    """A number as a decimal without needless zeros; None where it never ends.

    Example:
        >>> written(Fraction(-5, 4)), written(Fraction(12)), written(Fraction(1, 3))
        ('-1.25', '12', None)
    """
    for places in range(10):
        scaled = number * 10**places
        if scaled.denominator == 1:
            digits = str(abs(scaled.numerator)).rjust(places + 1, "0")
            whole = digits[: len(digits) - places]
            fraction = f".{digits[len(digits) - places :]}" if places else ""
            return ("-" if number < 0 else "") + whole + fraction
    return None


def field(number: Fraction, width: int) -> str | None:
    """A number at the right end of a field; None where it does not fit."""
    text = written(number)
    return None if text is None or len(text) > width else text.rjust(width)


def told_step(step: Step, width: int) -> str | None:
    """``a op b = c`` in three fields; None where a number does not fit."""
    parts = [field(one, width) for one in (step.left, step.right, step.result)]
    if None in parts:
        return None
    return f"{parts[0]}{step.sign}{parts[1]}={parts[2]}"


def read_step(text: str, width: int) -> Step | None:
    """The step that is told so; None unless it is told exactly as `told_step` does."""
    spans = (text[:width], text[width + 1 : 2 * width + 1], text[2 * width + 2 :])
    if any(re.fullmatch(rf" *{_NUMBER}", span) is None for span in spans):
        return None
    if text[width] not in "+-*/":
        return None
    left, right, result = (Fraction(span.strip()) for span in spans)
    step = Step(left, text[width], right, result)
    return step if told_step(step, width) == text else None

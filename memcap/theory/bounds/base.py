"""Bounds and their values: a statement as a calculator that keeps its provenance."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import Any

from memcap.core.balls import Ball
from memcap.core.errors import DataError, HypothesisError
from memcap.core.exact import Number
from memcap.core.refs import Ref
from memcap.theory.bounds import numbers
from memcap.theory.bounds.inputs import select

_NONE: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Needs:
    """A hypothesis of a statement.

    Args:
        text: the hypothesis in words, as quoted when it fails.
        names: the inputs it speaks of.
        holds: the test, called with those inputs in that order.
        remedy: what the caller can change.
    """

    text: str
    names: tuple[str, ...]
    holds: Callable[..., bool]
    remedy: str = ""

    def check(self, ref: Ref, inputs: Mapping[str, Any]) -> None:
        """Raise a `HypothesisError` unless the hypothesis holds."""
        if not self.holds(*[inputs[name] for name in self.names]):
            found = ", ".join(f"{n} = {numbers.text(inputs[n])}" for n in self.names)
            raise HypothesisError(ref, self.text, found, self.remedy)


@dataclass(frozen=True, slots=True)
class Bound:
    """A numbered statement as a calculator.

    Args:
        id: stable name, such as ``KS25.LemC1.depth``.
        ref: the statement.
        quantity: ``parameters``, ``depth``, ``width``, ``bits`` (of one parameter),
            ``total_bits``, ``samples``, ``accuracy``, ``range``, ``ln_separation``
            and a few more.
        direction: ``upper``, ``lower``, ``order`` where the statement gives no
            constant (the value is then its formula with constant 1), ``measured``
            for a law found by experiment.
        sentence: the statement in our words.
        inputs: names of the inputs, see `inputs.GLOSSARY`.
        formula: ``formula(precision, **inputs)``, an exact number or a `Ball`.
        setting: ``next_token``, ``seq_to_seq``, ``points``, ``sets`` (a label for
            a multiset), ``distributions`` (a next-token law for a context),
            ``unseparated_points`` or ``threshold_unit`` (one unit, not a network).
        status: ``stated``, ``derived`` or ``recalled``.
        domain: the hypotheses.
        defaults: inputs that may be left out.
        side: for an order, whether it bounds from above or below.
        free: inputs that are not of the data: whatever value the hypotheses allow, the
            statement gives a network for it.
    """

    id: str
    ref: Ref
    quantity: str
    direction: str
    sentence: str
    inputs: tuple[str, ...]
    formula: Callable[..., Any]
    setting: str
    status: str = "stated"
    domain: tuple[Needs, ...] = ()
    defaults: Mapping[str, Any] = field(default_factory=lambda: _NONE)
    side: str = "upper"
    free: tuple[str, ...] = ()

    def __call__(self, **given: Any) -> "BoundValue":
        """Evaluate the statement.

        Raises:
            HypothesisError: an input is missing or unknown, or a hypothesis fails.
        """
        inputs = select(self.ref, self.inputs, self.defaults, given)
        for hypothesis in self.domain:
            hypothesis.check(self.ref, inputs)
        return BoundValue(self, inputs)

    def attempt(self, **given: Any) -> "BoundValue":
        """Evaluate, or return a value-less row that says why not."""
        try:
            return self(**given)
        except HypothesisError as error:
            return BoundValue(self, {}, str(error))


@dataclass(frozen=True, slots=True)
class Statement:
    """What the calculators of one statement share; see `Bound` for the fields."""

    ref: Ref
    setting: str
    inputs: tuple[str, ...]
    domain: tuple[Needs, ...] = ()
    status: str = "stated"
    direction: str = "upper"
    defaults: Mapping[str, Any] = field(default_factory=lambda: _NONE)
    free: tuple[str, ...] = ()

    def bound(
        self,
        part: str,
        quantity: str,
        sentence: str,
        formula: Callable[..., Any],
        **changes: Any,
    ) -> Bound:
        """The calculator of one quantity, called ``<statement>.<part>``."""
        shared = {
            "setting": self.setting,
            "inputs": self.inputs,
            "domain": self.domain,
            "status": self.status,
            "direction": self.direction,
            "defaults": self.defaults,
            "free": self.free,
        }
        return Bound(
            id=f"{self.ref.id}.{part}" if part else self.ref.id,
            ref=self.ref,
            quantity=quantity,
            sentence=sentence,
            formula=formula,
            **(shared | changes),
        )


@dataclass(frozen=True, eq=False)
class BoundValue:
    """The number a statement yields for given inputs, at any precision wanted.

    Args:
        bound: the statement.
        inputs: the inputs it used, exact.
        reason: why there is no value, empty where there is one.
    """

    bound: Bound
    inputs: Mapping[str, Any]
    reason: str = ""

    def _at(self, precision: int) -> numbers.Real:
        if self.reason:
            raise DataError(f"{self.bound.id} has no value here: {self.reason}")
        raw = self.bound.formula(precision, **self.inputs)
        return numbers.settle(raw, precision)

    @cached_property
    def value(self) -> numbers.Real | None:
        """The exact number, else a 64-bit ball; None where the statement is mute."""
        return None if self.reason else self._at(64)

    @property
    def exact(self) -> Number | None:
        """The number itself where it is rational and known, else None."""
        return None if isinstance(self.value, Ball) else self.value

    def ball(self, precision: int = 64) -> Ball:
        """An enclosure at the given precision."""
        return Ball.of(self._at(precision), precision)

    def floor(self) -> int:
        """The integer part, certified.

        Raises:
            UndecidedError: the number cannot be told from an integer.
        """
        return numbers.floor(self._at)

    def ceil(self) -> int:
        """The next integer, certified."""
        return numbers.ceil(self._at)

    def log2(self, precision: int = 64) -> Ball:
        """The binary logarithm of a positive value, however large the value.

        Raises:
            DataError: the value is not positive.
        """
        ball = self.ball(precision)
        if ball.lower <= 0:
            raise DataError(f"{self.bound.id} is not positive here; it has no log2.")
        return Ball.of(numbers.log2(self._at(precision), precision), precision)

    def __float__(self) -> float:
        """The nearest float, infinite where the value overflows."""
        return float(self.ball(64))

    def __str__(self) -> str:
        return numbers.text(self.value) if not self.reason else f"- ({self.reason})"

    def __repr__(self) -> str:
        return f"BoundValue({self.bound.id}: {self})"

    def to_row(self) -> dict[str, Any]:
        """Plain values for a table or JSON.

        Returns:
            id, quantity, direction, side, setting, status, value (text or None),
            float (None when it overflows), log2 (None unless positive), sentence,
            reference, url, inputs, reason.
        """
        bound = self.bound
        return {
            "id": bound.id,
            "quantity": bound.quantity,
            "direction": bound.direction,
            "side": bound.side if bound.direction == "order" else bound.direction,
            "setting": bound.setting,
            "status": bound.status,
            "value": None if self.reason else numbers.text(self.value),
            "float": self._finite_float(),
            "log2": self._log2_float(),
            "sentence": bound.sentence,
            "reference": bound.ref.id,
            "url": bound.ref.url,
            "inputs": {name: numbers.text(v) for name, v in self.inputs.items()},
            "reason": self.reason,
        }

    def _finite_float(self) -> float | None:
        if self.reason:
            return None
        value = float(Ball.of(self.value))
        return value if abs(value) < float("inf") else None

    def _log2_float(self) -> float | None:
        if self.reason or Ball.of(self.value).lower <= 0:
            return None
        return float(Ball.of(numbers.log2(self.value, 64)))

"""A numbered statement, the checks it is put to, and the verdict they give.

A check asks one question and ends in HOLDS, FAILS or OPEN. What its answer says of the
statement depends on its scope:

- a STEP belongs to a proof of the statement for all parameters; all steps together are
  the proof, apart from what `Statement.unproved` names;
- CASES are some parameters, built networks or a search; they can refute, and otherwise
  say how far one has looked.

The verdict is REFUTED if any check fails, PROVED if there are steps, all checks hold
and nothing is left unproved, NOT CHECKED if there is no check, and UNDECIDED else. A
proof may rest on other statements of the catalogue: it counts once they are PROVED.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from memcap.core.refs import Ref


class Verdict(Enum):
    """What is known of a statement as it is printed."""

    PROVED = "PROVED"
    REFUTED = "REFUTED"
    UNDECIDED = "UNDECIDED"
    NOT_CHECKED = "NOT CHECKED"


class Answer(Enum):
    """How one check ended."""

    HOLDS = "holds"
    FAILS = "fails"
    OPEN = "open"


class Method(Enum):
    """How a check works."""

    IDENTITY = "identity in symbols"
    BALLS = "ball arithmetic"
    ARGUMENT = "exact argument"
    CERTIFICATE = "certified construction"
    EXHAUSTIVE = "all small cases"
    ATTACK = "falsification search"
    SIMULATION = "float simulation"


class Scope(Enum):
    """What a check that holds says of the statement."""

    STEP = "step of a proof"
    CASES = "cases"


class Level(Enum):
    """How much time a check may take: seconds, or minutes."""

    DEFAULT = "default"
    DEEP = "deep"

    def pick(self, default: Any, deep: Any) -> Any:
        """The first of two settings, or the second at the deep level."""
        return deep if self is Level.DEEP else default


class Kind(Enum):
    """What sort of statement it is."""

    DEFINITION = "definition"
    ASSUMPTION = "assumption"
    LEMMA = "lemma"
    THEOREM = "theorem"
    COROLLARY = "corollary"
    PROPOSITION = "proposition"
    REMARK = "remark"
    EXPERIMENT = "experiment"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a check found.

    Args:
        answer: HOLDS, FAILS or OPEN.
        sentence: the answer in words, with the numbers that matter.
        cases: instances, boxes, steps or identities looked at.
        margin: the smallest margin found, as text; empty where there is none.
        counterexample: for FAILS, what refutes: name and exact value as text.
    """

    answer: Answer
    sentence: str
    cases: int = 1
    margin: str = ""
    counterexample: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Check:
    """One question put to a statement.

    Args:
        name: short and unique within the statement.
        method: how it works.
        scope: what it says of the statement when it holds.
        run: the check; called with the level, deterministic.
        argument: why the numbers show what is claimed, where that is not plain.
    """

    name: str
    method: Method
    scope: Scope
    run: Callable[[Level], Outcome]
    argument: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something an author of the statement would want to know.

    Args:
        title: one line.
        sort: ``fails as printed``, ``can be sharpened`` or ``slip``.
        printed: what the text claims, in our words.
        found: what is true instead; the outcomes of the checks are added to it.
        consequence: what it means for the theorems that rest on the statement.
        also: identifiers of statements that repair or sharpen this one.
    """

    title: str
    sort: str
    printed: str
    found: str
    consequence: str
    also: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Statement:
    """A row of the catalogue.

    Args:
        ref: where it stands.
        kind: lemma, theorem and so on.
        sentence: the statement in our words, one sentence.
        formula: its mathematics in LaTeX, without dollar signs; may be empty.
        hypotheses: its assumptions, a phrase each.
        status: ``stated``, ``recalled`` (the text was not at hand) or ``derived``.
        checks: the questions put to it.
        unproved: what the steps leave open, empty where they prove all of it.
        rests_on: identifiers of statements that the steps take for granted.
        not_checked: the reason why there is no check, else empty.
        findings: what checking it brought to light.
    """

    ref: Ref
    kind: Kind
    sentence: str
    formula: str = ""
    hypotheses: tuple[str, ...] = ()
    status: str = "stated"
    checks: tuple[Check, ...] = ()
    unproved: str = ""
    rests_on: tuple[str, ...] = ()
    not_checked: str = ""
    findings: tuple[Finding, ...] = ()

    @property
    def id(self) -> str:
        """The identifier of the reference."""
        return self.ref.id


def verdict(statement: Statement, outcomes: Mapping[str, Outcome]) -> Verdict:
    """What the outcomes of all checks, by name, say of the statement.

    What it rests on is taken as proved here; see `runner.settled`.

    Example:
        >>> claim = Statement(Ref("KS25", "LemB1"), Kind.LEMMA, "It is so.")
        >>> verdict(claim, {}).value
        'NOT CHECKED'
    """
    answers = [outcomes[check.name].answer for check in statement.checks]
    if Answer.FAILS in answers:
        return Verdict.REFUTED
    if not answers:
        return Verdict.NOT_CHECKED
    steps = any(check.scope is Scope.STEP for check in statement.checks)
    proved = steps and Answer.OPEN not in answers and not statement.unproved
    return Verdict.PROVED if proved else Verdict.UNDECIDED

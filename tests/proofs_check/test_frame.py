"""The frame: verdicts, the comparison with what is expected, table, page, findings."""

import json
from fractions import Fraction

import pytest
import sympy

from memcap.core.balls import Ball
from memcap.core.errors import CorruptFileError, UnknownNameError
from memcap.core.refs import Ref
from proofs_check import catalogue, findings, page, results, runner, table
from proofs_check.methods import attack, boxes, identity
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
    Verdict,
    verdict,
)


def _check(name: str, answer: Answer, scope: Scope = Scope.STEP) -> Check:
    found = Outcome(answer, f"It {answer.value}.", 3, "1/2", {})
    return Check(name, Method.ARGUMENT, scope, lambda level: found)


def _row(*checks: Check, **changes) -> Statement:
    given = {"sentence": "Seven is odd.", "formula": r"7 = 2 \cdot 3 + 1"} | changes
    return Statement(Ref("KS25", "LemB1"), Kind.LEMMA, checks=checks, **given)


def _judged(row: Statement) -> runner.Judged:
    timed = {c.name: runner.Timed(c.run(Level.DEFAULT), 0.25) for c in row.checks}
    return runner.judged(row, timed)


HOLDS = _check("proof", Answer.HOLDS)
LOOKED = _check("looked", Answer.HOLDS, Scope.CASES)
OPEN = _check("open", Answer.OPEN, Scope.CASES)
FAILS = _check("attack", Answer.FAILS, Scope.CASES)


@pytest.mark.parametrize(
    ("row", "wanted"),
    [
        (_row(HOLDS), Verdict.PROVED),
        (_row(HOLDS, LOOKED), Verdict.PROVED),
        (_row(HOLDS, unproved="the constant"), Verdict.UNDECIDED),
        (_row(HOLDS, OPEN), Verdict.UNDECIDED),
        (_row(LOOKED), Verdict.UNDECIDED),
        (_row(HOLDS, FAILS), Verdict.REFUTED),
        (_row(not_checked="It asserts nothing."), Verdict.NOT_CHECKED),
    ],
)
def test_the_verdict_follows_from_answers_and_scopes(row, wanted):
    judged = _judged(row)
    outcomes = {name: timed.outcome for name, timed in judged.checks.items()}
    assert judged.verdict is verdict(row, outcomes) is wanted
    assert judged.sentence


def test_what_differs_from_the_expectation_is_named(tmp_path):
    path = tmp_path / "expected.json"
    results.accept([_judged(_row(HOLDS, LOOKED))], path)
    known = results.expected(path)
    assert results.surprises([_judged(_row(HOLDS, LOOKED))], known) == []
    (changed,) = results.surprises([_judged(_row(HOLDS, FAILS))], known)
    assert "REFUTED, expected PROVED" in changed
    (other,) = results.surprises([_judged(_row(HOLDS))], known)
    assert "'looked' is gone" in other
    (new,) = results.surprises([_judged(_row(HOLDS))], {})
    assert "nothing is expected" in new


def test_accepting_some_statements_keeps_the_others(tmp_path):
    path = tmp_path / "expected.json"
    path.write_text('{"KS23.Thm1": {"verdict": "PROVED", "checks": {}}}')
    results.accept([_judged(_row(HOLDS))], path)
    assert set(results.expected(path)) == {"KS23.Thm1", "KS25.LemB1"}


@pytest.mark.parametrize("text", ["", "[1, 2]", '{"a": '])
def test_a_damaged_expectation_is_refused(tmp_path, text):
    path = tmp_path / "expected.json"
    path.write_text(text)
    with pytest.raises(CorruptFileError, match="check it out again"):
        results.expected(path)


def test_a_check_that_crashes_stays_open_and_says_why(monkeypatch):
    def broken(level: Level) -> Outcome:
        raise ArithmeticError("no root")

    row = _row(Check("broken", Method.BALLS, Scope.STEP, broken))
    monkeypatch.setattr(runner, "catalogue", lambda: {row.id: row})
    (judged,) = runner.run({row.id: row}, Level.DEFAULT, 1)
    assert judged.verdict is Verdict.UNDECIDED
    assert "ArithmeticError: no root" in judged.sentence


def test_every_statement_is_handed_out_once(monkeypatch):
    row = _row(HOLDS, LOOKED)
    monkeypatch.setattr(runner, "catalogue", lambda: {row.id: row})
    told: list[tuple[str, str]] = []
    tell = lambda identifier, name: told.append((identifier, name))  # noqa: E731
    made = list(runner.run({row.id: row}, Level.DEFAULT, 1, tell))
    assert [j.verdict for j in made] == [Verdict.PROVED]
    assert told == [("KS25.LemB1", "proof"), ("KS25.LemB1", "looked")]


def test_a_name_that_is_no_statement_is_refused():
    with pytest.raises(UnknownNameError, match="KS25.LemB9"):
        catalogue.chosen(["KS25.LemB9"])


def test_the_page_typesets_and_escapes(capsys):
    finding = Finding("It is <odd>.", "fails as printed", "7 < 6", "7 > 6", "None.")
    judged = _judged(_row(HOLDS, FAILS, findings=(finding,)))
    record = results.record([judged], Level.DEFAULT, 1, ["a & b"])
    json.dumps(record)
    text = page.html(record)
    assert "<math" in text and "It is &lt;odd&gt;." in text and "a &amp; b" in text
    assert "src=" not in text and "<script" not in text
    table.printed([judged])
    shown = capsys.readouterr().out
    assert "REFUTED" in shown and "It fails." in shown
    assert "1 statements: 1 REFUTED; 2 checks of 6 cases." == table.counts([judged])


def test_a_finding_needs_its_verdict():
    finding = Finding("Too strong.", "fails as printed", "a", "b", "c")
    borne = results.row(_judged(_row(HOLDS, FAILS, findings=(finding,))))
    lost = results.row(_judged(_row(HOLDS, findings=(finding,))))
    assert "Too strong." in findings.markdown([borne])
    assert "It fails." in findings.markdown([borne])
    assert "Too strong." not in findings.markdown([lost])


def test_boxes_tell_true_false_and_undecided_apart():
    square = {"x": (Fraction(-2), Fraction(2))}
    holds = boxes.holds_on(lambda x: x * x + Fraction(1, 9), square, "x^2 > -1/9")
    fails = boxes.holds_on(lambda x: x * x - Fraction(1, 9), square, "x^2 > 1/9")
    touching = boxes.holds_on(lambda x: x * x, square, "x^2 > 0", most=50)
    assert [x.answer for x in (holds, fails, touching)] == [
        Answer.HOLDS,
        Answer.FAILS,
        Answer.OPEN,
    ]
    x = Fraction(fails.counterexample["x"])
    assert x * x < Fraction(1, 9)


def test_boxes_do_not_decide_on_a_division_by_zero():
    one = {"x": (Fraction(-1), Fraction(2))}
    found = boxes.cover(lambda x: 1 / x + 2, one, most=60)
    assert found.counterexample is not None and found.counterexample["x"] < 0


def test_an_identity_that_only_looks_right_is_caught():
    x, y = sympy.symbols("x y", positive=True)
    true = identity.holds(sympy.exp(x + y), sympy.exp(x) * sympy.exp(y), "sum")
    assert true.answer is Answer.HOLDS
    off = identity.holds(sympy.sqrt(x**2 + 1), x, "root")
    assert off.answer is Answer.FAILS and "x" in off.counterexample


def test_an_attack_confirms_before_it_refutes():
    target = attack.Target(
        margin=lambda k: Ball.of(k * k - 10) if k % 2 else None,
        describe=lambda k: {"k": str(k)},
    )
    found = attack.search(target, range(10))
    assert (found.tried, found.refuted, found.worst) == (5, 2, 1)
    told = attack.outcome(target, found, "k^2 >= 10", minimal=lambda k: 3)
    assert told.answer is Answer.FAILS and told.counterexample == {"k": "3"}
    held = attack.search(target, range(5, 10))
    assert attack.outcome(target, held, "k^2 >= 10").answer is Answer.HOLDS
    none = attack.search(target, [])
    assert attack.outcome(target, none, "k^2 >= 10").answer is Answer.OPEN

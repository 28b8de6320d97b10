"""The catalogue as a whole: nothing is missing, everything is as expected."""

import json

import pytest
from typer.testing import CliRunner

from proofs_check import catalogue, cli, findings, results, runner
from proofs_check.page import typeset
from proofs_check.statement import Kind, Level, Method, Statement, Verdict

ROWS = catalogue.catalogue()
_CLAIMS = {Kind.LEMMA, Kind.THEOREM, Kind.COROLLARY, Kind.PROPOSITION}


def test_every_printed_statement_has_a_row():
    assert set(catalogue.printed_ids()) <= set(ROWS)


def test_the_expectation_speaks_of_exactly_these_rows_and_checks():
    known = results.expected()
    assert set(known) == set(ROWS)
    for name, row in ROWS.items():
        assert set(known[name]["checks"]) == {check.name for check in row.checks}, name


def test_what_a_row_rests_on_is_there_and_no_circle():
    named = {x for row in ROWS.values() for x in row.rests_on}
    named |= {x for row in ROWS.values() for f in row.findings for x in f.also}
    assert named <= set(ROWS)
    done = [runner.Judged(row, {}, Verdict.PROVED) for row in ROWS.values()]
    assert all(x.verdict is Verdict.PROVED for x in runner.settled(done, {}))


@pytest.mark.parametrize("row", ROWS.values(), ids=lambda row: row.id)
def test_a_row_says_what_it_claims_and_how_it_is_checked(row: Statement):
    assert row.sentence.endswith(".")
    assert row.status.split()[0] in ("stated", "recalled", "derived")
    assert bool(row.checks) != bool(row.not_checked)
    assert all(finding.sort in findings.SORTS for finding in row.findings)
    if row.formula:
        made = typeset(row.formula)
        assert made.startswith("<math") and "\\" not in made


def test_every_claim_is_attacked_or_searched():
    searching = {
        Method.ATTACK,
        Method.EXHAUSTIVE,
        Method.CERTIFICATE,
        Method.SIMULATION,
    }
    calm = [
        row.id
        for row in ROWS.values()
        if row.kind in _CLAIMS and row.checks
        if not searching & {check.method for check in row.checks}
    ]
    assert calm == []


def test_a_proof_falls_with_what_it_rests_on():
    rows = [ROWS[name] for name in ("KS25.LemC1", "KS25.ThmB1", "KS25.Thm4.1")]
    verdicts = (Verdict.REFUTED, Verdict.PROVED, Verdict.PROVED)
    done = [runner.Judged(r, {}, v) for r, v in zip(rows, verdicts, strict=True)]
    known = {x: Verdict.PROVED for row in rows for x in row.rests_on}
    settled = runner.settled(done, known)
    assert [x.verdict for x in settled[1:]] == [Verdict.UNDECIDED] * 2
    assert settled[1].lacks == ("KS25.LemC1",)
    assert "rests on KS25.LemC1" in settled[1].sentence


def test_the_command_tells_expected_from_unexpected(tmp_path, monkeypatch):
    run = CliRunner().invoke
    only = ["--only", "Morris25.F1", "--only", "memcap.F1", "--workers", "1"]
    good = run(cli.app, [*only, "--json", str(tmp_path / "out.json")])
    assert good.exit_code == 0, good.output
    record = json.loads((tmp_path / "out.json").read_text())
    found = {row["id"]: row["verdict"] for row in record["statements"]}
    assert found == {"Morris25.F1": "REFUTED", "memcap.F1": "PROVED"}
    known = results.expected()
    known["memcap.F1"]["verdict"] = "REFUTED"
    monkeypatch.setattr(results, "expected", lambda: known)
    bad = run(cli.app, only)
    assert bad.exit_code == 1 and "UNEXPECTED memcap.F1: PROVED" in bad.output


@pytest.mark.parametrize(
    "arguments",
    [
        ["--only", "KS25.LemB99"],
        ["--level", "high"],
        ["--only", "KS25", "--findings", "f"],
    ],
)
def test_unusable_options_are_refused(arguments):
    assert CliRunner().invoke(cli.app, arguments).exit_code == 2


@pytest.mark.slow
def test_all_verdicts_are_as_expected_and_the_findings_up_to_date():
    done = list(runner.run(ROWS, Level.DEFAULT, 2))
    done = runner.settled(done, {})
    order = {name: place for place, name in enumerate(ROWS)}
    done.sort(key=lambda judged: order[judged.statement.id])
    assert results.surprises(done, results.expected()) == []
    written = findings.markdown([results.row(judged) for judged in done])
    page = catalogue.__file__.replace("catalogue.py", "findings.md")
    with open(page, encoding="utf-8") as file:
        assert file.read() == written

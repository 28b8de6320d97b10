"""Advice never pools two studies, and a repeated seed is no new one."""

import json

import pytest
from typer.testing import CliRunner

from memcap.analysis.distill_advice import advise
from memcap.analysis.distill_rows import check
from memcap.cli.main import app
from memcap.core.errors import DataError
from tests.analysis.distill_records import BELOW, PEAK, study

OTHERS = (
    {"task": "parity"},
    {"task_parameters": {"modulus": 11, "steps": 5}},
    {"filter": "chain"},
    {"budget": "tokens"},
)


def _two(change):
    first = study(PEAK, seeds=3, arms=("all_correct",))
    second = study(BELOW, seeds=3, arms=("all_correct",), rng_seed=1)
    return first, [one | change for one in second]


@pytest.mark.parametrize("change", OTHERS)
def test_every_setting_has_its_own_advice(change):
    first, second = ([check(one) for one in part] for part in _two(change))
    pooled = {advice.setting: advice for advice in advise([*first, *second])}
    assert set(pooled) == {first[0].setting, second[0].setting}
    for own in (first, second):
        (alone,) = advise(own)
        advice = pooled[own[0].setting]
        assert advice.levels == alone.levels and advice.behind == alone.behind
        assert advice.sentence == f"{advice.place}: {alone.sentence}"
        assert {row["runs"] for row in advice.rows} == {3}
    (name,) = change
    told = str(change[name]) if name != "task_parameters" else "modulus 11"
    assert told in pooled[second[0].setting].place


@pytest.mark.parametrize("change", OTHERS)
def test_the_command_counts_the_seeds_of_one_study(tmp_path, change):
    path = tmp_path / "pilots.jsonl"
    rows = [one for part in _two(change) for one in part]
    path.write_text("".join(json.dumps(one) + "\n" for one in rows))
    shown = CliRunner().invoke(app, ["distill", "advise", str(path)]).stdout
    assert "t over 6 seeds" not in shown and shown.count("t over 3 seeds") == 2
    assert shown.count("Take it.") == 1 and "Keep the undistilled" in shown
    told = CliRunner().invoke(app, ["distill", "advise", str(path), "--json"]).stdout
    lines = [json.loads(line) for line in told.splitlines()]
    (name,) = change
    assert len(lines) == 10 and sum(row[name] == change[name] for row in lines) == 5


def test_a_repeated_seed_is_refused():
    runs = study(PEAK, seeds=2, arms=("all_correct",))
    again = [one | {"key": f"again {i}"} for i, one in enumerate(runs)]
    with pytest.raises(DataError, match="two runs with the same seeds"):
        advise([check(one) for one in (*runs, *again)])

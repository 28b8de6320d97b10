"""Distillation of small decoders: the smoke run, its answers, the committed records."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from experiments import cot_distillation
from experiments.cot_rankings import RULES, agreement, gains, interaction, rules, tau
from experiments.cot_studies import SIZES, by_study
from experiments.cot_summary import (
    answers,
    conclusion,
    losses,
    rule_and_test,
    table,
    text,
)
from memcap.analysis.distill_rows import check
from memcap.analysis.distill_summary import summarize
from memcap.sweeps import Store

COMMITTED = Path(cot_distillation.__file__).parent / "records/cot_distillation"
FILES = ("summary.json", "table.md")


def planted(recipes, seeds=5, items=1000):
    """Runs of one student with the gains that are asked for, in items.

    `recipes` holds arm, name, parameters, items won and bits of a trace.
    """
    made, rng = [], np.random.default_rng(0)
    for arm, name, size, won, cost in recipes:
        # The seeds of every recipe differ, and their mean is what is planted.
        noise = rng.permutation(2 * (np.arange(seeds) - seeds // 2))
        for seed in range(seeds):
            change = won + int(noise[seed])
            row = {
                "schema": 1,
                "task": "modular_chain",
                "task_parameters": {"modulus": 3},
                "student": {"parameters": 100, "seed": seed, "pretrain_updates": 10},
                "teacher": {
                    "name": name,
                    "parameters": size,
                    "accuracy": size / 1000,
                    "style": "full",
                    "temperature": 0.0,
                    "noise": 0.0,
                    "seed": 0,
                    "answer_correct": 10,
                    "chain_valid": 10,
                },
                "arm": arm,
                "estimand": arm,
                "filter": "answer",
                "budget": "updates",
                "n_cot": 50,
                "dropped": {},
                "updates": 10,
                "items": items,
                "before": 0.5,
                "after": 0.5 + change / items,
                "lost": 100,
                "won": 100 + change,
                "both": items // 2 - 100,
                "floors": {"uniform": 0.1},
                "trace_cost_bits": cost * 200,
                "trace_cost_bits_per_token": cost,
                "cot_table_bits": 10.0,
                "direct_table_bits": 10.0,
                "mean_cot_tokens": 4.0,
                "hashes": {"pool": "p", "test": "t", "data": f"{arm}{name}{seed}"},
            }
            made.append(check(row))
    return made


PEAK = [("a", 200, 0), ("b", 400, 10), ("c", 600, 90), ("d", 800, 20)]


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    out = tmp_path_factory.mktemp("cot")
    assert cot_distillation.main(["--size", "smoke", "--out", str(out)]) == 0
    return out, Store(out / "records.jsonl").records()


@pytest.mark.slow
def test_smoke_writes_records_answers_and_figures(finished, capsys):
    out, records = finished
    (study,) = SIZES["smoke"]
    assert {r.key for r in records} == set(cot_distillation.SWEEP.cells("smoke"))
    (found,) = json.loads((out / "summary.json").read_text()).values()
    assert len(found["gaps"]) == 3 and set(found["losses"]) == set(study.arms)
    for name in ("gains", "sizes", "estimands", "bits"):
        assert (out / f"chains_{name}.png").stat().st_size > 10_000
        assert (out / f"chains_{name}.svg").exists()


@pytest.mark.slow
def test_a_second_run_trains_nothing_and_writes_the_same(finished, monkeypatch):
    out, records = finished
    before = {name: (out / name).read_bytes() for name in FILES}
    for name in FILES:
        (out / name).unlink()

    def refuse(*_):
        raise AssertionError("a finished study trained again")

    monkeypatch.setattr("memcap.distill.study.prepare", refuse)
    assert cot_distillation.main(["--size", "smoke", "--out", str(out)]) == 0
    assert Store(out / "records.jsonl").records() == records
    assert {name: (out / name).read_bytes() for name in FILES} == before


def test_losses_count_recipes_and_runs():
    rows = [("all_correct", name, size, won, 1.0) for name, size, won in PEAK]
    found = summarize(planted([*rows, ("all_correct", "e", 900, -90, 1.0)]))
    counts = losses(found.cells)
    # Won less lost is the planted number and -4, -2, 0, 2, 4: two of five runs of the
    # teacher without effect end below, and all of the harmful one.
    assert counts["recipes"] == 5 and counts["runs"] == 25
    assert counts["runs_below"] == 7 and counts["runs_below_on_items"] == 5
    assert (counts["gain"], counts["loss"], counts["neither"]) == (1, 1, 3)


def test_a_planted_peak_is_found_and_told():
    rows = [("all_correct", name, size, won, 1.0) for name, size, won in PEAK]
    (gap,) = answers(summarize(planted(rows)))["gaps"]
    assert gap["label"] == "gap detected" and gap["highest_mean"] == 600
    assert gap["lead"] == pytest.approx(0.07)
    assert "detected in 1 of 1" in conclusion(summarize(planted(rows)))
    told = rule_and_test(summarize(planted(rows))).splitlines()
    assert told[0].endswith("highest mean inside") and "gap detected" in told[1]


def test_orders_agree_or_are_reversed():
    up = [("all_correct", name, size, won, 1.0) for name, size, won in PEAK]
    down = [("count_matched", name, size, -won, 1.0) for name, size, won in PEAK]
    found = agreement(summarize(planted([*up, *down])), "100 parameters")
    assert found.seeds == 1 and found.arms == -1 and (found.p or 1) < 1e-6
    assert found.best == {"all_correct": ("c",), "count_matched": ("a",)}
    same = [("count_matched", name, size, won, 1.0) for name, size, won in PEAK]
    assert agreement(summarize(planted([*up, *same])), "100 parameters").arms == 1


def test_interaction_is_that_of_the_sums_of_squares():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(5, 4, 3))
    tables = {str(k): pd.DataFrame(x[:, :, k]) for k in range(3)}

    def centred(axes):
        out = x
        for axis in axes:
            out = out - out.mean(axis=axis, keepdims=True)
        return out

    effect = centred((1, 2)).mean(axis=0)
    error = centred((0, 1, 2))
    f = (5 * (effect**2).sum() / 6) / ((error**2).sum() / 24)
    assert interaction(tables)[0] == pytest.approx(f)


def test_rules_choose_the_largest_value_of_their_number():
    costs = {"a": 4.0, "b": 3.0, "c": 1.0, "d": 2.0}
    rows = [("all_correct", n, size, won, costs[n]) for n, size, won in PEAK]
    found = {rule.name: rule for rule in rules(summarize(planted(rows)))}
    assert set(found) == set(RULES)
    mean = (0 + 10 + 90 + 20) / 4
    few, most = found["few trace bits a token"], found["trace bits in all"]
    assert few.lift == pytest.approx((90 - mean) / 1000) and few.tau == 1
    assert most.lift == pytest.approx((0 - mean) / 1000) and most.tau == -1
    size = found["teacher's capacity (parameters)"]
    assert size.lift == pytest.approx((20 - mean) / 1000)
    # Teachers that a rule does not tell apart are chosen with equal chance.
    chains = found["correct chains"]
    assert chains.lift == pytest.approx(0) and chains.tau is None


def test_tau_is_the_share_of_pairs():
    assert tau([1, 2, 3, 4], [1, 2, 4, 3]) == pytest.approx(4 / 6)


def test_gains_are_those_of_the_records():
    rows = [("all_correct", name, size, won, 1.0) for name, size, won in PEAK]
    found = gains(summarize(planted(rows)), "100 parameters")["all_correct"]
    assert found["c"].to_numpy().mean() == pytest.approx(0.09)
    assert found.shape == (5, 4)


def test_committed_records_are_complete_and_give_the_committed_files():
    known = {r.key: r for r in Store(COMMITTED / "records.jsonl").records()}
    wanted = cot_distillation.SWEEP.cells("small")
    assert set(wanted) == set(known)
    found = {
        name: summarize([check(row) for row in rows])
        for name, rows in by_study(cot_distillation.NAME, list(known.values())).items()
    }
    assert text(found) == (COMMITTED / "summary.json").read_text()
    assert table(found) == (COMMITTED / "table.md").read_text()

"""The rank-one experiment runs, resumes, and measures what it says."""

from pathlib import Path

import numpy as np
import pytest

import memcap as mc
from experiments import one_layer_rank_one as experiment
from experiments.one_layer_arms import ARMS, theoretical
from experiments.one_layer_data import (
    Text,
    as_vectors,
    ceiling,
    windows,
    word_alone,
    word_vectors,
)
from experiments.one_layer_ids import certified, score_spread, seen
from experiments.one_layer_runs import as_config
from experiments.one_layer_summary import bootstrap, ids_at, largest, of_kind, rows
from memcap.model.weights import Affine, Attention, Head, Weights
from memcap.sweeps.records import Store, key_of

TEXT = Text(labels="next", vocab=16, samples=20)


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    out = tmp_path_factory.mktemp("one_layer")
    return out, experiment.main(["--size", "smoke", "--out", str(out)])


def test_smoke_writes_records_and_figures(finished):
    out, records = finished
    assert len(records) == len(experiment.SMOKE)
    assert {row.arm for row in rows(records)} == set(ARMS)
    lines = (out / "records/one_layer_rank_one.jsonl").read_text().splitlines()
    assert len(lines) == len(records)
    assert (out / "figures/one_layer_rank_one.png").stat().st_size > 10_000
    assert "</svg>" in (out / "figures/one_layer_rank_one.svg").read_text()


def test_a_second_run_does_nothing_again(finished, capsys):
    out, records = finished
    again = experiment.main(["--size", "smoke", "--out", str(out)])
    assert again == records
    assert "Trained(" not in capsys.readouterr().out


def test_frozen_arms_stay_below_their_float_ceiling(finished):
    _, records = finished
    (built,) = of_kind(records, "constructed")
    assert built.results["verdict"] == "PROVED"
    assert built.results["correct"] == built.results["total"] == 60
    (ids,) = of_kind(records, "ids")
    for draw in ids.results["draws"]:
        assert draw["certified"] == draw["contexts"] == 69
        told = [draw[f"frozen_{x}"]["told"] for x in ("float32", "float64")]
        assert told[0] < told[1] < draw["contexts"]
        assert draw["printed_float32"]["ceiling"] < 1
    for row in largest(rows(records), "next").values():
        assert len(row.accuracy) == 2 and 0.3 < row.accuracy.mean() < 1
        low, high = row.interval
        assert low <= row.accuracy.mean() <= high


def test_windows_are_what_the_text_says():
    ds, tags = windows(TEXT), windows(Text(labels="class", vocab=16, samples=20))
    assert ds.tokens.shape == ds.labels.shape == (20, 3)
    assert all(len(set(row)) == 3 for row in ds.tokens.tolist())
    assert len(ds.names) == ds.tokens.max() + 1 <= 16
    assert word_alone(ds) < 0.6 < 0.85 < word_alone(tags)
    ds.check_consistent()
    half = windows(Text(labels="next", vocab=16, samples=10))
    assert np.array_equal(half.tokens, ds.tokens[:10])


def test_tags_hardly_need_a_window():
    everything = windows(Text(labels="class", vocab=10**6, samples=200))
    assert word_alone(everything) == pytest.approx(0.97)


def test_a_ceiling_is_that_of_the_best_table():
    labels = np.array([0, 1, 1, 2])
    assert ceiling("aabb", labels) == 0.5
    assert ceiling("abbc", labels) == 1
    assert ceiling("aaaa", labels) == 0.5


def test_what_a_head_sees_by_hand():
    """A mean tells multisets with one sum apart from no other; softmax does."""
    tokens = [[[0.0], [3.0], [1.5]], [[0.0], [2.0], [2.5]]]
    ds = mc.data.from_arrays(tokens, [[0, 0, 0], [1, 0, 0]])
    one = Affine.dense([[1]])
    head = Head(one, one, one, one)
    for kind, told, best in (("uniform", 5, 5 / 6), ("softmax", 5, 5 / 6)):
        net = Weights(
            "seq_to_seq", "vectors", one, (Attention(kind, (head,)),), one, "vector"
        )
        # The query 0 scores all keys alike, so that softmax is a mean there too.
        found = seen(net, ds)
        assert (found.told, found.ceiling) == (told, best)
    spread = score_spread(net, np.array([[0.0], [3.0], [1.0]]))
    assert spread == 3


def test_printed_and_fitted_layers_have_the_theorems_scale():
    ds = as_vectors(windows(TEXT), 8, seed=1)
    measured = ds.separation()
    printed = theoretical(TEXT, 8, 1, "printed").layers[0].heads[0]
    fitted = theoretical(TEXT, 8, 1, "data")
    kappa = mc.bounds.get("KS23.Thm2.kappa")(
        vocab=len(ds.points),
        length=3,
        dim=8,
        eps=measured.epsilon,
        r_min=measured.r_min,
        r=measured.r_max,
    )
    ratio = printed.query.rows[0].terms[0][1] / printed.key.rows[0].terms[0][1]
    assert float(ratio) == pytest.approx(float(kappa.ball(64)), rel=1e-9)
    table = word_vectors(len(ds.names), 8, 1)
    assert score_spread(theoretical(TEXT, 8, 1, "printed"), table) > 1000
    assert 20 < score_spread(fitted, table) < 1000
    assert certified(fitted, ds)["certified"] == 60


def test_an_interval_by_hand():
    low, high = bootstrap(np.array([0.0, 1.0] * 50))
    assert low == pytest.approx(0.4, abs=0.03) and high == pytest.approx(0.6, abs=0.03)


def test_committed_records_are_complete_and_below_their_ceilings():
    """Seed by seed no frozen layer beats what float32 leaves of its contexts."""
    path = Path(experiment.__file__).parent / "records/one_layer_rank_one.jsonl"
    records = Store(path).records()
    keys = {key_of(as_config(run)) for run in experiment.SMALL}
    assert {record.key for record in records} == keys
    assert all(
        r.results["verdict"] == "PROVED" for r in of_kind(records, "constructed")
    )
    frozen = [row for row in rows(records) if row.arm in ("frozen", "printed")]
    for row in frozen:
        draws = ids_at(records, row.setting).results["draws"]
        ceilings = [draw[f"{row.arm}_float32"]["ceiling"] for draw in draws]
        assert (row.accuracy <= np.array(ceilings) + 1e-12).all()
    assert len(frozen) == 16

"""Results and details of lighteval, real ones and rewritten ones."""

import importlib.util
import json
import shutil
from pathlib import Path

import pytest

from memcap.core.errors import DataError, MissingPackageError, ProtocolError
from memcap.distill.compare import compare
from memcap.distill.importers import read, recognise

REAL = Path(__file__).parent / "fixtures" / "lighteval"
DATE = "2026-11-23T18-40-58.844944"
HAS_PYARROW = bool(importlib.util.find_spec("pyarrow"))
needs_pyarrow = pytest.mark.skipif(not HAS_PYARROW, reason="details need pyarrow")


def lay_out(root, name="base", table=None):
    """The folders and names that lighteval gives its files."""
    model = f"toy/{name}"
    details = root / "details" / model / DATE / f"details_toy:sums|0_{DATE}.parquet"
    results = root / "results" / model / f"results_{DATE}.json"
    for file in (details, results):
        file.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(REAL / f"{name}.json", results)
    if table is None:
        shutil.copy(REAL / f"{name}.parquet", details)
    else:
        import pyarrow.parquet as parquet

        parquet.write_table(table, details)
    return details, results


def rows(name="base"):
    import pyarrow.parquet as parquet

    return parquet.read_table(REAL / f"{name}.parquet").to_pylist()


def table(made):
    import pyarrow

    return pyarrow.Table.from_pylist(made)


@needs_pyarrow
def test_real_output_gives_the_scores_it_states(tmp_path):
    details, results = lay_out(tmp_path)
    runs = [read(path) for path in (tmp_path, details, results)]
    assert runs[0] == runs[1] == runs[2]
    run = runs[0]
    assert (run.model, run.task, run.metric) == ("toy/base", "toy:sums|0", "em")
    assert len(run.items) == 12 and run.accuracy == 8 / 12 and run.warnings == ()
    assert run.settings["generation_size"] == "8" and run.settings["version"] == "0"
    assert "hash_input_tokens" in run.provenance["hashes"]


@needs_pyarrow
def test_before_and_after_are_paired_by_id(tmp_path):
    runs = [read(lay_out(tmp_path / n, n)[0]) for n in ("base", "tuned")]
    row = compare(runs[0], [runs[1]]).rows[0]
    assert row.comparison.gain == pytest.approx(2 / 12) and row.notes == ()


@needs_pyarrow
def test_both_spellings_of_the_columns(tmp_path):
    made = [{f"__{name}__": cell for name, cell in row.items()} for row in rows()]
    spelled = read(lay_out(tmp_path / "a", table=table(made))[0])
    assert spelled.items == read(lay_out(tmp_path / "b")[0]).items


@needs_pyarrow
def test_a_missing_standard_error_is_no_matter(tmp_path):
    details, results = lay_out(tmp_path)
    content = json.loads(results.read_text("utf-8"))
    del content["results"]["toy:sums|0"]["em_stderr"]
    results.write_text(json.dumps(content), encoding="utf-8")
    assert read(details).warnings == ()
    content["results"]["toy:sums|0"]["em"] = 0.25
    results.write_text(json.dumps(content), encoding="utf-8")
    assert "results state em 0.25" in read(details).warnings[0]


@needs_pyarrow
def test_a_changed_question_is_refused_and_a_changed_input_said(tmp_path):
    before = read(lay_out(tmp_path / "a")[0])
    asked, other = rows(), rows()
    for row in asked:
        row["model_response"]["input"] = "Add. " + row["doc"]["query"]
    after = read(lay_out(tmp_path / "b", table=table(asked))[0])
    assert "prompt changed on 12 of 12" in compare(before, [after]).rows[0].sentence
    other[3]["doc"]["query"] = "1+1="
    after = read(lay_out(tmp_path / "c", table=table(other))[0])
    with pytest.raises(ProtocolError, match="are different documents"):
        compare(before, [after])


@needs_pyarrow
def test_what_is_refused(tmp_path):
    with pytest.raises(DataError, match="stands there twice"):
        read(lay_out(tmp_path / "a", table=table(rows() * 2))[0])
    bare = [{"doc": row["doc"]} for row in rows()]
    with pytest.raises(DataError, match="no column 'metric'"):
        read(lay_out(tmp_path / "b", table=table(bare))[0])
    two = [row | {"metric": {"em": 1, "f1": 0.5}} for row in rows()]
    with pytest.raises(DataError, match="metrics em, f1"):
        read(lay_out(tmp_path / "c", table=table(two))[0])
    lay_out(tmp_path / "d")[0].unlink()
    with pytest.raises(DataError, match="--save-details"):
        read(tmp_path / "d")
    details, results = lay_out(tmp_path / "e")
    content = json.loads(results.read_text("utf-8"))
    told = content["config_tasks"]["toy:sums|0"]["metrics"]
    told[0]["higher_is_better"] = False
    results.write_text(json.dumps(content), encoding="utf-8")
    with pytest.raises(DataError, match="better when lower"):
        read(details)
    results.unlink()
    assert "settings are unknown" in read(details).warnings[0]
    details.write_bytes(b"PAR1")
    with pytest.raises(DataError, match="no readable Parquet"):
        read(details)


@needs_pyarrow
@pytest.mark.parametrize(
    "path",
    [
        ("config_general",),
        ("config_general", "model_config"),
        ("config_tasks",),
        ("config_tasks", "toy:sums|0"),
        ("summary_tasks",),
        ("results",),
        ("results", "toy:sums|0"),
    ],
)
def test_results_that_are_laid_out_otherwise_are_named_by_their_part(tmp_path, path):
    details, results = lay_out(tmp_path)
    content = json.loads(results.read_text("utf-8"))
    owner = content
    for name in path[:-1]:
        owner = owner[name]
    owner[path[-1]] = "x"
    results.write_text(json.dumps(content), encoding="utf-8")
    with pytest.raises(DataError) as error:
        read(details)
    assert f"'{'.'.join(path)}' is \"x\", not an object" in str(error.value)


@needs_pyarrow
def test_a_cell_is_an_object(tmp_path):
    made = [row | {"metric": 1} for row in rows()]
    with pytest.raises(DataError, match="column 'metric' is 1, not an object"):
        read(lay_out(tmp_path, table=table(made))[0])


@pytest.mark.skipif(HAS_PYARROW, reason="pyarrow is installed")
def test_without_pyarrow_the_extra_is_named(tmp_path):
    details, _ = lay_out(tmp_path)
    assert recognise(tmp_path) == "lighteval"
    with pytest.raises(MissingPackageError, match=r"memcap\[eval\]"):
        read(details)

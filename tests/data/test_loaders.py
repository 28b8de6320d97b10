"""Files of samples: round trips, the choice of samples, and broken files."""

import io
import json

import numpy as np
import pytest

from memcap.core.errors import CorruptFileError, DataError, UnknownNameError
from memcap.data import from_arrays, generators, load
from memcap.data.loaders import choose, load_npz, save_npz

DATASETS = {
    "ids": generators.random_next_token(20, 3, 9, 4),
    "labels of every token": generators.random_seq_to_seq(20, 3, 9, 4),
    "vectors": generators.separated_vectors(20, 3, 2, 9, 4),
    "embedded": from_arrays([[0, 1]], [0], embedding=[[0.1], [-0.0]]),
    "named": from_arrays(
        [[0, 1]],
        [1],
        num_classes=7,
        source="ş",
        names=["ağaç", "\0"],
        class_names=list("abcdefg"),
    ),
}


@pytest.mark.parametrize("name", DATASETS)
def test_npz_brings_everything_back(name, tmp_path):
    ds = DATASETS[name]
    ds.save(tmp_path / "a.npz")
    back = load(tmp_path / "a.npz")
    assert back.sha256 == ds.sha256
    assert (back.source, back.names) == (ds.source, ds.names)
    assert (back.class_names, back.num_classes) == (ds.class_names, ds.num_classes)
    assert back.tokens.dtype == ds.tokens.dtype


def test_equal_data_give_equal_bytes(tmp_path):
    for name in ("a.npz", "b.npz"):
        generators.random_next_token(20, 3, 9, 4).save(tmp_path / name)
    assert (tmp_path / "a.npz").read_bytes() == (tmp_path / "b.npz").read_bytes()


def test_npz_of_others_needs_only_tokens_and_labels(tmp_path):
    np.savez(tmp_path / "a.npz", tokens=[[1, 2]], labels=[2])
    assert load(str(tmp_path / "a.npz")).num_classes == 3
    assert load(tmp_path / "a.npz", classes=5).num_classes == 5
    assert load(tmp_path / "a.npz").source == "a.npz"


def npz(**arrays):
    stream = io.BytesIO()
    np.savez(stream, **arrays)
    return stream.getvalue()


GOOD = npz(tokens=[[1, 2]], labels=[2])
BROKEN_NPZ = {
    "empty": (b"", "is empty"),
    "no zip": (b"tokens,labels", "not a whole .npz"),
    "cut": (GOOD[:-30], "not a whole .npz"),
    "flipped": (GOOD[:140] + b"\xff" + GOOD[141:], "broken .npz|tokens"),
    "objects": (npz(tokens=np.array([[1, "a"]], object), labels=[0]), "allow_pickle"),
    "other": (npz(tokens=[[1, 2]], labels=[0], secret=[1]), "secret"),
    "unlabelled": (npz(tokens=[[1, 2]]), "expected tokens and labels"),
    "nan": (npz(tokens=[[[np.nan]]], labels=[0]), "is nan"),
    "classes": (npz(tokens=[[1]], labels=[0], num_classes=[1, 2]), "num_classes"),
    "about": (npz(tokens=[[1]], labels=[0], about=[1]), "`about`"),
}


@pytest.mark.parametrize("case", BROKEN_NPZ)
def test_a_broken_npz_is_refused_in_one_sentence(case, tmp_path):
    content, words = BROKEN_NPZ[case]
    (tmp_path / "a.npz").write_bytes(content)
    with pytest.raises(DataError, match=words) as caught:
        load(tmp_path / "a.npz")
    assert "a.npz" in str(caught.value)


def test_arrays_other_than_those_saved_are_refused(tmp_path):
    ds = DATASETS["ids"]
    ds.save(tmp_path / "a.npz")
    with np.load(tmp_path / "a.npz") as archive:
        arrays = dict(archive)
    arrays["labels"] = (arrays["labels"] + 1) % 4
    np.savez(tmp_path / "a.npz", **arrays)
    with pytest.raises(CorruptFileError, match="a.npz"):
        load_npz(tmp_path / "a.npz")


def test_a_dataset_is_saved_as_npz_only(tmp_path):
    with pytest.raises(DataError, match=r"\.npz"):
        save_npz(DATASETS["ids"], tmp_path / "a.json")


@pytest.mark.parametrize("suffix", ["npz", "jsonl", "csv", "conllu", "txt"])
def test_a_missing_file_is_named(suffix, tmp_path):
    with pytest.raises(DataError, match=f"gone.{suffix} does not exist"):
        load(tmp_path / f"gone.{suffix}")


@pytest.mark.parametrize("name", ["nothing", "data.parquet", ""])
def test_an_unknown_name_brings_the_known_ones(name):
    with pytest.raises(UnknownNameError, match=r"airports.*\.jsonl"):
        load(name)


def test_the_first_samples_are_taken_or_drawn_by_seed():
    ds = DATASETS["ids"]
    assert choose(ds, None, 3) is ds
    assert choose(ds, 5, None).tokens.tolist() == ds.tokens[:5].tolist()
    more, fewer = choose(ds, 12, 3), choose(ds, 5, 3)
    assert fewer.tokens.tolist() == more.tokens[:5].tolist()
    assert fewer.tokens.tolist() != ds.tokens[:5].tolist()
    assert choose(ds, 20, 3).num_samples == 20


@pytest.mark.parametrize(
    ("num_samples", "words"), [(21, "only 20 samples"), (0, "num_samples = 0")]
)
def test_more_samples_than_there_are_is_refused_with_the_number(num_samples, words):
    with pytest.raises(DataError, match=words):
        choose(DATASETS["ids"], num_samples, None)


def test_a_file_keeps_its_own_task_and_length(tmp_path):
    line = json.dumps({"tokens": [1, 2], "labels": [0, 1]})
    (tmp_path / "a.jsonl").write_text(line)
    path = tmp_path / "a.jsonl"
    assert load(path, task="seq_to_seq", length=2).task == "seq_to_seq"
    with pytest.raises(DataError, match="holds seq_to_seq data"):
        load(path, task="next_token")
    with pytest.raises(DataError, match="sequences of 2 tokens"):
        load(path, length=3)
    with pytest.raises(DataError, match="'next' is neither"):
        load(path, task="next")

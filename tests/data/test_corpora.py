"""Text: windows over running words, their labels, and what ships with the package."""

import unicodedata

import numpy as np
import pytest

from memcap.core.errors import DataError, MissingPackageError
from memcap.data import available, corpora, files, load
from memcap.data.naming import group_rare

SHIPPED = ["turkish-web", "turkish-wiki", "airports", "unicode"]


def sentence(*pairs):
    lines = [
        f"{i}\t{word}\t_\t{tag}\t_\t_\t0\troot\t_\t_"
        for i, (word, tag) in enumerate(pairs, start=1)
    ]
    return "# sent_id = x\n" + "\n".join(lines) + "\n\n"


@pytest.fixture
def tagged(tmp_path):
    path = tmp_path / "small.conllu"
    path.write_text(
        sentence(("the", "DET"), ("cat", "NOUN"), ("sat", "VERB"))
        + sentence(("a", "DET"), ("dog", "NOUN"), ("the", "DET"), ("cat", "NOUN"))
        + sentence(("cat", "NOUN"), ("the", "DET"), ("cat", "VERB")),
        encoding="utf-8",
    )
    return path


def words(ds):
    return [[ds.names[i] for i in row] for row in ds.tokens.tolist()]


def labels(ds):
    return [ds.class_names[i] for i in ds.labels.reshape(-1).tolist()]


def test_next_token_labels_are_the_class_of_the_next_word(tagged):
    ds = load(tagged, length=2)
    # "the cat" and "cat the" recur: of each the first is kept.
    assert list(zip(words(ds), labels(ds), strict=True)) == [
        (["the", "cat"], "VERB"),
        (["cat", "sat"], "DET"),
        (["sat", "a"], "NOUN"),
        (["a", "dog"], "DET"),
        (["dog", "the"], "NOUN"),
        (["cat", "cat"], "DET"),
        (["cat", "the"], "VERB"),
    ]
    # Four words each are DET and NOUN, two are VERB.
    assert ds.class_names == ("DET", "NOUN", "VERB")
    assert ds.source == "small.conllu: 2 words -> class of the next word"


def test_seq_to_seq_labels_are_the_classes_of_the_words(tagged):
    ds = load(tagged, task="seq_to_seq", length=3, num_samples=2)
    assert words(ds) == [["the", "cat", "sat"], ["cat", "sat", "a"]]
    assert labels(ds) == ["DET", "NOUN", "VERB", "NOUN", "VERB", "DET"]


def test_ids_are_numbered_as_the_chosen_samples_bring_them(tagged):
    ds = load(tagged, length=2, num_samples=3, seed=1)
    flat = ds.tokens.reshape(-1).tolist()
    assert list(dict.fromkeys(flat)) == list(range(len(ds.names)))
    every = load(tagged, length=2)
    assert all(row in words(every) for row in words(ds))


def test_rare_classes_become_other(tagged):
    ds = load(tagged, length=2, classes=2)
    assert ds.class_names == ("DET", "other")
    assert labels(ds) == [
        tag if tag == "DET" else "other" for tag in labels(load(tagged, length=2))
    ]


def test_words_that_are_not_written_are_skipped(tmp_path):
    row = "\tx\t_\tNOUN\t_\t_\t_\t_\t_\t_\n"
    path = tmp_path / "a.conllu"
    path.write_text(f"1-2{row}1{row}2{row}2.1{row}")
    assert load(path, length=1, task="seq_to_seq").num_samples == 1


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("", "is empty"),
        ("# only a comment\n", "holds no word"),
        ("1\tword\tNOUN\n", "line 1 has 3 columns"),
        ("\n" + sentence(("a", "_")), "line 3 has no word class"),
        ("x\ta\t_\tX\t_\t_\t_\t_\t_\t_\n", "starts with 'x'"),
        (sentence(("a", "X"), ("b", "Y")), "has 2 words, samples of 8 need 9"),
    ],
)
def test_a_broken_conllu_file_is_refused(content, expected, tmp_path):
    path = tmp_path / "a.conllu"
    path.write_text(content)
    with pytest.raises(DataError, match=expected):
        load(path)


def test_plain_text_predicts_frequent_words(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("to be or not to be, that is to be\n")
    ds = load(path, length=1, classes=3)
    assert ds.class_names == ("be", "to", "other")
    pairs = dict(zip((w for (w,) in words(ds)), labels(ds), strict=True))
    assert pairs["to"] == "be" and pairs["is"] == "to" and pairs["not"] == "to"
    assert pairs["or"] == "other"
    every = load(path, task="seq_to_seq", length=2, classes=3, num_samples=1)
    assert (words(every), labels(every)) == ([["to", "be"]], ["be", "other"])
    path.write_text("a b c d e f g h i j a")
    assert load(path, length=2).num_classes == 8


def test_group_rare_breaks_ties_by_the_alphabet():
    numbers, names = group_rare(["c", "b", "a", "d", "c"], 3)
    assert (numbers.tolist(), names) == ([0, 2, 1, 2, 0], ("c", "a", "other"))
    assert group_rare(["c", "b"], 5)[1] == ("b", "c")
    with pytest.raises(DataError, match="classes = 1"):
        group_rare(["c", "b"], 1)


@pytest.mark.parametrize("name", SHIPPED)
def test_shipped_data_are_consistent_and_distinct(name):
    ds = load(name, num_samples=2000, seed=0)
    ds.check_consistent()
    assert len(np.unique(ds.contexts())) == 2000
    assert ds.source.startswith(name)
    assert len(ds.names) == int(ds.tokens.max()) + 1
    assert len(ds.class_names) == ds.num_classes
    assert load(name, num_samples=2000, seed=0).sha256 == ds.sha256


def test_more_than_the_corpus_holds_is_refused_with_its_size():
    size = load("turkish", length=4).num_samples
    assert size > 80000
    with pytest.raises(DataError, match=f"only {size} samples"):
        load("turkish", length=4, num_samples=size + 1)


def test_token_labels_of_the_turkish_text_are_consistent():
    ds = load("turkish", task="seq_to_seq", num_samples=3000)
    assert ds.labels.shape == (3000, 8)
    ds.check_consistent()


def test_every_name_is_described():
    assert {*SHIPPED, "turkish"} == set(available())
    assert all(text.endswith(".") for text in available().values())


@pytest.mark.parametrize("name", ["airports", "unicode"])
def test_facts_have_one_label_and_their_own_length(name):
    with pytest.raises(DataError, match="one label a sequence"):
        load(name, task="seq_to_seq")
    with pytest.raises(DataError, match="leave out length = 8"):
        load(name, length=8)


def test_facts_are_the_facts():
    ds = load("unicode", num_samples=200)
    for row, label in zip(words(ds), labels(ds), strict=True):
        digits = "".join(symbol.split(":")[1] for symbol in row)
        assert unicodedata.category(chr(int(digits, 16))) == label
    assert unicodedata.unidata_version in ds.source


def test_a_missing_package_is_named(monkeypatch):
    monkeypatch.setattr(
        corpora.conllu, "locate", lambda *_: files.locate("no-such", ())
    )
    with pytest.raises(MissingPackageError, match="pip install no-such"):
        load("turkish")

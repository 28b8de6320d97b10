"""Samples in .jsonl and .csv files: the forms they may have, and what is refused."""

import pytest

from memcap.core.errors import DataError
from memcap.data import load


def write(folder, name, content):
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def contents(ds):
    return ds.tokens.tolist(), ds.labels.tolist(), ds.names, ds.class_names


READABLE = {
    "ids.jsonl": (
        '{"tokens": [5, 0], "label": 3}\n\n{"label": 0, "tokens": [1, 1]}\n',
        ([[5, 0], [1, 1]], [3, 0], (), ()),
    ),
    "words.jsonl": (
        '{"tokens": ["ş", "b"], "label": "yes"}\r\n{"tokens": ["b", "ş"], '
        '"label": "no"}',
        ([[0, 1], [1, 0]], [1, 0], ("ş", "b"), ("no", "yes")),
    ),
    "every.jsonl": (
        '{"tokens": [1, 2], "labels": ["a", "b"]}',
        ([[1, 2]], [[0, 1]], (), ("a", "b")),
    ),
    "vectors.jsonl": (
        '{"tokens": [[0.5, 1], [2, -3]], "label": 0}',
        ([[[0.5, 1.0], [2.0, -3.0]]], [0], (), ()),
    ),
    "ids.csv": (
        "\ufefflabel,token_1,token_0\n2,0,7\n0, 4 ,4\n",
        ([[7, 0], [4, 4]], [2, 0], (), ()),
    ),
    "every.csv": (
        "token_0,token_1,label_0,label_1\n7,0,1,0\n",
        ([[7, 0]], [[1, 0]], (), ()),
    ),
    "one.csv": ("token_0,label_0\n7,1\n", ([[7]], [[1]], (), ())),
    "words.csv": (
        'token_0,token_1,label\nx,",",good\n3,x,bad\n',
        ([[0, 1], [2, 0]], [1, 0], ("x", ",", "3"), ("bad", "good")),
    ),
    "text.csv": (
        "text,label\nTwo words,0\nwords Two,1\n",
        ([[0, 1], [1, 0]], [0, 1], ("Two", "words"), ()),
    ),
}


@pytest.mark.parametrize("name", READABLE)
def test_every_form_is_read(name, tmp_path):
    content, expected = READABLE[name]
    ds = load(write(tmp_path, name, content))
    assert contents(ds) == expected
    assert ds.source == name


def test_the_last_words_of_a_text_are_kept(tmp_path):
    content = 'text,label\n"One, two three",0\n"four two",1\n'
    ds = load(write(tmp_path, "a.csv", content), length=2)
    assert contents(ds)[0] == [[0, 1], [2, 0]]
    with pytest.raises(DataError, match="line 3 has 2 words, 3 are asked for"):
        load(tmp_path / "a.csv", length=3)


def test_classes_may_be_more_than_the_labels_use_and_not_fewer(tmp_path):
    path = write(tmp_path, "a.csv", "token_0,label\n1,x\n2,y\n")
    assert load(path, classes=4).num_classes == 4
    with pytest.raises(DataError, match="num_classes = 1"):
        load(path, classes=1)


JSONL = {
    "": "is empty",
    " \n\n": "nothing but blanks",
    '{"tokens": [1], "label": 0}\n{"tokens": [1': "line 2 is not JSON",
    "[1, 2]": 'line 1 must be an object with "tokens"',
    '{"tokens": [1], "label": 0, "more": 1}': "nothing else",
    '{"tokens": [1]}': "line 1 must be an object",
    '{"tokens": 1, "label": 0}': '"tokens" must be a list',
    '{"tokens": [1], "label": [0]}': '"label" is one value',
    '{"tokens": [1], "labels": 0}': '"labels" is a list',
    '{"tokens": [], "label": 0}': "line 1 has no token",
    '{"tokens": [1], "label": 0}\n{"tokens": [1, 2], "label": 0}': (
        "line 2 has 2 tokens, line 1 has 1"
    ),
    '{"tokens": [1, 2], "labels": [0]}': "1 labels for 2 tokens",
    '{"tokens": [1], "label": 0}\n{"tokens": [1], "labels": [0]}': "use one form",
    '{"tokens": [1, "a"], "label": 0}': "line 1: token 'a' is not of the same kind",
    '{"tokens": [1.5], "label": 0}': "token 1.5 is not an integer",
    '{"tokens": [true], "label": 0}': "token True is not",
    '{"tokens": [-1], "label": 0}': "token id -1 is outside",
    '{"tokens": [9223372036854775808], "label": 0}': "is outside",
    '{"tokens": [1], "label": 0.5}': "label 0.5 is not an integer",
    '{"tokens": [1], "label": null}': "label None is not",
    '{"tokens": [1], "label": -2}': "label -2 is outside",
    '{"tokens": [[1, 2], [1]], "label": 0}': "has 1 coordinates",
    '{"tokens": [[]], "label": 0}': "has 0 coordinates",
    '{"tokens": [[NaN]], "label": 0}': "line 1: coordinate nan",
    '{"tokens": [[9007199254740993]], "label": 0}': "coordinate 9007199254740993",
    '{"tokens": [["x"]], "label": 0}': "coordinate 'x'",
}
CSV = {
    "": "is empty",
    "token_0,label\n": "holds no sample",
    "token_0,label\n1\n": "line 2 has 1 cells, the header has 2",
    "token_0,token_2,label\n1,2,0\n": "line 1 has the columns token_0, token_2",
    "token_0,label,extra\n1,0,0\n": "line 1 has the columns",
    "token_0,token_0,label\n1,1,0\n": "line 1 has the columns",
    "label\n1\n": "line 1 has the columns label",
    "token_0,token_1,label,label_0\n1,1,0,0\n": "line 1 has the columns",
    "token_0,label\n1,0\n,0\n": "line 3 has an empty token",
    "token_0,label\n1,\n": "line 2 has an empty label",
    "token_0,label\n1,0\nnan,0\n": "line 3: token nan is not a whole number",
    "token_0,label\n1,0\n2,0.5\n": "line 3: label 0.5 is not a whole number",
    "token_0,label\n-1,0\n": "line 2: token id -1",
    'token_0,label\n"1,0\n': "is not CSV",
    "text,label\none two,0\none,0\n": "line 3 has 1 tokens, line 2 has 2",
    b"token_0,label\n1,0\n\xff,0\n": "line 3 is not UTF-8",
}


@pytest.mark.parametrize(
    ("suffix", "content", "words"),
    [("jsonl", *case) for case in JSONL.items()]
    + [("csv", *case) for case in CSV.items()],
)
def test_a_broken_file_is_refused_by_name_and_line(suffix, content, words, tmp_path):
    path = write(tmp_path, f"a.{suffix}", content)
    with pytest.raises(DataError) as caught:
        load(path)
    message = str(caught.value)
    assert words in message and f"a.{suffix}" in message and "\n" not in message

"""Every field of a record that is used is checked where it is read."""

from math import inf, nan

import numpy as np
import pytest

from memcap.analysis.distill_rows import check
from memcap.core.errors import CorruptFileError
from tests.analysis.distill_records import record, teacher


def made():
    rng = np.random.default_rng(0)
    return record(0.1, rng, seed=0, arm="all_correct", teacher=teacher(6_848, 0.5))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"lost": "3"}, "has '3' for 'lost', not a whole number"),
        ({"won": True}, "has True for 'won', not a whole number"),
        ({"items": 2000.0}, "has 2000.0 for 'items', not a whole number"),
        ({"before": "a"}, "has 'a' for 'before', not a finite number"),
        ({"before": nan}, "has nan for 'before', not a finite number"),
        ({"after": nan}, "has nan for 'after', not a finite number"),
        ({"after": inf}, "has inf for 'after', not a finite number"),
        ({"after": None}, "lacks 'after'"),
        ({"updates": -1}, "has -1 for 'updates'"),
        ({"n_cot": "many"}, "has 'many' for 'n_cot'"),
        ({"task": None}, "lacks 'task'"),
        ({"filter": 3}, "has 3 for 'filter', not a text"),
        ({"task_parameters": [7]}, r"has \[7\] for 'task_parameters', not an object"),
        ({"student": 3}, "has 3 for 'student', not an object"),
        ({"student": None}, "lacks 'student'"),
        ({"teacher": "T1"}, "has 'T1' for 'teacher', not an object"),
        ({"teacher": {}}, "lacks 'teacher.name'"),
        ({"dropped": {"too_long": "2"}}, r"has '2' for 'dropped\.\*'"),
        ({"floors": {"uniform": "a/b"}}, r"has 'a/b' for 'floors\.\*', not a share"),
        ({"floors": {"uniform": nan}}, r"has nan for 'floors\.\*', not a share"),
        ({"hashes": "x"}, "has 'x' for 'hashes', not an object"),
        ({"right_before": 5, "right_after": 6}, "has 6 for 'right_after', not a text"),
        ({"right_before": "zz", "right_after": "00"}, "tells its items wrongly"),
        ({"pilot": "300"}, "has '300' for 'pilot'"),
        ({"mean_cot_tokens": "6"}, "has '6' for 'mean_cot_tokens'"),
    ],
)
def test_a_field_of_another_type_is_named(change, words):
    with pytest.raises(CorruptFileError, match=f"^record 1 {words}.*repeat its run"):
        check(made() | change, "record 1")


@pytest.mark.parametrize("name", ["seed", "parameters"])
def test_a_student_has_a_seed_and_a_size(name):
    one = made()
    del one["student"][name]
    with pytest.raises(CorruptFileError, match=rf"lacks 'student\.{name}'"):
        check(one)
    one["student"][name] = "0"
    with pytest.raises(CorruptFileError, match=rf"has '0' for 'student\.{name}'"):
        check(one)


def test_what_a_mixture_and_gold_chains_lack_is_no_fault():
    name = {"name": "mix"}
    mixture = made() | {"teacher": dict.fromkeys(made()["teacher"]) | name}
    assert check(mixture).source == "mix" and check(mixture).size == 0
    for field in ("teacher", "dropped", "floors", "hashes", "task_parameters"):
        assert check(made() | {field: None}).gain == check(made()).gain

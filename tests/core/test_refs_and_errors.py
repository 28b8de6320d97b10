"""References keep their identifier; every error a user can cause is one sentence."""

import inspect

import pytest

from memcap.core import errors
from memcap.core.refs import PAPERS, Ref
from memcap.theory import bounds


def test_identifiers_are_read_back():
    for identifier in ("KS25.LemC1", "KS25.Thm4.1", "Gen.T", "Park21.Abs"):
        assert Ref.parse(identifier).id == identifier


def test_every_bound_has_a_paper_with_an_address():
    for bound in bounds.available().values():
        ref = bound.ref
        assert ref.paper in PAPERS and Ref.parse(ref.id).id == ref.id
        assert ref.url.startswith("https://") or ref.paper == "memcap"


def test_a_page_is_part_of_the_address_only():
    ref = Ref("KS25", "Thm4.1", page=7)
    assert ref.id == "KS25.Thm4.1"
    assert ref.url == PAPERS["KS25"].url + "#page=7"
    assert Ref("memcap", "Memorizes", page=7).url == ""


@pytest.mark.parametrize("identifier", ["", "Nobody99.Thm1", "ks25.LemC1", ".LemC1"])
def test_unknown_papers_are_refused(identifier):
    with pytest.raises(KeyError, match="no paper"):
        Ref.parse(identifier)


def test_papers_are_complete():
    for key, paper in PAPERS.items():
        assert paper.key == key and paper.title and paper.authors
        assert 1900 < paper.year < 2100


def test_every_error_is_one_family():
    classes = [c for _, c in inspect.getmembers(errors, inspect.isclass)]
    ours = [c for c in classes if issubclass(c, Exception)]
    assert len(ours) >= 10
    for error in ours:
        assert issubclass(error, errors.MemcapError)


def test_a_failed_hypothesis_says_what_and_what_to_do():
    ref = Ref("KS25", "LemC1")
    error = errors.HypothesisError(ref, "delta > 0", "delta = 0", "Merge equal points.")
    assert (
        str(error) == "KS25.LemC1 needs delta > 0, but delta = 0. Merge equal points."
    )
    assert (error.ref, error.hypothesis, error.offending) == (
        ref,
        "delta > 0",
        "delta = 0",
    )
    assert isinstance(error, ValueError)


def test_an_unknown_name_prints_without_quotes():
    # KeyError prints the repr of its argument.
    assert str(errors.UnknownNameError("no such thing.")) == "no such thing."

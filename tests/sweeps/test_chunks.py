"""Chunks partition the cells; broken ones shrink until a culprit stands alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memcap.sweeps.chunks import DEATHS, Chunk, judge, plan


@given(st.lists(st.integers(0, 99), unique=True), st.integers(0, 9))
def test_a_plan_is_a_partition_into_parts_of_buckets(cells, workers):
    chunks = plan(cells, lambda n: n % 3, workers)
    assert sorted(n for chunk in chunks for n in chunk.cells) == sorted(cells)
    for chunk in chunks:
        assert chunk.cells and len({n % 3 for n in chunk.cells}) == 1
        assert len(chunk.cells) <= -(-len(cells) // max(1, workers))


def test_one_bucket_is_cut_for_all_workers_and_for_one_left_whole():
    cells = list(range(10))
    assert [len(c.cells) for c in plan(cells, lambda n: 0, 4)] == [2, 3, 2, 3]
    assert plan(cells, lambda n: 0, 1) == (Chunk(tuple(cells)),)


def _ends(cells, bad, end):
    """Play a run in which the bad cells end their chunk; count the attempts."""
    queue, doomed, alone = [Chunk(tuple(cells))], [], dict.fromkeys(bad, 0)
    for attempt in range(1000):
        if not queue:
            return doomed, alone, attempt
        chunk = queue.pop(0)
        culprit = next((c for c in chunk.cells if c in bad), None)
        if culprit is None:
            continue
        alone[culprit] += len(chunk.cells) == 1
        left = chunk.cells[chunk.cells.index(culprit) :]
        verdict = judge(chunk, left, end)
        queue = [*verdict.again, *queue]
        doomed += verdict.doomed
    raise AssertionError("it does not end")


@pytest.mark.parametrize("end", ["died", "raised", "silent"])
@given(st.data())
def test_the_bad_cells_and_no_others_are_given_up(end, data):
    cells = range(data.draw(st.integers(1, 40)))
    bad = data.draw(st.sets(st.sampled_from(cells), max_size=4))
    doomed, alone, attempts = _ends(cells, bad, end)
    assert sorted(doomed) == sorted(bad)
    assert attempts <= 2 + len(bad) * (2 * 6 + DEATHS)
    if end == "died" and len(cells) > 1:
        assert all(times >= 2 for times in alone.values())


def test_two_deaths_from_outside_give_up_nothing():
    assert judge(Chunk((1,)), [1], "died").again == (Chunk((1,), 1),)
    assert judge(Chunk((1,), 1), [1], "died").again == (Chunk((1,), 2),)
    assert judge(Chunk((1,), 2), [1], "died").doomed == (1,)
    assert judge(Chunk((0, 1), 2), [1], "died").again == (Chunk((1,), 1),)
    assert judge(Chunk((1,), 2), [], "died") == judge(Chunk((1,)), [], "raised")

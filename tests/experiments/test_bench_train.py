"""The benchmark compares the same network, and does without PyTorch."""

import sys

import jax
import pytest

from experiments import bench_train
from memcap.nn import Transformer, split


def by_hand(shape):
    m, q = shape.width, shape.hidden
    blocks = 2 * shape.depth * (2 * m * q + q + m)
    return 32 * m + blocks + 4 * m * m + 2 * m + 2


@pytest.mark.parametrize("shape", bench_train.SHAPES)
def test_sizes_are_what_they_are_called(shape):
    _, parameters, _ = split(Transformer(bench_train.config(shape), rngs=0))
    size = sum(leaf.size for leaf in jax.tree.leaves(parameters))
    assert size == by_hand(shape)
    named = 1000 * int(shape.name[:-1])
    assert 0.75 * named < size < 1.25 * named


def test_operations_by_hand():
    shape = bench_train.Shape("", 2, 3, 1, 5, 1)
    # In front 2 * 2 * 2 * 3 for each of 32 ids. A sequence: two maps of 8 tokens and
    # two of the last one, two products of that with all, the layer behind, the readout.
    sequence = 8 * (2 * 8 + 2) + 2 * 2 * 8 * 2 + 24 + 8
    assert bench_train.flops(shape) == 3 * (32 * 24 + 5 * sequence)


def test_without_pytorch_its_columns_are_empty(capsys, monkeypatch):
    def none(python, shapes, repeats):
        return [{"error": "PyTorch is not installed"}] * (5 * len(shapes))

    monkeypatch.setattr(bench_train, "torch_times", none)
    bench_train.main(["--size", "smoke"])
    said = capsys.readouterr().out
    assert "PyTorch is not installed" in said
    lines = [x for x in said.splitlines() if x.strip().startswith("1634")]
    assert len(lines) == 2 and all(line.count(" - ") >= 3 for line in lines)


def test_an_interpreter_that_is_not_there_is_said():
    answers = bench_train.torch_times("/no/such/python", bench_train.SHAPES[:1], 1)
    assert len(answers) == 5 and all("error" in answer for answer in answers)
    assert bench_train.fastest(answers, 1) is None


def test_another_network_is_refused():
    with pytest.raises(AssertionError, match="not the same network"):
        bench_train.fastest([{"seconds": 1.0, "parameters": 5}], 6)


def test_the_side_program_says_that_pytorch_is_missing():
    try:
        import torch  # noqa: F401
    except ImportError:
        answers = bench_train.torch_times(sys.executable, bench_train.SHAPES[:1], 1)
        assert answers == [{"error": "PyTorch is not installed"}] * 5
    else:
        pytest.skip("PyTorch is installed")

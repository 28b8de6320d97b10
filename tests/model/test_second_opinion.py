"""An evaluator that shares nothing with memcap agrees with it."""

import ast
import json
import random
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import memcap as mc
from memcap.model.fast_forward import fast_forward
from memcap.model.files import save_weights, weights_to_json
from tests.model import fraction_checker, random_networks


def second(weights, tokens):
    net = json.loads(json.dumps(weights_to_json(weights)))
    read = [fraction_checker.outputs(net, row) for row in tokens.tolist()]
    shaped = np.array(read, dtype=object)
    shaped = shaped[:, 0] if weights.task == "next_token" else shaped
    return shaped[..., 0] if weights.decision == "nearest" else shaped


def test_it_imports_the_standard_library_only():
    tree = ast.parse(Path(fraction_checker.__file__).read_text())
    names = {
        alias.name if isinstance(node, ast.Import) else node.module
        for node in ast.walk(tree)
        if isinstance(node, (ast.Import, ast.ImportFrom))
        for alias in node.names
    }
    assert names == {"json", "sys", "fractions"}


@pytest.mark.parametrize("block", range(8))
def test_random_networks(block):
    for seed in range(25 * block, 25 * block + 25):
        rng = random.Random(5000 + seed)
        weights = random_networks.network(rng)
        tokens = random_networks.tokens(rng, weights, rng.randint(1, 5), 4)
        found = fast_forward(weights, tokens).numbers()
        assert found.tolist() == second(weights, tokens).tolist()
        weights = random_networks.starred(rng, weights)
        found = fast_forward(weights, tokens).numbers()
        assert found.tolist() == second(weights, tokens).tolist()


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("relu_memorizer", {"num_samples": 12, "length": 1, "vocab": 90}),
        ("next_token", {"num_samples": 10, "length": 3, "vocab": 6}),
        ("next_token", {"num_samples": 6, "length": 8, "vocab": 9}),
    ],
)
def test_constructed_networks(name, data):
    if name == "relu_memorizer":
        data = data | {"duplicates": False}
    ds = mc.data.random_next_token(classes=4, seed=1, **data)
    weights = mc.construct(name, ds).weights
    net = weights_to_json(weights)
    tokens, labels = ds.tokens.tolist(), ds.labels.tolist()
    assert fraction_checker.correct(net, tokens, labels) == ds.num_labels
    others = [(y + 1) % 4 for y in labels]
    assert fraction_checker.correct(net, tokens, others) == 0
    assert second(weights, ds.tokens).tolist() == labels
    # Sequences that are not in the data.
    strange = np.roll(ds.tokens, 1).reshape(ds.tokens.shape) + 1
    found = fast_forward(weights, strange).numbers()
    assert found.tolist() == second(weights, strange).tolist()


def test_the_count_of_right_labels_is_the_certificates():
    rng = random.Random(11)
    for _ in range(30):
        weights = random_networks.network(rng)
        if weights.input == "vectors":
            continue
        tokens = random_networks.tokens(rng, weights, 6, 4)
        shape = (6,) if weights.task == "next_token" else (6, 4)
        labels = np.random.default_rng(rng.randrange(99)).integers(0, 3, shape)
        ds = mc.data.from_arrays(tokens, labels)
        net = weights_to_json(weights)
        found = fraction_checker.correct(net, tokens.tolist(), labels.tolist())
        assert found == mc.verify(weights, ds).correct


def test_it_runs_from_the_files_alone(tmp_path):
    ds = mc.data.random_next_token(num_samples=8, length=2, vocab=5, classes=3, seed=2)
    save_weights(mc.construct("next_token", ds).weights, tmp_path / "weights.json")
    data = {"tokens": ds.tokens.tolist(), "labels": ds.labels.tolist()}
    (tmp_path / "data.json").write_text(json.dumps(data))
    # -I -S: no site packages, so that memcap and numpy are out of reach.
    done = subprocess.run(
        [sys.executable, "-I", "-S", fraction_checker.__file__]
        + [str(tmp_path / name) for name in ("weights.json", "data.json")],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "8\n"

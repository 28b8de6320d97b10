"""What a configuration refuses, and what its fields mean."""

import jax
import numpy as np
import pytest
from flax import nnx

from memcap.core.errors import PrecisionError, WeightsError
from memcap.data.dataset import from_arrays
from memcap.nn import Config, Transformer, split, to_weights


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"task": "translation"}, "task = 'translation' is not one of next_token"),
        ({"attention": "linear"}, "attention = 'linear' is not one of softmax"),
        ({"width": 0}, "width = 0 is not an integer >= 1"),
        ({"heads": 1.5}, "heads = 1.5 is not an integer"),
        ({"width": None}, "width = None is not an integer"),
        ({"decoder_depth": -1}, "decoder_depth = -1 is not an integer >= 0"),
        ({"rank": 0}, "rank = 0 is not an integer >= 1"),
        ({"causal": "no"}, "causal = 'no' is not True or False"),
        ({"classes": 1}, "needs classes >= 2"),
        ({"attention": "boltzmann", "head_size": 2}, "set rank=1"),
        ({"blocks": 0}, "blocks = 0 is not an integer >= 1"),
        ({"norm": "batch"}, "norm = 'batch' is not one of none, layer, rms"),
        ({"scale_scores": 1}, "scale_scores = 1 is not True or False"),
        ({"position_kind": "sinusoidal"}, "needs positions, the longest length"),
        ({"hardmax_gradient": "annealed"}, "needs attention 'hardmax', not 'softmax'"),
        ({"temperature": 0.0}, "temperature = 0.0 is not positive"),
        ({"temperature": float("nan")}, "temperature = nan is not positive"),
        ({"anneal_until": 1.5}, "anneal_until = 1.5 is not in (0, 1]"),
        ({"norm": "rms", "feedforward": "plain"}, "set feedforward='residual'"),
        ({"norm": "layer", "width": 1}, "makes every state of width 1 equal"),
        ({"value_size": 0}, "value_size = 0 is not an integer >= 1"),
        ({"skip": 1}, "skip = 1 is not True or False"),
        ({"attention": "boltzmann", "skip": False}, "leave out value_size and skip"),
        ({"attention": "boltzmann", "value_size": 1}, "leave out value_size and skip"),
    ],
)
def test_refusals(fields, sentence):
    with pytest.raises(WeightsError) as caught:
        Config(**fields)
    assert sentence in str(caught.value)


def test_is_hashable_and_frozen():
    assert len({Config(), Config(), Config(width=9)}) == 2
    with pytest.raises(AttributeError):
        Config().width = 3


def test_from_a_dataset():
    ids = from_arrays([[0, 5], [2, 2]], [0, 2])
    config = Config.for_dataset(ids, width=4)
    assert (config.task, config.vocab, config.classes) == ("next_token", 6, 3)
    reals = from_arrays(np.zeros((2, 3, 4)), np.zeros((2, 3), dtype=int))
    config = Config.for_dataset(reals, decision="nearest")
    assert (config.task, config.vocab, config.dim) == ("seq_to_seq", None, 4)


@pytest.mark.parametrize("rank", [1, 2, None])
def test_rank_bounds_every_map(rank):
    config = Config(dim=3, width=6, heads=2, head_size=4, rank=rank)
    layer = to_weights(Transformer(config, rngs=0)).layers[0]
    for head in layer.heads:
        for affine in (head.query, head.key, head.value, head.output):
            matrix = np.zeros((affine.outputs, affine.inputs))
            for i, row in enumerate(affine.rows):
                for column, weight in row.terms:
                    matrix[i, column] = float(weight)
            assert np.linalg.matrix_rank(matrix) == (rank or 4)


def test_boltzmann_ties_its_projection():
    model = Transformer(Config(width=4, attention="boltzmann", rank=1), rngs=0)
    layer = model.segments[0]
    layer.sharpness[...] = layer.sharpness[...] * 3
    (head,) = to_weights(model).layers[0].heads
    assert head.key == head.value
    pairs = zip(head.query.rows[0].terms, head.key.rows[0].terms, strict=True)
    assert all(float(q) == np.float32(3) * np.float32(k) for (_, q), (_, k) in pairs)


def test_hardmax_scores_get_no_gradient():
    config = Config(dim=2, width=3, head_size=2, attention="hardmax")
    structure, parameters, rest = split(Transformer(config, rngs=0))
    tokens = np.random.default_rng(0).normal(size=(4, 5, 2))

    def loss(values):
        return (nnx.merge(structure, values, rest)(tokens) ** 2).sum()

    layer = nnx.merge(structure, jax.grad(loss)(parameters), rest).segments[0]
    assert not np.any(layer.query[...]) and not np.any(layer.key[...])
    assert np.all(np.asarray(layer.value[...]) != 0)


def test_causal_means_no_influence_of_later_tokens():
    tokens = np.random.default_rng(0).normal(size=(1, 6, 2)).astype(np.float32)
    for causal in (False, True):
        config = Config(dim=2, task="seq_to_seq", causal=causal, encoder_depth=1)
        model = Transformer(config, rngs=1)
        slopes = jax.jacobian(lambda batch, model=model: model(batch))(tokens)
        influence = np.abs(np.asarray(slopes)[0, :, :, 0]).sum(axis=(1, 3))
        assert np.any(np.triu(influence, 1)) != causal
        assert np.all(np.diag(influence) > 0)


def test_same_seed_same_weights():
    config = Config(vocab=4, rank=1)
    first, again, other = (Transformer(config, rngs=seed) for seed in (7, 7, 8))
    assert to_weights(first).sha256 == to_weights(again).sha256
    assert to_weights(first).sha256 != to_weights(other).sha256
    keyed, keyed_again = (Transformer(config, rngs=nnx.Rngs(7)) for _ in range(2))
    assert to_weights(keyed).sha256 == to_weights(keyed_again).sha256


def test_drawing_needs_a_seed_and_a_known_type():
    with pytest.raises(WeightsError, match="give rngs=0"):
        Transformer(Config())
    with pytest.raises(PrecisionError, match="dtype 'half'"):
        Transformer(Config(), rngs=0, dtype="half")


def test_values_of_their_own_size_and_no_skip_connection():
    config = Config(
        dim=3, width=4, heads=2, head_size=3, value_size=1, skip=False, decoder_depth=0
    )
    model = Transformer(config, rngs=5, dtype="float64")
    layer = to_weights(model).layers[0]
    assert not layer.residual
    shapes = [(x.query.outputs, x.key.outputs, x.value.outputs) for x in layer.heads]
    assert shapes == [(3, 3, 1)] * 2
    tokens = np.random.default_rng(0).normal(size=(1, 5, 3))
    states = tokens[0] @ np.asarray(model.table[...])
    written = np.zeros(4)
    query, key, value, output = map(np.asarray, model.segments[0].maps())
    for h in range(2):
        shares = np.exp(states @ key[h].T @ query[h] @ states[-1])
        written += output[h] @ value[h] @ states.T @ shares / shares.sum()
    expected = np.asarray(model.readout[...]) @ written
    np.testing.assert_allclose(np.asarray(model(tokens))[0], expected, rtol=1e-12)

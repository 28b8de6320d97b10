"""What decoders write, against a whole forward pass for every token."""

import jax
import numpy as np
import pytest
from flax import nnx

from memcap.core.errors import DataError
from memcap.distill import decoding
from memcap.distill.decoding import log_probabilities, write
from memcap.distill.networks import decoder_config
from memcap.distill.sequences import prompts
from memcap.distill.tasks import available, task
from memcap.distill.tasks.base import end
from memcap.nn import Decoder, DecoderConfig, build, split
from memcap.training.sequences import UNLABELLED

SHORT = sorted(set(available()) - {"gsm_symbolic"})
COUNT = 60


def loud(config: DecoderConfig) -> Decoder:
    """Weights so large that tails differ, and that some end early."""
    structure, numbers, fixed = split(build(config, rngs=0))
    return nnx.merge(structure, jax.tree.map(lambda leaf: 8 * leaf, numbers), fixed)


def asked(name: str) -> tuple[Decoder, DecoderConfig, np.ndarray, int]:
    made = task(name)
    layers = 2 if name == "modular_chain" else 1
    config = decoder_config(made, width=32, layers=layers)
    questions = made.questions(COUNT, np.random.default_rng(0))
    return loud(config), config, prompts(made, questions), end(made)


def slowly(model, rows, config, stop, temperature=0.0, seed=0) -> np.ndarray:
    """The same tails, by a pass over the whole sequence for every token."""
    key = jax.random.fold_in(jax.random.key(seed), 0)
    start, ended = rows.shape[1], np.zeros(len(rows), bool)
    tokens = np.full((len(rows), config.positions), stop, np.int32)
    tokens[:, :start] = rows
    for place in range(start, config.positions):
        logits = model(tokens)[:, place - 1]
        if temperature:
            draw = jax.random.fold_in(key, place)
            token = jax.random.categorical(draw, logits / temperature, axis=-1)
        else:
            token = logits.argmax(axis=-1)
        tokens[:, place] = np.where(ended, stop, token)
        ended = ended | (tokens[:, place] == stop)
    return tokens[:, start:]


@pytest.mark.parametrize("name", SHORT)
def test_greedy_tails_are_those_of_whole_passes(name):
    model, config, rows, stop = asked(name)
    tails = write(model, rows, config, stop)
    np.testing.assert_array_equal(tails, slowly(model, rows, config, stop))
    assert len(np.unique(tails, axis=0)) > 5


@pytest.mark.parametrize("temperature", [0.7, 3.0])
def test_drawn_tails_are_those_of_whole_passes(temperature):
    model, config, rows, stop = asked("modular_chain")
    tails = write(model, rows, config, stop, temperature=temperature, seed=4)
    wanted = slowly(model, rows, config, stop, temperature, 4)
    np.testing.assert_array_equal(tails, wanted)
    other = write(model, rows, config, stop, temperature=temperature, seed=5)
    assert (other != tails).any()


def test_nothing_stands_behind_an_end():
    model, config, rows, stop = asked("modular_chain")
    tails = write(model, rows, config, stop, temperature=3.0)
    ended = np.cumsum(tails == stop, axis=1) > 0
    assert 0 < ended[:, 1].sum() < COUNT
    assert (tails[ended] == stop).all()


def test_chunks_change_no_greedy_tail(monkeypatch):
    model, config, rows, stop = asked("modular_chain")
    whole = write(model, rows, config, stop)
    # The last of the chunks is filled up.
    monkeypatch.setattr(decoding, "_CHUNK", 25)
    np.testing.assert_array_equal(write(model, rows, config, stop), whole)


def test_long_sequences_go_in_smaller_chunks():
    counts = {}
    for positions in (21, 128, 129, 547, 10**5):
        config = DecoderConfig(vocab=5, positions=1, width=8, heads=4)
        counts[positions] = decoding.rows_together(loud(config), positions)
    assert counts == {21: 1024, 128: 1024, 129: 1008, 547: 56, 10**5: 1}


@pytest.mark.parametrize("scores", [1, 1 << 26])
def test_probabilities_of_all_next_tokens_add_up_to_one(monkeypatch, scores):
    monkeypatch.setattr(decoding, "_SCORES", scores)
    model, config, rows, _ = asked("modular_chain")
    every = np.repeat(rows[:1], config.vocab, axis=0)
    labels = np.full_like(every, UNLABELLED)
    labels[:, -1] = np.arange(config.vocab)
    logs = log_probabilities(model, every, labels)
    assert np.exp(logs).sum() == pytest.approx(1, abs=1e-6)


def test_what_cannot_be_written_is_refused():
    model, config, rows, stop = asked("modular_chain")
    with pytest.raises(DataError, match="temperature = -1 is negative"):
        write(model, rows, config, stop, temperature=-1)
    full = np.zeros((1, config.positions), np.int32)
    with pytest.raises(DataError, match="leave no room in 21 positions"):
        write(model, full, config, stop)

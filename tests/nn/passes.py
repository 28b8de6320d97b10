"""Float forward passes in several ways: any order of addition, eager, jit, vmap."""

from contextlib import nullcontext

import jax
import jax.numpy as jnp
import numpy as np

import memcap as mc
from memcap.model.weights import Attention, Linear, Residual
from memcap.nn.precision import context


def shuffled_pass(weights, tokens, dtype, seed, reciprocal=False, wide=None):
    """One scalar operation after the other in the type, terms in a random order.

    Means are divided, or multiplied by the rounded 1/n; with `wide` every operation
    is done in that type instead, where half of the results stay unrounded.
    """
    return _Shuffled(dtype, seed, reciprocal, wide).run(weights, np.asarray(tokens))


class _Shuffled:
    def __init__(self, dtype, seed, reciprocal, wide):
        self.narrow = jnp.dtype(dtype).type
        self.type = jnp.dtype(wide or dtype).type
        self.rng = np.random.default_rng(seed)
        self.reciprocal = reciprocal

    def run(self, weights, tokens):
        if weights.input == "ids":
            table = self.looked_up(weights.embedding)
            state = [column[tokens] for column in table]
        else:
            points = tokens.astype(self.type)
            state = self.affine(weights.embedding, np.moveaxis(points, -1, 0))
        for layer in weights.layers:
            state = self.apply(layer, state)
        out = self.affine(weights.readout, state)
        out = out if weights.task == "seq_to_seq" else [x[:, -1] for x in out]
        made = out[0] if weights.decision == "nearest" else np.stack(out, axis=-1)
        return made.astype(np.float64)

    def looked_up(self, embedding):
        columns = []
        for row in embedding.rows:
            column = np.zeros(embedding.inputs)
            for token, weight in row.terms:
                column[token] = float(weight)
            columns.append(column.astype(self.type))
        return columns

    def apply(self, layer, state):
        if isinstance(layer, Attention):
            return self.attend(layer, state)
        if isinstance(layer, Residual):
            hidden = self.relu(self.affine(layer.inner, state))
            added = self.affine(layer.outer, hidden)
            return [self.kept(x + y) for x, y in zip(state, added, strict=True)]
        made = self.affine(layer.map, state)
        return made if isinstance(layer, Linear) else self.relu(made)

    def attend(self, layer, state):
        size = layer.heads[0].output.outputs
        out = state if layer.residual else [0 * state[0]] * size
        for head in layer.heads:
            values = [self.mean(v) for v in self.affine(head.value, state)]
            added = self.affine(head.output, values)
            out = [self.kept(x + y) for x, y in zip(out, added, strict=True)]
        return out

    def mean(self, values):
        order = self.rng.permutation(values.shape[1])
        total = np.zeros(len(values), self.type)
        for k in order:
            total = self.kept(total + values[:, k])
        length = self.type(values.shape[1])
        if self.reciprocal:
            made = self.kept(total * (self.type(1) / length))
        else:
            made = self.kept(total / length)
        return np.repeat(made[:, None], values.shape[1], axis=1)

    def affine(self, affine, state):
        return [self.dot(row, state) for row in affine.rows]

    def dot(self, row, state):
        terms = [
            self.kept(self.type(float(w)) * np.asarray(state[column], self.type))
            for column, w in row.terms
        ]
        terms.append(np.full(np.shape(state[0]), float(row.bias)).astype(self.type))
        total = np.zeros_like(terms[0])
        for i in self.rng.permutation(len(terms)):
            total = self.kept(total + terms[i])
        return total

    def relu(self, state):
        return [np.maximum(x, self.type(0)) for x in state]

    def kept(self, values):
        # A compiler may round to the narrow type after an operation, or not.
        if self.narrow is self.type or self.rng.random() < 0.5:
            return values
        return values.astype(self.narrow).astype(self.type)


def jit_pass(weights, tokens, dtype):
    outputs = mc.nn.from_weights(weights, dtype)(tokens)
    assert outputs.dtype.name == dtype
    return np.asarray(outputs).astype(np.float64)


def eager_pass(weights, tokens, dtype):
    """Operation by operation; scans become Python loops."""
    with jax.disable_jit():
        return jit_pass(weights, tokens, dtype)


def vmap_pass(weights, tokens, dtype):
    """One sequence at a time, batched by JAX inside one compiled function."""
    model = mc.nn.from_weights(weights, dtype)
    wide = jax.enable_x64(True) if dtype == "float64" else nullcontext()
    with wide, context(dtype):
        run = jax.jit(jax.vmap(lambda one: model(one[None])[0]))
        return np.asarray(run(jnp.asarray(tokens))).astype(np.float64)


PASSES = {"jit": jit_pass, "eager": eager_pass, "vmap": vmap_pass}

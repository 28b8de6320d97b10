"""A second opinion: weights.json and plain lists, standard library only.

Reads the file format and evaluates the network by the definitions in the file's own
words, one token at a time, in `fractions.Fraction`. It shares no line with memcap, so
that a mistake would have to be made twice.

    python fraction_checker.py weights.json data.json

prints how many labels are right; data.json holds {"tokens": ..., "labels": ...}.
"""

import json
import sys
from fractions import Fraction


def number(text):
    top, _, bottom = text.partition("/")
    if bottom.startswith("2^"):
        return Fraction(int(top, 0), 2 ** int(bottom[2:]))
    return Fraction(int(top, 0), int(bottom, 0) if bottom else 1)


def times(affine, vector):
    """W x + b."""
    assert len(vector) == affine["inputs"]
    return [
        number(bias) + sum(number(weight) * vector[column] for column, weight in terms)
        for bias, terms in affine["rows"]
    ]


def column(affine, index):
    """One column of W."""
    return times(affine, [Fraction(int(i == index)) for i in range(affine["inputs"])])


def plus(left, right):
    return [a + b for a, b in zip(left, right, strict=True)]


def positive(vector):
    return [x if x > 0 else Fraction(0) for x in vector]


def dot(left, right):
    return sum((a * b for a, b in zip(left, right, strict=True)), Fraction(0))


def seen_by(layer, states, k):
    """The states that token k sees; in a star, the first one and its own."""
    if layer.get("pattern", "full") == "star" and k > 0:
        return [states[0], states[k]]
    return states[: k + 1] if layer["causal"] else states


def shares(layer, head, seen, query):
    """How much the query takes of each token it sees."""
    if layer["kind"] == "uniform":
        return [Fraction(1, len(seen))] * len(seen)
    assert layer["kind"] == "hardmax", "softmax is not rational"
    asked = times(head["query"], query)
    scores = [dot(times(head["key"], state), asked) for state in seen]
    best = [score == max(scores) for score in scores]
    return [Fraction(int(b), sum(best)) for b in best]


def attention(layer, states):
    made = []
    for k, state in enumerate(states):
        total = state if layer["residual"] else None
        for head in layer["heads"]:
            seen = seen_by(layer, states, k)
            weights = shares(layer, head, seen, state)
            values = [times(head["value"], other) for other in seen]
            mixed = [dot(weights, slot) for slot in zip(*values, strict=True)]
            written = times(head["output"], mixed)
            total = written if total is None else plus(total, written)
        made.append(total)
    return made


def token_wise(layer, state):
    if layer["kind"] == "relu":
        return positive(times(layer["map"], state))
    if layer["kind"] == "linear":
        return times(layer["map"], state)
    assert layer["kind"] == "residual"
    return plus(state, times(layer["outer"], positive(times(layer["inner"], state))))


def start(net, tokens):
    extra = net.get("aggregate")
    states = [] if extra is None else [column(extra, 0)]
    for k, token in enumerate(tokens):
        if net["input"] == "ids":
            state = column(net["embedding"], token)
        else:
            vector = token if isinstance(token, list) else [token]
            state = times(net["embedding"], [Fraction(x) for x in vector])
        if net["positions"] is not None:
            state = plus(state, column(net["positions"], k))
        states.append(state)
    return states


def outputs(net, tokens):
    """The readout at the last token, or at every token, as lists of Fractions."""
    states = start(net, tokens)
    for layer in net["layers"]:
        if layer["kind"] in ("softmax", "hardmax", "uniform"):
            states = attention(layer, states)
        else:
            states = [token_wise(layer, state) for state in states]
    read = [times(net["readout"], state) for state in states]
    if net["task"] == "next_token":
        return read[-1:]
    return read if net.get("aggregate") is None else read[1:]


def right(net, output, label):
    if net["decision"] == "nearest":
        return abs(output[0] - label) < Fraction(1, 2)
    return label < len(output) and all(
        output[label] > x for i, x in enumerate(output) if i != label
    )


def correct(net, tokens, labels):
    """Number of labels that are right."""
    count = 0
    for sequence, label in zip(tokens, labels, strict=True):
        wanted = label if isinstance(label, list) else [label]
        found = outputs(net, sequence)
        count += sum(right(net, o, y) for o, y in zip(found, wanted, strict=True))
    return count


if __name__ == "__main__":
    with open(sys.argv[1], encoding="ascii") as stream:
        network = json.load(stream)
    with open(sys.argv[2], encoding="ascii") as stream:
        data = json.load(stream)
    print(correct(network, data["tokens"], data["labels"]))

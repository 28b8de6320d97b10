"""How few numbers shatter N points: sign patterns counted with every constant.

*Who is meant.* ReLU networks of any depth with W numbers at fixed places, as recorded
in `memcap.model.weights`: token-wise layers, residual layers, and attention whose
weights do not depend on the input, as those of uniform attention do. N inputs, T
tokens in all (T = N where nothing is mixed), C labels read off by nearest integer or
argmax.

*Counted is* the number of labellings of these inputs that some values of the W numbers
give. Let k be the number of ReLU units; one that no number enters is 0 and left out.

1. **A unit has a free scale.** ``c R(z) = R(c z)`` for c > 0, and a unit's output is
   used only through numbers (a slot carried on by a skip connection until some map
   reads it; what is added to the slot on the way is scaled along). So, first unit to
   last, one number that enters each unit is made -1, 0 or 1 and the function stays:
   3^k choices, and ``p = W - k`` variables.
2. **Paths.** Given which units are active, every value is a sum over paths of products
   of different variables, each used once, times constants: a polynomial of degree at
   most p. (A mean over tokens is linear with constant weights.)
3. **Trees** (Goldberg and Jerrum). Between two attention layers there are k_t units in
   order; the j-th has one polynomial for each way in which the earlier ones are active,
   so ``2^(k_t) - 1`` at each of T tokens. Behind the last attention layer each of the N
   outputs has G = C (C - 1) / 2 differences to compare (one for C = 2) in every way:
   at most ``N 2^k (1 + G)`` polynomials. Stage by stage, whatever was decided before.
4. **Signs.** M polynomials of degree D in p <= M variables attain at most
   ``(8 e M D / p)^p <= (8 e M)^p`` sign vectors with D <= p (KS25.LemB4). Fewer
   variables than p in an early stage only lower that. Since p <= W <= N <= T, lists of
   polynomials can be filled up with constants and the lemma applies.

With A attention layers, all labellings are reached only if

    N log2 C <= max_k  k log2 3 + (W - k) (k + log2(8 e N (1 + G)) + A log2(8 e T)),

which grows in W. The right side is about ``W^2 / 4``, so W is at least about
``2 sqrt(N log2 C)``, without the root of the logarithm in KS25.Thm4.3.

*Free places.* A construction chooses depth, width and places by the labels. A network
of W numbers needs no more than W layers (one without numbers does nothing) of 16 kinds
at most, and no more than W slots, units or heads in each, as useless ones can be left
out and the rest renamed. A number then stands in one of W + 4 places (embedding,
positions, aggregate, readout or a layer), in one of 4 matrices of one of W heads, in
one of W + C rows and W + V + 2 columns (V inputs, bias, aggregate):

    16^W binom(Q, W) <= (64 e (W + 4) (W + C) (W + V + 2))^W
    with Q = 4 (W + 4) W (W + C) (W + V + 2).

The logarithm is added to the right side. What follows is about labellings, not about
one architecture: at least one labelling of the N inputs is given by no such network of
fewer numbers; with N log2 C - t on the left, all but a share 2^-t of them.

References:
    KS25 https://arxiv.org/abs/2409.17677, Theorem 4.2, Lemma B.4
"""

from typing import Any

from memcap.core.balls import Ball
from memcap.core.refs import Ref
from memcap.theory.bounds import numbers
from memcap.theory.bounds.base import Statement
from memcap.theory.bounds.least import least, reaches


def euler(precision: int) -> Ball:
    """The number e."""
    return Ball.of(1, precision).exp()


def labellings(
    precision: int,
    parameters: int,
    points: int,
    tokens: int,
    classes: int = 2,
    attention_layers: int = 0,
) -> Ball:
    """Logarithm to base 2 of an upper bound on the labellings W numbers can give.

    Args:
        precision: bits of the ball.
        parameters: W, at fixed places, W <= N.
        points: N.
        tokens: T, all tokens of all inputs.
        classes: C.
        attention_layers: A.
    """
    outputs = 1 + classes * (classes - 1) // 2
    free = (8 * euler(precision) * (points * outputs)).log2()
    free = free + (8 * euler(precision) * tokens).log2() * attention_layers
    signs = Ball.of(3, precision).log2()
    # Concave in k: the best whole k is beside the vertex (W - free + log2 3) / 2.
    vertex = ((parameters + signs - free) / 2).lower // 1
    near = {min(max(int(vertex) + i, 0), parameters) for i in (-1, 0, 1, 2)}
    values = [signs * k + (free + k) * (parameters - k) for k in sorted(near)]
    best = values[0]
    for value in values[1:]:
        best = best.maximum(value)
    return best


def places(precision: int, parameters: int, inputs: int, classes: int) -> Ball:
    """Logarithm to base 2 of an upper bound on the ways to place W numbers."""
    w = parameters
    ways = euler(precision) * (64 * (w + 4) * (w + classes) * (w + inputs + 2))
    return ways.log2() * w


def fewest(
    points: int,
    tokens: int,
    classes: int,
    attention_layers: int,
    inputs: int | None = None,
) -> int:
    """The smallest W that passes the count.

    Args:
        points: N.
        tokens: T.
        classes: C.
        attention_layers: A.
        inputs: V, columns of the embedding, where places are free; None where fixed.

    Example:
        >>> fewest(10**6, 10**6, 2, 0), fewest(10**6, 16 * 10**6, 2, 1, inputs=64)
        (1974, 1869)
    """

    def there(parameters: int, precision: int) -> Ball:
        count = labellings(
            precision, parameters, points, tokens, classes, attention_layers
        )
        if inputs is None:
            return count
        return count + places(precision, parameters, inputs, classes)

    return least(
        lambda w: reaches(
            lambda p: points * numbers.log2(classes, p), lambda p: there(w, p)
        )
    )


def _points(precision: int, num_samples: int, classes: int) -> int:
    return fewest(num_samples, num_samples, classes, 0)


def _fixed(
    precision: int, num_samples: int, length: int, classes: int, attention_layers: int
) -> int:
    return fewest(num_samples, num_samples * length, classes, attention_layers)


def _free(
    precision: int,
    num_samples: int,
    length: int,
    classes: int,
    vocab: int,
    attention_layers: int,
) -> int:
    tokens = num_samples * length
    return fewest(num_samples, tokens, classes, attention_layers, vocab)


def _every_token(precision: int, num_samples: int, length: int, **others: Any) -> int:
    return _free(precision, num_samples * length, 1, **others)


_SHATTER = Statement(
    Ref("memcap", "Shatter"),
    "next_token",
    ("num_samples", "length", "classes"),
    status="derived",
    direction="lower",
    defaults={"attention_layers": 1},
)
_WITH_VOCAB = ("num_samples", "length", "classes", "vocab")

BOUNDS = (
    _SHATTER.bound(
        "points",
        "parameters",
        "A ReLU network, however deep, that gives N points every labelling has at "
        "least this many numbers.",
        _points,
        setting="points",
        inputs=("num_samples", "classes"),
        defaults={},
    ),
    _SHATTER.bound(
        "",
        "parameters",
        "A network of ReLU layers and uniform attention that gives N distinct "
        "contexts every labelling has at least this many numbers.",
        _fixed,
    ),
    _SHATTER.bound(
        "any_places",
        "parameters",
        "Some labelling of N distinct contexts is given by no network of ReLU layers "
        "and uniform attention with fewer numbers, wherever these stand.",
        _free,
        inputs=_WITH_VOCAB,
    ),
    _SHATTER.bound(
        "every_token",
        "parameters",
        "The same with a label for each of the n N tokens.",
        _every_token,
        setting="seq_to_seq",
        inputs=_WITH_VOCAB,
    ),
)

"""The names that bounds take, what each means, and how a given value is read."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from memcap.core.errors import DataError, HypothesisError
from memcap.core.exact import SquareRoot, exact
from memcap.core.refs import Ref
from memcap.theory.bounds.numbers import text


@dataclass(frozen=True, slots=True)
class Input:
    """An input: what it counts or measures.

    Args:
        meaning: in words.
        kind: ``count`` (integer >= `least`), ``real`` (number > 0), ``free`` (any
            number) or ``choice`` (one of `options`).
        least: the smallest count allowed.
        options: the words allowed for a choice.
    """

    meaning: str
    kind: str = "count"
    least: int = 1
    options: tuple[str, ...] = ()


GLOSSARY: dict[str, Input] = {
    "num_samples": Input("N, sequences (or points) to memorize"),
    "length": Input("n, tokens per sequence"),
    "classes": Input("C, labels"),
    "dim": Input("d, token dimension"),
    "vocab": Input("V, distinct tokens"),
    "num_stored": Input("N, labelled points"),
    "num_points": Input("V, all points, the further ones getting label 0"),
    "r": Input("largest norm of a token", "real"),
    "delta": Input("smallest distance of two different tokens", "real"),
    "r_min": Input("lower bound of the token norms", "real"),
    "eps": Input("a separation or tolerance, as the statement says", "real"),
    "head_size": Input("s or d_h, dimension of a head"),
    "heads": Input("H, attention heads"),
    "query_rank": Input("Q, rank of the set of queries"),
    "bit_budget": Input("B, bound on the bits of a parameter up to logarithms"),
    "depth": Input("L, layers"),
    "width": Input("W, units of a layer"),
    "parameters": Input("W or k, parameters of the model"),
    "degree": Input("D, degree of the polynomials"),
    "polynomials": Input("M, number of polynomials"),
    "position_heads": Input("m0, heads of the decoder"),
    "key_dim": Input("d0, dimension of keys"),
    "value_dim": Input("d1, dimension of values"),
    "max_length": Input("T, longest context"),
    "label_bound": Input(
        "labels of sequence ids: repaired shift, printed, or N^2 drawn at random",
        "choice",
        options=("repaired", "printed", "random"),
    ),
    "repair": Input(
        "whether the constant includes the repaired label shift",
        "choice",
        options=("repaired", "printed"),
    ),
    "mismatch": Input("probability that the target is not the best guess", "real"),
    "entropy": Input("mean conditional entropy of the target in nats", "real"),
    "attributes": Input("K, attributes of a person or name"),
    "chunks": Input("C, chunks of a value"),
    "diversity": Input("D, different values of a chunk"),
    "chunk_tokens": Input("T, tokens a chunk is written in"),
    "chunk_length": Input("L, tokens of a chunk"),
    "diversity_loss": Input("p3, mean loss of a chunk's text in nats", "free"),
    "data_bits": Input("information in the data", "real"),
    "name_loss": Input("p1, mean loss of a name in nats", "free"),
    "value_loss": Input("p2, mean loss of a person's attributes in nats", "free"),
    "bits_per_parameter": Input("bits one parameter holds", "real"),
    "longest": Input("b, binary digits of the longest number, without its sign"),
    "slots": Input("m, numbers in the state of a token"),
    "hidden": Input("q, hidden units of a feed-forward block"),
    "attention_layers": Input("A, attention layers", least=0),
}


def read(ref: Ref, name: str, value: Any) -> Any:
    """Return the exact value of one input.

    Raises:
        HypothesisError: the value is not of the kind the name stands for.
    """
    spec = GLOSSARY[name]
    if spec.kind == "choice":
        if value not in spec.options:
            words = ", ".join(spec.options)
            raise HypothesisError(ref, f"{name} among {words}", f"{name} = {value!r}")
        return value
    if isinstance(value, SquareRoot):
        return value if value.rational is None else value.rational
    try:
        number = exact(value)
    except DataError:
        raise HypothesisError(
            ref, f"{name} to be a finite number", f"{name} = {value!r}"
        ) from None
    _check_range(ref, name, spec, number)
    return number


def _check_range(ref: Ref, name: str, spec: Input, number: Any) -> None:
    if spec.kind == "count" and not (isinstance(number, int) and number >= spec.least):
        raise HypothesisError(
            ref, f"{name} to be an integer >= {spec.least}", f"{name} = {text(number)}"
        )
    if spec.kind == "real" and number <= 0:
        raise HypothesisError(ref, f"{name} > 0", f"{name} = {text(number)}")


def select(
    ref: Ref,
    wanted: tuple[str, ...],
    defaults: Mapping[str, Any],
    given: Mapping[str, Any],
) -> dict[str, Any]:
    """Pick the inputs a bound uses; known names it does not use are passed over.

    Raises:
        HypothesisError: a name is unknown, or an input is missing.
    """
    for name in given:
        if name not in GLOSSARY:
            names = ", ".join(wanted + tuple(defaults))
            raise HypothesisError(ref, f"inputs named {names}", f"{name} was given")
    chosen = {**defaults, **{k: v for k, v in given.items() if v is not None}}
    for name in wanted:
        if name not in chosen:
            meaning = GLOSSARY[name].meaning
            raise HypothesisError(ref, f"{name} ({meaning})", "it was not given")
    names = wanted + tuple(name for name in defaults if name not in wanted)
    return {name: read(ref, name, chosen[name]) for name in names}

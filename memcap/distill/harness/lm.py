"""A decoder as a language model of lm-evaluation-harness.

lm_eval is imported when a model is first asked for, so that memcap does without it.
"""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import cache
from hashlib import sha256
from importlib import import_module
from typing import Any

import jax
import numpy as np

from memcap.core.errors import DataError, MissingPackageError
from memcap.distill.harness.text_decoder import TextDecoder
from memcap.distill.harness.tokenizer import Tokenizer
from memcap.distill.tasks.base import Task
from memcap.nn import Decoder, DecoderConfig, split

_SETTINGS = ("until", "max_gen_toks", "do_sample", "temperature")


def part_of_harness(name: str) -> Any:
    """A module of lm_eval.

    Raises:
        MissingPackageError: lm_eval is not installed.
    """
    try:
        return import_module(name)
    except ModuleNotFoundError as error:
        if (error.name or "").split(".")[0] != "lm_eval":
            raise
        raise MissingPackageError(
            'lm-evaluation-harness is not installed: pip install "memcap[harness]".'
        ) from error


def decoder_lm(
    model: Decoder, config: DecoderConfig, task: Task, *, seed: int = 0
) -> Any:
    """A decoder as an instance of `lm_eval.api.model.LM`.

    Args:
        model: the decoder.
        config: its configuration.
        task: what it was trained on; it gives the words.
        seed: of tokens that are drawn, where a task asks for that.

    Returns:
        a `DecoderLM` to be given to `lm_eval.simple_evaluate` as its model.

    Raises:
        MissingPackageError: lm_eval is not installed.
        DataError: decoder and task differ in the number of ids.
    """
    return _kind()(TextDecoder(model, config, Tokenizer.of(task), seed))


@cache
def _kind() -> type:
    base = part_of_harness("lm_eval.api.model").LM

    class DecoderLM(base):
        """Requests in the harness's form, answered by a `TextDecoder`."""

        def __init__(self, decoder: TextDecoder) -> None:
            super().__init__()
            self.decoder = decoder

        def loglikelihood(self, requests: Sequence[Any]) -> list[tuple[float, bool]]:
            return self.decoder.scored([request.args for request in requests])

        def loglikelihood_rolling(self, requests: Sequence[Any]) -> list[float]:
            return self.decoder.rolled([request.args[0] for request in requests])

        def generate_until(self, requests: Sequence[Any]) -> list[str]:
            return generated(self.decoder, [request.args for request in requests])

        def get_model_info(self) -> dict[str, Any]:
            return model_info(self.decoder)

    return DecoderLM


def generated(
    decoder: TextDecoder, requests: Sequence[tuple[str, Mapping[str, Any]]]
) -> list[str]:
    """Continuations of contexts, each with settings of its own.

    Raises:
        DataError: a setting is not supported.
    """
    groups = defaultdict[str, list[int]](list)
    for place, (_, settings) in enumerate(requests):
        groups[json.dumps(dict(settings), sort_keys=True)].append(place)
    found: dict[int, str] = {}
    for key, places in groups.items():
        contexts = [requests[place][0] for place in places]
        texts = decoder.continued(contexts, **_options(json.loads(key)))
        found |= dict(zip(places, texts, strict=True))
    return [found[place] for place in range(len(requests))]


def _options(settings: Mapping[str, Any]) -> dict[str, Any]:
    """The harness's settings of a generation as options of `TextDecoder.continued`."""
    unknown = sorted(set(settings) - set(_SETTINGS))
    if unknown:
        raise DataError(
            f"generation setting {unknown[0]!r} is not supported; use "
            f"{', '.join(_SETTINGS)}."
        )
    until = settings.get("until") or []
    drawn = settings.get("do_sample")
    temperature = float(settings.get("temperature", 1.0 if drawn else 0.0))
    return {
        "until": [until] if isinstance(until, str) else until,
        "most": settings.get("max_gen_toks"),
        "temperature": 0.0 if drawn is False else temperature,
    }


def model_info(decoder: TextDecoder) -> dict[str, Any]:
    """What the harness notes of a model; the hash is that of all parameters."""
    digest = sha256()
    for leaf in jax.tree.leaves(split(decoder.model)[1]):
        digest.update(np.asarray(leaf).tobytes())
    return {
        "model_num_parameters": decoder.config.parameters,
        "model_dtype": decoder.model.dtype,
        "model_revision": "",
        "model_sha": digest.hexdigest(),
    }

"""KS25's memorizers and Vardi22's put to hard data, as falsification searches."""

from collections.abc import Callable, Iterable, Iterator
from fractions import Fraction

from memcap.data.dataset import Dataset
from proofs_check.methods import adversarial, attack
from proofs_check.methods.adversarial import Hard
from proofs_check.statement import Level, Outcome

Source = Callable[[bool], Iterable[tuple[str, Dataset]]]

NEXT_TOKEN: tuple[Source, ...] = (adversarial.sequences, adversarial.vectors)
TOKENWISE: tuple[Source, ...] = (adversarial.tokenwise,)
SETS: tuple[Source, ...] = (adversarial.sets,)
IDS: tuple[Source, ...] = (adversarial.sequences,)
POINTS: tuple[Source, ...] = (adversarial.points,)

_SETTINGS = {
    "deep_sets": [{"padding": 0}],
    "limited_bits": [{"bit_budget": 2}, {"bit_budget": 6}],
    "limited_bits_transformer": [{"bit_budget": 2}],
    "bounded_depth": [{"depth": 2}, {"depth": 6}],
}
_SWITCHED = ("next_token", "seq_to_seq", "deep_sets", "embedding", "relu_memorizer")


def hard(construction: str, sources: Iterable[Source], level: Level) -> Iterator[Hard]:
    """Every dataset, with the options the construction needs."""
    for source in sources:
        for text, ds in source(level.pick(False, True)):
            for options in _options(construction):
                # 2 <= B, L <= sqrt N is a hypothesis.
                budget = options.get("bit_budget", options.get("depth", 1))
                if budget**2 > ds.num_samples:
                    continue
                yield Hard(text, construction, ds, options)


def _options(construction: str) -> Iterator[dict]:
    for settings in _SETTINGS.get(construction, [{}]):
        yield settings
        if construction in _SWITCHED:
            yield {**settings, "constants": "theorem"}


def memorized(
    construction: str,
    sources: Iterable[Source],
    factor: Fraction | int = 1,
    flipped: bool = False,
) -> Callable[[Level], Outcome]:
    """The search: every network must hold its labels within its sizes.

    Args:
        construction: what is built.
        sources: of the data.
        factor: of the sizes, for a false variant.
        flipped: whether labels are changed after building, for another.
    """

    def run(level: Level) -> Outcome:
        target = adversarial.memorizes(factor, flipped)
        found = attack.search(target, hard(construction, sources, level))
        return attack.outcome(target, found, f"{construction} holds hard data")

    return run

"""Which runs belong together: each with its run before, and with its recipe."""

from collections.abc import Mapping, Sequence

from memcap.core.errors import DataError, ProtocolError
from memcap.distill.importers import Run
from memcap.distill.importers.base import without_seed
from memcap.distill.statistics import PairedScores


def bases_of(base: Run | Sequence[Run] | None) -> tuple[Run, ...]:
    """The runs before distillation.

    Raises:
        ProtocolError: there is none, or several do not have a seed each.
    """
    found = () if base is None else (base,) if isinstance(base, Run) else tuple(base)
    if not found:
        raise ProtocolError(
            "there is no run before distillation, and without it no gain; score the "
            "undistilled student on the same items."
        )
    seeds = [run.seed for run in found]
    if len(found) > 1 and (None in seeds or len(set(seeds)) < len(seeds)):
        raise ProtocolError(
            f"{len(found)} runs before distillation have the seeds {seeds}; give each "
            "a seed of its own, or one run only."
        )
    return found


def base_of(run: Run, bases: Sequence[Run]) -> int:
    """Which run before distillation a distilled run is compared with.

    Raises:
        ProtocolError: there are several, none with its seed.
    """
    if len(bases) == 1:
        return 0
    seeds = [base.seed for base in bases]
    if run.seed not in seeds:
        raise ProtocolError(
            f"{run.label} has seed {run.seed}, of which there is no run before "
            f"distillation; there are {', '.join(map(str, seeds))}."
        )
    return seeds.index(run.seed)


def recipes_of(distilled: Sequence[Run], given: Mapping[str, str]) -> list[str]:
    """The recipe of each distilled run: as told, or its model name less the seed.

    Raises:
        DataError: a name told is that of no run.
    """
    known = {name for run in distilled for name in (run.model, run.label)}
    for name in given:
        if name not in known:
            raise DataError(
                f"'{name}' is no distilled run; there are {', '.join(sorted(known))}."
            )
    return [
        given.get(run.label) or given.get(run.model) or without_seed(run.model)
        for run in distilled
    ]


def check_labels(distilled: Sequence[Run], recipes: Sequence[str]) -> None:
    """Refuse runs of a recipe that would count as seeds they are not.

    Raises:
        ProtocolError: two runs of one recipe have one name or one seed.
    """
    seen: set[tuple[str, str]] = set()
    seeds: set[tuple[str, int]] = set()
    for run, recipe in zip(distilled, recipes, strict=True):
        twice = (recipe, run.label) in seen
        if twice or (run.seed is not None and (recipe, run.seed) in seeds):
            raise ProtocolError(
                f"recipe {recipe} has two runs called {run.label} or with its seed; "
                "give every run once, with a seed of its own."
            )
        seen.add((recipe, run.label))
        if run.seed is not None:
            seeds.add((recipe, run.seed))


def grouped_by(
    names: Sequence[str], pairs: Sequence[PairedScores]
) -> dict[str, list[PairedScores]]:
    """The runs of each recipe, in the order given."""
    found: dict[str, list[PairedScores]] = {}
    for name, pair in zip(names, pairs, strict=True):
        found.setdefault(name, []).append(pair)
    return found

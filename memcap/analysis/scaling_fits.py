"""Laws of growth compared on censored measurements: which one, and how sure.

Each model is fitted by maximum likelihood (`memcap.analysis.scaling_likelihood`) and
judged by

    AICc = -2 log L + 2 q + 2 q (q + 1) / (k - q - 1)

with q fitted numbers and k points. AICc and not BIC: ladders are short, for which the
correction is made, and BIC's aim, the one true model among those listed, is not ours,
since measured growth need be none of them. The weight of a model is ``exp(-AICc / 2)``
over the sum of all (Akaike weight). Points count as independent here; the interval of
the exponent, which resamples groups, does not assume that.
"""

from collections.abc import Iterable, Sequence
from math import exp
from typing import NamedTuple

import numpy as np

from memcap.analysis import scaling_bootstrap, scaling_enclosure
from memcap.analysis.scaling_bootstrap import Resampling
from memcap.analysis.scaling_likelihood import maximise
from memcap.analysis.scaling_models import FREE, MODELS, Model
from memcap.analysis.scaling_points import Logs, Point, check, logs
from memcap.analysis.scaling_results import Comparison, Exponent, ModelFit, rounded
from memcap.analysis.scaling_verdict import Scope, Standing, verdict
from memcap.core.errors import DataError


def compare(
    points: Iterable[Point],
    how: Resampling,
    *,
    symbol: str = "N",
    models: Sequence[Model] = MODELS,
    evidence: float = 20.0,
) -> Comparison:
    """Fit all models, weigh them, and say what is decided.

    Args:
        points: at least six, with W bounded from both sides at three sizes.
        how: seed, number and level of the resampling.
        symbol: what the size is, ``N`` or ``nN``.
        models: what is compared; `N^b` must be among them.
        evidence: how many times less likely than the best a model must be, by its
            weight, to be called ruled out; a convention.

    Returns:
        the fits and the verdict; the order of the points does not matter.

    Raises:
        DataError: the points are too few, or `N^b` is missing.

    Example:
        >>> line = [Point.exact(2**k, 3 * 2**k, group=k) for k in range(3, 10)]
        >>> found = compare(line, Resampling(seed=0))
        >>> round(found.exponent.value, 3), round(found.fit("N").weight, 2) > 0.5
        (1.0, True)
    """
    points = tuple(points)
    if FREE not in models or len({model.name for model in models}) < len(models):
        raise DataError("models must have names of their own and include 'N^b'.")
    # AICc divides by k - q - 1.
    check(points, least=max(model.parameters for model in models) + 3)
    data = logs(points)
    fits = _fits(data, models)
    exponent = _exponent(data, fits[models.index(FREE)].exponent, how)
    counts = {kind: 0 for kind in ("exact", "interval", "above", "below")}
    for point in points:
        counts[point.censoring] += 1
    sizes = [float(point.size) for point in points]
    ends = (min(sizes), max(sizes))
    scope = Scope(
        symbol, *ends, exponent.low, exponent.high, how.level, exponent.groups
    )
    standings = [
        Standing(model, fit.label, fit.weight)
        for model, fit in zip(models, fits, strict=True)
    ]
    said = verdict(standings, scope, evidence)
    return Comparison(symbol, ends, counts, fits, exponent, evidence, said)


def _fits(data: Logs, models: Sequence[Model]) -> tuple[ModelFit, ...]:
    found = [_likeliest(data, model) for model in models]
    scores = [
        aicc(line.log_likelihood, model.parameters, len(data.x))
        for line, model in zip(found, models, strict=True)
    ]
    return tuple(
        ModelFit(
            name=model.name,
            exponent=rounded(line.exponent),
            log_power=model.log_power,
            free=model.exponent is None,
            intercept=rounded(line.intercept),
            scatter=rounded(line.scatter),
            log_likelihood=rounded(line.log_likelihood),
            aicc=rounded(score),
            weight=rounded(share),
        )
        for model, line, score, share in zip(
            models, found, scores, weights(scores), strict=True
        )
    )


class _Line(NamedTuple):
    intercept: float
    exponent: float
    scatter: float
    log_likelihood: float


def _likeliest(data: Logs, model: Model) -> _Line:
    maxima = maximise(data, model, np.ones((1, len(data.x))))
    coefficients, scatter = maxima.coefficients[0], float(maxima.scatter[0])
    inside = scaling_enclosure.widest(data, model)
    if inside is not None:
        coefficients, scatter = inside, data.floor
    slope = coefficients[1] if model.exponent is None else model.exponent
    likely = float(maxima.log_likelihood[0])
    return _Line(float(coefficients[0]), float(slope), scatter, likely)


def aicc(log_likelihood: float, parameters: int, points: int) -> float:
    """The criterion of the module's text.

    Example:
        >>> aicc(-10.0, 2, 9)
        26.0
    """
    correction = 2 * parameters * (parameters + 1) / (points - parameters - 1)
    return -2 * log_likelihood + 2 * parameters + correction


def weights(scores: Sequence[float]) -> list[float]:
    """Akaike weights.

    Example:
        >>> weights([5.0, 5.0])
        [0.5, 0.5]
    """
    shares = [exp((min(scores) - score) / 2) for score in scores]
    return [share / sum(shares) for share in shares]


def _exponent(data: Logs, value: float, how: Resampling) -> Exponent:
    low, high = scaling_bootstrap.interval(data, FREE, how)
    enclosed = scaling_enclosure.widest(data, FREE) is not None
    if enclosed:
        least, largest = scaling_enclosure.exponents(data, FREE)
        low, high = min(low, least), max(high, largest)
    return Exponent(
        value=value,
        low=rounded(low),
        high=rounded(high),
        level=how.level,
        seed=how.seed,
        resamples=how.resamples,
        groups=data.groups,
        enclosed=enclosed,
    )

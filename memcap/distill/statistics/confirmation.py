"""An intermediate teacher chosen on one half of its runs and tested on the other.

What was chosen for being highest is too high by chance on the runs that chose it. The
other half has no part in the choice, so plain t-tests against both ends keep their
level there.
"""

from dataclasses import dataclass
from math import sqrt

import numpy as np
from scipy.stats import t

from memcap.core.errors import DataError
from memcap.distill.statistics.teachers import TeacherRuns


@dataclass(frozen=True, slots=True)
class Split:
    """A choice on one half of the runs, tested on the other.

    Args:
        teacher: size of the intermediate teacher chosen on the first half.
        p: the larger p of its one-sided t-tests against both ends on the second.
        confirmed: whether p is below alpha.
    """

    teacher: float
    p: float
    confirmed: bool


def confirm(runs: TeacherRuns, alpha: float, seed: int) -> Split:
    """Choose the best intermediate teacher on one half and test it on the other.

    Args:
        runs: at least four runs of each teacher.
        alpha: level of each one-sided t-test; both must pass.
        seed: of the halves.

    Raises:
        DataError: a teacher has fewer than four runs.
    """
    if min(runs.runs) < 4:
        raise DataError(
            f"a confirmation splits the runs and needs four of each teacher, not "
            f"{min(runs.runs)}; run more seeds or leave strict off."
        )
    rng = np.random.default_rng(seed)
    mixed = [rng.permutation(group) for group in runs.groups]
    chosen = 1 + int(np.argmax([m[: len(m) // 2].mean() for m in mixed[1:-1]]))
    kept = TeacherRuns.of(runs.sizes, [m[len(m) // 2 :].tolist() for m in mixed])
    means, counts, sd = kept.means, kept.runs, kept.pooled_sd
    if sd == 0:
        # The kept runs show no spread, so they confirm nothing.
        return Split(runs.sizes[chosen], 1.0, False)
    errors = [sd * sqrt(1 / counts[chosen] + 1 / counts[end]) for end in (0, -1)]
    leads = [means[chosen] - means[end] for end in (0, -1)]
    least = min(lead / error for lead, error in zip(leads, errors, strict=True))
    p = float(t.sf(least, kept.freedom))
    return Split(runs.sizes[chosen], p, p < alpha)

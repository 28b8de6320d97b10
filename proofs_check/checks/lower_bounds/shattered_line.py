"""What shattering means, on families whose dichotomies can all be listed."""

from itertools import islice

from proofs_check.checks.lower_bounds.tiny_networks import families
from proofs_check.methods.arrangements import cells
from proofs_check.methods.shattering import confirmed, seen, values
from proofs_check.statement import Answer, Level, Outcome


def line(level: Level) -> Outcome:
    """Patterns of the affine families against the list of all dichotomies.

    A family ``w x``, ``w x + b`` or ``w1 x1 + w2 x2 + b`` is a threshold unit with W
    weights on the points (x), (x, 1) and (x1, x2, 1): N <= W of them are shattered,
    N = W + 1 are not.
    """
    texts = []
    for family in islice(families(), 3):
        drawn = values(family, level.pick(30_000, 300_000), top=20)
        for inputs in (family.weights, family.weights + 1):
            points = family.tokens[:inputs].reshape(inputs, -1).tolist()
            lifted = [p if family.weights == 1 else [*p, 1] for p in points]
            there, found = cells(lifted), seen(family, drawn, inputs)
            patterns = {_signs(code, inputs) for code in found.witnesses}
            # An output 0 counts as label 0; on an arrangement's cells there is none.
            right = patterns <= there and confirmed(family, found)
            if not right or found.shattered != (inputs == family.weights):
                return Outcome(Answer.FAILS, f"{family.name}, N = {inputs}.")
            texts.append(f"{family.name}, N = {inputs}: {len(patterns)}/{2**inputs}")
    return Outcome(Answer.HOLDS, "; ".join(texts) + ".", len(texts))


def _signs(code: int, points: int) -> tuple[int, ...]:
    return tuple(1 if code >> i & 1 else -1 for i in range(points))

"""KS25.LemB3 attacked: the encoder of multisets on hard data, value by value."""

from fractions import Fraction

import numpy as np

import memcap as mc
from memcap.core.balls import Ball
from memcap.model.forward import forward
from proofs_check.checks.sequence_ids.built import encoder
from proofs_check.checks.sequence_ids.hard_data import SETS, hard
from proofs_check.methods.adversarial import Hard, describe
from proofs_check.methods.attack import Target, outcome, search
from proofs_check.statement import Level, Outcome


def encodes(factor: Fraction | int = 1, gap: int = 1) -> Target:
    """The claim that phi is within C_phi and that sums differ by `gap`.

    Args:
        factor: of C_phi = ceil(4 N^3 sqrt(pi)), for a false variant.
        gap: of the sums of two multisets; 1 as stated.

    The margin is the smallest distance of two sums less `gap`, or the unused share of
    C_phi where that is not negative.
    """

    def margin(case: Hard) -> Ball:
        ds = case.data
        network = mc.construct(case.construction, ds, **case.options)
        ids = np.unique(ds.tokens)
        values = forward(encoder(network.weights), ids[:, None]).tolist()
        phi = dict(zip(ids.tolist(), values, strict=True))
        sums = sorted(sum(phi[x] for x in row) for row in ds.tokens.tolist())
        apart = min(b - a for a, b in zip(sums, sums[1:], strict=False)) - gap
        bound = Ball.pi(64).sqrt() * (4 * ds.num_samples**3) * factor
        unused = 1 - max(values) / bound
        return Ball.of(apart) if apart <= 0 else unused

    return Target(margin, describe)


def attack_encoders(level: Level) -> Outcome:
    """The statement against hard multisets."""
    target = encodes()
    found = search(target, hard("deep_sets", SETS, level))
    return outcome(target, found, "phi within C_phi, sums of multisets 1 apart")

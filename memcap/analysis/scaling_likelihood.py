"""Maximum likelihood under lognormal scatter, with W known or only enclosed.

With ``y = log W = offset + X t + s e``, e standard normal, a known W contributes the
density ``phi(z) / s`` at ``z = (y - offset - X t) / s``, and an enclosed one
``Phi(z_high) - Phi(z_low)``. In ``g = 1 / s`` and ``u = t / s`` the argument
``z = g (y - offset) - X u`` is linear, so the logarithm of the likelihood is concave
(Pratt, JASA 76, 1981): Newton's method with step halving finds the one maximum. Many
weightings of the same points are maximised side by side, as resampling needs it.
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import log_ndtr

from memcap.analysis.scaling_models import Model
from memcap.analysis.scaling_points import Logs

# Rounding of the sum itself is as large as a smaller gain.
_STEPS, _HALVINGS, _GAIN = 200, 40, 1e-12
_LOG_ROOT_2PI = 0.5 * float(np.log(2 * np.pi))


@dataclass(frozen=True, slots=True)
class Maxima:
    """Where B weighted likelihoods are largest.

    Args:
        coefficients: `[B, p]` t: a, then b where it is free.
        scatter: `[B]` s, at least the floor.
        log_likelihood: `[B]`.
    """

    coefficients: np.ndarray
    scatter: np.ndarray
    log_likelihood: np.ndarray


def maximise(data: Logs, model: Model, weights: np.ndarray) -> Maxima:
    """Maximise B weighted likelihoods of one model.

    Args:
        data: k points.
        model: the law of growth.
        weights: `[B, k]` how often each point counts.

    Returns:
        the maxima; where a line runs inside all intervals (`scaling_enclosure`), one of
        the many such lines, near the least squares through the middles.
    """
    problem = _Problem.of(data, model)
    now = problem.start(weights)
    value = problem.value(now, weights)
    moving = np.arange(len(now))
    for _ in range(_STEPS):
        step, gain = problem.newton(now[moving], weights[moving])
        more = gain > _GAIN * (1 + np.abs(value[moving]))
        moving, step = moving[more], step[more]
        if not len(moving):
            break
        now[moving], value[moving] = problem.climb(
            now[moving], value[moving], step, weights[moving]
        )
    scatter = 1 / now[:, -1]
    return Maxima(problem.uncentred(now[:, :-1] * scatter[:, None]), scatter, value)


@dataclass(frozen=True, slots=True)
class _Problem:
    """Arrays of the likelihood, centred so that its curvature is well conditioned."""

    design: np.ndarray
    low: np.ndarray
    high: np.ndarray
    middle: np.ndarray
    exact: np.ndarray
    shift: tuple[float, float]
    most: float

    @classmethod
    def of(cls, data: Logs, model: Model) -> "_Problem":
        x0, y0 = float(data.x.mean()), float(data.middle.mean())
        offset = model.offset(data.x) + y0
        design = model.design(data.x)
        design[:, 1:] -= x0
        return cls(
            design,
            data.low - offset,
            data.high - offset,
            data.middle - offset,
            data.low == data.high,
            (x0, y0),
            1 / data.floor,
        )

    def uncentred(self, coefficients: np.ndarray) -> np.ndarray:
        x0, y0 = self.shift
        found = coefficients.copy()
        found[:, 0] += y0 - found[:, 1:].sum(axis=1) * x0
        return found

    def start(self, weights: np.ndarray) -> np.ndarray:
        """`[B, p + 1]` least squares through the middles: u, then g."""
        gram = np.einsum("bk,ki,kj->bij", weights, self.design, self.design)
        right = np.einsum("bk,ki,k->bi", weights, self.design, self.middle)
        found = (np.linalg.pinv(gram) @ right[..., None])[..., 0]
        rest = self.middle - found @ self.design.T
        spread = np.sqrt((weights * rest**2).sum(axis=1) / weights.sum(axis=1))
        g = 1 / np.maximum(spread, 1 / self.most)
        return np.column_stack([found * g[:, None], g])

    def _arguments(self, now: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        fitted, g = now[:, :-1] @ self.design.T, now[:, -1:]
        return g * self.low - fitted, g * self.high - fitted

    def value(self, now: np.ndarray, weights: np.ndarray) -> np.ndarray:
        low, high = self._arguments(now)
        density = np.log(now[:, -1:]) - 0.5 * high**2 - _LOG_ROOT_2PI
        terms = np.where(self.exact, density, _log_mass(low, high))
        return (weights * terms).sum(axis=1)

    def newton(
        self, now: np.ndarray, weights: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """`[B, p + 1]` steps, and `[B]` what they promise."""
        low, high = self._arguments(now)
        to_low, to_high = _slopes(low, high)
        both, none = to_low * to_high, np.zeros_like(low)
        first = np.where(self.exact, [none, -high], [-to_low, to_high])
        second = np.where(
            self.exact,
            [[none, none], [none, none - 1]],
            [
                [_times(low, to_low) - to_low**2, both],
                [both, -_times(high, to_high) - to_high**2],
            ],
        )
        leads = np.stack([self._lead(self.low), self._lead(self.high)])
        slope = np.einsum("ebk,bk,eki->bi", first, weights, leads)
        curve = np.einsum("efbk,bk,eki,fkj->bij", second, weights, leads, leads)
        count, g = (weights * self.exact).sum(axis=1), now[:, -1]
        slope[:, -1] += count / g
        curve[:, -1, -1] -= count / g**2
        return self._solve(slope, curve, g)

    def _lead(self, end: np.ndarray) -> np.ndarray:
        """`[k, p + 1]` derivative of z by (u, g); an open end moves nothing."""
        known = np.where(np.isfinite(end), end, 0)
        return np.column_stack([-self.design, known])

    def _solve(
        self, slope: np.ndarray, curve: np.ndarray, g: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        # At the floor of the scatter a step that would lower it further is no step.
        held = (g >= self.most) & (slope[:, -1] > 0)
        slope, curve = slope.copy(), curve.copy()
        slope[held, -1] = 0
        curve[held, -1, :] = curve[held, :, -1] = 0
        # Flat directions, as inside all intervals, get the smallest step: none.
        scale = np.sqrt(np.maximum(-np.einsum("bii->bi", curve), 1e-300))
        even = -curve / (scale[:, :, None] * scale[:, None, :])
        inverse = np.linalg.pinv(even, rcond=1e-12, hermitian=True)
        step = (inverse @ (slope / scale)[..., None])[..., 0] / scale
        return step, (slope * step).sum(axis=1)

    def climb(
        self, now: np.ndarray, value: np.ndarray, step: np.ndarray, weights: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """Take the steps, halved until each raises its likelihood."""
        share = np.ones(len(now))
        best, reached = now.copy(), value.copy()
        open_ = np.ones(len(now), dtype=bool)
        for _ in range(_HALVINGS):
            tried = now + share[:, None] * step
            tried[:, -1] = np.minimum(tried[:, -1], self.most)
            allowed = tried[:, -1] > 0
            tried[~allowed] = now[~allowed]
            found = self.value(tried, weights)
            good = open_ & allowed & (found > value)
            best[good], reached[good] = tried[good], found[good]
            open_ &= ~good
            if not open_.any():
                break
            share = np.where(open_, share / 2, share)
        return best, reached


def _log_mass(low: np.ndarray, high: np.ndarray) -> np.ndarray:
    """``log(Phi(high) - Phi(low))``, also far out in either tail."""
    # In the upper tail both values are close to one: take the mirror image.
    flip = low + high > 0
    a, b = np.where(flip, -high, low), np.where(flip, -low, high)
    with np.errstate(divide="ignore", invalid="ignore"):
        below, upto = log_ndtr(a), log_ndtr(b)
        return upto + np.log(-np.expm1(below - upto))


def _slopes(low: np.ndarray, high: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """``phi(low) / P`` and ``phi(high) / P`` with P the mass between."""
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        mass = _log_mass(low, high)
        found = [np.exp(-0.5 * z**2 - _LOG_ROOT_2PI - mass) for z in (low, high)]
    return np.nan_to_num(found[0], posinf=0.0), np.nan_to_num(found[1], posinf=0.0)


def _times(z: np.ndarray, slope: np.ndarray) -> np.ndarray:
    # An open end is infinite and its density nought.
    return np.where(np.isfinite(z), z, 0) * slope

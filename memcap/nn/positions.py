"""Position vectors that nobody trains."""

import numpy as np
from flax import nnx

# The longest wavelength is this times 2 pi tokens (Vaswani17, section 3.5).
_LONGEST = 10_000


class Fixed(nnx.Variable):
    """An array that belongs to a network but that no training moves."""


def sinusoid(count: int, width: int) -> np.ndarray:
    """Sine and cosine position vectors.

    ``P[k, 2i] = sin(k / 10000^(2i/m))`` and ``P[k, 2i+1] = cos(k / 10000^(2i/m))``.

    Args:
        count: positions.
        width: m.

    Returns:
        `[count, m]` float64.

    References:
        Vaswani17, section 3.5.

    Example:
        >>> sinusoid(2, 3)[0].tolist()
        [0.0, 1.0, 0.0]
    """
    place = np.arange(count)[:, None]
    slot = np.arange(width)[None, :]
    angle = place / _LONGEST ** (2 * (slot // 2) / width)
    return np.where(slot % 2 == 0, np.sin(angle), np.cos(angle))

"""What KS25 reports in Appendix H, read from the curves of its Figures 1 to 3.

References:
    KS25 https://arxiv.org/abs/2409.17677, Appendix H
"""

from math import log2

from memcap.analysis import fits
from memcap.analysis.fits import Fit

# N labels of MultiNLI, n = 8, training error below 0.01, best of 10 trials (Figure 3).
SMALLEST = dict(
    zip(range(600, 1701, 100), (1, 1, 3, 3, 4, 4, 5, 5, 5, 8, 10, 16), strict=True)
)
# Blocks: final loss and accuracy, N = 2000 and 3000, best of 2 trials (Figures 1, 2).
MULTINLI = {
    1: (0.1967, 0.9215),
    10: (0.0908, 0.9670),
    20: (0.0874, 0.9655),
    30: (0.0884, 0.9570),
    40: (0.0675, 0.9755),
    50: (0.0638, 0.9795),
}
IMDB = {
    1: (0.0580, 0.9800),
    10: (0.0209, 0.9920),
    20: (0.0109, 0.9940),
    30: (0.0157, 0.9937),
    40: (0.0099, 0.9950),
}
# N = 500 random vectors of 6 numbers, labels +-1: the same number for every length.
LENGTHS = {10: 4, 100: 4, 1000: 4, 10_000: 4}
UNIT = 84


def slope(first: int, last: int, offset: int | None = None) -> Fit:
    """The exponent of the published numbers on a range of N.

    Args:
        first: smallest N.
        last: largest N.
        offset: None fits blocks; else 84 numbers a block and so many more.

    Returns:
        a least-squares fit of the logarithms with its HC3 interval.

    Example:
        >>> round(slope(600, 1400).slope, 2), round(slope(800, 1400).slope, 2)
        (2.08, 1.08)
    """
    ladder = {n: b for n, b in SMALLEST.items() if first <= n <= last}
    sizes = [b if offset is None else UNIT * b + offset for b in ladder.values()]
    return fits.power_law(list(ladder), sizes)


def bits_per_number(samples: int) -> float:
    """Bits of label that each published number would hold, blocks alone counted.

    With a share D of wrong labels, N labels of C even classes still hold
    ``N (log2 C - H(D) - D log2(C - 1))`` bits (rate-distortion); D = 0.01, C = 3.

    Example:
        >>> round(bits_per_number(600), 1), round(bits_per_number(1700), 1)
        (10.7, 1.9)
    """
    wrong = 0.01
    entropy = -wrong * log2(wrong) - (1 - wrong) * log2(1 - wrong)
    held = samples * (log2(3) - entropy - wrong * log2(2))
    return held / (UNIT * SMALLEST[samples])

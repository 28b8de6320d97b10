"""What the benchmark of the exact evaluator has to show, and how its cost grows."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from math import log

from experiments.bench_exact_row import Line
from memcap.analysis.fits import power_law

COMPACT = "compact_next_token"


@dataclass(frozen=True)
class Bar:
    """A number of one line of the table and the limit it has to keep.

    Args:
        what: the sentence that is promised.
        num_samples: N of the line, of the compact network.
        number: what is compared.
        limit: with what.
        at_least: whether the number has to be above the limit, or below.
    """

    what: str
    num_samples: int
    number: Callable[[Line], float]
    limit: float
    at_least: bool = False

    def verdict(self, lines: Sequence[Line]) -> str:
        """One line of text: met, not met or not run, with the number."""
        where = f"{self.what}, N = {self.num_samples:,}"
        for line in lines:
            if (line.construction, line.num_samples) == (COMPACT, self.num_samples):
                number = self.number(line)
                met = number >= self.limit if self.at_least else number <= self.limit
                sign = "at least" if self.at_least else "at most"
                told = f"{number:,.2f}, {sign} {self.limit:,g} wanted"
                return f"{'met' if met else 'NOT MET':<8} {where}: {told}"
        return f"{'not run':<8} {where}"


def _built_over_verified(line: Line) -> float:
    return line.build_cpu_seconds / line.verify_cpu_seconds


BARS = (
    Bar("seconds to verify", 100_000, lambda x: x.verify_seconds, 5),
    Bar("seconds to verify", 1_000_000, lambda x: x.verify_seconds, 90),
    Bar("GiB of memory", 1_000_000, lambda x: x.peak_gib, 8),
    Bar("times the integers", 100_000, lambda x: x.ratio_to_integers, 1000, True),
    Bar("times the integers", 1_000_000, lambda x: x.ratio_to_integers, 1000, True),
    Bar("build / verify processor seconds", 100_000, _built_over_verified, 1),
    Bar("build / verify processor seconds", 1_000_000, _built_over_verified, 1),
)


def verdicts(lines: Sequence[Line]) -> Iterator[str]:
    """The bars one by one; what was not proved comes first."""
    for line in lines:
        if line.verdict != "PROVED":
            where = f"{line.construction}, N = {line.num_samples:,}"
            yield f"{'NOT MET':<8} {where}: {line.verdict}"
    yield from (bar.verdict(lines) for bar in BARS)


def growth(lines: Sequence[Line]) -> Iterator[str]:
    """How seconds, depth and the cost of a layer and a sample grow with N."""
    for name in dict.fromkeys(line.construction for line in lines):
        own = [line for line in lines if line.construction == name]
        if len(own) < 2:
            continue
        sizes = [line.num_samples for line in own]
        yield f"{name}, N from {sizes[0]:,} to {sizes[-1]:,}, powers of N"
        for what, numbers in _growing(own).items():
            steps = " ".join(f"{x:5.2f}" for x in local_exponents(sizes, numbers))
            fitted = ""
            if len(set(sizes)) >= 3:
                slope = power_law(sizes, numbers).slope
                fitted = f"; least squares in logarithms {slope:.2f}"
            yield f"  {what:<42} from size to size {steps}{fitted}"


def _growing(own: Sequence[Line]) -> dict[str, list[float]]:
    return {
        "processor seconds of the forward pass": [x.forward_cpu_seconds for x in own],
        "layers": [float(x.depth) for x in own],
        "nanoseconds for one layer and one sample": [x.layer_sample_ns for x in own],
        "seconds to verify": [x.verify_seconds for x in own],
        "seconds to build": [x.build_seconds for x in own],
        "one input in Python integers, seconds": [x.integers_seconds for x in own],
    }


def local_exponents(sizes: Sequence[int], numbers: Sequence[float]) -> list[float]:
    """Exponents of the power laws through neighbours.

    Example:
        >>> local_exponents([1, 10, 100], [1, 10, 1000])
        [1.0, 2.0]
    """
    pairs = list(zip(sizes, numbers, strict=True))
    return [
        round(log(y / v) / log(x / u), 3)
        for (u, v), (x, y) in zip(pairs, pairs[1:], strict=False)
    ]

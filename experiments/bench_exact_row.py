"""One line of the benchmark of the exact evaluator, in a process of its own.

    python -m experiments.bench_exact_row CONSTRUCTION N INPUTS

prints the line as JSON. The process has done nothing else, so that its peak of resident
memory is that of drawing the data, building and verifying; the rivals run afterwards.
"""

import argparse
import json
import os
import platform
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from fractions import Fraction
from typing import Any

import numpy as np

import memcap as mc
from experiments.bench_exact_integers import OneByOne
from memcap.model.fast_forward import fast_forward

LENGTH, VOCAB, CLASSES, SEED = 16, 64, 2, 0
# A rival runs over inputs until this many seconds are gone.
RIVAL_SECONDS, FEWEST_INPUTS = 3.0, 5
REPEATS, ONCE_FROM = 3, 1_000_000


@dataclass(frozen=True)
class Line:
    """What was measured at one N.

    Args:
        construction: name of the construction.
        num_samples: N.
        verdict: of the certificate.
        depth: layers.
        nonzero: stored numbers.
        max_bits: digits of the longest.
        build_seconds: wall seconds of `memcap.construct`, the median.
        forward_seconds: wall seconds of `fast_forward` over all N inputs, the median.
        verify_seconds: wall seconds of `memcap.verify`, the median.
        build_cpu_seconds: processor seconds of `memcap.construct`, the median.
        forward_cpu_seconds: processor seconds of the same forward passes, the median.
        verify_cpu_seconds: processor seconds of the same checks, the median.
        peak_gib: largest resident memory of the process up to here.
        integers_inputs: inputs the rival in Python integers ran over.
        integers_seconds: its processor seconds for one input.
        rationals_inputs: inputs the reference pass ran over, one after another.
        rationals_seconds: its processor seconds for one input.
        load: of the machine, processes that wanted to run in the last minute.
        cores: of the machine; every measurement uses one.
        versions: of Python and the packages that compute.
    """

    construction: str
    num_samples: int
    verdict: str
    depth: int
    nonzero: int
    max_bits: int
    build_seconds: float
    forward_seconds: float
    verify_seconds: float
    build_cpu_seconds: float
    forward_cpu_seconds: float
    verify_cpu_seconds: float
    peak_gib: float
    integers_inputs: int
    integers_seconds: float
    rationals_inputs: int
    rationals_seconds: float
    load: float
    cores: int
    versions: dict[str, str]

    @property
    def ratio_to_integers(self) -> float:
        """How often one input at a time in integers takes as long as all of ours."""
        return self.integers_seconds * self.num_samples / self.forward_cpu_seconds

    @property
    def ratio_to_rationals(self) -> float:
        """The same for the reference pass."""
        return self.rationals_seconds * self.num_samples / self.forward_cpu_seconds

    @property
    def layer_sample_ns(self) -> float:
        """Processor nanoseconds for one layer and one sample."""
        return 1e9 * self.forward_cpu_seconds / (self.depth * self.num_samples)


def measure(construction: str, num_samples: int, most_inputs: int) -> Line:
    """Draw, build, run, verify; then the rivals on some of the inputs."""
    warm_up(construction)
    ds = mc.data.random_next_token(num_samples, LENGTH, VOCAB, CLASSES, seed=SEED)
    repeats = 1 if num_samples >= ONCE_FROM else REPEATS
    # A dataset remembers what was measured of it: each build is given its own.
    fresh = [ds.take(slice(None)) for _ in range(repeats)]
    builds = [timed(lambda own=own: mc.construct(construction, own)) for own in fresh]
    built = builds[0][0]
    weights = built.weights
    forwards = [timed(lambda: fast_forward(weights, ds.tokens)) for _ in range(repeats)]
    verified = [timed(lambda: mc.verify(built, ds)) for _ in range(repeats)]
    peak = peak_gib()
    counts, one = mc.count(weights), OneByOne(weights, LENGTH)

    def integers(i: int) -> Any:
        return Fraction(one(ds.tokens[i]), one.denominator)

    def rationals(i: int) -> Any:
        return mc.forward(weights, ds.tokens[i : i + 1])[0]

    by_integers = rival(integers, ds.labels, most_inputs)
    by_rationals = rival(rationals, ds.labels, most_inputs)
    return Line(
        construction=construction,
        num_samples=num_samples,
        verdict=verified[0][0].verdict.value,
        depth=counts.depth,
        nonzero=counts.nonzero,
        max_bits=counts.max_bits,
        build_seconds=_median([wall for _, (wall, _) in builds]),
        forward_seconds=_median([wall for _, (wall, _) in forwards]),
        verify_seconds=_median([wall for _, (wall, _) in verified]),
        build_cpu_seconds=_median([cpu for _, (_, cpu) in builds]),
        forward_cpu_seconds=_median([cpu for _, (_, cpu) in forwards]),
        verify_cpu_seconds=_median([cpu for _, (_, cpu) in verified]),
        peak_gib=peak,
        integers_inputs=by_integers[0],
        integers_seconds=by_integers[1],
        rationals_inputs=by_rationals[0],
        rationals_seconds=by_rationals[1],
        load=os.getloadavg()[0],
        cores=os.cpu_count() or 1,
        versions={"python": platform.python_version(), "numpy": np.__version__},
    )


def warm_up(construction: str) -> None:
    """Import what building and verifying import; that is not what is measured."""
    few = mc.data.random_next_token(2, LENGTH, VOCAB, CLASSES, seed=SEED)
    mc.verify(mc.construct(construction, few), few)


def timed(function: Callable[[], Any]) -> tuple[Any, tuple[float, float]]:
    """What a call returns; its wall seconds and its processor seconds."""
    wall, cpu = time.perf_counter(), time.process_time()
    found = function()
    return found, (time.perf_counter() - wall, time.process_time() - cpu)


def _median(seconds: list[float]) -> float:
    return float(np.median(seconds))


def rival(
    evaluate: Callable[[int], Any], labels: np.ndarray, most_inputs: int
) -> tuple[int, float]:
    """Inputs run over, spread over the data, and processor seconds for one.

    Raises:
        ArithmeticError: an output is not the label.
    """
    # In any order, so that few inputs are spread over the data too.
    order = np.random.default_rng(0).permutation(len(labels))[:most_inputs]
    start, done = time.process_time(), 0
    for i in order.tolist():
        if evaluate(i) != labels[i]:
            raise ArithmeticError(f"input {i} does not get its label from a rival.")
        done += 1
        if done >= FEWEST_INPUTS and time.process_time() - start > RIVAL_SECONDS:
            break
    return done, (time.process_time() - start) / done


def peak_gib() -> float:
    """Largest resident memory of this process so far."""
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 2**30


def in_a_child(construction: str, num_samples: int, most_inputs: int) -> Line:
    """`measure` in a process of its own.

    Raises:
        subprocess.CalledProcessError: the process failed; it said why.
    """
    module = [sys.executable, "-m", "experiments.bench_exact_row"]
    done = subprocess.run(
        [*module, construction, str(num_samples), str(most_inputs)],
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return Line(**json.loads(done.stdout))


def main() -> None:
    """Measure and print one line as JSON."""
    parser = argparse.ArgumentParser(prog="python -m experiments.bench_exact_row")
    parser.add_argument("construction")
    parser.add_argument("num_samples", type=int)
    parser.add_argument("most_inputs", type=int)
    given = parser.parse_args()
    line = measure(given.construction, given.num_samples, given.most_inputs)
    print(json.dumps(asdict(line)))


if __name__ == "__main__":
    main()

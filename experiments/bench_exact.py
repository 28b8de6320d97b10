"""How fast is the exact evaluator, and how does its cost grow with N?

    python -m experiments.bench_exact --size smoke|small|full [--construction NAME]

Random sequences of 16 of 64 tokens with 2 classes. Every line of the table is measured
in a process of its own, one after another, and uses one core: it builds and verifies
the printed construction (`next_token`) or the smallest network (`compact_next_token`),
then runs on the same inputs

- *ours*: `memcap.model.fast_forward`, all N inputs, every output exact;
- *integers*: one input after another in plain Python integers (`bench_exact_integers`),
  on up to 400 inputs spread over the data, then scaled to N;
- *rationals*: the reference forward pass on flint rationals, likewise.

Every output of both must be the label. Ratios and the cost of one layer and one sample
are of processor seconds of the forward pass, so that other work on the machine counts
little; build and verify are wall-clock. `small` goes to N = 100,000 (2 minutes), `full`
to 1,000,000 (1 minute for the compact network alone, far longer for the other).
"""

import argparse
import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from experiments.bench_exact_bars import COMPACT, growth, verdicts
from experiments.bench_exact_row import Line, in_a_child

SIZES = {
    "smoke": (100, 200),
    "small": (1_000, 10_000, 100_000),
    "full": (1_000, 10_000, 100_000, 1_000_000),
}
# Inputs that the rivals run over, at most.
INPUTS = {"smoke": 10, "small": 400, "full": 400}
CONSTRUCTIONS = (COMPACT, "next_token")
HEAD = (
    f"{'network':>18} {'N':>9} {'layers':>6} {'numbers':>8} {'build s':>8} "
    f"{'forward s':>9} {'verify s':>8} {'GiB':>5} {'ns/layer':>8} "
    f"{'integers ms':>11} {'ratio':>6} {'rationals ms':>12} {'ratio':>7}"
)


def main(arguments: list[str] | None = None) -> list[Line]:
    """Run the benchmark; print table and verdicts, write JSON lines into ``--out``."""
    given = _parser().parse_args(arguments)
    chosen = [given.construction] if given.construction else CONSTRUCTIONS
    print(HEAD)
    lines = []
    for construction in chosen:
        for num_samples in SIZES[given.size]:
            line = in_a_child(construction, num_samples, INPUTS[given.size])
            lines.append(line)
            print(text(line), flush=True)
    print("\nms: one input alone; ratio: that times N over ours; ns: a layer, a sample")
    print(f"load of the machine {max(line.load for line in lines):.1f} at most", end="")
    print(f", {lines[0].cores} cores\n")
    print("\n".join([*growth(lines), "", *verdicts(lines)]))
    if given.out is not None:
        given.out.mkdir(parents=True, exist_ok=True)
        rows = "".join(json.dumps(record(line)) + "\n" for line in lines)
        (given.out / "bench_exact.jsonl").write_text(rows)
    return lines


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m experiments.bench_exact",
        description=(__doc__ or "").split("\n")[0],
    )
    parser.add_argument("--size", choices=tuple(SIZES), default="small", help="sizes N")
    parser.add_argument(
        "--construction", choices=CONSTRUCTIONS, help="only this network; default both"
    )
    parser.add_argument("--out", type=Path, help="folder for bench_exact.jsonl")
    return parser


def text(line: Line) -> str:
    """The line as it is printed."""
    return (
        f"{line.construction:>18} {line.num_samples:9,d} {line.depth:6d} "
        f"{line.nonzero:8,d} {line.build_seconds:8.2f} {line.forward_seconds:9.3f} "
        f"{line.verify_seconds:8.2f} {line.peak_gib:5.2f} {line.layer_sample_ns:8.2f} "
        f"{1e3 * line.integers_seconds:11.2f} {line.ratio_to_integers:6.0f} "
        f"{1e3 * line.rationals_seconds:12.1f} {line.ratio_to_rationals:7.0f}"
    )


def record(line: Line) -> dict[str, Any]:
    """The line as it is written: what was measured and what follows from it."""
    return asdict(line) | {
        "ratio_to_integers": line.ratio_to_integers,
        "ratio_to_rationals": line.ratio_to_rationals,
        "layer_sample_ns": line.layer_sample_ns,
    }


if __name__ == "__main__":
    main()

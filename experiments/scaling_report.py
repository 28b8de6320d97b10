"""From the records of a scaling sweep to fits, a table and the figure."""

import json
from collections import Counter
from collections.abc import Sequence
from fractions import Fraction
from math import inf
from pathlib import Path
from typing import Any

import memcap as mc
from experiments.scaling_cells import CONSTRUCTED, PRINTED
from memcap.analysis import style
from memcap.analysis.scaling_bootstrap import Resampling
from memcap.analysis.scaling_fits import compare
from memcap.analysis.scaling_models import FREE, MODELS, Model
from memcap.analysis.scaling_points import Point
from memcap.analysis.scaling_results import Comparison
from memcap.core.errors import DataError
from memcap.sweeps import Record
from memcap.sweeps.storage import write_whole

SCANS = ("samples", "length")
# Whether W depends on n at all is asked against no growth and against log n.
CONSTANT, LOG = Model("N^0", Fraction(0)), Model("log N", Fraction(0), 1)
LONG = (CONSTANT, LOG, FREE)


def of_scan(records: Sequence[Record], scan: str) -> list[Record]:
    """The records in which one of N and n is varied, or ``both``."""
    return [record for record in records if scan in (record.config["scan"], "both")]


def size_of(record: Record, scan: str) -> int:
    """What W is plotted against: n, N, or nN where every token has a label."""
    if scan == "length" and record.config["task"] == "next_token":
        return record.config["length"]
    return record.results["labels"]


def symbol_of(record: Record, scan: str) -> str:
    """Its name."""
    if record.config["task"] == "seq_to_seq":
        return "nN"
    return "n" if scan == "length" else "N"


def point_of(record: Record, scan: str, fixed: bool = True) -> Point | None:
    """What a search says about W; None where it says nothing.

    Args:
        record: of a cell.
        scan: which of N and n is varied.
        fixed: whether embedding, attention and readout are counted.
    """
    known = record.results["parameters"]
    less = 0 if fixed else record.results["fixed"]
    low, high = known["failing"], known["succeeding"]
    if low is None and high is None:
        return None
    config = record.config
    group = f"{config['samples']}-{config['length']}-{config['seed']}"
    return Point(
        size_of(record, scan),
        0 if low is None else low - less,
        inf if high is None else high - less,
        group,
    )


def points_of(
    records: Sequence[Record], scan: str, fixed: bool = True
) -> tuple[Point, ...]:
    """The points of one scan."""
    found = [point_of(record, scan, fixed) for record in of_scan(records, scan)]
    return tuple(point for point in found if point is not None)


def comparison_of(
    records: Sequence[Record], scan: str, fixed: bool = True
) -> Comparison | str:
    """The laws compared on one scan, or the sentence that says why they cannot be."""
    chosen = of_scan(records, scan)
    if not chosen:
        return "there are no records."
    symbol = symbol_of(chosen[0], scan)
    points = points_of(records, scan, fixed)
    models = LONG if symbol == "n" else MODELS
    try:
        return compare(points, Resampling(seed=0), symbol=symbol, models=models)
    except DataError as error:
        return str(error)


def fits(records: Sequence[Record]) -> dict[str, Any]:
    """Everything that is concluded, as JSON values."""
    found: dict[str, Any] = {}
    # Next-token labels do not grow with n, so that only token labels share one axis.
    shared = records[0].config["task"] == "seq_to_seq"
    for scan in (*SCANS, "both") if shared else SCANS:
        chosen = of_scan(records, scan)
        if not chosen:
            continue
        found[scan] = {
            "symbol": symbol_of(chosen[0], scan),
            "statuses": dict(sorted(Counter(_status(r) for r in chosen).items())),
            "not_monotone": sum(not r.results["monotone"] for r in chosen),
            "verdicts": dict(sorted(Counter(_verdict(r) for r in chosen).items())),
            "all parameters": _as_dict(comparison_of(records, scan)),
            "parameters of hidden units": _as_dict(
                comparison_of(records, scan, fixed=False)
            ),
            "points": [_row(record, scan) for record in chosen],
        }
    return found


def _status(record: Record) -> str:
    return record.results["status"]


def _verdict(record: Record) -> str:
    return record.results.get("found", {}).get("verdict", "no network")


def _as_dict(found: Comparison | str) -> dict[str, Any]:
    return {"reason": found} if isinstance(found, str) else found.as_dict()


def _row(record: Record, scan: str) -> dict[str, Any]:
    config, results = record.config, record.results
    return {
        "size": size_of(record, scan),
        "samples": config["samples"],
        "length": config["length"],
        "seed": config["seed"],
        **results["parameters"],
        "status": results["status"],
    }


def constructed(record: Record, name: str) -> int | None:
    """Non-zero parameters of a construction on the data of a record, if proved."""
    found = record.results["constructed"][name]
    return found["nonzero"] if found.get("verdict") == "PROVED" else None


def bounds_of(record: Record) -> dict[str, float]:
    """The lower bound and the printed statement at the data of a record.

    A network with a label for every token also labels last tokens, so that the lower
    bound of next-token labels holds for it.
    """
    config = record.config
    given = {
        "num_samples": config["samples"],
        "length": config["length"],
        "vocab": config["vocab"],
        "classes": config["classes"],
        "dim": 1,
        "r": config["vocab"] - 1,
        "delta": 1,
    }
    return {
        "fewest possible": _value("memcap.Shatter.any_places", given),
        "KS25, printed": _value(PRINTED[config["task"]], given),
    }


def _value(identifier: str, given: dict[str, int]) -> float:
    statement = mc.bounds.get(identifier)
    wanted = {k: v for k, v in given.items() if k in statement.inputs}
    ball = statement(**wanted).ball(64)
    return float((ball.lower + ball.upper) / 2)


def table(records: Sequence[Record]) -> str:
    """Every search and what stands beside it, as Markdown."""
    names = CONSTRUCTED[records[0].config["task"]]
    heads = ("N", "n", "labels", "seed", "W fails", "W fits", "status", "attempts")
    cells = (*heads, "verdict", *names, "fewest possible", "KS25, printed")
    lines = [_line(cells), _line(["---:"] * len(cells))]
    for record in records:
        config, results = record.config, record.results
        known = results["parameters"]
        built = (constructed(record, name) for name in names)
        bounds = (f"{value:,.0f}" for value in bounds_of(record).values())
        row = (
            f"{config['samples']:,}",
            f"{config['length']:,}",
            f"{results['labels']:,}",
            config["seed"],
            known["failing"],
            known["succeeding"],
            results["status"],
            len(results["attempts"]),
            _verdict(record),
            *built,
            *bounds,
        )
        lines.append(_line("-" if cell is None else cell for cell in row))
    return "\n".join(lines) + "\n"


def _line(cells: Any) -> str:
    return f"| {' | '.join(str(cell) for cell in cells)} |"


def save(records: Sequence[Record], out: Path, name: str) -> None:
    """Write fits.json, table.md and the figure, functions of the records alone."""
    from experiments.scaling_figure import figure

    if not records:
        return
    text = json.dumps(fits(records), indent=1, sort_keys=True)
    write_whole(out / "fits.json", text + "\n")
    write_whole(out / "table.md", table(records))
    drawn = figure(records)
    style.save(drawn, out, name)

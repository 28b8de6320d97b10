"""Separation of context ids: two tables, functions of the records.

Records come from ``experiments.delta_table``; each holds the logarithms of what the
printed theorem, the sharpened one and the scale chosen from the data guarantee, and of
what was realised.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from memcap.sweeps.records import Record

_COLUMNS = ("kappa", "ln_theorem", "ln_sharpened", "ln_guaranteed", "ln_realised")
_BOTH_SIDES = ("ln_guaranteed", "ln_realised", "ln_realised_upper")
NAMES = {
    "data": "one head",
    "tied": "one head",
    "causal": "one head, causal mask",
    "positions": "one head, positions, repeats",
    "opposite": "two opposite heads",
    "heads": "{amount:g} heads, own directions",
    "untied": "one head, W_Q untied",
    "untied_opposite": "two opposite heads, untied",
    "rank_two": "one head of rank 2",
}


def of(records: Iterable[Record], *layers: str, **fixed: Any) -> list[Record]:
    """The records of some layers whose configuration has the given values."""
    return [
        record
        for record in records
        if record.config.get("kind") == "delta_table"
        and record.config["layer"] in layers
        and all(record.config[name] == value for name, value in fixed.items())
    ]


def grouped(records: Iterable[Record], *names: str) -> dict[tuple, list[Record]]:
    """Records by the values of some fields of their configuration."""
    groups: dict[tuple, list[Record]] = {}
    for record in records:
        key = tuple(record.config[name] for name in names)
        groups.setdefault(key, []).append(record)
    return groups


def values(records: Iterable[Record], name: str) -> list[float]:
    """One result of every record that has it."""
    found = [record.results.get(name) for record in records]
    return [value for value in found if value is not None]


def table(records: Iterable[Record], **fixed: Any) -> str:
    """ln delta of theorem, data and realisation in Markdown, a row for each d, V, n.

    Ranges are over seeds. The columns on floats tell the share of contexts that kept an
    id of their own, the lowest over seeds.

    Args:
        records: of ``experiments.delta_table``.
        **fixed: values of the configuration that rows must have, such as ``dim=1``.
    """
    records = tuple(records)
    head = (
        "d, V, n, sequences, κ, ln δ printed, sharpened, guaranteed, **realised**, "
        "realised at the printed κ, bits, float64, float32"
    )
    rows = [_heading(head.split(", "))]
    names = ("dim", "vocab", "length")
    printed = grouped(of(records, "theorem"), *names)
    for key, found in sorted(grouped(of(records, "data", **fixed), *names).items()):
        rows.append(
            _row(
                *key,
                _sequences(found),
                *(_range(values(found, name)) for name in _COLUMNS),
                _range(values(printed.get(key, ()), "ln_realised")),
                _range(values(found, "bits")),
                *(_share(found, name) for name in ("float64", "float32")),
            )
        )
    return "\n".join(rows) + "\n"


def extensions_table(records: Iterable[Record]) -> str:
    """The other layers in Markdown: what each realises on the same tokens.

    Ranges are over seeds, as in `table`. No two ids are closer than what is realised;
    for several heads the closest pair that was found may be farther apart.
    """
    head = (
        "d, V, n, layer, spacing, guaranteed, **realised**, a pair as close as, bits, "
        "float64, float32"
    )
    rows = [_heading(head.split(", "))]
    names = ("dim", "vocab", "length", "layer", "amount")
    others = [layer for layer in NAMES if layer != "data"]
    order = list(NAMES).index
    groups = grouped(of(records, *others), *names)
    for key, found in sorted(
        groups.items(), key=lambda x: (*x[0][:3], order(x[0][3]), x[0][4])
    ):
        *sizes, layer, amount = key
        spacing = f"{amount:g}" if amount and layer != "heads" else "2"
        rows.append(
            _row(
                *sizes,
                NAMES[layer].format(amount=amount),
                spacing,
                *(_range(values(found, name)) for name in _BOTH_SIDES),
                _range(values(found, "bits")),
                *(_share(found, name) for name in ("float64", "float32")),
            )
        )
    return "\n".join(rows) + "\n"


def _heading(names: Sequence[str]) -> str:
    return _row(*names) + "\n" + _row(*["---"] * len(names))


def _row(*cells: Any) -> str:
    return "| " + " | ".join(str(cell) for cell in cells) + " |"


def _sequences(found: Sequence[Record]) -> str:
    word = {record.results.get("chosen") for record in found}
    count = max(values(found, "sequences"), default=0)
    return f"all {count:,}" if word == {"all"} else f"{count:,} drawn"


def _number(value: float) -> str:
    text = f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"
    return text.replace("-", "−")


def _range(values: Sequence[float]) -> str:
    if not values:
        return "-"
    ends = dict.fromkeys(_number(value) for value in (min(values), max(values)))
    return " to ".join(ends)


def _share(found: Sequence[Record], name: str) -> str:
    shares = [
        record.results[name] / record.results["contexts"]
        for record in found
        if name in record.results
    ]
    if not shares:
        return "-"
    # Never "100 %" where one context is lost.
    return "all" if min(shares) == 1 else f"{min(100 * min(shares), 99.9):.3g} %"

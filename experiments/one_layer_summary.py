"""Accuracies with intervals from the records, and the printed table."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import stats

from experiments.one_layer_arms import ARMS
from memcap.sweeps.records import Record

Setting = tuple[str, int, int]
REFERENCE = "rank 1"


@dataclass(frozen=True, slots=True)
class Row:
    """One arm in one setting.

    Args:
        arm: its name.
        setting: labels, N and hidden width.
        accuracy: `[seeds]` share of training labels right, at the best learning rate.
        rate: the learning rate with the best mean, chosen for each arm and setting.
        full: how many seeds have every label right.
        nonzero: parameters without the word vectors.
        record: the whole record.
    """

    arm: str
    setting: Setting
    accuracy: np.ndarray
    rate: str
    full: int
    nonzero: int
    record: Record

    @property
    def interval(self) -> tuple[float, float]:
        """95 % bootstrap interval of the mean over seeds."""
        return bootstrap(self.accuracy)

    @property
    def full_interval(self) -> tuple[float, float]:
        """95 % Wilson interval of the share of seeds with every label right."""
        test = stats.binomtest(self.full, len(self.accuracy))
        low, high = test.proportion_ci(method="wilson")
        return float(low), float(high)


def bootstrap(values: np.ndarray) -> tuple[float, float]:
    """95 % percentile interval of a mean; with few values it is rough.

    Example:
        >>> bootstrap(np.array([1.0, 1.0, 1.0]))
        (1.0, 1.0)
    """
    found = stats.bootstrap(
        (values,),
        np.mean,
        method="percentile",
        n_resamples=9999,
        rng=np.random.default_rng(0),
    ).confidence_interval
    return float(found.low), float(found.high)


def of_kind(records: Iterable[Record], kind: str) -> list[Record]:
    """The finished records of one kind."""
    return [r for r in records if r.config["kind"] == kind and r.status == "done"]


def rows(records: Iterable[Record]) -> list[Row]:
    """Every trained arm, in the order of the records."""
    return [_row(record) for record in of_kind(records, "trained")]


def _row(record: Record) -> Row:
    results, config = record.results, record.config
    by_rate = {rate: np.array(hits) for rate, hits in results["correct"].items()}
    rate = max(by_rate, key=lambda name: by_rate[name].mean())
    return Row(
        arm=config["arm"],
        setting=setting_of(record),
        accuracy=by_rate[rate] / results["total"],
        rate=rate,
        full=int((by_rate[rate] == results["total"]).sum()),
        nonzero=record.counts["nonzero"],
        record=record,
    )


def setting_of(record: Record) -> Setting:
    """Labels, N and hidden width of a trained run."""
    config = record.config
    return config["labels"], config["samples"], config["hidden"]


def settings(found: Sequence[Row]) -> list[Setting]:
    """The settings there are, each once."""
    return list(dict.fromkeys(row.setting for row in found))


def largest(found: Sequence[Row], labels: str) -> dict[str, Row]:
    """The arms at the largest N and width of a labelling, by name."""
    fitting = [row.setting for row in found if row.setting[0] == labels]
    last = max(fitting, default=None)
    return {row.arm: row for row in found if row.setting == last}


def ids_at(records: Iterable[Record], setting: Setting) -> Record | None:
    """What the theoretical layers tell apart on the windows of a setting."""
    for record in of_kind(records, "ids"):
        config = record.config
        if (config["labels"], config["samples"]) == setting[:2]:
            return record
    return None


def mean_of(record: Record, name: str, what: str) -> float:
    """Mean over the draws of what floats make of a theoretical layer."""
    return float(np.mean([draw[name][what] for draw in record.results["draws"]]))


def table(records: Sequence[Record]) -> str:
    """All results as Markdown."""
    return "\n\n".join([_accuracies(records), _separations(records), _built(records)])


def _accuracies(records: Sequence[Record]) -> str:
    lines = [
        "| labels | N | hidden | arm | parameters | accuracy | interval | less rank 1 "
        "| all right | score spread |",
        "| --- | ---: | ---: | --- | ---: | ---: | --- | --- | --- | ---: |",
    ]
    found = rows(records)
    for setting in settings(found):
        here = {row.arm: row for row in found if row.setting == setting}
        lines += [_line(here[arm], here.get(REFERENCE)) for arm in ARMS if arm in here]
    return "\n".join(lines)


def _line(row: Row, reference: Row | None) -> str:
    low, high = row.interval
    labels, samples, hidden = row.setting
    wilson = "{:.2f} to {:.2f}".format(*row.full_interval)
    cells = [
        labels,
        str(samples),
        str(hidden),
        row.arm,
        str(row.nonzero),
        f"{row.accuracy.mean():.3f}",
        f"{low:.3f} to {high:.3f}",
        _difference(row, reference),
        f"{row.full} of {len(row.accuracy)} ({wilson})",
        f"{row.record.results['best_score_spread']:,.1f}",
    ]
    return f"| {' | '.join(cells)} |"


def _difference(row: Row, reference: Row | None) -> str:
    """Paired by seed, hence by word vectors."""
    if reference is None or reference is row:
        return ""
    by_seed = row.accuracy - reference.accuracy
    low, high = bootstrap(by_seed)
    return f"{by_seed.mean():+.3f} ({low:+.3f} to {high:+.3f})"


def _separations(records: Sequence[Record]) -> str:
    lines = [
        "| labels | N | words | contexts | exact | float64 | float32 "
        "| printed, float64 | ln distance | word alone | ceiling float32 "
        "| ceiling float64 |",
        "|" + " --- |" * 12,
    ]
    return "\n".join(lines + [_separation(r) for r in of_kind(records, "ids")])


def _separation(record: Record) -> str:
    results = record.results
    draws: list[dict[str, Any]] = results["draws"]
    distances = [draw["ln_distance"] for draw in draws]
    cells = [
        record.config["labels"],
        str(results["samples"]),
        str(results["words"]),
        str(draws[0]["contexts"]),
        f"{np.mean([draw['certified'] for draw in draws]):.0f}",
        f"{mean_of(record, 'frozen_float64', 'told'):.1f}",
        f"{mean_of(record, 'frozen_float32', 'told'):.1f}",
        f"{mean_of(record, 'printed_float64', 'told'):.1f}",
        f"{min(distances):,.0f} to {max(distances):,.0f}",
        f"{results['word_alone']:.3f}",
        f"{mean_of(record, 'frozen_float32', 'ceiling'):.3f}",
        f"{mean_of(record, 'frozen_float64', 'ceiling'):.3f}",
    ]
    return f"| {' | '.join(cells)} |"


def _built(records: Sequence[Record]) -> str:
    lines = [
        "| labels | N | verdict | labels right | factored | nonzero | longest weight |",
        "|" + " --- |" * 7,
    ]
    for record in of_kind(records, "constructed"):
        results, counts = record.results, record.counts
        cells = [
            record.config["labels"],
            str(record.config["samples"]),
            results["verdict"],
            f"{results['correct']} of {results['total']}",
            str(counts["factored"]),
            str(counts["nonzero"]),
            f"{counts['max_bits']} bits",
        ]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)

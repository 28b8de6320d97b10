"""How small is the separation of a rank-1 softmax layer, really?

KS23 (arXiv 2307.14023), Theorem 2, makes one softmax head of rank one a contextual
mapping and guarantees a distance delta between ids. Here, over vocabularies, lengths
and dimensions: ln delta of the printed theorem and of the sharpened one, what a scale
chosen from the data guarantees, and what is realised, certified from both sides; the
bits that decided it; and how many contexts a forward pass in floats keeps apart. Then
what readers asked of the theorem: positions, a causal mask, several heads, a rank above
one, scores closer together.

    python -m experiments.delta_table --size smoke|small|full --out DIR
"""

import argparse
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

import memcap as mc
from experiments import delta_data as data
from experiments import delta_layers as layers
from experiments import delta_measure as ids
from experiments.delta_grids import GRIDS, NAME, Run, as_config, runs
from memcap.analysis import delta_figures, delta_tables, style
from memcap.core.exact import exact
from memcap.model.weights import Weights
from memcap.sweeps.provenance import git_commit, now, versions
from memcap.sweeps.records import Record, Store, key_of

# Bits a realised distance may take; the theorem's own scale gets all of them.
_DEEPEST_GUARANTEE = -80_000


@dataclass(frozen=True)
class Case:
    """A run with its tokens.

    Args:
        run: the configuration.
        seed: of tokens, sequences and directions.
        table: `[V, d]` tokens, None for ids on a line.
    """

    run: Run
    seed: int
    table: np.ndarray | None

    def dataset(self, tokens: np.ndarray) -> mc.Dataset:
        """Sequences of these tokens."""
        return data.dataset(tokens, self.table)

    @property
    def cover(self) -> mc.Dataset:
        """Sequences in which every token occurs."""
        return self.dataset(data.cover(self.run.vocab, self.run.length))


def _constructed(case: Case, **options: Any) -> layers.Made:
    built = mc.construct("rank_one_contextual", case.cover, seed=case.seed, **options)
    report = built.report
    return layers.Made(built.weights, report["kappa"], report["ln_delta_guaranteed"])


def _by_hand(make: Callable[..., layers.Made], *names: str) -> Callable:
    """A layer written down by hand; `amount` is the argument called `names[0]`."""

    def made(case: Case) -> layers.Made:
        run = case.run
        tokens = data.encoded(run.vocab, run.length, case.table)
        given = {name: exact(run.amount) for name in names if run.amount}
        return make(tokens, seed=case.seed, **given)

    return made


LAYERS: dict[str, Callable[[Case], layers.Made]] = {
    "theorem": lambda case: _constructed(case, scale="theorem"),
    "data": _constructed,
    "positions": lambda case: _constructed(case, positions=True),
    "causal": lambda case: _constructed(case, causal=True),
    "tied": _by_hand(layers.tied, "spacing"),
    "opposite": _by_hand(layers.opposite, "spacing"),
    "heads": _by_hand(layers.heads, "count"),
    "untied": _by_hand(layers.untied),
    "untied_opposite": _by_hand(layers.untied_opposite),
    "rank_two": _by_hand(layers.rank_two),
}


def execute(run: Run, seed: int) -> Record:
    """Build the layer, measure it, compare with the theorems."""
    begun = time.perf_counter()
    case = Case(run, seed, data.vectors(run.vocab, run.dim, seed))
    found = _theorems(case)
    try:
        made = LAYERS[run.layer](case)
    except mc.HypothesisError as error:
        found |= {"refused": str(error)}
    else:
        found |= {"kappa": float(made.kappa), "ln_guaranteed": made.ln_guaranteed}
        if made.query_ratio is not None:
            found["query_ratio"] = made.query_ratio
        found |= _measured(case, ids.by_id(made.weights, case.table), made)
    return Record(
        config=as_config(run),
        seed=seed,
        results=found | {"commit": git_commit()},
        versions=versions(),
        seconds=round(time.perf_counter() - begun, 3),
        time=now(),
    )


def _theorems(case: Case) -> dict[str, Any]:
    separation = data.encoded(case.run.vocab, case.run.length, case.table).separation
    inputs = {
        "vocab": case.run.vocab,
        "length": case.run.length,
        "dim": case.run.dim,
        "eps": separation.epsilon,
        "r_min": separation.r_min,
        "r": separation.r_max,
    }
    names = {"ln_theorem": "KS23.Thm2", "ln_sharpened": "KS23.Thm2s"}
    found: dict[str, Any] = {x: float(inputs[x]) for x in ("eps", "r_min", "r")}
    for name, statement in names.items():
        found[name] = float(mc.bounds.get(f"{statement}.ln_delta")(**inputs))
    return found


def _measured(case: Case, weights: Weights, made: layers.Made) -> dict[str, Any]:
    sequences = _sequences(case, weights)
    found: dict[str, Any] = {
        "sequences": len(sequences.tokens),
        "chosen": sequences.chosen,
    }
    deep = made.ln_guaranteed is not None and made.ln_guaranteed < _DEEPEST_GUARANTEE
    if deep and case.run.layer != "theorem":
        return found  # it would take more bits than the time of a table allows
    return found | ids.measure(weights, sequences.tokens)


def _sequences(case: Case, weights: Weights) -> data.Sequences:
    run = case.run
    if run.layer in ("positions", "causal"):
        repeats = run.layer == "positions"
        return data.arrangements(run.vocab, run.length, repeats, run.at_most, case.seed)
    every = data.all_sets(run.vocab, run.length, run.at_most)
    if every is not None:
        return every
    return data.sampled_sets(run.vocab, run.length, run.sample, case.seed, weights)


def complete(wanted: list[tuple[Run, int]], store: Store) -> None:
    """Do the runs whose keys are not in the store."""
    done = store.keys()
    missing = [x for x in wanted if key_of(as_config(x[0]), x[1]) not in done]
    for number, (run, seed) in enumerate(missing, start=1):
        record = execute(run, seed)
        store.append(record)
        print(f"{number}/{len(missing)}  {record.seconds:.1f} s  {run} {seed}")


def save(records: tuple[Record, ...], folder: Path) -> None:
    """The figures as PNG and SVG."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, draw in delta_figures.FIGURES.items():
        figure = draw(records)
        style.save(figure, folder, name)


def main(arguments: list[str] | None = None) -> tuple[Record, ...]:
    """Run what is not on record yet, print the tables, write records and figures."""
    parser = argparse.ArgumentParser(
        prog=f"python -m experiments.{NAME}",
        description=(__doc__ or "").split("\n")[0],
    )
    parser.add_argument("--size", choices=tuple(GRIDS), default="small")
    parser.add_argument(
        "--out", type=Path, required=True, help="folder for records/ and figures/"
    )
    given = parser.parse_args(arguments)
    wanted, store = runs(given.size), Store(given.out / f"records/{NAME}.jsonl")
    complete(wanted, store)
    keys = {key_of(as_config(run), seed) for run, seed in wanted}
    records = tuple(record for record in store.records() if record.key in keys)
    print(delta_tables.table(records))
    print(delta_tables.extensions_table(records))
    save(records, given.out / "figures")
    return records


if __name__ == "__main__":
    main()

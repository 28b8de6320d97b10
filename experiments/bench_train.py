"""How much does training many small networks at once gain over one after the other?

Side by side in one run, on the same network (residual layers, one softmax attention
layer), the same data and AdamW on all labels at once, wall time for one step of one
network:

- *eager*: a PyTorch loop, networks one after the other, so that one is measured and
  stands for any number; the faster of one thread and all cores;
- *lean*: the same without computing what nobody reads, as ours does;
- *compiled*: the eager one with the network through `torch.compile`;
- *per step*: a JAX loop with one jitted step, called once a step from Python;
- *ours*: `memcap.training.train_ensemble`, drawing, checks and the way back included,
  compilation not, which is given beside it.

Predicted before the first run, on two cores: ours five times faster than eager at 2,000
parameters, where PyTorch spends its step on calls; no gain at 200,000, where products
decide and one network fills the machine. Networks are drawn anew and their labels are
random, so nobody finishes early by luck alone; members that do are counted by their
steps.

`memcap.nn` does not compute what nobody reads: the layers ahead of the attention run
once for each id, the attention answers the last token alone. The eager network is
written as one would write it first and does both for all tokens; the lean one tells
what of the gain is this.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax
from flax import nnx

import memcap as mc
from memcap.nn.naming import split
from memcap.training import Member, TrainConfig, objective, train_ensemble

VOCAB, LENGTH, CLASSES, RATE = 32, 8, 2, 1e-3


@dataclass(frozen=True)
class Shape:
    """A network and its data.

    Args:
        name: about how many parameters.
        width: m.
        hidden: q.
        depth: token-wise layers before the attention, and behind it.
        num_samples: N.
        steps: steps of the timed run of ours.
    """

    name: str
    width: int
    hidden: int
    depth: int
    num_samples: int
    steps: int


SHAPES = (
    Shape("2k", 8, 32, 1, 64, 400),
    Shape("20k", 24, 96, 2, 64, 60),
    Shape("200k", 64, 256, 3, 64, 40),
)
SIZES: dict[str, tuple[tuple[Shape, ...], tuple[int, ...], int]] = {
    "smoke": (tuple(replace(s, steps=4) for s in SHAPES[:1]), (1, 4), 1),
    "small": (SHAPES, (1, 16, 256), 5),
    "full": (
        (*SHAPES, *(replace(s, num_samples=512) for s in SHAPES)),
        (1, 16, 256),
        5,
    ),
}


@dataclass(frozen=True)
class Row:
    """One line of the table; microseconds are for one step of one network.

    Args:
        shape: network and data.
        parameters: numbers in the network.
        models: networks trained at once by ours.
        eager: PyTorch, one after the other; None where it is not installed.
        lean: the same without what nobody reads.
        compiled: the eager one through its compiler.
        per_step: JAX, one jitted step at a time.
        ours: the ensemble.
        compile_seconds: what the first call of ours took longer than the timed one.
        flops: multiplications and additions of our products in one step of one network.
        utilisation: the share of `peak` that ours reaches; None where none was given.
    """

    shape: Shape
    parameters: int
    models: int
    eager: float | None
    lean: float | None
    compiled: float | None
    per_step: float
    ours: float
    compile_seconds: float
    flops: int
    utilisation: float | None

    def ratio(self, other: float | None) -> float | None:
        """How many times faster ours is."""
        return None if other is None else other / self.ours


def config(shape: Shape) -> mc.nn.Config:
    """The network of a shape."""
    return mc.nn.Config(
        vocab=VOCAB,
        classes=CLASSES,
        width=shape.width,
        head_size=shape.width,
        hidden=shape.hidden,
        encoder_depth=shape.depth,
        decoder_depth=shape.depth,
    )


def dataset(shape: Shape, seed: int = 0) -> mc.Dataset:
    """Random sequences with random labels."""
    return mc.data.random_next_token(
        shape.num_samples, LENGTH, VOCAB, CLASSES, seed=seed
    )


def flops(shape: Shape) -> int:
    """Operations of our products in a step: forward, and twice that backward."""
    m, n, samples = shape.width, LENGTH, shape.num_samples
    layers = 4 * shape.depth * m * shape.hidden
    ids = min(VOCAB, samples * n)
    # Keys and values of all tokens, query and output of the last one.
    attention = 4 * (n + 1) * m * m + 4 * n * m
    return 3 * (ids * layers + samples * (attention + layers + 2 * m * CLASSES))


def torch_times(python: str, shapes: tuple[Shape, ...], repeats: int) -> list[dict]:
    """For each shape what PyTorch takes: eager, lean (one thread, all), compiled."""
    cores = os.cpu_count() or 1
    jobs = []
    for shape in shapes:
        ds = dataset(shape)
        common = {
            "vocab": VOCAB,
            "classes": CLASSES,
            "width": shape.width,
            "hidden": shape.hidden,
            "depth": shape.depth,
            "rate": RATE,
            "repeats": repeats,
            "tokens": ds.tokens.tolist(),
            "labels": ds.labels.tolist(),
        }
        for lean in (False, True):
            for threads in (1, cores):
                jobs.append(
                    common | {"threads": threads, "compile": False, "lean": lean}
                )
        jobs.append(common | {"threads": 1, "compile": True, "lean": False})
    script = Path(__file__).with_name("bench_train_torch.py")
    try:
        done = subprocess.run(
            [python, str(script)],
            input=json.dumps(jobs),
            capture_output=True,
            text=True,
            timeout=900,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return [{"error": str(error)}] * len(jobs)
    answers = [json.loads(x) for x in done.stdout.splitlines() if x.startswith("{")]
    lost = {"error": (done.stderr.splitlines() or ["no answer"])[-1]}
    return answers + [lost] * (len(jobs) - len(answers))


def fastest(answers: list[dict], parameters: int) -> float | None:
    """Microseconds of the fastest answer, of the same network as ours."""
    found = [x for x in answers if "seconds" in x]
    assert all(x["parameters"] == parameters for x in found), "not the same network"
    return min((x["seconds"] * 1e6 for x in found), default=None)


def per_step(shape: Shape, repeats: int) -> float:
    """Microseconds of a jitted step that Python calls, as one would write it first."""
    ds, network = dataset(shape), mc.nn.Transformer(config(shape), rngs=0)
    structure, parameters, rest = split(network)
    tokens, labels = jnp.asarray(ds.tokens), jnp.asarray(ds.labels)
    rule = optax.adamw(RATE, weight_decay=0.0)

    def loss(values: Any) -> jax.Array:
        outputs = nnx.merge(structure, values, rest)(tokens)
        return objective.loss("argmax", outputs, labels)

    @jax.jit
    def step(values: Any, moments: Any) -> tuple[Any, Any]:
        slope = jax.grad(loss)(values)
        # Optax mixes integers and floats, which strict promotion refuses.
        with jax.numpy_dtype_promotion("standard"):
            change, moments = rule.update(slope, moments, values)
        return optax.apply_updates(values, change), moments

    now = (parameters, rule.init(parameters))

    def steps(count: int, now: Any) -> Any:
        for _ in range(count):
            now = step(*now)
        return jax.block_until_ready(now)

    seconds = timed(partial(steps, shape.steps, now), repeats)[0]
    return seconds / shape.steps * 1e6


def timed(function: Callable[[], Any], repeats: int) -> tuple[float, float, Any]:
    """Best seconds of calls after a first one, those of the first, and the result."""
    found, times = None, []
    for _ in range(repeats + 1):
        start = time.perf_counter()
        found = function()
        times.append(time.perf_counter() - start)
    return min(times[1:]), times[0], found


def ours(shape: Shape, models: int, repeats: int) -> tuple[float, float]:
    """Microseconds of a step of one of these networks, and seconds of compilation."""
    settings = TrainConfig(
        steps=shape.steps, check_every=min(100, shape.steps), learning_rate=RATE
    )
    members = [
        Member(config(shape), settings, dataset(shape, seed), seed=seed)
        for seed in range(models)
    ]
    best, first, outcomes = timed(lambda: train_ensemble(members), repeats)
    return best / sum(x.steps for x in outcomes) * 1e6, max(0.0, first - best)


def rows(
    shapes: tuple[Shape, ...],
    counts: tuple[int, ...],
    repeats: int,
    torch: list[dict],
    peak: float | None,
) -> list[Row]:
    """Every shape with every number of networks."""
    made = []
    for i, shape in enumerate(shapes):
        _, parameters, _ = split(mc.nn.Transformer(config(shape), rngs=0))
        size = sum(x.size for x in jax.tree.leaves(parameters))
        answers = torch[5 * i : 5 * i + 5]
        eager, lean, compiled = (
            fastest(answers[a:b], size) for a, b in ((0, 2), (2, 4), (4, 5))
        )
        one = per_step(shape, repeats)
        for models in counts:
            # Hundreds of the large ones take long enough for one look.
            best, first = ours(shape, models, repeats if models <= 16 else 1)
            share = flops(shape) / best * 1e6 / peak if peak else None
            made.append(
                Row(
                    shape=shape,
                    parameters=size,
                    models=models,
                    eager=eager,
                    lean=lean,
                    compiled=compiled,
                    per_step=one,
                    ours=best,
                    compile_seconds=first,
                    flops=flops(shape),
                    utilisation=share,
                )
            )
            print(line(made[-1]), flush=True)
    return made


HEAD = (
    "parameters    N models |    eager     lean compiled per step     ours  us | "
    "  x eager    x lean x compile x per step | compile s GFLOP/s"
)


def line(row: Row) -> str:
    """A row of the table as text; a dash where there is no PyTorch."""
    rivals = (row.eager, row.lean, row.compiled, row.per_step)
    times, ratios = (*rivals, row.ours), [row.ratio(x) for x in rivals]
    shown = " ".join(f"{'-' if x is None else format(x, '.1f'):>8}" for x in times)
    gains = " ".join(f"{'-' if x is None else format(x, '.1f'):>9}" for x in ratios)
    used = f" of peak {row.utilisation:.3f}" if row.utilisation else ""
    return (
        f"{row.parameters:>10} {row.shape.num_samples:>4} {row.models:>6} | {shown}"
        f"     | {gains} | {row.compile_seconds:>9.1f} "
        f"{row.flops / row.ours / 1e3:>7.2f}{used}"
    )


def provenance(torch: list[dict]) -> dict[str, Any]:
    """What the numbers depend on besides the code."""
    known = [x["version"] for x in torch if "version" in x]
    return {
        "python": platform.python_version(),
        "jax": jax.__version__,
        "optax": optax.__version__,
        "numpy": np.__version__,
        "torch": known[0] if known else None,
        "torch_errors": sorted({x["error"] for x in torch if "error" in x}),
        "device": str(jax.devices()[0]),
        "cores": os.cpu_count(),
        "load": os.getloadavg()[0],
        "numerics": TrainConfig().numerics,
    }


def main(arguments: list[str] | None = None) -> None:
    """Measure, print the table, and record it where asked."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--size", choices=sorted(SIZES), default="smoke")
    parser.add_argument("--out", type=Path, help="folder for bench_train.json")
    parser.add_argument("--torch-python", default=sys.executable, metavar="PATH")
    parser.add_argument("--peak", type=float, help="FLOP/s of the device, if known")
    options = parser.parse_args(arguments)
    shapes, counts, repeats = SIZES[options.size]
    torch = torch_times(options.torch_python, shapes, repeats)
    about = provenance(torch)
    for error in about["torch_errors"]:
        print(f"PyTorch: {error}")
    print(HEAD)
    table = rows(shapes, counts, repeats, torch, options.peak)
    if options.out is not None:
        options.out.mkdir(parents=True, exist_ok=True)
        record = {"about": about, "torch": torch, "rows": [asdict(x) for x in table]}
        path = options.out / "bench_train.json"
        path.write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()

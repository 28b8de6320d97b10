"""Run as a process of its own: trains on virtual devices, prints what came out.

Arguments: a JSON object with `devices` (numbers of devices to train on, one after the
other), and optionally `steps`, `dtype`, `checkpoint`, `processes`, `process`, `port`.
"""

import hashlib
import json
import sys

import jax
import numpy as np

from memcap.data.dataset import from_arrays
from memcap.nn import Config, parameters
from memcap.training import TrainConfig
from memcap.training.sharded import train_sharded


def data(samples=61):
    rng = np.random.default_rng(0)
    return from_arrays(
        rng.integers(0, 8, (samples, 5)), rng.integers(0, 3, samples), num_classes=3
    )


def network(ds):
    return Config.for_dataset(ds, width=7, hidden=13, heads=2, head_size=3)


def settings(told):
    return TrainConfig(
        steps=told.get("steps", 40),
        check_every=10,
        learning_rate=0.01,
        weight_decay=0.01,
        dtype=told.get("dtype", "float32"),
    )


def digest(model):
    values = [np.asarray(value[...]).tobytes() for value in parameters(model).values()]
    return hashlib.sha256(b"".join(values)).hexdigest()


def main(told):
    if "processes" in told:
        address = f"localhost:{told['port']}"
        jax.distributed.initialize(address, told["processes"], told["process"])
    ds = data()
    for number in told["devices"]:
        result = train_sharded(
            network(ds),
            settings(told),
            ds,
            devices=jax.devices()[:number],
            checkpoint=told.get("checkpoint"),
        )
        found = {
            "devices": result.devices,
            "processes": result.processes,
            "resumed": result.resumed,
            "steps": result.steps,
            "curve": [list(check) for check in result.curve],
            "digest": digest(result.model),
        }
        print(json.dumps(found), flush=True)


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))

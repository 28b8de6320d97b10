"""Records of distillation with planted gains, of the schema that a study writes."""

import hashlib

import numpy as np

STUDENT, TEACHERS = 25_984, (6_848, 14_880, 25_984, 57_408, 101_120)
ACCURACY = (0.54, 0.98, 1.0, 0.82, 0.95)
ARMS = ("all_correct", "intersection", "count_matched")
ESTIMAND = {
    "all_correct": "deployment utility",
    "intersection": "teachability at equal questions",
    "count_matched": "utility at equal count",
}
POOL, ITEMS, BEFORE = 3_000, 2_000, 0.35


def digest(*parts):
    return hashlib.sha256(repr(parts).encode()).hexdigest()


def record(gain, rng, *, seed, arm, teacher=None, size=STUDENT, pilot=None, **changes):
    """One record whose accuracy rises by `gain` up to whole items."""
    before = BEFORE + 0.01 * seed
    right = round(before * ITEMS)
    change = round(gain * ITEMS)
    lost = int(rng.integers(100, 160))
    lost, won = (lost, lost + change) if change >= 0 else (lost - change, lost)
    both = right - lost
    right_chains = round(POOL * (teacher["accuracy"] if teacher else 1))
    n_cot = POOL // 2 if arm in ("intersection", "count_matched") else right_chains
    n_cot = min(n_cot, pilot or n_cot)
    wrong = {"wrong_answer": POOL - right_chains, "invalid_chain": 0, "too_long": 0}
    rest = {"duplicate": 0, "not_shared": 0, "subsampled": right_chains - n_cot}
    name = teacher["name"] if teacher else arm
    log_size = np.log2(teacher["parameters"]) if teacher else 12.0
    made = {
        "schema": 1,
        "key": digest(name, arm, size, seed, pilot, gain),
        "task": "modular_chain",
        "task_parameters": {"modulus": 7, "steps": 5},
        "student": {
            "width": 32,
            "layers": 2,
            "heads": 2,
            "parameters": size,
            "seed": seed,
            "pretrain_updates": 525,
        },
        "teacher": teacher,
        "arm": arm,
        "estimand": ESTIMAND.get(arm, "reference"),
        "filter": "answer",
        "budget": "updates",
        "pilot": pilot,
        "n_cot": n_cot,
        "dropped": {**wrong, **rest},
        "spurious_rate": 0.02 if teacher else None,
        "mean_cot_tokens": 6.0 + 0.1 * seed,
        "updates": 400,
        "tokens": 400 * 128 * 12,
        "epochs": 400 * 128 / n_cot,
        "loss": 0.4,
        "items": ITEMS,
        "before": right / ITEMS,
        "after": (both + won) / ITEMS,
        "lost": lost,
        "won": won,
        "both": both,
        "floors": {"uniform": 1 / 7, "majority": "1/5", "last_step": 0.237},
        "trace_cost_bits": n_cot * (3.0 + 0.3 * log_size),
        "trace_cost_bits_per_token": 0.5 + 0.05 * log_size + 0.01 * rng.random(),
        "cot_table_bits": 412.7,
        "direct_table_bits": n_cot * 2.807,
        "hashes": {
            "pool": digest("pool"),
            "test": digest("test"),
            "data": digest(name, arm, size, seed, pilot),
        },
        "seconds": 12.5,
        "versions": {"memcap": "0.1.0", "python": "3.11.0", "jax": "0.10.2"},
    }
    return made | changes


def teacher(size, accuracy, *, style="full", seed=0):
    """A teacher of a size, named after it."""
    return {
        "name": f"T{size}",
        "width": 16,
        "layers": 2,
        "heads": 1,
        "parameters": size,
        "seed": seed,
        "style": style,
        "temperature": 0.0,
        "noise": 0.0,
        "updates": None,
        "accuracy": accuracy,
        "answer_correct": round(POOL * accuracy),
        "chain_valid": round(0.98 * POOL * accuracy),
    }


def study(
    gains,
    *,
    seeds=5,
    sd=0.004,
    arms=ARMS,
    students=(STUDENT,),
    sizes=TEACHERS,
    accuracy=ACCURACY,
    pilots=(),
    references=True,
    rng_seed=0,
):
    """Records of a study whose teachers have these true gains.

    Args:
        gains: true gain of each teacher; a mapping gives each student its own.
        sd: standard deviation between runs.
        pilots: numbers of chains of pilot runs.
    """
    rng = np.random.default_rng(rng_seed)
    made = []
    for size in students:
        own = gains[size] if isinstance(gains, dict) else gains
        for seed in range(seeds):
            cells = [(arm, None) for arm in arms]
            for arm, pilot in [*cells, *(("all_correct", count) for count in pilots)]:
                for t, right, true in zip(sizes, accuracy, own, strict=True):
                    drawn = float(rng.normal(true, sd))
                    cell = {"seed": seed, "arm": arm, "size": size, "pilot": pilot}
                    made.append(record(drawn, rng, teacher=teacher(t, right), **cell))
            if references:
                for arm, true in (("gold", max(own)), ("self", 0.0)):
                    drawn = float(rng.normal(true, sd))
                    made.append(record(drawn, rng, seed=seed, arm=arm, size=size))
    return made


EQUAL = (0.05,) * 5
PEAK = (0.02, 0.05, 0.08, 0.05, 0.02)
BELOW = (-0.10, -0.08, -0.06, -0.05, -0.04)

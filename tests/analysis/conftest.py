"""Records as the study writes them, small and made by hand."""

from math import isqrt, log2

import pytest

from memcap.sweeps.records import Record


def _bound_row(identifier, quantity, value):
    return {
        "id": identifier,
        "quantity": quantity,
        "direction": "upper",
        "side": "upper",
        "setting": "next_token",
        "status": "stated",
        "value": str(value),
        "float": float(value),
        "log2": log2(value),
        "sentence": "A sentence.",
        "reference": "KS25.ThmB1",
        "url": "https://arxiv.org/abs/2409.17677",
        "inputs": {"num_samples": "1"},
        "reason": "",
    }


def _constructed(samples, verdict):
    root = isqrt(samples)
    encoder, decoder = 20 * root, 120 * root
    by_part = [
        {"part": "embedding", "nonzero": 2, "dense": 12},
        {"part": "encoder", "nonzero": encoder, "dense": 9 * encoder},
        {"part": "attention", "nonzero": 2, "dense": 38},
        {"part": "decoder", "nonzero": decoder, "dense": 9 * decoder},
    ]
    claims = [
        {
            "kind": "memorizes",
            "bound": "0",
            "actual": "0",
            "verdict": verdict,
            "sentence": f"All {samples} labels are right.",
            "reference": "KS25.ThmB1",
            "url": "https://arxiv.org/abs/2409.17677#page=4",
            "formula": "",
        },
        {
            "kind": "width_at_most",
            "bound": "14",
            "actual": "12",
            "verdict": "PROVED",
            "sentence": "The width 12 is at most 14.",
            "reference": "KS25.ThmB1",
            "url": "https://arxiv.org/abs/2409.17677#page=4",
            "formula": "KS25.ThmB1.width",
        },
    ]
    return Record(
        config={
            "kind": "constructed",
            "construction": "next_token",
            "data": "sample",
            "samples": samples,
            "length": 8,
        },
        results={
            "verdict": verdict,
            "correct": samples,
            "total": samples,
            "arithmetic": "exact",
            "margin": "1/2",
            "classes": 4,
            "vocabulary": 90,
            "length": 8,
            "entropy_bits": 2.0 * samples,
            "lower": {"parameters": max(1, root // 3), "bits": 2.0 * samples},
            "claims": claims,
            "bounds": [
                _bound_row("KS25.ThmB1.parameters", "parameters", 25000 * root),
                _bound_row("KS25.ThmB1.depth", "depth", 120 * root),
                _bound_row("KS25.ThmB1.width", "width", 14),
                _bound_row("KS25.ThmB1.bits", "bits", 30 * root),
                _bound_row("KS25.Thm4.2.explicit", "parameters", max(1, root // 3)),
            ],
            "seconds": {"construct": samples / 4000, "verify": samples**1.5 / 90000},
            "folder": f"constructed/N{samples}",
            "weights_sha256": "ab" * 32,
            "data_sha256": "cd" * 32,
        },
        counts={
            "nonzero": encoder + decoder + 4,
            "dense": 9 * (encoder + decoder) + 50,
            "depth": 5 * root + 2,
            "width": 12,
            "max_bits": 10 * root,
            "total_bits": 30 * samples,
            "by_part": by_part,
        },
        versions={"memcap": "0.1.0", "python": "3.11.0", "numpy": "2.4.6"},
        seconds=samples / 2000,
        time="2026-01-02T03:04:05Z",
    )


def _trained(samples):
    return Record(
        config={"kind": "trained", "data": "sample", "samples": samples, "length": 8},
        results={
            "verdict": "PROVED",
            "correct": samples,
            "total": samples,
            "arithmetic": "ball",
            "hidden": samples // 4,
            "sized_part": "decoder",
        },
        counts={
            "nonzero": 9 * samples + 40,
            "dense": 9 * samples + 40,
            "depth": 4,
            "width": samples // 4,
            "max_bits": 53,
            "total_bits": 53 * (9 * samples + 40),
            "by_part": [{"part": "decoder", "nonzero": 9 * samples}],
        },
        versions={"memcap": "0.1.0", "jax": "0.10.2"},
        seconds=samples / 30,
        time="2026-01-02T03:05:05Z",
    )


def _header():
    return Record(
        config={
            "kind": "study",
            "preset": "quick",
            "data": "sample",
            "data_sha256": "ef" * 32,
            "samples": 6400,
            "length": 8,
            "classes": 4,
        },
        results={
            "source": "Sample text, made for tests & <checks>",
            "vocabulary": 90,
            "command": "memcap study --preset quick --data sample --out out",
            "git_commit": "0123456789abcdef",
            "machine": "a machine",
        },
        versions={"memcap": "0.1.0"},
        time="2026-01-02T03:00:00Z",
    )


@pytest.fixture
def records():
    """A header, four constructed and four trained networks, one failed run."""
    failed = Record(
        config={"kind": "trained", "data": "sample", "samples": 512, "length": 8},
        status="failed",
        reason="no network of at most 512 units fitted.",
    )
    return (
        _header(),
        *(_constructed(n, "PROVED") for n in (100, 400, 1600, 6400)),
        *(_trained(n) for n in (32, 64, 128, 256)),
        failed,
    )


@pytest.fixture
def refuted():
    """A study in which one network got a label wrong."""
    return (_header(), _constructed(100, "PROVED"), _constructed(400, "REFUTED"))

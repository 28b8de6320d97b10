"""The PyTorch side of `bench_train`: the same network, data and optimizer.

Run by `bench_train` as a program of its own, so that two frameworks do not fight for
threads and PyTorch may live in another environment; it needs nothing but PyTorch. Jobs
come as JSON on standard input, one line of JSON for each goes to standard output.
"""

import json
import sys
import time


def network(nn, torch, job):
    """The network of `memcap.nn.Config` with residual layers and softmax attention.

    A lean one does not compute what nobody reads: layers ahead of the attention run
    once an id, and the attention answers the last token alone.
    """
    lean = job["lean"]
    vocab, m, q, depth, classes = (
        job[name] for name in ("vocab", "width", "hidden", "depth", "classes")
    )

    class Block(nn.Module):
        def __init__(self):
            super().__init__()
            self.inner, self.outer = nn.Linear(m, q), nn.Linear(q, m)

        def forward(self, state):
            return state + self.outer(torch.relu(self.inner(state)))

    class Network(nn.Module):
        def __init__(self):
            super().__init__()
            self.table = nn.Embedding(vocab, m)
            self.encoder = nn.Sequential(*[Block() for _ in range(depth)])
            maps = [nn.Linear(m, m, bias=False) for _ in range(4)]
            self.query, self.key, self.value, self.output = maps
            self.decoder = nn.Sequential(*[Block() for _ in range(depth)])
            self.readout = nn.Linear(m, classes)

        def forward(self, tokens):
            if lean:
                table = self.encoder(self.table.weight)
                state = torch.nn.functional.embedding(tokens, table)
            else:
                state = self.encoder(self.table(tokens))
            asking = state[:, -1:] if lean else state
            scores = self.query(asking) @ self.key(state).transpose(-1, -2)
            mixed = torch.softmax(scores, -1) @ self.value(state)
            state = asking + self.output(mixed)
            return self.readout(self.decoder(state[:, -1]))

    return Network()


def measure(torch, job):
    """Seconds of a step, the best of some repeats, and the parameters there are."""
    torch.manual_seed(0)
    torch.set_num_threads(job["threads"])
    device = "cuda" if torch.cuda.is_available() else "cpu"
    tokens = torch.tensor(job["tokens"], device=device)
    labels = torch.tensor(job["labels"], device=device)
    model = network(torch.nn, torch, job).to(device)
    parameters = sum(p.numel() for p in model.parameters())
    rule = torch.optim.AdamW(model.parameters(), lr=job["rate"], weight_decay=0.0)
    called = torch.compile(model) if job["compile"] else model

    def steps(count):
        start = time.perf_counter()
        for _ in range(count):
            rule.zero_grad()
            torch.nn.functional.cross_entropy(called(tokens), labels).backward()
            rule.step()
        if device == "cuda":
            torch.cuda.synchronize()
        return (time.perf_counter() - start) / count

    warm = steps(5)
    count = max(5, min(200, int(0.3 / steps(5))))
    best = min(steps(count) for _ in range(job["repeats"]))
    return {
        "seconds": best,
        "first_seconds": warm * 5,
        "parameters": parameters,
        "device": device,
        "version": torch.__version__,
    }


def main():
    """Answer each job with its times or with why there are none."""
    jobs = json.load(sys.stdin)
    try:
        import torch
    except ImportError:
        answers = [{"error": "PyTorch is not installed"}] * len(jobs)
    else:
        answers = (guarded(torch, job) for job in jobs)
    for answer in answers:
        print(json.dumps(answer), flush=True)


def guarded(torch, job):
    """What `measure` finds, or what it fails with; compilers fail in many ways."""
    try:
        return measure(torch, job)
    except Exception as error:  # noqa: BLE001
        first = (str(error).splitlines() or [""])[0]
        return {"error": f"{type(error).__name__}: {first}"[:200]}


if __name__ == "__main__":
    main()

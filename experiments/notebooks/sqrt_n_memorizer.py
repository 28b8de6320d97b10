# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Fewer numbers than labels
#
# $N$ labels take $N$ bits, but not $N$ numbers: about $\sqrt N$ numbers of $\sqrt N$
# bits hold as much. Kajitsuka and Sato (arXiv 2409.17677, Theorem 4.1) build
# transformers that way. Below: how a ReLU network takes one bit out of a number, how a
# block of labels becomes one integer, one input on its way through a whole network,
# and 10,000 labels in about 2,350 numbers, every label checked exactly.

# %%
# %matplotlib inline
from itertools import accumulate
from math import sqrt
from pathlib import Path

from IPython.display import display

import memcap as mc
from memcap.analysis import style
from memcap.analysis.travel import travel
from memcap.sweeps.records import Store

# %% [markdown]
# ## Three bits by hand
#
# A **fold** at $T$ is one hidden unit with a skip connection and three numbers:
#
# $$ w \leftarrow w - 2\,\mathrm{ReLU}(w - T), $$
#
# which reflects $[0, 2T]$ onto $[0, T]$. Write each bit $b$ of 101 as the two digits
# $b0$: the word is $10\,00\,10$, which is 34. Two folds, at $2^{S+1}$ and $2^S$, take
# off the field above digit $S$ and leave the digits below: the bit is what was lost,
# $(w_\text{before} - w_\text{after}) / 2^{S+1}$. The 0 behind each bit makes it work:
# it keeps the field even, so that the second reflection undoes the first.

# %%
word, found = 0b100010, []
for low in (4, 2, 0):
    before = word
    for place in (low + 1, low):
        word = word - 2 * max(word - 2**place, 0)
        print(f"fold at {2**place:2}: w = {word}")
    found.append((before - word) // 2 ** (low + 1))
    print("bit", found[-1])
assert found == [1, 0, 1]

# %% [markdown]
# ## A block of labels as one integer
#
# Twenty-four sequences of three tokens with random labels. The network gives each an
# integer id; along the ids the labels are 0, then 1 from the first *change point* on,
# then 0 from the second, and so on. A block is one number: where it starts, its first
# change point $c_1$, and behind the binary point $c_2 - c_1, c_3 - c_1, c_4 - c_2,
# \dots$, each in a field of its own.

# %%
ds = mc.data.random_next_token(num_samples=24, length=3, vocab=6, classes=2, seed=3)
built = mc.construct("compact_next_token", ds)
(sizes,) = built.report["sizes"]
decoder = [layer for layer in built.weights.layers if layer.part == "decoder"]
look_up = decoder[2].map.rows[-1]
words = list(accumulate([look_up.bias, *(jump for _, jump in look_up.terms)]))
print(sizes)
print("the words, one a block:", *words)

# %%
digits, changes = sizes.field_bits, []
for word in words:
    start, rest = divmod(word, 1)
    places = [int(start)]
    for _ in sizes.fields:
        field, rest = divmod(rest * 2**digits, 1)
        places.append(int(field) + places[max(0, len(places) - 2)])
    changes += places
    print(f"{str(word):>8}: start {start:2}, change points {places}")
print("change points:", changes)

# %% [markdown]
# The ids come from the network itself: the state behind the part called `line`. The
# label is 1 where an odd number of change points has been passed, for all of them.

# %%
journeys = [travel(built.weights, tokens) for tokens in ds.tokens]
ids = [[s for s in way if s.where.startswith("line")][-1].state[0] for way in journeys]
passed = [sum(x >= change for change in changes) % 2 for x in ids]
assert passed == ds.labels.tolist()
levels = [i % 2 for i in range(len(changes) + 1)]
with style.styled():
    figure, (ax,) = style.new_figure(height=2.8)
    ax.step([0, *changes], levels, where="post", color=style.GREY, lw=1.4)
    ax.plot(ids, ds.labels, "o", color=style.BLUE)
    ax.set_yticks([0, 1])
    ax.set_ylabel("label")
    ax.set_xlabel("id of the sequence")
    style.title(figure, "Labels along the ids: only the changes are stored")
display(figure)

# %% [markdown]
# ## One input on its way
#
# The last token looks at its sequence. Slots of the state: `phi, mean` up to the
# attention, then the id `x`; behind the look-up `out, x, r, y, w`: the label, the id,
# half a unit more than the distance from where the word has been read to, the zigzag
# below, and what is left of the word. Every number is exact.

# %%
print("tokens", ds.tokens[0], "label", ds.labels[0], "\n")
for stop in journeys[0]:
    print(stop)

# %% [markdown]
# The label is the first slot. The **zigzag** $y$ saves numbers: it starts at the
# distance from $c_1$, rising, and turns halfway between neighbouring change points, one
# hidden unit a turn. So it passes 0 exactly at the change points, and at integers the
# label is $\mathrm{ReLU}(y) - \mathrm{ReLU}(y - 1)$: 1 where y is positive, else 0.

# %%
assert [way[-1].state[0] for way in journeys] == ds.labels.tolist()
print(mc.verify(built, ds).sentence)

# %% [markdown]
# ## 10,000 labels
#
# Construct, check every label with exact arithmetic, count.

# %%
many = mc.data.random_next_token(
    num_samples=10_000, length=16, vocab=64, classes=2, seed=0
)
large = mc.construct("compact_next_token", many)
certificate = mc.verify(large, many)
counts = certificate.counts
assert certificate.verdict is mc.Verdict.PROVED and counts.nonzero < 10_000 / 4
print(certificate.sentence)
print(f"{counts.nonzero:,} numbers for {many.num_samples:,} labels")
print(f"depth {counts.depth}, longest number {counts.max_bits} binary digits")
print(f"{counts.total_bits / many.num_samples:.1f} digits stored for each label")

# %% [markdown]
# The price is in the digits. There are fewer numbers than labels, and their number
# grows like $\sqrt N$, but no fewer bits than labels can do: each weight must be exact
# to hundreds of digits. From the records of `python -m experiments.compact`:

# %%
records = Store(Path("../records/compact.jsonl")).records()
binary = [
    (r.results["labels"], r.counts["nonzero"], r.counts["total_bits"])
    for r in records
    if r.config["construction"] == "compact_next_token" and r.config["classes"] == 2
]
samples, numbers, stored = zip(*sorted(binary), strict=True)
roots = [23.5 * sqrt(n) for n in samples]
with style.styled():
    figure, (ax,) = style.new_figure(height=4.6)
    ax.set_yscale("log")
    ax.plot(samples, numbers, "o", color=style.BLUE, label="numbers")
    ax.plot(samples, stored, "^", color=style.ORANGE, label="binary digits")
    ax.plot(samples, samples, color=style.GREY, ls="--", label="N")
    ax.plot(samples, roots, color=style.GREY, ls=":", label="23.5 √N")
    style.log_samples(ax, sorted(set(samples)))
    ax.legend(loc="upper left")
    style.title(figure, "Numbers grow like √N, digits like N")
display(figure)

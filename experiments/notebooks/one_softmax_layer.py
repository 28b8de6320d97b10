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
# # One softmax layer tells contexts apart
#
# One head of rank one, with its skip connection, on tokens $x_1, \dots, x_n$:
#
# $$ q(X)_k = x_k + W_O \sum_j (v^\top x_j)\, p_j, \qquad
#    p = \mathrm{softmax}\bigl(\kappa\,(v^\top x_k)(v^\top x_j)\bigr)_{j} . $$
#
# With $a_j = \kappa (v^\top x_k)(v^\top x_j)$ the sum is
# $\mathrm{boltz}(a) / (\kappa\, v^\top x_k)$, where
# $\mathrm{boltz}(a) = \sum_j a_j e^{a_j} / \sum_j e^{a_j}$.
#
# Kajitsuka and Sato (arXiv 2307.14023, Theorem 2) prove that such ids $q(X)_k$ differ
# whenever the token or the set of tokens differs: a *contextual mapping*. Below: an
# example by hand, the picture, why hardmax fails, how small the distances are, and a
# certificate.

# %%
# %matplotlib inline
import tempfile
from fractions import Fraction
from pathlib import Path

import numpy as np
from IPython.display import Markdown

import memcap as mc
from memcap.analysis import delta_figures, delta_tables, teaching
from memcap.model.weights import Affine, Attention, Head, Weights
from memcap.sweeps.records import Store
from memcap.theory import hardmax

# %% [markdown]
# ## Three tokens by hand
#
# Tokens $1, 2, 3$ on a line, $v = 1$. Scores of query $k$ are $\kappa k \cdot 1,
# \kappa k \cdot 2, \kappa k \cdot 3$, so they are $\kappa k$ apart. The sharpened
# Boltzmann lemma asks for 2; query 1 is the worst, hence $\kappa = 2$. What the head
# adds is kept below a quarter of the tokens' distance: $W_O = 1/16 \le 1/(4 \cdot 3)$.

# %%
kappa, c = 2, Fraction(1, 16)
head = Head(
    query=Affine.dense([[kappa]]),
    key=Affine.dense([[1]]),
    value=Affine.dense([[1]]),
    output=Affine.dense([[c]]),
)
layer = Weights(
    task="seq_to_seq",
    input="vectors",
    embedding=Affine.dense([[1]]),
    layers=(Attention("softmax", (head,)),),
    readout=Affine.dense([[1]]),
    decision="vector",
)
sequences = np.array([[1, 2], [1, 3], [2, 3]])

# %% [markdown]
# Scores are integers; Boltzmann numbers are irrational, so they are balls
# $[m \pm r]$ that certainly hold the number. Query 1 sees the scores $2, 4$ in the
# first sequence and $2, 6$ in the second:
#
# $$ \mathrm{boltz}(2, 4) = \frac{2e^2 + 4e^4}{e^2 + e^4}, \qquad
#    \mathrm{boltz}(2, 6) = \frac{2e^2 + 6e^6}{e^2 + e^6} . $$

# %%
for sequence in sequences.tolist():
    for query in sequence:
        scores = [kappa * query * key for key in sequence]
        boltz = mc.boltzmann.operator_ball(scores, precision=96)
        print(
            f"{sequence}, query {query}: scores {scores}, boltz {boltz.value.str(20)}"
        )

# %% [markdown]
# The ids $q(X)_k = k + \tfrac{1}{16}\, \mathrm{boltz} / (2k)$, from the weights above.
# Each token has two ids, one in each sequence.

# %%
ids = mc.forward(layer, sequences, arithmetic="ball", precision=96)
for sequence, row in zip(sequences.tolist(), ids[:, :, 0], strict=True):
    print(sequence, [ball.value.str(15, radius=False) for ball in row])

# %% [markdown]
# The checker sorts the ids of each token and compares neighbours, at growing precision
# until every pair is decided.

# %%
three = mc.data.from_arrays(sequences, np.zeros(sequences.shape, int))
print(mc.verify(layer, three).sentence)

# %% [markdown]
# ## Ids at growing scale
#
# What query 1 reads from every set of four of the tokens $1, \dots, 6$. At $\kappa = 0$
# it is the mean, at $\kappa = \infty$ the maximum; both give many sets one number.
# In between no two curves meet at a rational $\kappa$: with $z = e^{1/m}$ and
# $S_A(z) = \sum_{a \in A} z^{ma}$, equal Boltzmann numbers mean
# $S_A' S_B = S_A S_B'$ at $z$; as $z$ is transcendental, $S_A$ and $S_B$ are
# proportional, hence $A = B$. But curves cross at other $\kappa$, and close to a
# crossing ids are as close as one likes. From spacing 2 on the lemma holds:
#
# $$ |\mathrm{boltz}(a) - \mathrm{boltz}(b)| \ge 0.52\,(D - \delta - 0.363)\,
#    e^{\delta - D}, \qquad \delta \text{ the spacing, } D \text{ the spread.} $$

# %%
teaching.growing_scale()

# %% [markdown]
# ## Hardmax fails
#
# Along a line a head's score is affine in the place $t$: $\alpha + \beta t$. Hardmax
# selects the largest $t$, the smallest, or (ties shared) all of them. The sequences
# below share maximum, minimum and mean. So *every* hardmax layer, with any number of
# heads, agrees at their common tokens.

# %%
proof = hardmax.shared_outputs_proof()
print(proof.sentence)
for case in proof.cases:
    print(f"{case.slope}: keys {case.keys}, means {case.means[0]} and {case.means[1]}")

# %% [markdown]
# Actual weights: three heads with $\beta > 0$, $\beta < 0$ and $\beta = 0$, evaluated
# in exact rationals. The same layer with softmax tells the two apart.

# %%
pair = hardmax.impossibility_pair()
places = np.array([pair.first, pair.second])
heads = tuple(
    Head(Affine.dense([[b]]), head.key, head.value, Affine.dense([[w]]))
    for b, w in ((2, 1), (-3, Fraction(1, 2)), (0, Fraction(1, 3)))
)
exact, soft = (
    Weights(
        "seq_to_seq",
        "vectors",
        Affine.dense([[1]]),
        (Attention(kind, heads),),
        Affine.dense([[1]]),
        "vector",
    )
    for kind in ("hardmax", "softmax")
)
hard_outputs = mc.forward(exact, places)
soft_outputs = mc.forward(soft, places, "ball")
for t in pair.shared:
    first, second = pair.first.index(t), pair.second.index(t)
    one, two = hard_outputs[0, first, 0], hard_outputs[1, second, 0]
    gap = soft_outputs[0, first, 0] - soft_outputs[1, second, 0]
    print(f"token {t}: hardmax {one} = {two}: {one == two}; softmax differs by {gap}")

# %%
teaching.hardmax_beside_softmax()

# %% [markdown]
# ## How small are the distances?
#
# The theorem's
# $\kappa = (V{+}1)^4 \pi d\,(2 \ln n + 3) / (8 \varepsilon r_{\min})$
# holds for all tokens and guarantees $\delta$ of order $e^{-2 \kappa r_{\max}^2}$.
# Taking $\kappa = 2 / (\mathrm{gap} \cdot \mu)$ from the data, with
# $\mathrm{gap} = \min |v^\top (x - x')|$ and $\mu = \min |v^\top x|$, leaves an
# exponent that grows like $2(V - 1)$ where tokens are evenly spaced: $V$ scores 2
# apart cannot spread less. The records are those of
# `python -m experiments.delta_table`; the realised distances are certified from below
# and from above.

# %%
records = Store("../records/delta_table.jsonl").records()
teaching.on_white(delta_figures.separation(records))

# %%
Markdown(delta_tables.table(records, length=3, dim=1))

# %% [markdown]
# Floats end early: float64 resolves $e^{-36.7}$ relative to 1. Two remedies at rank
# one. A second head with $-\kappa$ sees every pair of sets from below: if the sets
# first differ $y$ below the top and $y'$ above the bottom, then
# $y + y' \le D - \delta$, and the better head has at most $(D - \delta)/2$ in its
# exponent. And scores closer than 2 are not covered by the lemma, but certified case
# by case.

# %%
teaching.on_white(delta_figures.extensions(records))

# %% [markdown]
# ## A certificate, and one digit flipped
#
# The construction chooses $v$, $\kappa$ and $W_O$ itself and states what it claims. The
# certificate holds the hashes of weights and data; `recheck` computes everything anew.

# %%
ds = mc.data.random_seq_to_seq(500, length=4, vocab=20, classes=2, duplicates=False)
built = mc.construct("rank_one_contextual", ds)
certificate = mc.verify(built, ds)
print(certificate.sentence)
for checked in certificate.claims:
    print(f"  {checked.verdict.value}: {checked.sentence}")

# %%
folder = tempfile.TemporaryDirectory()
path = Path(folder.name, "certificate.json")
certificate.save(path)
print(mc.Certificate.load(path).recheck(built.weights, ds).sentence)

# %% [markdown]
# One context more is claimed than was checked: the file's own hash notices.

# %%
text = path.read_text()
path.write_text(text.replace('"correct":2000', '"correct":2001'))
try:
    mc.Certificate.load(path)
except mc.MemcapError as error:
    print(f"{type(error).__name__}: {str(error).replace(folder.name, '...')}")

# %% [markdown]
# One digit of $\kappa$ in the weights: they load, but are not those certified.

# %%
path.write_text(text)
weights_path = path.with_name("weights.json")
mc.save_weights(built.weights, weights_path)
weights_path.write_text(weights_path.read_text().replace('"1/40"', '"1/41"'))
print(mc.Certificate.load(path).recheck(mc.load_weights(weights_path), ds).sentence)
folder.cleanup()

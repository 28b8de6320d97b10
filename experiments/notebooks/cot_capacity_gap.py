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
# # Is the best teacher in the middle?
#
# Distil one student from teachers of growing size, plot the scores, and the best
# teacher is often neither the smallest nor the largest. This is read as a *capacity
# gap*: a teacher can be too strong. Below: how often that reading is right by chance,
# a test that keeps its level, what it takes to see a gap of three points, and both on
# the recorded studies of `python -m experiments.cot_distillation`, where one gap is
# detected and fresh seeds have the last word.

# %%
# %matplotlib inline

import numpy as np
from IPython.display import display

from experiments.cot_distillation import NAME
from experiments.cot_rankings import agreement, plain, rules
from experiments.cot_studies import by_study
from experiments.cot_summary import conclusion, rule_and_test
from memcap.analysis import distill_figures, style
from memcap.analysis.distill_rows import check
from memcap.analysis.distill_summary import summarize
from memcap.distill.statistics import capacity_gap, gap_rates, needed_runs
from memcap.sweeps import Store

# %% [markdown]
# ## Equal teachers
#
# Six teachers that teach equally well, three runs of each, and nothing but the noise of
# training between them. One such study:

# %%
sizes = [1.5, 3, 7, 14, 32, 72]
sd, repeats = 0.8, 3
drawn = 60 + np.random.default_rng(5).normal(0, sd, (6, repeats))
best = int(drawn.mean(axis=1).argmax())
with style.styled():
    figure, (ax,) = style.new_figure(height=3.6)
    ax.set_xscale("log")
    ax.plot(np.repeat(sizes, repeats), drawn.ravel(), ".", color=style.GREY)
    ax.plot(sizes, drawn.mean(axis=1), "o-", color=style.BLUE)
    ax.set_xticks(sizes, [f"{size:g}" for size in sizes])
    ax.minorticks_off()
    ax.set_xlabel("size of the teacher")
    ax.set_ylabel("score of the student")
    style.title(figure, f"Six equal teachers: that of size {sizes[best]:g} comes first")
display(figure)

# %% [markdown]
# The highest of six equal means is one of the four in the middle with probability 4/6.
# The rule "the best teacher is intermediate" fires on noise two times in three, and
# more runs do not help. Nor is a gap needed: where scores level off, it fires as often.

# %%
flat = [0, 0, 0, 0, 0, 0]
levelling = [0, 1, 2, 3, 3, 3]
for name, means in (("equal", flat), ("levelling off", levelling)):
    for r in (3, 10):
        found = gap_rates(means, sd, r, studies=20_000)
        print(f"{name:>14}, {r:2} runs each: highest mean inside {found.naive:.3f}")
        assert found.naive > 0.5

# %% [markdown]
# ## A test on both legs
#
# A gap means that one intermediate teacher beats the largest *and* the smallest. Each
# leg is Dunnett's test with its own family of comparisons; the p of a teacher is the
# larger of its two, and the gap is detected if the smallest of these is below 0.05.
# If no intermediate teacher beats both ends, the leg against the better end alone
# keeps the rate of false alarms at 5 %, whatever the other means are.

# %%
for name, means in (("equal", flat), ("levelling off", levelling)):
    found = gap_rates(means, sd, repeats, studies=20_000)
    print(f"{name:>14}: {found.sentence}")
    assert found.gap < 0.05
print(capacity_gap(sizes, drawn.tolist()).sentence)

# %% [markdown]
# ## A planted peak
#
# Now the third and the fourth teacher are better than both ends by three points. Three
# runs of each are enough when the runs spread by 0.8 points, and far too few when they
# spread by 4. The last column is how many runs show it with 80 % power.

# %%
peak = [0, 2, 3, 3, 1.5, 0]
for spread in (0.8, 2, 4):
    found = gap_rates(peak, spread, repeats, studies=20_000)
    enough = needed_runs(6, 3 / spread)
    print(f"spread {spread:3g}: detected in {found.gap:.3f}, runs needed {enough}")
planted = drawn + np.array(peak)[:, None]
found = capacity_gap(sizes, planted.tolist())
assert found.detected
print(found.sentence)

# %% [markdown]
# ## A recorded study
#
# Small decoders on four steps modulo 3: teachers of five widths, stopped early so that
# none is perfect, one that skips steps, one that samples; one student, five seeds. The
# three larger teachers are about equally accurate. First the rule and the test side by
# side, for all three choices of data.

# %%
records = Store("../records/cot_distillation/records.jsonl").records()
studies = {
    name: summarize([check(row) for row in rows])
    for name, rows in by_study(NAME, records).items()
}

study = studies["close"]
print(rule_and_test(study))

# %% [markdown]
# One gap is detected. It is one of 17 tests at 5 % in the whole experiment, and its
# teacher was named by the runs that are to prove it. So the same teachers met ten new
# seeds:

# %%
print(rule_and_test(studies["close_again"]))
for name in ("close", "close_again"):
    family = summarize(plain(studies[name].runs))
    display(distill_figures.by_size(family, "all_correct"))

# %% [markdown]
# The lead is gone with the seeds that showed it. In all other studies:

# %%
for name in ("rising", "valid_chains", "peaked", "look_ups"):
    print(f"{name}:\n{rule_and_test(studies[name])}")

# %% [markdown]
# A gap, where there is one, is no loss, and a loss is seen only beside the student
# before distillation. Rows are teachers; each number is accuracy after less accuracy
# before on the same items.

# %%
display(distill_figures.gain_map(study, "all_correct"))

# %% [markdown]
# Does the order of teachers depend on what is compared? The last number is the p of the
# interaction of teacher and data. Then: which number, known before anything is
# distilled, would have chosen a better teacher than a draw?

# %%
for student in study.students:
    order = agreement(study, student)
    print(f"{student}: tau between seeds {order.seeds:.2f}, arms {order.arms:.2f}")
    print(f"    best {order.best}, interaction p = {order.p:.2g}")
for rule in rules(study):
    print(f"{rule.student}, {rule.name}: {rule.lift:+.3f}", rule.lift_interval.sentence)

# %%
display(distill_figures.estimands(summarize(plain(study.runs))))
print(conclusion(study))

"""Three sizes of a study: seconds, minutes, and as far as an accelerator goes."""

from memcap.distill.arms import ARMS
from memcap.distill.pretraining import Recipe
from memcap.distill.study_config import Mixture, StudyConfig
from memcap.distill.tasks.modular_chain import ModularChain
from memcap.distill.teachers import Teacher

SMOKE = StudyConfig(
    name="smoke",
    task=ModularChain(modulus=3, operations=4),
    teachers=(
        Teacher(width=16),
        Teacher(width=24),
        Teacher(width=24, style="terse"),
        Teacher(width=32),
    ),
    student_widths=(16,),
    student_updates=400,
    pool=600,
    test=400,
    examples=8_000,
    pretraining=Recipe(updates=800, batch=64, learning_rate=4e-3),
    distillation=Recipe(updates=150, batch=64, learning_rate=2e-3, warmup=30),
)

SMALL = StudyConfig(
    name="small",
    teachers=(
        Teacher(width=16),
        Teacher(width=24),
        Teacher(width=32, style="terse"),
        Teacher(width=48),
        Teacher(width=64, style="redundant"),
    ),
    mixtures=(Mixture("d64-redundant", "d24-full"),),
    arms=ARMS,
    # Between its floor and what its teachers score.
    student_updates=1250,
)

FULL = StudyConfig(
    name="full",
    task=ModularChain(modulus=23, operations=5),
    teachers=(
        *(Teacher(width=width) for width in (24, 32, 48, 64, 96, 128)),
        Teacher(width=96, style="terse"),
        Teacher(width=96, style="redundant"),
        Teacher(width=96, temperature=1.0),
        Teacher(width=96, noise=0.2),
        Teacher(width=96, updates=2500),
    ),
    mixtures=(Mixture("d128-full", "d48-full"),),
    arms=ARMS,
    student_widths=(24, 32, 48, 64),
    student_updates=2000,
    seeds=(0, 1, 2, 3, 4),
    pilots=(300, 1000),
    pool=10_000,
    test=4000,
    examples=200_000,
    pretraining=Recipe(updates=6000),
    distillation=Recipe(updates=1500, learning_rate=1e-3, warmup=100),
)

STUDIES = {study.name: study for study in (SMOKE, SMALL, FULL)}

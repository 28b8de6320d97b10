"""The studies of `experiments.cot_distillation`: tasks, teachers, students, sizes.

Teachers of the plain family differ in width alone, so that size orders them. Beside
them stand a teacher of the largest width that skips steps and one that samples: size
held fixed, chains and accuracy not. All stop early; trained to the end they would write
one and the same chain, and nothing could be told apart.
"""

from dataclasses import replace

from memcap.distill.arms import ArmName
from memcap.distill.pretraining import Recipe
from memcap.distill.study_config import StudyConfig
from memcap.distill.tasks import ModularChain, Pointer
from memcap.distill.teachers import Teacher

ARMS: tuple[ArmName, ...] = (
    "all_correct",
    "intersection",
    "count_matched",
    "gold",
    "self",
    "answer_only",
)


def _teachers(widths: tuple[int, ...]) -> tuple[Teacher, ...]:
    """The plain family, and the largest in another style and at a temperature."""
    last = widths[-1]
    return (
        *(Teacher(width=width) for width in widths),
        Teacher(width=last, style="terse"),
        Teacher(width=last, temperature=1.0),
    )


SMOKE = StudyConfig(
    name="tables",
    task=ModularChain(modulus=3, operations=3),
    teachers=tuple(Teacher(width=width, layers=1) for width in (4, 8, 12)),
    student_widths=(8,),
    student_layers=1,
    student_updates=40,
    seeds=(0, 1),
    arms=("all_correct", "intersection", "count_matched", "gold"),
    pool=120,
    test=80,
    examples=500,
    pretraining=Recipe(updates=80, batch=32, warmup=10),
    distillation=Recipe(updates=20, batch=32, learning_rate=1e-3, warmup=5),
)

TABLES = StudyConfig(
    name="tables",
    task=ModularChain(modulus=3, operations=5),
    teachers=_teachers((16, 24, 32, 48, 64)),
    student_widths=(16, 24),
    student_updates=500,
    seeds=(0, 1, 2, 3, 4),
    arms=ARMS,
    pool=2000,
    test=2000,
    examples=20_000,
    pretraining=Recipe(updates=600, batch=64),
    distillation=Recipe(updates=300, batch=64, learning_rate=1e-3, warmup=60),
)

# Checkpoints at which teachers of five sizes are all unlike, and the largest is not the
# best: chosen by what the teachers score, before any student was distilled.
EARLY = replace(
    TABLES,
    name="early_teachers",
    task=ModularChain(modulus=3, operations=4),
    teachers=(
        Teacher(width=16),
        Teacher(width=24),
        Teacher(width=32, updates=400),
        Teacher(width=48, updates=400),
        Teacher(width=64, updates=300),
        Teacher(width=64, updates=300, style="terse"),
        Teacher(width=64, updates=300, temperature=1.0),
    ),
    student_widths=(16,),
)

# Look-ups in the question in place of a table: learned all at once or not at all, so
# students of one recipe start far apart.
POINTER = replace(
    TABLES,
    name="look_ups",
    task=Pointer(nodes=6, hops=3),
    student_widths=(16,),
    student_updates=600,
)

# For an hour on a GPU: two tasks, three students, chains that are hard to learn.
FULL = StudyConfig(
    name="tables",
    task=ModularChain(modulus=7, operations=5),
    teachers=_teachers((24, 32, 48, 64, 96, 128)),
    student_widths=(24, 32, 48),
    student_updates=2500,
    seeds=(0, 1, 2, 3, 4),
    arms=ARMS,
    pool=10_000,
    test=4000,
    examples=200_000,
    pretraining=Recipe(updates=4000),
    distillation=Recipe(updates=1500, learning_rate=1e-3, warmup=100),
)

SIZES = {
    "smoke": (SMOKE,),
    "small": (TABLES, EARLY, POINTER),
    "full": (FULL, replace(FULL, name="look_ups", task=Pointer(nodes=10, hops=5))),
}

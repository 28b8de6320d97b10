"""The studies of `experiments.cot_distillation`: tasks, teachers, students, sizes.

Teachers of the plain family differ in width alone, so that size orders them. Beside
them stand a teacher of the largest width that skips steps and one that samples: size
held fixed, chains and accuracy not. All stop early; trained to the end they would write
one and the same chain, and nothing could be told apart.
"""

from collections.abc import Sequence
from dataclasses import replace

from memcap.distill.pretraining import Recipe
from memcap.distill.records import Row, row_of_record
from memcap.distill.study_config import StudyConfig
from memcap.distill.tasks import ModularChain, Pointer
from memcap.distill.teachers import Teacher
from memcap.sweeps import Record
from memcap.sweeps.sweep import key_of_cell

_WIDTHS = (16, 24, 32, 48, 64)


def _family(updates: dict[int, int], widths: tuple[int, ...]) -> tuple[Teacher, ...]:
    """The plain family, and the largest in another style and at a temperature.

    Args:
        updates: of the training of a width, where not those of the recipe.
        widths: of the plain family.
    """
    last = widths[-1]
    return (
        *(Teacher(width=width, updates=updates.get(width)) for width in widths),
        Teacher(width=last, style="terse"),
        Teacher(width=last, updates=updates.get(last), temperature=1.0),
    )


SMOKE = StudyConfig(
    name="chains",
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

# Checkpoints at which no two teachers write the same: chosen by what the teachers
# score, before any student was distilled. Here accuracy rises with size.
RISING = StudyConfig(
    name="rising",
    task=ModularChain(modulus=3, operations=5),
    teachers=_family({16: 500, 24: 500, 32: 325, 48: 285, 64: 275}, _WIDTHS),
    student_widths=(16, 24),
    student_updates=400,
    seeds=(0, 1, 2, 3, 4),
    pool=2000,
    test=2000,
    examples=20_000,
    pretraining=Recipe(updates=600, batch=64),
    distillation=Recipe(updates=300, batch=64, learning_rate=1e-3, warmup=60),
)

# The same chains without those that are right by chance: is it their falsehood that
# harms, or their style?
VALID = replace(RISING, name="valid_chains", keep="chain", arms=("all_correct", "gold"))

# The three larger ones are about equally accurate, though none is perfect.
CLOSE = replace(
    RISING,
    name="close",
    task=ModularChain(modulus=3, operations=4),
    teachers=_family({16: 400, 24: 500, 32: 500, 48: 325, 64: 250}, _WIDTHS),
    student_widths=(16,),
)

# A gap that is detected there must be found again by seeds that were not looked at.
AGAIN = replace(
    CLOSE,
    name="close_again",
    teachers=CLOSE.teachers[: len(_WIDTHS)],
    arms=("all_correct",),
    seeds=tuple(range(5, 15)),
)

# Here intermediate teachers are the most accurate.
PEAKED = replace(
    CLOSE,
    name="peaked",
    teachers=_family({16: 400, 24: 500, 32: 500, 48: 350, 64: 200}, _WIDTHS),
)

# Look-ups in the question in place of a table: learned all at once or not at all, so
# students of one recipe start far apart.
POINTER = replace(
    RISING,
    name="look_ups",
    task=Pointer(nodes=6, hops=3),
    teachers=_family({}, _WIDTHS),
    student_widths=(16,),
    student_updates=600,
)

# For an hour on a GPU: two tasks, three students, chains that are hard to learn.
FULL = StudyConfig(
    name="chains",
    task=ModularChain(modulus=7, operations=5),
    teachers=_family({}, (24, 32, 48, 64, 96, 128)),
    student_widths=(24, 32, 48),
    student_updates=2500,
    seeds=(0, 1, 2, 3, 4),
    pool=10_000,
    test=4000,
    examples=200_000,
    pretraining=Recipe(updates=4000),
    distillation=Recipe(updates=1500, learning_rate=1e-3, warmup=100),
)

SIZES = {
    "smoke": (SMOKE,),
    "small": (RISING, VALID, CLOSE, AGAIN, PEAKED, POINTER),
    "full": (FULL, replace(FULL, name="look_ups", task=Pointer(nodes=10, hops=5))),
}


def by_study(name: str, records: Sequence[Record]) -> dict[str, list[Row]]:
    """Rows of every study of which all records are there, in the order of its cells.

    Args:
        name: of the sweep.
        records: of one size.
    """
    rows = {record.key: row_of_record(record) for record in records}
    found = {}
    for study in (one for studies in SIZES.values() for one in studies):
        keys = [key_of_cell(name, cell) for cell in study.cells()]
        if rows.keys() >= set(keys):
            found[study.name] = [rows[key] for key in keys]
    return found

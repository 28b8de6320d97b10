"""Records of a study through the screens, and the figure and section they get."""

from fractions import Fraction

from memcap.analysis.distill_rows import check
from memcap.analysis.distill_screen_figure import figure
from memcap.analysis.distill_screens import measured
from memcap.analysis.report import distill
from memcap.analysis.report.distill_screen import section
from memcap.distill.screening import MeasuredTask, judge
from memcap.distill.screens import TaskScores
from tests.analysis.distill_records import PEAK, STUDENT, study

OTHER = {"modulus": 5, "steps": 3}


def _runs(seeds=3, **changes):
    return [check(one) for one in study(PEAK, seeds=seeds, **changes)]


def test_a_setting_is_a_task_with_means_over_seeds():
    (task,), lacking = measured(_runs())
    assert task.name == "modular_chain" and not lacking
    assert task.scores.student == Fraction(36, 100)  # .35, .36, .37
    assert task.teachers[0] == "T6848" and task.scores.items == 2_000
    assert task.worst == ("T6848", 0.54) and task.best == ("T25984", 1.0)
    assert task.gap("teacher_student") == Fraction(64, 100)
    assert task.gap("best_worst") == Fraction(46, 100)
    assert task.scores.floor == Fraction("0.237") and task.scores.above_floor
    assert not task.intervals and task.notes == ("mean over 3 seeds of the student",)


def test_filters_and_budgets_are_no_tasks_but_parameters_are():
    records = study(PEAK, seeds=2)
    more = [{**one, "filter": "chain", "key": one["key"] + "x"} for one in records]
    tasks, _ = measured([check(one) for one in (*records, *more)])
    assert len(tasks) == 1
    more = [{**one, "task_parameters": OTHER} for one in records]
    tasks, _ = measured([check(one) for one in (*records, *more)])
    assert [task.name for task in tasks] == [
        "modular_chain modulus 7, steps 5",
        "modular_chain modulus 5, steps 3",
    ]


def test_every_student_is_a_row():
    tasks, _ = measured(_runs(students=(STUDENT, 6_848)))
    assert [task.student for task in tasks] == ["25,984 parameters", "6,848 parameters"]
    assert all(task.student in task.name for task in tasks)


def test_a_task_without_teachers_is_not_screened():
    runs = [run for run in _runs() if run.teacher is None]
    tasks, lacking = measured(runs)
    assert not tasks and "teacher" in lacking["modular_chain"]


def test_the_report_shows_both_gaps_and_drops_nothing():
    runs = _runs(arms=("all_correct",))
    made = next(one for one in distill.page(runs).sections if one.name == "screens")
    (row,) = made.tables[0].rows
    assert [cell.text for cell in row][-5:] == ["yes", "+0.640", "+0.460", "yes", "yes"]
    assert "nothing was dropped" in made.sentences[0]
    narrow = MeasuredTask("t", "t", "s", ("a",), TaskScores([0.6], 0.3, 0.5, 4))
    (row,) = section([narrow]).tables[0].rows
    # 0.6 - 0.3 is 30 points; one teacher has no worse one.
    assert [cell.text for cell in row][-5:] == ["no", "+0.300", "+0.000", "yes", "no"]


def test_the_figure_has_a_line_a_task_and_room_for_every_name():
    scores = [TaskScores([0.2 + 0.05 * i, 0.5], 0.2, 0.25, 200) for i in range(15)]
    names = [f"a_rather_long_name_of_a_task_number_{i:02}" for i in range(15)]
    tasks = [
        MeasuredTask(name, name, "s", ("a", "b"), one)
        for name, one in zip(names, scores, strict=True)
    ]
    drawn = figure(judge(tasks, threshold=Fraction(2, 5)))
    # Best teachers score 0.5 until the other overtakes at i = 7; 0.6 is reached at 8.
    assert drawn.get_suptitle() == (
        "7 of 15 tasks kept, 8 with the best teacher less than 0.4 over the student"
    )
    drawn.canvas.draw()
    boxes = [label.get_window_extent() for label in drawn.axes[0].get_yticklabels()]
    assert len(boxes) == 15
    for low, high in zip(boxes, boxes[1:], strict=False):
        assert low.y1 <= high.y0
    edge = drawn.bbox.x1
    assert all(box.x0 >= 0 for box in boxes)
    assert all(t.get_window_extent().x1 <= edge for t in drawn.axes[0].texts)

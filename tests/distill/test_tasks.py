"""What every task of the registry keeps: chains, verifier, styles, floors, worlds."""

import subprocess
import sys
from collections import Counter
from fractions import Fraction
from math import sqrt

import numpy as np
import pytest

from memcap.core.errors import DataError, MissingPackageError, UnknownNameError
from memcap.distill.sequences import UNLABELLED, prompts, sequences
from memcap.distill.tasks import Judged, World, available, gsm_symbolic, task
from memcap.distill.tasks.base import (
    STYLES,
    direct,
    end,
    longest_tail,
    read_answers,
    right_answers,
    told,
    valid_chains,
    vocabulary,
)

SMALL = [
    ("parity", {"bits": 5}),
    ("parity", {"bits": 6, "hidden": 3, "seed": 2}),
    ("pointer", {"nodes": 5, "hops": 3}),
    ("pointer", {"nodes": 5, "hops": 4, "kind": "permutation"}),
    ("pointer", {"nodes": 4, "hops": 5, "kind": "function"}),
    ("modular_chain", {"modulus": 5, "operations": 3}),
    ("modular_chain", {"modulus": 5, "operations": 3, "units": False}),
    ("addition", {"digits": 2, "form": "plain"}),
    ("addition", {"digits": 2, "form": "reverse"}),
    ("addition", {"digits": 2, "form": "scratchpad"}),
    ("addition", {"digits": 2, "form": "detailed"}),
    ("permutations", {"group_name": "S3", "length": 4}),
    ("permutations", {"group_name": "A4_x_Z2", "length": 3, "inputs": "all"}),
    ("dyck", {"length": 5, "depth": 2, "types": 2}),
    ("two_hop", {"entities": 6, "relations": 2, "attributes": 2, "values": 5}),
    ("two_hop", {"entities": 6, "values": 5, "relations_asked": False}),
    ("reversal", {"entities": 8, "held_out": 4, "relations": 2}),
    ("reversal", {"entities": 8, "held_out": 4, "relations": 2, "sharing": 3}),
    ("reversal", {"entities": 8, "held_out": 4, "relations": 3, "shuffled": True}),
    ("gsm_symbolic", {"problems": 60, "longest": 80, "width": 4}),
]
NAMES = [f"{name} {' '.join(map(str, own.values()))}" for name, own in SMALL]


def problems(count, seed):
    """Problems in the manner of the package, some of them with false rationales."""
    rng = np.random.default_rng(seed)
    made = []
    for _ in range(count):
        a, b, c = (int(x) for x in rng.integers(2, 30, 3))
        wrong = int(rng.integers(0, 4) == 0)
        made.append(
            (
                f"Ann has {a} bags of {b} nuts and eats {c} nuts. How many are left?",
                f"She had {a} bags x {b} nuts/bag = {a * b} nuts.\n"
                f"There are {a * b} nuts - {c} = {a * b - c + wrong} nuts left.\n"
                f"#### {a * b - c + wrong}",
                str(a * b - c + wrong),
            )
        )
    return made


WORLDS = ("two_hop", "reversal", "gsm_symbolic")


@pytest.fixture(params=SMALL, ids=NAMES)
def made(request, monkeypatch):
    monkeypatch.setattr(gsm_symbolic, "rationales", problems)
    name, parameters = request.param
    return task(name, **parameters)


def drawn(made, count=64, seed=0):
    return made.questions(count, np.random.default_rng(seed))


def test_the_contract_covers_the_registry():
    assert {name for name, _ in SMALL} == set(available())
    for sentence in available().values():
        assert sentence.endswith(".") and sentence.count(".") == 1


def test_questions_and_chains_have_the_stated_shapes_and_ids(made):
    questions = drawn(made)
    assert questions.shape == (64, made.question_length)
    assert questions.min() >= 0 and questions.max() < made.symbols
    chain, answers = made.chain(questions), made.answers(questions)
    assert chain.shape == (64, made.states)
    assert answers.shape == (64, made.answer_length)
    told_ids = chain[chain != end(made)]
    assert told_ids.min() >= 0 and told_ids.max() < made.symbols
    # END stands behind the last state alone.
    stops = chain == end(made)
    assert np.array_equal(stops, np.logical_or.accumulate(stops, axis=1))
    assert np.array_equal(drawn(made), questions)
    assert not np.array_equal(drawn(made, seed=1), questions)


@pytest.mark.parametrize("style", STYLES)
def test_gold_is_valid_and_ends_in_the_answer(made, style):
    questions = drawn(made)
    tails = told(made, questions, style)
    assert valid_chains(made, questions, tails, style).all()
    assert right_answers(made, questions, tails).all()
    assert np.array_equal(read_answers(made, tails), made.answers(questions))
    assert (tails != end(made)).sum(axis=1).max() <= longest_tail(made)
    assert right_answers(made, questions, direct(made, questions)).all()


@pytest.mark.parametrize("style", STYLES)
def test_every_changed_token_is_rejected(made, style):
    for question in np.unique(drawn(made), axis=0)[:2]:
        (tail,) = told(made, question[None], style)
        length = int((tail != end(made)).sum())
        padded = np.append(tail[:length], [end(made)] * 2)
        rows = []
        for place in range(length + 1):
            for other in range(vocabulary(made)):
                if other != padded[place]:
                    rows.append(padded.copy())
                    rows[-1][place] = other
        asked = np.repeat(question[None], len(rows), axis=0)
        assert len(rows) == (length + 1) * (vocabulary(made) - 1)
        assert not valid_chains(made, asked, np.stack(rows), style).any()


@pytest.mark.parametrize("style", STYLES)
def test_no_questions_have_no_chains(made, style):
    none = drawn(made, 0)
    assert none.shape == (0, made.question_length)
    assert made.answers(none).shape == (0, made.answer_length)
    tails = told(made, none, style)
    assert valid_chains(made, none, tails, style).shape == (0,)


def test_what_follows_end_does_not_count(made):
    questions = drawn(made)
    tails = told(made, questions, "full")
    after = np.full((64, 3), end(made))
    after[:, 1:] = 0
    assert valid_chains(
        made, questions, np.concatenate([tails, after], axis=1), "full"
    ).all()


def test_styles_tell_every_second_step_each_one_and_each_one_twice(made):
    questions = drawn(made)
    lengths = {
        style: (told(made, questions, style) != end(made)).sum(axis=1)
        for style in STYLES
    }
    body = lengths["full"] - made.answer_length
    steps = body // made.step_length
    assert np.array_equal(body % made.step_length, np.zeros(64))
    assert np.array_equal(lengths["redundant"], lengths["full"] + body)
    half = (steps // 2) * made.step_length + made.answer_length
    assert np.array_equal(lengths["terse"], half)


def test_sequences_learn_tail_and_end_alone(made):
    questions = drawn(made)
    tails = told(made, questions, "full")
    joined = sequences(made, questions, tails)
    assert joined.num_labels == int((tails != end(made)).sum()) + 64
    width = made.question_length
    assert (joined.labels[:, :width] == UNLABELLED).all()
    assert np.array_equal(joined.tokens[:, : width + 1], prompts(made, questions))


def share_by(feature, answers):
    """Right answers of whoever learns the best one for each feature.

    Learned from the first half, asked of the second: it cannot gain by chance.
    """
    half, best = len(answers) // 2, {}
    pairs = list(zip(map(tuple, feature), map(tuple, answers), strict=True))
    for seen, answer in pairs[:half]:
        best.setdefault(seen, Counter())[answer] += 1
    likeliest = {seen: max(counts, key=counts.get) for seen, counts in best.items()}
    return sum(likeliest.get(seen) == answer for seen, answer in pairs[half:]) / half


def most_frequent(made, questions, answers):
    images = questions[:, 1:-1:2, None] == np.arange(made.nodes)
    return np.mean(images.sum(axis=1).argmax(axis=1) == answers[:, 0])


def not_start(made, questions, answers):
    other = np.random.default_rng(9).integers(1, made.nodes, len(questions))
    return np.mean((questions[:, -1] + other) % made.nodes == answers[:, 0])


def no_carries(made, questions, answers):
    n = made.digits
    digits = (questions[:, :n] + questions[:, n + 1 :]) % 10
    guess = np.concatenate([np.zeros((len(digits), 1), int), digits], axis=1)
    guess = guess[:, ::-1] if made.form == "reverse" else guess
    return np.mean((guess == answers).all(axis=1))


def depth(made, questions, answers):
    opened = (questions < made.stacks + made.types).sum(axis=1)
    return share_by(opened[:, None], answers)


SHORTCUTS = {
    "majority": lambda made, q, a: share_by(q[:, :0], a),
    "start": lambda made, q, a: np.mean(q[:, -1] == a[:, 0]),
    "not_start": not_start,
    "most_frequent_image": most_frequent,
    "last_step": lambda made, q, a: share_by(q[:, -2:], a),
    "last_element": lambda made, q, a: share_by(q[:, -1:], a),
    "last_bracket": lambda made, q, a: share_by(q[:, -1:], a),
    "last_token": lambda made, q, a: share_by(q[:, -1:], a),
    "no_carries": no_carries,
    "depth": depth,
}


def test_floors_are_exact_and_met_by_simulation(made):
    count = 20_000
    questions = drawn(made, count)
    answers = made.answers(questions)
    floors = made.floors()
    assert floors["uniform"] == Fraction(1, made.answer_values)
    assert floors["majority"] >= floors["uniform"]
    for name, floor in floors.items():
        assert isinstance(floor, Fraction) and 0 <= floor <= 1
        if name == "uniform":
            continue
        spread = sqrt(floor * (1 - floor) / (count / 2))
        share = SHORTCUTS[name](made, questions, answers)
        assert abs(share - floor) <= 5 * spread + 1e-12, name


def test_answers_are_no_more_than_stated(made):
    answers = np.unique(made.answers(drawn(made, 20_000)), axis=0)
    assert len(answers) <= made.answer_values


def test_worlds_are_told_from_tasks_with_fresh_questions(made):
    assert isinstance(made, World) is (made.name in WORLDS)
    assert isinstance(made, Judged) is (made.name == "gsm_symbolic")


@pytest.mark.parametrize(
    "made", [one for one in SMALL if one[0] in WORLDS], indirect=True
)
def test_worlds_keep_held_out_questions_apart(made):
    known = set(map(tuple, made.train_questions()))
    assert len(known) == len(made.train_questions())
    assert set(map(tuple, drawn(made, 20_000))) == known
    probes = made.probes()
    held_out = [name for name in probes if name.startswith("held_out")]
    assert held_out
    for name, questions in probes.items():
        asked = set(map(tuple, questions))
        assert len(asked) == len(questions) > 0
        assert not asked & known if name in held_out else asked <= known
        assert right_answers(made, questions, told(made, questions, "full")).all()


def test_unknown_names_and_parameters_are_refused():
    with pytest.raises(UnknownNameError, match="no task 'sorting'; take one of"):
        task("sorting")
    with pytest.raises(DataError, match="parity has no parameter 'length'; it has"):
        task("parity", length=3)


@pytest.mark.parametrize(
    ("name", "parameters", "message"),
    [
        ("parity", {"bits": 0}, "bits = 0"),
        ("parity", {"bits": 3, "hidden": 4}, "more than the 3 bits"),
        ("pointer", {"nodes": 5, "hops": 5}, "lead past the start"),
        ("pointer", {"kind": "tree"}, "kind 'tree'"),
        ("modular_chain", {"modulus": 9}, "is no prime"),
        ("addition", {"form": "long"}, "form 'long'"),
        ("permutations", {"group_name": "B5"}, "has the part 'B5'"),
        ("permutations", {"group_name": "S9"}, "more than 1000 elements"),
        ("permutations", {"group_name": "Z1"}, "has 1 elements"),
        ("permutations", {"group_name": "A2"}, "has 1 elements"),
        ("permutations", {"group_name": "Z2_x_Z2_x_Z2"}, "no two elements"),
        ("permutations", {"inputs": "some"}, "inputs 'some'"),
        ("dyck", {"depth": True}, "depth = True"),
        ("two_hop", {"trained": 2}, "trained = 2"),
        ("reversal", {"entities": 7}, "entities = 7 is odd"),
        ("reversal", {"entities": 8, "held_out": 4, "sharing": 5}, "does not divide"),
        ("reversal", {"entities": 8, "held_out": 4, "sharing": 4}, "fewer last names"),
        ("gsm_symbolic", {"trained": 0}, "no positive share"),
    ],
)
def test_bad_parameters_are_refused(name, parameters, message):
    with pytest.raises(DataError, match=message):
        task(name, **parameters)


def test_unknown_questions_are_refused(monkeypatch):
    monkeypatch.setattr(gsm_symbolic, "rationales", problems)
    made = task("gsm_symbolic", problems=20, longest=80)
    for ask in (made.chain, made.answers):
        with pytest.raises(DataError, match="'no' is no problem"):
            ask(gsm_symbolic._ids("no".rjust(80))[None])
    made = task("reversal", entities=4, held_out=2, relations=1)
    (asked,) = made.train_questions()[:1]
    # The relation that this head does not have.
    wrong = asked + [0, 1 if asked[1] % 2 == 0 else -1]
    with pytest.raises(DataError, match="about no fact"):
        made.answers(wrong[None])


def test_a_missing_package_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "reasoning_gym", None)
    with pytest.raises(MissingPackageError, match="pip install reasoning-gym"):
        task("gsm_symbolic").questions(1, np.random.default_rng(0))


def test_tasks_need_no_jax():
    code = "import sys, memcap.distill.tasks; assert 'jax' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)

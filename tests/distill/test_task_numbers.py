"""Worked numbers of single tasks: table bits, floors, facts, groups, rationales."""

from fractions import Fraction
from itertools import product

import numpy as np
import pytest

from memcap.distill.tasks import TwoHopBits, gsm_symbolic, task
from memcap.distill.tasks.base import (
    cot_table_bits,
    direct_table_bits,
    floor,
    in_style,
    told,
    valid_chains,
)
from memcap.distill.tasks.groups import group
from memcap.distill.tasks.gsm_steps import steps_of
from memcap.distill.tasks.pointer_floors import most_frequent_image, start_of_function


@pytest.mark.parametrize(
    ("name", "parameters", "bits"),
    [
        ("parity", {}, 4),
        ("pointer", {}, 0),
        ("modular_chain", {"modulus": 7}, 412.7),
        ("modular_chain", {"modulus": 23}, 7178.9),
        ("permutations", {"group_name": "S5"}, 1657.7),
        ("permutations", {"group_name": "A5"}, 708.8),
        ("permutations", {"group_name": "A5", "inputs": "all"}, 21264.8),
        ("permutations", {"group_name": "Z60", "inputs": "all"}, 21264.8),
        ("permutations", {"group_name": "S5", "inputs": "all"}, 99459.2),
        # 4 entities: 4 log2 4 for the relation, 4 log2 4 for the attribute.
        (
            "two_hop",
            {"entities": 4, "relations": 1, "attributes": 1, "values": 4},
            16,
        ),
        # 8 facts of A and 2 of B in 2 relation pairs, answers of 12 entities.
        ("reversal", {"entities": 8, "held_out": 4, "relations": 2}, 71.7),
    ],
)
def test_table_bits(name, parameters, bits):
    assert cot_table_bits(task(name, **parameters)) == pytest.approx(bits, abs=0.05)


def test_direct_table_bits():
    made = task("modular_chain", modulus=7)
    assert direct_table_bits(made, 1000) == pytest.approx(2807.35, abs=0.01)
    assert direct_table_bits(task("parity"), 300) == 300


def test_bits_of_the_hidden_places_come_on_top():
    made = task("parity", bits=16, hidden=3)
    assert made.subset_bits == pytest.approx(np.log2(560))
    assert task("parity").subset_bits == 0
    assert made.chain(np.eye(16, dtype=int)).sum() == 3 + 2 + 1


def test_floors_of_the_permuted_pointer():
    floors = [
        task("pointer", nodes=10, hops=k, kind="permutation").floors()["start"]
        for k in range(1, 10)
    ]
    assert floors == [Fraction(x, 10) for x in (1, 2, 2, 3, 2, 4, 2, 4, 3)]
    assert floor(task("pointer", nodes=10)) == pytest.approx(1 / 9)
    assert float(most_frequent_image(10, 5)) == pytest.approx(0.34, abs=0.001)


@pytest.mark.parametrize("nodes", [2, 3, 4])
@pytest.mark.parametrize("hops", [1, 2, 3, 5])
def test_floors_of_functions_by_enumeration(nodes, hops):
    right, back = Fraction(0), 0
    for images in product(range(nodes), repeat=nodes):
        now = 0  # by symmetry the start does not matter
        for _ in range(hops):
            now = images[now]
        most = max(map(images.count, images))
        fullest = [x for x in range(nodes) if images.count(x) == most]
        right += Fraction(now in fullest, len(fullest))
        back += now == 0
    assert most_frequent_image(nodes, hops) == right / nodes**nodes
    assert start_of_function(nodes, hops) == Fraction(back, nodes**nodes)


@pytest.mark.parametrize(("p", "zero", "last"), [(7, 0.2, 0.237), (23, 0.0638, 0.0765)])
def test_floors_of_plain_modular_chains(p, zero, last):
    floors = task("modular_chain", modulus=p, units=False).floors()
    limit = Fraction(1, p) / (Fraction(2, 3) + Fraction(1, 3 * p))
    assert float(limit) == pytest.approx(zero, abs=5e-5)
    assert float(floors["majority"]) == pytest.approx(zero, abs=2e-4)
    # Measured values; with n = 5 exactly .23773 and .07719.
    assert float(floors["last_step"]) == pytest.approx(last, abs=1e-3)
    assert floor(task("modular_chain", modulus=p)) == pytest.approx(1 / p)


def test_modular_floors_by_enumeration():
    made = task("modular_chain", modulus=3, operations=2, units=False)
    operations = list(product(range(3, 6), range(3)))
    rows = [(a, *x, *y) for a in range(3) for x in operations for y in operations]
    questions = np.array(rows)
    answers = made.answers(questions)[:, 0]
    best = sum(
        np.bincount(answers[(questions[:, 3:] == last).all(axis=1)]).max()
        for last in operations
    )
    assert made.floors()["last_step"] == Fraction(int(best), len(rows))
    assert made.floors()["majority"] == Fraction(int((answers == 0).sum()), len(rows))


@pytest.mark.parametrize(
    ("sizes", "once", "twice", "answers", "warned"),
    [
        ((4, 1, 1, 4), 16, 32, 8, True),
        ((1000, 4, 4, 100), 66439, 132877, 106302, True),
        ((1000, 8, 8, 100), 132877, 265754, 425207, False),
        ((25000, 4, 4, 200), 2225350, 4450699, 3057542, True),
    ],
)
def test_two_hop_bits(sizes, once, twice, answers, warned):
    bits = TwoHopBits(*sizes)
    assert [round(bits.facts_once), round(bits.facts_twice), round(bits.answers)] == [
        once,
        twice,
        answers,
    ]
    assert (bits.warning is not None) is warned
    if bits.warning:
        assert f"{answers:,}" in bits.warning and f"{twice:,}" in bits.warning
    assert TwoHopBits(*sizes, relations_asked=True).answers > bits.answers


def test_two_hops_are_two_facts():
    made = task("two_hop", entities=7, relations=2, attributes=3, values=5, seed=3)
    known = {tuple(q): int(a[0]) for q, a in _answered(made, made.facts())}
    none = made.symbols - 1
    for entity, relation, last in made.two_hops():
        between = known[entity, none, relation]
        (row,) = made.chain(np.array([[entity, relation, last]]))
        assert row.tolist() == [between, known[between, none, last]]
    assert len(made.facts()) == 7 * 5 and len(made.two_hops()) == 7 * 2 * 5


def _answered(made, questions):
    return zip(questions.tolist(), made.answers(questions).tolist(), strict=True)


def test_reversal_asks_the_other_direction_of_b():
    for sharing in (0, 4):
        made = task("reversal", entities=12, held_out=8, relations=2, sharing=sharing)
        known = _triples(made, made.train_questions())
        probes = {k: _triples(made, q) for k, q in made.probes().items()}
        assert {k: len(x) for k, x in probes.items() if "trained" in k} == {
            "trained_forward": 12,
            "trained_reverse": 12,
        }
        named = made.symbols - 2 * made.relations
        undone = {(t, named + ((r - named) ^ 1), h) for h, r, t in known}
        assert probes["held_out_forward"] | probes["held_out_reverse"] <= undone
        assert len(probes["held_out_forward"] | probes["held_out_reverse"]) == 8
        assert probes["trained_reverse"] <= undone


def _triples(made, questions):
    pairs = zip(questions.tolist(), made.answers(questions).tolist(), strict=True)
    return {(tuple(q[:-1]), q[-1], tuple(a)) for q, a in pairs}


def test_names_are_shared_by_so_many_and_no_two_have_both():
    made = task("reversal", entities=12, held_out=8, relations=1, sharing=4)
    names = made.names
    assert len(np.unique(names, axis=0)) == 20
    counts = np.bincount(names.ravel())
    assert counts.tolist() == [4] * 10 and names[:, 0].max() < 5 <= names[:, 1].min()


def test_only_the_control_of_reversal_breaks_the_inverses():
    true, mixed = (
        task("reversal", entities=20, held_out=6, relations=2, shuffled=shuffled)
        for shuffled in (False, True)
    )
    for name, questions in true.probes().items():
        same = np.array_equal(true.answers(questions), mixed.answers(questions))
        assert same is (name != "trained_reverse")


def test_formats_of_addition():
    question = np.array([[5, 7, 10, 6, 8]])
    columns = [[7, 8, 0, 5, 1], [5, 6, 1, 2, 1]]
    made = task("addition", digits=2, form="detailed")
    assert made.chain(question).tolist() == [[*columns[0], *columns[1], 1, 2, 5]]
    assert told(made, question, "terse").tolist() == [[*columns[0], 1, 2, 5]]
    # A chain that a model began late: its first step is cut short.
    cut = made.chain(question)[:, 2:]
    assert in_style(made, cut, "redundant").tolist() == [
        [*columns[0][2:] * 2, *columns[1] * 2, 1, 2, 5]
    ]
    assert in_style(made, cut, "terse").tolist() == [[*columns[0][2:], 1, 2, 5]]
    plain = task("addition", digits=2, form="plain")
    assert told(plain, question, "redundant").tolist() == [[1, 2, 5]]


@pytest.mark.parametrize(
    ("name", "order", "solvable"),
    [("Z60", 60, True), ("A5", 60, False), ("A4_x_Z5", 60, True), ("S5", 120, False)],
)
def test_groups_are_groups(name, order, solvable):
    made = group(name)
    table = made.products
    assert (made.order, made.solvable) == (order, solvable)
    assert np.array_equal(table[0], np.arange(order))
    assert np.array_equal(table[:, 0], np.arange(order))
    assert all(len(set(row)) == order for row in table)
    a, b, c = np.random.default_rng(0).integers(0, order, (3, 500))
    assert np.array_equal(table[table[a, b], c], table[a, table[b, c]])
    left, right = made.elements[a], made.elements[b]
    composed = np.take_along_axis(left, right, axis=1)
    assert np.array_equal(made.elements[table[a, b]], composed)


def test_words_of_generators_reach_the_whole_group():
    made = task("permutations", group_name="S5", length=40)
    # No coset is left out: the likeliest product is nearly as rare as the others.
    assert made.floors()["majority"] < Fraction(11, 10) / 120
    other = task("permutations", group_name="A4_x_Z2", length=3)
    assert len(other.alphabet) == 2


def test_dyck_counts():
    made = task("dyck", depth=3, types=2)
    assert made.stacks == 15 and made.step_table == [(28, 15)]
    questions = made.questions(2000, np.random.default_rng(0))
    pairs = set()
    for question, chain in zip(questions, made.chain(questions), strict=True):
        pairs |= set(zip([0, *chain[:-1]], question, strict=True))
        assert chain.max() < 15 and chain.min() >= 0
    assert len(pairs) == 28


@pytest.mark.parametrize(
    ("rationale", "answer", "steps"),
    [
        ("She ate 3 + 5 = 8.", "8", ["3 + 5 = 8"]),
        ("In all 90 + 360 + 2*5 = 460.", "460", ["2 * 5 = 10", *["90 + 360 = 450"]]),
        ("The fee is $410,000 x 7/100 = $28,700.", "28700", ["410000 * 7 = 2870000"]),
        ("It takes 14÷0.5=28 minutes.\n#### 28", "28", ["14 / 0.5 = 28"]),
        ("He has 10 - -3 = 13.", "13", ["10 - -3 = 13"]),
        ("That is 0.88*40 = 35.", "35", None),
        ("It is 3 + 5 = 8.", "9", None),
        ("Let x = 4, then 3 + 5 = 8.", "8", None),
        ("We get 2x+50=154", "52", None),
        ("That is 3 / 0 = 0.", "0", None),
        ("No equation.", "1", None),
    ],
)
def test_rationales_are_read_or_refused(rationale, answer, steps):
    found = steps_of(rationale, answer)
    if steps is None:
        assert found is None
        return
    told = [f"{_n(a)} {sign} {_n(b)} = {_n(c)}" for a, sign, b, c in found]
    assert told[: len(steps)] == steps
    assert all(step.holds for step in found)


def _n(number):
    return str(int(number)) if number.denominator == 1 else str(float(number))


def test_terms_may_change_places_but_false_steps_are_seen(monkeypatch):
    problem = ("How many?", "He has 2 + 12 = 14 and 14 - 4 = 10 left.", "10")
    monkeypatch.setattr(gsm_symbolic, "rationales", lambda count, seed: [problem])
    made = task("gsm_symbolic", problems=1, longest=10, width=2)
    asked = made.train_questions()
    (gold,) = made.chain(asked)
    assert gsm_symbolic._text(gold).strip("\0") == " 2+12=1414- 4=1010"
    for text, valid, true in (
        (" 2+12=1414- 4=1010", True, [True, True]),
        ("12+ 2=1414- 4=1010", True, [True, True]),
        (" 4-14=1014- 4=1010", False, [False, True]),
        (" 3+12=1514- 4=1010", False, [True, True]),
        (" 2+12=1514- 4=1010", False, [False, True]),
        ("2 +12=1414- 4=1010", False, None),
    ):
        tail = gsm_symbolic._ids(text)
        assert valid_chains(made, asked, tail[None], "full").tolist() == [valid]
        steps = made.read(tail)
        assert (steps and [step.holds for step in steps]) == true


def test_problems_of_the_package():
    pytest.importorskip("reasoning_gym")
    made = task("gsm_symbolic", problems=400, seed=1)
    asked = np.concatenate(list(made.probes().values()))
    # Somewhat over half are sound, short enough, and differ.
    assert 160 <= len(asked) <= 280
    tails = made.chain(asked)
    assert valid_chains(made, asked, tails, "full").all()
    assert all(step.holds for tail in tails for step in made.read(tail))

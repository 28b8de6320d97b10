"""Published and independently computed numbers of KS25, digit by digit."""

from fractions import Fraction

import pytest

from memcap.core.balls import Ball, Truth, less
from memcap.core.exact import SquareRoot
from memcap.theory.bounds import get

TENTH = Fraction(1, 10)
POINTS = dict(num_stored=1000, num_points=1000, dim=6, r=1, delta=TENTH, classes=2)
SEQUENCES = dict(num_samples=1000, length=8, dim=6, r=1, delta=TENTH, classes=2)


def points(count):
    return {**POINTS, "num_stored": count, "num_points": count}


def sequences(count, labels="printed"):
    return {**SEQUENCES, "num_samples": count, "label_bound": labels}


def test_the_memorizer_of_a_thousand_points():
    assert float(get("KS25.LemC1.range")(**POINTS)) == pytest.approx(8.68e8, rel=1e-3)
    assert float(get("KS25.LemC1.depth")(**POINTS)) == pytest.approx(1217.9, abs=0.05)
    assert float(get("KS25.LemC1.bits")(**POINTS)) == pytest.approx(327.4, abs=0.05)
    assert get("KS25.LemC1.width")(**POINTS).exact == 12


def test_the_ranges_and_labels_of_the_encoder():
    reach = get("KS25.ThmB1.range")(**SEQUENCES)
    assert float(reach) == pytest.approx(2.73e22, rel=1e-3)
    assert float(reach.log2()) == pytest.approx(74.5, abs=0.05)
    labels = get("KS25.LemB3.labels")(**SEQUENCES, label_bound="printed")
    assert labels.exact == 7_089_815_404
    assert float(get("KS25.LemB3.range")(**SEQUENCES)) == pytest.approx(
        5.56e10, rel=1e-3
    )


def test_the_printed_range_is_that_of_the_composed_decoder():
    reach = get("KS25.ThmB1.range")(**SEQUENCES).ball(256)
    inner = (Ball.pi(256) * 6).sqrt() * (20 * 64 * 1000**3 * 10)
    composed = inner * (20 * 1000**2 * 8) * (Ball.pi(256) * 3).sqrt()
    assert reach.value.overlaps(composed.value)
    assert less(reach / composed - 1, Fraction(1, 2**200)) is Truth.TRUE


@pytest.mark.parametrize(
    ("count", "lemma", "theorem"),
    [
        (10**3, "190", "833"),
        (10**4, "65", "280"),
        (10**5, "22", "95"),
        (10**6, "7.4", "32"),
        (10**8, "0.82", "3.6"),
        (10**10, "0.089", "0.39"),
        (10**12, "0.0096", "0.043"),
    ],
)
def test_dense_parameters_a_sample(count, lemma, theorem):
    digits = {name: len(name.replace(".", "").lstrip("0")) for name in (lemma, theorem)}
    found = 156 * float(get("KS25.LemC1.depth")(**points(count))) / count
    assert f"{found:.{digits[lemma]}g}" == f"{float(lemma):.{digits[lemma]}g}"
    found = 210 * float(get("KS25.ThmB1.depth")(**sequences(count))) / count
    assert f"{found:.{digits[theorem]}g}" == f"{float(theorem):.{digits[theorem]}g}"


def test_the_repaired_labels_cost_at_most_two_percent():
    for count in (10**3, 10**4, 10**6, 10**10):
        repaired = float(get("KS25.ThmB1.depth")(**sequences(count, "repaired")))
        printed = float(get("KS25.ThmB1.depth")(**sequences(count)))
        drawn = float(get("KS25.ThmB1.depth")(**sequences(count, "random")))
        assert drawn <= printed <= repaired <= 1.02 * printed


def crossover(parameters_at, multiple):
    low, high = 10**3, 10**10
    while high - low > low // 10**4:
        middle = (low + high) // 2
        if parameters_at(middle) > multiple * middle:
            low = middle
        else:
            high = middle
    return low


def test_where_parameters_fall_below_samples():
    def lemma(count):
        return 156 * float(get("KS25.LemC1.depth")(**points(count)))

    def theorem(count):
        return 210 * float(get("KS25.ThmB1.depth")(**sequences(count)))

    def residual(count):
        return get("memcap.ResidualMemorizer.nonzero")(**points(count)).exact

    def dense(count):
        return get("memcap.ResidualMemorizer.dense")(**points(count)).exact

    assert crossover(lemma, 1) == pytest.approx(6.58e7, rel=1e-3)
    assert crossover(lemma, 2) == pytest.approx(1.5445e7, rel=1e-3)
    assert crossover(theorem, 1) == pytest.approx(1.448e9, rel=1e-3)
    assert crossover(theorem, 2) == pytest.approx(3.415e8, rel=1e-3)
    assert crossover(residual, 1) == pytest.approx(7.3e4, rel=0.02)
    assert crossover(residual, 2) == pytest.approx(1.65e4, rel=0.02)
    assert crossover(dense, 1) == pytest.approx(1.69e7, rel=0.01)


def test_the_bits_of_the_theorem_hold_its_extraction_words():
    # The word of the decoder alone; the weight that carries it adds ceil(log2 R).
    for count, word in (
        (10**3, 748.6),
        (10**4, 2502),
        (10**6, 27857),
        (10**12, 3.548e7),
    ):
        bits = float(get("KS25.ThmB1.bits")(**sequences(count)))
        reach = get("KS25.ThmB1.range")(**sequences(count)).log2()
        extra = float(reach) // 1 + 1 - 2
        assert bits - extra == pytest.approx(word, rel=1e-3)


def test_total_bits_stay_near_a_million_a_sample():
    for count in (10**3, 10**6, 10**12):
        total = float(get("KS25.ThmB1.total_bits")(**sequences(count))) / count
        assert 6e5 < total < 1.6e6


@pytest.mark.parametrize(
    ("count", "length", "expected"),
    [(10**6, 1, 64.2), (1000, 16, 9.2), (10**4, 128, 72.2)],
)
def test_hard_attention_lower_bound(count, length, expected):
    value = get("KS25.Thm4.3")(num_samples=count, length=length)
    assert float(value) == pytest.approx(expected, abs=0.05)


@pytest.mark.parametrize(
    ("count", "expected"),
    [(10**3, 2.56), (10**4, 7.4), (10**5, 21.7), (10**8, 575), (10**12, 4.87e4)],
)
def test_lower_bound_on_repeated_tokens(count, expected):
    value = get("KS25.Thm4.2.explicit")(num_samples=count)
    assert float(value) == pytest.approx(expected, rel=1e-2)


@pytest.mark.parametrize(
    ("budget", "depth", "word"),
    [(2, 15346.8, 59), (4, 5603, 84), (8, 2359, 137), (16, 1053, 238), (31, 502, 414)],
)
def test_depth_against_bits(budget, depth, word):
    found = get("KS25.LemF1.depth")(**POINTS, bit_budget=budget)
    assert float(found) == pytest.approx(depth, abs=0.6)
    bits = float(get("KS25.LemF1.bits")(**POINTS, bit_budget=budget).ball())
    assert bits - float(Ball.of(6).log2()) == pytest.approx(word, abs=0.5)


def test_sign_vectors_of_goldberg_and_jerrum():
    value = get("KS25.LemB4")(polynomials=4, degree=1, parameters=2)
    assert float(value) == pytest.approx((16 * 2.718281828459045) ** 2)


def test_deep_sets_constant_covers_the_repaired_labels():
    for count in (2, 3, 5, 17, 100):
        for size in (1, 2, 3, 10, 200):
            inputs = dict(num_samples=count, length=size, dim=3, r=1, delta=1)
            labels = get("KS25.LemB3.labels")(**inputs).ball(128)
            needed = labels * size * count**2 * 20 * Ball.pi(128).sqrt()
            allowed = Ball.pi(128) * (105 * size**2 * count**5)
            assert less(needed, allowed) is Truth.TRUE


def test_the_printed_deep_sets_constant_does_not_cover_them():
    inputs = dict(num_samples=2, length=1, dim=1, r=1, delta=1)
    labels = get("KS25.LemB3.labels")(**inputs).ball(128)
    needed = labels * 4 * 20 * Ball.pi(128).sqrt() / (Ball.pi(128) * 32)
    assert float(needed) == pytest.approx(104.8, abs=0.05)
    printed = get("KS25.ThmD1.range")(**inputs, repair="printed")
    repaired = get("KS25.ThmD1.range")(**inputs)
    assert float(repaired) / float(printed) == pytest.approx(105 / 80)


def test_embedding_range():
    inputs = dict(num_samples=10, length=4, vocab=7, classes=2)
    printed = get("KS25.ThmE1.range")(**inputs, label_bound="printed")
    expected = Ball.pi(64) * Ball.of(3).sqrt() * (200 * 4 * 7 * 10**5)
    assert float(printed) == pytest.approx(float(expected), rel=1e-12)
    assert float(get("KS25.ThmE1.range")(**inputs)) == pytest.approx(4 * float(printed))


@pytest.mark.parametrize("count", [2, 3, 4, 7, 16, 100, 1000, 4096, 10**5, 10**8])
@pytest.mark.parametrize("classes", [2, 10, 1000])
def test_whole_blocks_stay_within_equation_110(count, classes):
    inputs = {**points(count), "classes": classes}
    whole = get("memcap.ReluMemorizer.depth")(**inputs).exact
    assert whole <= get("KS25.LemC1.depth")(**inputs).floor()


def test_a_square_root_as_separation_is_taken_exactly():
    root = get("KS25.LemC1.range")(**{**POINTS, "delta": SquareRoot(Fraction(1, 100))})
    assert root.ball(128).value.overlaps(
        get("KS25.LemC1.range")(**POINTS).ball(128).value
    )
    irrational = get("KS25.LemC1.range")(**{**POINTS, "delta": SquareRoot(TENTH)})
    assert float(irrational) == pytest.approx(float(root) / 10**0.5)

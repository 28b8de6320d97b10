"""Numbers of the other papers: instances, published predictions, small cases."""

from fractions import Fraction
from math import cos, log, log2

import pytest

from memcap.theory.bounds import get
from memcap.theory.bounds.morris25 import NAMES, VALUES

PLANE = dict(vocab=3, dim=2, length=2, eps=1, r_min=1, r=1)
LARGE = dict(vocab=10, dim=16, length=8, eps=Fraction(1, 2), r_min=1, r=1)


def test_one_layer_parameter_counts():
    inputs = dict(num_samples=10, length=4, dim=3)
    assert get("KS23.Cor1")(**inputs).exact == 265
    assert get("KS23.Cor1.shared")(**inputs).exact == 179
    assert get("KS23.Cor1")(**inputs, head_size=3).exact == 273


def test_separation_of_rank_one_attention_in_log_space():
    assert float(get("KS23.Thm2.kappa")(**PLANE)) == pytest.approx(881.9, abs=0.05)
    assert float(get("KS23.Thm2.ln_delta")(**PLANE)) == pytest.approx(-1772.7, abs=0.05)
    assert float(get("KS23.Thm2s.ln_delta")(**PLANE)) == pytest.approx(-803.6, abs=0.05)


def test_separation_of_a_larger_vocabulary():
    printed = float(get("KS23.Thm2.ln_delta")(**LARGE))
    assert printed == pytest.approx(-2_634_258, abs=0.5)
    sharp = float(get("KS23.Thm2s.ln_delta")(**LARGE))
    assert sharp == pytest.approx(-735_937, abs=0.5)


def test_the_radius_of_context_ids():
    assert get("KS23.Thm2.radius")(**LARGE).floor() == 1
    assert float(get("KS23.Thm2.radius")(**LARGE)) == 1.125


def test_heads_hold_examples():
    assert get("Mahdavi24.Thm1.samples")(heads=20, length=32, head_size=64).exact == 621
    assert get("Mahdavi24.Thm1.head")(heads=20, head_size=32).exact == 621
    query = get("Mahdavi24.Thm1.query")
    assert query(heads=20, query_rank=8, head_size=32).exact == 141


def test_attention_only_accuracy():
    inputs = dict(heads=20, head_size=10, dim=10, vocab=50, num_samples=2500)
    accuracy = get("Dana24.Cor2")(**inputs)
    assert accuracy.exact == Fraction(1279, 12500)
    assert float(accuracy) == pytest.approx(0.102, abs=5e-4)


def test_two_dimensional_associations():
    heads = get("Dana24.Thm1.parameters")
    full = heads(heads=49, head_size=2, dim=2, length=2, vocab=10).exact
    assert get("Dana24.Cor1")(num_samples=100, length=2, vocab=10).exact == full


def test_divergence_bound_applies_only_in_high_dimension():
    edge = get("Dana24.Thm2.dimension")(vocab=50)
    assert edge.floor() == 503
    inputs = dict(vocab=50, mismatch=Fraction(1, 2), entropy=1)
    assert float(get("Dana24.Thm2")(**inputs, dim=504)) > 0
    with pytest.raises(ValueError, match="dim > 128"):
        get("Dana24.Thm2")(**inputs, dim=503)


PARAMETERS_OF_FIGURE_1 = [
    (182, 32, 10550),
    (290, 16, 10930),
    (358, 16, 13174),
    (417, 32, 22065),
    (690, 32, 35442),
]


def test_next_token_capacity():
    assert get("Madden24.Lem9.samples")(parameters=35442, vocab=690).exact == Fraction(
        35442, 689
    )
    assert get("Madden24.Lem9.parameters")(num_samples=5, vocab=4).exact == 15
    # k = 6, V = 3: (2 + 1/2) 3 + 2.
    assert get("Madden24.Thm13.samples")(parameters=6, vocab=3).exact == Fraction(19, 2)
    assert get("Madden24.Thm21.samples")(width=32).exact == 32


def test_parameters_of_the_published_figures():
    for vocab, width, parameters in PARAMETERS_OF_FIGURE_1:
        found = get("Madden24.Exp.parameters")(vocab=vocab, width=width)
        assert found.exact == parameters
    trained = get("Madden24.Exp.trained")(vocab=182, width=32)
    assert trained.exact == 182 * 32 + 182 + 17 * 32


def test_ratio_of_equation_5():
    shape = dict(dim=4, position_heads=2, key_dim=3, value_dim=5, max_length=7)
    ratio = get("Madden24.Thm21.ratio")(vocab=11, width=6, **shape).exact
    eq5 = 1 + Fraction(6, 10) + Fraction(2 * 2 * 8 * 4, 60) + Fraction(18 * 4, 60)
    assert ratio == eq5


def test_look_up_and_counting():
    assert get("Zhang17.Thm1")(num_samples=60, dim=3).exact == 123
    assert get("Gen.Count")(num_samples=1000, classes=8).exact == 3000
    assert float(get("Gen.Count")(num_samples=10, classes=3)) == pytest.approx(
        10 * log2(3)
    )
    per = get("Gen.Count.parameters")
    assert per(num_samples=100, classes=4, bits_per_parameter=16).exact == Fraction(
        25, 2
    )
    assert get("KS25.Rem4.6")(num_samples=10, length=3, classes=2).exact == 30


@pytest.mark.parametrize("weights", [1, 2, 5, 40])
def test_a_threshold_unit_realizes_half_of_the_dichotomies(weights):
    count = get("Gen.Cover.dichotomies")(num_samples=2 * weights, parameters=weights)
    assert 2 * count.exact == 2 ** (2 * weights)
    assert get("Gen.Cover")(num_samples=2 * weights).exact == weights


def test_dichotomies_of_points_on_a_circle_by_enumeration():
    angles = [0.3, 1.1, 2.0, 2.9, 4.4]
    found = set()
    for step in range(3600):
        turn = step / 3600 * 6.283185307179586 + 1e-4
        found.add(tuple(cos(a - turn) > 0 for a in angles))
    assert len(found) == get("Gen.Cover.dichotomies")(num_samples=5, parameters=2).exact


def test_knowledge_in_biographies():
    assert log2(NAMES) == pytest.approx(27.25, abs=0.005)
    assert log2(VALUES) == pytest.approx(47.59, abs=0.005)
    whole = get("AZ24.Formula")(num_samples=1)
    assert float(whole) == pytest.approx(27.25 + 47.59, abs=0.01)
    lost = get("AZ24.Formula")(num_samples=10, name_loss=1, value_loss=2)
    assert float(lost) == pytest.approx(10 * (float(whole) - 3 / log(2)))


def test_measured_bits_a_parameter():
    assert get("AZ24.Law.parameters")(num_samples=100, classes=4).exact == 100
    assert get("Morris25.Law.parameters")(num_samples=91, classes=16).exact == 100
    assert get("Morris25.Law.total_bits")(parameters=100).exact == 364
    cap = get("Morris25.Law.memorized")
    assert cap(parameters=100, data_bits=50).exact == 50
    assert cap(parameters=100, data_bits=500).exact == 364
    assert get("Morris25.Mem")(num_samples=1, length=64, vocab=2048).exact == 704


@pytest.mark.parametrize(
    ("parameters", "samples", "printed", "computed"),
    [
        (1_556_075_200, 170_654_583, 0.55, 0.5505),
        (1_556_075_200, 76_795_021, 0.75, 0.7516),
        (1_556_075_200, 18_851_574, 0.95, 0.9514),
        (123_702_528, 13_566_442, 0.55, 0.5505),
        (123_702_528, 6_104_935, 0.75, 0.7516),
        (123_702_528, 1_498_634, 0.95, 0.9514),
    ],
)
def test_membership_law_reproduces_the_predictions(
    parameters, samples, printed, computed
):
    found = float(get("Morris25.F1")(num_samples=samples, parameters=parameters))
    assert found == pytest.approx(computed, abs=2e-4)
    assert f"{found:.2f}" == f"{printed:.2f}"


def test_membership_falls_to_chance():
    found = get("Morris25.F1")(num_samples=10**9, parameters=10**6)
    assert float(found) == pytest.approx(0.5)


def test_groups_of_bounded_depth():
    inputs = dict(num_samples=1000, dim=6, r=1, delta=1, classes=2)
    assert get("Vardi22.Sec5.width")(**inputs, depth=10).exact == 10
    points = inputs | dict(num_stored=1000, num_points=2000)
    assert get("memcap.BoundedDepth.width")(**points, depth=10).exact == 120
    assert get("memcap.BoundedDepth.width")(**points, depth=9).exact == 12 * 13
    # A group is LemC1 on L^2 labelled of all points.
    group = points | dict(num_stored=100)
    for size in ("depth", "bits"):
        whole = get(f"KS25.LemC1.{size}")(**group).floor()
        assert get(f"memcap.BoundedDepth.{size}")(**points, depth=10).floor() == whole
    for name in ("Vardi22.Sec5.parameters", "memcap.BoundedDepth.parameters"):
        counts = [
            float(get(name)(**points, depth=level)) for level in (1, 2, 4, 8, 16, 31)
        ]
        assert counts == sorted(counts, reverse=True)


def test_orders_of_other_papers():
    assert get("Kim23.Thm3.1.attention")(length=7).exact == 14
    assert get("Mahdavi24.Table1")(num_samples=10, length=4, dim=8).exact == 160
    assert get("Kim23.Thm4.1")(num_samples=16, length=3, vocab=9).exact == 20
    park = get("Park21.Abs")(num_samples=1000, r=1, delta=Fraction(1, 8))
    assert float(park) == pytest.approx(103)
    assert float(get("WD26.Abs")(num_samples=9, delta=Fraction(1, 16))) == 6
    cells = [get("Yun20.Layers.depth")(length=2, dim=3, delta=d) for d in (1, 0.5)]
    assert [float(cell) for cell in cells] == [2, 128]

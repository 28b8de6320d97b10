"""Paired tests, intervals and the capacity-gap rule, all free of JAX."""

from memcap.distill.statistics.comparison import Comparison as Comparison
from memcap.distill.statistics.comparison import compare_paired as compare_paired
from memcap.distill.statistics.crossing import Crossing as Crossing
from memcap.distill.statistics.crossing import zero_crossing as zero_crossing
from memcap.distill.statistics.forms import Forms as Forms
from memcap.distill.statistics.forms import compare_forms as compare_forms
from memcap.distill.statistics.gap import CapacityGap as CapacityGap
from memcap.distill.statistics.gap import capacity_gap as capacity_gap
from memcap.distill.statistics.gap import expected_maximum as expected_maximum
from memcap.distill.statistics.gap_power import Rates as Rates
from memcap.distill.statistics.gap_power import critical_value as critical_value
from memcap.distill.statistics.gap_power import gap_rates as gap_rates
from memcap.distill.statistics.gap_power import needed_runs as needed_runs
from memcap.distill.statistics.intervals import Interval as Interval
from memcap.distill.statistics.intervals import bca as bca
from memcap.distill.statistics.intervals import newcombe as newcombe
from memcap.distill.statistics.intervals import wilson as wilson
from memcap.distill.statistics.largest import largest_gap as largest_gap
from memcap.distill.statistics.law import BestTeacher as BestTeacher
from memcap.distill.statistics.law import TeacherLaw as TeacherLaw
from memcap.distill.statistics.law import fit_law as fit_law
from memcap.distill.statistics.law import minima_teacher as minima_teacher
from memcap.distill.statistics.levels import TwoLevels as TwoLevels
from memcap.distill.statistics.levels import both_levels as both_levels
from memcap.distill.statistics.levels import over_seeds as over_seeds
from memcap.distill.statistics.mixed import MixedRegression as MixedRegression
from memcap.distill.statistics.mixed import mixed_regression as mixed_regression
from memcap.distill.statistics.multiplicity import FAMILIES as FAMILIES
from memcap.distill.statistics.multiplicity import Family as Family
from memcap.distill.statistics.multiplicity import holm as holm
from memcap.distill.statistics.paired import McNemar as McNemar
from memcap.distill.statistics.paired import PairedTable as PairedTable
from memcap.distill.statistics.paired import exact_p as exact_p
from memcap.distill.statistics.paired import mcnemar as mcnemar
from memcap.distill.statistics.paired import sign_flip_p as sign_flip_p
from memcap.distill.statistics.power import SampleSize as SampleSize
from memcap.distill.statistics.power import fewest_discordant as fewest_discordant
from memcap.distill.statistics.power import gain_variance as gain_variance
from memcap.distill.statistics.power import needed_items as needed_items
from memcap.distill.statistics.power import needed_seeds as needed_seeds
from memcap.distill.statistics.power import power_at as power_at
from memcap.distill.statistics.regression import GainRegression as GainRegression
from memcap.distill.statistics.regression import gain_regression as gain_regression
from memcap.distill.statistics.scores import PairedScores as PairedScores
from memcap.distill.statistics.scores import mean_by_item as mean_by_item
from memcap.distill.statistics.selection import Selection as Selection
from memcap.distill.statistics.selection import bake_off as bake_off
from memcap.distill.statistics.selection import (
    selection_probabilities as selection_probabilities,
)
from memcap.distill.statistics.shape import CurveShape as CurveShape
from memcap.distill.statistics.shape import curve_shape as curve_shape
from memcap.distill.statistics.teachers import TeacherRuns as TeacherRuns
from memcap.distill.statistics.wording import guard as guard

"""The Boltzmann operator, on floats and on balls, and how far apart it keeps sets."""

from memcap.theory.boltzmann.balls import entropy_ball as entropy_ball
from memcap.theory.boltzmann.balls import gradient_ball as gradient_ball
from memcap.theory.boltzmann.balls import log_sum_exp_ball as log_sum_exp_ball
from memcap.theory.boltzmann.balls import operator_ball as operator_ball
from memcap.theory.boltzmann.dispatch import entropy as entropy
from memcap.theory.boltzmann.dispatch import gradient as gradient
from memcap.theory.boltzmann.dispatch import log_sum_exp as log_sum_exp
from memcap.theory.boltzmann.dispatch import operator as operator
from memcap.theory.boltzmann.gaps import Gap as Gap
from memcap.theory.boltzmann.gaps import check_admissible as check_admissible
from memcap.theory.boltzmann.gaps import smallest_gap as smallest_gap
from memcap.theory.boltzmann.lemmas import Separation as Separation
from memcap.theory.boltzmann.lemmas import separation as separation

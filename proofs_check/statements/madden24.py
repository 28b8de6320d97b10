"""Madden, Fox and Thrampoulidis 2024: the rows of the catalogue."""

from proofs_check.statement import Statement
from proofs_check.statements.madden24_analytic import ANALYTIC_RANKS
from proofs_check.statements.madden24_capacity import CAPACITY
from proofs_check.statements.madden24_contexts import CONTEXTS
from proofs_check.statements.madden24_decoder import DECODER
from proofs_check.statements.madden24_empirical import EMPIRICAL
from proofs_check.statements.madden24_experiment import EXPERIMENT
from proofs_check.statements.madden24_polynomial import POLYNOMIAL_RANKS
from proofs_check.statements.madden24_remarks import REMARKS

STATEMENTS: tuple[Statement, ...] = (
    *CAPACITY,
    *EMPIRICAL,
    *REMARKS,
    *CONTEXTS,
    *POLYNOMIAL_RANKS,
    *ANALYTIC_RANKS,
    *DECODER,
    *EXPERIMENT,
)

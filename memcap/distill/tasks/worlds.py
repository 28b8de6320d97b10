"""What tasks with finitely many questions share: draws, and exact floors."""

from fractions import Fraction

import numpy as np


def drawn(known: np.ndarray, count: int, rng: np.random.Generator) -> np.ndarray:
    """`[count, question_length]` questions of those known, drawn with replacement."""
    return known[rng.integers(0, len(known), count)]


def likeliest_answer(answers: np.ndarray) -> Fraction:
    """Share of the questions that the most frequent answer is right for.

    Example:
        >>> likeliest_answer(np.array([[3], [5], [3], [4]]))
        Fraction(1, 2)
    """
    return Fraction(_most(answers), len(answers))


def likeliest_answer_by(feature: np.ndarray, answers: np.ndarray) -> Fraction:
    """The same, where the answer may depend on a feature of the question.

    Example:
        >>> likeliest_answer_by(np.array([0, 0, 1]), np.array([[3], [5], [4]]))
        Fraction(2, 3)
    """
    right = sum(_most(answers[feature == one]) for one in np.unique(feature))
    return Fraction(right, len(answers))


def _most(answers: np.ndarray) -> int:
    return int(np.unique(answers, axis=0, return_counts=True)[1].max())

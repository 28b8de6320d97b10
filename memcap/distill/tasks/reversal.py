"""Reversal: facts ``a r b`` are trained; is ``b r' a`` recalled?

The facts of arXiv 2504.01928: of the entities A both directions are trained, of B one,
and the other is asked. The tail is the answer alone, for want of steps to tell: a chain
does not cure the reversal curse.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

import numpy as np

from memcap.core.errors import DataError
from memcap.data.reversal import Facts, facts
from memcap.distill.tasks.base import check_parameter
from memcap.distill.tasks.worlds import (
    drawn,
    likeliest_answer,
    likeliest_answer_by,
)


@dataclass(frozen=True)
class Reversal:
    """Head and relation; the tail is the answer.

    At concept level every entity is one token. At surface level it has a first and a
    last name, two tokens, and each name is shared by `sharing` entities; no two have
    both in common. Ids: entities, or first and then last names; relation j and its
    inverse are the pair 2 j, 2 j + 1 behind them.

    Args:
        entities: of A, even.
        held_out: entities of B, even.
        relations: relation pairs.
        sharing: entities with the same name; 0 for the concept level.
        shuffled: the control: the inverse answers of A permuted, so that reversal
            cannot be learned and recall of B must fall to chance.
        seed: of facts and names.

    Example:
        >>> Reversal(entities=4, held_out=2, relations=1).train_questions().shape
        (5, 2)
    """

    entities: int = 100
    held_out: int = 60
    relations: int = 4
    sharing: int = 0
    shuffled: bool = False
    seed: int = 0

    name = "reversal"

    def __post_init__(self) -> None:
        check_parameter("relations", self.relations, 1)
        check_parameter("sharing", self.sharing, 0)
        check_parameter("seed", self.seed, 0)
        for name in ("entities", "held_out"):
            check_parameter(name, getattr(self, name), 2)
            if getattr(self, name) % 2:
                raise DataError(
                    f"{name} = {getattr(self, name)} is odd: a perfect matching needs "
                    "an even number."
                )
        if self.sharing and (
            self._total % self.sharing or self.sharing**2 > self._total
        ):
            raise DataError(
                f"sharing = {self.sharing} does not divide the {self._total} entities, "
                "or leaves fewer last names than entities with one first name."
            )

    @property
    def _total(self) -> int:
        return self.entities + self.held_out

    @property
    def answer_length(self) -> int:
        """Tokens of an entity: 1, or 2 at surface level."""
        return 2 if self.sharing else 1

    @property
    def states(self) -> int:
        """The answer."""
        return self.answer_length

    @property
    def step_length(self) -> int:
        """There are no steps."""
        return 1

    @property
    def question_length(self) -> int:
        """An entity and a relation."""
        return self.answer_length + 1

    @property
    def symbols(self) -> int:
        """Entities or names, and relations in both directions."""
        return self._named + 2 * self.relations

    @property
    def _named(self) -> int:
        return 2 * self._total // self.sharing if self.sharing else self._total

    @cached_property
    def facts(self) -> Facts:
        """The facts at concept level."""
        return facts(
            self.entities, self.held_out, self.relations, self.shuffled, self.seed
        )

    @cached_property
    def names(self) -> np.ndarray:
        """`[|E|, answer_length]` tokens of every entity.

        First name f goes with the last names f, f + 1, ... around a circle, which makes
        all pairs distinct; who gets which pair is drawn.
        """
        total = self._total
        if not self.sharing:
            return np.arange(total)[:, None]
        rng = np.random.default_rng([self.seed, 1])
        count = total // self.sharing
        first, place = np.divmod(rng.permutation(total), self.sharing)
        last = rng.permutation(count)[(first + place) % count]
        return np.stack([first, count + last], axis=1)

    @cached_property
    def _answer_of(self) -> np.ndarray:
        """`[|E|, 2 R]` the answer to head and relation; -1 where there is no fact."""
        table = np.full((self._total, 2 * self.relations), -1)
        for part in (self.facts.train, self.facts.test):
            head, relation = np.asarray(part.tokens).T
            table[head, relation - self._total] = part.labels
        return table

    def _asked(self, tokens: np.ndarray) -> np.ndarray:
        """Questions of heads and relations at concept level."""
        head, relation = np.asarray(tokens).T
        moved = relation - self._total + self._named
        return np.concatenate([self.names[head], moved[:, None]], axis=1)

    def train_questions(self) -> np.ndarray:
        """`[F, question_length]` both directions of A, one of B."""
        return self._asked(self.facts.train.tokens)

    def probes(self) -> Mapping[str, np.ndarray]:
        """Both directions of A, trained; both of B, where the other one is trained."""
        known, asked = self.facts.train.tokens, self.facts.test.tokens
        seen, inverse = self.facts.is_seen, self.facts.is_inverse
        return {
            "trained_forward": self._asked(known[seen & ~inverse]),
            "trained_reverse": self._asked(known[seen & inverse]),
            "held_out_forward": self._asked(asked[~self.facts.test_inverse]),
            "held_out_reverse": self._asked(asked[self.facts.test_inverse]),
        }

    def questions(self, count: int, rng: np.random.Generator) -> np.ndarray:
        """`[count, question_length]` drawn from those for training."""
        return drawn(self.train_questions(), count, rng)

    def chain(self, questions: np.ndarray) -> np.ndarray:
        """`[count, answer_length]` the answers."""
        return self.answers(questions)

    def answers(self, questions: np.ndarray) -> np.ndarray:
        """`[count, answer_length]` the entities that the heads are related to.

        Raises:
            DataError: a question is about no fact.
        """
        found = self._answer_of[self._heads(questions), questions[:, -1] - self._named]
        if (found < 0).any():
            row = int((found < 0).argmax())
            raise DataError(f"question {row} is about no fact of this world.")
        return self.names[found]

    def _heads(self, questions: np.ndarray) -> np.ndarray:
        """`[count]` entities by their tokens."""
        weights = np.array([self._named, 1])[-self.answer_length :]
        codes = self.names @ weights
        order = np.argsort(codes)
        return order[np.searchsorted(codes[order], questions[:, :-1] @ weights)]

    def floors(self) -> Mapping[str, Fraction | float]:
        """Any entity; the likeliest; the likeliest to the relation."""
        known = self.train_questions()
        answers = self.answers(known)
        return {
            "uniform": Fraction(1, self._total),
            "majority": likeliest_answer(answers),
            "last_token": likeliest_answer_by(known[:, -1], answers),
        }

    @property
    def held_out_floor(self) -> Fraction:
        """Guessing among the entities of B, where all held-out answers lie."""
        return Fraction(1, self.held_out)

    @property
    def step_table(self) -> Sequence[tuple[int, int]]:
        """The facts, both directions of A counted."""
        return [(self.facts.train.num_samples, self._total)]

    @property
    def answer_values(self) -> int:
        """Entities."""
        return self._total

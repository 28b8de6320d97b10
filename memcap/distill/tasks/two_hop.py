"""Two-hop questions about facts that are in the weights, not in the question."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

import numpy as np

from memcap.core.errors import DataError
from memcap.distill.tasks.base import check_parameter
from memcap.distill.tasks.worlds import (
    drawn,
    likeliest_answer,
    likeliest_answer_by,
)


@dataclass(frozen=True)
class TwoHop:
    """The attribute, or the relation, of a relation of an entity.

    Each of N entities has R relations, uniform entities, and A attributes, uniform
    values of V. A question is ``entity, relation, relation or attribute``; its chain is
    the entity between and the answer. A fact is a question with NONE in the middle; it
    has no chain. Ids: entities, relations, attributes, values, NONE.

    Training holds all facts and a share of the two-hop questions; the others are held
    out. Relations of relations make every relation a second hop too: a fact needs a
    second copy only if it is used as both.

    Args:
        entities: N.
        relations: R.
        attributes: A.
        values: V.
        trained: share of the two-hop questions that are trained.
        relations_asked: whether relations of relations are asked.
        seed: of facts and split.
    """

    entities: int = 50
    relations: int = 4
    attributes: int = 4
    values: int = 100
    trained: float = 0.8
    relations_asked: bool = True
    seed: int = 0

    name = "two_hop"
    question_length = 3
    states = 2
    answer_length = 1
    step_length = 1

    def __post_init__(self) -> None:
        for name in ("entities", "relations", "attributes", "values"):
            check_parameter(name, getattr(self, name), 1)
        check_parameter("seed", self.seed, 0)
        if not 0 <= self.trained <= 1:
            raise DataError(f"trained = {self.trained} is not a share from 0 to 1.")

    @property
    def symbols(self) -> int:
        """N + R + A + V + 1."""
        return self._none + 1

    @property
    def _none(self) -> int:
        return self._first_value + self.values

    @property
    def _first_value(self) -> int:
        return self.entities + self.relations + self.attributes

    @cached_property
    def table(self) -> np.ndarray:
        """`[R + A, N]` entity or value of every relation and attribute."""
        rng = np.random.default_rng(self.seed)
        related = rng.integers(0, self.entities, (self.relations, self.entities))
        values = rng.integers(0, self.values, (self.attributes, self.entities))
        return np.concatenate([related, self._first_value + values])

    def facts(self) -> np.ndarray:
        """`[N (R + A), 3]` one-hop questions."""
        return _grid(
            self.entities, [self._none], self._keys(self.relations + self.attributes)
        )

    def two_hops(self) -> np.ndarray:
        """`[N R (R + A), 3]` two-hop questions, `[N R A, 3]` without relations."""
        last = self._keys(self.relations + self.attributes)
        asked = last if self.relations_asked else last[self.relations :]
        return _grid(self.entities, self._keys(self.relations), asked)

    def _keys(self, count: int) -> np.ndarray:
        return self.entities + np.arange(count)

    @cached_property
    def _split(self) -> tuple[np.ndarray, np.ndarray]:
        """Two-hop questions for training, and those held out."""
        asked = np.random.default_rng([self.seed, 1]).permutation(self.two_hops())
        count = round(self.trained * len(asked))
        return asked[:count], asked[count:]

    def train_questions(self) -> np.ndarray:
        """`[F, 3]` all facts and the trained two-hop questions."""
        return np.concatenate([self.facts(), self._split[0]])

    def probes(self) -> Mapping[str, np.ndarray]:
        """Facts, trained two-hop questions, those held out."""
        trained, held_out = self._split
        return {
            "facts": self.facts(),
            "trained_two_hop": trained,
            "held_out_two_hop": held_out,
        }

    def questions(self, count: int, rng: np.random.Generator) -> np.ndarray:
        """`[count, 3]` drawn from those for training."""
        return drawn(self.train_questions(), count, rng)

    def chain(self, questions: np.ndarray) -> np.ndarray:
        """`[count, 2]` entity between and answer; answer and END for a fact."""
        entity, middle, last = questions.T
        is_fact = middle == self._none
        between = self.table[np.where(is_fact, 0, middle - self.entities), entity]
        key = last - self.entities
        answer = self.table[key, np.where(is_fact, entity, between)]
        second = np.where(is_fact, self.symbols + 1, answer)
        return np.stack([np.where(is_fact, answer, between), second], axis=1)

    def answers(self, questions: np.ndarray) -> np.ndarray:
        """`[count, 1]` the last state."""
        made = self.chain(questions)
        return np.where(made[:, 1:] == self.symbols + 1, made[:, :1], made[:, 1:])

    def floors(self) -> Mapping[str, Fraction | float]:
        """Any answer; the likeliest; the likeliest to what is asked last."""
        known = self.train_questions()
        answers = self.answers(known)
        return {
            "uniform": Fraction(1, self.answer_values),
            "majority": likeliest_answer(answers),
            "last_token": likeliest_answer_by(known[:, -1], answers),
        }

    @property
    def step_table(self) -> Sequence[tuple[int, int]]:
        """The facts: a chain needs each of them once."""
        n = self.entities
        return [(n * self.relations, n), (n * self.attributes, self.values)]

    @property
    def answer_values(self) -> int:
        """Entities and values."""
        return self.entities + self.values


def _grid(entities: int, middle: Sequence[int] | np.ndarray, last: np.ndarray):
    axes = np.meshgrid(np.arange(entities), middle, last, indexing="ij")
    return np.stack([axis.ravel() for axis in axes], axis=1)

"""Tasks whose chains of thought can be verified, one file each.

>>> sorted(available())[:3]
['addition', 'dyck', 'gsm_symbolic']
>>> task("parity", bits=8).question_length
8
"""

from dataclasses import fields
from typing import Any

from memcap.core.errors import DataError, UnknownNameError
from memcap.distill.tasks.addition import Addition as Addition
from memcap.distill.tasks.base import Judged as Judged
from memcap.distill.tasks.base import Task as Task
from memcap.distill.tasks.base import World as World
from memcap.distill.tasks.dyck import Dyck as Dyck
from memcap.distill.tasks.gsm_symbolic import GsmSymbolic as GsmSymbolic
from memcap.distill.tasks.modular_chain import ModularChain as ModularChain
from memcap.distill.tasks.parity import Parity as Parity
from memcap.distill.tasks.permutations import Permutations as Permutations
from memcap.distill.tasks.pointer import Pointer as Pointer
from memcap.distill.tasks.reversal import Reversal as Reversal
from memcap.distill.tasks.two_hop import TwoHop as TwoHop
from memcap.distill.tasks.two_hop_bits import TwoHopBits as TwoHopBits

_TASKS: dict[str, tuple[Any, str]] = {
    made.name: (made, sentence)
    for made, sentence in (
        (Parity, "Parity of all bits or of a hidden subset."),
        (Pointer, "A map told in the question is followed several times."),
        (ModularChain, "Arithmetic modulo a prime, one operation after the other."),
        (Addition, "Addition of two numbers in four formats."),
        (Permutations, "The word problem of a finite group."),
        (Dyck, "Open brackets of bounded depth; a chain should gain nothing."),
        (TwoHop, "Relations and attributes of relations, facts in the weights."),
        (Reversal, "Inverse facts, trained for some entities and asked of others."),
        (GsmSymbolic, "Arithmetic word problems; needs the package reasoning-gym."),
    )
}


def available() -> dict[str, str]:
    """Names of the tasks, each with one sentence."""
    return {name: sentence for name, (_, sentence) in _TASKS.items()}


def task(name: str, **parameters: Any) -> Task:
    """The task of a name.

    Args:
        name: one of `available`.
        parameters: of the task; its class says which there are.

    Raises:
        UnknownNameError: there is no such task.
        DataError: the task has no such parameter, or refuses its value.
    """
    if name not in _TASKS:
        raise UnknownNameError(
            f"there is no task {name!r}; take one of {', '.join(sorted(_TASKS))}."
        )
    made = _TASKS[name][0]
    known = [field.name for field in fields(made)]
    for parameter in parameters:
        if parameter not in known:
            raise DataError(
                f"task {name} has no parameter {parameter!r}; it has "
                f"{', '.join(known)}."
            )
    return made(**parameters)

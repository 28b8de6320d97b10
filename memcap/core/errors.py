"""Errors that name the offending item and the remedy.

Every error a user can cause derives from :class:`MemcapError`; the command line
turns each into one sentence and exit code 2.
"""

from memcap.core.refs import Ref


class MemcapError(Exception):
    """An error whose message is one sentence meant for the user."""


class DataError(MemcapError, ValueError):
    """The data cannot be used as they are: wrong shape, NaN, unreadable file."""


class InconsistentLabelsError(DataError):
    """Two samples that no permutation-equivariant model can tell apart differ."""


class WeightsError(MemcapError, ValueError):
    """A weights record is malformed or does not match the data."""


class PrecisionError(MemcapError, ValueError):
    """A number does not fit the requested floating-point type."""


class UndecidedError(MemcapError, ArithmeticError):
    """A ball comparison stayed undecided at the precision in use."""


class CorruptFileError(MemcapError, ValueError):
    """A stored file is not what was written."""


class UnknownNameError(MemcapError, KeyError):
    """A registry holds no entry of that name."""

    def __str__(self) -> str:
        return str(self.args[0])


class ProtocolError(MemcapError, ValueError):
    """A study lacks what its protocol demands, such as scores before distillation."""


class MissingPackageError(MemcapError, ImportError):
    """An optional package is needed for the requested feature."""


class HypothesisError(MemcapError, ValueError):
    """A hypothesis of a theorem does not hold for the given data.

    Args:
        ref: the statement whose hypothesis failed.
        hypothesis: the hypothesis, quoted in our words.
        offending: the value that violates it.
        remedy: what the caller can change.

    Example:
        >>> from memcap.core.refs import Ref
        >>> print(HypothesisError(Ref("KS25", "LemC1"), "delta > 0", "delta = 0"))
        KS25.LemC1 needs delta > 0, but delta = 0.
    """

    def __init__(
        self, ref: Ref, hypothesis: str, offending: str, remedy: str = ""
    ) -> None:
        self.ref = ref
        self.hypothesis = hypothesis
        self.offending = offending
        message = f"{ref.id} needs {hypothesis}, but {offending}."
        super().__init__(f"{message} {remedy}" if remedy else message)

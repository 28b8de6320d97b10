"""`verify`: from a network and its claims to a certificate."""

from typing import Protocol

from memcap.certify.certificate import Certificate, issue
from memcap.core.claims import Claim
from memcap.data.dataset import Dataset
from memcap.model.weights import Weights


class Claimed(Protocol):
    """Anything with weights and claims; what a construction returns is one."""

    @property
    def name(self) -> str:
        """Name of the construction."""
        ...

    @property
    def weights(self) -> Weights:
        """The network."""
        ...

    @property
    def claims(self) -> tuple[Claim, ...]:
        """What is claimed of it."""
        ...


def verify(subject: Weights | Claimed, ds: Dataset) -> Certificate:
    """Check a network on a dataset with the exact forward pass of its weights.

    Args:
        subject: a constructed network with claims, or bare weights, of which it is
            claimed that they get every label right.
        ds: the data.

    Returns:
        the certificate; its `verdict` is PROVED, REFUTED or UNDECIDED.

    Raises:
        WeightsError: the network does not take such data.

    Example:
        >>> from memcap.data import from_arrays
        >>> from memcap.model.weights import Affine, Relu, Weights
        >>> net = Weights("next_token", "vectors", Affine.dense([[1]]),
        ...               (Relu(Affine.dense([[1]], [-1])),), Affine.dense([[1]]))
        >>> verify(net, from_arrays([[1], [2]], [0, 1])).verdict.value
        'PROVED'
        >>> verify(net, from_arrays([[1], [2]], [1, 1])).sentence
        'REFUTED: 1/2 labels right; memorizes: 1 of 2 labels are right; the first ...'
    """
    if isinstance(subject, Weights):
        return issue(subject, ds, ())
    return issue(subject.weights, ds, subject.claims, subject.name)

"""`verify`: from a network and its claims to a certificate."""

from typing import Protocol

from memcap.certify.certificate import Certificate, issue
from memcap.core.claims import Claim, ClaimKind
from memcap.core.exact import Number, exact
from memcap.core.refs import Ref
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


def contextual_mapping(
    weights: Weights, ds: Dataset, r: Number, delta: Number
) -> Certificate:
    """Decide whether one softmax layer is an (r, delta)-contextual mapping on data.

    KS23.DefCM: every output is shorter than r, and two outputs are more than delta
    apart whenever their tokens or the sets of tokens they see differ. Next-token data
    ask this of the last token only. The precision doubles until every pair of
    neighbours is decided or the stated limit is reached.

    Args:
        weights: token-wise layers, one softmax layer, readout; decision ``vector``.
        ds: the sequences; labels play no role.
        r: bound on the norms.
        delta: distance of ids, possibly far below every float.

    Returns:
        a certificate with one verdict for the distances and one for the norms.

    Raises:
        WeightsError: the network has another form or does not take such data.
    """
    definition = Ref("KS23", "DefCM")
    claims = (
        Claim(ClaimKind.CONTEXTUAL_MAPPING, exact(delta), definition),
        Claim(ClaimKind.NORM_BELOW, exact(r), definition),
    )
    return issue(weights, ds, claims)

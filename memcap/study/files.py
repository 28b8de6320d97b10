"""A network's folder: weights, data and certificate, enough to check it again."""

from dataclasses import dataclass
from pathlib import Path

from memcap.certify import Certificate
from memcap.core.errors import CorruptFileError
from memcap.data import load
from memcap.data.dataset import Dataset
from memcap.model.files import load_weights, save_weights
from memcap.model.weights import Weights

WEIGHTS, DATA, CERTIFICATE = "weights.json", "data.npz", "certificate.json"


@dataclass(frozen=True)
class Network:
    """What a folder holds.

    Args:
        weights: the network.
        data: the samples it memorizes.
        certificate: what was found when it was made.
    """

    weights: Weights
    data: Dataset
    certificate: Certificate


def save_network(
    folder: Path, weights: Weights, ds: Dataset, certificate: Certificate
) -> None:
    """Write weights, data and certificate; the certificate last."""
    folder.mkdir(parents=True, exist_ok=True)
    save_weights(weights, folder / WEIGHTS)
    ds.save(folder / DATA)
    certificate.save(folder / CERTIFICATE)


def load_network(folder: Path, data: str | None = None) -> Network:
    """Read a folder back, with its own data or with a file of data.

    Raises:
        CorruptFileError: the folder or a file is missing, broken or edited.
    """
    if not folder.is_dir():
        raise CorruptFileError(
            f"{folder} is not a folder; give the one that memcap construct wrote."
        )
    return Network(
        load_weights(folder / WEIGHTS),
        load(data or folder / DATA),
        Certificate.load(folder / CERTIFICATE),
    )

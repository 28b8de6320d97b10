"""Key-value facts: a short text to be memorized, with a class as its value.

Each character of a key is one token, and the same character at another place is
another token: without that, keys that are permutations of each other could not be
told apart by a model without positions.
"""

import csv
import io
import unicodedata
from importlib.metadata import version

import numpy as np

from memcap.data.files import locate, read_text


def airport_regions() -> tuple[list[str], list[str], str]:
    """IATA codes, the regions of the airports' time zones, and where they are from.

    Raises:
        MissingPackageError: the package airportsdata is not installed.
    """
    (path,) = locate("airportsdata", ("airportsdata/airports.csv",))
    rows = csv.DictReader(io.StringIO(read_text(path), newline=""))
    facts = sorted((row["iata"], row["tz"].split("/")[0]) for row in rows)
    facts = [(code, region) for code, region in facts if code]
    source = f"airports {version('airportsdata')}: 3 letters -> region of the world"
    return [code for code, _ in facts], [region for _, region in facts], source


def unicode_categories() -> tuple[list[str], list[str], str]:
    """Code points as five hexadecimal digits, their categories, and the version.

    Unassigned code points, surrogates and those for private use are left out; the
    rest lie below 100000 (hexadecimal).
    """
    keys, values = [], []
    for point in range(0x100000):
        category = unicodedata.category(chr(point))
        if category not in ("Cn", "Co", "Cs"):
            keys.append(f"{point:05X}")
            values.append(category)
    version_text = unicodedata.unidata_version
    return keys, values, f"unicode {version_text}: 5 hexadecimal digits -> category"


def placed_characters(keys: list[str]) -> tuple[np.ndarray, tuple[str, ...]]:
    """Keys of one length as ids of (place, character) pairs, and the ids' texts.

    Example:
        >>> tokens, names = placed_characters(["AB", "BA"])
        >>> tokens.tolist(), names
        ([[0, 3], [1, 2]], ('1:A', '1:B', '2:A', '2:B'))
    """
    pairs = [[(k, character) for k, character in enumerate(key)] for key in keys]
    symbols = sorted({pair for row in pairs for pair in row})
    number = {pair: i for i, pair in enumerate(symbols)}
    tokens = np.array([[number[pair] for pair in row] for row in pairs])
    return tokens, tuple(f"{k + 1}:{character}" for k, character in symbols)

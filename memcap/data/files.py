"""Finding and reading files, with one sentence on what is wrong with a broken one."""

from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from memcap.core.errors import DataError, MissingPackageError


def read_bytes(path: Path) -> bytes:
    """The content of a file.

    Raises:
        DataError: the file is missing, empty or cannot be read.
    """
    try:
        content = Path(path).read_bytes()
    except FileNotFoundError as error:
        raise DataError(f"{path} does not exist; check the name.") from error
    except OSError as error:
        raise DataError(f"cannot read {path}: {error.strerror}.") from error
    if not content:
        raise DataError(f"{path} is empty; give a file with data.")
    return content


def read_text(path: Path) -> str:
    """The content of a UTF-8 file, without a byte order mark, with plain newlines.

    Raises:
        DataError: the file is missing, empty or not UTF-8; the message names the line.
    """
    content = read_bytes(path)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise DataError(
            f"{path}, line {line} is not UTF-8 text; save the file as UTF-8."
        ) from error
    if not text.strip():
        raise DataError(f"{path} holds nothing but blanks; give a file with data.")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def locate(package: str, files: tuple[str, ...]) -> list[Path]:
    """Where the files of an installed package are; the package is not imported.

    Raises:
        MissingPackageError: the package is not installed.
    """
    try:
        found = distribution(package)
    except PackageNotFoundError as error:
        raise MissingPackageError(
            f"this text comes with the package {package}; pip install {package}."
        ) from error
    return [Path(str(found.locate_file(name))) for name in files]

"""A certificate on disk, for the tests that change it."""

import pytest

from tests.certify.forged import CERT


@pytest.fixture
def path(tmp_path):
    CERT.save(tmp_path / "certificate.json")
    return tmp_path / "certificate.json"

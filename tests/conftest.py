"""Fixtures for every test folder; imports nothing heavier than pytest, since the runtime is tested without torch."""

from pathlib import Path

import pytest

TINY_BUNDLE = Path(__file__).parent / "data" / "tiny-bundle"


@pytest.fixture(scope="session")
def tiny_bundle() -> Path:
    """The committed bundle with artifacts of all three engines; read only, copy it to change it."""
    if not (TINY_BUNDLE / "bundle.json").is_file():
        pytest.skip(f"{TINY_BUNDLE} is absent: it is generated on the host and committed")
    return TINY_BUNDLE

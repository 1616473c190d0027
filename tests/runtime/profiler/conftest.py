"""The tiny bundle of tests/data, whose programs every real engine runs in a fraction of a millisecond."""

from pathlib import Path

import pytest

from edge_power_runtime.bundle.bundle import Bundle
from edge_power_runtime.engines import ENGINES

TINY_BUNDLE = Path(__file__).parents[2] / "data" / "tiny-bundle"


@pytest.fixture
def tiny() -> Bundle:
    """Lengths 8 and 24, budgets fast and full, fp32, all three engines."""
    return Bundle.open(TINY_BUNDLE)


@pytest.fixture
def engine() -> str:
    """An engine that is installed: the suite also runs where there is only one."""
    return next(info.name for info in ENGINES if info.is_installed)

"""Broken checkpoints by the hundred: refused in one line, or answered as transformers does."""

from collections import Counter

import pytest

from edge_power.model.families import FAMILIES
from tests.checkpoint_fuzz import fuzz, make_checkpoints, quiet


@pytest.fixture(scope="module")
def checkpoints(tmp_path_factory):
    return make_checkpoints(tmp_path_factory.mktemp("fuzz"))


def run(checkpoints, tmp_path, *, cases, seed) -> dict[str, Counter[str]]:
    quiet()
    return {family: fuzz(source, tmp_path / "broken", cases=cases, seed=seed) for family, source in checkpoints.items()}


@pytest.mark.filterwarnings("ignore::FutureWarning:transformers")  # at keys that are deprecated
def test_a_few_of_every_family(checkpoints, tmp_path):
    found = run(checkpoints, tmp_path, cases=14, seed=1)
    assert list(found) == list(FAMILIES)
    total = sum(found.values(), Counter())
    # A harness that broke nothing, or everything, would show nothing.
    assert total["refused"] > 40 and total["answered"] > 15, total


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::FutureWarning:transformers")
def test_many_of_every_family(checkpoints, tmp_path):
    """`python -m tests.checkpoint_fuzz` takes a number and a seed, and prints what became of them."""
    found = run(checkpoints, tmp_path, cases=400, seed=2)
    assert all(counts["refused"] and counts["answered"] for counts in found.values()), found

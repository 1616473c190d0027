"""Pages of docs/ that a benchmark writes are what it makes of the samples beside them."""

import json
from pathlib import Path

import pytest

from benchmarks.accuracy.page import KEPT, read_page, render

DOCS = Path(__file__).parents[2] / "docs"


@pytest.fixture
def beside_the_benchmarks(monkeypatch):
    """They are scripts, which import one another from their own folder, and name files from the checkout."""
    monkeypatch.syspath_prepend(DOCS.parent / "benchmarks")
    monkeypatch.chdir(DOCS.parent)


@pytest.mark.parametrize("name", ["overhead", "log/overhead-avx2"])
def test_the_overhead(beside_the_benchmarks, name):
    from overhead import page_of

    data = Path("docs") / f"{name}.json"
    assert page_of(json.loads(data.read_text(encoding="utf-8")), data) == data.with_suffix(".md").read_text("utf-8")


def test_the_latency_table(beside_the_benchmarks):
    from latency_table import page_of

    found = json.loads((DOCS / "latency-table.json").read_text(encoding="utf-8"))
    assert page_of(found) == (DOCS / "latency-table.md").read_text(encoding="utf-8")


def test_the_lengths(beside_the_benchmarks):
    from lengths import page_of

    found = json.loads((DOCS / "lengths.json").read_text(encoding="utf-8"))
    assert page_of(found, "lengths.json") == (DOCS / "lengths.md").read_text(encoding="utf-8")


def test_accuracy():
    page = (DOCS / "accuracy.md").read_text(encoding="utf-8")
    made = render(read_page(DOCS / "accuracy.json"), data="accuracy.json", is_trial=False)
    assert page.startswith(made) and page[len(made) :].startswith(KEPT)

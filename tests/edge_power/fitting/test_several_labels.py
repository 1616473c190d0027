"""Whole fits of a tiny model that gives a text several labels."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from edge_power.data import DataError
from edge_power.fitting.options import Goal
from edge_power.fitting.record import FitRecord
from edge_power.fitting.run import fit
from edge_power.model.classifier import PowerForSequenceClassification
from tests.tiny_fit import make_rows, options_of, source_of, taught_model, write_tsv

Made = tuple[FitRecord, Path]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model that knows one label a text."""
    directory = tmp_path_factory.mktemp("several")
    taught_model(dropout=0.1).save_pretrained(directory / "taught")
    return directory


@pytest.fixture(scope="module")
def several(place: Path) -> Made:
    """Texts with a telling word, long ones among them: each of both is a label, and most texts have one or two."""
    rows = []
    for text, label in make_rows(360, seed=5):
        labels = [label] + (["long"] if len(text.split()) > 14 else [])
        rows.append((text, "|".join(labels)))
    write_tsv(place / "several.tsv", rows, header=("text_a", "labels"))
    options = options_of(place / "taught", source_of(place / "several.tsv"), place / "several", Goal(target=0.5))
    return fit(options), place / "several"


def test_several_labels_a_text(several):
    record, output = several
    assert (record.task, record.metric) == ("multi_label_classification", "f1_micro")
    assert record.phases[0].name == "fine-tune", "a head for one label is no head for several"
    assert record.unpruned_select > 0.7
    assert record.budgets[0].select_metric > 0.6
    assert record.budgets[0].multiply_adds < 0.55
    model = PowerForSequenceClassification.from_pretrained(output)
    assert model.config.labels == ("long", "negative", "positive")
    config = json.loads((output / "config.json").read_text(encoding="utf-8"))
    assert config["problem_type"] == "multi_label_classification"
    assert "multi label classification" in (output / "report.html").read_text(encoding="utf-8")


def test_a_fitted_model_of_several_labels_goes_on(several, place):
    """Its head is known, so that it is not fine-tuned again; a file with one label a row has another task."""
    _, output = several
    options = options_of(output, source_of(place / "several.tsv"), place / "again", Goal(target=0.45))
    record = fit(replace(options, metric="exact_match"))
    assert [phase.name for phase in record.phases][0] == "search"
    assert record.metric == "exact_match"


@pytest.mark.parametrize(
    ("task", "rows", "message"),
    [
        ("multi_label_classification", [("a", "x"), ("b", "y")], "row 2 has the one label 'x'; expected a list"),
        (None, [("a", "x|y"), ("b", "")], "row 3 has no labels; leave such rows out"),
        (None, [("a", "x|y"), ("b", "y|y")], "row 3 has the label 'y' twice"),
        (None, [("a", "x"), ("b", "x")], "has only the label 'x'; expected two different labels or more"),
        ("classification", [("a", "x|y"), ("b", "y")], "row 2 has a list of labels, 'x', 'y'; expected one label"),
    ],
)
def test_several_labels_that_cannot_be_learned(place, tmp_path, task, rows, message):
    header = ("text_a", "label" if task == "multi_label_classification" else "labels")
    data = write_tsv(tmp_path / "train.tsv", rows, header=header)
    options = options_of(place / "taught", source_of(data), tmp_path / "out", Goal(target=0.5))
    with pytest.raises(DataError, match=message):
        fit(replace(options, task=task))
    assert [path.name for path in tmp_path.iterdir()] == ["train.tsv"], "something was written"

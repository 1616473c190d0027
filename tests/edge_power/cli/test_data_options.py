"""The options that say where labelled text is and what its labels mean; and `edge-power evaluate` with all sources."""

import json

import pytest

from tests.edge_power.conftest import assert_refused

ROWS = [("a good film", "1"), ("dull", "0"), ("not so bad", "1")]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--labels", "none.txt"), "the labels 'none.txt' are no file and no list"),
        (("--text-column", "x", "--pair-column", "x"), "the column 'x' is named twice"),
        (("--budget", "fast"), "--budget 'fast' is no NAME=PART; give one such as fast=0.35"),
        (("--budget", "fast=0.5", "--budget", "fast=0.4"), "--budget names 'fast' twice"),
    ],
)
def test_what_fit_is_told_of_its_data_is_checked_first(cli, tmp_path, arguments, message):
    result = cli("fit", "--model", "none", "--train", "none.tsv", "--output", tmp_path / "out", *arguments)
    assert_refused(result, message)
    assert not list(tmp_path.iterdir())


@pytest.fixture
def usual(tmp_path):
    path = tmp_path / "usual.tsv"
    path.write_text("text\tlabel\n" + "".join(f"{text}\t{label}\n" for text, label in ROWS))
    return path


def scores(cli, *arguments):
    result = cli("evaluate", *arguments, "--lengths", "24", "--json")
    assert result.status == 0, result.err
    return json.loads(result.out)


def test_evaluate_reads_columns_of_any_name(cli, checkpoint, usual, tmp_path):
    named = tmp_path / "named.csv"
    named.write_text("stars,text,body\n" + "".join(f"{label},nothing,{text}\n" for text, label in ROWS))
    expected = scores(cli, checkpoint, "--data", usual)
    assert expected["rows"] == len(ROWS)
    columns = ("--text-column", "body", "--label-column", "stars")
    assert scores(cli, checkpoint, "--data", named, *columns) == expected
    assert_refused(
        cli("evaluate", checkpoint, "--lengths", "24", "--data", named),
        f"{named}, row 1: no column label; found 'stars'",
    )
    assert_refused(
        cli("evaluate", checkpoint, "--lengths", "24", "--data", named, *columns, "--pair-column", "reply"),
        "no column 'reply'; found",
    )


def test_evaluate_reads_a_saved_data_set(cli, checkpoint, usual, tmp_path):
    datasets = pytest.importorskip("datasets", reason="a data set is saved by the optional library datasets")
    classes = datasets.ClassLabel(names=["negative", "positive"])
    data = datasets.Dataset.from_dict(
        {"sentence": [text for text, _ in ROWS], "label": [int(label) for _, label in ROWS]},
        features=datasets.Features({"sentence": datasets.Value("string"), "label": classes}),
    )
    datasets.DatasetDict({"train": data, "dev": data}).save_to_disk(tmp_path / "saved")
    assert scores(cli, checkpoint, "--data", f"{tmp_path}/saved@dev") == scores(cli, checkpoint, "--data", usual)
    assert_refused(
        cli("evaluate", checkpoint, "--lengths", "24", "--data", tmp_path / "saved"),
        "has the splits train, dev; name one",
    )


def test_a_bad_label_of_a_data_set_is_named_with_its_row(cli, checkpoint, tmp_path):
    datasets = pytest.importorskip("datasets", reason="a data set is saved by the optional library datasets")
    datasets.Dataset.from_dict({"text": ["a", "b"], "label": ["positive", "meh"]}).save_to_disk(tmp_path / "d")
    result = cli("evaluate", checkpoint, "--lengths", "24", "--data", tmp_path / "d")
    assert_refused(
        result, f"{tmp_path / 'd'}, row 2: the label 'meh' is unknown to the model; expected one of negative"
    )

"""The options that say where labelled text is and what its labels mean; and `edge-power evaluate` with all sources."""

import json

import click
import pytest
from click.testing import CliRunner

from edge_power.cli.data_options import column_options, labels_option, task_option
from edge_power.data import USUAL_COLUMNS, Columns, DataError
from tests.edge_power.conftest import assert_refused

ROWS = [("a good film", "1"), ("dull", "0"), ("not so bad", "1")]


def make_probe(got: list[object]) -> click.Command:
    """A command of these options, which keeps what it gets."""

    @click.command()
    @column_options()
    @labels_option()
    @task_option()
    @click.option("--other", default="x")
    def probe(columns: Columns, labels: tuple[str, ...] | None, task: str | None, other: str) -> None:
        """Say what was read."""
        got.extend((columns, labels, task, other))

    return probe


def run_probe(*arguments: str) -> list[object]:
    got: list[object] = []
    result = CliRunner().invoke(make_probe(got), arguments, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return got


def test_nothing_given():
    assert run_probe() == [USUAL_COLUMNS, None, None, "x"]


def test_all_given(tmp_path):
    path = tmp_path / "labels.txt"
    path.write_text("sad\nglad\n")
    named = ("--text-column", "t", "--pair-column", "p", "--label-column", "l")
    assert run_probe(*named, "--labels", "a,b") == [Columns("t", "p", "l"), ("a", "b"), None, "x"]
    assert run_probe("--labels", str(path), "--task", "regression")[1:3] == [("sad", "glad"), "regression"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--labels", "none.txt"), "the labels 'none.txt' are no file and no list"),
        (("--text-column", "x", "--pair-column", "x"), "the column 'x' is named twice"),
    ],
)
def test_bad_values(arguments, message):
    with pytest.raises(DataError, match=message):
        run_probe(*arguments)


def test_help_says_what_is_read_by_default():
    out = CliRunner().invoke(make_probe([]), ["--help"]).output
    assert out.startswith("Usage: probe [OPTIONS]\n\n  Say what was read.")
    for option in ("--text-column", "--pair-column", "--label-column", "--labels FILE|NAMES", "--task"):
        assert out.count(option) == 1


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

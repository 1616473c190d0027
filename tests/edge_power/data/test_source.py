"""Files, saved data sets and names of the hub, told apart and read."""

import sys
from pathlib import Path

import pytest

from edge_power.data import (
    USUAL_COLUMNS,
    Columns,
    DataError,
    Example,
    Source,
    count_rows,
    read_examples,
    read_source,
    source_labels,
)
from edge_power.data.library import read_dataset


def read(name: object, columns: Columns = USUAL_COLUMNS, *, split: str | None = None, need_labels: bool = True):
    return list(read_source(str(name), need_labels=need_labels, columns=columns, split=split))


def error_of(name: object, columns: Columns = USUAL_COLUMNS, **options) -> str:
    with pytest.raises(DataError) as caught:
        read(name, columns, **options)
    assert "\n" not in str(caught.value)
    return str(caught.value).replace(str(name), "NAME")


@pytest.fixture(scope="module")
def datasets():
    return pytest.importorskip("datasets", reason="data sets are read by the optional library datasets")


@pytest.fixture(scope="module")
def saved(datasets, tmp_path_factory) -> Path:
    """One part, with classes."""
    features = datasets.Features(
        {
            "sentence": datasets.Value("string"),
            "label": datasets.ClassLabel(names=["sad", "glad"]),
            "when": datasets.Value("date32"),
        }
    )
    rows = {"sentence": ["a", "b", "c"], "label": [1, 0, 1], "when": [None, None, None]}
    return save(datasets.Dataset.from_dict(rows, features=features), tmp_path_factory)


@pytest.fixture(scope="module")
def parts(datasets, tmp_path_factory) -> Path:
    """Two parts, of pairs with numbers for labels."""
    row = {"premise": ["p"], "hypothesis": ["h"], "label": [2.5]}
    both = {"train": datasets.Dataset.from_dict(row), "test": datasets.Dataset.from_dict(row | {"label": [4.0]})}
    return save(datasets.DatasetDict(both), tmp_path_factory)


def save(data, factory: pytest.TempPathFactory) -> Path:
    path = factory.mktemp("saved") / "data"
    data.save_to_disk(path)
    return path


@pytest.mark.parametrize("name", ["d.tsv", "d.csv", "d.json", "d.jsonl", "d.txt", "d", "a:b@c", "d.tsv@train"])
def test_what_is_on_the_disk_is_a_file(tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    is_json, tab = name.startswith("d.json"), "," if name == "d.csv" else "\t"
    Path(name).write_text('{"text": "a", "label": 1}' if is_json else f"text{tab}label\na{tab}1\n")
    assert read(name) == read(tmp_path / name) == [Example("a", None, "1", 1 if is_json else 2)]
    assert count_rows(Source(name)) == count_rows(Path(name)) == 1
    assert source_labels(Source(name)) is source_labels(Path(name)) is None


@pytest.mark.parametrize("name", ["none.tsv", "none.JSON", "../none", "/none", "a/b/none", "no such file", "a@b@c"])
def test_a_missing_file_is_not_looked_for_on_the_hub(tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    assert error_of(name) == "cannot read the data file NAME: No such file or directory"


def test_a_saved_part(saved):
    assert read(saved) == [Example("a", None, "glad", 1), Example("b", None, "sad", 2), Example("c", None, "glad", 3)]
    assert read(saved, split="train") == read(saved)  # a default, which a directory of one part does not need
    assert source_labels(Source(str(saved))) == ("sad", "glad")
    assert count_rows(Source(str(saved))) == 3


def test_a_list_is_several_labels(datasets, tmp_path):
    classes = datasets.Sequence(datasets.ClassLabel(names=["sad", "glad", "cross"]))
    features = datasets.Features({"text": datasets.Value("string"), "labels": classes})
    rows = {"text": ["a", "b", "c"], "labels": [[1, 0], [2], []]}
    datasets.Dataset.from_dict(rows, features=features).save_to_disk(tmp_path / "classes")
    found = read(tmp_path / "classes")
    assert [example.label for example in found] == [("glad", "sad"), ("cross",), ()]
    assert source_labels(Source(str(tmp_path / "classes"))) == ("sad", "glad", "cross")
    named = {"sentence": ["a", "b"], "topics": [["x", " y "], ["z|x"]]}
    datasets.Dataset.from_dict(named).save_to_disk(tmp_path / "names")
    assert [example.label for example in read(tmp_path / "names", Columns(label="topics"))] == [("x", "y"), ("z|x",)]
    assert source_labels(Source(str(tmp_path / "names"), Columns(label="topics"))) is None


def test_a_class_that_is_none_among_several(datasets, tmp_path):
    classes = datasets.Sequence(datasets.ClassLabel(names=["sad", "glad"]))
    features = datasets.Features({"text": datasets.Value("string"), "labels": classes})
    datasets.Dataset.from_dict({"text": ["a"], "labels": [[1, -1]]}, features=features).save_to_disk(tmp_path / "d")
    expected = "NAME, row 1: labels is 'null', expected strings or numbers in its list"
    assert error_of(tmp_path / "d") == expected


def test_columns_of_a_saved_part(saved):
    assert error_of(saved, Columns(text="label"), need_labels=False) == "NAME, row 1: label is '1', expected a string"
    assert error_of(saved, Columns(pair="other")) == "NAME: no column 'other'; found 'sentence', 'label', 'when'"
    assert error_of(saved, Columns(text="when")) == "NAME, row 1: when is 'null', expected a string"


def test_splits(parts):
    assert read(parts, split="train") == [Example("p", "h", "2.5", 1)]
    assert read(f"{parts}@test", split="train") == [Example("p", "h", "4.0", 1)]
    assert source_labels(Source(str(parts), split="train")) is None
    expected = f"{parts}: the data set has the splits train, test; %s at the end, as in {parts}@train"
    for name, split, wanted in (
        (f"{parts}", None, "name one of them"),
        (f"{parts}@dev", None, "expected 'dev', or name one of them"),
        (f"{parts}", "dev", "expected 'dev', or name one of them"),
    ):
        assert error_of(name, split=split).replace("NAME", name) == (expected % wanted).replace(f"{parts}:", f"{name}:")


def test_a_part_has_no_splits(saved):
    assert error_of(f"{saved}@train") == "NAME: the data set has no splits; leave out @train"


def test_the_only_split_is_taken(datasets, tmp_path):
    one = datasets.Dataset.from_dict({"text": ["a"], "label": ["x"]})
    datasets.DatasetDict({"validation": one}).save_to_disk(tmp_path / "d")
    assert read(tmp_path / "d") == [Example("a", None, "x", 1)]
    assert "expected 'train', or name one" in error_of(tmp_path / "d", split="train")


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        ({"body": ["a"], "label": [1]}, "NAME: no column text_a (or sentence, text); found 'body', 'label'"),
        ({"text": ["a"]}, "NAME: no column label; found 'text'"),
        (
            {"text": ["a"], "sentence": ["b"], "label": [1]},
            "NAME: the columns text and sentence mean the same; keep one of them",
        ),
        ({"text": ["a", None], "label": [1, 1]}, "NAME, row 2: text is 'null', expected a string"),
        (
            {"text": ["a"], "labels": [[[1], [2]]]},
            "NAME, row 1: labels is '[1]', expected strings or numbers in its list",
        ),
        (
            {"text": ["a"], "label": [1], "labels": [[1]]},
            "NAME: the columns label and labels mean the same; keep one of them",
        ),
        ({"text": ["a"], "label": [True]}, "NAME, row 1: label is 'true', expected a string or a number"),
        ({"text": ["a", "b"], "label": [1, None]}, "NAME, row 2 has no label; leave such rows out"),
    ],
)
def test_bad_data_sets(datasets, tmp_path, columns, expected):
    datasets.Dataset.from_dict(columns).save_to_disk(tmp_path / "d")
    assert error_of(tmp_path / "d") == expected


def test_a_data_set_without_rows(datasets, tmp_path):
    data = datasets.Dataset.from_dict({"text": [], "label": []})
    with pytest.raises(DataError, match="^here has no rows; expected at least one text$"):
        list(read_dataset(data, "here", Columns(), need_labels=True))
    data.save_to_disk(tmp_path / "d")  # which the library itself cannot load again
    assert "NAME is no data set saved by datasets that can be loaded (IndexError" in error_of(tmp_path / "d")


def test_a_class_that_is_hidden_is_no_label(datasets, tmp_path):
    """GLUE's test sets have -1 for a class."""
    features = datasets.Features({"text": datasets.Value("string"), "label": datasets.ClassLabel(names=["n", "y"])})
    data = datasets.Dataset.from_dict({"text": ["a", "b"], "label": [1, -1]}, features=features)
    data.with_format("numpy").save_to_disk(tmp_path / "d")
    assert [example.label for example in read(tmp_path / "d", need_labels=False)] == ["y", None]
    assert error_of(tmp_path / "d") == "NAME, row 2 has no label; leave such rows out"


def test_a_directory_that_is_none_of_theirs(datasets, tmp_path):
    assert error_of(tmp_path).startswith("NAME is no data set saved by datasets that can be loaded (")
    (tmp_path / "state.json").write_text("{")
    (tmp_path / "dataset_info.json").write_text("[]")
    assert error_of(tmp_path).startswith("NAME is no data set saved by datasets that can be loaded (")


@pytest.mark.parametrize("name", ["glue", "glue:sst2", "glue:sst2@validation", "stanfordnlp/sst2", "a/b:c-1.d@train"])
def test_the_hub_out_of_reach(datasets, monkeypatch, name):
    # The library reads HF_HUB_OFFLINE once, when it is imported.
    monkeypatch.setattr(datasets.config, "HF_HUB_OFFLINE", True)
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    assert error_of(name).startswith(
        "NAME is no file, and no data set of the hub that can be loaded (ConnectionError: Couldn't reach "
    )


@pytest.mark.parametrize(
    ("name", "kind"), [(".", "a directory"), ("glue:sst2", "no file, so that it would be a data set on the hub")]
)
def test_without_the_library(monkeypatch, name, kind):
    monkeypatch.setitem(sys.modules, "datasets", None)  # as where it is not installed
    with pytest.raises(DataError) as caught:
        read(name)
    assert (
        str(caught.value) == f"{name} is {kind}, which the library datasets reads; pip install 'edge-power[datasets]'"
    )


def test_files_need_no_library(monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "datasets", None)
    (tmp_path / "d.tsv").write_text("text\na\n")
    assert len(read(tmp_path / "d.tsv", need_labels=False)) == 1


def test_many_rows_keep_their_numbers(datasets, tmp_path):
    data = datasets.Dataset.from_dict({"text": [str(row) for row in range(2500)]})
    data.save_to_disk(tmp_path / "d")
    found = list(read_examples(Source(str(tmp_path / "d")), need_labels=False))
    assert [(example.text, example.row) for example in found] == [(str(row), row + 1) for row in range(2500)]

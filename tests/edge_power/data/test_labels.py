"""What labels mean: names from an option, and the task and its labels read off the data."""

import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from edge_power.data import (
    DataError,
    Example,
    infer_labels,
    labels_from,
    read_examples,
)
from edge_power.tasks.target import Target, infer_target, infer_task
from edge_power_runtime.errors import EdgePowerError

SHARED = Path(__file__).parents[4] / "shared" / "data"


def examples_of(*labels: str | None) -> list[Example]:
    return [Example("text", None, label, row) for row, label in enumerate(labels, start=2)]


@pytest.mark.parametrize(
    ("labels", "task"),
    [
        (["5.000", "3.800"], "regression"),
        (["1", "2.5", "-3"], "regression"),
        (["5.000", "3.000"], "classification"),  # as with stars: all whole
        (["0", "1", "2"], "classification"),
        (["good", "2.5"], "classification"),
        (["2.5", "nan"], "classification"),
        (["2.5", "1e999"], "classification"),
        ([("a", "b"), ("a",)], "multi_label_classification"),
        ([("2.5",), ("1",)], "multi_label_classification"),
        (["a", ("a",)], "multi_label_classification"),  # whose first row is refused
    ],
)
def test_the_task_follows_from_the_labels(labels, task):
    assert infer_task(labels) == task


@pytest.mark.parametrize(
    ("labels", "expected"),
    [
        (["10", "9", "9", "-1"], ("-1", "9", "10")),
        (["b", "a", "B", "a"], ("B", "a", "b")),
        (["10", "9", "x"], ("10", "9", "x")),
        (["9" * 5000, "1"], ("1", "9" * 5000)),  # beyond what Python reads as a number
    ],
)
def test_labels_in_order(labels, expected):
    assert infer_labels(labels) == expected


def test_one_label_only():
    with pytest.raises(DataError) as caught:
        infer_labels(["good"] * 3, path=Path("train.tsv"))
    expected = "train.tsv has only the label 'good'; expected two different labels or more, to tell apart"
    assert str(caught.value) == expected
    with pytest.raises(DataError) as caught:
        infer_target(examples_of("good", "good"), path="train.tsv")
    assert str(caught.value) == expected
    with pytest.raises(DataError, match="^the data has no labels"):
        infer_labels([])


@pytest.mark.parametrize(
    ("labels", "options", "message"),
    [
        # One class stays one class, whatever it is called.
        (["1", "bad"], {"labels": ("good", "bad")}, "only the label '1'"),
        (["2", "2.0"], {"task": "regression"}, "only the label '2'"),
        (["good", "", "bad"], {}, "row 3 has an empty label; label the row or leave it out"),
        (["good", None], {}, "row 3 has no label; add a column or key label"),
        (["good", "nice"], {"labels": ("good", "bad")}, "row 3: the label 'nice' is unknown"),
        (["1", "x"], {"task": "regression"}, "row 3: the label 'x' is no number"),
        (["1", "2"], {"task": "regression", "labels": ("a", "b")}, "2 labels are named, and a regression has none"),
        ([], {}, "the data has no labels"),
        ([("a",), ("a",)], {}, "only the label 'a'; expected two different labels or more"),
        ([("a", "b"), ("b", "a")], {}, "only the label 'a and b'; expected two different labels or more"),
        ([("a", "b"), "b"], {}, "row 3 has the one label 'b'; expected a list"),
        ([("a", "b"), ()], {}, "row 3 has no labels; leave such rows out"),
        ([("a", "b"), ("b", "b")], {}, "row 3 has the label 'b' twice"),
        ([("a", "b"), ("b",)], {"task": "classification"}, "row 2 has a list of labels, 'a', 'b'; expected one label"),
        ([("1", "2"), ("2",)], {"task": "regression"}, "row 2 has a list of labels"),
        (["a", "b"], {"task": "multi_label_classification"}, "row 2 has the one label 'a'; expected a list"),
    ],
)
def test_what_cannot_be_learned(labels, options, message):
    with pytest.raises(DataError, match=message):
        infer_target(examples_of(*labels), **options)


def test_targets():
    assert infer_target(examples_of("0", "1")) == Target("classification", ("0", "1"))
    assert infer_target(examples_of("0", "1"), labels=("no", "yes")) == Target("classification", ("no", "yes"))
    assert infer_target(examples_of("0.5", "1")) == Target("regression")
    assert infer_target(examples_of("1", "2"), task="regression") == Target("regression")
    assert infer_target(examples_of("0.5", "1"), task="classification") == Target("classification", ("0.5", "1"))
    several = examples_of(("b", "a"), ("c",))
    assert infer_target(several) == Target("multi_label_classification", ("a", "b", "c"))
    assert infer_target(several, labels=("c", "b", "a")) == Target("multi_label_classification", ("c", "b", "a"))


def test_a_target_converts():
    ids = list(Target("classification", ("no", "yes")).convert(examples_of("yes", "0")))
    assert ids == [1, 0] and all(type(value) is np.int64 for value in ids)
    assert list(Target("regression").convert(examples_of("3.800"))) == [3.8]
    with pytest.raises(
        DataError, match="^dev.tsv, row 2: the label 'maybe' is unknown to the model; expected one of no"
    ):
        list(Target("classification", ("no", "yes")).convert(examples_of("maybe"), path="dev.tsv"))


@given(st.lists(st.text(max_size=4) | st.integers().map(str) | st.floats().map(str), max_size=6), st.booleans())
def test_any_labels_are_learned_or_refused(labels, is_regression):
    examples = examples_of(*labels)
    try:
        target = infer_target(examples, task="regression" if is_regression else None)
    except EdgePowerError as error:
        assert "\n" not in str(error)
        return
    values = list(target.convert(examples))
    assert len(values) == len(labels) and all(map(math.isfinite, values))
    if target.task == "classification":
        assert [target.labels[int(value)] for value in values] == labels
        assert set(target.labels) == set(labels)


@given(
    st.lists(st.none() | st.text(max_size=2) | st.lists(st.text(max_size=2), max_size=3).map(tuple), max_size=6),
    st.sampled_from([None, "multi_label_classification"]),
)
def test_any_sets_of_labels_are_learned_or_refused(labels, task):
    examples = examples_of(*labels)
    try:
        target = infer_target(examples, task=task)
    except EdgePowerError as error:
        assert "\n" not in str(error)
        return
    truth = target.convert(examples)
    if target.task == "multi_label_classification":
        assert truth.shape == (len(labels), len(target.labels))
        found = [{name for name, there in zip(target.labels, row, strict=True) if there} for row in truth]
        assert found == [set(label) for label in labels]


def test_names_by_option(tmp_path):
    assert labels_from("negative,positive") == ("negative", "positive")
    assert labels_from(" not good , good") == ("not good", "good")
    path = tmp_path / "labels.txt"
    path.write_bytes("\ufeffa, b\r\nç d\r\n\r\n".encode())
    assert labels_from(str(path)) == ("a, b", "ç d")
    named = tmp_path / "a,b"
    named.write_text("x\ny")
    assert labels_from(str(named)) == ("x", "y")


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", "the labels file FILE name 0 label, expected at least 2"),
        (b"\n \n", "the labels file FILE name 0 label, expected at least 2"),
        (b"one\n", "the labels file FILE name 1 label, expected at least 2"),
        (b"a\n\nb\n", "the labels file FILE: label 2 is '', expected a name"),
        (b"a\nb\n a", "the labels file FILE: label 3 is 'a' once more; name each label once"),
        (b"a\n\xff\n", "the labels file FILE is not UTF-8 (invalid start byte); save it as UTF-8"),
    ],
)
def test_bad_files_of_labels(tmp_path, content, expected):
    path = tmp_path / "labels.txt"
    path.write_bytes(content)
    with pytest.raises(DataError) as caught:
        labels_from(str(path))
    assert str(caught.value) == expected.replace("FILE", str(path))


@pytest.mark.parametrize(
    ("option", "expected"),
    [
        ("", "the labels '' are no file and no list; give a file with one name on each line, or names with commas"),
        ("none.txt", "the labels 'none.txt' are no file and no list"),
        ("a,,b", "the labels: label 2 is '', expected a name"),
        ("a,a", "the labels: label 2 is 'a' once more"),
        ("a,\udcff", r"the labels: label 2 is '\\udcff', expected a name"),
    ],
)
def test_bad_lists_of_labels(option, expected):
    with pytest.raises(DataError, match=f"^{expected}"):
        labels_from(option)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.binary(max_size=60))
def test_any_file_of_labels_is_read_or_refused(tmp_path, content):
    path = tmp_path / "labels"
    path.write_bytes(content)
    try:
        names = labels_from(str(path))
    except EdgePowerError as error:
        assert "\n" not in str(error)
        return
    assert len(set(names)) == len(names) >= 2 and all(name == name.strip() and name for name in names)


@given(st.text(max_size=20))
def test_any_list_of_labels_is_read_or_refused(option):
    try:
        names = labels_from(option)
    except EdgePowerError as error:
        assert "\n" not in str(error)
        return
    assert list(names) == [part.strip() for part in option.split(",")]


@pytest.mark.real
@pytest.mark.skipif(not SHARED.is_dir(), reason=f"no data in {SHARED}")
@pytest.mark.parametrize(("name", "count"), [("STS-B", 0), ("MRPC", 2), ("banking77", 77)])
def test_real_sets(name, count):
    examples = list(read_examples(SHARED / name / "train.tsv", need_labels=True))
    assert infer_target(examples) == Target("classification" if count else "regression", tuple(map(str, range(count))))
    if count:
        named = labels_from(str(SHARED / name / "labels.txt"))
        assert infer_target(examples, labels=named).labels == named
        assert len(named) == count

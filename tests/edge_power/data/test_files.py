import csv
import io
import json
import math
from importlib.resources import files
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from edge_power.data import DataError, Example, count_rows, label_ids, label_values, read_examples
from edge_power_runtime.errors import EdgePowerError

SHARED = Path(__file__).parents[4] / "shared" / "data"
LABELS = ("negative", "positive")
# Every example makes a file of its own name, so the shared folder of tmp_path does no harm.
FUZZ = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)


@pytest.fixture
def write(tmp_path):
    def write(content: str | bytes, name: str = "data.tsv") -> Path:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write


def read(path: Path, *, need_labels: bool = False) -> list[Example]:
    return list(read_examples(path, need_labels=need_labels))


def error_of(path: Path, *, need_labels: bool = False) -> str:
    with pytest.raises(DataError) as caught:
        read(path, need_labels=need_labels)
    message = str(caught.value)
    assert str(path) in message
    assert "\n" not in message
    return message.replace(str(path), "FILE")


def test_tsv_with_labels(write):
    path = write("label\ttext_a\n1\ta fine film\n0\tnot so\n")
    assert read(path, need_labels=True) == [Example("a fine film", None, "1", 2), Example("not so", None, "0", 3)]
    assert count_rows(path) == 2


@pytest.mark.parametrize("name", ["text_a", "sentence", "text"])
def test_columns_are_found_by_name(write, name):
    path = write(f"idx\ttext_b\t{name}\tlabel\n7\tsecond\tfirst\t0\n")
    assert read(path, need_labels=True) == [Example("first", "second", "0", 2)]


def test_labels_may_be_absent_where_none_are_needed(write):
    assert read(write("sentence\nhello\n")) == [Example("hello", None, None, 2)]


def test_quotes_and_spaces_mean_nothing_in_tsv(write):
    path = write('label\ttext_a\n1\t" said "he", \'twice  \n')
    assert read(path)[0].text == '" said "he", \'twice  '


@pytest.mark.parametrize("name", ["data.tsv", "data.csv", "data.jsonl"])
def test_line_ends_and_byte_order_mark(write, name):
    content = {
        "data.tsv": "label\ttext_a\r\n1\tone\r\n0\ttwo",
        "data.csv": "label,text_a\r\n1,one\r\n0,two",
        "data.jsonl": '{"label": 1, "text_a": "one"}\r\n{"label": 0, "text_a": "two"}',
    }[name]
    for text in (content, "\ufeff" + content, content.replace("\r", ""), content + "\r\n"):
        found = read(write(text, name), need_labels=True)
        assert [(example.text, example.label) for example in found] == [("one", "1"), ("two", "0")]


@pytest.mark.parametrize("text", ["", "  ", "a\0b", "🎬 שלום", "a\u2028b\x0cc\x85d", "x" * 200_000, "carriage\rreturn"])
def test_texts_come_back_as_they_are(write, text):
    assert read(write(f"label\ttext_a\n1\t{text}\n"))[0].text == text
    table = io.StringIO()
    csv.writer(table).writerows([["label", "text_a"], ["1", text]])
    assert read(write(table.getvalue(), "data.csv"))[0].text == text
    assert read(write(json.dumps({"label": 1, "text_a": text}), "data.jsonl"))[0].text == text


def test_csv_quotes(write):
    path = write('label,text,text_b\npositive,"a, b","he said ""no"",\nand went"\nnegative,c,d\n', "data.CSV")
    assert read(path, need_labels=True) == [
        Example("a, b", 'he said "no",\nand went', "positive", 2),
        Example("c", "d", "negative", 3),
    ]


def test_jsonl(write):
    path = write(
        '{"text": "a", "label": "x", "id": [1]}\n\n{"sentence": "b", "text_b": "c", "label": 2.5}\n', "d.jsonl"
    )
    assert read(path, need_labels=True) == [Example("a", None, "x", 1), Example("b", "c", "2.5", 3)]
    assert count_rows(path) == 2


def test_blank_lines_are_no_rows(write):
    assert [example.row for example in read(write("label\ttext_a\n\n1\ta\n\n"))] == [3]
    assert [example.row for example in read(write("label,text\n\n1,a\n\n", "d.csv"))] == [3]
    assert [example.text for example in read(write("text\na\n\nb\n"))] == ["a", "", "b"]


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("d.tsv", "", "FILE is empty; expected a header such as label<TAB>text_a"),
        ("d.csv", "", "FILE is empty"),
        ("d.jsonl", "", "FILE has no rows; expected at least one text"),
        ("d.tsv", "label\ttext_a\n", "FILE has no rows"),
        ("d.tsv", "label\tbody\n1\ta\n", "FILE, row 1: no column text_a (or sentence, text); found 'label', 'body'"),
        ("d.tsv", "text\na\n", "FILE, row 1: no column label; found 'text'"),
        ("d.tsv", "1\tno header here\n", "the first row must name the columns"),
        ("d.tsv", "text\tsentence\tlabel\n", "FILE, row 1: the columns text and sentence mean the same"),
        ("d.tsv", "label\ttext_a\n1\ta\n1\tb\tc\n", "FILE, row 3 has 3 fields, expected 2 as in the header"),
        ("d.tsv", "label\ttext_a\n1\n", "FILE, row 2 has 1 field, expected 2 as in the header; the row begins '1'"),
        ("d.csv", "label,text\n1,a,b\n", "FILE, row 2 has 3 fields, expected 2"),
        ("d.csv", 'label,text\n1,"a\n1,b\n', "FILE, row 2 is not CSV: unexpected end of data; put fields"),
        ("d.tsv", b"label\ttext_a\n1\ta\n1\t\xff\n", "FILE, row 3 is not UTF-8 (byte 0xff: invalid start byte)"),
        ("d.csv", b"label,text\n1,a\n1,\xff\n", "FILE, row 3 is not UTF-8"),
        ("d.jsonl", b'{"text": "a", "label": 1}\n"\xe9"\n', "FILE, row 2 is not UTF-8"),
        ("d.tsv", "label\ttext_a\n".encode("utf-16"), "FILE, row 1 is not UTF-8"),
        ("d.jsonl", '{"text": "a", "label": 1}\n{"text"', "FILE, row 2 is not JSON"),
        ("d.jsonl", "[" * 100_000, "FILE, row 1 is not JSON"),
        ("d.jsonl", '["text"]', "FILE, row 1 is '[\"text\"]', expected an object"),
        ("d.jsonl", '{"body": "a"}', "FILE, row 1 has no key text_a (or sentence, text); its keys: 'body'"),
        ("d.jsonl", '{"text": "a"}', "FILE, row 1 has no key label; its keys: 'text'"),
        ("d.jsonl", '{"text": 3, "label": 1}', "FILE, row 1: text is '3', expected a string"),
        ("d.jsonl", '{"text": "a", "text_b": [], "label": 1}', "FILE, row 1: text_b is '[]', expected a string"),
        ("d.jsonl", '{"text": "a", "label": true}', "FILE, row 1: label is 'true', expected a string or a number"),
        ("d.jsonl", '{"text": "a", "text_a": "b"}', "FILE, row 1: the keys text and text_a mean the same"),
        ("d.jsonl", '{"text": "\\ud83c", "label": 1}', "FILE, row 1: text has half of a surrogate pair"),
    ],
)
def test_bad_files(write, name, content, expected):
    assert expected in error_of(write(content, name), need_labels=True)


def test_a_missing_file_and_a_directory(tmp_path):
    assert error_of(tmp_path / "none.tsv") == "cannot read the data file FILE: No such file or directory"
    assert error_of(tmp_path) == "cannot read the data file FILE: Is a directory"


def test_good_rows_before_a_bad_one_are_given(write):
    rows = read_examples(write("text\tlabel\na\t1\nb\n"), need_labels=True)
    assert next(rows).text == "a"
    with pytest.raises(DataError, match="row 3"):
        next(rows)


def examples_of(*labels: str | None) -> list[Example]:
    return [Example("text", None, label, row) for row, label in enumerate(labels, start=2)]


def test_labels_by_name_and_by_number():
    assert list(label_ids(examples_of("positive", "0", "negative", "1"), LABELS)) == [1, 0, 0, 1]


@pytest.mark.parametrize("label", ["2", "-1", "", "Positive", "1.0", "٠", "01"])
def test_unknown_labels(label):
    with pytest.raises(DataError) as caught:
        list(label_ids(examples_of("0", label), LABELS, path=Path("dev.tsv")))
    assert str(caught.value) == (
        f"dev.tsv, row 3: the label {label!r} is unknown to the model; "
        "expected one of negative, positive, or its number from 0 to 1"
    )


def test_labels_that_are_numbers_are_names_only():
    stars = ("1", "2", "3", "4", "5")
    assert list(label_ids(examples_of("1", "5"), stars)) == [0, 4]
    with pytest.raises(DataError, match="row 2: the label '0' is unknown to the model; expected one of 1, 2, 3, 4, 5$"):
        list(label_ids(examples_of("0"), stars))


def test_a_long_list_of_labels_is_cut_short():
    with pytest.raises(DataError, match="intent_19 and 57 more, or its number from 0 to 76"):
        list(label_ids(examples_of("x"), [f"intent_{index}" for index in range(77)]))


@pytest.mark.parametrize("convert", [lambda examples: label_ids(examples, LABELS), label_values])
def test_a_missing_label(convert):
    with pytest.raises(DataError, match="row 2 has no label; add a column or key label"):
        list(convert(examples_of(None)))


def test_labels_of_regression():
    assert list(label_values(examples_of("3.800", "-1", "1e-3"))) == [3.8, -1.0, 0.001]


@pytest.mark.parametrize("label", ["positive", "", "nan", "inf", "1,5"])
def test_labels_of_regression_that_are_no_numbers(label):
    with pytest.raises(DataError, match=rf"row 2: the label '{label}' is no number; this model is a regression"):
        list(label_values(examples_of(label)))


@FUZZ
@given(content=st.binary(max_size=200), name=st.sampled_from(["f.tsv", "f.csv", "f.jsonl"]), need_labels=st.booleans())
def test_any_bytes_are_read_or_refused(write, content, name, need_labels):
    path = write(content, name)
    try:
        found = read(path, need_labels=need_labels)
    except EdgePowerError as error:
        assert "\n" not in str(error)
        return
    assert found
    assert all(example.label is not None for example in found) or not need_labels
    assert count_rows(path) == len(found)


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(), lambda inner: st.lists(inner, max_size=2)
)
KEYS = st.sampled_from(["text", "text_a", "text_b", "label", "other"])


@FUZZ
@given(st.lists(JSON | st.dictionaries(KEYS, JSON), max_size=4), st.booleans())
def test_any_json_is_read_or_refused(write, values, need_labels):
    path = write("\n".join(map(json.dumps, values)), "f.jsonl")
    try:
        found = read(path, need_labels=need_labels)
    except EdgePowerError as error:
        assert "\n" not in str(error)
        return
    for example in found:
        example.text.encode()  # no lone surrogate comes through
        assert isinstance(example.pair, str | None)


ROWS = st.lists(st.tuples(st.text(), st.text(), st.text()), min_size=1, max_size=5)


@FUZZ
@given(ROWS)
def test_csv_written_by_csv_comes_back(write, rows):
    table = io.StringIO()
    csv.writer(table).writerows([("text_a", "text_b", "label"), *rows])
    # The csv module writes a lone carriage return, or none, as it is: what it reads back is the truth.
    expected = list(csv.reader(io.StringIO(table.getvalue(), newline=""), strict=True))[1:]
    found = read(write(table.getvalue(), "f.csv"), need_labels=True)
    assert [(example.text, example.pair) for example in found] == [(text, pair) for text, pair, _ in expected]


@pytest.mark.parametrize("part", ["train", "dev"])
def test_the_data_that_ships(part):
    folder = files("edge_power") / "data_files" / "banking"
    labels = (folder / "labels.txt").read_text(encoding="utf-8").split()
    examples = list(read_examples(Path(str(folder / f"{part}.tsv")), need_labels=True))
    ids = list(label_ids(examples, labels))
    assert [ids.count(index) for index in range(10)] == [60 if part == "train" else 20] * 10
    assert all(example.text.strip() for example in examples)


def test_nothing_held_out_was_trained_on():
    folder = Path(str(files("edge_power") / "data_files" / "banking"))
    train, dev = (
        {example.text.lower() for example in read_examples(folder / f"{part}.tsv", need_labels=True)}
        for part in ("train", "dev")
    )
    assert not train & dev
    assert len(dev) == 200


@pytest.mark.real
@pytest.mark.skipif(not SHARED.is_dir(), reason=f"no data in {SHARED}")
@pytest.mark.parametrize(("name", "rows"), [("SST-2", 872), ("MRPC", 408), ("STS-B", 1500)])
def test_real_sets(name, rows):
    path = SHARED / name / "dev.tsv"
    examples = list(read_examples(path, need_labels=True))
    assert len(examples) == rows == examples[-1].row - 1
    assert all((example.pair is None) == (name == "SST-2") for example in examples)
    values = list(label_values(examples) if name == "STS-B" else label_ids(examples, LABELS))
    assert all(math.isfinite(value) for value in values)

"""Which columns are read: by their usual names, in couples, and as the caller names them."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_power.data import COUPLES, TEXT_COLUMNS, USUAL_COLUMNS, Columns, DataError, Example, Source, read_examples
from edge_power_runtime.errors import EdgePowerError


def texts_of(header: str, columns: Columns = USUAL_COLUMNS) -> tuple[str | None, str | None, str | None]:
    """The names found for text, pair and label in a header with spaces between."""
    found = columns.find(header.split(), where="FILE", noun="column")
    return found.text, found.pair, found.label


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("label sentence", ("sentence", None, "label")),
        ("text_b text", ("text", "text_b", None)),
        ("idx sentence1 sentence2 label", ("sentence1", "sentence2", "label")),
        ("question1 question2", ("question1", "question2", None)),
        ("hypothesis premise label", ("premise", "hypothesis", "label")),
        ("question sentence label", ("question", "sentence", "label")),
        # A couple is taken before a text alone, and the names of our own before any other couple.
        ("text premise hypothesis", ("premise", "hypothesis", None)),
        ("text_a text_b premise hypothesis", ("text_a", "text_b", None)),
        ("premise hypothesis question1 question2", ("question1", "question2", None)),
        ("premise hypothesis text_b", ("premise", "hypothesis", None)),
        ("text labels", ("text", None, "labels")),
        # Half a couple is none.
        ("sentence1 text", ("text", None, None)),
        ("question hypothesis", (None, None, None)),
    ],
)
def test_usual_names(header, expected):
    assert texts_of(header) == expected


@pytest.mark.parametrize(
    ("header", "cell", "columns", "expected"),
    [
        ("labels", "a|b c| d", Columns(), ("a", "b c", "d")),
        ("labels", "a", Columns(), ("a",)),
        ("labels", " ", Columns(), ()),
        ("labels", "a||b", Columns(), ("a", "", "b")),
        ("labels", "a,b|c", Columns(separator=","), ("a", "b|c")),
        ("label", "a|b", Columns(), "a|b"),
        ("label", "a;b", Columns(separator=";"), ("a", "b")),
        ("topics", "a|b", Columns(label="topics"), "a|b"),
        ("topics", "a|b", Columns(label="topics", separator="|"), ("a", "b")),
        ("labels", "a|b", Columns(label="labels"), ("a", "b")),
    ],
)
@pytest.mark.parametrize("suffix", [".tsv", ".csv"])
def test_several_labels_in_a_table(tmp_path, suffix, header, cell, columns, expected):
    path = tmp_path / f"d{suffix}"
    path.write_text(f"{header}\ttext_a\n{cell}\thello\n" if suffix == ".tsv" else f'{header},text_a\n"{cell}",hello\n')
    assert next(read_examples(Source(str(path), columns), need_labels=True)).label == expected


@pytest.mark.parametrize(
    ("fields", "columns", "expected"),
    [
        ({"labels": ["a", " b ", 3, 0.5]}, Columns(), ("a", "b", "3", "0.5")),
        ({"label": ["a"]}, Columns(), ("a",)),
        ({"labels": []}, Columns(), ()),
        ({"labels": "a|b"}, Columns(), "a|b"),
        ({"label": "a;b"}, Columns(separator=";"), ("a", "b")),
        ({"topics": ["a;b"]}, Columns(label="topics", separator=";"), ("a;b",)),
    ],
)
def test_several_labels_in_json(tmp_path, fields, columns, expected):
    path = tmp_path / "d.jsonl"
    path.write_text(json.dumps({"text": "hello", **fields}) + "\n")
    assert next(read_examples(Source(str(path), columns), need_labels=True)).label == expected


@pytest.mark.parametrize("value", ["[true]", "[null]", '[["a"]]', '[{"a": 1}]'])
def test_lists_that_hold_no_labels(tmp_path, value):
    path = tmp_path / "d.jsonl"
    path.write_text(f'{{"text": "hello", "labels": {value}}}\n')
    with pytest.raises(DataError, match="row 1: labels is .*, expected strings or numbers in its list$"):
        list(read_examples(path, need_labels=True))


def test_a_separator_is_something():
    with pytest.raises(DataError, match="^the separator of labels is empty; give what stands between two labels"):
        Columns(separator="")


@pytest.mark.parametrize(
    ("columns", "header", "expected"),
    [
        (Columns(text="body"), "body text text_b label", ("body", None, "label")),
        (Columns(text="question"), "question sentence", ("question", None, None)),
        (Columns(text="body", pair="reply"), "reply body", ("body", "reply", None)),
        (Columns(pair="reply"), "sentence reply", ("sentence", "reply", None)),
        (Columns(pair="hypothesis"), "text premise hypothesis", ("premise", "hypothesis", None)),
        (Columns(pair="text"), "text sentence", ("sentence", "text", None)),
        (Columns(label="stars"), "stars label text", ("text", None, "stars")),
        (Columns(label="text"), "text sentence", ("sentence", None, "text")),
        (Columns(text="label"), "label text", ("label", None, None)),
    ],
)
def test_names_by_the_caller(columns, header, expected):
    assert texts_of(header, columns) == expected


@pytest.mark.parametrize(
    ("columns", "missing"),
    [
        (Columns(text="body"), "'body'"),
        (Columns(pair="body"), "'body'"),
        (Columns(label="stars"), "'stars'"),
        (Columns(text="sentence1", pair="sentence2", label="gold"), "'gold'"),
    ],
)
def test_a_name_that_is_not_there_is_refused_with_those_that_are(tmp_path, columns, missing):
    table, objects = tmp_path / "d.tsv", tmp_path / "d.jsonl"
    fields = {"text": "a", "sentence1": "b", "sentence2": "c", "label": "0"}
    table.write_text("\t".join(fields) + "\n" + "\t".join(fields.values()) + "\n")
    objects.write_text(json.dumps(fields))
    with pytest.raises(DataError) as caught:
        list(read_examples(Source(str(table), columns), need_labels=False))
    listed = "'text', 'sentence1', 'sentence2', 'label'"
    assert str(caught.value) == (
        f"{table}, row 1: no column {missing}; found {listed}; the first row must name the columns"
    )
    with pytest.raises(DataError) as caught:
        list(read_examples(Source(str(objects), columns), need_labels=False))
    assert str(caught.value) == f"{objects}, row 1 has no key {missing}; its keys: {listed}"


def test_a_key_that_holds_null_counts_as_absent(tmp_path):
    path = tmp_path / "d.jsonl"
    path.write_text(
        '{"text": "a", "sentence": null, "reply": "b", "stars": 4}\n{"text": "a", "reply": null, "stars": 1}'
    )
    rows = read_examples(Source(str(path), Columns(pair="reply", label="stars")), need_labels=True)
    assert next(rows) == Example("a", "b", "4", 1)
    with pytest.raises(DataError, match=r"row 2 has no key 'reply'; its keys: 'text', 'stars'$"):
        next(rows)


@pytest.mark.parametrize("columns", [Columns(text="body"), Columns()])
def test_a_column_that_stands_twice(columns):
    with pytest.raises(
        DataError, match="^FILE: the columns (body and body|premise and premise) mean the same; keep one"
    ):
        texts_of("body body premise premise hypothesis", columns)


@pytest.mark.parametrize(
    "names", [{"text": "x", "pair": "x"}, {"text": "x", "label": "x"}, {"pair": "x", "label": "x"}]
)
def test_one_column_for_two_things(names):
    with pytest.raises(DataError, match="the column 'x' is named twice; text, pair and label are different columns"):
        Columns(**names)


NAMES = st.sampled_from([*TEXT_COLUMNS, "text_b", "label", *(name for couple in COUPLES for name in couple), "other"])


@given(st.lists(NAMES, max_size=8), st.tuples(*[st.none() | NAMES] * 3), st.booleans())
def test_any_header_gives_different_columns_of_it_or_is_refused(header, named, need_labels):
    try:
        columns = Columns(*named)
        found = columns.find(header, where="FILE", noun="column")
    except EdgePowerError as error:
        assert "\n" not in str(error)
        return
    parts = [name for name in (found.text, found.pair, found.label) if name is not None]
    assert len(set(parts)) == len(parts)
    assert all(header.count(name) == 1 for name in parts)
    complete = all(
        want is None or want == got for want, got in zip(named, (found.text, found.pair, found.label), strict=True)
    )
    complete = complete and found.text is not None and (found.label is not None or not need_labels)
    assert complete == (not columns.missing(found, need_labels=need_labels))

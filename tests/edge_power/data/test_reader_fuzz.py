"""Damaged files: a reader answers, or says in one line what is wrong; what it accepts can be shown.

The short run is part of the suite; the long one (`make test-slow`) takes thousands of each.
"""

import json
import random
import warnings
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from edge_power.data import DataError, read_examples
from edge_power.profiling.page import page
from edge_power_runtime.errors import EdgePowerError, InputError
from edge_power_runtime.profiler.judge.compare import compare
from edge_power_runtime.profiler.report.file import read_report
from edge_power_runtime.profiler.report.record import Case, Report
from edge_power_runtime.profiler.text.comparison_text import comparison_text
from edge_power_runtime.profiler.text.markdown import markdown
from edge_power_runtime.profiler.text.table import text_table
from edge_power_runtime.reading.lines import read_texts
from edge_power_runtime.reading.printable import one_line
from tests.profile_records import full_report, result

ROWS = "label\ttext_a\ttext_b\npositive\ta good film\tit was\nnegative\tgrößer\t\n0\t\U0001f3ac\tdull\n"
LABELLED = {
    ".tsv": ROWS,
    ".csv": 'label,text_a\npositive,"a good, ""fine"" film"\nnegative,"two\nlines"\n',
    ".jsonl": '{"text": "a", "text_b": null, "label": 1}\n{"sentence": "\\u00e9", "label": "x", "more": [1.5]}\n',
    ".txt": "text\r\none\r\n\r\ntwo\r\n",
}
# The same forms with several labels a row.
SEVERAL = {
    ".tsv": "labels\ttext_a\npositive|warm\ta good film\nnegative\tgrößer\n0|1|2\t\n",
    ".csv": 'labels,text_a\n"positive|""warm""",a film\nnegative|dull,"two\nlines"\n',
    ".jsonl": '{"text": "a", "labels": [1, "x"]}\n{"sentence": "\\u00e9", "label": ["x"], "more": [1.5]}\n',
}

# What formats, encodings and numbers trip over.
PIECES = (
    *(
        b"\t",
        b"\n",
        b"\r",
        b'"',
        b'""',
        b",",
        b"{",
        b"}",
        b"[",
        b"\\",
        b"\\u",
        b"\0",
        b"\xef\xbb\xbf",
        b"\xff",
        b"\xc3",
    ),
    *(
        b"|",
        b"||",
        b"labels",
        b"\xed\xa0\x80",
        b"null",
        b"1e999",
        b"-1",
        b"9" * 400,
        b"label",
        b"text",
        b"[" * 2000,
        b"a" * 140_000,
    ),
)
VALUES: tuple[Any, ...] = (
    *(None, True, 0, 1, -1, 2**31, 2**63 - 1, 2**63, 0.0, -0.0, 5e-324, 1e-9, 1e15, -1e15, 1e308, -1.5),
    *("", "x", "\x1b[2J", "onnx", "full", [], {}, [0], [1.5], [None], [[]], {"a": 1}),
)


def damaged(data: bytes, dice: random.Random) -> bytes:
    """Change a few bytes or pieces."""
    for _ in range(dice.choice((1, 1, 2, 4))):
        place, length = dice.randrange(len(data) + 1), dice.choice((0, 0, 1, 5))
        piece = dice.choice(PIECES) if dice.random() < 0.7 else dice.randbytes(dice.choice((1, 3)))
        data = data[:place] + piece + data[place + length :]
    return data


def check_labelled(path: Path, data: bytes) -> None:
    path.write_bytes(data)
    try:
        found = list(read_examples(path, need_labels=False))
    except DataError as error:
        # In a line of 80 characters' worth of quotes, however long the file is.
        assert str(path) in str(error) and len(one_line(str(error))) < 1000
        return
    assert found
    for example in found:
        assert isinstance(example.text, str) and example.row >= 1
        labels = (example.label or "",) if isinstance(example.label, str | None) else example.label
        "".join((example.text, example.pair or "", *labels)).encode("utf-8")


def check_texts(path: Path, data: bytes) -> None:
    path.write_bytes(data)
    try:
        texts = list(read_texts(str(path)))
    except InputError as error:
        assert str(path) in str(error)
        return
    assert len(texts) == data.count(b"\n") + (not data.endswith(b"\n") and bool(data))


def small_report() -> Report:
    """A report of three cases with a part of every kind."""
    cases = (
        Case("onnx", "fp32", "full", 32, 1),
        Case("onnx", "fp32", "fast", 32, 1),
        Case("tflite", "fp32", "fast", 32, 1),
    )
    whole = full_report()
    return replace(
        whole,
        results=tuple(result(case, count=12, burst=4) for case in cases),
        operations=whole.operations[:1],
        mixes=whole.mixes[:1],
        latency_tables=whole.latency_tables[:1],
        flags=whole.flags[:2],
    )


def places(node: Any, at: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """The paths to every value; of long arrays, to the first three."""
    if at:
        yield at
    members = node.items() if isinstance(node, dict) else enumerate(node[:3]) if isinstance(node, list) else ()
    for key, value in members:
        yield from places(value, (*at, key))


def mangled(document: str, every: list[tuple[str | int, ...]], dice: random.Random) -> Any:
    """Replace, drop, repeat or scale one value, or a few."""
    root = json.loads(document)
    for _ in range(dice.choice((1, 1, 2))):
        *path, last = dice.choice(every)
        node = root
        for key in path:
            node = node[key] if isinstance(node, dict | list) and key in _keys(node) else None
        if isinstance(node, dict | list) and last in _keys(node):
            _mangle(node, last, dice)
    return root


def _keys(node: Any) -> Any:
    return node.keys() if isinstance(node, dict) else range(len(node))


def _mangle(node: Any, key: str | int, dice: random.Random) -> None:
    old, kind = node[key], dice.random()
    if isinstance(old, bool | int | float) and kind < 0.7:
        node[key] = dice.choice([value for value in VALUES if type(value) is type(old)]) * dice.choice((1, 1, -1))
    elif isinstance(old, str) and kind < 0.7:
        node[key] = dice.choice([value for value in VALUES if isinstance(value, str)])
    elif isinstance(old, list) and old and kind < 0.7:
        node[key] = dice.choice((old[:1], old[::-1], old + old[:1], [], [dice.choice(VALUES)] * len(old)))
    elif kind < 0.8:
        del node[key]
    else:
        node[key] = dice.choice(VALUES)


def check_report(document: Any, good: Report, show: tuple[Callable[[Report], str], ...]) -> bool:
    """Read and show a report; whether it was accepted."""
    try:
        report = read_report(json.dumps(document), "report.json")
    except EdgePowerError as error:
        assert "report.json" in str(error)
        return False
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # numpy warns before it gives a figure that is none
        for write in show:
            said = write(report)
            assert "nan" not in said.replace("nano", "") or write is page
        try:
            comparison_text(compare(report, good))
        except InputError:  # they have no case in common, or other texts
            pass
    return True


@pytest.mark.parametrize("count", [150, pytest.param(20_000, marks=pytest.mark.slow)])
@pytest.mark.parametrize(
    ("suffix", "whole"),
    [*LABELLED.items(), *SEVERAL.items()],
    ids=[*LABELLED, *(f"{name} several" for name in SEVERAL)],
)
def test_damaged_labelled_text(tmp_path, suffix, whole, count):
    dice = random.Random(f"labelled {suffix}")
    for _ in range(count):
        check_labelled(tmp_path / f"d{suffix}", damaged(whole.encode(), dice))


@pytest.mark.parametrize("count", [300, pytest.param(50_000, marks=pytest.mark.slow)])
def test_damaged_texts(tmp_path, count):
    dice = random.Random("texts")
    for _ in range(count):
        check_texts(tmp_path / "texts", damaged("a good film\ngood\tbad\ngrößer\r\n\n".encode(), dice))


@pytest.mark.parametrize(
    ("count", "show"),
    [(120, (text_table, markdown)), pytest.param(600, (text_table, markdown, page), marks=pytest.mark.slow)],
)
def test_mangled_reports(count, show):
    dice, good = random.Random("reports"), small_report()
    document = good.to_json()
    every = list(places(json.loads(document)))
    accepted = sum(check_report(mangled(document, every, dice), good, show) for _ in range(count))
    assert accepted > count / 10  # or the reader refuses all, and nothing was shown

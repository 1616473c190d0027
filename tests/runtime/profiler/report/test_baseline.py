"""What a speed-up is over: as a user names it, as a report keeps it, and what comes of it."""

import json
import re
from dataclasses import replace

import pytest

from edge_power_runtime.errors import BundleError, InputError
from edge_power_runtime.profiler.report.baseline import (
    baseline_name,
    baseline_of,
    read_baseline,
    same_as,
    with_baseline,
)
from edge_power_runtime.profiler.report.file import read_report
from edge_power_runtime.profiler.report.record import Baseline, Case
from edge_power_runtime.profiler.report.rows import rows
from edge_power_runtime.profiler.text.markdown import markdown
from edge_power_runtime.profiler.text.table import columns, text_table
from tests.profile_records import cases, report, result, whole

TWO = tuple(cases(precisions=("fp32", "int8"), lengths=(32, 64)))


def two_precisions():
    return report(tuple(map(result, TWO)))


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ((), None),
        (("fp32",), Baseline(precision="fp32")),
        (("full",), Baseline(budget="full")),
        (("full", "fp32", "fp32"), Baseline(precision="fp32", budget="full")),
        (("onnx fp32 full",), Baseline("onnx", "fp32", "full")),
        (("ORT",), Baseline(engine="onnx")),
    ],
)
def test_names_come_in_any_order(words, expected):
    assert read_baseline(words, TWO) == expected


def test_what_two_could_be_called_is_the_engine_then_the_precision():
    odd = [replace(TWO[0], budget=budget) for budget in ("int8", "onnx", "ort", "a b", "fp32")]
    assert read_baseline(("onnx",), odd) == Baseline(engine="onnx")
    assert read_baseline(("fp32",), odd) == Baseline(precision="fp32")
    assert read_baseline(("int8",), odd) == Baseline(budget="int8")  # nothing of that precision is measured
    assert read_baseline(("ort",), odd) == Baseline(budget="ort")
    assert read_baseline(("a b",), odd) == Baseline(budget="a b")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (
            ("fp16",),
            "`baseline` fp16: no measured case has it; there are: engine onnx, tflite; precision fp32, int8; "
            "budget full, balanced",
        ),
        (("executorch",), "`baseline` executorch: no measured case has it; there are: engine onnx, tflite; precision"),
        (("int8", "full", "fp32"), "`baseline` names two precisions, int8 and fp32; name one"),
        (
            ("int8", "tflite"),
            "`baseline` tflite int8: no measured case is that; there are: onnx fp32, onnx int8, tflite fp32",
        ),
    ],
)
def test_names_that_no_case_has_are_told(words, message):
    measured = (*TWO, *cases(engines=("tflite",)))
    with pytest.raises(InputError, match=f"^{re.escape(message)}"):
        read_baseline(words, measured)


@pytest.mark.parametrize(
    ("words", "of", "expected"),
    [
        ((), Case("onnx", "int8", "balanced", 64, 1), Case("onnx", "int8", "full", 64, 1)),
        (("full",), Case("onnx", "int8", "balanced", 64, 1), Case("onnx", "int8", "full", 64, 1)),
        (("fp32",), Case("onnx", "int8", "balanced", 64, 1), Case("onnx", "fp32", "balanced", 64, 1)),
        (("fp32", "full"), Case("onnx", "int8", "balanced", 64, 1), Case("onnx", "fp32", "full", 64, 1)),
        (("fp32",), Case("onnx", "fp32", "full", 32, 1), Case("onnx", "fp32", "full", 32, 1)),
    ],
)
def test_each_case_has_its_own_baseline(words, of, expected):
    made = with_baseline(two_precisions(), words)
    assert baseline_of(result(of), made).case == expected


def test_where_the_baseline_was_not_measured_there_is_no_speed_up():
    alone = Case("tflite", "int8", "full", 64, 1)
    made = with_baseline(report((*map(result, TWO), result(alone))), ["fp32"])
    assert baseline_of(result(alone), made) is None
    assert [row.case.precision for row in rows(made) if row.speed_up is not None] == ["int8"] * 4
    only = with_baseline(report(), ["fp32"])
    said = "No case has a speed-up: none but itself is fp32, of the same engine, budget, length and threads."
    assert said in text_table(only).splitlines()


def test_a_speed_up_is_of_the_same_rounds():
    """A machine that slows down in the middle hurts both alike: every draw of the same rounds has the same ratio."""
    slowing = tuple(1.0 + 0.02 * number for number in range(40))
    zeros = (0.0,) * 40
    slow, fast = (
        replace(result(case), spans=whole(zeros, zeros, tuple(part * time for time in slowing), zeros))
        for case, part in ((TWO[0], 4.0), (replace(TWO[0], precision="int8"), 2.0))
    )
    _, row = rows(with_baseline(report((slow, fast)), ["fp32"]))
    assert (row.speed_up.ratio, row.speed_up.low, row.speed_up.high) == (2.0, 2.0, 2.0)
    assert (row.speed_up.baseline, row.speed_up.over, row.speed_up.macs_ratio) == (slow.case, "fp32", 1.0)


def test_tables_name_the_baseline():
    made = two_precisions()
    assert "speed-up over full" in columns(made)
    named = with_baseline(made, ["full", "fp32"])
    assert "speed-up over fp32 full" in columns(named) and "| speed-up over fp32 full |" in markdown(named)
    assert "Speed-up is over fp32 full, of the same engine, length and threads." in text_table(named)
    assert "speed-up over \\*" in markdown(with_baseline(report((*map(result, TWO), starred())), ["*"]))
    assert baseline_name(report(tuple(map(result, cases(budgets=("full",)))))) == ""


def starred():
    case = next(cases(budgets=("full",), lengths=(32,)))
    return replace(result(case), case=replace(case, budget="*"))


@pytest.mark.parametrize(
    ("baseline", "expected"),
    [
        (None, "the same engine, precision, length and threads"),
        (Baseline(precision="fp32"), "the same engine, budget, length and threads"),
        (Baseline("onnx", "fp32", "full"), "the same length and threads"),
    ],
)
def test_what_is_the_same_is_said(baseline, expected):
    assert same_as(baseline) == expected


def test_a_report_keeps_its_baseline_and_takes_another():
    named = with_baseline(two_precisions(), ["fp32"])
    again = read_report(named.to_json(), "report")
    assert again == named and again.settings.baseline == Baseline(precision="fp32")
    assert with_baseline(again, ["full"]).settings.baseline == Baseline(budget="full")
    assert with_baseline(again, []) == named


def test_a_report_that_is_older_than_baselines_is_held_against_the_unpruned():
    older = json.loads(two_precisions().to_json())
    del older["settings"]["baseline"]
    assert read_report(json.dumps(older), "report") == two_precisions()


@pytest.mark.parametrize("wrong", [{}, {"precision": "fp16"}, {"engine": "onnx", "budget": "fast"}])
def test_a_report_names_no_baseline_that_it_has_not(wrong):
    broken = json.loads(two_precisions().to_json())
    broken["settings"]["baseline"] = wrong
    with pytest.raises(BundleError, match=r"settings\.baseline.* must be an engine, a precision or a budget, together"):
        read_report(json.dumps(broken), "report")

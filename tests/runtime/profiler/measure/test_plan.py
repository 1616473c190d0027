"""Which cases come of options, a bundle and a machine."""

import pytest

from edge_power_runtime import InputError, MissingEngineError
from edge_power_runtime.bundle.bundle import Bundle
from edge_power_runtime.engines import ENGINES
from edge_power_runtime.profiler.measure import plan
from edge_power_runtime.profiler.measure.plan import plan_cases
from edge_power_runtime.profiler.options import Options
from edge_power_runtime.profiler.report.record import Case


@pytest.fixture
def installed(monkeypatch):
    """Say which engines are installed: what there is differs from environment to environment."""

    def install(*names: str) -> None:
        monkeypatch.setattr(type(ENGINES[0]), "is_installed", property(lambda info: info.name in names))

    install("onnx", "tflite", "executorch")
    return install


@pytest.fixture
def four_cores(monkeypatch):
    monkeypatch.setattr(plan, "usable_cores", lambda: (0, 1, 2, 3))


def test_everything_is_planned_by_default(tiny, installed):
    cases = plan_cases(tiny, Options())
    assert [case.engine for case in cases] == ["onnx"] * 4 + ["tflite"] * 4 + ["executorch"] * 4
    assert [(case.budget, case.length) for case in cases[:4]] == [("fast", 8), ("fast", 24), ("full", 8), ("full", 24)]
    assert {(case.precision, case.threads) for case in cases} == {("fp32", 1)}


def test_engines_that_are_not_installed_are_left_out_unless_named(tiny, installed):
    installed("tflite")
    assert {case.engine for case in plan_cases(tiny, Options())} == {"tflite"}
    with pytest.raises(MissingEngineError, match=r"pip install .edge-power-runtime\[onnx\]"):
        plan_cases(tiny, Options(engines=("onnx", "tflite")))
    installed()
    with pytest.raises(MissingEngineError, match=r"\[onnx\].* or .*\[tflite\].* or .*\[executorch\]"):
        plan_cases(tiny, Options())


def test_options_narrow_the_plan(tiny, installed, four_cores):
    options = Options(engines=("executorch",), budgets=("full",), lengths=(24,), threads=(2, 1))
    assert plan_cases(tiny, options) == (
        Case("executorch", "fp32", "full", 24, 1),
        Case("executorch", "fp32", "full", 24, 2),
    )


def test_cases_of_one_thread_count_of_executorch_stand_together(tiny, installed, four_cores):
    cases = plan_cases(tiny, Options(engines=("executorch",), threads=(1, 4)))
    assert [case.threads for case in cases] == [1] * 4 + [4] * 4


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (Options(budgets=("slow",)), "`budgets` slow: not in .*; there are: fast, full"),
        (Options(lengths=(8, 16)), "`lengths` 16: not in .*; there are: 8, 24"),
        (Options(precisions=("int8",)), "no artifact int8; it has: onnx fp32, tflite fp32, executorch fp32"),
        (Options(engines=("onnx",), precisions=("fp32", "fp16")), "no artifact onnx fp16; it has"),
        (Options(threads=(1, 5)), "`threads` 5: this process may use 4 cores; ask for 1..4"),
    ],
)
def test_what_is_not_there_is_told(tiny, installed, four_cores, options, message):
    with pytest.raises(InputError, match=message):
        plan_cases(tiny, options)


def test_an_engine_that_the_bundle_is_not_made_for_is_told(toy_bundle, installed):
    with pytest.raises(InputError, match="has no artifact tflite; it has: onnx fp32"):
        plan_cases(Bundle.open(toy_bundle), Options(engines=("tflite",)))


def test_budgets_and_lengths_that_never_meet_are_told(toy_bundle, installed, edit_manifest):
    def drop(manifest):
        programs = manifest["artifacts"][0]["programs"]
        programs[:] = [program for program in programs if program["name"] in ("full_8", "fast_16")]

    edit_manifest(toy_bundle, drop)
    bundle = Bundle.open(toy_bundle)
    assert len(plan_cases(bundle, Options())) == 2
    with pytest.raises(InputError, match="no program of budget full at length 16 for onnx fp32"):
        plan_cases(bundle, Options(budgets=("full",), lengths=(16,)))

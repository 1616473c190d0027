"""The public surface of the host: what it is, that it is documented, and that importing it stays light."""

import inspect
import re
import subprocess
import sys
from dataclasses import MISSING, fields
from pathlib import Path

import pytest

import edge_power
import edge_power.errors
from edge_power.conversion.plan import Plan
from edge_power.fitting.options import Epochs, FitOptions
from edge_power.fitting.training.objective import Distillation
from edge_power_runtime.profiler.options import Options
from edge_power_runtime.reading.parameters import parameters_of

CALLS = {
    "android", "cascade", "compare", "convert", "evaluate", "explain", "fit", "inspect", "length_costs", "load_report",
    "profile", "verify",
}  # fmt: skip
VALUES = {
    "AndroidProject", "Bundle", "CascadeRecord", "Classifier", "Evaluation", "Explanation", "FitRecord", "LengthCost",
    "Manifest", "PowerEncoder", "PowerForSequenceClassification", "Prediction", "ProfileOptions", "ProgramCheck",
    "Progress", "Report", "RetentionConfig", "RetentionSchedule", "Tracer", "count_macs",
}  # fmt: skip
ERRORS = {
    "BundleError", "CascadeError", "CheckpointError", "ConversionError", "DataError", "DeviceError", "EdgePowerError",
    "EngineError", "FitError", "InputError", "NoClassifierError", "OptionError", "OutputError", "ParityError",
    "RetentionError", "VerificationError",
}  # fmt: skip
OWN_ERRORS = "edge_power.errors"
PAGE = Path(__file__).parents[2] / "docs" / "python.md"
# These load the commands' modules and packages, whose names must not hide the calls.
ALL_LOADED = "import edge_power.fitting.run, edge_power.explaining.page, edge_power.evaluation, edge_power.cli.convert"


def test_the_surface_is_what_is_exported():
    assert set(edge_power.__all__) == CALLS | VALUES | ERRORS
    assert set(edge_power.__all__) <= set(dir(edge_power))
    assert all(getattr(edge_power, name) is not None for name in edge_power.__all__)


def test_errors_are_in_one_tree():
    assert all(issubclass(getattr(edge_power, name), edge_power.EdgePowerError) for name in ERRORS)
    own = {name for name, item in vars(edge_power.errors).items() if getattr(item, "__module__", "") == OWN_ERRORS}
    assert own - {"system_errors"} <= ERRORS


def test_every_public_name_is_on_the_page():
    text = PAGE.read_text(encoding="utf-8")
    assert [name for name in edge_power.__all__ if not re.search(rf"\b{name}\b", text)] == []


@pytest.mark.parametrize("first", ["import edge_power", pytest.param(ALL_LOADED, marks=pytest.mark.thorough)])
def test_a_call_is_a_function_whatever_was_imported_before(first):
    names = ", ".join(sorted(CALLS))
    code = f"{first}; from edge_power import {names}; print([callable(item) for item in ({names})])"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.splitlines()[-1] == str([True] * len(CALLS))


@pytest.mark.parametrize("name", sorted(CALLS))
def test_what_a_call_takes_is_told(name):
    call = getattr(edge_power, name)
    if name not in ("compare", "load_report"):  # of the runtime, and no commands
        assert [name for name, parameter in parameters_of(call).items() if not parameter.help] == []


def test_what_a_profile_takes_is_told():
    assert [name for name, parameter in parameters_of(Options).items() if not parameter.help] == []


def test_a_call_s_defaults_are_those_of_the_values_it_makes():
    """One default is written twice; it is the same."""
    ours = {name: found.default for name, found in inspect.signature(edge_power.fit).parameters.items()}
    names = {"fewest_steps": "min_steps"}
    for field in fields(FitOptions):
        if (name := names.get(field.name, field.name)) in ours and field.default is not MISSING:
            assert ours[name] == field.default, name
    assert Epochs() == Epochs(*(ours[f"{field.name}_epochs"] for field in fields(Epochs)))
    assert Distillation() == Distillation(ours["distil"], ours["distil_states"], ours["augment"])
    convert = {name: found.default for name, found in inspect.signature(edge_power.convert).parameters.items()}
    plan = Plan()
    same = ("lengths", "lowering", "atol", "force", "one_process")
    assert {name: getattr(plan, name) for name in same} == {name: convert[name] for name in same}


def seconds(*command: str) -> float:
    """The best of three: a busy machine is forgiven."""
    code = (
        "import subprocess, sys, time; start = time.perf_counter(); "
        "subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL); print(time.perf_counter() - start)"
    )
    runs = [subprocess.run([sys.executable, "-c", code, *command], capture_output=True, check=True) for _ in range(3)]
    return min(float(run.stdout) for run in runs)


@pytest.mark.alone
@pytest.mark.parametrize(
    "command",
    [("-c", "import edge_power"), ("-c", "from edge_power import fit, convert"), ("-m", "edge_power", "--help")],
)
def test_import_and_help_are_quick(command):
    # 0.1 to 0.3 s measured; the bound is for a user who waits.
    assert seconds(sys.executable, *command) < 0.4

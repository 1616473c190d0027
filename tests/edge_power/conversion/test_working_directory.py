"""No code of the working directory runs, whatever lies there: a downloaded folder is data.

Each module of the trap is one that Python would take first, were the folder on its path; importing it leaves a mark.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from edge_power.profiling.devices.guarded import guarded
from edge_power.profiling.devices.prepare.interpreter import find_interpreter
from edge_power.profiling.devices.reach.local import LocalDevice
from edge_power_runtime.system.python_process import python_command, python_environment, trusted_places

MODULES = (
    *("torch", "transformers", "numpy", "tokenizers", "onnxruntime", "executorch", "ai_edge_litert", "rich", "click"),
    *(
        "shutil",
        "json",
        "typing",
        "pathlib",
        "subprocess",
        "tempfile",
        "platform",
        "runpy_",
        "sitecustomize",
        "readline",
    ),
    *("edge_power", "edge_power_runtime", "edge_power_converters", "pip", "venv", "wheel", "setuptools"),
)
# What the console script is, started where the working directory is on no path.
EDGE_POWER = (sys.executable, "-P", "-c", "from edge_power.cli import main; main()")


@pytest.fixture(scope="module")
def trap(tmp_path_factory):
    """A folder of modules that mark where they are imported."""
    folder = tmp_path_factory.mktemp("download")
    for name in MODULES:
        mark = f"open({str(folder / 'marks')!r}, 'a').write(__name__ + ' ' + ' '.join(__import__('sys').orig_argv))\n"
        (folder / f"{name}.py").write_text(mark)
    return folder


@pytest.fixture(autouse=True)
def nothing_is_sprung(trap):
    """After each test no mark is there."""
    yield
    marks = trap / "marks"
    found = marks.read_text() if marks.exists() else ""
    marks.unlink(missing_ok=True)
    assert found == ""


def start(trap: Path, *command: object, **environment: str) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        list(map(str, command)), cwd=trap, env={**os.environ, **environment}, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return done


def test_the_trap_would_be_sprung(trap):
    """By a Python that is started as ours must not be."""
    subprocess.run([sys.executable, "-c", "import tempfile"], cwd=trap, capture_output=True, check=False)
    (trap / "marks").unlink()


@pytest.mark.thorough  # a whole conversion; how its process is started, test_second_process.py asks too
def test_a_conversion_with_its_second_process(trap, small_checkpoint):
    """In the worst of places: without standard streams, and with warnings as errors."""
    arguments = ["--format", "onnx,tflite", "--lengths", "8", "--keep", "0.5", "--no-full"]
    command = [*EDGE_POWER, "convert", "--model", small_checkpoint, "--output", "my bundle", *arguments]
    done = start(trap, "sh", "-c", '"$@" <&- >&-', "sh", *command, PYTHONWARNINGS="error")
    assert "✓ onnx balanced_8" in done.stderr and "✓ tflite balanced_8" in done.stderr
    assert done.stdout == ""
    assert (trap / "my bundle" / "bundle.json").is_file()


COMMANDS = [("run", "{bundle}", "a good film", "--engine", "onnx"), ("evaluate", "{bundle}", "--data", "{rows}")]
MORE_COMMANDS = [
    ("verify", "{bundle}", "--engine", "tflite"),
    ("explain", "--model", "{bundle}", "a good film"),
    ("profile", "{bundle}", "--engine", "onnx", "--lengths", "8", "--iterations", "1", "--max-seconds", "1"),
    ("fit", "--help"),
]


@pytest.mark.parametrize(
    "command",
    [
        *(pytest.param(command, id=command[0]) for command in COMMANDS),
        *(pytest.param(command, id=command[0], marks=pytest.mark.thorough) for command in MORE_COMMANDS),
    ],
)
def test_the_commands(trap, tiny_bundle, tmp_path, command):
    (tmp_path / "rows.tsv").write_text("label\ttext\npositive\ta good film\nnegative\tdull\n")
    names = {"bundle": tiny_bundle, "rows": tmp_path / "rows.tsv"}
    assert start(trap, *EDGE_POWER, *(part.format(**names) for part in command)).stdout


@pytest.mark.parametrize(
    "command",
    [
        ("edge_power_runtime", "classify", "{bundle}", "a good film", "--engine", "onnx"),
        (
            "edge_power_runtime",
            "profile",
            "{bundle}",
            "--engine=onnx",
            "--lengths=8",
            "--iterations=1",
            "--budget=fast",
        ),
    ],
    ids=["classify", "profile"],
)
def test_python_started_with_the_module(trap, tiny_bundle, command):
    """Python itself looks for the package in the folder, which lacks it; from then on nothing of the folder runs."""
    (trap / "edge_power_runtime.py").unlink(missing_ok=True)
    start(trap, sys.executable, "-m", *(part.format(bundle=tiny_bundle) for part in command))


def test_the_host_started_with_the_module(trap, tiny_bundle):
    (trap / "edge_power.py").unlink(missing_ok=True)
    assert "tiny" in start(trap, sys.executable, "-m", "edge_power", "inspect", tiny_bundle).stdout


def test_the_guard_and_the_probe_of_a_device(trap, monkeypatch):
    monkeypatch.chdir(trap)
    device = LocalDevice()
    try:
        assert find_interpreter(device, [sys.executable]).has_profiler
        inner = python_command(sys.executable, "-c", "import json, shutil, platform; print(json.__file__)")
        heard: list[str] = []
        assert device.run(guarded(sys.executable, inner), on_line=heard.append) == 0
    finally:
        device.close()
    assert str(trap) not in heard[0]


def test_an_old_python_is_told_from_no_python(tmp_path):
    """One before 3.11 does not know -P, so that the question to it has to do without."""
    old = tmp_path / "python3.9"
    script = f'#!/bin/sh\ncase "$1" in -P*) echo "Unknown option: -P"; exit 2;; esac\nexec {sys.executable} "$@"\n'
    old.write_text(script)
    old.chmod(0o755)
    device = LocalDevice()
    try:
        assert find_interpreter(device, [str(old)]).version == sys.version_info[:3]
    finally:
        device.close()


@pytest.mark.parametrize("value", ["", ":", ":/my/modules", "/my/modules::/others"])
def test_an_empty_entry_of_the_path_is_not_passed_on(trap, monkeypatch, value):
    monkeypatch.chdir(trap)
    monkeypatch.setenv("PYTHONPATH", value)
    monkeypatch.setattr(sys, "path", ["", str(trap), *value.split(":"), "/usr/lib/python"])
    places = python_environment()["PYTHONPATH"].split(os.pathsep)
    assert all(places) and str(trap) not in places
    assert [place for place in places if place in ("/my/modules", "/others", "/usr/lib/python")] == [
        *filter(None, value.split(":")), "/usr/lib/python",
    ]  # fmt: skip


def test_a_working_directory_that_is_named_or_our_own_stays(trap, monkeypatch):
    monkeypatch.chdir(trap)
    monkeypatch.setenv("PYTHONPATH", str(trap))
    assert str(trap) in trusted_places([str(trap)])
    import edge_power_runtime

    home = Path(edge_power_runtime.__file__).parents[1]
    monkeypatch.setenv("PYTHONPATH", "")
    monkeypatch.chdir(home)
    assert trusted_places(["", "/usr/lib/python"]) == [str(home), "/usr/lib/python"]


def test_a_program_of_the_user_keeps_its_folder(trap, tmp_path):
    """`python -m app`, whose own first import is ours, finds its other modules."""
    (tmp_path / "app").mkdir()
    (tmp_path / "app" / "__init__.py").write_text("import edge_power, edge_power_runtime\nimport beside\n")
    (tmp_path / "app" / "__main__.py").write_text("print('ran')\n")
    (tmp_path / "beside.py").write_text("")
    assert start(tmp_path, sys.executable, "-m", "app").stdout == "ran\n"

"""Artifacts that a second process writes: the same as without it, and nothing of it is left, however it ends."""

import errno
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from edge_power.conversion.artifacts import Order
from edge_power.conversion.convert import convert
from edge_power.conversion.plan import Plan
from edge_power.conversion.second_process import JOB_FILE, SecondProcess
from edge_power.model.retention_file import parse_keep
from edge_power.progress import Silent
from edge_power_converters import ConversionError, fp32
from edge_power_runtime.retention import RetentionConfig
from tests.bundles import checked_name
from tests.tiny import tiny_config, tiny_model

CONFIGURATIONS = {"fast_8": ("fast", RetentionConfig(8, (6, 4, 2, 1)))}
ONNX = Order(fp32("onnx", "topk"), CONFIGURATIONS)

PARENT = """
import sys, time
from pathlib import Path
from tests.edge_power.conversion.test_second_process import ONNX
from tests.tiny import tiny_model
from edge_power.conversion.second_process import SecondProcess
place = Path(sys.argv[1])
with SecondProcess(tiny_model(), [ONNX], place, place / "job", lambda step: None) as process:
    print(process._process.pid, flush=True)
    time.sleep(600)
"""

# Says nothing, as a converter in one of its long steps: no write to a closed pipe ends it.
SILENT = """
import threading, time
from edge_power.conversion.second_process import _end_with_parent
threading.Thread(target=_end_with_parent, daemon=True).start()
print("listening", flush=True)
time.sleep(600)
"""


class Steps(Silent):
    """Counts what a conversion says of its steps."""

    def __init__(self) -> None:
        self.total, self.heard = 0, []

    def begin(self, description, total=None, done=0):
        self.total = total

    def advance(self, steps, note=""):
        self.heard.append(note)


def is_running(process: int) -> bool:
    """Whether a process is there and no zombie."""
    try:
        state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


def second_process(directory: Path, *orders: Order) -> SecondProcess:
    return SecondProcess(tiny_model(), orders or (ONNX,), directory, directory / "job", lambda step: None)


@pytest.mark.thorough
def test_two_processes_write_what_one_writes(tmp_path):
    small = tiny_model(replace(tiny_config(), num_encoders=2))
    budgets = {"fast": parse_keep("0.5")}
    found = {}
    for name in ("one", "two"):
        plan = Plan(engines=("tflite", "onnx"), lengths=(8,), budgets=budgets, one_process=name == "one")
        watcher = Steps()
        found[name] = convert(small, tmp_path / name, plan, progress=watcher)
        assert len(watcher.heard) == watcher.total == 1 + 1 + 3 + 3  # references, transformers, an artifact each
        assert {"tflite: tracing fast_8", "onnx: tracing fast_8", "onnx: checking fast_8"} <= set(watcher.heard)
    # Sizes and sha256 of all files, and what was found in the comparison with eager, are in the manifest.
    assert found["one"] == found["two"]
    assert [artifact.engine for artifact in found["two"].artifacts] == ["tflite", "onnx"]
    assert [checked_name(tmp_path / name) for name in found] == ["model", "model"], "nothing of the job is in them"


@pytest.mark.thorough
def test_what_an_engine_refuses_there_is_raised_here(tmp_path):
    unknown = Order(fp32("ort", "topk"), CONFIGURATIONS)
    with second_process(tmp_path, unknown) as process, pytest.raises(ConversionError, match=r"no converter for 'ort'"):
        process.next_artifact()


@pytest.mark.thorough
def test_a_file_that_cannot_be_written_there_is_a_system_error_here(tmp_path):
    (tmp_path / "onnx").write_text("a file where the converter needs a directory")
    with second_process(tmp_path) as process, pytest.raises(OSError) as failed:
        process.next_artifact()
    assert failed.value.errno in (errno.EEXIST, errno.ENOTDIR)


def test_a_process_that_is_killed(tmp_path):
    with second_process(tmp_path) as process:
        os.kill(process._process.pid, signal.SIGKILL)
        with pytest.raises(ConversionError) as failed:
            process.next_artifact()
    assert str(failed.value) == (
        "the second process, which converts for onnx, was killed by signal 9, as for want of memory; "
        "one process needs less memory: `one_process`"
    )


@pytest.mark.thorough
def test_a_process_that_fails_shows_why(tmp_path):
    with second_process(tmp_path) as process:
        (tmp_path / "job" / JOB_FILE).write_text("{")
        with pytest.raises(ConversionError, match=r"converts for onnx, ended with 1; ") as failed:
            process.next_artifact()
    assert "JSONDecodeError" in failed.value.__notes__[0]


def test_nothing_is_left_of_it(tmp_path):
    with second_process(tmp_path) as process:
        assert (tmp_path / "job" / "model.safetensors").is_file()
        pid = process._process.pid
        assert is_running(pid)
    assert not is_running(pid)
    assert not list(tmp_path.iterdir())


def test_a_place_that_is_taken_is_left_alone(tmp_path):
    (tmp_path / "job").mkdir()
    (tmp_path / "job" / "notes.txt").write_text("mine")
    with pytest.raises(FileExistsError), second_process(tmp_path):
        pass
    assert (tmp_path / "job" / "notes.txt").read_text() == "mine"


@pytest.mark.thorough
def test_it_ends_with_the_process_that_started_it(tmp_path):
    command = [sys.executable, "-c", PARENT, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[3]) as parent:
        pid = int(parent.stdout.readline())
        assert is_running(pid)
        parent.kill()
    # It hears of it once it has imported its modules: a second on a fast machine, some on a loaded one.
    deadline = time.monotonic() + 60
    while is_running(pid) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not is_running(pid)


def test_it_ends_amid_a_long_step_too():
    command = [sys.executable, "-c", SILENT]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout.readline() == "listening\n"
            process.stdin.close()
            assert process.wait(timeout=60) == 1
        finally:
            process.kill()

"""The profiler on 64-bit ARM: its report is read here. Times of an emulator say nothing, so none is judged."""

import platform
import subprocess
from pathlib import Path

import pytest

from edge_power_runtime.profiler.report.file import read_report
from edge_power_runtime.profiler.report.record import Report

pytestmark = pytest.mark.arm

ITERATIONS = 4


@pytest.fixture(scope="module")
def report(arm_python: Path, tiny_bundle: Path, tmp_path_factory: pytest.TempPathFactory) -> Report:
    path = tmp_path_factory.mktemp("profile") / "report.json"
    command = [arm_python, "-m", "edge_power_runtime", "profile", tiny_bundle, "--engine", "onnx,tflite"]
    command += ["--budget", "fast", "--lengths", "8", "--iterations", str(ITERATIONS), "--warmup", "1", "--burst", "2"]
    command += ["--operations", "--json", path]
    found = subprocess.run(command, capture_output=True, encoding="utf-8", timeout=300)
    assert found.returncode == 0, found.stderr
    return read_report(path.read_bytes(), path.name)


def test_every_case_has_all_its_samples(report):
    assert [str(result.case) for result in report.results] == [
        "onnx fp32 fast 8, 1 thread",
        "tflite fp32 fast 8, 1 thread",
    ]
    for result in report.results:
        assert sum(result.rounds) == len(result.total_ms) == ITERATIONS
        assert min(result.run_ms) > 0
        assert result.startup.load_ms > 0 and result.startup.process_bytes > result.startup.peak_bytes > 0


def test_the_device_is_the_emulated_one(report):
    found = report.environment
    assert (found.architecture, found.versions["python"][:5]) == ("aarch64", "3.11.")
    assert "ARM" in found.cpu or "Cortex" in found.cpu
    assert found.kernel == platform.release(), "the kernel is this machine's: only programs are emulated"
    assert {"numpy", "tokenizers", "onnxruntime", "ai-edge-litert"} <= set(found.versions)
    assert found.memory_bytes > 0 and found.cores


def test_operations_are_measured_where_the_engine_tells(report):
    onnx, tflite = report.operations
    assert onnx.unavailable is None and sum(item.time_ms for item in onnx.operations) > 0
    assert "MatMul" in {item.kind for item in onnx.operations}
    assert tflite.operations == () and tflite.unavailable


def test_four_samples_are_too_few_to_be_believed(report):
    assert "few-samples" in {flag.kind for flag in report.flags}

"""Start-up in a process of its own: real numbers, and a clear error when that process fails."""

import json
import os
import subprocess
import sys
import types
from dataclasses import asdict
from pathlib import Path

import pytest

from edge_power_runtime import EngineError
from edge_power_runtime.profiler.machine import memory
from edge_power_runtime.profiler.machine.memory import Memory, memory_now, parse_status
from edge_power_runtime.profiler.measure import probe
from edge_power_runtime.profiler.measure.probe import measure_startup
from edge_power_runtime.profiler.report.record import Case

STATUS = "Name:\tpython\nVmPeak:\t  99 kB\nVmHWM:\t   2048 kB\nVmRSS:\t   1024 kB\nThreads:\t1\n"
linux = pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="needs /proc")


@linux
def test_a_fresh_process_tells_times_and_memory(tiny, engine):
    found = measure_startup(tiny.path, Case(engine, "fp32", "full", 8, 1), ("a good film", "dull"))
    assert found.load_ms > 0.1  # the files are read and hashed, which nothing does in less
    assert 0 < found.first_answer_ms
    # The weights alone are 150 kB; the whole process has Python, numpy and an engine in it.
    assert found.process_bytes > 10e6
    assert 100e3 < found.steady_bytes < found.process_bytes
    assert found.peak_bytes >= found.steady_bytes


def test_what_fails_there_is_told_here(toy_bundle, engine):
    if engine != "onnx":
        pytest.skip("the toy bundle is for ONNX Runtime, whose programs here are stubs")
    with pytest.raises(EngineError) as caught:
        measure_startup(toy_bundle, Case("onnx", "fp32", "fast", 8, 1), "a")
    assert "onnx fp32 fast 8, 1 thread: a fresh process ended with status 2: ONNX Runtime cannot load" in str(
        caught.value
    )
    assert "\n" not in str(caught.value)


def test_a_missing_file_is_told(tiny, engine, tmp_path):
    with pytest.raises(EngineError, match="ended with status 2: expected the directory of a bundle"):
        measure_startup(tmp_path / "gone", Case(engine, "fp32", "full", 8, 1), "a")


def test_modules_of_the_working_directory_do_not_get_in_the_way(tiny, engine, tmp_path, monkeypatch):
    (tmp_path / "tokenizers.py").write_text("raise SystemExit('not this one')", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert measure_startup(tiny.path, Case(engine, "fp32", "full", 8, 1), "a").load_ms > 0


@pytest.mark.skipif(os.name != "posix", reason="needs a shell")
@pytest.mark.parametrize(
    ("script", "message"),
    [
        ("kill -KILL $$", "was ended by SIGKILL: it said nothing"),
        ("echo first >&2; echo ' last words ' >&2; exit 3", "ended with status 3: last words"),
        ("echo nonsense", "gave no answer: its answer is not valid JSON"),
        ("echo '{\"load_ms\": 1}'", "gave no answer: its answer: first_answer_ms is missing"),
        ("exec sleep 5", "did not answer within 0.2 s"),
    ],
)
def test_a_process_that_fails_is_an_engine_error(tiny, tmp_path, monkeypatch, script, message):
    shell = tmp_path / "python"
    shell.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    shell.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(shell))
    with pytest.raises(EngineError, match=message):
        measure_startup(tiny.path, Case("onnx", "fp32", "full", 8, 1), "a", limit_s=0.2 if "sleep" in script else 60)


def test_a_python_that_is_not_there_is_told(tiny, tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    with pytest.raises(EngineError, match="cannot start a fresh process of .*python: No such file"):
        measure_startup(tiny.path, Case("onnx", "fp32", "full", 8, 1), "a")


def test_standard_output_is_one_line_of_json(tiny, engine):
    request = {"bundle": str(tiny.path), "case": asdict(Case(engine, "fp32", "fast", 8, 1)), "text": "größer"}
    done = subprocess.run(
        [sys.executable, "-m", "edge_power_runtime.profiler.measure.probe"],
        input=json.dumps(request),
        capture_output=True,
        text=True,
        check=True,
    )
    assert set(json.loads(done.stdout.splitlines()[-1])) == set(
        "load_ms first_answer_ms steady_bytes peak_bytes process_bytes".split()
    )


def test_status_is_read_in_bytes():
    assert parse_status(STATUS) == Memory(1024 * 1024, 2048 * 1024)


@pytest.mark.parametrize("text", ["", "VmRSS", "VmRSS: x kB", "VmRSS: -1 kB", "VmRSS: 12 MB", "VmRSS:\nVmHWM: ² kB\n"])
def test_status_that_says_nothing_gives_nothing(text):
    assert parse_status(text) == Memory(None, None)


@linux
def test_this_process_has_memory():
    found = memory_now()
    assert found.peak_bytes >= found.resident_bytes > 1e6


def test_a_system_without_proc_asks_psutil(monkeypatch, tmp_path):
    monkeypatch.setattr(memory, "_STATUS", tmp_path / "absent")
    monkeypatch.setitem(sys.modules, "psutil", None)
    assert memory_now() == Memory(None, None)
    info = types.SimpleNamespace(rss=7)  # psutil is no dependency, so what it gives is laid out here
    process = types.SimpleNamespace(memory_info=lambda: info)
    monkeypatch.setitem(sys.modules, "psutil", types.SimpleNamespace(Process=lambda: process))
    assert memory_now() == Memory(7, None)
    info.peak_wset = 9
    assert memory_now() == Memory(7, 9)


def test_memory_is_never_below_nothing():
    startup = probe._startup(1.0, 2.0, Memory(10, None), Memory(5, 20))
    assert (startup.steady_bytes, startup.peak_bytes, startup.process_bytes) == (0, 10, 5)
    assert probe._startup(1.0, 2.0, Memory(None, None), Memory(5, 20)).steady_bytes is None

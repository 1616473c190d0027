"""The engines' benchmark programs on a device without Python.

No build of them can be had here, so the runs start a shell script that takes the same arguments and prints what the
real ones print: the forms are those of their sources, and the figures were made up. What each argument means to the
real programs is not tested by this.
"""

import json
import os
import re
import stat
import subprocess
import time
from pathlib import Path

import hypothesis
import numpy as np
import onnx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_power.profiling.devices.reach.errors import DeviceError
from edge_power.profiling.devices.reach.local import LocalDevice
from edge_power.profiling.devices.runner.output import Turn, read_benchmark_model, read_executor_runner, read_perf_test
from edge_power.profiling.devices.runner.profile import RunnerRequest, profile_with_runner
from edge_power.profiling.devices.runner.programs import recognise
from edge_power.profiling.devices.runner.shell import run_guarded
from edge_power_runtime.errors import InputError, UnsupportedEngineError
from edge_power_runtime.profiler.options import Options
from edge_power_runtime.profiler.report.file import read_report

PERF_TEST = """Setting intra_op_num_threads to 1
Session creation time cost: 0.0508382 s
First inference time cost: 22 ms
Total inference time cost: 0.0995 s
Total inference requests: 5
Average inference time cost: 19.9 ms
Total inference run time: 0.09961 s
Number of inferences per second: 50.2002
Avg CPU usage: 12 %
Peak working set size: 109531136 bytes
"""
PERF_TEST_RESULTS = """onnx,0.0301,109531136,12,0
onnx,0.0251,109531136,12,1
onnx,0.0199047,109531136,12,2
onnx,0.0200251,109531136,12,3
onnx,1.9e-02,109531136,12,4
"""
BENCHMARK_MODEL = """INFO: STARTING!
INFO: Log parameter values verbosely: [0]
INFO: Min num runs: [3]
INFO: Graph: [model.tflite]
INFO: Signature to run: [fast_8]
INFO: Created TensorFlow Lite XNNPACK delegate for CPU.
INFO: The input model file size (MB): 24.6229
INFO: Initialized session in 119.515ms.
INFO: Running benchmark for at least 5 iterations and at least 0 seconds but terminate if exceeding 150 seconds.
INFO: count=9 first=87112 curr=51629 min=51629 max=87112 avg=58147.4 std=11478 p5=51629 median=51962 p95=87112

INFO: Running benchmark for at least 3 iterations and at least 0 seconds but terminate if exceeding 150 seconds.
INFO: count=3 first=52162 curr=49785 min=49088 max=52162 avg=50345 std=1315 p5=49088 median=49785 p95=52162

INFO: Inference timings in us: Init: 119515, First inference: 87112, Warmup (avg): 58147.4, Inference (avg): 50345
INFO: Note: as the benchmark tool itself affects memory footprint, the following is only APPROXIMATE.
INFO: Memory footprint delta from the start of the tool (MB): init=55.4961 overall=56.5
"""
EXECUTOR_RUNNER = """I 00:00:00.000381 executorch:executor_runner.cpp:270] Resetting threadpool with num threads = 1
I 00:00:00.081234 executorch:executor_runner.cpp:380] Model file model.pte is loaded.
I 00:00:00.081240 executorch:executor_runner.cpp:390] Using method fast_8
I 00:00:00.101240 executorch:executor_runner.cpp:470] Model loaded in 20.250000 ms.
I 00:00:00.111240 executorch:executor_runner.cpp:610] Iteration 1 of 4: 9.500000 ms
I 00:00:00.121240 executorch:executor_runner.cpp:610] Iteration 2 of 4: 8.500000 ms
I 00:00:00.131240 executorch:executor_runner.cpp:610] Iteration 3 of 4: 7.125000 ms
I 00:00:00.141240 executorch:executor_runner.cpp:610] Iteration 4 of 4: 7.250000 ms
I 00:00:00.141250 executorch:executor_runner.cpp:620] Model executed successfully 4 time(s) in 32.375000 ms.
I 00:00:00.141260 executorch:executor_runner.cpp:625] 2 outputs:
OutputX 0: tensor(sizes=[1, 2], [0.1, -0.2])
"""

# Reading what they print


def test_perf_test_gives_every_run_after_the_warm_up():
    turn = read_perf_test(PERF_TEST + PERF_TEST_RESULTS, warmup=2)
    assert turn.run_ms == pytest.approx((19.9047, 20.0251, 19.0))
    assert (turn.load_ms, turn.first_ms) == (pytest.approx(50.8382), 22)
    assert (turn.peak_bytes, turn.process_bytes) == (None, 109531136)


def test_benchmark_model_gives_three_runs_from_their_statistics():
    turn = read_benchmark_model(BENCHMARK_MODEL)
    # 3 * 50345 - 52162 - 49785 = 49088, which is also its minimum.
    assert turn.run_ms == pytest.approx((52.162, 49.088, 49.785))
    assert (turn.load_ms, turn.first_ms) == (119.515, pytest.approx(87.112))
    assert turn.peak_bytes == round(56.5 * 2**20)


@pytest.mark.parametrize(
    ("line", "micros"),
    [
        ("count=1 curr=51629", [51629]),
        ("count=3 curr=51629(all same)", [51629] * 3),
        ("count=2 first=5 curr=7 min=5 max=7 avg=6 std=1", [5, 7]),
        # Rounded to six digits, the mean would give 1234567.8 for the middle.
        ("count=3 first=1234566 curr=1234569 min=1234566 max=1234569 avg=1.23457e+06 std=1", [1234566, None, 1234569]),
    ],
)
def test_benchmark_model_tells_few_runs_in_forms_of_their_own(line, micros):
    run_ms = read_benchmark_model(f"INFO: count=0\n\nINFO: {line}\n").run_ms
    assert len(run_ms) == len(micros)
    for value, expected in zip(run_ms, micros, strict=True):
        assert value == pytest.approx(expected / 1000) if expected else 1234.566 <= value <= 1234.569


def test_benchmark_model_with_more_runs_than_statistics_can_tell_is_refused():
    with pytest.raises(DeviceError, match=r"^benchmark_model timed 9 runs, where 3 were asked for$"):
        read_benchmark_model(BENCHMARK_MODEL.partition("INFO: Running benchmark for at least 3")[0])


def test_executor_runner_gives_every_run_after_the_warm_up():
    turn = read_executor_runner(EXECUTOR_RUNNER, warmup=2)
    assert turn == Turn((7.125, 7.25), load_ms=20.25, first_ms=9.5)


def test_executor_runner_on_android_logs_the_bare_message():
    assert read_executor_runner("Iteration 1 of 1: 9.500000 ms\n", warmup=0).run_ms == (9.5,)


def test_an_executor_runner_that_times_only_the_sum_is_too_old():
    text = "Model executed successfully 4 time(s) in 32.375000 ms."
    with pytest.raises(DeviceError, match=r"^this executor_runner logs no time of its single runs; build it from a"):
        read_executor_runner(text, warmup=0)


@pytest.mark.parametrize(
    ("read", "name"),
    [
        (lambda text: read_perf_test(text, 0), "onnxruntime_perf_test"),
        (read_benchmark_model, "benchmark_model"),
        (lambda text: read_executor_runner(text, 0), "executor_runner"),
    ],
)
def test_output_of_another_form_is_refused_with_its_last_line(read, name):
    with pytest.raises(
        DeviceError, match=rf"^{name} gave no times that can be read; its last line is 'no such model'$"
    ):
        read("starting\nno such model\n\n")
    with pytest.raises(DeviceError, match=r"its last line is 'nothing'$"):
        read("")


# Pieces of real output, shuffled and cut, reach deeper into the readers than random text.
LINES = [
    *PERF_TEST.splitlines(),
    *PERF_TEST_RESULTS.splitlines(),
    *BENCHMARK_MODEL.splitlines(),
    *EXECUTOR_RUNNER.splitlines(),
]
PIECES = st.lists(
    st.one_of(st.sampled_from(LINES), st.text(max_size=20), st.just("count=3 curr=0(all same)")), max_size=9
)


@hypothesis.settings(deadline=None, max_examples=100)
@given(PIECES, st.integers(0, 3))
def test_no_output_breaks_the_readers(lines, warmup):
    text = "\n".join(lines)
    for read in (
        lambda: read_perf_test(text, warmup),
        lambda: read_benchmark_model(text),
        lambda: read_executor_runner(text, warmup),
    ):
        try:
            turn = read()
        except DeviceError:
            continue
        assert turn.run_ms and all(0 < value < float("inf") for value in turn.run_ms)
        for count in (turn.peak_bytes, turn.process_bytes):
            assert count is None or 0 <= count < 2**63


# Recognising them


@pytest.mark.parametrize(
    ("name", "engines", "engine"),
    [
        ("onnxruntime_perf_test", (), "onnx"),
        ("android_aarch64_benchmark_model", (), "tflite"),
        ("executor_runner", ("executorch",), "executorch"),
        ("bench", ("tflite",), "tflite"),
    ],
)
def test_the_name_tells_the_engine_and_the_option_helps(name, engines, engine):
    assert recognise(name, engines).engine == engine


def test_an_unknown_runner_and_one_of_another_engine_are_refused():
    with pytest.raises(
        InputError, match=r"^the runner bench is none of onnxruntime_perf_test \(onnx\), benchmark_model"
    ):
        recognise("bench", ())
    with pytest.raises(InputError, match=r"^the runner executor_runner runs executorch, and `engines` asks for onnx$"):
        recognise("executor_runner", ("onnx",))
    with pytest.raises(UnsupportedEngineError):
        recognise("bench", ("unheard-of",))


# Running them, here in place of a device: over adb it is the same but for the way


@pytest.fixture
def device():
    opened = LocalDevice()
    yield opened
    opened.close()


class Watch:
    """Keeps what it is told."""

    def __init__(self):
        self.total, self.done, self.warnings = 0, 0, []

    def begin(self, description, total=None, done=0):
        self.total = total or self.total

    def advance(self, steps, note=""):
        self.done += steps

    def line(self, text):
        self.warnings.append(text)


def script(folder: Path, name: str, body: str) -> Path:
    folder.mkdir(exist_ok=True)
    path = folder / name
    path.write_text(f'#!/bin/sh\n# keeps its arguments, and a copy of its inputs\necho "$*" >> {folder}/calls\n{body}')
    path.chmod(0o644)  # made executable on the device
    return path


def request(bundle: Path, runner: Path, **options) -> RunnerRequest:
    chosen = {"warmup": 2, "iterations": 6, "burst": 3, "budgets": ("fast",), "lengths": (8,), "percentiles": (50,)}
    return RunnerRequest(bundle, Options(**{**chosen, **options}), runner)


def calls(folder: Path) -> list[str]:
    return (folder / "calls").read_text().splitlines()


def left_on(device: LocalDevice) -> list[str]:
    return sorted(str(path) for path in Path(device.root).rglob("*"))


def test_onnx_programs_are_timed_by_perf_test(device, tiny_bundle, tmp_path):
    body = f"""for last; do :; done
for model; do case "$model" in *.onnx) cp "$(dirname "$model")"/test_data_set_0/*.pb {tmp_path}/ ;; esac; done
cat <<'END'
{PERF_TEST}END
cat > "$last" <<'END'
{PERF_TEST_RESULTS}END
"""
    runner = script(tmp_path / "bin", "onnxruntime_perf_test", body)
    watch = Watch()
    report = profile_with_runner(device, request(tiny_bundle, runner, lengths=(8, 24)), progress=watch)
    assert [str(result.case) for result in report.results] == [
        "onnx fp32 fast 8, 1 thread",
        "onnx fp32 fast 24, 1 thread",
    ]
    for result in report.results:
        assert result.rounds == (3, 3)
        assert result.run_ms == pytest.approx((19.9047, 20.0251, 19.0) * 2)
        assert [span.name for span in result.spans] == ["run"] and result.is_run_alone
        assert result.startup is not None and result.startup.process_bytes == 109531136
        assert result.num_tokens == result.case.length
    asked = [re.sub(r"\S+/", "", call).rpartition(" ")[0] for call in calls(tmp_path / "bin")]
    assert set(asked) == {f"-e cpu -m times -r 5 -x 1 -y 1 fast_{length}.onnx" for length in (8, 24)}
    assert len(asked) == 4
    # The last call's inputs: the ids of a text that fills the program.
    tensors = [onnx.TensorProto.FromString((tmp_path / f"input_{place}.pb").read_bytes()) for place in range(3)]
    assert [tensor.name for tensor in tensors] == ["input_ids", "attention_mask", "token_type_ids"]
    assert onnx.numpy_helper.to_array(tensors[1]).all()
    assert watch.total == watch.done == 4
    assert watch.warnings == [
        "warning: timed by onnxruntime_perf_test: the engine's part of an answer only, without tokenizing"
    ]
    assert left_on(device) == []


def test_the_report_tells_the_machine_and_the_runner_and_can_be_read(device, tiny_bundle, tmp_path):
    runner = script(tmp_path / "bin", "executor_runner", f"cat >&2 <<'END'\n{EXECUTOR_RUNNER}END\n")
    report = profile_with_runner(
        device, request(tiny_bundle, runner, burst=2, iterations=4, baseline=("fp32",)), progress=Watch()
    )
    assert read_report(report.to_json(), "report.json") == report
    environment = report.environment
    assert environment.architecture == os.uname().machine and environment.kernel == os.uname().release
    assert len(environment.cores) == os.cpu_count() and environment.memory_bytes > 2**28
    assert re.fullmatch(r"sha256 [0-9a-f]{12}", environment.versions["executor_runner"])
    assert environment.android is None
    assert environment.before.load_average and not environment.before.clocks_mhz
    usage = environment.usage
    # A shell and cat were started twice, which takes some milliseconds at least and no second.
    assert 0 <= usage.own_cpu_s < 5 and usage.wall_s > 0 and usage.other_cpu_s is not None
    assert report.settings.texts == "built-in" and report.settings.burst == 2
    assert str(report.settings.baseline) == "fp32"
    assert report.bundle.manifest_sha256 and report.bundle.name == json.loads(
        (tiny_bundle / "bundle.json").read_text()
    ).get("name", report.bundle.name)


def test_executorch_programs_are_timed_by_executor_runner(device, tiny_bundle, tmp_path):
    body = f"""for word; do case "$word" in --inputs=*) files=${{word#--inputs=}} ;; esac; done
cat $(echo "$files" | tr , ' ') > {tmp_path}/inputs
cat >&2 <<'END'
{EXECUTOR_RUNNER}END
"""
    runner = script(tmp_path / "bin", "executor_runner", body)
    report = profile_with_runner(device, request(tiny_bundle, runner, burst=2, iterations=2), progress=Watch())
    (result,) = report.results
    assert result.run_ms == (7.125, 7.25)
    (call,) = [re.sub(r"[^\s=,]*/", "", call) for call in calls(tmp_path / "bin")]
    assert (
        call
        == "--model_path=model.pte --method_name=fast_8 --num_executions=4 --cpu_threads=1 --inputs=0.bin,1.bin,2.bin"
    )
    values = np.fromfile(tmp_path / "inputs", dtype="<i8").reshape(3, 8)
    assert values[0].max() > 1 and values[1].tolist() == [1] * 8 and values[2].tolist() == [0] * 8


def test_tflite_programs_are_timed_by_benchmark_model_three_runs_a_start(device, tiny_bundle, tmp_path):
    runner = script(tmp_path / "bin", "linux_x86-64_benchmark_model", f"cat <<'END'\n{BENCHMARK_MODEL}END\n")
    report = profile_with_runner(
        device, request(tiny_bundle, runner, iterations=100, max_seconds=0.001), progress=Watch()
    )
    (result,) = report.results
    # The time is over at once, and no case goes without its first round.
    assert result.rounds == (3,) and result.run_ms == pytest.approx((52.162, 49.088, 49.785))
    assert result.startup is not None and result.startup.load_ms == 119.515
    (call,) = [re.sub(r"[^\s=,:]*/", "", call) for call in calls(tmp_path / "bin")]
    assert call.split() == [
        "--graph=model.tflite",
        "--signature_to_run_for=fast_8",
        "--num_threads=1",
        "--num_runs=3",
        "--warmup_runs=2",
        "--min_secs=0",
        "--warmup_min_secs=0",
        "--max_secs=3600",
        "--enable_op_profiling=false",
        "--input_layer=input_ids,attention_mask,token_type_ids",
        "--input_layer_shape=1,8:1,8:1,8",
        "--input_layer_value_files=input_ids:0.bin,attention_mask:1.bin,token_type_ids:2.bin",
    ]


def test_libraries_beside_the_runner_go_along(device, tiny_bundle, tmp_path):
    body = f"(cd $LD_LIBRARY_PATH && echo *.*) > {tmp_path}/seen\ncat <<'END'\n{BENCHMARK_MODEL}END\n"
    runner = script(tmp_path / "bin", "benchmark_model", body)
    (tmp_path / "bin" / "libc++_shared.so").touch()
    (tmp_path / "bin" / "other.txt").touch()
    profile_with_runner(device, request(tiny_bundle, runner, iterations=1), progress=Watch())
    assert (tmp_path / "seen").read_text() == "libc++_shared.so\n"


def test_a_runner_that_fails_says_why_and_leaves_nothing(device, tiny_bundle, tmp_path):
    runner = script(tmp_path / "bin", "benchmark_model", "echo start; echo 'no such signature' >&2; exit 3")
    expected = r"^benchmark_model on this machine failed with exit status 3: no such signature$"
    with pytest.raises(DeviceError, match=expected):
        profile_with_runner(device, request(tiny_bundle, runner), progress=Watch())
    assert left_on(device) == []


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"threads": (10_000,)}, r"^`threads` 10000: the device has \d+ cores?; ask for 1\.\.\d+$"),
        ({"budgets": ("none",)}, r"^`budgets` none: not in tflite fp32; there are: (full, fast|fast, full)$"),
        ({"lengths": (9,)}, r"^`lengths` 9: not in tflite fp32; there are: 8, 24$"),
        ({"precisions": ("int8",)}, r"tflite"),
        (
            {"baseline": ("int8",)},
            r"^`baseline` int8: no measured case has it; there are: engine tflite; precision fp32;",
        ),
        ({"texts": "file"}, r"^a benchmark program reads no texts; leave `texts` out"),
        ({"operations": True}, r"^a benchmark program tells no operations; leave `operations` out"),
        ({"engines": ("onnx",)}, r"^the runner benchmark_model runs tflite, and `engines` asks for onnx$"),
    ],
)
def test_options_that_cannot_be_met_are_refused_before_anything_is_copied(
    device, tiny_bundle, tmp_path, options, message
):
    runner = script(tmp_path / "bin", "benchmark_model", "exit 1")
    with pytest.raises(InputError, match=message):
        profile_with_runner(device, request(tiny_bundle, runner, **options), progress=Watch())
    assert left_on(device) == []


def test_a_runner_that_is_not_there_is_refused(device, tiny_bundle, tmp_path):
    with pytest.raises(InputError, match=r"^there is no file .*/benchmark_model for `runner`$"):
        profile_with_runner(device, request(tiny_bundle, tmp_path / "benchmark_model"), progress=Watch())


def test_a_guarded_program_tells_its_end_output_and_time(device):
    ran = run_guarded(
        device,
        ["sh", "-c", "echo a b; echo c >&2; i=0; while [ $i -lt 60000 ]; do i=$((i+1)); done; exit 5"],
        remove=(),
    )
    assert ran.status == 5 and ran.text.split("\n")[:2] == ["a b", "c"]
    assert 0.005 < ran.cpu_s < 60


def alive_in(session: str) -> list[str]:
    """The processes of a session that are no zombies, which wait for whoever reaps them."""
    told = subprocess.run(["ps", "-o", "stat=,args=", "-g", session], capture_output=True, text=True).stdout
    return [line for line in told.splitlines() if not line.startswith("Z")]


class Cut:
    """A device whose connection is lost at the first line: sshd and adbd close the input of what they started."""

    def run(self, argv, *, on_line):
        process = subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert process.stdout is not None and process.stdin is not None
        on_line(process.stdout.readline())
        process.stdin.close()
        on_line(process.stdout.read())
        process.stdout.close()
        return process.wait()


def test_folders_go_though_the_program_is_gone_before_them(tmp_path, monkeypatch):
    """The shell that waited for the program goes on while the guard still removes, and must not end it."""
    slow = script(tmp_path / "bin", "rm", 'sleep 0.5\nexec /bin/rm "$@"\n')
    slow.chmod(0o755)
    monkeypatch.setenv("PATH", f"{slow.parent}:{os.environ['PATH']}")
    folders = [tmp_path / "first", tmp_path / "second"]
    for folder in folders:
        folder.mkdir()
    assert run_guarded(Cut(), ["sh", "-c", "echo; sleep 61"], remove=[str(folder) for folder in folders]).status == 137
    deadline = time.monotonic() + 30
    while left := [folder.name for folder in folders if folder.exists()]:
        assert time.monotonic() < deadline, f"left: {left}"
        time.sleep(0.05)


@pytest.mark.thorough  # it may wait for 10 s
def test_a_guarded_program_ends_with_its_input_and_its_folder_goes(tmp_path):
    folder = tmp_path / "a folder"
    folder.mkdir()
    (folder / "file").touch()
    started = time.monotonic()
    # A child of the program, which only the end of the whole group can reach.
    ran = run_guarded(Cut(), ["sh", "-c", "echo $$; sleep 61 & sleep 61"], remove=[str(folder)])
    assert time.monotonic() - started < 30
    assert ran.status == 128 + 9
    group = ran.text.split()[0]
    deadline = time.monotonic() + 30
    while (there := folder.exists()) or (left := alive_in(group)):
        assert time.monotonic() < deadline, "the folder is left" if there else f"left: {left}"
        time.sleep(0.05)


def test_the_runner_is_made_executable_there(device, tiny_bundle, tmp_path):
    runner = script(
        tmp_path / "bin", "benchmark_model", f"ls -l $0 > {tmp_path}/mode\ncat <<'END'\n{BENCHMARK_MODEL}END\n"
    )
    profile_with_runner(device, request(tiny_bundle, runner, iterations=1), progress=Watch())
    assert (tmp_path / "mode").read_text().startswith("-rwxr-xr-x")
    assert stat.S_IMODE(runner.stat().st_mode) == 0o644

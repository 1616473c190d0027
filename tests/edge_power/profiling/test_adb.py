"""Devices over adb, against Debian's real adbd."""

import hashlib
import os
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import hypothesis
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_power.profiling.devices.reach.adb import AdbDevice
from edge_power.profiling.devices.reach.adb_listing import Listed, choose, read_listing
from edge_power.profiling.devices.reach.errors import DeviceError, LostConnectionError
from edge_power.profiling.devices.remote_profile import Request, profile_on
from edge_power.profiling.devices.runner.profile import RunnerRequest, profile_with_runner
from edge_power_runtime.errors import InputError
from edge_power_runtime.profiler.options import Options
from edge_power_runtime.profiler.report.file import read_report
from tests.machines.adbd import Adbd, missing, namespace

LISTING = """* daemon not running; starting now at tcp:5037
* daemon started successfully
List of devices attached
emulator-5554          device product:sdk_gphone64 model:sdk_gphone64_x86_64 device:emu64xa transport_id:1
R58N12ABCDE            unauthorized usb:1-2 transport_id:3
0123456789             no permissions (user in plugdev group; are your udev rules wrong?); see [http://example.org]
127.0.0.1:5555         offline transport_id:2

"""


@pytest.fixture(scope="module")
def adbd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Adbd]:
    reason = missing()
    if reason is not None:
        pytest.skip(f"adbd cannot run here: {reason}")
    with namespace(tmp_path_factory.mktemp("adb")) as running:
        yield running


@pytest.fixture(scope="module")
def serial(adbd: Adbd) -> str:
    return adbd.start()


@pytest.fixture
def device(adbd: Adbd, serial: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> AdbDevice:
    monkeypatch.setenv("PATH", f"{adbd.bin}:{os.environ['PATH']}")
    return AdbDevice(serial, root=str(tmp_path / "root"))


def output(device: AdbDevice, argv: list[str]) -> tuple[int, list[str]]:
    lines: list[str] = []
    return device.run(argv, on_line=lines.append), lines


# Listing and choosing: text in, a device out


def test_the_listing_gives_serials_states_and_models():
    assert read_listing(LISTING) == (
        Listed("emulator-5554", "device", "sdk_gphone64_x86_64"),
        Listed("R58N12ABCDE", "unauthorized", None),
        Listed("0123456789", "no permissions", None),
        Listed("127.0.0.1:5555", "offline", None),
    )


@hypothesis.settings(deadline=None)
@given(st.text())
def test_no_listing_breaks_the_reader(text):
    for device in read_listing("List of devices attached\n" + text):
        assert device.serial and device.state


def test_the_only_device_that_is_ready_is_chosen():
    assert choose(read_listing(LISTING), None) == "emulator-5554"


def test_several_devices_and_none_named_are_listed():
    listed = [Listed("a", "device", "Pixel_8"), Listed("b", "device", None), Listed("c", "offline", None)]
    expected = r"^adb sees a \(Pixel_8\), b, c \(offline\); name one of them: `device` adb:SERIAL$"
    with pytest.raises(InputError, match=expected):
        choose(listed, None)
    assert choose(listed, "b") == "b"


def test_an_unknown_serial_is_refused_with_those_seen():
    with pytest.raises(InputError, match=r"^there is no device 'x'; adb sees a$"):
        choose([Listed("a", "device", None)], "x")
    with pytest.raises(InputError, match=r"^there is no device 'x'; adb sees no device$"):
        choose([], "x")


def test_no_device_says_how_to_connect_one():
    with pytest.raises(InputError, match=r"^adb sees no device; connect one with USB debugging allowed"):
        choose([], None)


@pytest.mark.parametrize(
    ("state", "help_"),
    [
        ("unauthorized", "unlock it and accept this computer's key"),
        ("offline", "reconnect it"),
        ("no permissions", "udev"),
        ("host", "it takes no commands"),
    ],
)
@pytest.mark.parametrize("serial", ["a", None])
def test_a_device_that_is_not_ready_is_refused_with_what_helps(state, help_, serial):
    with pytest.raises(DeviceError, match=rf"^the device a is in state '{state}'; .*{help_}"):
        choose([Listed("a", state, None)], serial)


def test_without_adb_the_error_names_what_to_install(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(DeviceError, match=r"^there is no adb on the PATH; install Android's platform tools$"):
        AdbDevice()


# Real adbd


def test_the_only_device_is_found(device, serial):
    assert AdbDevice().name == device.name == f"adb:{serial}"


def test_files_go_to_a_folder_that_can_be_written(adbd, device):
    # No Android here, so it is where the files of ssh go, in the home of adbd's user.
    assert AdbDevice().root == f"{Path.home()}/.cache/edge-power"
    assert output(device, ["mkdir", "-p", f"{device.root}/x"]) == (0, [])
    # adbd runs without a umask, and root's files must not be everybody's to write.
    assert stat.S_IMODE(Path(device.root, "x").stat().st_mode) == 0o755


def test_run_gives_the_exit_status_and_every_line_of_both_outputs(device):
    assert output(device, ["sh", "-c", "echo one; echo two >&2; printf three; exit 7"]) == (7, ["one", "two", "three"])
    assert output(device, ["true"]) == (0, [])
    assert output(device, ["no-such-program"])[0] == 127


def test_arguments_arrive_as_they_are(device):
    words = ["a b", "$HOME", "`id`", "'", '"', "*", ";exit 3", "", "ö", "-n", "\\"]
    assert output(device, ["printf", "<%s>\\n", *words]) == (0, [f"<{word}>" for word in words])


def test_a_command_that_says_our_own_last_line_does_not_fool_us(device):
    assert output(device, ["sh", "-c", "echo edge-power-exit:0; exit 4"])[0] == 4


def test_push_makes_folders_and_leaves_no_partial_file(device, tmp_path):
    content = os.urandom(300_000)
    source = tmp_path / "a file"
    source.write_bytes(content)
    folder = f"{device.root}/push it"
    device.push(source, f"{folder}/sub/a file")
    device.push(source, f"{folder}/b")
    digest = hashlib.sha256(content).hexdigest()
    assert device.digests(folder) == {"sub/a file": digest, "b": digest}
    target = tmp_path / "back"
    target.write_text("old")
    device.pull(f"{folder}/b", target)
    assert target.read_bytes() == content
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a file", "back", "root"]
    device.remove(folder)
    assert device.digests(folder) == {}
    device.remove(folder)  # nothing happens


def test_pull_of_what_is_not_there_leaves_the_target(device, tmp_path):
    target = tmp_path / "back"
    target.write_text("old")
    with pytest.raises(DeviceError, match=r"^cannot copy /no/such from adb:127.*No such file or directory"):
        device.pull("/no/such", target)
    assert target.read_text() == "old"


def test_push_to_a_full_disk_is_refused_and_leaves_nothing(device, tmp_path, small_disk):
    source = tmp_path / "large"
    source.write_bytes(bytes(200_000))
    disk = small_disk(kilobytes=64)
    with pytest.raises(DeviceError, match=r"^cannot copy .*large to adb:127"):
        device.push(source, f"{disk}/large")
    assert device.digests(str(disk)) == {}


def test_push_over_a_folder_that_cannot_be_made_says_why(device, tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(DeviceError, match=r"^adb:127.* refused a command: .*mkdir"):
        device.push(tmp_path / "file", f"{tmp_path}/file/below/it")


def test_free_bytes_are_those_of_the_disk(device, small_disk):
    disk = small_disk(kilobytes=64)
    assert device.free_bytes(f"{disk}/not/yet/there") == 64 * 1024


def test_two_devices_have_to_be_told_apart(adbd, device, serial):
    other = adbd.start()
    try:
        with pytest.raises(InputError, match=rf"^adb sees {serial}.*, {other}.*; name one of them"):
            AdbDevice()
        assert AdbDevice(other).name == f"adb:{other}"
    finally:
        adbd.kill(other)
        adbd.adb("disconnect", other)


def test_a_connection_that_is_lost_ends_with_an_error(adbd, device, tmp_path):
    lost = adbd.start()
    victim = AdbDevice(lost, root=str(tmp_path / "lost"))
    lines: list[str] = []

    def hear(line: str) -> None:
        lines.append(line)
        adbd.kill(lost)

    started = time.monotonic()
    with pytest.raises(LostConnectionError, match=rf"^the connection to adb:{lost} was lost"):
        victim.run(["sh", "-c", "echo begun; exec sleep 15"], on_line=hear)
    assert lines[0] == "begun"  # adb may say something of its own after it
    assert time.monotonic() - started < 10  # it is noticed at once, not by a time limit
    with pytest.raises(LostConnectionError, match=rf"^the connection to adb:{lost} was lost"):
        victim.push(Path(__file__), f"{victim.root}/x")
    adbd.adb("disconnect", lost)


# Profiles


class Watch:
    """Keeps what it is told, and may act when the measuring has begun."""

    def __init__(self, on_step: Callable[[], None] = lambda: None) -> None:
        self.stages: list[str] = []
        self.warnings: list[str] = []
        self._on_step = on_step

    def begin(self, description: str, total: int | None = None, done: int = 0) -> None:
        self.stages.append(description)

    def advance(self, steps: int, note: str = "") -> None:
        self._on_step()

    def line(self, text: str) -> None:
        self.warnings.append(text)


FEW = Options(engines=("onnx",), budgets=("fast",), lengths=(8,), warmup=1, iterations=6, percentiles=(50,))


def test_a_bundle_is_profiled_by_the_devices_python(device, tiny_bundle):
    watch = Watch()
    report = profile_on(device, Request(tiny_bundle, FEW, python=sys.executable), progress=watch)
    (result,) = report.results
    assert str(result.case) == "onnx fp32 fast 8, 1 thread"
    assert len(result.run_ms) == 6 and min(result.total_ms) > 0
    assert "measuring" in watch.stages and "copying config.json" in watch.stages and not watch.warnings
    assert device.digests(device.root) == {}  # nothing is left there


def test_a_device_without_the_runtime_is_refused(device, tiny_bundle):
    with pytest.raises(DeviceError, match=r"^no Python on adb:127.*: there is no /no/python"):
        profile_on(device, Request(tiny_bundle, FEW, python="/no/python"), progress=Watch())


RUNNER = """#!/bin/sh
echo "I 00:00:00.101240 executorch:executor_runner.cpp:470] Model loaded in 20.250000 ms." >&2
for run in 1 2 3 4 5 6 7; do
  echo "I 00:00:00.111240 executorch:executor_runner.cpp:610] Iteration $run of 7: $run.500000 ms" >&2
done
"""


def test_a_benchmark_program_is_run_where_there_is_no_python(device, tiny_bundle, tmp_path):
    # A script that prints what the real program does: no build of it can be had here.
    runner = tmp_path / "executor_runner"
    runner.write_text(RUNNER)
    request = RunnerRequest(tiny_bundle, replace(FEW, engines=()), runner, keep=True)
    watch = Watch()
    report = profile_with_runner(device, request, progress=watch)
    (result,) = report.results
    assert str(result.case) == "executorch fp32 fast 8, 1 thread"
    assert result.run_ms == (2.5, 3.5, 4.5, 5.5, 6.5, 7.5)
    assert "copying model.pte" in watch.stages
    # What was kept is not copied again, and goes when nobody asks for it any more.
    again = Watch()
    profile_with_runner(device, replace(request, keep=False), progress=again)
    assert [stage for stage in again.stages if "model.pte" in stage or ".json" in stage] == []
    assert device.digests(device.root) == {}


@pytest.mark.parametrize("kind", ["python", "runner"])
def test_a_connection_that_is_lost_while_measuring_leaves_nothing(adbd, device, tiny_bundle, tmp_path, kind):
    lost = adbd.start()
    victim = AdbDevice(lost, root=str(tmp_path / "lost"))
    # Long enough that only the lost connection can end it in time.
    options = replace(FEW, iterations=10_000_000)
    if kind == "python":
        watch = Watch(lambda: adbd.kill(lost))
        request = Request(tiny_bundle, options, python=sys.executable)
        with pytest.raises(LostConnectionError, match=rf"^the connection to adb:{lost} was lost"):
            profile_on(victim, request, progress=watch)
    else:
        runner = tmp_path / "executor_runner"
        runner.write_text(f"#!/bin/sh\ntouch {tmp_path}/begun\nsleep 61 & sleep 61\n")
        watch = Watch()
        threading.Thread(target=kill_when, args=(tmp_path / "begun", adbd, lost), daemon=True).start()
        with pytest.raises(LostConnectionError, match=rf"^the connection to adb:{lost} was lost"):
            profile_with_runner(
                victim, RunnerRequest(tiny_bundle, replace(options, engines=()), runner), progress=watch
            )
    assert watch.warnings and "removes" in watch.warnings[-1]
    adbd.adb("disconnect", lost)
    deadline = time.monotonic() + 20
    while processes_below(tmp_path / "lost") or any(path.is_file() for path in (tmp_path / "lost").rglob("*")):
        assert time.monotonic() < deadline, "something is left on the device"
        time.sleep(0.05)


def kill_when(begun: Path, adbd: Adbd, serial: str) -> None:
    while not begun.exists():
        time.sleep(0.02)
    adbd.kill(serial)


def processes_below(folder: Path) -> list[str]:
    """Processes whose command line names the folder."""
    listed = subprocess.run(["ps", "-eo", "args="], capture_output=True, text=True, check=True)
    return [line for line in listed.stdout.splitlines() if str(folder) in line]


# The command


def command(adbd: Adbd, home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "edge_power", "profile", *arguments],
        # adbd's user has a home of its own, so only ours is another one here.
        env={**os.environ, "PATH": f"{adbd.bin}:{os.environ['PATH']}", "HOME": str(home), "NO_COLOR": "1"},
        capture_output=True,
        text=True,
    )


def test_the_command_profiles_by_a_benchmark_program(adbd, serial, tiny_bundle, tmp_path):
    runner = tmp_path / "executor_runner"
    runner.write_text(RUNNER)
    chosen = ["--budget=fast", "--lengths=8", "--warmup=1", "--iterations=6", "--percentiles=50"]
    report = tmp_path / "report.json"
    done = command(
        *(adbd, tmp_path, str(tiny_bundle), f"--device=adb:{serial}", f"--runner={runner}", f"--json={report}"), *chosen
    )
    assert done.returncode == 0, done.stderr
    assert "executorch" in done.stdout and f"wrote {report}" in done.stdout
    assert read_report(report.read_bytes(), "report.json").results[0].run_ms == (2.5, 3.5, 4.5, 5.5, 6.5, 7.5)


def test_the_command_says_in_one_line_that_there_is_no_such_device(adbd, serial, tiny_bundle, tmp_path):
    done = command(adbd, tmp_path, str(tiny_bundle), "--device=adb:nowhere")
    assert (done.returncode, done.stdout) == (2, "")
    (line,) = [line for line in done.stderr.splitlines() if line.strip()]
    assert line.startswith(f"error: there is no device 'nowhere'; adb sees {serial}")

"""This machine as a device, and the guard that ends what nobody listens to any more."""

import os
import subprocess
import sys
import time
from contextlib import closing

import pytest

from edge_power.profiling.devices.guarded import PATIENCE_S, guarded
from edge_power.profiling.devices.listener import Listener
from edge_power.profiling.devices.reach import process
from edge_power.profiling.devices.reach.choose import open_device
from edge_power.profiling.devices.reach.device import output
from edge_power.profiling.devices.reach.errors import DeviceError
from edge_power.profiling.devices.reach.local import LocalDevice
from edge_power.profiling.devices.reach.process import stream
from edge_power_runtime.errors import InputError


@pytest.fixture
def device():
    with closing(LocalDevice()) as found:
        yield found


def wait_for(condition, seconds=20):
    deadline = time.monotonic() + seconds
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.02)
    return condition()


def is_alive(pid: int) -> bool:
    try:
        with open(f"/proc/{pid}/stat") as stat:
            return stat.read().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_lines_come_as_they_are_written():
    lines = []
    status = stream(["sh", "-c", "echo one; echo two >&2; printf three; exit 3"], on_line=lines.append)
    assert (status, lines) == (3, ["one", "two", "three"])


def test_bytes_that_are_no_text_come_too():
    lines = []
    stream(["printf", r"a\377b\n"], on_line=lines.append)
    assert lines == ["a\N{REPLACEMENT CHARACTER}b"]


def test_an_error_of_ours_ends_the_process():
    def refuse(line):
        raise DeviceError(line)

    with pytest.raises(DeviceError) as caught:
        stream(["sh", "-c", "echo $$; exec sleep 1000"], on_line=refuse)
    assert not is_alive(int(str(caught.value)))


def test_a_program_that_is_not_there():
    with pytest.raises(DeviceError, match="there is no program no-such-program on the PATH"):
        stream(["no-such-program"], on_line=print)


def test_the_heart_beats(monkeypatch):
    monkeypatch.setattr(process, "BEAT_S", 0.05)
    lines = []
    stream(["sh", "-c", "read beat && echo felt it"], on_line=lines.append)
    assert lines == ["felt it"]


def test_a_missing_command_has_the_shells_status(device):
    assert output(device, ["no-such-program"])[0] == 127


def test_files_here(device, tmp_path):
    (tmp_path / "file").write_bytes(b"content")
    device.push(tmp_path / "file", f"{device.root}/a/b/file")
    assert list(device.digests(f"{device.root}/a")) == ["b/file"]
    device.pull(f"{device.root}/a/b/file", tmp_path / "back")
    assert (tmp_path / "back").read_bytes() == b"content"
    device.remove(f"{device.root}/a/b")
    assert not os.path.exists(f"{device.root}/a")
    with pytest.raises(DeviceError, match="cannot copy"):
        device.pull(f"{device.root}/gone", tmp_path / "back")
    assert (tmp_path / "back").read_bytes() == b"content"


# The guard.


def start(command, *, remove=(), patience=None):
    """Run a command under the guard, as sshd would: its standard input is a pipe of ours."""
    argv = guarded(sys.executable, command, remove=remove)
    if patience is not None:
        argv[argv.index(str(PATIENCE_S))] = str(patience)
    return subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


@pytest.mark.parametrize(("script", "status"), [("exit 0", 0), ("exit 5", 5), ("kill -9 $$", 128 + 9)])
def test_the_guard_passes_the_status_on(script, status):
    with start(["sh", "-c", script]) as guard:
        assert guard.wait() == status


def test_the_guard_names_a_missing_program():
    with start(["/nowhere/program"]) as guard:
        assert guard.wait() == 127


@pytest.mark.parametrize("how", ["closed", "silent", "terminated"])
def test_the_guard_ends_all_that_it_started(tmp_path, how):
    (tmp_path / "root" / "copy").mkdir(parents=True)
    (tmp_path / "root" / "copy" / "file").touch()
    # A grandchild that would outlive its parent, as a probe's process would outlive the profiler.
    family = ["sh", "-c", "sleep 1000 & echo $!; wait"]
    with start(family, remove=[str(tmp_path / "root" / "copy")], patience=1 if how == "silent" else None) as guard:
        grandchild = int(guard.stdout.readline())
        assert is_alive(grandchild)
        if how == "closed":
            guard.stdin.close()
        elif how == "terminated":
            guard.terminate()
        guard.wait()
    assert wait_for(lambda: not is_alive(grandchild))
    # Whoever was told to end may still clean up; whoever lost its host has nobody else to do it.
    assert (tmp_path / "root").exists() is (how == "terminated")


def test_the_guard_stays_while_the_heart_beats():
    with start(["sh", "-c", "sleep 1.5; echo done"], patience=0.8) as guard:
        for _ in range(8):
            guard.stdin.write("\n")
            guard.stdin.flush()
            time.sleep(0.2)
        assert guard.wait() == 0
        assert guard.stdout.read() == "done\n"


# What the profiler says.


class Heard:
    def __init__(self):
        self.told = []

    def begin(self, description, total=None, done=0):
        self.told.append((description, total))

    def advance(self, steps, note=""):
        self.told.append((steps, note))

    def line(self, text):
        self.told.append(text)


def test_progress_is_told_and_errors_are_kept():
    heard = Heard()
    listener = Listener(heard)
    for line in (
        '{"total": 40}',
        '{"done": 3, "description": "timing: onnx"}',
        '{"done": 7, "description": "timing: tflite"}',
        '{"done": "3"}',
        "{not json",
        "error: --num-threads 99\x1b[2J",
        "and more",
    ):
        listener(line)
    # The third step is being done, so that two are.
    assert heard.told == [("measuring", 40), (2, "timing: onnx"), (4, "timing: tflite")]
    assert listener.error == "--num-threads 99\\x1b[2J"
    assert listener.reason == listener.error


def test_the_last_line_is_the_reason_where_there_is_no_error():
    listener = Listener(Heard())
    for line in ("Traceback (most recent call last):", "MemoryError: no memory", ""):
        listener(line)
    assert (listener.error, listener.reason) == ("", "MemoryError: no memory")


# The device's name.


@pytest.mark.parametrize("text", ["", "pi@board", "ssh:board", "http://board", "adb:", "adb://x", "LOCAL", "telnet"])
def test_unknown_forms_are_refused(text):
    with pytest.raises(InputError, match="expected local, ssh://user@host, ssh://user@host:port, adb or adb:SERIAL"):
        open_device(text)

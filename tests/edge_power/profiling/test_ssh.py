"""A device over ssh, against a real sshd on 127.0.0.1."""

import os
import shutil
import subprocess
import sys
import time
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from edge_power.profiling.devices.guarded import guarded
from edge_power.profiling.devices.prepare.sync import Shipment, sync
from edge_power.profiling.devices.reach.device import output
from edge_power.profiling.devices.reach.errors import DeviceError, LostConnectionError
from edge_power.profiling.devices.reach.ssh import Address, SshDevice
from edge_power.profiling.devices.remote_profile import Request, profile_on
from edge_power_runtime import Bundle
from edge_power_runtime.errors import InputError
from edge_power_runtime.profiler.options import Options
from tests.edge_power.conftest import assert_refused
from tests.machines.sshd import Sshd, start_sshd, stop_sshd

# One program, since each one costs a process of its own to measure its start.
ONE = Options(engines=("onnx",), budgets=("fast",), lengths=(8,), warmup=1, iterations=3, burst=1)


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    found = start_sshd(tmp_path_factory.mktemp("sshd"))
    yield found
    stop_sshd(found)


@pytest.fixture
def device(server):
    """The device, whose home is empty again afterwards."""
    found = SshDevice(Address.parse(server.address), server.address, config=server.client)
    yield found
    found.close()
    server.empty()


class Told:
    """Remembers what a profile tells."""

    def __init__(self):
        self.stages, self.steps, self.warnings, self.total = [], [], [], 0

    def begin(self, description, total=None, done=0):
        self.stages.append(description)
        self.total = total or self.total

    def advance(self, steps, note=""):
        self.steps.append((steps, note))

    def line(self, text):
        self.warnings.append(text)

    @property
    def copied(self):
        return [stage for stage in self.stages if stage.startswith("copying ")]


def running(mark: str) -> list[str]:
    """The command lines of processes that hold `mark`, but for ours and ssh's own client."""
    found = subprocess.run(["ps", "-eo", "pid,args", "-ww"], check=True, capture_output=True, text=True).stdout
    return [line for line in found.splitlines() if mark in line and " ssh " not in line and "ps -eo" not in line]


def gone(mark: str) -> bool:
    """Whether every process with `mark` ends soon; the guard there ends them, not we."""
    deadline = time.monotonic() + 20
    while running(mark) and time.monotonic() < deadline:
        time.sleep(0.1)
    return not running(mark)


# The address.


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ssh://board", Address("board", None, None)),
        ("ssh://pi@board.local:2222", Address("board.local", "pi", 2222)),
        ("ssh://u.s-er@192.168.1.4/", Address("192.168.1.4", "u.s-er", None)),
        ("ssh://pi@[fe80::1]:22", Address("fe80::1", "pi", 22)),
        ("ssh://MyBoard", Address("MyBoard", None, None)),
    ],
)
def test_addresses(text, expected):
    assert Address.parse(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "ssh://",
        "ssh://@host",
        "ssh://-oProxyCommand=touch",
        "ssh://-l@host",
        "ssh://user:word@host",
        "ssh://host:0",
        "ssh://host:65536",
        "ssh://host:x",
        "ssh://host/folder",
        "ssh://ho st",
        "ssh://host\n",
    ],
)
def test_bad_addresses(text):
    with pytest.raises(InputError, match="expected ssh://user@host"):
        Address.parse(text)


# The device.


def test_words_reach_the_device_as_they_are(device):
    words = ["a b", "$HOME", "`id`", "'", '"', "\\", "*", "line\nbreak", "", "größe", "; exit 3"]
    status, lines = output(device, [sys.executable, "-c", "import sys; print(sys.argv[1:])", *words])
    assert (status, lines) == (0, [repr(words)])


def test_exit_status_and_both_streams(device):
    status, lines = output(device, ["sh", "-c", "echo out; echo err >&2; exit 7"])
    assert (status, sorted(lines)) == (7, ["err", "out"])
    assert output(device, ["no-such-program"])[0] == 127


def test_files_go_there_and_come_back(device, server, tmp_path):
    content = os.urandom(200_000)
    (tmp_path / "here").write_bytes(content)
    device.push(tmp_path / "here", "a folder/it's.bin")
    assert (server.home / "a folder" / "it's.bin").read_bytes() == content
    device.pull("a folder/it's.bin", tmp_path / "back")
    assert (tmp_path / "back").read_bytes() == content
    device.remove("a folder")
    assert server.left() == []
    assert device.digests("a folder") == {}


def test_free_space_is_that_of_the_disk(device, server):
    free = device.free_bytes("not/there/yet")
    # Others write to the disk meanwhile.
    assert free == pytest.approx(shutil.disk_usage(server.home).free, rel=0.05)
    assert server.left() == []


def test_a_second_copy_sends_nothing(device, server, tiny_bundle, tmp_path):
    shipment, told = Shipment.of(Bundle.open(tiny_bundle), engines=("onnx",)), []
    first = sync(device, shipment, "copy", step=told.append, scratch=tmp_path)
    second = sync(device, shipment, "copy", step=told.append, scratch=tmp_path)
    assert (first, second) == (len(shipment.files) + 2, 0)  # with bundle.json and its seal
    assert sorted(told) == sorted(entry.path for entry in shipment.files)
    assert dict(device.digests("copy")) == shipment.digests
    assert Bundle.open(server.home / "copy").manifest == shipment.bundle.manifest


# Errors.


def connect_with(config: Path, *, host: str = "127.0.0.1", port: int | None = None) -> None:
    """Say the first word to a device."""
    with closing(SshDevice(Address(host, None, port), "ssh://board", config=config)) as device:
        device.digests("x")


def test_a_refused_key(server):
    with pytest.raises(DeviceError, match=r"cannot connect to ssh://board: .*Permission denied.*; no password"):
        connect_with(server.stranger, port=server.port)


def test_a_wrong_port(server):
    with pytest.raises(DeviceError, match="Connection refused; check the port"):
        connect_with(server.client, port=1)


def test_an_unknown_host_key(server, tmp_path):
    config = tmp_path / "config"
    config.write_text(server.client.read_text().replace("known_hosts", "nobody_known"))
    with pytest.raises(DeviceError, match="Host key verification failed.*connect once by hand"):
        connect_with(config, port=server.port)


def test_no_such_host(server):
    with pytest.raises(DeviceError, match="cannot connect to ssh://board: .*; check the host's name"):
        connect_with(server.client, host="no-such-host.invalid")


def test_no_ssh_on_the_path(monkeypatch):
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(DeviceError, match="there is no ssh on the PATH"):
        SshDevice(Address("board", None, None), "ssh://board")


def test_what_runs_there_ends_with_the_connection(device, server):
    script = "import subprocess, sys; print('up', flush=True); subprocess.run(['sleep', '986543'])"
    command = guarded(sys.executable, [sys.executable, "-c", script], remove=["there/copy"])
    (server.home / "there" / "copy").mkdir(parents=True)
    with pytest.raises(LostConnectionError, match="the connection to ssh://127.0.0.1:.* was lost"):
        device.run(command, on_line=lambda line: server.kill_sessions())
    assert gone("986543")
    deadline = time.monotonic() + 10
    while server.left() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert server.left() == []


# The profile.


def test_profile_over_ssh(device, server, tiny_bundle):
    told = Told()
    request = Request(tiny_bundle, ONE, python=sys.executable)
    report = profile_on(device, request, progress=told)
    (result,) = report.results
    assert (result.case.engine, result.case.budget, result.case.length) == ("onnx", "fast", 8)
    assert len(result.run_ms) == 3
    assert min(result.run_ms) > 0
    assert report.bundle.manifest_sha256 == Shipment.of(Bundle.open(tiny_bundle)).digests["bundle.json"]
    assert told.total > 0 and told.steps
    assert "copying onnx/weights.bin" in told.copied and "copying model.pte" not in told.copied
    assert told.warnings == []
    assert server.left() == []


class During(Told):
    """Does something between the copying of a bundle and the measuring."""

    def __init__(self, act):
        super().__init__()
        self._act = act

    def begin(self, description, total=None, done=0):
        super().begin(description, total, done)
        if description == "starting the profiler":
            self._act()


@pytest.mark.thorough
def test_two_profiles_of_one_bundle_at_a_time(device, server, tiny_bundle):
    request, told, reports = Request(tiny_bundle, ONE, python=sys.executable), Told(), []

    def from_start_to_end():
        with closing(SshDevice(Address.parse(server.address), server.address, config=server.client)) as second:
            reports.append(profile_on(second, request, progress=told))

    # The second one begins and cleans up while the first one's bundle waits to be measured.
    outer = During(from_start_to_end)
    reports.append(profile_on(device, replace(request, keep=True), progress=outer))
    assert [len(report.results[0].run_ms) for report in reports] == [3, 3]
    assert outer.copied == told.copied != []  # each has a copy of its own
    assert outer.warnings == told.warnings == []
    shipment = Shipment.of(Bundle.open(tiny_bundle), engines=("onnx",))
    assert [path.name for path in (server.home / SshDevice.root).iterdir()] == [shipment.folder]
    assert dict(device.digests(f"{SshDevice.root}/{shipment.folder}")) == shipment.digests


def test_a_connection_lost_in_mid_run(device, server, tiny_bundle, tmp_path):
    class Cut(Told):
        def advance(self, steps, note=""):
            super().advance(steps, note)
            server.kill_sessions()

    texts = tmp_path / "texts-of-a-lost-run"
    texts.write_text("a good film\n")
    endless = Options(engines=("onnx",), budgets=("fast",), lengths=(8,), iterations=10**6, texts=str(texts))
    told = Cut()
    with pytest.raises(LostConnectionError, match="was lost"):
        profile_on(device, Request(tiny_bundle, endless, python=sys.executable), progress=told)
    assert told.steps
    assert gone("texts-of-a-lost-run")
    assert server.left() == []


def test_the_runtimes_own_error_comes_back(device, server, tiny_bundle):
    many = Options(engines=("onnx",), threads=(4096,))
    with pytest.raises(InputError, match=r"on ssh://.*: `threads` 4096: this process may use"):
        profile_on(device, Request(tiny_bundle, many, python=sys.executable), progress=Told())
    assert server.left() == []


def test_no_python_there(device, server, tiny_bundle):
    with pytest.raises(DeviceError, match="no Python on ssh://.*: there is no /nowhere/python; install"):
        profile_on(device, Request(tiny_bundle, ONE, python="/nowhere/python"), progress=Told())
    assert server.left() == []


def test_no_python_but_something_else(device, tiny_bundle):
    with pytest.raises(DeviceError, match="echo on ssh://.* is no Python 3"):
        profile_on(device, Request(tiny_bundle, ONE, python="echo"), progress=Told())


def bare_python(server: Sshd) -> str:
    """A Python without anything installed."""
    path = server.home.parent / "bare-python"
    path.write_text(f'#!/bin/sh\nexec {sys.executable} -S -E -P "$@"\n')
    path.chmod(0o755)
    return str(path)


def test_no_runtime_there(device, server, tiny_bundle):
    with pytest.raises(InputError, match="on ssh://.* has no runtime; add `setup`"):
        profile_on(device, Request(tiny_bundle, ONE, python=bare_python(server)), progress=Told())
    assert server.left() == []


def test_a_malformed_report(device, server, tiny_bundle):
    python = server.home.parent / "lying-python"
    # It is what it says, until it is asked to profile: then it writes another report.
    python.write_text(
        f'#!/bin/sh\nfor word in "$@"; do case "$word" in --json=*) echo "{{}}" > "${{word#--json=}}"; exit 0;; esac;'
        f' done\nexec {sys.executable} "$@"\n'
    )
    python.chmod(0o755)
    with pytest.raises(DeviceError, match="the report that came back from ssh://.* is malformed"):
        profile_on(device, Request(tiny_bundle, ONE, python=str(python)), progress=Told())
    assert server.left() == []


def test_the_command_over_ssh_refuses_in_one_line(cli, server, tiny_bundle):
    result = cli("profile", tiny_bundle, "--device", server.address, "--ssh-config", server.stranger)
    assert_refused(result, "cannot connect to ssh://127.0.0.1", "Permission denied")


# What a device without a runtime gets.


@pytest.mark.slow
def test_setup_installs_the_runtime(device, server, tiny_bundle):
    told = Told()
    request = Request(tiny_bundle, ONE, python=bare_python(server), setup=True)
    report = profile_on(device, request, progress=told)
    assert len(report.results) == 1
    assert report.environment.versions["edge-power-runtime"]
    assert [path.name for path in (server.home / ".cache").iterdir()] == ["edge-power"]
    assert [path.name for path in (server.home / ".cache" / "edge-power").iterdir()] == ["venv"]
    # The second time, it is there, and found without being named.
    again = Told()
    profile_on(device, Request(tiny_bundle, ONE), progress=again)
    assert "installing" in told.stages and "installing" not in again.stages

"""What is copied to a device, and what is not; on this machine, with a folder in place of the device's disk."""

import hashlib
import json
import shutil
import subprocess
import sys
import zipfile
from contextlib import closing
from pathlib import Path

import pytest

from edge_power.profiling.devices.prepare.interpreter import Interpreter, find_interpreter
from edge_power.profiling.devices.prepare.setup import Setup, install
from edge_power.profiling.devices.prepare.sync import Shipment, sync
from edge_power.profiling.devices.prepare.wheels import download, pack_runtime, platforms
from edge_power.profiling.devices.reach.errors import DeviceError
from edge_power.profiling.devices.reach.local import LocalDevice
from edge_power.profiling.devices.reach.shell import (
    digests_script,
    free_script,
    read_digests,
    read_free,
    receive_script,
)
from edge_power_runtime import Bundle, BundleError
from edge_power_runtime.bundle.seal import write_manifest
from edge_power_runtime.errors import InputError
from tests.bundles import add_unknown

BOARD = Interpreter("python3", (3, 11, 2), "linux", "aarch64", "glibc", "2.36", "", False, True, ())


@pytest.fixture
def bundle(tiny_bundle, tmp_path):
    """A copy of the tiny bundle, to change."""
    return shutil.copytree(tiny_bundle, tmp_path / "my bundle")


@pytest.fixture
def device():
    with closing(LocalDevice()) as found:
        yield found


def copy(device, bundle, tmp_path, **chosen):
    """Copy a bundle; gives the files that were copied, and the folder."""
    told, folder = [], f"{device.root}/copy"
    sync(device, Shipment.of(Bundle.open(bundle), **chosen), folder, step=told.append, scratch=tmp_path)
    return told, folder


def change(bundle, name, content):
    """Write another file into a bundle, with its size and digest in the manifest."""
    (bundle / name).write_bytes(content)
    manifest = json.loads((bundle / "bundle.json").read_text())
    for entry in manifest["files"]:
        if entry["path"] == name:
            entry.update(size_bytes=len(content), sha256=hashlib.sha256(content).hexdigest())
    write_manifest(bundle, json.dumps(manifest).encode())


def test_only_what_changed_is_copied(device, bundle, tmp_path):
    first, folder = copy(device, bundle, tmp_path)
    assert {"model.pte", "model.tflite", "onnx/weights.bin", "tokenizer.json"} <= set(first)
    assert copy(device, bundle, tmp_path)[0] == []
    change(bundle, "config.json", b'{"other": true}')
    assert copy(device, bundle, tmp_path)[0] == ["config.json"]
    assert Bundle.open(folder).manifest == Bundle.open(bundle).manifest


def test_only_what_is_asked_for_is_copied(device, bundle, tmp_path):
    told, _ = copy(device, bundle, tmp_path, engines=("tflite",), precisions=("fp32",))
    assert "model.tflite" in told
    assert not any(name.startswith("onnx/") or name == "model.pte" for name in told)


def test_an_artifact_that_nobody_here_knows_goes_along_where_all_do(device, bundle, tmp_path):
    add_unknown(bundle)
    told, folder = copy(device, bundle, tmp_path)
    assert "later/model.bin" in told
    assert Bundle.open(folder).manifest == Bundle.open(bundle).manifest
    assert copy(device, bundle, tmp_path)[0] == []
    (bundle / "later/model.bin").write_bytes(b"altered")
    with pytest.raises(BundleError, match="later/model.bin in the bundle"):
        copy(device, bundle, tmp_path)
    assert "later/model.bin" not in Shipment.of(Bundle.open(bundle), engines=("onnx",)).digests


def test_what_is_no_part_of_the_bundle_is_removed(device, bundle, tmp_path):
    _, folder = copy(device, bundle, tmp_path)
    (bundle / "stray").write_text("not listed")
    device.push(bundle / "stray", f"{folder}/old/stray")
    assert copy(device, bundle, tmp_path)[0] == []
    assert set(device.digests(folder)) == set(Shipment.of(Bundle.open(bundle)).digests)


def test_a_damaged_copy_is_mended(device, bundle, tmp_path):
    _, folder = copy(device, bundle, tmp_path)
    (bundle.parent / "damage").write_bytes(b"damage")
    device.push(bundle.parent / "damage", f"{folder}/tokenizer.json")
    assert copy(device, bundle, tmp_path)[0] == ["tokenizer.json"]


def test_a_bundle_that_is_damaged_here_is_not_sent(device, bundle, tmp_path):
    (bundle / "tokenizer.json").write_text("{}")
    with pytest.raises(BundleError, match="tokenizer.json in the bundle"):
        copy(device, bundle, tmp_path)
    assert device.digests(device.root) == {}


class Meddler(LocalDevice):
    """Does something before each file that it takes."""

    meddle = staticmethod(lambda target: None)

    def push(self, source, target):
        self.meddle(target)
        super().push(source, target)


@pytest.fixture
def meddler():
    with closing(Meddler()) as found:
        yield found


def test_a_bundle_that_changes_meanwhile(meddler, bundle, tmp_path):
    def convert_anew(target):
        if target.endswith("weights.bin"):
            change(bundle, "config.json", b'{"newer": true}')

    meddler.meddle = convert_anew
    with pytest.raises(BundleError, match="was changed while it was copied; run it again"):
        copy(meddler, bundle, tmp_path)


def test_a_bundle_that_goes_away_meanwhile(meddler, bundle, tmp_path):
    meddler.meddle = lambda target: shutil.rmtree(bundle, ignore_errors=True)
    with pytest.raises((BundleError, DeviceError)):
        copy(meddler, bundle, tmp_path)


def test_a_disk_that_loses_bytes(bundle, tmp_path):
    class Lossy(LocalDevice):
        def push(self, source, target):
            super().push(source, target)
            if target.endswith("golden.json"):
                (tmp_path / "short").write_bytes(source.read_bytes()[:-1])
                super().push(tmp_path / "short", target)

    with closing(Lossy()) as device, pytest.raises(DeviceError, match="golden.json arrived damaged on this machine"):
        copy(device, bundle, tmp_path)


def test_the_manifest_comes_last(meddler, bundle, tmp_path):
    order = []
    meddler.meddle = order.append
    _, folder = copy(meddler, bundle, tmp_path)
    assert order[-2:] == [f"{folder}/bundle.json.sha256", f"{folder}/bundle.json"]


def test_no_room(bundle, tmp_path):
    class Full(LocalDevice):
        def free_bytes(self, folder):
            return 1_000_000

    with closing(Full()) as device:
        with pytest.raises(InputError, match=r"no room on this machine: the bundle needs .* MB are free"):
            copy(device, bundle, tmp_path)
        assert device.digests(device.root) == {}


def test_the_name_of_the_copy(bundle, tmp_path):
    name = Shipment.of(Bundle.open(bundle)).folder
    assert name.startswith("my-bundle-")
    change(bundle, "config.json", b"{}")
    assert Shipment.of(Bundle.open(bundle)).folder == name
    other = shutil.copytree(bundle, tmp_path / "-; rm *")
    assert Shipment.of(Bundle.open(other)).folder.startswith("rm-")


# The shell on the other side.


@pytest.mark.parametrize("name", ["a b", "it's", "$(id)", "-rf", "größe"])
def test_scripts_with_names_that_a_shell_would_read(tmp_path, name):
    folder = tmp_path / name
    target = f"{folder}/x y"
    subprocess.run(["sh", "-c", receive_script(target, 5)], input=b"hello", check=True)
    found = subprocess.run(["sh", "-c", digests_script(str(folder))], capture_output=True, text=True, check=True)
    assert read_digests(found.stdout.splitlines()) == {"x y": hashlib.sha256(b"hello").hexdigest()}
    done = subprocess.run(["sh", "-c", free_script(f"{folder}/not/there")], capture_output=True, text=True, check=True)
    assert read_free(done.stdout.splitlines()) is not None


def test_a_file_that_comes_short_is_not_there(tmp_path):
    done = subprocess.run(["sh", "-c", receive_script(f"{tmp_path}/file", 6)], input=b"hello", check=False)
    assert done.returncode == 1
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("lines", "free"),
    [
        (["Filesystem 1024-blocks Used Available Capacity Mounted on", "/dev/sda1 100 40 60 40% /"], 60 * 1024),
        (["C:\\Program Files 100 40 7 40% /mnt/a b 5%"], 7 * 1024),
        (["df: no such thing"], None),
        (["- - - 40% /"], None),
        ([], None),
    ],
)
def test_free_space_is_read(lines, free):
    assert read_free(lines) == free


# The Python there, and its wheels.


def test_this_python_has_the_runtime(device):
    found = find_interpreter(device, ["/no/python", sys.executable])
    assert found.command == sys.executable
    assert found.version == sys.version_info[:3]
    assert found.has_profiler and found.runtime
    assert "onnx" in found.engines


def test_wheels_that_fit_the_device(tmp_path):
    wheel = tmp_path / "edge_power_runtime-1-py3-none-any.whl"
    arguments = download(wheel, BOARD, ("onnx", "tflite"))
    assert arguments[-1] == f"{wheel}[onnx,tflite]"
    assert {"--only-binary=:all:", "--python-version=3.11", "--abi=cp311", "--abi=abi3"} <= set(arguments)
    assert platforms(BOARD)[0] == "manylinux_2_36_aarch64"
    assert {"manylinux_2_17_aarch64", "manylinux2014_aarch64"} <= set(platforms(BOARD))


@pytest.mark.parametrize(
    ("system", "machine", "libc", "version"),
    [("linux", "armv7l", "glibc", "2.36"), ("darwin", "arm64", "", ""), ("linux", "aarch64", "", "")],
)
def test_a_platform_without_wheels(system, machine, libc, version):
    board = Interpreter("python3", (3, 11, 2), system, machine, libc, version, "", False, True, ())
    with pytest.raises(InputError, match=f"no set-up for {system} on {machine} with .*; expected linux with glibc"):
        platforms(board)


def test_the_packed_runtime_runs(tmp_path):
    wheel = pack_runtime(tmp_path)
    assert wheel.name.startswith("edge_power_runtime-") and wheel.name.endswith("-py3-none-any.whl")
    script = "import edge_power_runtime.profiler.command as found; print(found.__file__)"
    command = [sys.executable, "-c", f"import sys; sys.path.insert(0, {str(wheel)!r}); {script}"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.startswith(str(wheel))
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        record = next(archive.read(name).decode() for name in names if name.endswith("/RECORD"))
    assert sorted(line.split(",")[0] for line in record.splitlines()) == sorted(names)
    assert any(name.endswith(".dist-info/METADATA") for name in names)
    assert not any("__pycache__" in name for name in names)


@pytest.mark.parametrize(
    ("version", "has_venv", "message"),
    [((3, 9, 2), True, "is Python 3.9.2, expected 3.11 or newer"), ((3, 11, 2), False, "python3-venv on Debian")],
)
def test_a_python_that_cannot_be_set_up(device, version, has_venv, message):
    board = Interpreter("python3", version, "linux", "aarch64", "glibc", "2.36", "", False, has_venv, ())
    with pytest.raises(InputError, match=message):
        install(device, board, Setup(("onnx",), None), step=lambda name: None)


def test_a_folder_that_is_no_virtual_environment_stays(device):
    mine = Path(device.root) / "venv"
    mine.mkdir()
    (mine / "notes.txt").write_text("mine")
    with pytest.raises(InputError, match="venv on .* exists and is no virtual environment; move it away"):
        install(device, BOARD, Setup(("onnx",), None), step=lambda name: None)
    assert (mine / "notes.txt").read_text() == "mine"


def test_a_folder_without_wheels(device, tmp_path):
    with pytest.raises(InputError, match="there are no wheels in"):
        install(device, BOARD, Setup(("onnx",), tmp_path), step=lambda name: None)

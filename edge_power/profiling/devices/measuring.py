"""Runs the runtime's profiler on a device that has all it needs, and reads the report."""

import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from edge_power.data.stream import is_read_once
from edge_power.profiling.devices.guarded import guarded
from edge_power.profiling.devices.listener import Listener
from edge_power.profiling.devices.reach.device import Device, output
from edge_power.profiling.devices.reach.errors import DeviceError
from edge_power.progress import Progress
from edge_power_runtime.errors import BundleError, InputError, SchemaVersionError
from edge_power_runtime.profiler.arguments import FLAGS, arguments_of
from edge_power_runtime.profiler.options import Options
from edge_power_runtime.profiler.report.file import read_report
from edge_power_runtime.profiler.report.record import Report
from edge_power_runtime.reading.lines import STDIN, standard_input
from edge_power_runtime.reading.parameters import without_flags
from edge_power_runtime.system.python_process import python_command

_BAD_INPUT = 2
_SIGNALS = 128


def measure(
    device: Device,
    python: str,
    bundle: str,
    options: Options,
    *,
    run: str,
    progress: Progress,
    remove: Sequence[str] = (),
) -> Report:
    """Profile where bundle and runtime already are.

    Args:
        device: where.
        python: there.
        bundle: its folder there.
        options: what to measure and how.
        run: a folder there for the report and the texts; whoever named it removes it.
        progress: is told how far it is.
        remove: folders that the device removes by itself, if the connection is lost.

    Raises:
        InputError: the runtime there refuses the bundle or the options.
        DeviceError: it fails, or the connection does.
    """
    with TemporaryDirectory(prefix="edge-power-") as folder:
        scratch, listener = Path(folder), Listener(progress)
        progress.begin("starting the profiler")
        _make_folder(device, run)
        texts = None if options.texts is None else _send_texts(device, os.fspath(options.texts), run, scratch)
        arguments = [*arguments_of(replace(options, texts=texts)), f"--json={run}/report.json", "--progress=json"]
        command = python_command(python, "-m", "edge_power_runtime", "profile", bundle, *arguments)
        status = device.run(guarded(python, command, remove=remove), on_line=listener)
        if status != 0:
            raise _failure(device.name, status, listener)
        device.pull(f"{run}/report.json", scratch / "report.json")
        return _read((scratch / "report.json").read_bytes(), device.name)


def _make_folder(device: Device, folder: str) -> None:
    status, lines = output(device, ["mkdir", "-p", folder])
    if status != 0:
        raise DeviceError(f"cannot make a folder on {device.name}: {' '.join(lines[-1:])}")


def _send_texts(device: Device, texts: str, run: str, scratch: Path) -> str:
    """Copy the file of texts; its name goes into the report, so it keeps it."""
    source = Path(texts)
    if texts == STDIN:
        source = scratch / "stdin"
        source.write_bytes(standard_input().read())
    elif is_read_once(source):
        source = scratch / source.name
        source.write_bytes(Path(texts).read_bytes())
    target = f"{run}/texts/{source.name}"  # whatever its name, it is not the report's
    device.push(source, target)
    return target


def _failure(name: str, status: int, listener: Listener) -> InputError | DeviceError:
    if status == _BAD_INPUT and listener.error:
        return InputError(f"on {name}: {without_flags(listener.error, FLAGS)}")
    reason = listener.reason or "it said nothing"
    if status > _SIGNALS:
        return DeviceError(f"the profiler on {name} was ended by signal {status - _SIGNALS}: {reason}")
    return DeviceError(f"the profiler on {name} failed with exit status {status}: {reason}")


def _read(data: bytes, name: str) -> Report:
    try:
        return read_report(data, "report.json")
    except SchemaVersionError as error:
        raise DeviceError(f"the runtime on {name} is newer than this edge-power: {error}") from error
    except BundleError as error:
        raise DeviceError(f"the report that came back from {name} is malformed: {error}") from error

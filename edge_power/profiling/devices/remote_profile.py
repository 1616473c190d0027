"""Profiles a bundle on a device: copies it, has the runtime measure it there, brings the report back, cleans up."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from edge_power.profiling.devices.measuring import measure
from edge_power.profiling.devices.prepare.interpreter import Interpreter, find_interpreter
from edge_power.profiling.devices.prepare.setup import Setup, environment_python, install
from edge_power.profiling.devices.prepare.sync import Shipment, sync
from edge_power.profiling.devices.prepare.workplace import workplace
from edge_power.profiling.devices.reach.device import Device
from edge_power.profiling.devices.reach.local import LocalDevice
from edge_power.progress import Progress
from edge_power_runtime import Bundle, __version__
from edge_power_runtime.errors import InputError
from edge_power_runtime.profiler.options import Options
from edge_power_runtime.profiler.report.record import Report


@dataclass(frozen=True, slots=True)
class Request:
    """What to profile on a device, and what may be done to it.

    Attributes:
        bundle: on this machine.
        options: what to measure and how.
        python: there, with the runtime; None for the one that an earlier set-up made, or python3.
        setup: install the runtime there, if it is missing.
        wheels: a folder with what an installation needs; None for the package index.
        keep: leave the bundle's copy there for the next time.
    """

    bundle: Path
    options: Options
    python: str | None = None
    setup: bool = False
    wheels: Path | None = None
    keep: bool = False


def profile_here(bundle: Path, options: Options, *, progress: Progress) -> Report:
    """Profile on this machine, in a process of its own: the screen's threads would share its interpreter otherwise.

    Raises:
        EdgePowerError: as `edge_power_runtime.profiler.profile.profile` does, with the message that it gives.
    """
    Bundle.open(bundle)
    device = LocalDevice()
    run = f"{device.root}/run"
    try:
        return measure(device, sys.executable, str(bundle.absolute()), options, run=run, progress=progress)
    finally:
        device.close()


def profile_on(device: Device, request: Request, *, progress: Progress) -> Report:
    """Profile on another machine.

    Raises:
        InputError: what is asked for is not there, or there is no room.
        BundleError: the bundle is malformed, or was changed while it was copied.
        DeviceError: the device cannot be reached, the connection was lost, or the profile failed there.
    """
    bundle = Bundle.open(request.bundle)
    progress.begin(f"connecting to {device.name}")
    python = _prepare(device, request, bundle, progress)
    engines = request.options.engines or python.engines
    shipment = Shipment.of(bundle, engines=engines, precisions=request.options.precisions)
    with (
        workplace(device, shipment.folder, keep=request.keep, progress=progress) as place,
        TemporaryDirectory(prefix="edge-power-") as scratch,
    ):
        sync(device, shipment, place.copy, step=lambda name: progress.begin(f"copying {name}"), scratch=Path(scratch))
        return measure(
            device,
            python.command,
            place.copy,
            request.options,
            run=place.run,
            progress=progress,
            remove=place.folders,
        )


def _prepare(device: Device, request: Request, bundle: Bundle, progress: Progress) -> Interpreter:
    """Find a Python with the runtime, or make one, where that is allowed."""
    candidates = [request.python] if request.python else [environment_python(device), "python3"]
    found = find_interpreter(device, candidates)
    engines = request.options.engines or _light_engines(bundle)
    if request.setup and not _is_ready(found, engines):
        install(device, found, Setup(tuple(engines), request.wheels), step=progress.begin)
        found = find_interpreter(device, [environment_python(device)])
    if not found.has_profiler:
        has = f"has edge-power-runtime {found.runtime}, which cannot profile" if found.runtime else "has no runtime"
        raise InputError(
            f"{found.command} on {device.name} {has}; add `setup` to install it there, or name another with `python`"
        )
    return found


def _is_ready(found: Interpreter, engines: Sequence[str]) -> bool:
    return found.has_profiler and found.runtime == __version__ and set(engines) <= set(found.engines)


def _light_engines(bundle: Bundle) -> tuple[str, ...]:
    """The engines that a set-up installs unasked: ExecuTorch only alone, for it brings torch along."""
    names = tuple(dict.fromkeys(artifact.engine for artifact in bundle.manifest.artifacts))
    return tuple(name for name in names if name != "executorch") or names

"""Profiles a bundle on a device without Python, by the benchmark program of an engine that the user names."""

import hashlib
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from edge_power.profiling.devices.prepare.sync import Shipment, sync
from edge_power.profiling.devices.prepare.workplace import workplace
from edge_power.profiling.devices.reach.device import Device, output
from edge_power.profiling.devices.reach.errors import DeviceError
from edge_power.profiling.devices.runner.machine import Look, describe
from edge_power.profiling.devices.runner.plan import check_options, num_cores, plan, plan_artifacts
from edge_power.profiling.devices.runner.programs import recognise
from edge_power.profiling.devices.runner.series import Place, Series, runs_per_start, take_rounds
from edge_power.progress import Progress
from edge_power_runtime import Bundle
from edge_power_runtime.errors import InputError
from edge_power_runtime.profiler.assemble import assemble, settings_of
from edge_power_runtime.profiler.options import Options
from edge_power_runtime.profiler.report.baseline import read_baseline
from edge_power_runtime.profiler.report.environment import Environment
from edge_power_runtime.profiler.report.record import Baseline, Report

# Builds for Android link these two, which a build's folder holds beside the program.
_LIBRARIES = ("libonnxruntime*.so*", "libc++_shared.so")


@dataclass(frozen=True, slots=True)
class RunnerRequest:
    """What to profile, and with which benchmark program.

    Attributes:
        bundle: on this machine.
        options: what to measure and how.
        runner: the program, on this machine, built for the device.
        keep: leave the bundle's copy there for the next time.
    """

    bundle: Path
    options: Options
    runner: Path
    keep: bool = False


def profile_with_runner(device: Device, request: RunnerRequest, *, progress: Progress) -> Report:
    """Profile by an engine's own benchmark program: only the engine's part of an answer is timed.

    Raises:
        InputError: the runner is none that is known, or what is asked for is not there.
        BundleError: the bundle is malformed, or was changed while it was copied.
        DeviceError: the connection was lost, or the program failed or wrote what nobody can read.
    """
    options = request.options
    check_options(options)
    if not request.runner.is_file():
        raise InputError(f"there is no file {request.runner} for `runner`")
    benchmark = recognise(request.runner.name, tuple(options.engines))
    bundle = Bundle.open(request.bundle)
    artifacts = plan_artifacts(bundle, benchmark.engine, options.precisions)
    progress.begin(f"connecting to {device.name}")
    _, lines = output(device, ["sh", "-c", "nproc 2>/dev/null || grep -c ^processor /proc/cpuinfo"])
    cases = plan(bundle, artifacts, options, num_cores(lines, device.name))
    baseline = read_baseline(options.baseline, cases)
    shipment = Shipment.of(bundle, engines=(benchmark.engine,), precisions=options.precisions)
    with (
        workplace(device, shipment.folder, keep=request.keep, progress=progress) as work,
        TemporaryDirectory(prefix="edge-power-") as folder,
    ):
        scratch = Path(folder)
        sync(device, shipment, work.copy, step=lambda name: progress.begin(f"copying {name}"), scratch=scratch)
        runner = _push_runner(device, request.runner, work.run, progress)
        place = Place(device, benchmark, bundle, runner, work, scratch)
        series = [Series(case, place) for case in cases]
        environment = _take_all(series, place, request, progress)
    progress.line(f"warning: timed by {request.runner.name}: the engine's part of an answer only, without tokenizing")
    return _report(bundle, options, baseline, environment, series)


def _push_runner(device: Device, runner: Path, run: str, progress: Progress) -> str:
    libraries = [path for pattern in _LIBRARIES for path in sorted(runner.parent.glob(pattern))]
    for path in (runner, *libraries):
        progress.begin(f"copying {path.name}")
        device.push(path, f"{run}/{path.name}")
    target = f"{run}/{runner.name}"
    status, lines = output(device, ["chmod", "755", target])
    if status != 0:
        raise DeviceError(f"cannot make {runner.name} executable on {device.name}: {' '.join(lines[-1:])}")
    return target


def _take_all(series: Sequence[Series], place: Place, request: RunnerRequest, progress: Progress) -> Environment:
    options = request.options
    for item in series:
        progress.begin(f"copying the input of {item.case}")
        item.push_inputs()
    before, started = Look.take(place.device), time.monotonic()
    take_rounds(series, options, runs_per_start(place.benchmark, options), progress)
    digest = hashlib.sha256(request.runner.read_bytes()).hexdigest()
    return describe(
        place.device,
        before,
        versions={request.runner.name: f"sha256 {digest[:12]}"},
        wall_s=time.monotonic() - started,
        own_cpu_s=sum(item.cpu_s for item in series),
    )


def _report(
    bundle: Bundle,
    options: Options,
    baseline: Baseline | None,
    environment: Environment,
    series: Sequence[Series],
) -> Report:
    results = tuple(item.result() for item in series)
    settings = settings_of(options, baseline, burst=max(max(item.rounds) for item in series))
    return assemble(bundle, settings, environment, results, latency_table=options.latency_table)

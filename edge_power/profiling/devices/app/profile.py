"""Profiles by the demo app: starts it by an intent, waits, and brings its report back."""

import hashlib
import secrets
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from edge_power.profiling.devices.app.extras import ENGINE, check_options, extras_of
from edge_power.profiling.devices.app.install import PACKAGE, make_installed, stop
from edge_power.profiling.devices.app.watch import AppError, watch
from edge_power.profiling.devices.reach.device import Device, output
from edge_power.profiling.devices.reach.errors import DeviceError
from edge_power.profiling.devices.runner.plan import num_cores, plan, plan_artifacts
from edge_power.progress import Progress
from edge_power_runtime import Bundle
from edge_power_runtime.bundle.manifest import MANIFEST_FILE
from edge_power_runtime.errors import BundleError, InputError, SchemaVersionError
from edge_power_runtime.profiler.judge.latency_table import check_enough, fit_latency_tables
from edge_power_runtime.profiler.measure.plan import configuration_of
from edge_power_runtime.profiler.options import Options
from edge_power_runtime.profiler.report.baseline import read_baseline, with_baseline
from edge_power_runtime.profiler.report.file import read_report
from edge_power_runtime.profiler.report.record import Report
from edge_power_runtime.reading.printable import one_line

_ACTIVITY = f"{PACKAGE}/.ProfileActivity"
# The app's folder that adb may read too; Android's shell names the shared storage in this variable.
_FOLDER_SCRIPT = f'echo "${{EXTERNAL_STORAGE:-/sdcard}}/Android/data/{PACKAGE}/files"'


@dataclass(frozen=True, slots=True)
class AppRequest:
    """What to profile by the app.

    Attributes:
        bundle: on this machine; the app must hold the same.
        options: what to measure and how.
        apk: the app's file, to be installed where it is not; None takes the app that is there.
    """

    bundle: Path
    options: Options
    apk: Path | None = None


def profile_with_app(device: Device, request: AppRequest, *, progress: Progress) -> Report:
    """Profile by the app; whatever happens, no file of ours stays there, but for an app that was installed.

    Raises:
        InputError: what is asked for is not there, the app is not installed, or it holds another bundle.
        BundleError: the bundle here is malformed.
        DeviceError: the connection was lost, or the app cannot be started, failed, or ended.
    """
    options, bundle = request.options, Bundle.open(request.bundle)
    check_options(options)
    progress.begin(f"connecting to {device.name}")
    _check_plan(device, bundle, options)
    make_installed(device, request.apk, progress)
    name = f"edge-power-{secrets.token_hex(8)}"
    stem = f"{_folder(device)}/{name}"
    try:
        progress.begin("starting the app")
        _start(device, extras_of(options, name))
        watch(device, stem, progress)
        report = _pull(device, f"{stem}.json")
    except AppError:
        raise  # it goes on running, perhaps with a profile that somebody else asked for
    except BaseException:
        stop(device)
        raise
    finally:
        _remove(device, stem, progress)
    _check_bundle(report, bundle, device.name)
    return _finished(report, options)


def _check_plan(device: Device, bundle: Bundle, options: Options) -> None:
    """Refuse here what the app would refuse, and a baseline or a table that its report could not have."""
    _, lines = output(device, ["sh", "-c", "nproc 2>/dev/null || grep -c ^processor /proc/cpuinfo"])
    for name in options.budgets:
        if bundle.manifest.cascade(name) is not None:
            raise InputError(
                f"`budgets` {name}: a cascade takes as long as the texts want, and the app times its built-in text; "
                "name a budget"
            )
    artifacts = plan_artifacts(bundle, ENGINE, options.precisions)
    cases = plan(bundle, artifacts, options, num_cores(lines, device.name))
    read_baseline(options.baseline, cases)
    if options.latency_table:
        check_enough((case, configuration_of(bundle, case).keep) for case in cases)


def _folder(device: Device) -> str:
    status, lines = output(device, ["sh", "-c", _FOLDER_SCRIPT])
    if status != 0 or not lines:
        raise DeviceError(f"cannot tell where {device.name} keeps an app's files: {' '.join(lines[-1:])}")
    return lines[-1]


def _start(device: Device, extras: Sequence[str]) -> None:
    status, lines = output(device, ["am", "start", "-W", "-n", _ACTIVITY, *extras])
    # Before Android 10 its exit status was 0 for an activity that is missing too; its words tell.
    errors = [one_line(line) for line in lines if line.startswith(("Error", "Exception", "java.lang"))]
    if any("does not exist" in line for line in errors):
        raise DeviceError(
            f"the app {PACKAGE} on {device.name} is too old: it has no activity that profiles; "
            "give a newer one with `apk`"
        )
    if status != 0 or errors:
        reason = (errors or lines[-1:] or [f"exit status {status}"])[0]
        raise DeviceError(f"cannot start the app on {device.name}: {one_line(reason)}")


def _pull(device: Device, file: str) -> Report:
    with TemporaryDirectory(prefix="edge-power-") as folder:
        copy = Path(folder) / "report.json"
        device.pull(file, copy)
        try:
            return read_report(copy.read_bytes(), "report.json")
        except SchemaVersionError as error:
            raise DeviceError(f"the app on {device.name} is newer than this edge-power: {error}") from error
        except BundleError as error:
            raise DeviceError(f"the report of the app on {device.name} is malformed: {error}") from error


def _remove(device: Device, stem: str, progress: Progress) -> None:
    """Remove the files of this report, as far as that is possible; they hold no secret."""
    endings = [f"{name}{rest}" for name in ("json", "error", "progress") for rest in ("", ".partial")]
    with suppress(DeviceError):
        status, _ = output(device, ["rm", "-f", *(f"{stem}.{ending}" for ending in endings)])
        if status != 0:
            progress.line(f"warning: could not remove {stem}.* on {device.name}; remove it by hand")


def _check_bundle(report: Report, bundle: Bundle, name: str) -> None:
    ours = hashlib.sha256(bundle.resolve(MANIFEST_FILE).read_bytes()).hexdigest()
    theirs = report.bundle.manifest_sha256
    if theirs != ours:
        raise InputError(
            f"the app on {name} holds another bundle, {one_line(report.bundle.name)!r} with manifest {theirs[:12]}, "
            f"expected {ours[:12]}; build the app with edge-power android {bundle.path}"
        )


def _finished(report: Report, options: Options) -> Report:
    """Add what follows from the samples alone, as the host knows better than the app what was asked."""
    tables = fit_latency_tables(report.results) if options.latency_table else report.latency_tables
    return replace(with_baseline(report, options.baseline), latency_tables=tables)

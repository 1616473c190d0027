"""The demo app on a device: whether it is there, how it gets there, and how it is stopped."""

import hashlib
import secrets
from contextlib import suppress
from pathlib import Path

from edge_power.profiling.devices.reach.device import Device, output
from edge_power.profiling.devices.reach.errors import DeviceError
from edge_power.progress import Progress
from edge_power_runtime.errors import InputError
from edge_power_runtime.profiler.report.figures import last_line

PACKAGE = "edgepower.demo"
"""The app's name for Android, as its build has it."""

# Android's package manager answers `package:/data/app/.../base.apk`, a line for each part of an app.
_PATH = "package:"
# A digest over adb of an app that is some 15 MB takes less than a second; -t takes what a debug build is marked as.
_INSTALL = ("pm", "install", "-r", "-t")


def make_installed(device: Device, apk: Path | None, progress: Progress) -> None:
    """See that the app is there; with an APK, that it is the app of this file.

    Args:
        device: where.
        apk: to install, unless this very file is; None takes the app that is there.
        progress: is told of it.

    Raises:
        InputError: it is not there, and no APK is given.
        DeviceError: this is no Android, or it refuses the APK.
    """
    there = _installed_file(device)
    if apk is None:
        if there is None:
            raise InputError(
                f"the app {PACKAGE} is not installed on {device.name}; give its file with `apk`, "
                "or make the project with `edge-power android` and install it from Android Studio"
            )
        return
    if there is None or _digest(device, there) != hashlib.sha256(apk.read_bytes()).hexdigest():
        _install(device, apk, progress)


def stop(device: Device) -> None:
    """End the app, as far as that is possible: an error that is on its way matters more."""
    with suppress(DeviceError):
        output(device, ["am", "force-stop", PACKAGE])


def _installed_file(device: Device) -> str | None:
    """Where the app's APK is; None where it is not installed."""
    status, lines = output(device, ["pm", "path", PACKAGE])
    if status == 127:
        raise DeviceError(f"{device.name} is no Android: it has no package manager; profile with `python` there")
    found = [line.removeprefix(_PATH) for line in lines if line.startswith(_PATH)]
    return found[0].strip() if found else None


def _digest(device: Device, file: str) -> str:
    _, lines = output(device, ["sha256sum", file])
    return lines[0].partition(" ")[0] if lines else ""


def _install(device: Device, apk: Path, progress: Progress) -> None:
    copy = f"{device.root}/{PACKAGE}-{secrets.token_hex(6)}.apk"
    try:
        progress.begin(f"copying {apk.name}")
        device.push(apk, copy)
        progress.begin(f"installing {apk.name}")
        status, lines = output(device, [*_INSTALL, copy])
    finally:
        with suppress(DeviceError):
            device.remove(copy)
    # Before Android 7 the package manager's exit status was 0 for a failure too; its word is what counts.
    if status != 0 or not any(line.strip() == "Success" for line in lines):
        raise DeviceError(
            f"{device.name} refused {apk.name}: {last_line(chr(10).join(lines)) or f'exit status {status}'}"
        )

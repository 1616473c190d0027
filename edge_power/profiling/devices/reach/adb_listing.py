"""The devices that adb sees, and which of them is meant."""

import re
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass

from edge_power.profiling.devices.reach.errors import DeviceError
from edge_power_runtime.errors import InputError

READY = "device"  # adb's word for a device that takes commands

# adb's own words for a device's state, and what helps; another state is shown as it is.
_HELP = {
    "unauthorized": "unlock it and accept this computer's key",
    "authorizing": "unlock it and accept this computer's key",
    "offline": "reconnect it, or run `adb reconnect offline`",
    "recovery": "start Android",
    "sideload": "start Android",
    "bootloader": "start Android",
    "no permissions": "this user may not open it: see adb's udev rules, then run `adb kill-server`",
}
# Starting adb's server takes some seconds, and so does a device that is slow to answer.
_TIMEOUT_S = 60
_LISTED = re.compile(r"(\S+)\s+(no permissions|\S+)(.*)")


@dataclass(frozen=True, slots=True)
class Listed:
    """A line of `adb devices -l`.

    Attributes:
        serial: what `adb -s` takes.
        state: in adb's words; `device` where it takes commands.
        model: None where adb does not tell.
    """

    serial: str
    state: str
    model: str | None

    def __str__(self) -> str:
        """Such as `emulator-5554 (Pixel_8, offline)`."""
        about = [word for word in (self.model, "" if self.state == READY else self.state) if word]
        return f"{self.serial} ({', '.join(about)})" if about else self.serial


def read_listing(text: str) -> tuple[Listed, ...]:
    """Read what `adb devices -l` writes: a headline, then a line a device; words about its server are left out."""
    _, _, body = text.partition("List of devices attached")
    found = (_LISTED.fullmatch(line.strip()) for line in body.splitlines())
    return tuple(Listed(match[1], match[2], _model(match[3])) for match in found if match)


def _model(words: str) -> str | None:
    match = re.search(r"(?:^|\s)model:(\S+)", words)
    return match[1] if match else None


def list_devices() -> tuple[Listed, ...]:
    """Ask adb, whose server starts where it does not run yet.

    Raises:
        DeviceError: there is no adb on the PATH, or it fails.
    """
    return read_listing(run_adb(["devices", "-l"], timeout_s=_TIMEOUT_S).stdout)


def choose(listed: Sequence[Listed], serial: str | None) -> str:
    """Find the device that is meant.

    Args:
        listed: those that adb sees.
        serial: the one that the user named; None for the only one.

    Returns:
        Its serial.

    Raises:
        InputError: there is none, no such one, or several and none named.
        DeviceError: it takes no commands.
    """
    seen = "adb sees " + (", ".join(map(str, listed)) or "no device")
    if serial is not None:
        named = [device for device in listed if device.serial == serial]
        if not named:
            raise InputError(f"there is no device {serial!r}; {seen}")
        return _ready(named[0])
    if not listed:
        raise InputError("adb sees no device; connect one with USB debugging allowed, or use `adb connect HOST:PORT`")
    ready = [device for device in listed if device.state == READY]
    if len(ready) > 1:
        raise InputError(f"{seen}; name one of them: `device` adb:SERIAL")
    return _ready((ready or list(listed))[0])


def _ready(device: Listed) -> str:
    if device.state != READY:
        helps = _HELP.get(device.state, "it takes no commands")
        raise DeviceError(f"the device {device.serial} is in state {device.state!r}; {helps}")
    return device.serial


def run_adb(arguments: Sequence[str], *, timeout_s: float | None = None) -> subprocess.CompletedProcess[str]:
    """Run adb to its end, with nothing on its standard input.

    Raises:
        DeviceError: there is no adb on the PATH, or it gives no answer in time.
    """
    if shutil.which("adb") is None:
        raise DeviceError("there is no adb on the PATH; install Android's platform tools")
    try:
        return subprocess.run(
            ["adb", *arguments],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            timeout=timeout_s,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise DeviceError(f"adb gave no answer in {timeout_s:.0f} seconds; try `adb kill-server`") from error

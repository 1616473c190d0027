"""From what a user types after --device to the device."""

from pathlib import Path

from edge_power.profiling.devices.reach.device import Device
from edge_power_runtime.errors import InputError

LOCAL = "local"
FORMS = "local, ssh://user@host, ssh://user@host:port, adb or adb:SERIAL"


def open_device(text: str, *, ssh_config: Path | None = None) -> Device:
    """Open the device that `text` names; nothing is open for `local`, which is where we are.

    Args:
        text: one of FORMS but `local`.
        ssh_config: a file for `ssh -F`; None for the user's own.

    Raises:
        InputError: it is of no known form, or there is no such device.
        DeviceError: the program that reaches it is missing.
    """
    scheme, _, rest = text.partition(":")
    if text.startswith("ssh://"):
        from edge_power.profiling.devices.reach.ssh import Address, SshDevice

        return SshDevice(Address.parse(text), text, config=ssh_config)
    if scheme == "adb" and not rest.startswith("//") and (rest or text == "adb"):
        from edge_power.profiling.devices.reach.adb import AdbDevice

        return AdbDevice(rest or None)
    raise InputError(f"the device {text!r} is of no known form; expected {FORMS}")

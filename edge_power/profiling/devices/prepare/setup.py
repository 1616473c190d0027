"""Installs the runtime on a device, in a virtual environment of its own, from wheels that we bring along."""

import secrets
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from edge_power.profiling.devices.guarded import guarded
from edge_power.profiling.devices.prepare.interpreter import Interpreter
from edge_power.profiling.devices.prepare.wheels import gather, pack_runtime
from edge_power.profiling.devices.reach.device import Device, output
from edge_power.profiling.devices.reach.errors import DeviceError
from edge_power_runtime.engines import engine_info
from edge_power_runtime.errors import InputError
from edge_power_runtime.system.python_process import python_command

OLDEST = (3, 11)
# Unpacked, wheels take some three times their own size; pip keeps no copy.
_UNPACKED = 4


@dataclass(frozen=True, slots=True)
class Setup:
    """How to install the runtime.

    Attributes:
        engines: whose packages come along.
        wheels: a folder with all that is needed; None to get them from the package index.
    """

    engines: tuple[str, ...]
    wheels: Path | None


def environment(device: Device) -> str:
    """The folder of the virtual environment on a device."""
    return f"{device.root}/venv"


def environment_python(device: Device) -> str:
    """The Python of the virtual environment on a device."""
    return f"{environment(device)}/bin/python"


def install(device: Device, base: Interpreter, setup: Setup, *, step: Callable[[str], None]) -> None:
    """Make the virtual environment; where that fails, nothing of it stays.

    Args:
        device: where.
        base: the Python to make it with.
        setup: what to install.
        step: called with each thing that begins.

    Raises:
        InputError: the device's Python cannot do it, or a wheel is missing.
        DeviceError: the device or pip fails.
    """
    _check(device, base)
    folder = f"{device.root}/wheels-{secrets.token_hex(6)}"  # this installation's alone
    with TemporaryDirectory(prefix="edge-power-") as scratch:
        step("gathering wheels")
        wheels = _wheels(Path(scratch), base, setup)
        _check_room(device, wheels)
        try:
            for wheel in wheels:
                step(f"copying {wheel.name}")
                device.push(wheel, f"{folder}/{wheel.name}")
            step("installing")
            _install(device, base, setup.engines, folder)
        except BaseException:
            _forget(device, environment(device))
            raise
        finally:
            _forget(device, folder)


def _check(device: Device, base: Interpreter) -> None:
    # Its making empties the folder, and a failure removes it.
    folder = environment(device)
    test = '[ ! -e "$1" ] || [ -f "$1/pyvenv.cfg" ] || [ -z "$(ls -A "$1")" ]'
    if output(device, ["sh", "-c", test, "sh", folder])[0] != 0:
        raise InputError(f"{folder} on {device.name} exists and is no virtual environment; move it away")
    if base.version < OLDEST:
        found = ".".join(map(str, base.version))
        raise InputError(
            f"{base.command} on {device.name} is Python {found}, expected 3.11 or newer; name another `python`"
        )
    if not base.has_venv:
        raise InputError(
            f"{base.command} on {device.name} cannot make virtual environments; install its venv package there "
            "(python3-venv on Debian)"
        )


def _wheels(scratch: Path, base: Interpreter, setup: Setup) -> list[Path]:
    if setup.wheels is None:
        return gather(scratch, base, setup.engines)
    found = sorted(setup.wheels.glob("*.whl"))
    if not found:
        raise InputError(f"there are no wheels in {setup.wheels}; expected those of numpy, tokenizers and an engine")
    if not any(wheel.name.startswith("edge_power_runtime-") for wheel in found):
        found.append(pack_runtime(scratch))
    return found


def _check_room(device: Device, wheels: Sequence[Path]) -> None:
    needed, free = _UNPACKED * sum(wheel.stat().st_size for wheel in wheels), device.free_bytes(device.root)
    if needed > free:
        raise InputError(
            f"no room on {device.name}: the runtime needs about {needed / 1e6:.0f} MB to be installed, "
            f"{free / 1e6:.0f} MB are free"
        )


def _install(device: Device, base: Interpreter, engines: Sequence[str], wheels: str) -> None:
    folder = environment(device)
    extras = ",".join(engine_info(engine).extra for engine in engines)
    pip = ["-m", "pip", "install", "--quiet", "--no-input", "--disable-pip-version-check", "--no-cache-dir"]
    commands = (
        python_command(base.command, "-m", "venv", "--clear", folder),
        python_command(
            environment_python(device), *pip, "--no-index", f"--find-links={wheels}", f"edge-power-runtime[{extras}]"
        ),
    )
    for command in commands:
        status, lines = output(device, guarded(base.command, command, remove=[folder, wheels]))
        if status != 0:
            errors = [line for line in lines if line.startswith("ERROR")] or lines[-1:] or [f"exit status {status}"]
            raise DeviceError(f"cannot install the runtime on {device.name}: {errors[-1].strip()}")


def _forget(device: Device, folder: str) -> None:
    """Remove a folder as far as that is possible: an error that is on its way matters more."""
    with suppress(DeviceError):
        device.remove(folder)

"""The Python of a device: what it is, and whether it has the runtime."""

from collections.abc import Sequence
from dataclasses import dataclass

from edge_power.profiling.devices.reach.device import Device, output
from edge_power.profiling.devices.reach.errors import DeviceError
from edge_power_runtime.engines import ENGINES
from edge_power_runtime.errors import BundleError
from edge_power_runtime.reading.jsonnode import parse
from edge_power_runtime.reading.printable import one_line
from edge_power_runtime.reading.records import read_record

NOT_FOUND = 127
_MARK = "edge-power:"  # a login script may print lines of its own

# Runs on any Python 3, so that one that is too old says so itself: -P, which keeps the working directory's modules out,
# is not known to those before 3.11, and the first lines do it instead. The packages of an engine are looked for, not
# imported: torch alone would take seconds.
_PROBE = """
import sys
sys.path[:] = [place for place in sys.path if place]
import json, platform
from importlib.util import find_spec
def has(name):
    try:
        return find_spec(name) is not None
    except ImportError:
        return False
def runtime():
    try:
        from importlib.metadata import version
        return version("edge-power-runtime")
    except ImportError:
        return ""
packages = sys.argv[2:]
libc, release = platform.libc_ver()
print("edge-power:" + json.dumps({
    "command": sys.argv[1], "version": list(sys.version_info[:3]), "system": sys.platform,
    "machine": platform.machine(), "libc": libc, "libc_version": release,
    "has_profiler": has("edge_power_runtime") and has("edge_power_runtime.profiler.command"),
    "runtime": runtime(),
    "has_venv": has("venv") and has("ensurepip"), "packages": [name for name in packages if has(name)],
}))
"""


@dataclass(frozen=True, slots=True)
class Interpreter:
    """A Python on a device.

    Attributes:
        command: how it is called there, as it was asked for: a wrapper may set what it needs.
        version: major, minor and micro.
        system: sys.platform, such as linux.
        machine: such as x86_64 or aarch64.
        libc: glibc, or empty where Python does not know it (musl).
        libc_version: such as 2.36; empty likewise.
        runtime: the version of edge-power-runtime; empty where it is not installed.
        has_profiler: whether that runtime can profile.
        has_venv: it can make virtual environments with pip in them.
        packages: of those that the engines are made of, the ones that are installed.
    """

    command: str
    version: tuple[int, ...]
    system: str
    machine: str
    libc: str
    libc_version: str
    runtime: str
    has_profiler: bool
    has_venv: bool
    packages: tuple[str, ...]

    @property
    def engines(self) -> tuple[str, ...]:
        """The engines that can run there."""
        return tuple(
            info.name for info in ENGINES if any(set(packages) <= set(self.packages) for packages in info.packages)
        )


def find_interpreter(device: Device, candidates: Sequence[str]) -> Interpreter:
    """Ask the candidates one by one; the first with a runtime that can profile is taken, else the last that answers.

    Args:
        device: where.
        candidates: commands or paths there.

    Raises:
        DeviceError: none of them is a Python 3.
    """
    found = [interpreter for python in candidates if (interpreter := _probe(device, python)) is not None]
    if not found:
        raise DeviceError(
            f"no Python on {device.name}: there is no {candidates[-1]}; install Python 3.11 or newer there, or name it "
            "with `python` PATH"
        )
    return next((interpreter for interpreter in found if interpreter.has_profiler), found[-1])


def _probe(device: Device, python: str) -> Interpreter | None:
    names = dict.fromkeys(name for info in ENGINES for packages in info.packages for name in packages)
    status, lines = output(device, [python, "-c", _PROBE, python, *names])
    if status == NOT_FOUND:
        return None
    answer = next((line.removeprefix(_MARK) for line in lines if line.startswith(_MARK)), None)
    if status != 0 or answer is None:
        said = one_line(lines[-1]) if lines else "nothing"
        raise DeviceError(
            f"{python} on {device.name} is no Python 3: it said {said!r}; name another with `python` PATH"
        )
    try:
        return read_record(Interpreter, parse(answer, f"the answer of {python}"))
    except BundleError as error:
        raise DeviceError(f"{python} on {device.name} answers as no Python does: {error}") from error

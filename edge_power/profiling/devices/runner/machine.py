"""Watches a device without Python: its system files are brought here and read as the runtime reads its own."""

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory

from edge_power.profiling.devices.reach.device import Device, output
from edge_power_runtime.profiler.machine.device_facts import (
    cpu_model,
    describe_cores,
    device_model,
    memory_bytes,
    system_name,
)
from edge_power_runtime.profiler.machine.state import take_state
from edge_power_runtime.profiler.machine.system_files import SystemFiles
from edge_power_runtime.profiler.machine.usage import CoreTicks, core_ticks
from edge_power_runtime.profiler.report.environment import Core, Environment, State, Usage

_CPU = "/sys/devices/system/cpu/cpu[0-9]*"
_PATHS = (
    "/proc/cpuinfo /proc/meminfo /proc/loadavg /proc/stat /proc/device-tree/model /etc/os-release "
    f"/sys/devices/virtual/dmi/id/product_name {_CPU}/cpufreq/cpuinfo_*_freq {_CPU}/cpufreq/scaling_governor "
    f"{_CPU}/thermal_throttle/core_throttle_count /sys/class/thermal/thermal_zone*/type "
    "/sys/class/thermal/thermal_zone*/temp /sys/class/power_supply/*/type /sys/class/power_supply/*/status "
    "/sys/class/power_supply/*/scope /sys/class/power_supply/*/capacity"
)
# The kernel counts CPU time in hundredths of a second for everybody outside of it (USER_HZ).
_TICK_S = 0.01


@dataclass(frozen=True, slots=True)
class Look:
    """A device at one moment, and what it is.

    Attributes:
        state: what changes; without clocks, since between two runs the cores sleep.
        ticks: CPU time of all processes since the device started; None where it does not tell.
        cores: it has.
        model: its name.
        cpu: its model.
        memory_bytes: it has.
        system: the operating system.
    """

    state: State
    ticks: CoreTicks | None
    cores: tuple[Core, ...]
    model: str | None
    cpu: str | None
    memory_bytes: int | None
    system: str

    @classmethod
    def take(cls, device: Device) -> "Look":
        """Bring the files here and read them.

        Raises:
            LostConnectionError: the connection was lost.
        """
        # A random word starts each file, so that no content of a file can pass for another one.
        mark = secrets.token_hex(8)
        script = f'for f in {_PATHS}; do [ -r "$f" ] && echo "{mark} $f" && cat "$f" && echo; done 2>/dev/null; exit 0'
        _, lines = output(device, ["sh", "-c", script])
        with TemporaryDirectory(prefix="edge-power-") as folder:
            for path, text in split_files(lines, mark).items():
                target = Path(folder) / path.lstrip("/")
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_text(text, encoding="utf-8")
            return cls._read(SystemFiles(Path(folder)))

    @classmethod
    def _read(cls, files: SystemFiles) -> "Look":
        stat = files.text("proc/stat")
        cores = tuple(int(index) for index in re.findall(r"(?m)^cpu(\d+) ", stat or ""))
        return cls(
            state=replace(take_state(files, cores), clocks_mhz={}),
            ticks=core_ticks(stat, cores),
            cores=describe_cores(files, cores),
            model=device_model(files),
            cpu=cpu_model(files),
            memory_bytes=memory_bytes(files),
            system=system_name(files),
        )


def describe(
    device: Device, before: Look, *, versions: Mapping[str, str], wall_s: float, own_cpu_s: float
) -> Environment:
    """Look once more, right after the last run, and give what happened in between.

    Args:
        device: where.
        before: from right before the first run.
        versions: of what ran, by name.
        wall_s: since then.
        own_cpu_s: CPU time of the benchmark programs.

    Raises:
        LostConnectionError: the connection was lost.
    """
    after = Look.take(device)
    release = _say(device, "getprop", "ro.build.version.release")
    return Environment(
        device=_say(device, "getprop", "ro.product.model") or after.model,
        cpu=after.cpu,
        architecture=_say(device, "uname", "-m") or "unknown",
        cores=after.cores,
        memory_bytes=after.memory_bytes,
        system=f"Android {release}" if release else after.system,
        kernel=_say(device, "uname", "-r") or "unknown",
        android=_say(device, "getprop", "ro.build.fingerprint"),
        versions=dict(versions),
        before=before.state,
        after=after.state,
        usage=_usage(before.ticks, after.ticks, wall_s, own_cpu_s),
    )


def _usage(start: CoreTicks | None, end: CoreTicks | None, wall_s: float, own_cpu_s: float) -> Usage:
    if start is None or end is None:
        return Usage(wall_s, own_cpu_s, None, None, None)
    other_cpu_s = max(0.0, (end.busy - start.busy) * _TICK_S - own_cpu_s)
    return Usage(wall_s, own_cpu_s, other_cpu_s, max(0.0, (end.stolen - start.stolen) * _TICK_S), None)


def _say(device: Device, *argv: str) -> str | None:
    status, lines = output(device, argv)
    return (" ".join(lines).strip() or None) if status == 0 else None


def split_files(lines: list[str], mark: str) -> dict[str, str]:
    """Give each file's text by its path; a path with `..` in it is none of those that were asked for.

    Args:
        lines: of all files, each below a line of `mark` and its path.
        mark: a word that no file has.
    """
    found: dict[str, list[str]] = {}
    current: list[str] = []
    for line in lines:
        if line.startswith(f"{mark} /"):
            current = found.setdefault(line.removeprefix(f"{mark} "), [])
        else:
            current.append(line)
    return {path: "\n".join(text) for path, text in found.items() if ".." not in PurePosixPath(path).parts}

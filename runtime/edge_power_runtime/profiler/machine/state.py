"""What changes on a machine, taken at one moment: clocks, temperatures, throttling, load, memory, battery."""

import os
import time
from collections.abc import Sequence

from edge_power_runtime.profiler.machine.device_facts import megahertz
from edge_power_runtime.profiler.machine.system_files import SystemFiles, fields, finite, kibibytes
from edge_power_runtime.profiler.report.environment import Battery, State

# A sleeping core's clock says nothing. Governors look every 10 ms or so, and step up within a few looks.
_AWAKE_SECONDS = 0.05
_SENSIBLE_C = (-50.0, 200.0)  # sensors that are switched off say such as -273 or 32767


def take_state(files: SystemFiles, cores: Sequence[int]) -> State:
    """Read all that changes; it keeps a core busy for 50 ms first, so that its clock is one under load."""
    _keep_awake(_AWAKE_SECONDS)
    return State(
        clocks_mhz=clocks(files, cores),
        temperatures_c=temperatures(files),
        throttle_counts=throttle_counts(files, cores),
        load_average=load_average(files),
        available_bytes=available_bytes(files),
        battery=battery(files),
    )


def _keep_awake(seconds: float) -> None:
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        pass


def clocks(files: SystemFiles, cores: Sequence[int]) -> dict[str, float]:
    """Clocks in MHz by core, from cpufreq, or else from /proc/cpuinfo."""
    listed = _listed_clocks(files.text("proc/cpuinfo"))
    found: dict[str, float] = {}
    for core in cores:
        mhz = megahertz(files, f"sys/devices/system/cpu/cpu{core}/cpufreq/scaling_cur_freq") or listed.get(str(core))
        if mhz is not None:
            found[str(core)] = mhz
    return found


def _listed_clocks(cpuinfo: str | None) -> dict[str, float]:
    """The `cpu MHz` of each paragraph of /proc/cpuinfo that has one."""
    found: dict[str, float] = {}
    for paragraph in (cpuinfo or "").split("\n\n"):
        core = fields(paragraph)
        mhz = finite(core.get("cpu MHz"))
        if "processor" in core and mhz is not None and mhz > 0:
            found[core["processor"]] = mhz
    return found


def temperatures(files: SystemFiles) -> dict[str, float]:
    """Degrees Celsius by thermal zone; a second zone of one type is called `type 2`."""
    folder, seen, found = "sys/class/thermal", dict[str, int](), dict[str, float]()
    for zone in files.names(folder):
        if not zone.startswith("thermal_zone"):
            continue
        kind = files.text(f"{folder}/{zone}/type") or zone
        # Counted before it is read, so that a zone that fails once does not pass its name to the next.
        seen[kind] = seen.get(kind, 0) + 1
        millidegrees = files.number(f"{folder}/{zone}/temp")
        if millidegrees is not None and _SENSIBLE_C[0] <= millidegrees / 1000 <= _SENSIBLE_C[1]:
            found[kind if seen[kind] == 1 else f"{kind} {seen[kind]}"] = millidegrees / 1000
    return found


def throttle_counts(files: SystemFiles, cores: Sequence[int]) -> dict[str, int]:
    """How often each core was slowed for its heat; x86 only."""
    folder = "sys/devices/system/cpu"
    read = {str(core): files.count(f"{folder}/cpu{core}/thermal_throttle/core_throttle_count") for core in cores}
    return {core: count for core, count in read.items() if count is not None}


def load_average(files: SystemFiles) -> tuple[float, ...]:
    """Over 1, 5 and 15 minutes; empty where it is not told."""
    values = [finite(word) for word in (files.text("proc/loadavg") or "").split()[:3]]
    known = tuple(value for value in values if value is not None and value >= 0)
    if len(known) == 3:
        return known
    if hasattr(os, "getloadavg") and not files.names("proc"):
        return os.getloadavg()  # macOS, which has no /proc
    return ()


def available_bytes(files: SystemFiles) -> int | None:
    """Memory that a process could have without swapping."""
    available = kibibytes(fields(files.text("proc/meminfo")).get("MemAvailable"))
    if available is not None or files.names("proc"):
        return available
    try:
        import psutil  # type: ignore[import-untyped, unused-ignore]
    except ImportError:
        return None
    return int(psutil.virtual_memory().available)


def battery(files: SystemFiles) -> Battery | None:
    """The first battery; None where there is none."""
    folder = "sys/class/power_supply"
    for name in files.names(folder):
        status = files.text(f"{folder}/{name}/status")
        # A mouse has a battery too, and says that its scope is the device.
        own = files.text(f"{folder}/{name}/scope") != "Device"
        if own and status and files.text(f"{folder}/{name}/type") == "Battery":
            percent = files.number(f"{folder}/{name}/capacity")
            return Battery(percent if percent is not None and 0 <= percent <= 100 else None, status)
    return None if files.names("proc") else _psutil_battery()


def _psutil_battery() -> Battery | None:
    """The battery of a system without /proc, where psutil is installed and knows it."""
    try:
        import psutil  # type: ignore[import-untyped, unused-ignore]
    except ImportError:
        return None
    found = psutil.sensors_battery() if hasattr(psutil, "sensors_battery") else None
    if found is None:
        return None
    return Battery(float(found.percent), "Charging" if found.power_plugged else "Discharging")

"""Who used the CPU while something ran: this process, others, or the hypervisor's other guests."""

import os
import time
from collections.abc import Collection
from dataclasses import dataclass

from edge_power_runtime.profiler.machine.system_files import SystemFiles, whole
from edge_power_runtime.profiler.report.environment import Usage

# Fields of a `cpuN` line of /proc/stat: user nice system idle iowait irq softirq steal guest guest_nice. A guest's time
# is in user and nice already; idle and iowait are nobody's.
_BUSY = (0, 1, 2, 5, 6)
_STEAL = 7
_FIELDS = 8


@dataclass(frozen=True, slots=True)
class CoreTicks:
    """Time that cores spent since the machine started, in the kernel's ticks.

    Attributes:
        busy: for all processes.
        stolen: for other guests of the hypervisor.
    """

    busy: int
    stolen: int


@dataclass(frozen=True, slots=True)
class _Reading:
    wall_s: float
    own_cpu_s: float
    ticks: CoreTicks | None
    switches: int | None


class UsageMeter:
    """Reads the counters when it is made and again on `stop`."""

    def __init__(self, files: SystemFiles, cores: Collection[int]) -> None:
        """Start.

        Args:
            files: of the machine.
            cores: that this process may use; others do not count, since whoever runs there takes nothing from us.
        """
        self._files = files
        self._cores = frozenset(cores)
        self._start = self._read()

    def stop(self) -> Usage:
        """Give what happened since the start."""
        start, end = self._start, self._read()
        own_cpu_s = end.own_cpu_s - start.own_cpu_s
        other_cpu_s = stolen_s = switches = None
        tick_s = _tick_seconds()
        if start.ticks and end.ticks and tick_s:
            # Counters of a core can step back when it was switched off, and ticks are coarser than our own clock.
            other_cpu_s = max(0.0, (end.ticks.busy - start.ticks.busy) * tick_s - own_cpu_s)
            stolen_s = max(0.0, (end.ticks.stolen - start.ticks.stolen) * tick_s)
        if start.switches is not None and end.switches is not None:
            switches = max(0, end.switches - start.switches)
        return Usage(end.wall_s - start.wall_s, own_cpu_s, other_cpu_s, stolen_s, switches)

    def _read(self) -> _Reading:
        ticks = core_ticks(self._files.text("proc/stat"), self._cores)
        return _Reading(time.perf_counter(), time.process_time(), ticks, _involuntary_switches())


def usable_cores() -> tuple[int, ...]:
    """The cores that this process may run on, by index from 0."""
    if hasattr(os, "sched_getaffinity"):
        return tuple(sorted(os.sched_getaffinity(0)))
    return tuple(range(os.cpu_count() or 1))


def core_ticks(stat: str | None, cores: Collection[int]) -> CoreTicks | None:
    """Sum the `cpuN` lines of /proc/stat over `cores`; None where one of them is missing or malformed."""
    found: dict[int, CoreTicks] = {}
    for line in (stat or "").splitlines():
        name, *values = line.split() or [""]
        index = whole(name.removeprefix("cpu")) if name.startswith("cpu") else None
        numbers = [whole(value) for value in values[:_FIELDS]]
        if index is None or len(numbers) < _FIELDS:
            continue
        known = [number for number in numbers if number is not None]
        if len(known) == _FIELDS:
            found[index] = CoreTicks(sum(known[field] for field in _BUSY), known[_STEAL])
    if not cores or not found.keys() >= set(cores):
        return None
    return CoreTicks(sum(found[core].busy for core in cores), sum(found[core].stolen for core in cores))


def _tick_seconds() -> float | None:
    """Seconds of a tick; None where the system has none."""
    if not hasattr(os, "sysconf") or "SC_CLK_TCK" not in os.sysconf_names:
        return None
    return 1 / os.sysconf("SC_CLK_TCK")


def _involuntary_switches() -> int | None:
    """How often the kernel took a core from a thread of this process since it began; None but on Linux and Android.

    Windows does not tell. macOS counts differently, so that a quiet machine would look busy.
    """
    if not hasattr(os, "sched_getaffinity"):
        return None
    import resource  # absent on Windows

    return resource.getrusage(resource.RUSAGE_SELF).ru_nivcsw

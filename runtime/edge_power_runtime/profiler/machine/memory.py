"""How much memory this process holds."""

import contextlib
from dataclasses import dataclass
from pathlib import Path

from edge_power_runtime.profiler.machine.system_files import fields, kibibytes

_STATUS = Path("/proc/self/status")
_CLEAR_REFS = Path("/proc/self/clear_refs")


@dataclass(frozen=True, slots=True)
class Memory:
    """Memory of a process.

    Attributes:
        resident_bytes: now; None where the system does not tell.
        peak_bytes: the most since the last `reset_peak`, or since the process began; None where it does not tell.
    """

    resident_bytes: int | None
    peak_bytes: int | None


def memory_now() -> Memory:
    """Ask the system: /proc on Linux and Android, psutil elsewhere if it is there."""
    try:
        return parse_status(_STATUS.read_text(encoding="ascii", errors="replace"))
    except OSError:
        return _ask_psutil()


def parse_status(text: str) -> Memory:
    """Read /proc/PID/status (proc(5)): `VmRSS` and its high-water mark `VmHWM`, in units of 1024 bytes."""
    found = fields(text)
    return Memory(kibibytes(found.get("VmRSS")), kibibytes(found.get("VmHWM")))


def reset_peak() -> None:
    """Let the high-water mark begin anew, where Linux allows it, so that importing an engine does not count."""
    with contextlib.suppress(OSError):
        _CLEAR_REFS.write_text("5", encoding="ascii")


def _ask_psutil() -> Memory:
    try:
        import psutil  # type: ignore[import-untyped, unused-ignore]
    except ModuleNotFoundError:
        return Memory(None, None)
    info = psutil.Process().memory_info()
    return Memory(info.rss, getattr(info, "peak_wset", None))  # Windows alone has a high-water mark

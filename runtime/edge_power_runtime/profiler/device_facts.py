"""What a machine is: its model, CPU, cores, memory and system, as far as it tells."""

import os
import platform
import subprocess
from collections.abc import Sequence

from edge_power_runtime.profiler.record import Core
from edge_power_runtime.profiler.system_files import SystemFiles, fields, kibibytes

_GETPROP = "system/bin/getprop"
_GETPROP_SECONDS = 5.0  # it answers in milliseconds
_ARM = "0x41"
# `CPU part` of Arm's own cores in /proc/cpuinfo, the part number of the register MIDR_EL1 in each core's manual.
_ARM_CORES = {
    0xD03: "Cortex-A53",
    0xD04: "Cortex-A35",
    0xD05: "Cortex-A55",
    0xD07: "Cortex-A57",
    0xD08: "Cortex-A72",
    0xD09: "Cortex-A73",
    0xD0A: "Cortex-A75",
    0xD0B: "Cortex-A76",
    0xD0C: "Neoverse-N1",
    0xD0D: "Cortex-A77",
    0xD40: "Neoverse-V1",
    0xD41: "Cortex-A78",
    0xD44: "Cortex-X1",
    0xD46: "Cortex-A510",
    0xD47: "Cortex-A710",
    0xD48: "Cortex-X2",
    0xD49: "Neoverse-N2",
    0xD4D: "Cortex-A715",
    0xD4E: "Cortex-X3",
    0xD4F: "Neoverse-V2",
    0xD80: "Cortex-A520",
    0xD81: "Cortex-A720",
    0xD82: "Cortex-X4",
}


def device_model(files: SystemFiles) -> str | None:
    """Name the machine: its product name on a PC, its device tree's model on a board, its model on Android."""
    return (
        android_property(files, "ro.product.model")
        or files.text("sys/devices/virtual/dmi/id/product_name")
        or files.text("proc/device-tree/model")
    )


def android_property(files: SystemFiles, name: str) -> str | None:
    """Ask Android's own command for a property; None where this is no Android, or it has no such property."""
    command = files.root / _GETPROP
    if not command.is_file():
        return None
    try:
        done = subprocess.run([command, name], capture_output=True, timeout=_GETPROP_SECONDS, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.decode("utf-8", errors="replace").strip() or None if done.returncode == 0 else None


def system_name(files: SystemFiles) -> str:
    """Name the operating system and its version, such as `Debian GNU/Linux 12 (bookworm)` or `Android 14`."""
    release = android_property(files, "ro.build.version.release")
    if release:
        return f"Android {release}"
    for line in (files.text("etc/os-release") or "").splitlines():
        name, _, value = line.partition("=")
        if name == "PRETTY_NAME" and value.strip("\"' "):
            return value.strip("\"' ")
    return f"{platform.system()} {platform.release()}".strip()


def cpu_model(files: SystemFiles) -> str | None:
    """Name the CPU; several kinds of core, as phones have, are joined by ` + ` with their number."""
    text = files.text("proc/cpuinfo")
    if text is None:
        return platform.processor() or None
    first = fields(text)
    return first.get("model name") or _arm_cores(text) or first.get("Hardware") or first.get("Model") or None


def _arm_cores(cpuinfo: str) -> str | None:
    """Count the cores of each kind in an ARM cpuinfo, where a paragraph describes a core."""
    counts: dict[str, int] = {}
    for paragraph in cpuinfo.split("\n\n"):
        core = fields(paragraph)
        name = _arm_core(core.get("CPU implementer", ""), core.get("CPU part", ""))
        if name:
            counts[name] = counts.get(name, 0) + 1
    return " + ".join(f"{count}x {name}" for name, count in counts.items()) or None


def _arm_core(implementer: str, part: str) -> str | None:
    try:
        number = int(part, 16)
    except ValueError:
        return None
    known = _ARM_CORES.get(number) if implementer == _ARM else None
    return known or f"ARM implementer {implementer or 'unknown'} part {number:#x}"


def describe_cores(files: SystemFiles, cores: Sequence[int]) -> tuple[Core, ...]:
    """Describe the cores with the given indices."""
    return tuple(_core(files, index) for index in cores)


def _core(files: SystemFiles, index: int) -> Core:
    folder = f"sys/devices/system/cpu/cpu{index}/cpufreq"
    least, most = (megahertz(files, f"{folder}/cpuinfo_{end}_freq") for end in ("min", "max"))
    return Core(index, least, most, files.text(f"{folder}/scaling_governor"))


def megahertz(files: SystemFiles, path: str) -> float | None:
    """Read a clock, which cpufreq writes in kHz; None where it is not above 0."""
    khz = files.number(path)
    return khz / 1000 if khz is not None and khz > 0 else None


def memory_bytes(files: SystemFiles) -> int | None:
    """The machine's memory."""
    total = kibibytes(fields(files.text("proc/meminfo")).get("MemTotal"))
    if total is not None or os.name != "posix" or "SC_PHYS_PAGES" not in os.sysconf_names:
        return total
    pages = os.sysconf("SC_PHYS_PAGES")  # macOS has no /proc, and answers this
    return pages * os.sysconf("SC_PAGE_SIZE") if pages > 0 else None

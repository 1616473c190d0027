"""What a machine is: its model, CPU, cores, memory and system, as far as it tells."""

import os
import platform
import re
import subprocess
from collections.abc import Sequence

from edge_power_runtime.profiler.machine.arm_cores import arm_cores
from edge_power_runtime.profiler.machine.system_files import SystemFiles, fields, kibibytes
from edge_power_runtime.profiler.report.environment import Core

_GETPROP = "system/bin/getprop"
_GETPROP_SECONDS = 5.0  # it answers in milliseconds
# What ARM kernels say of every core that they run on, such as `ARMv8 Processor rev 4 (v8l)`; 32-bit programs read it as
# the `model name`, too.
_ANY_CORE = re.compile(r"(ARM|AArch)\S* Processor\b", re.IGNORECASE)
_ANY_BOARD = re.compile(r"generic\b", re.IGNORECASE)  # `Hardware` of a board that is known by its device tree only


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
    """Name the CPU, as specific as the system tells.

    Returns:
        A PC's own name for it. On ARM the chip and its cores, each kind with its number, such as
        `Qualcomm Technologies, Inc SM8250 (4x Cortex-A55 + 4x Cortex-A77)`, or what there is of both; else the board.
        What every ARM kernel says comes last.
    """
    text = files.text("proc/cpuinfo")
    if text is None:
        return platform.processor() or None
    first, cores = fields(text), arm_cores(text)
    named = (first.get("model name"), first.get("Processor"))
    chip = first.get("Hardware", "")
    if chip and not _ANY_BOARD.match(chip):
        chip = f"{chip} ({cores})" if cores else chip
    else:
        chip = cores or ""
    return (
        next((name for name in named if name and not _ANY_CORE.match(name)), None)
        or chip
        or first.get("Model")
        or files.text("proc/device-tree/model")
        or next((name for name in named if name), None)
    )


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

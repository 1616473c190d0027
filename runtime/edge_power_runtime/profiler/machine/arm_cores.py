"""The cores of an ARM processor by name, from the numbers that /proc/cpuinfo gives for each."""

from edge_power_runtime.profiler.machine.system_files import fields

# `CPU implementer` and `CPU part` of /proc/cpuinfo are fields of the register MIDR_EL1, which each core's manual gives.
_CORES = {
    0x41: {  # Arm
        0xC05: "Cortex-A5",
        0xC07: "Cortex-A7",
        0xC08: "Cortex-A8",
        0xC09: "Cortex-A9",
        0xC0D: "Cortex-A17",
        0xC0E: "Cortex-A17",
        0xC0F: "Cortex-A15",
        0xD01: "Cortex-A32",
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
        0xD84: "Neoverse-V3",
        0xD85: "Cortex-X925",
        0xD87: "Cortex-A725",
    },
    0x48: {0xD01: "TaiShan-v110", 0xD40: "Cortex-A76", 0xD41: "Cortex-A77"},  # HiSilicon
    0x51: {  # Qualcomm
        0x001: "Oryon",
        0x201: "Kryo",
        0x205: "Kryo",
        0x211: "Kryo",
        0x800: "Kryo-2XX-Gold",
        0x801: "Kryo-2XX-Silver",
        0x802: "Kryo-3XX-Gold",
        0x803: "Kryo-3XX-Silver",
        0x804: "Kryo-4XX-Gold",
        0x805: "Kryo-4XX-Silver",
    },
    0x53: {0x001: "Exynos-M1", 0x002: "Exynos-M3", 0x003: "Exynos-M4", 0x004: "Exynos-M5"},  # Samsung
}


def arm_cores(cpuinfo: str) -> str | None:
    """Count the cores of each kind, such as `4x Cortex-A55 + 4x Cortex-A76`; None where no core tells.

    Args:
        cpuinfo: the text of /proc/cpuinfo, where a paragraph describes a core; old kernels describe all in the last.
    """
    counts: dict[str, int] = {}
    paragraphs = [fields(paragraph) for paragraph in cpuinfo.split("\n\n")]
    num_cores = sum("processor" in paragraph for paragraph in paragraphs)
    for paragraph in paragraphs:
        name = _core(paragraph.get("CPU implementer", ""), paragraph.get("CPU part", ""))
        if name:
            counts[name] = counts.get(name, 0) + (1 if "processor" in paragraph else max(1, num_cores))
    return " + ".join(f"{count}x {name}" for name, count in counts.items()) or None


def _core(implementer: str, part: str) -> str | None:
    try:
        number = int(part, 16)
    except ValueError:
        return None
    try:
        known = _CORES[int(implementer, 16)][number]
    except (ValueError, KeyError):
        return f"ARM implementer {implementer or 'unknown'} part {number:#x}"
    return known

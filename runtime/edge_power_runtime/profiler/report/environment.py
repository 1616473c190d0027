"""The device that a report is of, what ran on it, and how it did meanwhile."""

from collections.abc import Mapping
from dataclasses import dataclass

from edge_power_runtime.profiler.report.number import Number


@dataclass(frozen=True, slots=True)
class Core:
    """A core of the CPU; None where the system does not tell.

    Attributes:
        index: from 0.
        min_mhz: of its clock.
        max_mhz: of its clock.
        governor: the policy that sets its clock.
    """

    index: int
    min_mhz: Number | None
    max_mhz: Number | None
    governor: str | None


@dataclass(frozen=True, slots=True)
class Battery:
    """A battery.

    Attributes:
        percent: its charge.
        status: the kernel's word, such as Discharging.
    """

    percent: Number | None
    status: str


@dataclass(frozen=True, slots=True)
class State:
    """What changes on a machine, at one moment; None, or nothing, where the system does not tell.

    Attributes:
        clocks_mhz: of the cores, by index as text.
        temperatures_c: of each thermal zone, by its name.
        throttle_counts: how often each core was throttled since the start, by index as text.
        load_average: over 1, 5 and 15 minutes; empty where it is not told.
        available_bytes: memory that is free for use.
        battery: the first there is.
    """

    clocks_mhz: Mapping[str, Number]
    temperatures_c: Mapping[str, Number]
    throttle_counts: Mapping[str, int]
    load_average: tuple[Number, ...]
    available_bytes: int | None
    battery: Battery | None


@dataclass(frozen=True, slots=True)
class Usage:
    """Who used the CPU while answers were timed.

    Attributes:
        wall_s: how long it took.
        own_cpu_s: CPU time of the profiler's process, all threads.
        other_cpu_s: of all other processes, on the cores that the profiler may use; None where that is not told.
        stolen_s: time of those cores that the hypervisor gave to others; None where that is not told.
        involuntary_switches: how often another process took a core from us.
    """

    wall_s: Number
    own_cpu_s: Number
    other_cpu_s: Number | None
    stolen_s: Number | None
    involuntary_switches: int | None


@dataclass(frozen=True, slots=True)
class Environment:
    """The device and what ran on it.

    Attributes:
        device: its model, as the system names it.
        cpu: its model.
        architecture: such as x86_64 or aarch64.
        cores: those that the profiler may use.
        memory_bytes: of the machine.
        system: the operating system and its version.
        kernel: its release.
        android: the build's fingerprint; None elsewhere.
        versions: of python, edge-power-runtime, numpy, tokenizers and the engines that ran.
        before: right before the first timed answer.
        after: right after the last.
        usage: between the two.
    """

    device: str | None
    cpu: str | None
    architecture: str
    cores: tuple[Core, ...]
    memory_bytes: int | None
    system: str
    kernel: str
    android: str | None
    versions: Mapping[str, str]
    before: State
    after: State
    usage: Usage

"""What the machine says against a profile: clocks, heat, throttling, other processes, the battery."""

from collections.abc import Iterator, Mapping
from operator import itemgetter

from edge_power_runtime.profiler.report.environment import Core, Environment, State
from edge_power_runtime.profiler.report.figures import count
from edge_power_runtime.profiler.report.record import Flag, FlagKind

CLOCK_CHANGE = 0.10
"""Part by which the fastest core's clock may differ between before and after; cores of one chip boost to clocks that
differ by some 5 %."""

SLOW_CLOCK = 0.75
"""Part of its highest clock that a busy core should reach; the boost for one core that makers state is rarely all
reached, and much less of it means a limit of heat, of power or by a governor."""

TEMPERATURE_RISE_C = 5.0
"""Rise of a thermal zone that says that the machine was not warm yet: it slows as it warms."""

OTHERS_PART = 0.10
"""Part of the usable cores' time that other processes and the hypervisor's other guests may take; an idle desktop
takes some percent."""

PRESENT_PART = 0.90
"""Part of the wall time that the profiler must have been running: timed answers never wait, so whatever is missing
was taken by others, or by a limit on its CPU time."""

SWITCHES_PER_SECOND = 100.0
"""Times that a core was taken from us: a competitor on our core takes it at every turn of the scheduler, some 100 to
300 times a second; the kernel's own threads some times."""

# In a run of milliseconds, a tick of the kernel (10 ms) or one turn of another process would pass for a busy machine.
_LEAST_TAKEN_S = 0.05
_LEAST_SWITCHES = 20


def machine_flags(environment: Environment, *, threads: int) -> Iterator[Flag]:
    """Find what concerns all cases.

    Args:
        environment: from before the run and after it.
        threads: the most that a case ran on.
    """
    before, after = environment.before, environment.after
    reasons: tuple[tuple[FlagKind, str | None], ...] = (
        ("clock-changed", _clock(before, after, environment.cores)),
        ("throttled", _throttled(before.throttle_counts, after.throttle_counts)),
        ("temperature-rose", _temperature(before.temperatures_c, after.temperatures_c)),
        ("cores-taken", _cores_taken(environment, threads)),
        ("on-battery", _on_battery(before, after)),
    )
    for kind, reason in reasons:
        if reason is not None:
            yield Flag(kind, None, reason)


def _clock(before: State, after: State, cores: tuple[Core, ...]) -> str | None:
    """Compare the fastest core's clocks: states are taken with one core busy, and the others' clocks may idle."""
    if not before.clocks_mhz or not after.clocks_mhz:
        return None
    first, last = max(before.clocks_mhz.values()), max(after.clocks_mhz.values())
    if abs(last - first) > CLOCK_CHANGE * max(first, last):
        return (
            f"the fastest core ran at {first:.0f} MHz before and at {last:.0f} MHz after, more than {CLOCK_CHANGE:.0%} "
            "apart; let the machine cool, or fix its clock"
        )
    slow = [_slowness(state, cores) for state in (before, after)]
    worst = min((found for found in slow if found is not None), default=None, key=itemgetter(0))
    if worst is not None and worst[0] < SLOW_CLOCK:
        _, mhz, core = worst
        governor = next(found.governor for found in cores if found.index == core)
        return (
            f"a busy core reached {mhz:.0f} MHz, under {SLOW_CLOCK:.0%} of what core {core} can"
            f"{f' (governor {governor})' if governor else ''}; let the machine cool, or lift the limit on its clock"
        )
    return None


def _slowness(state: State, cores: tuple[Core, ...]) -> tuple[float, float, int] | None:
    """Part of its highest clock, clock in MHz and index of the core that comes nearest to its own highest clock."""
    parts = [
        (state.clocks_mhz[str(core.index)] / core.max_mhz, state.clocks_mhz[str(core.index)], core.index)
        for core in cores
        if core.max_mhz and str(core.index) in state.clocks_mhz
    ]
    return max(parts, default=None, key=itemgetter(0))


def _throttled(before: Mapping[str, int], after: Mapping[str, int]) -> str | None:
    rises = {core: after[core] - first for core, first in before.items() if core in after and after[core] > first}
    if not rises:
        return None
    listed = ", ".join(f"core {core} {count(rise, 'time')}" for core, rise in rises.items())
    return f"the CPU slowed itself for its heat ({listed}); let it cool, and measure with pauses"


def _temperature(before: Mapping[str, float], after: Mapping[str, float]) -> str | None:
    rises = [(after[zone] - celsius, zone) for zone, celsius in before.items() if zone in after]
    rise, zone = max(rises, default=(0.0, ""), key=itemgetter(0))
    if rise < TEMPERATURE_RISE_C:
        return None
    return (
        f"{zone} warmed from {before[zone]:.1f} to {after[zone]:.1f} °C, by {TEMPERATURE_RISE_C:g} °C or more; "
        "a machine slows as it warms: ask for more --warmup, or measure again now that it is warm"
    )


def _cores_taken(environment: Environment, threads: int) -> str | None:
    """Ask three witnesses: the cores' own counters, our share of the time, and how often we were interrupted."""
    usage, cores = environment.usage, len(environment.cores)
    if usage.wall_s <= 0:
        return None
    advice = "stop other programs and measure again"
    if usage.other_cpu_s is not None and cores:
        taken_s = usage.other_cpu_s + (usage.stolen_s or 0.0)
        part = taken_s / (usage.wall_s * cores)
        if part > OTHERS_PART and taken_s > _LEAST_TAKEN_S:
            return (
                f"others used {part:.0%} of the {count(cores, 'core')} that the profiler may use "
                f"({taken_s:.1f} s of CPU in {usage.wall_s:.1f} s), more than {OTHERS_PART:.0%}; {advice}"
            )
    present = usage.own_cpu_s / usage.wall_s
    if present < PRESENT_PART and usage.wall_s - usage.own_cpu_s > _LEAST_TAKEN_S:
        return (
            f"the profiler had a core only {present:.0%} of the time, less than {PRESENT_PART:.0%}; {advice}, "
            "or lift the limit on its CPU time"
        )
    switches = usage.involuntary_switches or 0
    per_second = switches / usage.wall_s
    # Several threads of our own take cores from each other, too.
    if threads == 1 and switches >= _LEAST_SWITCHES and per_second > SWITCHES_PER_SECOND:
        return (
            f"another process took a core from the profiler {per_second:.0f} times a second, more than "
            f"{SWITCHES_PER_SECOND:.0f}; {advice}"
        )
    return None


def _on_battery(before: State, after: State) -> str | None:
    for state in (after, before):
        if state.battery is not None and state.battery.status.lower() == "discharging":
            charge = "" if state.battery.percent is None else f" ({state.battery.percent:.0f} %)"
            return f"the machine runs on its battery{charge}, where many slow themselves; plug it in"
    return None

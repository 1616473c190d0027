"""What the figures were taken on and how: the machine, before and after, the versions, the settings, the command."""

import shlex
from collections.abc import Mapping
from statistics import median

from edge_power.report.markup import Column, Html, element, joined, table, terms
from edge_power_runtime.profiler.arguments import FLAGS
from edge_power_runtime.profiler.report.environment import Core, Environment, State
from edge_power_runtime.profiler.report.figures import NONE, count, list_of, milliseconds, size
from edge_power_runtime.profiler.report.record import Reference, Report


def environment(report: Report) -> list[Html]:
    """The machine, what changed on it, and the software."""
    one = report.environment
    system = _system(one) | _speed(report.reference)
    parts = (("Hardware", _hardware(one)), ("System", system), ("Versions", dict(sorted(one.versions.items()))))
    lists = [element("div", {}, element("h3", {}, title), terms(items)) for title, items in parts if items]
    columns = [Column("what"), Column("before", is_number=True), Column("after", is_number=True)]
    changed = _changes(one.before, one.after)
    states = (
        [element("div", {"class": "narrow"}, table("What may change meanwhile", columns, changed))] if changed else []
    )
    return [element("div", {"class": "grid"}, *lists), *states]


def settings(report: Report) -> list[Html]:
    """The settings, and the command that measures the same again."""
    again = [
        element("h3", {}, "Measure it again"),
        element("pre", {"tabindex": "0", "aria-label": "Command"}, element("code", {}, *_unbroken(command(report)))),
    ]
    return [terms(_settings(report)), *again]


def command(report: Report) -> list[str]:
    """The command that measures the same cases again; the bundle's place is to be put in."""
    cases = [result.case for result in report.results]
    asked = report.settings
    arguments = ["edge-power", "profile", "BUNDLE"]
    for name, values in (
        ("engines", [case.engine for case in cases]),
        ("precisions", [case.precision for case in cases]),
        ("budgets", [case.budget for case in cases]),
        ("lengths", [str(case.length) for case in cases]),
        ("threads", [str(case.threads) for case in cases]),
        ("percentiles", [f"{percent:g}" for percent in asked.percentiles]),
    ):
        arguments += [FLAGS[name], ",".join(dict.fromkeys(values))]
    for name in ("warmup", "iterations", "burst"):
        arguments += [FLAGS[name], str(getattr(asked, name))]
    arguments += [] if asked.max_seconds is None else [FLAGS["max_seconds"], f"{asked.max_seconds:g}"]
    arguments += [FLAGS["texts"], asked.texts] if asked.num_texts else []
    arguments += [FLAGS["operations"]] if report.operations else []
    arguments += [FLAGS["latency_table"]] if report.latency_tables else []
    arguments += [] if asked.baseline is None else [FLAGS["baseline"], ",".join(asked.baseline.names)]
    return arguments


def _unbroken(arguments: list[str]) -> list[Html]:
    """Arguments quoted for a shell, each on one line: a browser would break them at their hyphens."""
    return [joined(element("span", {}, shlex.quote(argument)), " ") for argument in arguments]


def _hardware(one: Environment) -> dict[str, str]:
    said = {"device": one.device, "processor": one.cpu, "architecture": one.architecture}
    known = {name: text for name, text in said.items() if text}
    if one.cores:
        known[count(len(one.cores), "core")] = list_of(list(_clocks(one.cores)))
    return known | ({} if one.memory_bytes is None else {"memory": size(one.memory_bytes)})


def _clocks(cores: tuple[Core, ...]) -> dict[str, None]:
    """Clock ranges and governors of the cores, each once."""
    ranges: dict[str, None] = {}
    for core in cores:
        if core.max_mhz is None:
            clock = "clock unknown"
        else:
            clock = f"{'' if core.min_mhz is None else f'{core.min_mhz:,.0f}{NONE}'}{core.max_mhz:,.0f} MHz"
        ranges[clock if core.governor is None else f"{clock}, governor {core.governor}"] = None
    return ranges


def _system(one: Environment) -> dict[str, str]:
    said = {"system": one.system, "kernel": one.kernel}
    said |= {} if one.android is None else {"Android build": one.android}
    usage = one.usage
    cores = max(1, len(one.cores))
    said["timed part"] = f"{usage.wall_s:,.1f} s, {usage.own_cpu_s:,.1f} s of CPU time"
    if usage.other_cpu_s is not None:
        share = 100 * usage.other_cpu_s / (usage.wall_s * cores or 1.0)
        said["other processes"] = f"{usage.other_cpu_s:,.1f} s of CPU time, {share:.0f} % of the cores"
    if usage.stolen_s is not None:
        said["taken by the hypervisor"] = f"{usage.stolen_s:,.1f} s"
    if usage.involuntary_switches is not None:
        said["interrupted"] = count(usage.involuntary_switches, "time")
    return said


def _speed(reference: Reference | None) -> dict[str, str]:
    """How fast the machine itself was, for a reader who has two pages side by side."""
    if reference is None:
        return {}
    times_ms = reference.times_ms
    said = f"median {milliseconds(median(times_ms))} ms of {count(len(times_ms), 'time')}"
    return {"a fixed product between the answers": said}


def _changes(before: State, after: State) -> list[list[str]]:
    rows = [
        *_pairs("core {}, MHz", before.clocks_mhz, after.clocks_mhz, ",.0f"),
        *_pairs("{}, °C", before.temperatures_c, after.temperatures_c, ".1f"),
        *_pairs("core {}, throttled", before.throttle_counts, after.throttle_counts, ",d"),
    ]
    for place, minutes in enumerate((1, 5, 15)):
        values = [
            f"{one.load_average[place]:.2f}" if len(one.load_average) > place else NONE for one in (before, after)
        ]
        rows.append([f"load over {count(minutes, 'minute')}", *values])
    rows.append(["memory free for use", size(before.available_bytes), size(after.available_bytes)])
    rows.append(["battery", _battery(before), _battery(after)])
    return [row for row in rows if row[1:] != [NONE, NONE]]


def _pairs(name: str, before: Mapping[str, float], after: Mapping[str, float], form: str) -> list[list[str]]:
    def written(values: Mapping[str, float], key: str) -> str:
        return format(values[key], form) if key in values else NONE

    return [[name.format(key), written(before, key), written(after, key)] for key in {**before, **after}]


def _battery(one: State) -> str:
    if one.battery is None:
        return NONE
    charge = "" if one.battery.percent is None else f"{one.battery.percent:g} %, "
    return f"{charge}{one.battery.status}"


def _settings(report: Report) -> dict[str, str]:
    asked = report.settings
    until = "" if asked.max_seconds is None else f", for {asked.max_seconds:g} s at most"
    bundle = report.bundle
    schedules = {
        f"schedule of {name}": " ".join(f"{fraction:g}" for fraction in schedule)
        for name, schedule in bundle.schedules.items()
    }
    return {
        "bundle": f"{bundle.name}, {bundle.architecture}",
        "its bundle.json, sha256": bundle.manifest_sha256,
        **schedules,
        "answers before the first timed one": f"{asked.warmup:,} a case",
        "timed answers": f"{asked.iterations:,} a case{until}",
        "in turns of": f"{count(asked.burst, 'answer')}, after one that is not timed",
        "texts": f"{asked.num_texts:,} of {asked.texts}" if asked.num_texts else asked.texts,
    }

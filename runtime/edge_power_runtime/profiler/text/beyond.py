"""What a profile says beyond its cases, a sentence each: the given texts, the operations, the latency tables."""

from statistics import fmean, median

import numpy as np

from edge_power_runtime.profiler.report.cascade import MixCascade, p95
from edge_power_runtime.profiler.report.figures import NONE, count, list_of, milliseconds, times
from edge_power_runtime.profiler.report.record import LatencyTable, MixResult, Operations, Report

_GROUPS = {"attention": "attention", "extract": "extract", "ffn": "feed-forward", "rest": "rest"}


def beyond_cases(report: Report) -> list[str]:
    """Give the sentences; none where nobody asked for more than the cases."""
    return [
        *(_mix(one, report) for one in report.mixes),
        *(_operations(one) for one in report.operations if one.unavailable is None),
        # The reason is the engine's and not the case's.
        *dict.fromkeys(f"{one.case.engine}: {one.unavailable}" for one in report.operations if one.unavailable),
        *map(_latency_table, report.latency_tables),
    ]


def _mix(one: MixResult, report: Report) -> str:
    settings = report.settings
    asked = sorted({50.0, *settings.percentiles})
    found = np.percentile(one.total_ms, asked)
    figures = list_of([f"p{percent:g} {milliseconds(ms)} ms" for percent, ms in zip(asked, found, strict=True)])
    where = f"{one.engine} {one.precision} {one.budget}, {count(one.threads, 'thread')}"
    cut = f"; {count(one.truncated, 'text')} cut at the longest length" if one.truncated else ""
    said = f"The mix, {count(len(one.total_ms), 'text')} of {settings.texts}, on {where}: {figures}{cut}."
    return said if one.cascade is None else f"{said} {_cascade(one, one.cascade)}"


def _cascade(one: MixResult, cascade: MixCascade) -> str:
    """The mean and the tail of a cascade, beside those of its last tier alone, and what each tier does."""
    tiers = [
        f"{tier.name} answers {100 * cascade.share(place):.0f} %"
        + (f" in {milliseconds(median(asked))} ms" if (asked := cascade.asked_ms(place)) else "")
        for place, tier in enumerate(cascade.tiers)
    ]
    last = cascade.tiers[-1].name
    beside = [
        f"{name} {milliseconds(of(one.total_ms))} ms where {last} alone has {milliseconds(of(cascade.alone_ms))} ms "
        f"({_times(cascade.speed_up(one.total_ms, of))})"
        for name, of in (("mean", fmean), ("p95", p95))
    ]
    return f"Of these {list_of(tiers)}, as medians of a tier's own time where it is asked; {list_of(beside)}."


def _times(ratio: float | None) -> str:
    return NONE if ratio is None else f"{times(ratio)} as fast"


def _operations(one: Operations) -> str:
    total = sum(operation.time_ms for operation in one.operations)
    parts = {
        name: sum(operation.time_ms for operation in one.operations if operation.group == group)
        for group, name in _GROUPS.items()
    }
    shares = [f"{name} {100 * part / total if total else 0:.0f} %" for name, part in parts.items()]
    return f"Operations of {one.case}: {milliseconds(total)} ms, of it {list_of(shares)}."


def _latency_table(one: LatencyTable) -> str:
    worst = 100 * max(map(abs, one.errors), default=0.0)
    name = f"{one.engine} {one.precision}, {count(one.threads, 'thread')}"
    return (
        f"The latency table of {name} is within {worst:.1f} % of the {len(one.fitted)} programs that it is fitted to."
    )

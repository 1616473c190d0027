"""What a profile says beyond its cases, a sentence each: the given texts, the operations, the latency tables."""

import numpy as np

from edge_power_runtime.profiler.report.figures import count, list_of, milliseconds
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
    return f"The mix, {count(len(one.total_ms), 'text')} of {settings.texts}, on {where}: {figures}{cut}."


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

"""The summary: a row per case, latency first, then what it costs, then every statistic."""

from collections.abc import Sequence

from edge_power.profiling.page.case_table import case_name, case_table
from edge_power.profiling.page.verdict import TRUST
from edge_power.report.markup import Column, Html, details, element, joined
from edge_power_runtime.profiler.report.figures import (
    NONE,
    count,
    interval,
    milliseconds,
    rate,
    scaled,
    size,
    times,
)
from edge_power_runtime.profiler.report.record import Report
from edge_power_runtime.profiler.report.rows import Row
from edge_power_runtime.profiler.text.table import speed_up_column, timed


def summary(report: Report, found: Sequence[Row]) -> list[Html]:
    """Tables of all cases."""
    return [_latency(report, found), _cost(found), details("Every statistic of every case", _statistics(report, found))]


def name_cell(row: Row) -> str:
    """What tells the case from the others, with a way to the reasons to doubt it."""
    if not row.flags:
        return case_name(row)
    link = element("a", {"href": f"#{TRUST}", "class": "doubted"}, f"in doubt: {count(len(row.flags), 'reason')}")
    return joined(case_name(row), " ", link)


def _latency(report: Report, found: Sequence[Row]) -> Html:
    columns = [
        Column("p50, ms", is_number=True),
        Column("its 95 % interval", is_number=True),
        Column("p90, ms", is_number=True),
        Column("p99, ms", is_number=True),
        Column("answers a second", is_number=True),
    ]
    if any(row.speed_up is not None for row in found):
        columns.append(Column(speed_up_column(report), is_number=True))
    width = 1 + len(columns)
    return case_table(f"Latency, {timed(report)}", columns, found, lambda row: _latency_cells(row)[:width])


def _latency_cells(row: Row) -> list[str]:
    total = row.total
    return [
        name_cell(row),
        milliseconds(total.median),
        interval(total.median_low, total.median_high),
        milliseconds(total.percentiles[90.0]),
        milliseconds(total.percentiles[99.0]),
        rate(row.answers_per_s),
        NONE if row.speed_up is None else times(row.speed_up.ratio),
    ]


def _cost(found: Sequence[Row]) -> Html:
    columns = [
        Column("load, ms", is_number=True),
        Column("first answer, ms", is_number=True),
        Column("memory", is_number=True),
        Column("artifact", is_number=True),
        Column("multiply-adds", is_number=True),
        Column("multiply-adds a second", is_number=True),
    ]
    return case_table("What it costs", columns, found, _cost_cells)


def _cost_cells(row: Row) -> list[str]:
    startup = row.result.startup
    return [
        case_name(row),
        milliseconds(None if startup is None else startup.load_ms),
        milliseconds(None if startup is None else startup.first_answer_ms),
        size(None if startup is None else startup.steady_bytes),
        size(row.result.artifact_bytes),
        scaled(row.result.macs),
        NONE if row.macs_per_s is None else scaled(row.macs_per_s),
    ]


def _statistics(report: Report, found: Sequence[Row]) -> Html:
    asked = sorted({50.0, 90.0, 99.0, *report.settings.percentiles})
    about = ["texts", "their tokens", "samples"]
    values = ["mean", "standard deviation", "least", *(f"p{percent:g}" for percent in asked), "most"]
    columns = [Column(name, is_number=True) for name in [*about, *values, "mean of the middle 80 %"]]
    caption = f"Milliseconds, {timed(report)}"
    return case_table(caption, columns, found, lambda row: _statistics_cells(row, asked))


def _statistics_cells(row: Row, asked: Sequence[float]) -> list[str]:
    total = row.total
    values = [total.mean, total.std, total.minimum, *(total.percentiles[percent] for percent in asked)]
    written = map(milliseconds, [*values, total.maximum, total.trimmed_mean])
    texts = f"{row.result.num_texts:,}" if row.result.num_texts else "built-in"
    return [case_name(row), texts, f"{row.result.num_tokens:,}", f"{total.count:,}", *written]

"""A report as plain text, for a terminal: one row per case, then the reasons not to believe it."""

from collections.abc import Sequence

from edge_power_runtime.profiler.report.baseline import baseline_name, same_as
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
from edge_power_runtime.profiler.report.record import Flag, Report
from edge_power_runtime.profiler.report.rows import Row, rows, shared
from edge_power_runtime.profiler.text.beyond import beyond_cases
from edge_power_runtime.profiler.text.columns import aligned
from edge_power_runtime.reading.printable import one_line, printable

SPEED_UP = "speed-up"
"""What its column is called where there is no room, or no reason, to say over what."""

_MOST = 3  # flags of one kind that get a line each


def text_table(report: Report) -> str:
    """Sum up a report for a terminal, in lines that end with a newline.

    Raises:
        InputError: a case has no samples.
    """
    found = rows(report)
    lines = [one_line(headline(report)), ""]
    lines += aligned([columns(report), *(cells(row, report) for row in found)])
    lines += ["", *notes(report, found), *([""] if report.flags else [])]
    lines += [f"warning: {one_line(line)}" for line in flag_lines(report)]
    return "\n".join(lines) + "\n"


def timed(report: Report) -> str:
    """What a latency of the report is of, for captions."""
    return "the engine's run alone" if report.is_run_alone else "text to prediction"


def headline(report: Report) -> str:
    """What was measured on what, in one line."""
    settings = report.settings
    machine = device(report)
    answers = f"{count(settings.iterations, 'timed answer')} a case after {settings.warmup:,} to warm up"
    cases = [result.case for result in report.results]
    common = shared(cases)
    return ": ".join([f"{report.bundle.name} on {machine}", "; ".join([*([common] if common else []), answers])])


def device(report: Report) -> str:
    """The machine in one line."""
    environment = report.environment
    named = [name for name in (environment.device, environment.cpu) if name]
    cores = count(len(environment.cores), "core") if environment.cores else environment.architecture
    return ", ".join([*(named or [environment.system]), cores])


def columns(report: Report) -> tuple[str, ...]:
    """The table's columns; the percentiles are those that were asked for."""
    tail = (f"p{percent:g} ms" for percent in _tail(report))
    return (
        "case", "p50 ms", "95 % interval", *tail, "answers/s", speed_up_column(report), "load ms", "memory", "MAC/s",
    )  # fmt: skip


def speed_up_column(report: Report) -> str:
    """What a column of speed-ups is called, such as `speed-up over fp32`."""
    over = baseline_name(report)
    return one_line(f"{SPEED_UP} over {over}" if over else SPEED_UP)


def spare_columns(report: Report) -> list[int]:
    """Those of `columns` that a narrow terminal may do without, the least wanted first."""
    names = columns(report)
    # The highest percentile says more of the tail than those between it and the median.
    between = [f"p{percent:g} ms" for percent in reversed(_tail(report)[:-1])]
    return [names.index(name) for name in ("MAC/s", "memory", "load ms", *between, "answers/s", "95 % interval")]


def _tail(report: Report) -> list[float]:
    """The percentiles beside the median, rising."""
    return sorted({*report.settings.percentiles} - {50.0})


def cells(row: Row, report: Report) -> tuple[str, ...]:
    """A cell for each of `columns`."""
    total, startup = row.total, row.result.startup
    return (
        printable(row.name),
        milliseconds(total.median),
        interval(total.median_low, total.median_high),
        *(milliseconds(total.percentiles[percent]) for percent in _tail(report)),
        rate(row.answers_per_s),
        NONE if row.speed_up is None else times(row.speed_up.ratio),
        milliseconds(None if startup is None else startup.load_ms),
        size(None if startup is None else startup.steady_bytes),
        NONE if row.macs_per_s is None else scaled(row.macs_per_s).strip(),
    )


def notes(report: Report, found: Sequence[Row]) -> list[str]:
    """What a reader of the table has to know, a sentence each."""
    times_are = "of the engine's run alone, without what an answer needs around it"
    if not report.is_run_alone:
        times_are = "from text to prediction"
    said = [f"Times are {times_are}; memory is resident, beyond what the process had before."]
    said += map(one_line, _speed_ups(report, found))
    said += map(one_line, beyond_cases(report))
    if not report.flags:
        said.append("Nothing was found that speaks against these figures.")
    return said


def _speed_ups(report: Report, found: Sequence[Row]) -> list[str]:
    named = report.settings.baseline
    if any(row.speed_up is not None for row in found):
        return [f"Speed-up is over {baseline_name(report)}, of {same_as(named)}."]
    if named is not None:
        return [f"No case has a speed-up: none but itself is {named}, of {same_as(named)}."]
    return []


def flag_lines(report: Report) -> list[str]:
    """Every reason to doubt the figures; the first stands for all where many cases have the same kind."""
    lines = []
    for kind in dict.fromkeys(flag.kind for flag in report.flags):
        alike = [flag for flag in report.flags if flag.kind == kind]
        shown, more = (alike, 0) if len(alike) <= _MOST else (alike[:1], len(alike) - 1)
        lines += [flag_line(flag) for flag in shown]
        if more:
            lines[-1] += f" ({kind} in {more:,} more; the report has each)"
    return lines


def flag_line(flag: Flag) -> str:
    """A flag in one line, with the case that it concerns."""
    return flag.reason if flag.case is None else f"{flag.case}: {flag.reason}"

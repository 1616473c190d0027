"""What `edge-power profile` draws at its end."""

from rich.console import Console

from edge_power.cli.screens.screen import shown, table
from edge_power_runtime.profiler.report.record import Report
from edge_power_runtime.profiler.report.rows import rows
from edge_power_runtime.profiler.text.columns import aligned, fitting, left_out
from edge_power_runtime.profiler.text.table import (
    SPEED_UP,
    cells,
    columns,
    flag_lines,
    headline,
    notes,
    spare_columns,
    speed_up_column,
)
from edge_power_runtime.reading.printable import one_line


def terminal_width(console: Console) -> int | None:
    """Characters that a line of the terminal has; None where the output is a pipe or a file."""
    return console.width if console.is_terminal else None


def draw(report: Report, console: Console) -> None:
    """Print the summary of a report: a row per case, then in red every reason not to believe it."""
    console.print(shown(one_line(headline(report))), soft_wrap=True)
    console.print()
    found = rows(report)
    lines = [columns(report), *(cells(row, report) for row in found)]
    width = terminal_width(console)
    places = fitting(lines, width, spare=spare_columns(report))
    names, *values = [[line[place] for place in places] for line in lines]
    if width is not None and max(map(len, aligned([names, *values]))) > width:
        names[names.index(speed_up_column(report))] = SPEED_UP  # a note below says over what
    made = table(*names, numbers=tuple(names[1:]))
    for value in values:
        made.add_row(*value)
    omitted = left_out(lines[0], places, "what --report and --json write")
    console.print(made)
    console.print()
    for note in [*([omitted] if omitted else []), *notes(report, found)]:
        console.print(shown(one_line(note)), soft_wrap=True)
    for line in flag_lines(report):
        console.print(shown(("warning:", "bold red"), " ", (one_line(line), "red")), soft_wrap=True)

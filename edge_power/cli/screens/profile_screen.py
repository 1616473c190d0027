"""What `edge-power profile` draws: a bar that moves only when it is told to, and the table at the end."""

from typing import Self

from rich.console import Console
from rich.progress import TaskID

from edge_power.cli.screens.screen import progress_bar, shown, table
from edge_power_runtime.profiler.report.record import Report
from edge_power_runtime.profiler.report.rows import rows
from edge_power_runtime.profiler.text.columns import fitting, left_out
from edge_power_runtime.profiler.text.table import cells, columns, flag_lines, headline, notes, spare_columns
from edge_power_runtime.reading.printable import one_line


class ProfileScreen:
    """Progress of a profile (see `profiling.devices.listener.Watch`); elsewhere a line per part of the measuring."""

    def __init__(self, console: Console) -> None:
        """Draw on `console`."""
        self._console, self._bar = console, progress_bar(console)
        # A bar that turns by itself takes a core ten times a second from what is measured on this machine.
        self._bar.live.auto_refresh = False
        self._task: TaskID | None = None
        self._stage = ""

    def __enter__(self) -> Self:
        """Show the bar."""
        self._bar.__enter__()
        return self

    def __exit__(self, *error: object) -> None:
        """Take the bar away; warnings stay."""
        self._bar.__exit__(None, None, None)

    def stage(self, description: str) -> None:
        """Name what begins, in place of the bar before."""
        self._restart(None)
        self._update(description, 0)

    def begin(self, total: int) -> None:
        """Start a bar of `total` steps."""
        self._restart(total)

    def at(self, done: int, description: str) -> None:
        """Move the bar; a step that is being done is not done yet."""
        self._update(description, max(0, done - 1))
        stage, _, _ = description.partition(":")
        if not self._console.is_terminal and stage != self._stage:
            self._console.print(shown(f"{one_line(stage)} ..."), soft_wrap=True)
        self._stage = stage

    def warn(self, text: str) -> None:
        """Print a line that stays."""
        self._console.print(shown(("warning:", "yellow"), f" {one_line(text)}"), soft_wrap=True)

    def _restart(self, total: int | None) -> None:
        if self._task is not None:
            self._bar.remove_task(self._task)
        self._task = self._bar.add_task("", total=total)

    def _update(self, description: str, completed: int) -> None:
        if self._task is None:
            self._restart(None)
        assert self._task is not None
        self._bar.update(self._task, description=one_line(description), completed=completed, refresh=True)


def terminal_width(console: Console) -> int | None:
    """Characters that a line of the terminal has; None where the output is a pipe or a file."""
    return console.width if console.is_terminal else None


def draw(report: Report, console: Console) -> None:
    """Print the summary of a report: a row per case, then in red every reason not to believe it."""
    console.print(shown(one_line(headline(report))), soft_wrap=True)
    console.print()
    found = rows(report)
    lines = [columns(report), *(cells(row, report) for row in found)]
    places = fitting(lines, terminal_width(console), spare=spare_columns(report))
    names, *values = [[line[place] for place in places] for line in lines]
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

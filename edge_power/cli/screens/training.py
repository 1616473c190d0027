"""A fit on the screen: one bar with the time left, and a line for each phase that is done.

In a log there is no bar: now and then a line says how far it is.
"""

import time
from typing import Self

from rich.console import Console
from rich.progress import TaskID, TextColumn, TimeRemainingColumn

from edge_power.cli.screens.screen import progress_bar, shown
from edge_power_runtime.reading.printable import printable

# Of a log, between two lines that say how far it is.
QUIET_S = 60.0


class TrainingScreen:
    """Draws a fit (`edge_power.fitting.watch.Watcher`)."""

    def __init__(self, console: Console) -> None:
        """Draw on `console`."""
        self._console = console
        self._bar = progress_bar(console, TimeRemainingColumn(), TextColumn("{task.fields[note]}", markup=False))
        self._task: TaskID | None = None
        self._told = time.monotonic()

    def __enter__(self) -> Self:
        """Show the bar."""
        self._bar.__enter__()
        return self

    def __exit__(self, *error: object) -> None:
        """Take the bar away; the lines stay."""
        self._bar.__exit__(None, None, None)

    def begin(self, description: str, total: int, done: int = 0) -> None:
        """Start a bar of `total` steps in place of the one before."""
        if self._task is not None:
            self._bar.remove_task(self._task)
        self._task = self._bar.add_task(printable(description), total=total, completed=done, note="")

    def advance(self, steps: int, note: str = "") -> None:
        """Move the bar on."""
        assert self._task is not None
        self._bar.update(self._task, advance=steps, note=note)
        if not self._console.is_terminal and time.monotonic() >= self._told + QUIET_S:
            self._told = time.monotonic()
            (task,) = self._bar.tasks
            self.line(f"{task.description}: {task.completed:.0f} of {task.total or 0:.0f}  {note}".rstrip())

    def line(self, text: str) -> None:
        """Print a line above the bar."""
        self._console.print(shown(text), soft_wrap=True)

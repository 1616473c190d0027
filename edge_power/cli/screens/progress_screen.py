"""Work under way on the screen: a bar with the time left, and lines that stay.

In a log there is no bar: now and then a line says how far it is.
"""

import time
from typing import Self

from rich.console import Console
from rich.progress import TaskID, TextColumn, TimeRemainingColumn
from rich.text import Text

from edge_power.cli.screens.screen import progress_bar, shown
from edge_power_runtime.reading.printable import one_line

# Of a log, between two lines that say how far it is.
QUIET_S = 60.0

_MARKS = {"✓": "green", "✗": "red", "-": "yellow", "warning:": "yellow"}


class ProgressScreen:
    """Draws one piece of work after another (`edge_power.progress.Progress`)."""

    def __init__(self, console: Console, *, turns: bool = True) -> None:
        """Draw on `console`.

        Args:
            console: of standard error.
            turns: whether the bar moves by itself; a thread that draws takes a core, ten times a second, from what is
                measured on this machine.
        """
        self._console, self._turns = console, turns
        self._bar = progress_bar(console, TimeRemainingColumn(), TextColumn("{task.fields[note]}", markup=False))
        self._bar.live.auto_refresh = turns
        self._task: TaskID | None = None
        self._told = time.monotonic()

    def __enter__(self) -> Self:
        """Show the bar."""
        self._bar.__enter__()
        return self

    def __exit__(self, *error: object) -> None:
        """Take the bar away; the lines stay."""
        self._bar.__exit__(None, None, None)

    def begin(self, description: str, total: int | None = None, done: int = 0) -> None:
        """Start a bar in place of the one before."""
        if self._task is not None:
            self._bar.remove_task(self._task)
        self._task = self._bar.add_task(one_line(description), total=total, completed=done, note="")
        self._draw()

    def advance(self, steps: int, note: str = "") -> None:
        """Move the bar on."""
        assert self._task is not None
        self._bar.update(self._task, advance=steps)
        if note:
            self._bar.update(self._task, note=one_line(note))
        self._draw()
        if not self._console.is_terminal and time.monotonic() >= self._told + QUIET_S:
            self._told = time.monotonic()
            (task,) = self._bar.tasks
            self.line(
                f"{task.description}: {task.completed:.0f} of {task.total or 0:.0f}  {task.fields['note']}".rstrip()
            )

    def line(self, text: str) -> None:
        """Print a line above the bar; a mark in front has its colour."""
        mark, blank, rest = text.partition(" ")
        self.styled(shown((mark, _MARKS.get(mark, "")), f"{blank}{rest}"))

    def styled(self, text: Text) -> None:
        """Print a line above the bar in its own style."""
        self._console.print(text, soft_wrap=True)

    def _draw(self) -> None:
        if not self._turns:
            self._bar.refresh()

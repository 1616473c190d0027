"""A fit on the screen: one bar with the time left, and a line for each phase that is done."""

from typing import Self

from rich.console import Console
from rich.progress import TaskID, TextColumn, TimeRemainingColumn

from edge_power.cli.screen import progress_bar


class TrainingScreen:
    """Draws a fit (`edge_power.fit.watch.Watcher`); where there is no terminal, lines and notes are printed alone."""

    def __init__(self, console: Console) -> None:
        """Draw on `console`."""
        self._console = console
        self._bar = progress_bar(console, TimeRemainingColumn(), TextColumn("{task.fields[note]}"))
        self._task: TaskID | None = None

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
        self._task = self._bar.add_task(description, total=total, completed=done, note="")

    def advance(self, steps: int, note: str = "") -> None:
        """Move the bar on."""
        assert self._task is not None
        self._bar.update(self._task, advance=steps, note=note)

    def line(self, text: str) -> None:
        """Print a line above the bar."""
        self._console.print(text, markup=False, soft_wrap=True)

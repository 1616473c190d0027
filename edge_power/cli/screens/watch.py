"""Work under way on the screen: a bar with the stage and its elapsed time, and lines that stay."""

from typing import TYPE_CHECKING, Self

from rich.console import Console
from rich.progress import TaskID

from edge_power.cli.screens.screen import progress_bar, shown
from edge_power_runtime.reading.printable import one_line, printable

if TYPE_CHECKING:
    from edge_power.conversion.against_transformers import SourceReport
    from edge_power.conversion.convert import EngineReport


class Screen:
    """Draws one piece of work after another; a conversion's watcher (see `conversion.convert.Watcher`) and more."""

    def __init__(self, console: Console) -> None:
        """Draw on `console`."""
        self._console, self._bar = console, progress_bar(console)
        self._task: TaskID | None = None
        self._started = False

    def __enter__(self) -> Self:
        """Show the bar."""
        self._bar.__enter__()
        return self

    def __exit__(self, *error: object) -> None:
        """Take the bar away; the lines stay."""
        self._bar.__exit__(None, None, None)

    def begin(self, total: int) -> None:
        """Start a bar of `total` steps in place of the one before."""
        if self._task is not None:
            self._bar.remove_task(self._task)
        self._task, self._started = self._bar.add_task("starting", total=total), False

    def step(self, description: str) -> None:
        """Name the step that begins, and count the one before as done."""
        assert self._task is not None
        self._bar.update(self._task, description=printable(description), advance=int(self._started))
        self._started = True

    def line(self, *parts: str | tuple[str, str]) -> None:
        """Print a line above the bar; a part is text, or text with its style."""
        self._console.print(shown(*parts), soft_wrap=True)

    def compared(self, report: "SourceReport") -> None:
        """Print how the eager model compares with transformers, all words kept."""
        if report.max_abs_error is None:
            self.line(
                ("-", "yellow"),
                f" transformers: ids the same, {report.texts} texts; "
                f"logits not compared: {one_line(report.not_run or '')}",
            )
            return
        same = report.same_labels == report.texts
        labels = "ids and labels the same" if same else f"ids the same, labels on {report.same_labels} texts"
        self.line(
            ("✓", "green"),
            f" transformers: {labels}, largest difference {report.max_abs_error:.1e} "
            f"(tolerance {report.atol:.0e}), {report.texts} texts",
        )

    def checked(self, report: "EngineReport") -> None:
        """Print how each program of an engine compares with eager."""
        for check in report.checks:
            parity, mark = check.parity, ("✓", "green") if check.passed else ("✗", "red")
            ties = f", {parity.near_ties} near ties apart" if parity.near_ties else ""
            self.line(
                mark,
                f" {report.recipe.title} {check.program}: largest difference {parity.max_abs_error:.1e} "
                f"(tolerance {parity.atol:.0e}), labels {parity.label_agreement:.0%}, "
                f"kept words {parity.kept_agreement:.0%}, {parity.texts} texts{ties}",
            )

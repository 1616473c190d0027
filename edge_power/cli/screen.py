"""What commands draw: results to standard output, progress and messages to standard error."""

import os
import sys

import click
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
)
from rich.table import Table


def output_console() -> Console:
    """A console for results; a table is not cut where the output is a pipe or a file."""
    console = Console(highlight=False)
    return console if console.is_terminal else Console(highlight=False, width=160, soft_wrap=False)


def error_console() -> Console:
    """A console for progress, on a copy of standard error: converters redirect the original for a while.

    The copy is closed when the running command ends.
    """
    stream = os.fdopen(os.dup(sys.stderr.fileno()), "w", encoding=sys.stderr.encoding, errors="replace")
    click.get_current_context().with_resource(stream)
    return Console(file=stream, highlight=False)


def progress_bar(console: Console, *more: ProgressColumn) -> Progress:
    """A bar with its stage, the steps done and the time it took; nothing where `console` is no terminal.

    Args:
        console: to draw on.
        more: columns after these.
    """
    return Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        *more,
        console=console,
        transient=True,
        # What libraries print is kept off the screen at the descriptors; rich's own redirection would go round that.
        redirect_stdout=False,
        redirect_stderr=False,
        disable=not console.is_terminal,  # rich would leave an empty line in a log
    )


def table(*columns: str, title: str | None = None, numbers: tuple[str, ...] = ()) -> Table:
    """An empty table; the columns named in `numbers` are set to the right."""
    made = Table(title=title, title_justify="left", header_style="bold", box=None, pad_edge=False)
    for column in columns:
        made.add_column(column, justify="right" if column in numbers else "left")
    return made


def megabytes(size_bytes: int) -> str:
    """A size for people: 91.4 MB (10^6 bytes)."""
    return f"{size_bytes / 1e6:.1f} MB"


def mega_macs(macs: int) -> str:
    """Multiply-adds for people: 213.4 M."""
    return f"{macs / 1e6:.1f} M"

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
from rich.text import Text

from edge_power.cli.sheet import Sheet
from edge_power_runtime.reading.printable import printable


def output_console() -> Console:
    """A console for results; a table is not cut where the output is a pipe or a file."""
    console = Console(highlight=False)
    return console if console.is_terminal else Console(highlight=False, width=160, soft_wrap=False)


def error_console() -> Console:
    """A console for progress, on a copy of standard error: converters redirect the original for a while.

    The copy is closed when the running command ends.
    """
    try:
        descriptor = os.dup(sys.stderr.fileno())
    except (AttributeError, OSError, ValueError):  # a stream of a notebook, which no redirection reaches
        return Console(highlight=False, stderr=True)
    stream = os.fdopen(descriptor, "w", encoding=sys.stderr.encoding, errors="backslashreplace")
    click.get_current_context().with_resource(stream)
    return Console(file=stream, highlight=False)


def say(text: str = "", *, err: bool = False) -> None:
    """Print a line of our own; what a terminal would obey is escaped."""
    click.echo(printable(text), err=err)  # noqa: TID251  # the one place, with `say_data`


def say_data(text: str) -> None:
    """Print a result whose own writer has escaped it: lines of TSV or JSON, with their line breaks."""
    click.echo(text, nl=not text.endswith("\n"))  # noqa: TID251


def shown(*parts: str | tuple[str, str]) -> Text:
    """Put text on one line for a rich console, which would read markup out of a string.

    Args:
        parts: text as it is, or with its style.
    """
    styled = ((part, "") if isinstance(part, str) else part for part in parts)
    return Text.assemble(*((printable(text), style) for text, style in styled))


def progress_bar(console: Console, *more: ProgressColumn) -> Progress:
    """A bar with its stage, the steps done and the time it took; nothing where `console` is no terminal.

    Args:
        console: to draw on.
        more: columns after these.
    """
    return Progress(
        SpinnerColumn(),
        TextColumn("{task.description}", markup=False),
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


def table(*columns: str, numbers: tuple[str, ...] = ()) -> Sheet:
    """An empty table; the columns named in `numbers` are set to the right."""
    return Sheet(columns, numbers)


def megabytes(size_bytes: int) -> str:
    """A size for people: 91.4 MB (10^6 bytes)."""
    return f"{size_bytes / 1e6:.1f} MB"


def mega_macs(macs: int) -> str:
    """Multiply-adds for people: 213.4 M."""
    return f"{macs / 1e6:.1f} M"

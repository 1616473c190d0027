"""Options that say where labelled text is, which of its columns are read, and what its labels mean."""

from collections.abc import Callable
from functools import wraps
from typing import Any

import click

from edge_power.data import Columns, labels_from
from edge_power_runtime.tasks import TASK_NAMES

SOURCE_HELP = "TSV, CSV or JSON lines (- is stdin), DIR[@SPLIT] of datasets, or NAME[:CONFIG][@SPLIT] on its hub."

Command = Callable[..., Any]


def column_options() -> Callable[[Command], Command]:
    """The columns' names and the labels' separator; the command gets them as `columns`, a Columns."""

    def decorate(command: Command) -> Command:
        # What stands in `others` is the command's own business: its remaining options, as click gives them.
        @click.option("--text-column", help="Column of the text.  [default: text_a, sentence or text]")
        @click.option("--pair-column", help="Column of the second text.  [default: text_b, if there]")
        @click.option("--label-column", help="Column of the label.  [default: label, or labels for several]")
        @click.option(
            "--label-separator", help="Between several labels of a row.  [default: | in a table's column labels]"
        )
        @wraps(command)
        def with_columns(
            *,
            text_column: str | None,
            pair_column: str | None,
            label_column: str | None,
            label_separator: str | None,
            **others: Any,
        ) -> Any:
            return command(columns=Columns(text_column, pair_column, label_column, label_separator), **others)

        return with_columns

    return decorate


def labels_option() -> Callable[[Command], Command]:
    """`--labels`; the command gets the names, or None."""
    return click.option(
        "--labels",
        metavar="FILE|NAMES",
        callback=_read_labels,
        help="Names in the order of their ids: a,b,c, or a file with one on each line.  [default: from the data]",
    )


def task_option() -> Callable[[Command], Command]:
    """`--task`; the command gets a Task, or None."""
    return click.option(
        "--task",
        type=click.Choice(TASK_NAMES),
        help="What labels are.  [default: regression where one is no whole number and all are numbers; multi-label "
        "where a row has a list]",
    )


def _read_labels(context: click.Context, parameter: click.Parameter, value: str | None) -> tuple[str, ...] | None:
    return None if value is None else labels_from(value)

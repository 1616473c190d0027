"""Tables with a row per case, grouped by engine, precision and threads."""

from collections.abc import Callable, Sequence

from edge_power.profiling.page.by_length import grouped, setup
from edge_power.report.markup import Column, Group, Html, grouped_table
from edge_power_runtime.profiler.report.rows import Row


def case_table(
    caption: str, columns: Sequence[Column], found: Sequence[Row], cells: Callable[[Row], Sequence[str]]
) -> Html:
    """Make a table; what all its cases have in common stands in the caption.

    Args:
        caption: what the table holds.
        columns: of figures; the column of cases comes before them.
        found: at least one.
        cells: gives a cell for the case and one for each of `columns`.
    """
    groups = grouped(found, lambda row: setup(row.case))
    everyone = [Column("budget and tokens"), *columns]
    if len(groups) == 1:
        return grouped_table(f"{caption}, {next(iter(groups))}", everyone, [Group(None, [cells(row) for row in found])])
    return grouped_table(
        caption, everyone, [Group(name, [cells(row) for row in rows]) for name, rows in groups.items()]
    )


def case_name(row: Row) -> str:
    """What tells a case from the others of its group."""
    return f"{row.case.budget} {row.case.length}"

"""Lines of a table for a terminal, from its cells; and which columns to leave out where it is narrow."""

from collections.abc import Collection, Sequence

from edge_power_runtime.profiler.report.figures import list_of

_GAP = 2  # blanks between two columns


def fitting(rows: Sequence[Sequence[str]], width: int | None, *, spare: Sequence[int]) -> list[int]:
    """Choose the columns of a table that a terminal has room for.

    Args:
        rows: of cells, all with as many.
        width: of the terminal, in characters; None for no end.
        spare: columns that may be left out, from 0, the least wanted first.

    Returns:
        The columns to show, in order; those that may not be left out are always among them.
    """
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    shown = list(range(len(widths)))
    for column in spare:
        if width is None or sum(widths[place] + _GAP for place in shown) - _GAP <= width:
            break
        shown.remove(column)
    return shown


def left_out(names: Sequence[str], shown: Collection[int], where: str) -> str | None:
    """Say which columns are not shown and where they are; None where all are."""
    missing = [name for place, name in enumerate(names) if place not in shown]
    if not missing:
        return None
    return f"No room here for {list_of(missing)}: {'it is' if len(missing) == 1 else 'they are'} in {where}."


def aligned(rows: Sequence[Sequence[str]], *, words: Collection[int] = (0,)) -> list[str]:
    """Pad the cells of each column to its widest: words to the left, figures to the right.

    Args:
        rows: at least one, all with as many cells.
        words: the columns that hold words, from 0.
    """
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        (" " * _GAP).join(
            cell.ljust(width) if column in words else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        for row in rows
    ]

"""Lines of a table for a terminal, from its cells."""

from collections.abc import Collection, Sequence


def aligned(rows: Sequence[Sequence[str]], *, words: Collection[int] = (0,)) -> list[str]:
    """Pad the cells of each column to its widest: words to the left, figures to the right.

    Args:
        rows: at least one, all with as many cells.
        words: the columns that hold words, from 0.
    """
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join(
            cell.ljust(width) if column in words else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        for row in rows
    ]

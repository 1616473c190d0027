"""A table that shows every value whole: on a narrow screen it breaks lines, and then becomes a list of records."""

from collections.abc import Collection, Iterator, Sequence

from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, RenderResult
from rich.text import Text

from edge_power_runtime.reading.printable import printable

_GAP = 2  # blanks between two columns


class Sheet:
    """Rows of cells below their columns' names. Text in a cell is text: rich's markup means nothing there."""

    def __init__(self, columns: Sequence[str], numbers: Collection[str] = ()) -> None:
        """Begin without rows.

        Args:
            columns: their names, at least one.
            numbers: those of them that are set to the right.
        """
        self._columns = [Text(printable(column), "bold") for column in columns]
        self._is_number = [column in numbers for column in columns]
        self._rows: list[list[Text]] = []

    def add_row(self, *cells: str | Text) -> None:
        """Add a row with a cell for each column; a Text keeps its style."""
        assert len(cells) == len(self._columns)
        self._rows.append([cell if isinstance(cell, Text) else Text(printable(cell)) for cell in cells])

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Draw it as wide as the screen allows."""
        widths = self._fitting(options.max_width)
        if widths is None:
            yield from self._records()
            return
        for row in (self._columns, *self._rows):
            yield from self._lines(console, row, widths)

    def _fitting(self, room: int) -> list[int] | None:
        """Choose widths in which no word is cut, and few cells are broken; None where there are none."""
        columns = [list(column) for column in zip(self._columns, *self._rows, strict=True)]
        widths = [max(_longest_word(cell) for cell in column) for column in columns]
        wishes = [max(cell.cell_len for cell in column) - width for column, width in zip(columns, widths, strict=True)]
        spare = room - _GAP * (len(columns) - 1) - sum(widths)
        if spare < 0:
            return None
        # The smallest wish first: long lists of words break well, and `0.3 MB` does not.
        for left, place in enumerate(sorted(range(len(wishes)), key=wishes.__getitem__)):
            given = min(wishes[place], spare // (len(wishes) - left))
            widths[place] += given
            spare -= given
        return widths

    def _lines(self, console: Console, row: Sequence[Text], widths: Sequence[int]) -> Iterator[Text]:
        cells = [list(cell.wrap(console, max(1, width))) for cell, width in zip(row, widths, strict=True)]
        for number in range(max(map(len, cells))):
            line = Text()
            for lines, width, is_number in zip(cells, widths, self._is_number, strict=True):
                part = lines[number] if number < len(lines) else Text()
                part.rstrip()
                blanks = " " * (width - part.cell_len)
                line = Text.assemble(line, *((blanks, part) if is_number else (part, blanks)), " " * _GAP)
            line.rstrip()
            yield line

    def _records(self) -> Iterator[Text]:
        """Each row as lines of a column's name and its value, and an empty line between two rows."""
        for number, row in enumerate(self._rows):
            if number:
                yield Text()
            for column, cell in zip(self._columns, row, strict=True):
                if cell:
                    yield Text.assemble(column, ": ", cell) if column else cell


def _longest_word(cell: Text) -> int:
    return max((cell_len(word) for word in cell.plain.split()), default=0)

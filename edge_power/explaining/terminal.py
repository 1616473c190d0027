"""An explanation as rows that thin out: one per encoder, each word in its own columns."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rich.cells import cell_len, set_cell_size
from rich.style import Style
from rich.text import Text

from edge_power.explaining.explanation import UNKNOWN_STRENGTH, Explanation, Verdict
from edge_power.explaining.words import Word
from edge_power_runtime.reading.printable import printable

DROPPED = "·"
NARROWEST = 16

# Faint to strong, for each text of a pair and for special tokens; dark ink on them is legible whatever the terminal's
# own colours are.
Colour = tuple[int, int, int]
_INK = "rgb(17,24,39)"
_TINTS: dict[int | None, tuple[Colour, Colour]] = {
    0: ((221, 243, 240), (38, 186, 170)),
    1: ((253, 240, 207), (240, 160, 48)),
    None: ((233, 235, 240), (176, 184, 199)),
}


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the picture.

    Attributes:
        name: what stands before it.
        alive: per word, whether it is seen.
        strengths: per word, see Explanation.strengths; None in the row of the text itself, which has no tint.
        count: what stands behind it.
    """

    name: str
    alive: tuple[bool, ...]
    strengths: tuple[float | None, ...] | None
    count: str


def draw(explanation: Explanation, width: int) -> Iterator[Text]:
    """Draw the picture line by line.

    Args:
        explanation: what to draw.
        width: of the screen, in columns.
    """
    rows = list(_rows(explanation))
    names, counts = max(len(row.name) for row in rows), max(len(row.count) for row in rows)
    room = max(NARROWEST, width - names - counts - 4)
    lines = fold(explanation.words, room)
    widest = max(_columns(explanation.words, line) for line in lines)
    for number, line in enumerate(lines):
        if number:
            yield Text()
        for row in rows:
            drawn = Text.assemble((row.name, "bold"), " " * (names + 2 - len(row.name)))
            drawn.append_text(_draw_line(explanation.words, line, row, room))
            if number == 0:
                drawn.append(" " * (names + 2 + min(widest, room) + 2 - drawn.cell_len))
                drawn.append(f"{row.count:>{counts}}", style="dim")
            drawn.rstrip()
            yield drawn
    yield Text()
    yield from _verdicts(explanation)


def fold(words: Sequence[Word], width: int) -> list[list[int]]:
    """Break the words into lines that fit, the second text of a pair on lines of its own.

    What has no white space between it stays together where a line can hold it.

    Returns:
        For each line, indices into `words`.
    """
    lines: list[list[int]] = [[]]
    for run in _runs(words):
        line = lines[-1]
        begins_second = words[run[0]].part == 1 and all(words[index].part != 1 for index in line)
        if line and (begins_second or _columns(words, [*line, *run]) > width):
            lines.append([])
        for index in run:
            if lines[-1] and _columns(words, [*lines[-1], index]) > width:
                lines.append([])
            lines[-1].append(index)
    return lines


def _runs(words: Sequence[Word]) -> Iterator[list[int]]:
    """Indices of words that touch each other."""
    run: list[int] = []
    for index, word in enumerate(words):
        if run and word.spaced:
            yield run
            run = []
        run.append(index)
    yield run


def _columns(words: Sequence[Word], line: Sequence[int]) -> int:
    gaps = sum(words[index].spaced for index in line[1:])
    return gaps + sum(cell_len(printable(words[index].spelling)) for index in line)


def _rows(explanation: Explanation) -> Iterator[Row]:
    tokens = explanation.num_tokens
    yield Row("text", (True,) * len(explanation.words), None, str(tokens))
    for number, stage in enumerate(explanation.stages, start=1):
        alive, strengths = explanation.survives(stage), explanation.strengths(stage)
        yield Row(str(number), alive, strengths, f"{len(stage.kept)} of {tokens}")


def _draw_line(words: Sequence[Word], line: Sequence[int], row: Row, room: int) -> Text:
    drawn = Text()
    for place, index in enumerate(line):
        word = words[index]
        spelling = printable(word.spelling)
        size = min(cell_len(spelling), room)
        if place and word.spaced:
            drawn.append(" ")
        if row.alive[index]:
            shown = spelling if cell_len(spelling) <= room else set_cell_size(spelling, room - 1) + "…"
            drawn.append(shown, style=_style(word, row.strengths[index]) if row.strengths else "bold")
        else:
            drawn.append(DROPPED.ljust(size)[:size], style="dim")
    return drawn


def _style(word: Word, strength: float | None) -> Style:
    weak, strong = _TINTS[word.part]
    share = UNKNOWN_STRENGTH if strength is None else strength
    red, green, blue = (round(low + share * (high - low)) for low, high in zip(weak, strong, strict=True))
    return Style.parse(f"{_INK} on rgb({red},{green},{blue})")


def _verdicts(explanation: Explanation) -> Iterator[Text]:
    yield _verdict(
        "survivors" if explanation.stages else "all words", explanation.prediction, explanation.multiply_adds
    )
    if explanation.unpruned is not None:
        yield _verdict("all words", explanation.unpruned, None)
    if explanation.tiers:
        yield Text(f"{'asked':<11}{printable(explanation.asked())}")
    if explanation.parts:
        yield Text(f"{'because of':<11}{printable(explanation.spoken_for())}")
    if explanation.reading.cut:
        yield Text(f"the text is too long: {explanation.reading.cut} word pieces at its end were not read", "yellow")


def _verdict(words: str, verdict: Verdict, macs: float | None) -> Text:
    cost = "" if macs is None else f"  at {macs:.2f} of the multiply-adds"
    return Text.assemble(f"{words:<11}", (printable(str(verdict)), "bold"), (cost, "dim"))

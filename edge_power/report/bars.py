"""Bars below each other, each under its name: parts in a row, a spread, and a mark to reach."""

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from edge_power.report.bands import shortened
from edge_power.report.charts import FONT_SIZE, WIDTH, add_axes, draw
from edge_power.report.markup import Html
from edge_power.report.style import Colour

_ROW, _THICK, _LEGEND = 34.0, 11.0, 22.0  # units of a bar with its name; of the bar; of the key above
_CHARACTER = 6.4  # units of a character, about
_RIGHT = 8


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a bar.

    Attributes:
        value: its length.
        colour: its colour.
    """

    value: float
    colour: Colour


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar.

    Attributes:
        label: above it, at the left.
        figure: above it, at the right.
        parts: in a row from 0; at least one.
        spread: ends of a thin line over it; None for no line.
        mark: where a tick stands; None for no tick.
    """

    label: str
    figure: str
    parts: Sequence[Part]
    spread: tuple[float, float] | None = None
    mark: float | None = None


@dataclass(frozen=True, slots=True)
class Key:
    """What a colour stands for.

    Attributes:
        colour: of a part.
        words: what it is.
    """

    colour: Colour
    words: str


def bars(
    name: str,
    shown: Sequence[Bar],
    *,
    alternative: str,
    keys: Sequence[Key] = (),
    line: float | None = None,
    highest: float | None = None,
) -> Html:
    """Draw bars on one scale from 0.

    Args:
        name: of the chart, see `draw`.
        shown: at least one, the first on top.
        alternative: see `draw`.
        keys: what the colours stand for, above the bars.
        line: a value that a line goes down at, such as 1 for as fast; None for no line.
        highest: end of the scale, so that charts side by side have one; None for what reaches farthest here.
    """
    rows = key_rows(keys)
    top = _LEGEND * len(rows)
    end = highest or max(map(reach, shown)) or 1.0

    def paint(figure: Figure) -> None:
        if rows:
            paint_keys(figure, rows, step=_LEGEND)
        axes = add_axes(figure, left=1, right=_RIGHT, top=top, bottom=4)
        axes.set_xlim(0, end)
        axes.set_ylim(_ROW * len(shown), 0)
        axes.set_xticks([])
        axes.set_yticks([])
        for index, bar in enumerate(shown):
            _paint_bar(axes, bar, top=_ROW * index, highest=end)
        if line is not None:
            axes.axvline(line, color=Colour.MUTED, linewidth=1, dashes=(3, 3))

    return draw(name, top + _ROW * len(shown) + 4, paint, alternative=alternative)


def key_rows(keys: Sequence[Key]) -> list[list[Key]]:
    """Break keys into rows that fit into a chart's width."""
    made: list[list[Key]] = []
    left = 0.0
    for key in keys:
        width = _key_width(key)
        if not made or left < width:
            made.append([])
            left = float(WIDTH)
        made[-1].append(key)
        left -= width
    return made


def paint_keys(figure: Figure, rows: Sequence[Sequence[Key]], *, step: float) -> None:
    """Write keys at the top of a figure, a row of them every `step` units."""
    axes = add_axes(figure, left=0, right=0, top=0, bottom=figure.get_size_inches()[1] * 72 - step * len(rows))
    axes.set_xlim(0, WIDTH)
    axes.set_ylim(step * len(rows), 0)
    axes.set_xticks([])
    axes.set_yticks([])
    for index, row in enumerate(rows):
        x, y = 1.0, step * (index + 0.4)
        for key in row:
            axes.plot([x + 5], [y], "s", color=key.colour, markersize=9, clip_on=False)
            axes.text(x + 14, y, key.words, color=Colour.MUTED, va="center_baseline", fontsize=FONT_SIZE - 0.5)
            x += _key_width(key)


def _key_width(key: Key) -> float:
    return 28 + _CHARACTER * len(key.words)


def reach(bar: Bar) -> float:
    """The largest value of a bar: its own, or that of its spread or mark."""
    ends = [sum(part.value for part in bar.parts), *(bar.spread or ()), *([] if bar.mark is None else [bar.mark])]
    return max(ends)


def _paint_bar(axes: Axes, bar: Bar, *, top: float, highest: float) -> None:
    words, middle = top + 10, top + 22
    room = int((WIDTH - _RIGHT) / _CHARACTER) - len(bar.figure) - 2
    # On the card's own colour, so that a line through all bars does not strike it through.
    ground = {"facecolor": Colour.CARD, "edgecolor": "none", "pad": 1}
    axes.text(0, words, shortened(bar.label, room), color=Colour.INK, va="baseline", bbox=ground)
    axes.text(highest, words, bar.figure, color=Colour.INK, va="baseline", ha="right", weight="bold")
    axes.barh(middle, highest, height=_THICK, linewidth=0, color=Colour.TRACK)
    left = 0.0
    for part in bar.parts:
        axes.barh(middle, part.value, left=left, height=_THICK, linewidth=0, color=part.colour)
        left += part.value
    if bar.spread is not None:
        axes.hlines(middle, *bar.spread, color=Colour.INK, linewidth=1.5)
        axes.vlines(bar.spread, middle - 3, middle + 3, color=Colour.INK, linewidth=1.5)
    if bar.mark is not None:
        axes.vlines([bar.mark], middle - 8, middle + 8, color=Colour.SECOND, linewidth=2.5, clip_on=False)

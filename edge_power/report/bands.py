"""Lines with the spread around them: a middle value over a few places, each line named at its end."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from edge_power.report.charts import FONT_SIZE, WIDTH, add_axes, draw, scale_axes
from edge_power.report.lines import spread
from edge_power.report.markup import Html
from edge_power.report.style import SERIES, Colour

_LEFT, _RIGHT, _TOP, _BOTTOM, _INNER = 40, 128, 24, 42, 170
_LINE = 14.0  # units from one label to the next
_FIGURE = 26.0  # units that a figure below the axis needs
_MOST_MARKS = 16  # of a line; more would hide it
_LONGEST = 9  # characters of a label that stand beside its value


@dataclass(frozen=True, slots=True)
class BandPoint:
    """A value with its spread.

    Attributes:
        x: where.
        low: lower end of the spread.
        middle: what the line goes through.
        high: upper end of the spread.
    """

    x: float
    low: float
    middle: float
    high: float


@dataclass(frozen=True, slots=True)
class Band:
    """A line.

    Attributes:
        label: stands at its end.
        points: rising in x; at least one.
    """

    label: str
    points: Sequence[BandPoint]


def bands(
    name: str,
    shown: Sequence[Band],
    *,
    below: str,
    unit: str,
    written: Callable[[float], str],
    highest: float,
    alternative: str,
) -> Html:
    """Draw lines from 0 upward.

    Args:
        name: of the chart, see `draw`.
        shown: at least one; the first in grey, as what the others are held against.
        below: what the horizontal axis is.
        unit: of the vertical axis.
        written: writes a value.
        highest: of the vertical axis, so that charts side by side have one scale.
        alternative: see `draw`.
    """
    inner = max(float(_INNER), _LINE * len(shown))

    def paint(figure: Figure) -> None:
        axes = add_axes(figure, left=_LEFT, right=_RIGHT, top=_TOP, bottom=_BOTTOM)
        places = sorted({point.x for band in shown for point in band.points})
        axes.set_xlim(0, places[-1])
        axes.set_ylim(0, 1.04 * highest)
        ends = [band.points[-1].middle / (1.04 * highest) for band in shown]
        for index, (band, height) in enumerate(zip(shown, spread(ends, gap=_LINE / inner), strict=True)):
            _paint_band(axes, band, index, height=height, written=written)
        scale_axes(axes, x=lambda value: f"{value:g}", y=written)
        axes.set_xticks(apart(places, least=_FIGURE * places[-1] / (WIDTH - _LEFT - _RIGHT)))
        axes.annotate(
            unit, (0, 1), xycoords="axes fraction", xytext=(-8, 8), textcoords="offset points", ha="right",
            color=Colour.MUTED, fontsize=FONT_SIZE - 0.5,
        )  # fmt: skip
        axes.set_xlabel(below, color=Colour.MUTED, fontsize=FONT_SIZE - 0.5)

    return draw(name, inner + _TOP + _BOTTOM, paint, alternative=alternative)


def apart(places: Sequence[float], *, least: float) -> list[float]:
    """Of rising places those that lie far enough from each other to have a figure; the last always."""
    kept = [places[-1]]
    for place in reversed(places[:-1]):
        if kept[-1] - place >= least:
            kept.append(place)
    return kept[::-1]


def shortened(label: str, longest: int) -> str:
    """A label on one line of at most so many characters."""
    line = " ".join(label.split())
    return line if len(line) <= longest else line[: longest - 1] + "\N{HORIZONTAL ELLIPSIS}"


def _paint_band(axes: Axes, band: Band, index: int, *, height: float, written: Callable[[float], str]) -> None:
    colour, marker = SERIES[index % len(SERIES)]
    xs = [point.x for point in band.points]
    middles = [point.middle for point in band.points]
    lows, highs = [point.low for point in band.points], [point.high for point in band.points]
    if len(xs) > 1:
        axes.fill_between(xs, lows, highs, color=colour, alpha=0.2, linewidth=0, clip_on=False)
    axes.vlines(xs, lows, highs, color=colour, linewidth=1.5, clip_on=False)
    shape = marker if len(xs) <= _MOST_MARKS else ""
    axes.plot(xs, middles, color=colour, linewidth=2, marker=shape, markersize=5.5, clip_on=False)
    top = axes.get_ylim()[1]
    last, beside = axes.get_xlim()[1], 1.06 * axes.get_xlim()[1]
    ends = [middles[-1], middles[-1], height * top]
    axes.plot([xs[-1], last, beside], ends, color=colour, linewidth=0.8, clip_on=False)
    axes.plot([1.09 * last], [height * top], color=colour, marker=marker, markersize=5.5, clip_on=False)
    label = f"{shortened(band.label, _LONGEST)} {written(middles[-1])}"
    axes.text(1.135 * last, height * top, label, color=Colour.INK, va="center_baseline")

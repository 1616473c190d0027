"""Values over steps: small panels below each other, and many lines that carry their names."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from edge_power.report.charts import FONT_SIZE, add_axes, draw, scale_axes
from edge_power.report.markup import Html
from edge_power.report.style import RAMP, Colour

Point = tuple[float, float]  # step, value

# More points than a line has units show nothing more.
_MOST_POINTS = 160

_LEFT, _RIGHT, _AXIS = 46, 70, 24  # units around a panel, for figures, the last value and steps
_PANEL, _TITLE = 92, 24
_LINE = 13.0  # units from one line of text to the next


@dataclass(frozen=True, slots=True)
class Panel:
    """One value over steps.

    Attributes:
        title: what it is.
        points: in the order of steps; at least one.
        written: writes a value.
        has_marks: whether every point is marked, as suits few of them.
    """

    title: str
    points: Sequence[Point]
    written: Callable[[float], str]
    has_marks: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """One of many lines.

    Attributes:
        label: stands at its end.
        points: in the order of steps; at least one.
    """

    label: str
    points: Sequence[Point]


def panels(name: str, shown: Sequence[Panel], *, alternative: str) -> Html:
    """Draw panels below each other over the same steps.

    Args:
        name: of the chart, see `draw`.
        shown: at least one.
        alternative: see `draw`.
    """
    height = len(shown) * (_PANEL + _TITLE) + _AXIS
    last = max(step for panel in shown for step, _ in panel.points)

    def paint(figure: Figure) -> None:
        for place, panel in enumerate(shown):
            top = place * (_PANEL + _TITLE) + _TITLE
            axes = add_axes(figure, left=_LEFT, right=_RIGHT, top=top, bottom=height - top - _PANEL)
            axes.set_xlim(0, last)
            is_last = place == len(shown) - 1
            _paint_panel(axes, panel, Colour.SECOND if panel.has_marks else Colour.ACCENT)
            scale_axes(axes, x=_step if is_last else None, y=panel.written)

    return draw(name, height, paint, alternative=alternative)


def _paint_panel(axes: Axes, panel: Panel, colour: Colour) -> None:
    steps, values = zip(*thinned(panel.points), strict=True)
    marker = "o" if panel.has_marks or len(steps) == 1 else ""
    axes.plot(steps, values, color=colour, linewidth=2, marker=marker, markersize=4.5, clip_on=False)
    axes.margins(y=0.12)
    axes.annotate(
        panel.written(values[-1]), (steps[-1], values[-1]), xytext=(6, 0), textcoords="offset points", va="center",
        color=colour, weight="bold", annotation_clip=False,
    )  # fmt: skip
    axes.set_title(panel.title, loc="left", fontsize=FONT_SIZE, color=Colour.INK, pad=7)


def labelled_lines(name: str, lines: Sequence[Line], *, alternative: str) -> Html:
    """Draw lines of fractions, each with its label and last value at its end.

    Args:
        name: of the chart, see `draw`.
        lines: at least one, in an order that the colours follow; values in 0..1.
        alternative: see `draw`.
    """
    inner = max(170.0, _LINE * (len(lines) - 1))
    height = inner + _AXIS + 16
    last = max(step for line in lines for step, _ in line.points)
    right = 88

    def paint(figure: Figure) -> None:
        axes = add_axes(figure, left=34, right=right, top=14, bottom=_AXIS + 2)
        axes.set_xlim(0, last)
        axes.set_ylim(0, 1)
        ends = [line.points[-1][1] for line in lines]
        places = spread(ends, gap=_LINE / inner)
        for index, (line, place) in enumerate(zip(lines, places, strict=True)):
            colour = RAMP[round(index * (len(RAMP) - 1) / max(1, len(lines) - 1))]
            steps, values = zip(*thinned(line.points), strict=True)
            axes.plot(steps, values, color=colour, linewidth=2, clip_on=False)
            leader = [steps[-1], 1.05 * last]
            axes.plot(leader, [values[-1], place], color=colour, linewidth=0.8, clip_on=False)
            axes.text(leader[1], place, f" {line.label} {values[-1]:.2f}", color=colour, va="center")
        scale_axes(axes, x=_step, y=lambda value: f"{value:g}")
        axes.set_yticks([0, 0.25, 0.5, 0.75, 1])

    return draw(name, height, paint, alternative=alternative)


def thinned(points: Sequence[Point]) -> list[Point]:
    """Leave points out evenly where there are more than can be told apart; the first and last stay."""
    if len(points) <= _MOST_POINTS:
        return list(points)
    return [points[index] for index in np.linspace(0, len(points) - 1, _MOST_POINTS).round().astype(int)]


def spread(wanted: Sequence[float], *, gap: float) -> list[float]:
    """Move places in 0..1 apart, so that labels do not lie on each other; the order stays, ties fall.

    Args:
        wanted: where the labels would be.
        gap: the least distance; there is room for all.
    """
    order = sorted(range(len(wanted)), key=lambda index: (wanted[index], -index))
    places = [0.0] * len(wanted)
    floor = 0.0
    for index in order:
        places[index] = max(wanted[index], floor)
        floor = places[index] + gap
    ceiling = 1.0
    for index in reversed(order):
        places[index] = min(places[index], ceiling)
        ceiling = places[index] - gap
    return places


def _step(value: float) -> str:
    return f"{value:,.0f}" if value == round(value) else ""

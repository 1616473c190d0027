"""The trade-off that a fit explored: the metric against the multiply-adds, for every point that was tried."""

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from edge_power.fitting.page.words import metric_name, points
from edge_power.fitting.record import FitRecord
from edge_power.report.bands import shortened
from edge_power.report.charts import FONT_SIZE, WIDTH, add_axes, draw, scale_axes
from edge_power.report.markup import Html
from edge_power.report.style import Colour

_RETRAINED = "re-trained"

# Units of the axes with what is below them, and of the labels' rows above.
_HEIGHT, _LEFT, _RIGHT, _BELOW, _ABOVE, _ROW = 260, 44, 18, 42, 20, 17

# Across a mark, in units; of the metric's axis, at least.
_MARK, _LEAST_RANGE = 7.5, 0.02
_CHARACTER = 7  # units of a bold character, about
_LONGEST = 20  # characters of a point's name


@dataclass(frozen=True, slots=True)
class TradeOffPoint:
    """One mark.

    Attributes:
        title: for people.
        encoders: of the model.
        multiply_adds: fraction of the unpruned model's.
        metric: on the texts held out.
        is_retrained: whether the weights were trained for it alone.
        is_chosen: whether the fit ended with it.
    """

    title: str
    encoders: int
    multiply_adds: float
    metric: float
    is_retrained: bool
    is_chosen: bool


def points_of(record: FitRecord) -> tuple[TradeOffPoint, ...]:
    """What was tried; where the goal left nothing to try, the budgets that came out."""
    if record.candidates:
        return tuple(
            TradeOffPoint(
                item.title, item.encoders, item.multiply_adds, item.metric, item.stage == _RETRAINED, item.chosen
            )
            for item in record.candidates
        )
    return tuple(
        TradeOffPoint(item.name, record.encoders, item.multiply_adds, item.select_metric, True, True)
        for item in record.budgets
    )


def trade_off(name: str, record: FitRecord) -> Html:
    """Draw every point, the chosen ones ringed and named, and the unpruned model.

    Args:
        name: of the chart, see `draw`.
        record: of the fit.
    """
    tried = points_of(record)
    names_depth = len({point.encoders for point in tried}) > 1
    labels = _labels(record, tried)
    top = _ABOVE + _ROW * len(labels)

    def paint(figure: Figure) -> None:
        axes = add_axes(figure, left=_LEFT, right=_RIGHT, bottom=_BELOW, top=top)
        axes.set_xlim(0, max(1.0, *(point.multiply_adds for point in tried)))
        axes.set_ylim(*_limits([record.unpruned_select, *(point.metric for point in tried)]))
        scale_axes(axes, x=lambda value: f"{value:g}", y=points)
        axes.set_xticks([0, 0.25, 0.5, 0.75, 1])
        axes.set_xlabel("multiply-adds left", color=Colour.MUTED, fontsize=FONT_SIZE - 0.5)
        axes.axhline(record.unpruned_select, color=Colour.MUTED, linewidth=1, dashes=(3, 3))
        for row, label in enumerate(labels):
            _paint_label(axes, label, height=(_ABOVE / 2 + _ROW * row) / (_HEIGHT - _BELOW))
        for point in sorted(tried, key=lambda point: (point.is_chosen, point.is_retrained)):
            _paint_point(axes, point, names_depth=names_depth)
        axes.plot(1, record.unpruned_select, "s", color=Colour.INK, markersize=_MARK, clip_on=False)

    return draw(name, _HEIGHT + top, paint, alternative=_in_words(record, tried))


def _limits(metrics: Sequence[float]) -> tuple[float, float]:
    """Room for all, and never so little that a tenth of a point looks like a cliff; no metric is above 1."""
    lowest, highest = min(metrics), max(metrics)
    room = max(0.08 * (highest - lowest), (_LEAST_RANGE - (highest - lowest)) / 2)
    top = max(highest, min(1.0, highest + room))
    return min(lowest - room, top - _LEAST_RANGE), top


def _labels(record: FitRecord, tried: Sequence[TradeOffPoint]) -> list[tuple[float, float, str]]:
    """Place and name of what is named, each in a row of its own: the further left, the higher."""
    chosen = sorted((point for point in tried if point.is_chosen), key=lambda point: -point.multiply_adds)
    return [
        (1.0, record.unpruned_select, f"unpruned {points(record.unpruned_select)}"),
        *(
            (item.multiply_adds, item.metric, f"{shortened(item.title, _LONGEST)} {points(item.metric)}")
            for item in chosen
        ),
    ]


def _paint_label(axes: Axes, label: tuple[float, float, str], *, height: float) -> None:
    """Write above the axes, where no mark can be, and lead down to the mark."""
    x, metric, text = label
    low, high = axes.get_ylim()
    above = axes.get_xaxis_transform()
    fits = _LEFT + x * (WIDTH - _LEFT - _RIGHT) + len(text) * _CHARACTER < WIDTH
    leader = [(metric - low) / (high - low), 1 + height]
    axes.plot([x, x], leader, color=Colour.MUTED, linewidth=1, transform=above, clip_on=False)
    axes.text(
        x, 1 + height, text, transform=above, ha="left" if fits else "right", va="bottom", color=Colour.INK,
        weight="bold", bbox={"facecolor": Colour.CARD, "edgecolor": "none", "pad": 1},
    )  # fmt: skip


def _paint_point(axes: Axes, point: TradeOffPoint, *, names_depth: bool) -> None:
    place = (point.multiply_adds, point.metric)
    size = _MARK * (1.75 if names_depth else 1)
    colour, shape = (Colour.ACCENT, "D") if point.is_retrained else (Colour.SECOND, "o")
    fill, figure = (colour, Colour.CARD) if point.is_retrained else (Colour.CARD, colour)
    if point.is_chosen:
        axes.plot(*place, "o", color=Colour.INK, markerfacecolor=Colour.CARD, markersize=2 * size, clip_on=False)
    axes.plot(*place, shape, color=colour, markerfacecolor=fill, markersize=size, markeredgewidth=1.5, clip_on=False)
    if names_depth:
        axes.annotate(
            str(point.encoders), place, xytext=(0, -0.4), textcoords="offset points", ha="center", va="center_baseline",
            color=figure, fontsize=_MARK + 1.5, weight="bold", annotation_clip=False,
        )  # fmt: skip


def _in_words(record: FitRecord, tried: Sequence[TradeOffPoint]) -> str:
    name = metric_name(record.metric)
    chosen = "; ".join(
        f"{point.title} has {name} {points(point.metric)} at {point.multiply_adds:.2f} of the multiply-adds"
        for point in tried
        if point.is_chosen
    )
    count = "1 point" if len(tried) == 1 else f"{len(tried)} points"
    unpruned = f"The unpruned model has {name} {points(record.unpruned_select)}."
    return f"{count}. {unpruned} Chosen: {chosen or 'none'}."

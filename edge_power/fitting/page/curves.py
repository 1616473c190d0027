"""The curves of a fit's phases: loss and metric; of a search the masses, the multiply-adds and the price as well."""

import math
from collections.abc import Callable

from edge_power.fitting.page.words import metric_name, points
from edge_power.fitting.record import LogPoint, PhaseRecord
from edge_power.report.lines import Line, Panel, Point, labelled_lines, panels
from edge_power.report.markup import Html
from edge_power_runtime.profiler.report.figures import list_of


def progress(name: str, phase: PhaseRecord, metric: str) -> Html | None:
    """Draw the loss, and the metric where it was taken on the way; None where nothing was logged.

    Args:
        name: of the chart, see `draw`.
        phase: any.
        metric: name of the task's metric.
    """
    title = f"{metric_name(metric)}, held out"
    return _panels(
        name,
        Panel("loss", _series(phase, lambda point: point.loss), _short),
        Panel(title, _series(phase, lambda point: point.metric), points, has_marks=True),
    )


def price(name: str, phase: PhaseRecord) -> Html | None:
    """Draw the multiply-adds that the masses leave and the price of a word; None where nothing was logged.

    Args:
        name: of the chart, see `draw`.
        phase: a search.
    """
    return _panels(
        name,
        Panel("multiply-adds left", _series(phase, lambda point: point.multiply_adds), lambda value: f"{value:.2f}"),
        Panel("price of a word", _series(phase, lambda point: point.price), _short),
    )


def masses(name: str, phase: PhaseRecord) -> Html | None:
    """Draw the part of the words that each encoder passes on; None where no masses were logged.

    Args:
        name: of the chart, see `draw`.
        phase: a search.
    """
    logged = [point for point in phase.log if point.masses]
    if not logged:
        return None
    lines = [
        Line(f"enc {encoder + 1}", [(point.step, point.masses[encoder]) for point in logged])
        for encoder in range(len(logged[0].masses))
    ]
    ends = [f"encoder {encoder}: {mass:.2f}" for encoder, mass in enumerate(logged[-1].masses, start=1)]
    said = f"At step {logged[-1].step:,} the fraction of the words that is passed on is: {list_of(ends)}."
    return labelled_lines(name, lines, alternative=said)


def _panels(name: str, *wanted: Panel) -> Html | None:
    shown = [panel for panel in wanted if panel.points]
    if not shown:
        return None
    return panels(name, shown, alternative=" ".join(_in_words(panel) for panel in shown))


def _in_words(panel: Panel) -> str:
    (first, begin), (last, end) = ((step, panel.written(value)) for step, value in (panel.points[0], panel.points[-1]))
    most = panel.written(max(value for _, value in panel.points))
    title = panel.title[:1].upper() + panel.title[1:]
    if len(panel.points) == 1:
        return f"{title}: {end} at step {last:,.0f}."
    highest = "" if most in (begin, end) else f", at most {most}"
    return f"{title}: {begin} at step {first:,.0f}, {end} at step {last:,.0f}{highest}."


def _series(phase: PhaseRecord, value_of: Callable[[LogPoint], float | None]) -> list[Point]:
    """What was logged; a loss that is not finite ends a fit, and has no place on an axis."""
    logged = ((point.step, value_of(point)) for point in phase.log)
    return [(step, value) for step, value in logged if value is not None and math.isfinite(value)]


def _short(value: float) -> str:
    return f"{value:.3g}"

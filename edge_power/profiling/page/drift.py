"""Every case over the time that it was measured, so that a drift, or a disturbance, can be seen."""

from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from edge_power.report.charts import FONT_SIZE, add_axes, draw, scale_axes
from edge_power.report.markup import Html, details, element, figure
from edge_power.report.style import Colour
from edge_power_runtime.profiler.report.figures import change, milliseconds
from edge_power_runtime.profiler.report.rows import Row

_LEAST = 6  # answers; with fewer a third of them says nothing
_PLACES = 80  # of a chart; more answers than that share them
_HEIGHT, _LEFT, _RIGHT, _TOP, _BOTTOM = 96, 40, 22, 10, 40


def drift(found: Sequence[Row]) -> list[Html]:
    """A small chart for each case, folded away; what changed most is said above. Nothing where there is too little."""
    found = [row for row in found if row.total.count >= _LEAST]
    if not found:
        return []
    changes = {row.name: drifted(row.result.total_ms) for row in found}
    name = max(changes, key=lambda one: abs(changes[one]))
    most = f"From the first third of its answers to the last, the median of {name} changed by {change(changes[name])}"
    others = "; no other case changed more." if len(changes) > 1 else "."
    figures = [
        figure(_chart(f"drift-{place}", row.result.total_ms), row.name, change(changes[row.name]))
        for place, row in enumerate(found)
    ]
    charts = element("div", {"class": "grid"}, *figures)
    said = "The line is the median of neighbouring answers, the band reaches from the fastest to the slowest of them."
    return [element("p", {}, most + others), details("Charts of every case", element("p", {}, said), charts)]


def drifted(total_ms: Sequence[float]) -> float:
    """How the median changed from the first third of the samples to the last, as a part of the first."""
    third = max(1, len(total_ms) // 3)
    first, last = np.median(total_ms[:third]), np.median(total_ms[-third:])
    return float(last / first - 1) if first > 0 else 0.0


def _chart(name: str, total_ms: Sequence[float]) -> Html:
    parts = np.array_split(np.asarray(total_ms), min(_PLACES, len(total_ms)))
    ends = np.cumsum([len(part) for part in parts])
    middles = [float(np.median(part)) for part in parts]
    low, high = min(total_ms), max(total_ms)

    def paint(figure: Figure) -> None:
        axes = add_axes(figure, left=_LEFT, right=_RIGHT, top=_TOP, bottom=_BOTTOM)
        axes.set_xlim(0, len(total_ms))
        room = max(0.08 * (high - low), 0.02 * high, 1e-6)
        axes.set_ylim(low - room, high + room)
        axes.fill_between(ends, [part.min() for part in parts], [part.max() for part in parts], color=Colour.PALE,
                          alpha=0.7, linewidth=0)  # fmt: skip
        axes.plot(ends, middles, color=Colour.ACCENT, linewidth=1.5, clip_on=False)
        scale_axes(axes, x=lambda value: f"{value:,.0f}", y=milliseconds)
        axes.xaxis.set_major_locator(MaxNLocator(4, integer=True))
        axes.set_xlabel("answer", color=Colour.MUTED, fontsize=FONT_SIZE - 0.5)

    said = (
        f"{len(total_ms):,} answers: between {milliseconds(low)} and {milliseconds(high)} ms, "
        f"at first {milliseconds(middles[0])} ms, at last {milliseconds(middles[-1])} ms."
    )
    return draw(name, _HEIGHT + _TOP + _BOTTOM, paint, alternative=said)

"""What a user of the given texts would feel: the distribution of latency over all of them."""

from collections import Counter
from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from edge_power.profiling.page.cascade import cascade_tables
from edge_power.report.bands import shortened
from edge_power.report.charts import FONT_SIZE, WIDTH, add_axes, draw, scale_axes
from edge_power.report.markup import Column, Html, element, figure, table
from edge_power.report.style import SERIES, Colour
from edge_power_runtime.profiler.judge.statistics import summarise
from edge_power_runtime.profiler.report.figures import count, list_of, milliseconds, rate
from edge_power_runtime.profiler.report.record import MixResult, Report

_PERCENTILES = (50.0, 90.0, 95.0, 99.0)
_POINTS = 201  # of a line, evenly over the answers
_HEIGHT, _LEFT, _RIGHT, _BOTTOM, _KEY = 190, 44, 14, 42, 17


def mix(report: Report) -> list[Html]:
    """A chart for each engine, precision and number of threads, and tables; nothing for built-in texts."""
    panels: dict[str, list[MixResult]] = {}
    for one in report.mixes:
        if one.total_ms:
            panels.setdefault(f"{one.engine} {one.precision}, {count(one.threads, 'thread')}", []).append(one)
    if not panels:
        return []
    highest = max(float(np.percentile(one.total_ms, 99.5)) for some in panels.values() for one in some)
    figures = [
        figure(_chart(f"mix-{place}", some, highest), name, "Height: the part of the answers that take no longer.")
        for place, (name, some) in enumerate(panels.items())
    ]
    everyone = [one for some in panels.values() for one in some]
    tables = [_latency(report, everyone), *cascade_tables(everyone), _lengths(everyone)]
    return [element("div", {"class": "grid"}, *figures), *tables]


def _chart(name: str, some: Sequence[MixResult], highest: float) -> Html:
    top = 10 + _KEY * len(some)

    def paint(figure: Figure) -> None:
        axes = add_axes(figure, left=_LEFT, right=_RIGHT, top=top, bottom=_BOTTOM)
        axes.set_xlim(0, highest or 1.0)
        axes.set_ylim(0, 1)
        for index, one in enumerate(some):
            _paint_line(axes, one, index)
        scale_axes(axes, x=lambda value: f"{value:g}", y=lambda value: f"{100 * value:.0f} %")
        axes.set_yticks([0, 0.5, 0.9, 1])
        axes.set_xlabel("ms, text to prediction", color=Colour.MUTED, fontsize=FONT_SIZE - 0.5)

    facts = (
        f"{one.budget}: half of the answers within {milliseconds(float(np.percentile(one.total_ms, 50)))} ms, "
        f"nine of ten within {milliseconds(float(np.percentile(one.total_ms, 90)))} ms"
        for one in some
    )
    return draw(name, _HEIGHT + top + _BOTTOM, paint, alternative=f"{'; '.join(facts)}.")


def _paint_line(axes: Axes, one: MixResult, index: int) -> None:
    colour, marker = SERIES[index % len(SERIES)]
    parts = np.linspace(0, 1, _POINTS)
    times = np.quantile(one.total_ms, parts)
    axes.plot(times, parts, color=colour, linewidth=2)
    marked = [round(part * (_POINTS - 1)) for part in (0.5, 0.9)]
    axes.plot(times[marked], parts[marked], color=colour, marker=marker, markersize=6, linestyle="", clip_on=False)
    height = 1 + (8 + _KEY * index) / _HEIGHT
    last = axes.get_xlim()[1]
    axes.plot([0.02 * last], [height], color=colour, marker=marker, markersize=6, clip_on=False)
    words = f"{shortened(one.budget, 20)}: {milliseconds(float(np.percentile(one.total_ms, 50)))} ms at half"
    axes.text(0.02 * last + 10 * last / (WIDTH - _LEFT - _RIGHT), height, words, va="center_baseline", color=Colour.INK)


def _latency(report: Report, some: Sequence[MixResult]) -> Html:
    names = ["mean, ms", *(f"p{percent:g}, ms" for percent in _PERCENTILES), "answers a second", "cut at the end"]
    columns = [Column("budget"), *(Column(name, is_number=True) for name in names)]
    settings = report.settings
    caption = f"Latency over the {settings.num_texts:,} texts of {settings.texts}"
    return table(caption, columns, [_latency_cells(one) for one in some])


def _latency_cells(one: MixResult) -> list[str]:
    total = summarise(one.total_ms, _PERCENTILES)
    times = [milliseconds(value) for value in (total.mean, *(total.percentiles[percent] for percent in _PERCENTILES))]
    return [_name(one), *times, rate(1000 / total.mean if total.mean > 0 else None), f"{one.truncated:,}"]


def _lengths(some: Sequence[MixResult]) -> Html:
    lengths = sorted({length for one in some for length in one.lengths})
    names = [f"{length} tokens" if length else "no program" for length in lengths]
    columns = [Column("budget"), *(Column(name, is_number=True) for name in names)]
    named = list_of([str(length) for length in lengths if length])
    caption = f"Part of the texts that fall on the programs of {named} tokens"
    return table(caption, columns, [_length_cells(one, lengths) for one in some])


def _length_cells(one: MixResult, lengths: Sequence[int]) -> list[str]:
    counted = Counter(one.lengths)
    return [_name(one), *(f"{100 * counted[length] / len(one.lengths):.0f} %" for length in lengths)]


def _name(one: MixResult) -> str:
    return f"{one.engine} {one.precision} {one.budget}, {count(one.threads, 'thread')}"

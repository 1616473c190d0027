"""Latency by length, by number of threads, and by engine and precision, with the spread of the answers."""

from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

from edge_power.report.bands import Band, BandPoint, bands
from edge_power.report.bars import Bar, Part, bars
from edge_power.report.markup import Html, element, figure
from edge_power.report.style import Colour
from edge_power_runtime.profiler.report.figures import count, interval, milliseconds, significant
from edge_power_runtime.profiler.report.record import Case
from edge_power_runtime.profiler.report.rows import Row

K = TypeVar("K")

_SPREAD = "The line is the median. Eight of ten answers lie in the band around it, one of ten above and one below."
_RANKED = "Bar: median. Thin line: where eight of ten answers lie. The fastest is on top."


def by_length(found: Sequence[Row]) -> list[Html]:
    """A chart for each engine, precision and number of threads; a line per budget."""
    panels = grouped(found, lambda row: setup(row.case))
    highest = _highest(found)
    if len({row.case.length for row in found}) == 1:
        figures = [
            figure(_ranking(f"length-{place}", rows, lambda case: f"{case.budget} {case.length}", highest), name, "")
            for place, (name, rows) in enumerate(panels.items())
        ]
        return [element("p", {}, _RANKED), element("div", {"class": "grid"}, *figures)]
    figures = [
        figure(_chart(f"length-{place}", rows, "tokens", lambda case: case.length, highest), name, "")
        for place, (name, rows) in enumerate(panels.items())
    ]
    return [element("p", {}, _SPREAD), element("div", {"class": "grid"}, *figures)]


def by_threads(found: Sequence[Row]) -> list[Html]:
    """A chart for each engine and precision, at the greatest length; nothing where there is one number only."""
    longest = at_longest(found)
    panels = {
        name: rows
        for name, rows in grouped(longest, lambda row: f"{row.case.engine} {row.case.precision}").items()
        if len({row.case.threads for row in rows}) > 1
    }
    highest = _highest(longest)
    figures = [
        figure(
            _chart(f"threads-{place}", rows, "threads", lambda case: case.threads, highest),
            f"{name}, {rows[0].case.length} tokens",
            "",
        )
        for place, (name, rows) in enumerate(panels.items())
    ]
    return [element("p", {}, _SPREAD), element("div", {"class": "grid"}, *figures)] if figures else []


def by_engine(found: Sequence[Row]) -> list[Html]:
    """A chart for each budget at the greatest length; nothing where there is one engine and precision."""
    if len({(row.case.engine, row.case.precision) for row in found}) < 2:
        return []
    longest = at_longest(found)
    fewest = min(row.case.threads for row in longest)
    shown = [row for row in longest if row.case.threads == fewest]
    panels, highest = grouped(shown, lambda row: row.case.budget), _highest(shown)
    figures = [
        figure(
            _ranking(f"engine-{place}", rows, lambda case: f"{case.engine} {case.precision}", highest),
            f"{budget}, {rows[0].case.length} tokens, {count(fewest, 'thread')}",
            "",
        )
        for place, (budget, rows) in enumerate(panels.items())
    ]
    return [element("p", {}, _RANKED), element("div", {"class": "grid"}, *figures)]


def grouped(found: Iterable[Row], key: Callable[[Row], K]) -> dict[K, list[Row]]:
    """Rows by a key, both in the order they come."""
    groups: dict[K, list[Row]] = {}
    for row in found:
        groups.setdefault(key(row), []).append(row)
    return groups


def setup(case: Case) -> str:
    """Engine, precision and threads, such as `onnx fp32, 1 thread`."""
    return f"{case.engine} {case.precision}, {count(case.threads, 'thread')}"


def at_longest(found: Sequence[Row]) -> list[Row]:
    """The cases of the greatest length."""
    longest = max(row.case.length for row in found)
    return [row for row in found if row.case.length == longest]


def costliest_first(budgets: dict[str, list[Row]]) -> list[tuple[str, list[Row]]]:
    """Budgets by their multiply-adds, so that the unpruned one leads."""
    return sorted(budgets.items(), key=lambda item: -max(row.result.macs / row.case.length for row in item[1]))


def _chart(name: str, found: Sequence[Row], below: str, place: Callable[[Case], int], highest: float) -> Html:
    budgets = costliest_first(grouped(found, lambda row: row.case.budget))
    lines = [
        Band(budget, [_point(place(row.case), row) for row in sorted(rows, key=lambda row: place(row.case))])
        for budget, rows in budgets
    ]
    ends = (
        f"{line.label}: "
        + ", ".join(f"{milliseconds(point.middle)} ms at {point.x:g} {below}" for point in line.points)
        for line in lines
    )
    said = f"Median latency by {below}. {'; '.join(ends)}."
    return bands(name, lines, below=below, unit="ms", written=_axis, highest=highest, alternative=said)


def _point(x: float, row: Row) -> BandPoint:
    total = row.total
    return BandPoint(x, total.percentiles[10.0], total.median, total.percentiles[90.0])


def _ranking(name: str, found: Sequence[Row], label: Callable[[Case], str], highest: float) -> Html:
    ordered = sorted(found, key=lambda row: row.total.median)
    shown = [
        Bar(
            label(row.case),
            f"{milliseconds(row.total.median)} ms",
            [Part(row.total.median, Colour.ACCENT)],
            spread=(row.total.percentiles[10.0], row.total.percentiles[90.0]),
        )
        for row in ordered
    ]
    facts = (
        f"{bar.label} {bar.figure}, eight of ten within {interval(*bar.spread)}"
        for bar in shown
        if bar.spread is not None
    )
    return bars(name, shown, alternative=f"Median latency: {'; '.join(facts)}.", highest=highest)


def _highest(found: Sequence[Row]) -> float:
    return max(row.total.percentiles[90.0] for row in found) or 1.0


def _axis(value: float) -> str:
    return f"{value:,.0f}" if value >= 10 else significant(value)

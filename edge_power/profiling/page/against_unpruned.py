"""Pruned against unpruned: how much faster, how sure that is, and how much of the saved work became time."""

from collections.abc import Sequence

from edge_power.profiling.page.by_length import grouped, setup
from edge_power.profiling.page.case_table import case_name, case_table
from edge_power.report.bars import Bar, Part, bars
from edge_power.report.markup import Column, Html, element, figure
from edge_power.report.style import Colour
from edge_power_runtime.profiler.report.figures import NONE, times
from edge_power_runtime.profiler.report.rows import Row, SpeedUp, is_unpruned

_CAPTION = (
    "Bar: how many times as fast, by the medians. Thin line: the 95 % interval of that. Tick: how many times fewer "
    "multiply-adds, which is how much faster it would be if nothing else cost time. Dashed line: as fast as before."
)

_NONE_UNPRUNED = (
    "Where no unpruned budget was measured, the one with the most multiply-adds is what the others are held against."
)


def against_unpruned(found: Sequence[Row]) -> list[Html]:
    """A chart and a table for each engine, precision and number of threads; nothing where one budget was measured."""
    panels = grouped((row for row in found if row.speed_up is not None), lambda row: setup(row.case))
    if not panels:
        return []
    figures = [
        figure(_chart(f"pruned-{place}", _compared(rows)), name, "")
        for place, (name, rows) in enumerate(panels.items())
    ]
    everyone = [row for rows in panels.values() for row in rows]
    results = {row.case: row.result for row in found}
    baselines = [results[one.baseline] for row in everyone if (one := row.speed_up) is not None]
    said = _CAPTION if all(map(is_unpruned, baselines)) else f"{_CAPTION} {_NONE_UNPRUNED}"
    return [element("p", {}, said), element("div", {"class": "grid"}, *figures), _table(everyone)]


def _compared(found: Sequence[Row]) -> list[tuple[Row, SpeedUp]]:
    return [(row, row.speed_up) for row in found if row.speed_up is not None]


def _chart(name: str, compared: Sequence[tuple[Row, SpeedUp]]) -> Html:
    shown = [
        Bar(
            f"{case_name(row)}, against {one.baseline.budget}", times(one.ratio), [Part(one.ratio, Colour.ACCENT)],
            spread=(one.low, one.high), mark=one.macs_ratio,
        )
        for row, one in compared
    ]  # fmt: skip
    facts = (
        f"{case_name(row)} is {times(one.ratio)} as fast as {one.baseline.budget}, at {times(one.macs_ratio)} fewer "
        "multiply-adds"
        for row, one in compared
    )
    return bars(name, shown, alternative=f"{'; '.join(facts)}.", line=1.0)


def _table(found: Sequence[Row]) -> Html:
    columns = [
        Column("speed-up", is_number=True),
        Column("95 % interval", is_number=True),
        Column("multiply-adds saved", is_number=True),
        Column("became time", is_number=True),
    ]
    return case_table("Speed-up", columns, found, _cells)


def _cells(row: Row) -> list[str]:
    one = row.speed_up
    if one is None:
        raise AssertionError("only rows with a speed-up are tabled")
    between = f"{one.low:.2f}{NONE}{one.high:.2f}"
    return [
        case_name(row),
        times(one.ratio),
        between,
        times(one.macs_ratio),
        f"{100 * one.ratio / one.macs_ratio:.0f} %",
    ]

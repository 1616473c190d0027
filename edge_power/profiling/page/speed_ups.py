"""Every case against its baseline: how much faster, how sure that is, and how much of the saved work became time."""

from collections.abc import Mapping, Sequence

from edge_power.profiling.page.by_length import grouped, setup
from edge_power.profiling.page.case_table import case_name, case_table
from edge_power.report.bars import Bar, Part, bars, reach
from edge_power.report.markup import Column, Html, element, figure
from edge_power.report.style import Colour
from edge_power_runtime.profiler.report.baseline import baseline_name, same_as
from edge_power_runtime.profiler.report.figures import NONE, times
from edge_power_runtime.profiler.report.record import Case, Report
from edge_power_runtime.profiler.report.rows import Row, SpeedUp, is_unpruned

_BAR = "Bar: how many times as fast, by the medians. Thin line: the 95 % interval of that. Dashed line: as fast."
_TICK = "Tick: how many times fewer multiply-adds, which is how much faster it would be if nothing else cost time."
_TICK_OF_PART = (
    "Tick: how many times fewer multiply-adds, which is what pruning alone would give if nothing else cost time."
)
_NONE_UNPRUNED = (
    "Where no unpruned budget was measured, the one with the most multiply-adds is what the others are held against."
)
_Compared = Mapping[Case, SpeedUp]


def title(report: Report) -> str:
    """What the section is called."""
    named = report.settings.baseline
    return "Pruned against unpruned" if named is None else f"Speed-up over {named}"


def speed_ups(report: Report, found: Sequence[Row]) -> list[Html]:
    """A chart for each engine, precision and number of threads, and a table; nothing where no case has a baseline."""
    compared = {row.case: row.speed_up for row in found if row.speed_up is not None}
    if not compared:
        return []
    rows = [row for row in found if row.case in compared]
    highest = max(map(reach, _bars(rows, compared)))
    figures = [
        figure(_chart(f"speed-up-{place}", some, compared, highest), name, "")
        for place, (name, some) in enumerate(grouped(rows, lambda row: setup(row.case)).items())
    ]
    said = _caption(report, found, compared)
    return [
        element("p", {}, said),
        element("div", {"class": "grid"}, *figures),
        _table(f"Speed-up over {baseline_name(report)}", rows, compared),
    ]


def _caption(report: Report, found: Sequence[Row], compared: _Compared) -> str:
    named = report.settings.baseline
    results = {row.case: row.result for row in found}
    said = [f"Each is held against {baseline_name(report)}, of {same_as(named)}.", _BAR]
    if _saves_work(compared):
        said.append(_TICK if _is_pruning_alone(compared) else _TICK_OF_PART)
    if named is None and not all(is_unpruned(results[one.baseline]) for one in compared.values()):
        said.append(_NONE_UNPRUNED)
    return " ".join(said)


def _saves_work(compared: _Compared) -> bool:
    """Whether multiply-adds tell anything: a precision has no others than another one."""
    return any(one.macs_ratio != 1 for one in compared.values())


def _is_pruning_alone(compared: _Compared) -> bool:
    """Whether the budget is all that differs, so that time may be held against multiply-adds."""
    return all(
        (case.engine, case.precision) == (one.baseline.engine, one.baseline.precision) for case, one in compared.items()
    )


def _bars(rows: Sequence[Row], compared: _Compared) -> list[Bar]:
    is_one = len({one.over for one in compared.values()}) == 1  # which is said above the charts
    return [_bar(row, compared[row.case], "" if is_one else f", over {compared[row.case].over}") for row in rows]


def _bar(row: Row, one: SpeedUp, over: str) -> Bar:
    mark = None if one.macs_ratio == 1 else one.macs_ratio
    part = Part(one.ratio, Colour.ACCENT)
    return Bar(f"{case_name(row)}{over}", times(one.ratio), [part], spread=(one.low, one.high), mark=mark)


def _chart(name: str, rows: Sequence[Row], compared: _Compared, highest: float) -> Html:
    facts = "; ".join(_fact(row, compared[row.case]) for row in rows)
    return bars(name, _bars(rows, compared), alternative=f"{facts}.", line=1.0, highest=highest)


def _fact(row: Row, one: SpeedUp) -> str:
    saved = "" if one.macs_ratio == 1 else f", at {times(one.macs_ratio)} fewer multiply-adds"
    return f"{case_name(row)} is {times(one.ratio)} as fast as {one.over}{saved}"


def _table(caption: str, rows: Sequence[Row], compared: _Compared) -> Html:
    names = ["speed-up", "95 % interval"]
    names += ["multiply-adds saved"] if _saves_work(compared) else []
    names += ["became time"] if _saves_work(compared) and _is_pruning_alone(compared) else []
    columns = [Column(name, is_number=True) for name in names]
    width = 1 + len(columns)
    return case_table(caption, columns, rows, lambda row: _cells(row, compared[row.case])[:width])


def _cells(row: Row, one: SpeedUp) -> list[str]:
    return [
        case_name(row),
        times(one.ratio),
        f"{one.low:.2f}{NONE}{one.high:.2f}",
        times(one.macs_ratio),
        f"{100 * one.ratio / one.macs_ratio:.0f} %",
    ]

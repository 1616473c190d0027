"""The retention staircase beside the time of each encoder, and the time by what the encoders do."""

from collections.abc import Mapping, Sequence

from edge_power.profiling.page.by_length import at_longest
from edge_power.profiling.page.encoders.time import GROUPS, EncoderTime, by_operations, by_table
from edge_power.report.bars import Key, Part
from edge_power.report.markup import Column, Html, details, element, figure, table
from edge_power.report.stairs import BarColumn, stairs
from edge_power.report.style import Colour
from edge_power_runtime.profiler.report.figures import list_of, milliseconds
from edge_power_runtime.profiler.report.record import Case, CaseResult, OperationGroup, Operations, Report
from edge_power_runtime.profiler.report.rows import Row, retention

# What the colours of the time stand for.
_KEYS: dict[OperationGroup, Key] = {
    "attention": Key(Colour.ACCENT, "attention"),
    "extract": Key(Colour.SECOND, "extract"),
    "ffn": Key(Colour.PALE, "feed-forward"),
    "rest": Key(Colour.MUTED, "rest"),
}
_GROUP_KEYS = [_KEYS[group] for group in GROUPS]

_MOST = 12  # operations that are listed
_WORDS = "word-vectors"
_LEFT = "Pale are the word-vectors that enter an encoder, full those that it passes on."
_RIGHT = "Beside them stands the time that the encoder takes; all figures have one scale of time."
_HOW = (
    "Time by encoder was not measured. Ask for it with --operations, where the engine times its operations "
    "(ONNX Runtime does), or for an estimate with --latency-table."
)
_UNNAMED = (
    "Time by encoder is not known: the names of this bundle's operations do not tell their encoder, as those of a "
    "bundle converted by this version do. Convert it again, or ask for an estimate with --latency-table."
)


def encoders(report: Report, found: Sequence[Row]) -> list[Html]:
    """A figure for each budget at the greatest length, with time where it is known; others folded away."""
    results = {row.case: row.result for row in found}
    longest = max(row.case.length for row in found)
    looked_into = {one.case: one for one in report.operations}
    timed: dict[Case, EncoderTime] = {}
    for case, result in results.items():
        one = looked_into.get(case)
        measured = None if one is None else by_operations(one, len(result.keep))
        time = measured or by_table(result, report.latency_tables)
        if time is not None:
            timed[case] = time
    tables = [*_reasons(report), *_groups(report), *_slowest(report)]
    if not timed:
        how = _UNNAMED if any(one.operations for one in report.operations) else _HOW
        return [element("p", {}, f"{_LEFT} {how}"), _figures(_first_of_each_budget(found), {}), *tables]
    shown = [results[case] for case in results if case in timed]
    main = [result for result in shown if result.case.length == longest] or shown
    others = [result for result in shown if result not in main]
    folded = [details("The same at other lengths", _figures(others, timed))] if others else []
    said = element("p", {}, f"{_LEFT} {_RIGHT}")
    return [said, _figures(main, timed), *folded, *tables]


def _first_of_each_budget(found: Sequence[Row]) -> list[CaseResult]:
    first: dict[str, CaseResult] = {}
    for row in at_longest(found):
        first.setdefault(row.case.budget, row.result)
    return list(first.values())


def _figures(results: Sequence[CaseResult], timed: Mapping[Case, EncoderTime]) -> Html:
    """Figures on one scale of time, so that budgets can be compared by eye."""
    highest = max((max(map(sum, time.by_encoder)) for time in timed.values()), default=0.0)
    return element("div", {"class": "grid"}, *(_figure(one, timed.get(one.case), highest) for one in results))


def _figure(result: CaseResult, time: EncoderTime | None, highest: float) -> Html:
    case = result.case
    title = str(case) if time is not None else f"{case.budget}, {case.length} tokens"
    caption = "" if time is None else f"{time.source}."
    beside = None if time is None else _bars(time, highest)
    return figure(stairs(f"stairs-{_slug(case)}", retention(result), words=_WORDS, beside=beside), title, caption)


def _bars(time: EncoderTime, highest: float) -> BarColumn:
    """Time as bars, in the colours of its groups; in one where they are not known."""
    colours = [key.colour for key in _GROUP_KEYS] if time.has_groups else [Colour.SECOND]
    figures = [milliseconds(sum(parts)) for parts in time.by_encoder]
    return BarColumn(
        title="time, ms",
        rows=[[Part(*part) for part in zip(parts, colours, strict=True)] for parts in time.by_encoder],
        figures=figures,
        highest=highest,
        alternative=f"Milliseconds by encoder: {', '.join(figures)}.",
        keys=_GROUP_KEYS if time.has_groups else (),
    )


def _slug(case: Case) -> str:
    letters = f"{case.engine}-{case.precision}-{case.length}-{case.threads}-"
    # Budgets may be called anything; their bytes as hexadecimal digits are a name that two never share.
    return letters + case.budget.encode("utf-8", "surrogatepass").hex()


def _reasons(report: Report) -> list[Html]:
    told: dict[str, list[str]] = {}
    for one in report.operations:
        if one.unavailable is not None and one.case.engine not in told.setdefault(one.unavailable, []):
            told[one.unavailable].append(one.case.engine)
    return [element("p", {}, f"{list_of(engines)}: {reason}.") for reason, engines in told.items()]


def _groups(report: Report) -> list[Html]:
    looked_into = [one for one in report.operations if any(found.encoder for found in one.operations)]
    if not looked_into:
        return []
    columns = [Column("case"), *(Column(f"{key.words}, ms", is_number=True) for key in _GROUP_KEYS)]
    columns += [Column("outside of encoders, ms", is_number=True), Column("all, ms", is_number=True)]
    return [table("Where the time goes, by operation", columns, [_group_cells(one) for one in looked_into])]


def _group_cells(one: Operations) -> list[str]:
    whole = sum(operation.time_ms for operation in one.operations) or 1.0
    parts = [
        sum(found.time_ms for found in one.operations if found.encoder is not None and found.group == group)
        for group in GROUPS
    ]
    outside = sum(found.time_ms for found in one.operations if found.encoder is None)
    shares = [f"{milliseconds(part)} ({100 * part / whole:.0f} %)" for part in [*parts, outside]]
    return [str(one.case), *shares, milliseconds(whole)]


def _slowest(report: Report) -> list[Html]:
    columns = [Column("operation"), Column("kind"), Column("median, ms", is_number=True)]
    tables = []
    for one in report.operations:
        slowest = sorted(one.operations, key=lambda found: -found.time_ms)[:_MOST]
        if slowest:
            rows = [[found.name, found.kind, milliseconds(found.time_ms)] for found in slowest]
            tables.append(table(f"{one.case}, median of {one.runs} profiled runs", columns, rows))
    return [details("The slowest operations", *tables)] if tables else []

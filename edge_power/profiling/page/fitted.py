"""What comes beside the samples: the fitted latency table, and which operations ExecuTorch delegates."""

from collections.abc import Mapping

from edge_power.report.bands import Band, BandPoint, bands
from edge_power.report.markup import Column, Html, details, element, figure, table
from edge_power_runtime.profiler.report.figures import change, count, list_of, milliseconds, significant
from edge_power_runtime.profiler.report.record import LatencyTable, Report

_ESTIMATE = (
    "Milliseconds by encoder and number of word-vectors, fitted to the programs that were measured. An encoder costs "
    "something for the word-vectors that enter it and something for those that it passes on."
)


def latency_tables(report: Report) -> list[Html]:
    """Each table, and how far it is from the programs that it was fitted to; nothing where nobody asked."""
    if not report.latency_tables:
        return []
    return [
        element("p", {}, _ESTIMATE),
        *(part for place, one in enumerate(report.latency_tables) for part in _latency_table(place, one)),
    ]


def delegation(report: Report) -> list[Html]:
    """A row per program; nothing where the manifest does not tell."""
    programs = report.bundle.delegation
    if not programs:
        return []
    columns = [
        Column("program"),
        Column("delegate"),
        Column("inside", is_number=True),
        Column("outside", is_number=True),
        Column("operations outside"),
    ]
    rows = [
        [name, one.delegate, _total(one.inside), _total(one.outside), _kinds(one.outside)]
        for name, one in sorted(programs.items())
    ]
    return [table("Operations of each program, counted when the bundle was converted", columns, rows)]


def _latency_table(place: int, one: LatencyTable) -> list[Html]:
    name = f"{one.engine} {one.precision}, {count(one.threads, 'thread')}"
    worst = max(map(abs, one.errors), default=0.0)
    said = (
        f"{name}: {milliseconds(one.fixed_ms)} ms for every program and {milliseconds(1000 * one.token_ms)} µs for "
        f"each token, beside the encoders. It is within {100 * worst:.1f} % of the {len(one.fitted)} programs."
    )
    errors = [[program, change(error)] for program, error in zip(one.fitted, one.errors, strict=False)]
    columns = [Column("program"), Column("predicted against measured", is_number=True)]
    figures = [
        figure(_chart(f"table-{place}-{encoders[0]}", one, encoders[0]), f"{name}: {_named(encoders)}", "")
        for encoders in _alike(one)
    ]
    fit = element("div", {"class": "narrow"}, table(f"How well it fits, {name}", columns, errors))
    return [
        element("p", {}, said),
        element("div", {"class": "grid"}, *figures),
        details(f"How well it fits: {name}", fit),
    ]


def _alike(one: LatencyTable) -> list[list[int]]:
    """Encoders, from 1, whose entries are equal; without those that cost nothing of their own."""
    groups: dict[tuple[tuple[float, ...], tuple[float, ...]], list[int]] = {}
    for encoder, costs in enumerate(zip(one.entering_ms, one.leaving_ms, strict=True), start=1):
        if any(map(any, costs)):
            groups.setdefault(costs, []).append(encoder)
    return list(groups.values())


def _named(encoders: list[int]) -> str:
    if len(encoders) == 1:
        return f"encoder {encoders[0]}"
    if encoders[-1] - encoders[0] == len(encoders) - 1:
        return f"each of encoders {encoders[0]} to {encoders[-1]}"
    return f"each of encoders {list_of([str(encoder) for encoder in encoders])}"


def _chart(name: str, one: LatencyTable, encoder: int) -> Html:
    """Draw what an encoder costs against its word-vectors."""
    lines = [
        Band(label, [BandPoint(x, y, y, y) for x, y in zip(one.word_vectors, times[encoder - 1], strict=True)])
        for label, times in (("entering", one.entering_ms), ("passed on", one.leaving_ms))
    ]
    ends = list_of(
        [f"{milliseconds(line.points[-1].middle)} ms for {line.points[-1].x:g} {line.label}" for line in lines]
    )
    highest = max(point.middle for line in lines for point in line.points)
    return bands(
        name, lines, below="word-vectors", unit="ms", written=significant,
        highest=highest, alternative=f"Milliseconds by word-vectors: {ends}.",
    )  # fmt: skip


def _total(kinds: Mapping[str, int]) -> str:
    return f"{sum(kinds.values()):,}"


def _kinds(kinds: Mapping[str, int]) -> str:
    ordered = sorted(kinds.items(), key=lambda item: (-item[1], item[0]))
    return list_of([f"{number} {name}" for name, number in ordered]) or "none"

"""An answer's parts as the report names them, and what a fresh process needs: time to load, and memory."""

from collections.abc import Sequence
from itertools import cycle
from statistics import median

from edge_power.profiling.page.by_length import at_longest
from edge_power.profiling.page.case_table import case_name, case_table
from edge_power.report.bars import Bar, Key, Part, bars
from edge_power.report.markup import Column, Html, element, figure
from edge_power.report.style import Colour
from edge_power_runtime.profiler.report.figures import NONE, milliseconds, size
from edge_power_runtime.profiler.report.rows import Row

_IN_ENGINE = (Colour.ACCENT, Colour.PALE)
_OUTSIDE = (Colour.SECOND, Colour.RAMP_1, Colour.RAMP_6, Colour.RAMP_3, Colour.RAMP_4, Colour.MUTED)
_MOST_BARS = 12
_RUN_ALONE = "An engine's own benchmark program timed its run alone; what an answer needs around it was not timed."


def spans(found: Sequence[Row]) -> list[Html]:
    """A chart of the shortest length, where what is not the engine weighs most, and a table of all."""
    keys = _keys(found)
    if all(row.result.is_run_alone for row in found):
        return [element("p", {}, _RUN_ALONE), _spans_table(found, keys)]
    shortest = min(row.case.length for row in found)
    drawn = [row for row in found if row.case.length == shortest][:_MOST_BARS]
    picture = figure(_spans_chart(drawn, keys), f"An answer in parts, {shortest} tokens", "Medians of each part.")
    return [element("div", {"class": "grid"}, picture), _spans_table(found, keys)]


def memory(found: Sequence[Row]) -> list[Html]:
    """A chart of the greatest length and a table of all; nothing where no process was looked at."""
    started = [row for row in found if row.result.startup is not None]
    if not started:
        return []
    known = [row for row in at_longest(started) if row.result.startup and row.result.startup.steady_bytes is not None]
    if not known:
        return [element("p", {}, "This system does not tell how much memory a process has."), _startup_table(started)]
    title = f"Resident memory, {known[0].case.length} tokens"
    caption = "Bar: after some answers. Tick: the most until then. Both beyond what the process had before."
    picture = figure(_memory_chart(known[:_MOST_BARS]), title, caption)
    return [element("div", {"class": "grid"}, picture), _startup_table(started)]


def _keys(found: Sequence[Row]) -> list[Key]:
    """A colour for each name that a span of some case has, in the order in which they come."""
    in_engine = {span.name: span.in_engine for row in found for span in row.result.spans}
    engine, outside = cycle(_IN_ENGINE), cycle(_OUTSIDE)
    return [Key(next(engine if is_inside else outside), name) for name, is_inside in in_engine.items()]


def _medians(row: Row) -> dict[str, float]:
    """By the names of the case's spans, in their order."""
    return {span.name: median(span.times_ms) for span in row.result.spans}


def _spans_chart(found: Sequence[Row], keys: Sequence[Key]) -> Html:
    colours = {key.words: key.colour for key in keys}
    shown, facts = [], []
    used: set[str] = set()
    for row in found:
        parts = _medians(row)
        used |= parts.keys()
        coloured = [Part(value, colours[name]) for name, value in parts.items()]
        shown.append(Bar(row.name, f"{milliseconds(sum(parts.values()))} ms", coloured))
        said = ", ".join(f"{name} {milliseconds(value)} ms" for name, value in parts.items())
        facts.append(f"{row.name}: {said}")
    legend = [key for key in keys if key.words in used]
    return bars("spans", shown, alternative=f"{'; '.join(facts)}.", keys=legend)


def _spans_table(found: Sequence[Row], keys: Sequence[Key]) -> Html:
    names = [key.words for key in keys]
    columns = [Column(name, is_number=True) for name in [*(f"{name}, ms" for name in names), "outside of the engine"]]
    return case_table("Medians of each part", columns, found, lambda row: _spans_cells(row, names))


def _spans_cells(row: Row, names: Sequence[str]) -> list[str]:
    parts = _medians(row)
    whole = sum(parts.values())
    outside = sum(parts[span.name] for span in row.result.spans if not span.in_engine)
    share = NONE if row.result.is_run_alone else f"{100 * outside / (whole or 1.0):.1f} %"
    return [case_name(row), *(milliseconds(parts.get(name)) for name in names), share]


def _memory_chart(found: Sequence[Row]) -> Html:
    shown, facts = [], []
    for row in found:
        startup = row.result.startup
        if startup is None or startup.steady_bytes is None:
            continue
        peak = startup.peak_bytes
        parts = [Part(startup.steady_bytes, Colour.ACCENT)]
        shown.append(Bar(row.name, size(startup.steady_bytes), parts, mark=None if peak is None else float(peak)))
        facts.append(f"{row.name}: {size(startup.steady_bytes)}, at most {size(peak)}")
    return bars("memory", shown, alternative=f"{'; '.join(facts)}.")


def _startup_table(found: Sequence[Row]) -> Html:
    names = ["load, ms", "first answer, ms", "memory", "most memory", "whole process", "artifact"]
    columns = [Column(name, is_number=True) for name in names]
    return case_table("A fresh process", columns, found, _startup_cells)


def _startup_cells(row: Row) -> list[str]:
    startup = row.result.startup
    if startup is None:
        raise AssertionError("only rows with a start-up are tabled")
    sizes = map(size, (startup.steady_bytes, startup.peak_bytes, startup.process_bytes, row.result.artifact_bytes))
    return [case_name(row), milliseconds(startup.load_ms), milliseconds(startup.first_answer_ms), *sizes]

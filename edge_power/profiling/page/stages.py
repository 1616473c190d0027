"""An answer's four stages apart, and what a fresh process needs: time to load, and memory."""

from collections.abc import Sequence
from statistics import median

from edge_power.profiling.page.by_length import at_longest
from edge_power.profiling.page.case_table import case_name, case_table
from edge_power.report.bars import Bar, Key, Part, bars
from edge_power.report.markup import Column, Html, element, figure
from edge_power.report.style import Colour
from edge_power_runtime.profiler.report.figures import NONE, milliseconds, size
from edge_power_runtime.profiler.report.record import Stages
from edge_power_runtime.profiler.report.rows import Row

_KEYS = (
    Key(Colour.SECOND, "tokenizing"),
    Key(Colour.RAMP_1, "choosing"),
    Key(Colour.ACCENT, "running"),
    Key(Colour.RAMP_6, "decoding"),
)
_MOST_BARS = 12
_RUN_ALONE = "An engine's own benchmark program timed its run alone; tokenizing, choosing and decoding were not timed."


def stages(found: Sequence[Row]) -> list[Html]:
    """A chart of the shortest length, where what is not the engine weighs most, and a table of all."""
    if all(row.result.stages.is_run_alone for row in found):
        return [element("p", {}, _RUN_ALONE), _stages_table(found)]
    shortest = min(row.case.length for row in found)
    drawn = [row for row in found if row.case.length == shortest][:_MOST_BARS]
    picture = figure(_stages_chart(drawn), f"An answer in parts, {shortest} tokens", "Medians of each stage.")
    return [element("div", {"class": "grid"}, picture), _stages_table(found)]


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


def _medians(one: Stages) -> tuple[float | None, float | None, float, float | None]:
    """In the order of the keys; None for a stage that was not timed."""
    tokenize, choose, decode = (
        None if stage is None else median(stage) for stage in (one.tokenize_ms, one.choose_ms, one.decode_ms)
    )
    return tokenize, choose, median(one.run_ms), decode


def _stages_chart(found: Sequence[Row]) -> Html:
    shown, facts = [], []
    for row in found:
        parts = _medians(row.result.stages)
        coloured = [Part(value or 0.0, key.colour) for key, value in zip(_KEYS, parts, strict=True)]
        shown.append(Bar(row.name, f"{milliseconds(sum(filter(None, parts)))} ms", coloured))
        said = ", ".join(f"{key.words} {milliseconds(value)} ms" for key, value in zip(_KEYS, parts, strict=True))
        facts.append(f"{row.name}: {said}")
    return bars("stages", shown, alternative=f"{'; '.join(facts)}.", keys=_KEYS)


def _stages_table(found: Sequence[Row]) -> Html:
    names = [f"{key.words}, ms" for key in _KEYS]
    columns = [Column(name, is_number=True) for name in [*names, "outside of the engine"]]
    return case_table("Medians of each stage", columns, found, _stages_cells)


def _stages_cells(row: Row) -> list[str]:
    parts = _medians(row.result.stages)
    whole = sum(filter(None, parts))
    outside = NONE if row.result.stages.is_run_alone else f"{100 * (whole - parts[2]) / (whole or 1.0):.1f} %"
    return [case_name(row), *map(milliseconds, parts), outside]


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

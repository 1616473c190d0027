"""What a speed-up is over: the baseline that a user names, and the case that it is for each other one."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from edge_power_runtime.engines import engine_name
from edge_power_runtime.errors import InputError, UnsupportedEngineError
from edge_power_runtime.profiler.report.figures import list_of
from edge_power_runtime.profiler.report.record import Baseline, Case, CaseResult, Report

_PARTS = ("engine", "precision", "budget")


def read_baseline(words: Sequence[str], cases: Sequence[Case]) -> Baseline | None:
    """Understand the names that a user gave, in any order.

    A name that could mean several is an engine before a precision, and that before a budget. A word that is no budget
    may hold several, as a case is printed: `onnx fp32 full`.

    Args:
        words: names of an engine, a precision and a budget, at most one of each.
        cases: that are measured, at least one.

    Returns:
        The baseline; None where there are no words.

    Raises:
        InputError: no case has a name, or all of them; or two are of one kind. The message lists what there is.
    """
    budgets = {case.budget for case in cases}
    names = [name for word in words for name in ([word] if word in budgets else word.split())]
    found: dict[str, str] = {}
    for name in names:
        part, value = _part_of(name, cases)
        if found.setdefault(part, value) != value:
            raise InputError(f"`baseline` names two {part}s, {found[part]} and {value}; name one")
    if not found:
        return None
    baseline = Baseline(**found)
    if not fits(baseline, cases):
        there = dict.fromkeys(" ".join(getattr(case, part) for part in _PARTS if part in found) for case in cases)
        raise InputError(f"`baseline` {baseline}: no measured case is that; there are: {', '.join(there)}")
    return baseline


def with_baseline(report: Report, words: Sequence[str]) -> Report:
    """Give the report with another baseline, or as it is where there are no words; its samples serve for any.

    Raises:
        InputError: see `read_baseline`.
    """
    found = read_baseline(words, [result.case for result in report.results])
    return report if found is None else replace(report, settings=replace(report.settings, baseline=found))


def fits(baseline: Baseline, cases: Iterable[Case]) -> bool:
    """Whether one of the cases has all that the baseline names."""
    return any(baseline.of(case) == case for case in cases)


def baseline_of(result: CaseResult, report: Report) -> CaseResult | None:
    """What a case is held against; it may be itself, and None where the report has none such.

    Where no baseline is named, that is the case with the most multiply-adds of those that differ by their budget only:
    the unpruned one, where it was measured.
    """
    named = report.settings.baseline
    if named is not None:
        wanted = named.of(result.case)
        return next((other for other in report.results if other.case == wanted), None)
    alike = (one for one in report.results if replace(one.case, budget=result.case.budget) == result.case)
    return max(alike, key=lambda one: one.macs)


def baseline_name(report: Report) -> str:
    """What speed-ups are over, such as `full` or `fp32 full`; empty where nothing was measured that could have one."""
    named = report.settings.baseline
    if named is not None:
        return str(named)
    pairs = ((baseline_of(result, report), result) for result in report.results)
    return list_of(sorted({one.case.budget for one, other in pairs if one is not None and one.case != other.case}))


def same_as(baseline: Baseline | None) -> str:
    """What a case and its baseline have in common, such as `the same engine, budget, length and threads`."""
    named = {"budget"} if baseline is None else {part for part in _PARTS if getattr(baseline, part) is not None}
    return f"the same {list_of([*(part for part in _PARTS if part not in named), 'length', 'threads'])}"


def _part_of(name: str, cases: Sequence[Case]) -> tuple[str, str]:
    """What a name names, and how we call it."""
    have = {part: list(dict.fromkeys(getattr(case, part) for case in cases)) for part in _PARTS}
    for part, values in have.items():
        if name in values:
            return part, name
    there = "; ".join(f"{part} {', '.join(values)}" for part, values in have.items())
    message = f"`baseline` {name}: no measured case has it; there are: {there}"
    try:
        engine = engine_name(name)
    except UnsupportedEngineError as error:
        raise InputError(message) from error
    if engine not in have["engine"]:
        raise InputError(message)
    return "engine", engine

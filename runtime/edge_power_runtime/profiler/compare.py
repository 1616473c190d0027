"""Two profile reports: is the second faster, slower, or is there no difference that one can tell."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from edge_power_runtime.errors import InputError
from edge_power_runtime.profiler.columns import aligned, fitting, left_out
from edge_power_runtime.profiler.figures import milliseconds, one_line
from edge_power_runtime.profiler.flags import LEAST_SAMPLES
from edge_power_runtime.profiler.record import Case, CaseResult, Report
from edge_power_runtime.profiler.rows import shared, short_name
from edge_power_runtime.profiler.statistics import interval, ratio_draws

LEAST_DIFFERENCE = 0.03
"""Part by which two runs of one bundle may differ: where memory comes to lie varies from process to process."""

Verdict = Literal["faster", "slower", "no difference", "too few samples"]


@dataclass(frozen=True, slots=True)
class CaseComparison:
    """A case that both reports measured.

    Attributes:
        case: its key.
        a_ms: median of the first report, text to prediction.
        b_ms: median of the second.
        ratio: b_ms / a_ms.
        low: lower end of the ratio's 95 % interval.
        high: upper end.
        verdict: on the second report.
    """

    case: Case
    a_ms: float
    b_ms: float
    ratio: float
    low: float
    high: float
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two reports side by side; `a` is what `b` is held against.

    Attributes:
        least: part by which the whole interval must be away from 1 for a difference to count.
        cases: that both measured, in the order of the first.
        ratio: geometric mean of the cases' ratios.
        low: lower end of its 95 % interval.
        high: upper end.
        verdict: over all cases.
        only_a: cases that only the first measured.
        only_b: cases that only the second measured.
        notes: what else differs, or speaks against the figures; sentences for people.
    """

    least: float
    cases: tuple[CaseComparison, ...]
    ratio: float
    low: float
    high: float
    verdict: Verdict
    only_a: tuple[Case, ...]
    only_b: tuple[Case, ...]
    notes: tuple[str, ...]


def compare(a: Report, b: Report, *, least: float = LEAST_DIFFERENCE) -> Comparison:
    """Hold the second report against the first, case by case and over all.

    Args:
        a: the first.
        b: the second.
        least: part by which a ratio's whole 95 % interval must be away from 1 to count as a difference.

    Raises:
        InputError: they do not measure the same: no case in common, other texts, other numbers of words; or a report
            has no usable samples for a case; or `least` is not in 0..1.
    """
    if not 0 <= least < 1:
        raise InputError(f"the least difference that counts must be in 0..1, such as 0.03; got {least:g}")
    _check_texts(a, b)
    _check_stages(a, b)
    pairs = _pairs(a, b)
    for first, second in pairs:
        _check_words(first, second)
    draws = [_draws(first, second) for first, second in pairs]
    cases = tuple(_compare_case(*pair, draw, least) for pair, draw in zip(pairs, draws, strict=True))
    # Cases of one report were measured in the same rounds and draw the same ones, so what hurt all of them stays in.
    low, high = interval(np.exp(np.mean(np.log(draws), axis=0)))
    few = any(case.verdict == "too few samples" for case in cases)
    in_a, in_b = {result.case for result in a.results}, {result.case for result in b.results}
    return Comparison(
        least=least,
        cases=cases,
        ratio=math.exp(sum(math.log(case.ratio) for case in cases) / len(cases)),
        low=low,
        high=high,
        verdict="too few samples" if few else _verdict(low, high, least),
        only_a=tuple(result.case for result in a.results if result.case not in in_b),
        only_b=tuple(result.case for result in b.results if result.case not in in_a),
        notes=_notes(a, b),
    )


def _check_texts(a: Report, b: Report) -> None:
    first, second = ((report.settings.texts, report.settings.num_texts) for report in (a, b))
    if first != second:
        texts = " and ".join(
            "the built-in texts" if num == 0 else f"{num} texts of {name}" for name, num in (first, second)
        )
        raise InputError(f"the reports timed different texts: {texts}; profile both with the same --texts")


def _check_stages(a: Report, b: Report) -> None:
    if a.is_run_alone != b.is_run_alone:
        raise InputError(
            f"the {'first' if a.is_run_alone else 'second'} report timed the engine's run alone, the other whole "
            "answers; profile both with --runner, or both without"
        )


def _pairs(a: Report, b: Report) -> list[tuple[CaseResult, CaseResult]]:
    """The results of the cases that are in both, in the order of `a`."""
    others = {result.case: result for result in b.results}
    pairs = [(result, others[result.case]) for result in a.results if result.case in others]
    if not pairs:
        measured = "; the second ".join(_listed([result.case for result in report.results]) for report in (a, b))
        raise InputError(f"the reports have no case in common: the first measured {measured}")
    return pairs


def _listed(cases: Sequence[Case]) -> str:
    """Name cases in one line, at most three of them."""
    names = [str(case) for case in cases[:3]]
    more = [f"{len(cases) - 3} more"] if len(cases) > 3 else []
    return " / ".join(names + more) or "nothing"


def _check_words(first: CaseResult, second: CaseResult) -> None:
    if first.num_tokens != second.num_tokens:
        raise InputError(
            f"the reports timed texts of different sizes for {first.case}: {first.num_tokens} and "
            f"{second.num_tokens} tokens; profile both with the same texts and tokenizer"
        )


def _samples(result: CaseResult) -> tuple[float, ...]:
    try:
        return result.stages.total_ms
    except ValueError as error:  # the stages have different numbers of samples
        raise InputError("its stages have different numbers of samples; profile again") from error


def _draws(first: CaseResult, second: CaseResult) -> np.ndarray:
    try:
        return ratio_draws(_samples(first), _samples(second), first.rounds, second.rounds)
    except InputError as error:
        raise InputError(f"{first.case}: {error}") from error


def _compare_case(first: CaseResult, second: CaseResult, draws: np.ndarray, least: float) -> CaseComparison:
    samples = _samples(first), _samples(second)
    a_ms, b_ms = (float(np.median(values)) for values in samples)
    low, high = interval(draws)
    few = min(map(len, samples)) < LEAST_SAMPLES
    verdict = "too few samples" if few else _verdict(low, high, least)
    return CaseComparison(first.case, a_ms, b_ms, b_ms / a_ms, low, high, verdict)


def _verdict(low: float, high: float, least: float) -> Verdict:
    if high < 1 - least:
        return "faster"
    return "slower" if low > 1 + least else "no difference"


def _notes(a: Report, b: Report) -> tuple[str, ...]:
    """Say what else differs, and that a report was flagged."""
    notes = []
    pairs = (
        ("devices", a.environment.device, b.environment.device),
        ("CPUs", a.environment.cpu, b.environment.cpu),
        ("bundles", a.bundle.manifest_sha256[:12], b.bundle.manifest_sha256[:12]),
        ("models", a.bundle.name, b.bundle.name),
    )
    for name, first, second in pairs:
        if first != second:
            notes.append(f"different {name}: {first or 'unknown'} and {second or 'unknown'}")
    for package in sorted(a.environment.versions.keys() & b.environment.versions.keys()):
        versions = a.environment.versions[package], b.environment.versions[package]
        if versions[0] != versions[1]:
            notes.append(f"different versions of {package}: {versions[0]} and {versions[1]}")
    for name, report in (("first", a), ("second", b)):
        if report.flags:
            kinds = ", ".join(sorted({flag.kind for flag in report.flags}))
            notes.append(f"the {name} report is flagged ({kinds}), so do not lean on its figures")
    return tuple(notes)


def comparison_text(comparison: Comparison, *, width: int | None = None) -> str:
    """Write a comparison for a terminal: the verdict, a row per case, and what else to know; ends with a newline.

    Args:
        comparison: any.
        width: that the table should keep within, in characters; None for no end.
    """
    cases = [case.case for case in comparison.cases]
    rows = _rows(comparison, list(map(str, cases)), "all cases (geometric mean)")
    lines = [_headline(comparison), ""]
    if width is not None and max(map(len, aligned(rows))) > width:
        rows = _rows(comparison, [short_name(case, cases) for case in cases], "geometric mean")
        lines += [one_line(f"all cases: {shared(cases)}")] if len(cases) > 1 and shared(cases) else []
    shown = fitting(rows, width, spare=(1, 2, 4))
    lines += [*aligned([[row[place] for place in shown] for row in rows], words=(0, len(shown) - 1)), ""]
    omitted = left_out(rows[0], shown, "the reports")
    lines += [omitted] if omitted else []
    for name, only in (("first", comparison.only_a), ("second", comparison.only_b)):
        if only:
            lines.append(one_line(f"only the {name} measured: {_listed(only)}"))
    lines += [one_line(f"note: {note}") for note in comparison.notes]
    return "\n".join(line.rstrip() for line in lines).rstrip() + "\n"


def _rows(comparison: Comparison, names: Sequence[str], mean: str) -> list[tuple[str, ...]]:
    """The table's cells, the columns' names first and the mean of several cases last."""
    rows = [("case", "first ms", "second ms", "ratio", "95 % interval", "the second is")]
    for name, case in zip(names, comparison.cases, strict=True):
        rows.append((name, milliseconds(case.a_ms), milliseconds(case.b_ms), *_ratio_cells(case), case.verdict))
    if len(comparison.cases) > 1:
        rows.append((mean, "", "", *_ratio_cells(comparison), comparison.verdict))
    return [tuple(map(one_line, row)) for row in rows]


def _headline(comparison: Comparison) -> str:
    low, high = 1 - comparison.least, 1 + comparison.least
    found = f"ratio {comparison.ratio:.3f}, 95 % interval {comparison.low:.3f} to {comparison.high:.3f}"
    rule = f"a difference counts where the whole interval is outside {low:.2f} to {high:.2f}"
    match comparison.verdict:
        case "too few samples":
            return f"too few samples: a case needs {LEAST_SAMPLES} in each report; ask for more --iterations"
        case "no difference":
            return f"no difference: {found}; {rule}"
        case verdict:
            return f"the second is {verdict}: {found}; {rule}"


def _ratio_cells(compared: CaseComparison | Comparison) -> tuple[str, str]:
    return f"{compared.ratio:.3f}", f"{compared.low:.3f} to {compared.high:.3f}"

"""Two profile reports: is the second faster, slower, or is there no difference that one can tell."""

import math

import numpy as np

from edge_power_runtime.errors import InputError
from edge_power_runtime.profiler.judge.comparison import CaseComparison, Comparison, Judged
from edge_power_runtime.profiler.judge.flags import LEAST_SAMPLES
from edge_power_runtime.profiler.judge.machine_speed import MachineSpeed, judge, machine_speed
from edge_power_runtime.profiler.judge.statistics import interval, ratio_draws
from edge_power_runtime.profiler.report.record import CaseResult, Report
from edge_power_runtime.profiler.report.rows import listed

LEAST_DIFFERENCE = 0.03
"""Part by which two runs of one bundle may differ: where memory comes to lie varies from process to process."""

_TOO_FEW = Judged("too few samples", "too few samples")


def compare(a: Report, b: Report, *, least: float = LEAST_DIFFERENCE) -> Comparison:
    """Hold the second report against the first, case by case and over all.

    Where both tell how fast the machine itself was, a difference counts if it stands as measured and after that speed
    is taken out, too.

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
    _check_spans(a, b)
    pairs = _pairs(a, b)
    for first, second in pairs:
        _check_words(first, second)
    draws = [_draws(first, second) for first, second in pairs]
    machine = machine_speed(a, b)
    cases = tuple(_compare_case(*pair, draw, machine, least) for pair, draw in zip(pairs, draws, strict=True))
    # Cases of one report were measured in the same rounds and draw the same ones, so what hurt all of them stays in.
    mean_draws = np.exp(np.mean(np.log(draws), axis=0))
    low, high = interval(mean_draws)
    ratio = math.exp(sum(math.log(case.ratio) for case in cases) / len(cases))
    few = any(case.verdict == "too few samples" for case in cases)
    in_a, in_b = {result.case for result in a.results}, {result.case for result in b.results}
    return Comparison(
        least=least,
        cases=cases,
        ratio=ratio,
        low=low,
        high=high,
        judged=_TOO_FEW if few else judge(ratio, mean_draws, machine, least=least),
        machine=None if machine is None else machine.found,
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
        raise InputError(f"the reports timed different texts: {texts}; profile both with the same `texts`")


def _check_spans(a: Report, b: Report) -> None:
    if a.is_run_alone != b.is_run_alone:
        raise InputError(
            f"the {'first' if a.is_run_alone else 'second'} report timed the engine's run alone, the other whole "
            "answers; profile both with `runner`, or both without"
        )


def _pairs(a: Report, b: Report) -> list[tuple[CaseResult, CaseResult]]:
    """The results of the cases that are in both, in the order of `a`."""
    others = {result.case: result for result in b.results}
    pairs = [(result, others[result.case]) for result in a.results if result.case in others]
    if not pairs:
        measured = "; the second ".join(listed([result.case for result in report.results]) for report in (a, b))
        raise InputError(f"the reports have no case in common: the first measured {measured}")
    return pairs


def _check_words(first: CaseResult, second: CaseResult) -> None:
    if first.num_tokens != second.num_tokens:
        raise InputError(
            f"the reports timed texts of different sizes for {first.case}: {first.num_tokens} and "
            f"{second.num_tokens} tokens; profile both with the same texts and tokenizer"
        )


def _samples(result: CaseResult) -> tuple[float, ...]:
    try:
        return result.total_ms
    except ValueError as error:  # the spans have different numbers of samples
        raise InputError("its spans have different numbers of samples; profile again") from error


def _draws(first: CaseResult, second: CaseResult) -> np.ndarray:
    try:
        return ratio_draws(_samples(first), _samples(second), first.rounds, second.rounds)
    except InputError as error:
        raise InputError(f"{first.case}: {error}") from error


def _compare_case(
    first: CaseResult, second: CaseResult, draws: np.ndarray, machine: MachineSpeed | None, least: float
) -> CaseComparison:
    samples = _samples(first), _samples(second)
    a_ms, b_ms = (float(np.median(values)) for values in samples)
    few = min(map(len, samples)) < LEAST_SAMPLES
    judged = _TOO_FEW if few else judge(b_ms / a_ms, draws, machine, least=least)
    return CaseComparison(first.case, a_ms, b_ms, b_ms / a_ms, *interval(draws), judged)


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

"""A report's cases as ready facts, the same for the terminal, for a pull request and for the page."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from edge_power_runtime.profiler.judge.statistics import Summary, ratio_interval, summarise
from edge_power_runtime.profiler.report.baseline import baseline_of
from edge_power_runtime.profiler.report.figures import count
from edge_power_runtime.profiler.report.record import Case, CaseResult, Flag, Report
from edge_power_runtime.retention import RetentionConfig

SPREAD = (10.0, 90.0)
"""Percentiles between which most answers lie: what charts draw as the spread."""

ALWAYS = (*SPREAD, 50.0, 99.0)
"""Percentiles that the summaries need, whatever was asked for."""


@dataclass(frozen=True, slots=True)
class SpeedUp:
    """How much faster a case is than its baseline.

    Attributes:
        baseline: what it is held against, see `baseline_of`.
        over: what the baseline is called: as it was named, or by its budget.
        ratio: of the medians, text to prediction; above 1 is faster.
        low: lower end of the ratio's 95 % interval.
        high: upper end of the ratio's 95 % interval.
        macs_ratio: the baseline's multiply-adds over the case's own: the speed-up, did nothing else cost time.
    """

    baseline: Case
    over: str
    ratio: float
    low: float
    high: float
    macs_ratio: float


@dataclass(frozen=True, slots=True)
class Row:
    """A case and what its samples say.

    Attributes:
        result: what was measured.
        name: what tells the case from the others of the report, such as `onnx balanced 128`.
        total: text to prediction, in ms.
        run_ms: median of the engine's part of it.
        answers_per_s: one after the other, by the mean.
        macs_per_s: multiply-adds a second that the engine reached, by its median; None where no time was seen.
        speed_up: None for the baseline itself, and where nothing is there to compare with.
        flags: that concern this case alone.
    """

    result: CaseResult
    name: str
    total: Summary
    run_ms: float
    answers_per_s: float | None
    macs_per_s: float | None
    speed_up: SpeedUp | None
    flags: tuple[Flag, ...]

    @property
    def case(self) -> Case:
        """Its key."""
        return self.result.case


def rows(report: Report) -> list[Row]:
    """Sum up every case, in the order of the report.

    Raises:
        InputError: a case has no samples.
    """
    percentiles = tuple(sorted({*ALWAYS, *report.settings.percentiles}))
    cases = [result.case for result in report.results]
    return [_row(result, report, cases, percentiles) for result in report.results]


def retention(result: CaseResult) -> RetentionConfig:
    """What each encoder of a case's program passes on.

    Raises:
        RetentionError: the case's numbers are those of no program.
    """
    return RetentionConfig(result.case.length, result.keep)


def is_unpruned(result: CaseResult) -> bool:
    """Whether every encoder that chooses passes on all word-vectors, see `RetentionConfig.is_full`."""
    return retention(result).is_full


def listed(cases: Sequence[Case]) -> str:
    """Name cases in one line, at most three of them."""
    names = [str(case) for case in cases[:3]]
    more = [f"{len(cases) - 3} more"] if len(cases) > 3 else []
    return " / ".join(names + more) or "nothing"


def shared(cases: Sequence[Case]) -> str:
    """What all cases have in common, such as `onnx fp32, 1 thread`; empty where nothing is."""
    same = _same(cases)
    parts = [_part(cases[0], name) for name in ("engine", "precision", "budget", "length") if name in same]
    threads = [_part(cases[0], "threads")] if "threads" in same else []
    return ", ".join([*([" ".join(parts)] if parts else []), *threads])


def short_name(case: Case, cases: Sequence[Case]) -> str:
    """What tells a case from the others; all of it where there are no others."""
    same = _same(cases)
    if len(cases) < 2:
        return str(case)
    parts = [_part(case, name) for name in ("engine", "precision", "budget", "length") if name not in same]
    threads = [] if "threads" in same else [_part(case, "threads")]
    return ", ".join([*([" ".join(parts)] if parts else []), *threads])


def _row(result: CaseResult, report: Report, cases: Sequence[Case], percentiles: Sequence[float]) -> Row:
    total = summarise(result.total_ms, percentiles, rounds=result.rounds)
    run_ms = median(result.run_ms)
    return Row(
        result=result,
        name=short_name(result.case, cases),
        total=total,
        run_ms=run_ms,
        answers_per_s=1000 / total.mean if total.mean > 0 else None,
        macs_per_s=1000 * result.macs / run_ms if run_ms > 0 else None,
        speed_up=_speed_up(result, report),
        flags=tuple(flag for flag in report.flags if flag.case == result.case),
    )


def _speed_up(result: CaseResult, report: Report) -> SpeedUp | None:
    baseline, named = baseline_of(result, report), report.settings.baseline
    if baseline is None or baseline.case == result.case:
        return None
    ours, theirs = result.total_ms, baseline.total_ms
    if min(*ours, *theirs) <= 0:
        return None
    ratio, low, high = ratio_interval(ours, theirs, result.rounds, baseline.rounds, same_run=True)
    over = baseline.case.budget if named is None else str(named)
    return SpeedUp(baseline.case, over, ratio, low, high, baseline.macs / max(1, result.macs))


def _same(cases: Sequence[Case]) -> set[str]:
    names = ("engine", "precision", "budget", "length", "threads")
    return {name for name in names if len({getattr(case, name) for case in cases}) == 1}


def _part(case: Case, name: str) -> str:
    if name == "threads":
        return count(case.threads, "thread")
    return str(getattr(case, name))

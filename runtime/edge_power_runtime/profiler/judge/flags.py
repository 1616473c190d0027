"""Reasons not to believe a profile: what the machine and the samples themselves say against them."""

import math
from collections.abc import Iterator, Sequence

from edge_power_runtime.profiler.judge.machine_flags import machine_flags
from edge_power_runtime.profiler.judge.statistics import Summary, summarise
from edge_power_runtime.profiler.measure.texts import MOST_TEXTS
from edge_power_runtime.profiler.report.environment import Environment
from edge_power_runtime.profiler.report.figures import count, significant
from edge_power_runtime.profiler.report.record import CaseResult, Flag, MixResult, Settings

WIDEST_SPREAD = 0.05
"""Part of the median that its 95 % interval may reach to each side."""

LEAST_SAMPLES = 6
"""That tell anything of the median: the extremes of n samples enclose it with 1 - 2 / 2^n, from 6 on in 95 %."""

_MORE_TIME = "--max-seconds ended the run: allow more"

# What Python's clock and interpreter add to an answer differs by as much from one to the next.
_FINEST_MS = 0.02


def find_flags(
    environment: Environment, results: Sequence[CaseResult], settings: Settings, mixes: Sequence[MixResult] = ()
) -> tuple[Flag, ...]:
    """Find all reasons; none is found on a quiet machine that was given enough iterations.

    Args:
        environment: of the run, from before it and after it.
        results: of its cases.
        settings: what was asked for.
        mixes: of the file's texts.
    """
    threads = max((result.case.threads for result in results), default=1)
    return (
        *machine_flags(environment, threads=threads),
        *_few_samples(results, settings),
        *_few_texts(mixes, settings),
        *_wide_spreads(results),
    )


def samples_needed(percentile: float) -> int:
    """How many samples a percentile needs: enough that one is expected beyond it.

    With fewer, the percentile is hardly more than the most extreme sample: p99 needs 100, p99.9 needs 1000, and even
    the median 6. The extremes themselves, p0 and p100, ask for no more than that.
    """
    tail = min(percentile, 100 - percentile)
    # 100 - 99.9 is a little off in binary, and must not ask for one sample more.
    return max(LEAST_SAMPLES, math.ceil(100 / tail - 1e-6)) if tail > 0 else LEAST_SAMPLES


def _few_samples(results: Sequence[CaseResult], settings: Settings) -> Iterator[Flag]:
    short = [result for result in results if _unmet(result, settings)]
    if len(short) > 1 and len(short) == len(results):
        # All of them: the run was too short, and one sentence says so.
        least = min(short, key=_num_samples)
        yield Flag("few-samples", None, _few_samples_reason(least, settings, several=True))
        return
    for result in short:
        yield Flag("few-samples", result.case, _few_samples_reason(result, settings, several=False))


def _num_samples(result: CaseResult) -> int:
    return len(result.run_ms)


def _unmet(result: CaseResult, settings: Settings) -> list[float]:
    return _too_few(_num_samples(result), settings)


def _too_few(samples: int, settings: Settings) -> list[float]:
    """The percentiles that have too few samples."""
    return sorted(percent for percent in settings.percentiles if samples < samples_needed(percent))


def _few_samples_reason(result: CaseResult, settings: Settings, *, several: bool) -> str:
    unmet = _unmet(result, settings)
    needed = max(map(samples_needed, unmet))
    found = f"{'as few as ' if several else ''}{count(_num_samples(result), 'sample')}"
    stopped = settings.max_seconds is not None and settings.iterations >= needed
    advice = _MORE_TIME if stopped else f"ask for --iterations {needed} or more"
    return f"{found} for {_need(unmet)}; {advice}"


def _need(unmet: Sequence[float]) -> str:
    names = ", ".join(f"p{percent:g}" for percent in unmet)
    return f"{names}, which need{'s' if len(unmet) == 1 else ''} {max(map(samples_needed, unmet))}"


def _few_texts(mixes: Sequence[MixResult], settings: Settings) -> Iterator[Flag]:
    """Look at the mixes; all answer the same texts, so the one with the fewest speaks for them."""
    least = min((len(mix.total_ms) for mix in mixes), default=0)
    unmet = _too_few(least, settings) if mixes else []
    if not unmet:
        return
    needed = max(map(samples_needed, unmet))
    if needed > MOST_TEXTS:
        advice = f"no more than {MOST_TEXTS:,} texts are read: leave p{max(unmet, key=samples_needed):g} out"
    elif settings.num_texts >= needed:
        advice = _MORE_TIME
    else:
        advice = f"give {needed} texts or more"
    yield Flag("few-samples", None, f"the mix has {count(least, 'sample')}, one a text, for {_need(unmet)}; {advice}")


def _wide_spreads(results: Sequence[CaseResult]) -> Iterator[Flag]:
    summaries = [summarise(result.total_ms, (), rounds=result.rounds) for result in results]
    wide = [(result.case, summary) for result, summary in zip(results, summaries, strict=True) if _is_wide(summary)]
    if len(wide) > 1 and len(wide) == len(results):
        worst, summary = max(wide, key=lambda entry: _reach_ms(entry[1]) / max(entry[1].median, _FINEST_MS))
        reason = f"no case's median is sure; the worst is {worst}, where {_wide_spread_reason(summary)}"
        yield Flag("wide-spread", None, reason)
        return
    for case, summary in wide:
        yield Flag("wide-spread", case, _wide_spread_reason(summary))


def _reach_ms(summary: Summary) -> float:
    """How far the median's interval reaches, on the side where it reaches farther."""
    return max(summary.median_high - summary.median, summary.median - summary.median_low)


def _is_wide(summary: Summary) -> bool:
    return _reach_ms(summary) > max(WIDEST_SPREAD * summary.median, _FINEST_MS)


def _wide_spread_reason(summary: Summary) -> str:
    return (
        f"the median of {significant(summary.median)} ms is sure only to {significant(summary.median_low)} to "
        f"{significant(summary.median_high)} ms (95 % interval), more than {WIDEST_SPREAD:.0%} to a side; "
        "quieten the machine or ask for more --iterations"
    )

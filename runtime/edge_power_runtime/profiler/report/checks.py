"""Rules of a report that go beyond the type of each field: its parts must fit together."""

from collections.abc import Sequence

from edge_power_runtime.bundle.artifacts import PRECISIONS
from edge_power_runtime.engines import ENGINE_NAMES
from edge_power_runtime.errors import RetentionError
from edge_power_runtime.profiler.report.baseline import fits
from edge_power_runtime.profiler.report.cascade import MixCascade
from edge_power_runtime.profiler.report.record import CaseResult, LatencyTable, MixResult, Reference, Report
from edge_power_runtime.reading.jsonnode import Node
from edge_power_runtime.retention import RetentionConfig


def check_report(report: Report, node: Node) -> None:
    """Check that a report's parts fit together.

    Args:
        report: as it was read.
        node: the document that it was read from, to say where a rule is broken.

    Raises:
        BundleError: they do not; the message gives the JSON path.
    """
    if not report.results:
        node.field("results").fail("an array of one result at least")
    _check_names(node)
    cases = [result.case for result in report.results]
    for index, (result, place) in enumerate(zip(report.results, node.field("results").items(), strict=True)):
        if result.case in cases[:index]:
            place.field("case").fail("a case that no other result has")
        _check_samples(result, place)
    for mix, place in zip(report.mixes, node.field("mixes").items(), strict=True):
        _check_mix(mix, place)
    for table, place in zip(report.latency_tables, node.field("latency_tables").items(), strict=True):
        _check_table(table, place)
    if report.reference is not None:
        _check_reference(report.reference, node.field("reference"))
    settings, baseline = node.field("settings"), report.settings.baseline
    if not all(0 <= percent <= 100 for percent in report.settings.percentiles):
        settings.field("percentiles").fail("an array of numbers in 0..100")
    if baseline is not None and not (baseline.names and fits(baseline, cases)):
        settings.field("baseline").fail("an engine, a precision or a budget, together those of a case with a result")


def _check_names(node: Node) -> None:
    """Engines and precisions are those of the format, wherever they are named; no length and no threads are none."""
    results, operations = node.field("results").items(), node.field("operations").items()
    flags = [flag for flag in node.field("flags").items() if flag.field("case").value is not None]
    named = [place.field("case") for place in (*results, *operations, *flags)]
    for place in named:
        place.field("length").integer(minimum=1)
    for place in (*named, *node.field("mixes").items(), *node.field("latency_tables").items()):
        place.field("engine").choice(ENGINE_NAMES)
        place.field("precision").choice(PRECISIONS)
        place.field("threads").integer(minimum=1)


def _check_samples(result: CaseResult, place: Node) -> None:
    count = sum(result.rounds)
    if not count:
        place.field("rounds").fail("numbers whose sum is at least 1")
    if not result.spans:
        place.field("spans").fail("an array of one span at least")
    names = [span.name for span in result.spans]
    for index, (span, at) in enumerate(zip(result.spans, place.field("spans").items(), strict=True)):
        if not span.name or span.name in names[:index]:
            at.field("name").fail("a name that no other span of the case has")
        check_times(span.times_ms, count, at.field("times_ms"))
    try:
        RetentionConfig(result.case.length, result.keep)
    except RetentionError:
        place.field("keep").fail("a number for each encoder, one encoder at least, from 1 to what enters it")


def check_times(times: Sequence[float], count: int, place: Node) -> None:
    """Check that there are `count` samples, each a time.

    Raises:
        BundleError: there are not; the message gives the JSON path.
    """
    if len(times) != count:
        place.fail(f"an array of as many samples as the rounds count, {count}")
    if min(times, default=0.0) < 0:
        place.fail("an array of numbers of at least 0")


def _check_reference(reference: Reference, place: Node) -> None:
    count = sum(reference.rounds)
    if not count:
        place.field("rounds").fail("numbers whose sum is at least 1")
    times = place.field("times_ms")
    check_times(reference.times_ms, count, times)
    if min(reference.times_ms) == 0:
        times.fail("an array of numbers above 0")


def _check_mix(mix: MixResult, place: Node) -> None:
    count = len(mix.lengths)
    if not count:
        place.field("lengths").fail("an array of one sample at least")
    if len(mix.num_tokens) != count:
        place.field("num_tokens").fail(f"an array of as many samples as there are lengths, {count}")
    check_times(mix.total_ms, count, place.field("total_ms"))
    if mix.cascade is not None:
        _check_cascade(mix.cascade, count, place.field("cascade"))


def _check_cascade(cascade: MixCascade, count: int, place: Node) -> None:
    if len(cascade.tiers) < 2:
        place.field("tiers").fail("an array of two tiers at least")
    names = [tier.name for tier in cascade.tiers]
    for index, (tier, at) in enumerate(zip(cascade.tiers, place.field("tiers").items(), strict=True)):
        if not tier.name or tier.name in names[:index]:
            at.field("name").fail("a name that no other tier of the cascade has")
        check_times(tier.times_ms, count, at.field("times_ms"))
    if len(cascade.answered) != count or max(cascade.answered) >= len(cascade.tiers):
        place.field("answered").fail(f"an array of {count} places of tiers, from 0")
    if not cascade.alone_ms:
        place.field("alone_ms").fail("an array of one sample at least")
    check_times(cascade.alone_ms, len(cascade.alone_ms), place.field("alone_ms"))


def _check_table(table: LatencyTable, place: Node) -> None:
    grid = table.word_vectors
    if not grid or list(grid) != sorted(set(grid)):
        place.field("word_vectors").fail("an array of rising numbers, one at least")
    for name in ("entering_ms", "leaving_ms"):
        for row in place.field(name).items():
            if len(row.items()) != len(grid):
                row.fail(f"an array of one number per point of the grid, {len(grid)}")
    if len(table.entering_ms) != len(table.leaving_ms):
        place.field("leaving_ms").fail(f"an array of as many encoders as entering_ms has, {len(table.entering_ms)}")

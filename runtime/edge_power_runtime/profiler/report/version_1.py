"""Reports of version 1, whose answers have four stages of fixed names, read as those of version 2."""

from dataclasses import asdict, dataclass

from edge_power_runtime.profiler.report.checks import check_times
from edge_power_runtime.profiler.report.number import Number
from edge_power_runtime.profiler.report.spans import SpanTimes
from edge_power_runtime.reading.jsonnode import Node
from edge_power_runtime.reading.records import read_record

# What each stage is called as a span of a classifier.
_NAMES = {"tokenize_ms": "encode", "choose_ms": "choose", "run_ms": "run", "decode_ms": "decode"}
_RUN = "run_ms"


@dataclass(frozen=True, slots=True)
class _Stages:
    """Milliseconds of every timed answer; where a benchmark program timed its run alone, the three others are None."""

    tokenize_ms: tuple[Number, ...] | None
    choose_ms: tuple[Number, ...] | None
    run_ms: tuple[Number, ...]
    decode_ms: tuple[Number, ...] | None


@dataclass(frozen=True, slots=True)
class _Samples:
    """What is read of a result to make its spans."""

    rounds: tuple[int, ...]
    stages: _Stages


def from_version_1(node: Node) -> Node:
    """Write a report of version 1 as one of version 2.

    Args:
        node: the document.

    Raises:
        BundleError: its stages are malformed or contradict each other; the message gives the JSON path.
    """
    results = []
    for place in node.field("results").items():
        spans = _spans(read_record(_Samples, place), place.field("stages"))
        kept = {name: item.value for name, item in place.entries().items() if name != "stages"}
        results.append({**kept, "spans": [{**asdict(span), "times_ms": list(span.times_ms)} for span in spans]})
    others = {name: item.value for name, item in node.entries().items()}
    return Node({**others, "schema_version": 2, "results": results}, node.document)


def _spans(samples: _Samples, place: Node) -> list[SpanTimes]:
    """The stages that were timed, in their order."""
    spans = []
    for stage, name in _NAMES.items():
        times = getattr(samples.stages, stage)
        if stage != _RUN and (times is None) != (samples.stages.tokenize_ms is None):
            place.field(stage).fail("null where the other stages are, or no stage null")
        if times is not None:
            check_times(times, sum(samples.rounds), place.field(stage))
            spans.append(SpanTimes(name, stage == _RUN, times))
    return spans

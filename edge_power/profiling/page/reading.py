"""What the page's words mean, in plain sentences."""

from edge_power.report.markup import Html, element
from edge_power_runtime.profiler.report.record import Report

_WHOLE = (
    "Latency is the time from a text to its prediction: tokenizing it, choosing the program that fits, running it, and "
    "naming the label. One answer runs at a time."
)
_RUN_ALONE = (
    "Latency is the time that the engine needs to run a program, told by its own benchmark program. What a text needs "
    "before and after that was not timed."
)
_ALWAYS = (
    "p50 is the median: half of the answers take no longer. p90 and p99 say the same of 90 and 99 in 100. The 95 % "
    "interval says how well the median is known: measured again in the same way, it would seldom lie outside.",
    "All cases were measured side by side, in turns, so that whatever disturbs the machine disturbs them alike. A "
    "speed-up is a ratio of two medians of one run, at the same number of tokens.",
    "Multiply-adds are counted from the shapes of the program. A word-vector is one token between two encoders; "
    "retention is how many of them each encoder passes on.",
    "Load is opening the bundle in a fresh process, its files checked, until the program is ready; the import of the "
    "engine comes before. Memory is resident, beyond what that process had before. An artifact holds every program of "
    "its engine and precision, with one copy of the weights.",
)
_OPERATIONS = (
    "Times of operations come from the engine's own profiler, in runs apart from the timed ones since it slows them; "
    "they add up to a little more or less than the latency."
)


def reading(report: Report) -> list[Html]:
    """Explanations, a paragraph each."""
    latency = _RUN_ALONE if report.is_run_alone else _WHOLE
    operations = [_OPERATIONS] if any(one.operations for one in report.operations) else []
    texts = [latency, *_ALWAYS, *operations]
    return [element("p", {}, text) for text in texts]

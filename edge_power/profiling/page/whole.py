"""The page as a whole: the verdict on top, then the figures, then what they were taken on and how to read them."""

from collections.abc import Sequence
from dataclasses import dataclass

from edge_power.profiling.page.by_length import by_engine, by_length, by_threads
from edge_power.profiling.page.conditions import environment, settings
from edge_power.profiling.page.drift import drift
from edge_power.profiling.page.encoders.section import encoders
from edge_power.profiling.page.fitted import delegation, latency_tables
from edge_power.profiling.page.mix import mix
from edge_power.profiling.page.reading import reading
from edge_power.profiling.page.spans import memory, spans
from edge_power.profiling.page.speed_ups import speed_ups, title
from edge_power.profiling.page.summary import summary
from edge_power.profiling.page.verdict import header
from edge_power.report import page as frame
from edge_power.report.markup import Html, element, section
from edge_power_runtime.profiler.report.record import Report
from edge_power_runtime.profiler.report.rows import Row, rows


@dataclass(frozen=True, slots=True)
class Chapter:
    """A section of the page.

    Attributes:
        anchor: what a link calls it.
        title: its heading.
        children: its content; a chapter without any is left out.
    """

    anchor: str
    title: str
    children: Sequence[Html]


def page(report: Report) -> str:
    """Draw the page: one HTML file that needs no network and no script.

    Equal reports give equal bytes. Samples are drawn, not embedded, so that the page stays small.

    Raises:
        InputError: a case has no samples.
    """
    found = rows(report)
    written = [chapter for chapter in _chapters(report, found) if chapter.children]
    return frame.page(
        f"edge-power profile: {report.bundle.name}",
        header(report, found),
        _contents(written),
        *(section(chapter.title, *chapter.children, anchor=chapter.anchor) for chapter in written),
    )


def _chapters(report: Report, found: Sequence[Row]) -> list[Chapter]:
    return [
        Chapter("summary", "Summary", summary(report, found)),
        Chapter("length", "Latency by length", by_length(found)),
        Chapter("speed-up", title(report), speed_ups(report, found)),
        Chapter("engine", "By engine and precision", by_engine(found)),
        Chapter("threads", "By number of threads", by_threads(found)),
        Chapter("encoders", "Words and time, encoder by encoder", encoders(report, found)),
        Chapter("spans", "An answer in parts", spans(found)),
        Chapter("memory", "Memory and start", memory(found)),
        Chapter("texts", "What a user of these texts would feel", mix(report)),
        Chapter("drift", "Answer by answer", drift(found)),
        Chapter("table", "The fitted latency table", latency_tables(report)),
        Chapter("delegation", "Operations that ExecuTorch delegates", delegation(report)),
        Chapter("machine", "The machine", environment(report)),
        Chapter("settings", "How it was measured", settings(report)),
        Chapter("reading", "How to read this page", reading(report)),
    ]


def _contents(written: Sequence[Chapter]) -> Html:
    links = [element("li", {}, element("a", {"href": f"#{one.anchor}"}, one.title)) for one in written]
    return element("nav", {"aria-label": "Contents"}, element("ul", {}, *links))

"""The top of the page: what came out, in a sentence, and whether it can be believed."""

from collections.abc import Sequence

from edge_power.report.markup import Html, details, element, joined
from edge_power_runtime.profiler.report.figures import count, milliseconds, size, times
from edge_power_runtime.profiler.report.record import Flag, Report
from edge_power_runtime.profiler.report.rows import Row
from edge_power_runtime.profiler.text.table import device, flag_line

TRUST = "verdict"
"""The anchor that a doubtful row leads to."""

_MOST = 3  # flags of one kind that are items of their own

KINDS = {
    "clock-changed": "The clock changed",
    "throttled": "The processor was throttled",
    "temperature-rose": "It grew warm",
    "cores-taken": "Others used the cores",
    "few-samples": "Too few samples",
    "wide-spread": "The spread is wide",
    "on-battery": "It ran on battery",
}
"""What each kind of flag is called."""


def header(report: Report, found: Sequence[Row]) -> Html:
    """The headline: the fastest case at the greatest length, and the doubts."""
    moment = report.created.replace("T", " ").replace("Z", " UTC").replace("+00:00", " UTC")
    over = f"edge-power profile on {device(report)}, {moment}"
    return element("header", {}, element("p", {"class": "over"}, over), _headline(report, found), _verdict(report))


def _headline(report: Report, found: Sequence[Row]) -> Html:
    best = fastest(found)
    case, total = best.case, best.total
    key = element("span", {"class": "key"}, f"{milliseconds(total.median)} ms")
    artifact = size(best.result.artifact_bytes)
    said = (
        f"{case}: nine of ten answers within {milliseconds(total.percentiles[90.0])} ms; the artifact has {artifact}."
    )
    one = best.speed_up
    end = "." if one is None else f", {times(one.ratio)} as fast as {one.over}."
    aside = element("span", {"class": "aside"}, end)
    title = element("h1", {}, f"{report.bundle.name}: ", key, f" for {case.length} tokens", aside)
    return joined(title, element("p", {"class": "also"}, said))


def fastest(found: Sequence[Row]) -> Row:
    """The fastest case at the greatest length: what a user would ship."""
    longest = max(row.case.length for row in found)
    return min((row for row in found if row.case.length == longest), key=lambda row: row.total.median)


def _verdict(report: Report) -> Html:
    attributes = {"id": TRUST, "role": "note", "aria-label": "Can these figures be trusted?"}
    if not report.flags:
        calm = element("strong", {}, "No doubts.")
        text = " Clocks, temperatures, other processes, the number of samples and their spread were looked at."
        return element("div", attributes | {"class": "verdict"}, element("p", {}, calm, text))
    head = f"{count(len(report.flags), 'reason')} to doubt these figures"
    kinds = dict.fromkeys(flag.kind for flag in report.flags)
    items = [item for kind in kinds for item in _items([flag for flag in report.flags if flag.kind == kind])]
    content = [element("p", {}, element("strong", {}, head)), element("ul", {}, *items)]
    return element("div", attributes | {"class": "verdict doubt"}, *content)


def _items(flags: Sequence[Flag]) -> list[Html]:
    """An item for each flag of a kind; many are one, with the reasons folded away."""
    if len(flags) <= _MOST:
        return [element("li", {}, *_reason(flag)) for flag in flags]
    reasons = element("ul", {}, *(element("li", {}, flag_line(flag)) for flag in flags))
    head = element("strong", {}, f"{KINDS[flags[0].kind]}, {count(len(flags), 'time')}.")
    return [element("li", {}, head, details("Each with its reason", reasons))]


def _reason(flag: Flag) -> list[str]:
    concerned = "" if flag.case is None else f" ({flag.case})"
    return [element("strong", {}, f"{KINDS[flag.kind]}{concerned}:"), f" {flag.reason}"]

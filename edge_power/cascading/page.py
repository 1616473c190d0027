"""report.html: what a cascade loses and gains at every threshold, and where the promise ends."""

from collections.abc import Callable, Sequence

from matplotlib.figure import Figure

from edge_power.cascading.record import CascadeRecord
from edge_power.cascading.thresholds.mixture import Mixture
from edge_power.cascading.words import cost, figures, left_out, outcome, promise, tighter
from edge_power.report.charts import FONT_SIZE, add_axes, draw, scale_axes
from edge_power.report.markup import Column, Html, element, figure, section, table
from edge_power.report.page import page
from edge_power.report.style import Colour

_HEIGHT, _LEFT, _RIGHT, _BELOW, _ABOVE = 230, 46, 18, 42, 14

_READING = (
    "A tier's confidence is the largest probability of softmax(logits / temperature). Its answer stands where that is "
    "at least its threshold; otherwise the next tier is asked, whose answer then costs the time of both.",
    "The promise holds for texts like the rows that were tested. Where an app's texts become others, the share that is "
    "passed on changes first: Cascade.stats() counts it.",
    "The mean hides the tail: a text that is passed on takes longer than the last tier alone. So the 95th percentile "
    "stands beside it.",
)


def render(record: CascadeRecord) -> str:
    """Write the page: one HTML file that needs no network and no script; equal records give equal bytes."""
    parts = [section("What came out", _table(record)), section("Every threshold", *_pictures(record), _curve(record))]
    return page(
        f"edge-power cascade: {record.name}",
        _headline(record),
        *parts,
        section("How to read this page", *(element("p", {}, text) for text in _READING)),
    )


def _headline(record: CascadeRecord) -> Html:
    over = f"edge-power cascade: {' before '.join(record.tiers)}, {record.engine}"
    also = [element("li", {}, line) for line in (promise(record), tighter(record), left_out(record)) if line]
    return element(
        "header",
        {},
        element("p", {"class": "over"}, over),
        element("h1", {}, f"{record.name}: ", element("span", {"class": "key"}, outcome(record))),
        element("ul", {"class": "also"}, *also),
    )


def _table(record: CascadeRecord) -> Html:
    columns = [Column("rows"), *(Column(name, True) for name in figures(record.choice.mixture, record))]
    rows = [[f"{record.choice.tested} tested", *figures(record.choice.mixture, record).values()]]
    if record.dev is not None:
        rows.append([f"{record.dev_rows} dev", *figures(record.dev, record).values()])
    return table("At the thresholds chosen", columns, rows)


def _curve(record: CascadeRecord) -> Html:
    shown = figures(record.choice.mixture, record)
    columns = [Column("threshold", True), *(Column(name, True) for name in shown), Column("promise")]
    rows = [
        [f"{one.thresholds[0]:.4f}", *figures(one, record).values(), "kept" if place < record.choice.promised else "-"]
        for place, one in enumerate(record.choice.curve)
    ]
    return table("Every threshold, on the rows that were tested", columns, rows)


def _pictures(record: CascadeRecord) -> list[Html]:
    def of_accuracy(one: Mixture) -> float:
        return one.accuracy

    def of_mean(one: Mixture) -> float:
        return one.mean / one.last_mean

    def of_p95(one: Mixture) -> float:
        return one.p95 / one.last_p95

    made = [
        (
            _picture("accuracy", record, [of_accuracy], lambda value: f"{100 * value:.1f}"),
            "Accuracy, by the share that is passed on",
        ),
        (
            _picture("cost", record, [of_mean, of_p95], lambda value: f"{value:.1f}"),
            "Expected mean and (dashed) 95th percentile, over the last tier's alone",
        ),
    ]
    key = "Full colour keeps the promise; dots: dev rows; ring: chosen."
    drawn = [figure(picture, title, key) for picture, title in made]
    return [element("div", {"class": "grid"}, *drawn)]


def _picture(
    name: str, record: CascadeRecord, values: Sequence[Callable[[Mixture], float]], written: Callable[[float], str]
) -> Html:
    """Draw figures over the share that the first tier passes on."""

    def paint(figure: Figure) -> None:
        axes = add_axes(figure, left=_LEFT, right=_RIGHT, bottom=_BELOW, top=_ABOVE)
        axes.set_xlim(0, 1)
        for number, value in enumerate(values):
            dashes = "--" if number else "-"
            points = [(one.passed_on[0], value(one)) for one in record.choice.curve]
            kept = points[: record.choice.promised]
            axes.plot(*zip(*points, strict=True), dashes, color=Colour.MUTED, linewidth=1.5)
            axes.plot(*zip(*kept, strict=True), dashes, color=Colour.ACCENT, linewidth=2.5)
            chosen = record.choice.mixture
            axes.plot(
                chosen.passed_on[0], value(chosen), "o", color=Colour.INK, markerfacecolor=Colour.CARD, markersize=9
            )
            dev = [(one.passed_on[0], value(one)) for one in record.dev_curve]
            if dev:
                axes.plot(*zip(*dev, strict=True), ".", color=Colour.SECOND, markersize=4)
        axes.margins(y=0.1)
        scale_axes(axes, x=lambda value: f"{100 * value:.0f} %", y=written)
        axes.set_xlabel("passed on by the first tier", color=Colour.MUTED, fontsize=FONT_SIZE - 0.5)

    return draw(name, _HEIGHT, paint, alternative=f"{name}: {outcome(record)} {cost(record.choice.mixture, record)}")

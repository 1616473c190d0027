"""report.html: a fit on one page, from its outcome in words down to the options that it was run with."""

from edge_power.fitting.page.curves import masses, price, progress
from edge_power.fitting.page.tables import budgets_table, candidates_table, conditions, exits_table, phases_table
from edge_power.fitting.page.trade_off import trade_off
from edge_power.fitting.page.words import LATENCY, READING, at_mean_length, judged_on, metric_name, outcome
from edge_power.fitting.record import BudgetRecord, FitRecord
from edge_power.report.markup import Html, element, figure, section
from edge_power.report.page import page
from edge_power.report.stairs import stairs
from edge_power_runtime.retention import RetentionSchedule

_HUNDRED = 100


def render(record: FitRecord) -> str:
    """Write the page: one HTML file that needs no network and no script.

    Equal records give equal bytes.

    Args:
        record: of the fit.
    """
    return page(
        f"edge-power fit: {record.model}",
        _headline(record),
        section("What came out", phases_table(record), budgets_table(record), *_exits(record)),
        _staircases(record),
        *_curves(record),
        _trade_off(record),
        section("What it was run with", conditions(record)),
        _reading(record),
    )


def _exits(record: FitRecord) -> list[Html]:
    return [exits_table(record)] if any(budget.exits for budget in record.budgets) else []


def _headline(record: FitRecord) -> Html:
    default, *others = record.budgets
    cost, result, against = outcome(record, default)
    name = f"{record.model}, {default.name}" if others else record.model
    encoders = "1 encoder" if record.encoders == 1 else f"{record.encoders} encoders"
    over = f"edge-power fit: {record.task.replace('_', ' ')}, {encoders}, judged on {judged_on(record)}"
    also = [element("li", {}, _other(record, budget)) for budget in others]
    return element(
        "header",
        {},
        element("p", {"class": "over"}, over),
        element(
            "h1",
            {},
            f"{name}: ",
            element("span", {"class": "key"}, f"{cost},"),
            f" {result} ",
            element("span", {"class": "aside"}, against),
        ),
        *([element("ul", {"class": "also"}, *also)] if also else []),
    )


def _other(record: FitRecord, budget: BudgetRecord) -> str:
    cost, result, against = outcome(record, budget)
    return f"{budget.name}: {cost}, {result} {against}"


def _staircases(record: FitRecord) -> Html:
    key = "Words in full colour are passed on, faint ones are dropped by this encoder."
    figures = [
        figure(
            stairs(f"stairs-{place}", RetentionSchedule(budget.schedule).at(_HUNDRED), words="words"),
            f"{budget.name}: {budget.multiply_adds:.2f} of the multiply-adds",
            f"{key} {at_mean_length(record, budget)}",
        )
        for place, budget in enumerate(record.budgets, start=1)
    ]
    return section(
        f"Of {_HUNDRED} words, how many each encoder passes on", element("div", {"class": "large"}, *figures)
    )


def _curves(record: FitRecord) -> list[Html]:
    learning, searching = [], []
    for place, phase in enumerate(record.phases, start=1):
        learning.append((progress(f"progress-{place}", phase, record.metric), phase.title, ""))
        searching.append((masses(f"masses-{place}", phase), f"{phase.title}: words passed on", ""))
        searching.append((price(f"price-{place}", phase), f"{phase.title}: multiply-adds and price", ""))
    sections = (("Loss and metric over steps", learning), ("What the search did, step by step", searching))
    made: list[Html] = []
    for title, wanted in sections:
        figures = [figure(picture, head, caption) for picture, head, caption in wanted if picture is not None]
        if figures:
            made.append(section(title, element("div", {"class": "grid"}, *figures)))
    return made


def _trade_off(record: FitRecord) -> Html:
    depths = {candidate.encoders for candidate in record.candidates}
    # Budgets may share their weights; a point that was re-trained never does.
    own_and_shared = ["diamonds: weights of their own", "circles: weights shared by all"]
    tried = own_and_shared if record.candidates else ["diamonds: budgets"]
    marks = [*tried, "square: unpruned", "ring: chosen"]
    if len(depths) > 1:
        marks.append("numbers: encoders")
    title = f"{metric_name(record.metric)} on the texts held out, against the multiply-adds left"
    picture = figure(trade_off("trade-off", record), title, f"{'; '.join(marks)}.".capitalize())
    beside = [candidates_table(record)] if record.candidates else []
    return section("Trade-off", element("div", {"class": "wide"}, picture, *beside))


def _reading(record: FitRecord) -> Html:
    texts = (*READING, LATENCY) if record.candidates else READING
    return section("How to read this page", *(element("p", {}, text) for text in texts))

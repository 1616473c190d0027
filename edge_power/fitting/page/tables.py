"""The tables of a fit's report: phases, budgets, points that were tried, and what the fit was run with."""

from edge_power.fitting.page.words import difference, duration, fractions, metric_name, points
from edge_power.fitting.record import BudgetRecord, Candidate, ExitRecord, FitRecord, PhaseRecord
from edge_power.report.markup import Column, Html, element, table, terms

_NONE = "\N{EN DASH}"


def phases_table(record: FitRecord) -> Html:
    """A row for each phase."""
    columns = [
        Column("phase"),
        Column(f"{metric_name(record.metric)}, held out", is_number=True),
        Column("multiply-adds left", is_number=True),
        Column("retention per encoder"),
        Column("steps", is_number=True),
        Column("time", is_number=True),
    ]
    return table(f"Phases, {duration(record.seconds)} in all", columns, [_phase(phase) for phase in record.phases])


def budgets_table(record: FitRecord) -> Html:
    """The unpruned model, and a row for each budget; dev columns only where there are dev texts."""
    name = metric_name(record.metric)
    metrics = [Column(f"{name}, held out", is_number=True), Column("points against unpruned", is_number=True)]
    if record.unpruned_dev is not None:
        metrics += [Column(f"{name}, dev", is_number=True), Column("points against unpruned", is_number=True)]
    columns = [
        Column("budget"),
        *metrics,
        Column("multiply-adds of the unpruned model", is_number=True),
        Column("multiply-adds of our full program", is_number=True),
    ]
    return table("Budgets", columns, [_unpruned(record), *(_budget(record, budget) for budget in record.budgets)])


def exits_table(record: FitRecord) -> Html:
    """A row for each exit of each budget: what its head says by itself of every text."""
    name = metric_name(record.metric)
    columns = [Column("budget"), Column("behind encoder", is_number=True), Column(f"{name}, held out", is_number=True)]
    if record.unpruned_dev is not None:
        columns.append(Column(f"{name}, dev", is_number=True))
    rows = [
        _exit(budget, one, dev=record.unpruned_dev is not None) for budget in record.budgets for one in budget.exits
    ]
    return table("Exits, each answering every text", columns, rows)


def candidates_table(record: FitRecord) -> Html:
    """A row for each point that was tried, the cheapest first: by expected latency, as they were chosen."""
    columns = [
        Column("tried"),
        Column(f"{metric_name(record.metric)}, held out", is_number=True),
        Column("multiply-adds left", is_number=True),
        Column("expected latency", is_number=True),
        Column("weights"),
    ]
    cheapest_first = sorted(record.candidates, key=lambda candidate: (candidate.expected_latency, candidate.stage))
    return table("Every point that was tried", columns, [_candidate(candidate) for candidate in cheapest_first])


def conditions(record: FitRecord) -> Html:
    """The data, the options and the versions."""
    parts = (("Data", _data(record)), ("Options", record.options), ("Versions", record.versions))
    made = [element("div", {}, element("h3", {}, title), terms(items)) for title, items in parts if items]
    return element("div", {"class": "grid"}, *made)


def _phase(phase: PhaseRecord) -> list[str]:
    if phase.schedule:
        retention = fractions(phase.schedule)
    else:
        retention = "all words" if phase.name in ("fine-tune", "depth") else "by budget"
    left = f"{phase.multiply_adds:.2f}"
    return [phase.title, points(phase.metric), left, retention, f"{phase.steps:,}", duration(phase.seconds)]


def _unpruned(record: FitRecord) -> list[str]:
    dev = [] if record.unpruned_dev is None else [points(record.unpruned_dev), _NONE]
    return ["unpruned", points(record.unpruned_select), _NONE, *dev, "1.00", _NONE]


def _budget(record: FitRecord, budget: BudgetRecord) -> list[str]:
    cells = [budget.name, points(budget.select_metric), difference(budget.select_metric, record.unpruned_select)]
    if record.unpruned_dev is not None and budget.dev_metric is not None:
        cells += [points(budget.dev_metric), difference(budget.dev_metric, record.unpruned_dev)]
    elif record.unpruned_dev is not None:
        cells += [_NONE, _NONE]
    return [*cells, f"{budget.multiply_adds:.2f}", f"{budget.of_full:.2f}"]


def _exit(budget: BudgetRecord, one: ExitRecord, *, dev: bool) -> list[str]:
    on_dev = [_NONE if one.dev_metric is None else points(one.dev_metric)] if dev else []
    return [budget.name, str(one.encoder), points(one.select_metric), *on_dev]


def _candidate(candidate: Candidate) -> list[str]:
    chosen = ", chosen" if candidate.chosen else ""
    return [
        f"{candidate.title}{chosen}",
        points(candidate.metric),
        f"{candidate.multiply_adds:.2f}",
        f"{candidate.expected_latency:.2f}",
        candidate.stage,
    ]


def _data(record: FitRecord) -> dict[str, str]:
    data = record.data
    said = {
        "trained on": f"{data.train_rows:,} texts",
        "held out": f"{data.select_rows:,} texts of {data.mean_length:.1f} tokens on average",
    }
    if data.dev_rows:
        length = "" if data.dev_mean_length is None else f" of {data.dev_mean_length:.1f} tokens on average"
        said["dev"] = f"{data.dev_rows:,} texts{length}"
    return said | {"too long, and cut": f"{data.truncated:,} texts"}

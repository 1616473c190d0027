"""What a fit's report says in words: figures as people write them, and the outcome of a budget as a sentence."""

from edge_power.fitting.record import BudgetRecord, FitRecord
from edge_power_runtime.retention import RetentionSchedule

_METRICS = {
    "accuracy": "accuracy",
    "f1": "F1",
    "f1_macro": "macro F1",
    "matthews": "Matthews correlation",
    "pearson": "Pearson correlation",
    "spearman": "Spearman correlation",
}

_HUNDRED = 100

READING = (
    "Metrics and points are hundredths. Whatever was chosen (schedules, weights, when to stop) was chosen by the texts "
    "held out from training. Dev texts only report: nothing was chosen by them.",
    "Multiply-adds are counted at the true length of each text, without padding. The unpruned model computes every row "
    "in every encoder. Our own full program drops no words either, but computes one row of the last encoder, since the "
    "answer is read from [CLS]; what retention saves beyond that is in the last column of the budgets.",
    "Retention is the fraction of a text's words that an encoder passes on, the most significant first; one schedule "
    "serves every length. The last encoder passes on [CLS] alone. The price is what the search charged for a word; "
    "where there is a target, it is raised and lowered until the multiply-adds are those wanted.",
)

LATENCY = (
    "Expected latency is relative to the unpruned model's: by the latency table of a profile where the fit was given "
    "one, otherwise a guess from a floor for each encoder and a slope for each word. Measure it on your device."
)


def metric_name(metric: str) -> str:
    """A metric for people; one that is unknown keeps its name."""
    return _METRICS.get(metric, metric)


def points(metric: float) -> str:
    """A metric in hundredths, as tables of results give it: 89.9."""
    return _with_minus(f"{_HUNDRED * metric:.1f}")


def difference(metric: float, unpruned: float) -> str:
    """How far a metric is from the unpruned model's, in points, with its sign: -0.5."""
    written = f"{_HUNDRED * (metric - unpruned):+.1f}"
    return "0.0" if written in ("+0.0", "-0.0") else _with_minus(written)


def duration(seconds: float) -> str:
    """A time for people: 45 s, 3 min 20 s, 1 h 4 min."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"


def fractions(schedule: tuple[float, ...]) -> str:
    """A schedule encoder by encoder; the last encoder keeps what is read of it whatever its fraction."""
    wanted = RetentionSchedule(schedule)
    return " ".join([*(f"{fraction:.2f}" for fraction in schedule[: wanted.passing]), wanted.readout.name])


def outcome(record: FitRecord, budget: BudgetRecord) -> tuple[str, str, str]:
    """What a budget costs and what it gives, on the dev texts, or on those held out where there are none.

    Returns:
        The part of the multiply-adds, the metric, and how that is beside the unpruned model's.
    """
    metric, unpruned = budget.select_metric, record.unpruned_select
    if budget.dev_metric is not None and record.unpruned_dev is not None:
        metric, unpruned = budget.dev_metric, record.unpruned_dev
    return (
        f"{budget.multiply_adds:.2f} of the multiply-adds",
        f"{metric_name(record.metric)} {points(metric)}",
        f"(unpruned {points(unpruned)}, {difference(metric, unpruned)} points)",
    )


def judged_on(record: FitRecord) -> str:
    """The texts that the outcome is stated for."""
    if record.unpruned_dev is None:
        return f"{record.data.select_rows:,} texts held out"
    return f"{record.data.dev_rows:,} dev texts"


def at_mean_length(record: FitRecord, budget: BudgetRecord) -> str:
    """What a text of the mean length shrinks to, encoder by encoder."""
    length = max(1, round(record.data.dev_mean_length or record.data.mean_length))
    kept = RetentionSchedule(budget.schedule).at(length).keep
    return f"A text of the mean length, {length} tokens, shrinks to {', '.join(map(str, kept))}."


def _with_minus(written: str) -> str:
    return written.replace("-", "\N{MINUS SIGN}")

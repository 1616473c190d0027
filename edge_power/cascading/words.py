"""A cascade's outcome in words and figures, for the terminal and the page alike."""

from edge_power.cascading.record import CascadeRecord
from edge_power.cascading.thresholds.choose import CONFIDENCE
from edge_power.cascading.thresholds.mixture import Mixture
from edge_power_runtime.profiler.report.figures import significant


def outcome(record: CascadeRecord) -> str:
    """Say what a user decides by."""
    mixture = record.dev or record.choice.mixture
    rows = f"{record.dev_rows} dev rows" if record.dev else f"{record.choice.tested} rows"
    saved = f"{mixture.mean / mixture.last_mean:.2f} of the last tier's mean cost"
    return f"{saved}, {_points(mixture.lost)} points lost on {rows}."


def promise(record: CascadeRecord) -> str:
    """Say what is promised, and on what."""
    choice = record.choice
    origin = f"{record.held_out} rows held out of the training texts" if record.held_out else "rows to select by"
    return (
        f"With {CONFIDENCE:.0%} confidence at most {_counted(choice.max_loss)} lost on texts like the "
        f"{origin}, of which {choice.tuned} told the temperatures and {choice.tested} were tested."
    )


def tighter(record: CascadeRecord) -> str:
    """Say what half the loss would take."""
    choice = record.choice
    wanted = f"{100 * choice.tighter:g} points"
    if choice.tighter_rows is None:
        return f"A promise of {wanted} needs other thresholds: at these as much or more is lost."
    return f"A promise of {wanted} at these thresholds would need about {choice.tighter_rows} rows to test."


def left_out(record: CascadeRecord) -> str:
    """Say which exits are not asked; nothing where all are."""
    if not record.left_out:
        return ""
    behind = ", ".join(map(str, record.left_out))
    return f"Not asked, since what was chosen is expected to cost less: an exit behind encoder {behind}."


def cost(mixture: Mixture, record: CascadeRecord) -> str:
    """Say what a text costs."""
    return (
        f"Expected mean {significant(mixture.mean)} {record.unit} (last tier alone {significant(mixture.last_mean)}), "
        f"95th percentile {significant(mixture.p95)} ({significant(mixture.last_p95)})."
    )


def figures(mixture: Mixture, record: CascadeRecord) -> dict[str, str]:
    """Give a row of a table, by its columns' names."""
    first = record.tiers[:-1]
    passed = {f"passed on by {name}": f"{share:.1%}" for name, share in zip(first, mixture.passed_on, strict=True)}
    return {
        **passed,
        "accuracy": f"{mixture.accuracy:.4f}",
        "last alone": f"{mixture.last_accuracy:.4f}",
        "points lost": _points(mixture.lost),
        f"mean {record.unit}": significant(mixture.mean),
        "of alone": f"{mixture.mean / mixture.last_mean:.2f}",
        f"p95 {record.unit}": significant(mixture.p95),
        "p95 of alone": f"{mixture.p95 / mixture.last_p95:.2f}",
    }


def _counted(loss: float) -> str:
    points = f"{100 * loss:g}"
    return f"{points} point is" if points == "1" else f"{points} points are"


def _points(fraction: float) -> str:
    return f"{100 * fraction + 0.0:.2f}"

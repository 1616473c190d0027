"""From a goal to schedules and the weights that serve them."""

from dataclasses import dataclass

from edge_power.fitting.cost import Cost
from edge_power.fitting.phases import Phases
from edge_power.fitting.record import Candidate
from edge_power.fitting.training.schedules import along
from edge_power.model.classifier import PowerForSequenceClassification
from edge_power.model.retention_file import DEFAULT_BUDGET
from edge_power_runtime.retention import RetentionSchedule


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a fit found.

    Attributes:
        model: the weights.
        budgets: schedules by name, the default first.
        candidates: what was tried, where the goal is a loss.
    """

    model: PowerForSequenceClassification
    budgets: dict[str, RetentionSchedule]
    candidates: tuple[Candidate, ...] = ()


def reach_budgets(
    phases: Phases, model: PowerForSequenceClassification, cost: Cost, targets: dict[str, float]
) -> Outcome:
    """Search down to the smallest target, and re-train one set of weights on the schedule of each.

    Raises:
        OptionError: a target is below what one word per encoder costs.
    """
    found = phases.search(model, cost, target=min(targets.values()))
    budgets = {name: along(found.log, cost, target) for name, target in targets.items()}
    phases.retrain(model, cost, list(budgets.values()), "re-train")
    return Outcome(model, budgets)


def pay_price(phases: Phases, model: PowerForSequenceClassification, cost: Cost, price: float) -> Outcome:
    """Search at the paper's lambda; the masses say the schedule."""
    found = phases.search(model, cost, target=None, price=price)
    schedule = RetentionSchedule(found.schedule)
    phases.retrain(model, cost, [schedule], "re-train")
    return Outcome(model, {DEFAULT_BUDGET: schedule})

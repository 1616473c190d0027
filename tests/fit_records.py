"""Made-up records of fits, as plausible as their curves are smooth."""

import math

from edge_power.fitting.record import BudgetRecord, Candidate, DataRecord, FitRecord, LogPoint, PhaseRecord

SEARCHED = (0.989, 0.786, 0.545, 0.169, 0.106, 0.106)
FAST = (0.8, 0.55, 0.35, 0.11, 0.06, 0.06)


def slope(encoders: int, last: float = 0.1) -> tuple[float, ...]:
    """A schedule that falls evenly to `last`."""
    falling = [1 - (1 - last) * (j + 1) / max(1, encoders - 1) for j in range(encoders - 1)]
    return (*falling, falling[-1] if falling else 1.0)


def losses(steps: int, *, begin: float, end: float, every: int = 50) -> tuple[LogPoint, ...]:
    """A loss that falls, noise that repeats, and a metric at every fifth of the steps."""
    return tuple(
        LogPoint(
            step,
            end + (begin - end) * math.exp(-4 * step / steps) + 0.01 * math.sin(1.7 * step),
            metric=0.9 - 0.06 * math.exp(-3 * step / steps) if step % (steps // 5) < every else None,
        )
        for step in range(every, steps + 1, every)
    )


def searched(steps: int, schedule: tuple[float, ...], *, every: int = 25) -> tuple[LogPoint, ...]:
    """Masses that fall from 1 to the schedule while the price rises, then falls."""
    points = []
    for step in range(every, steps + 1, every):
        done = min(1.0, step / steps / 0.75)
        masses = tuple(1 - (1 - fraction) * done ** (1 + 3 * fraction) for fraction in schedule[:-1])
        price = 2.2e-3 * done**3 if done < 1 else 2.2e-3 * (1 - (step / steps - 0.75) * 3.7)
        loss = 0.05 + 0.03 * done + 0.004 * math.sin(2.3 * step)
        points.append(LogPoint(step, loss, masses=masses, multiply_adds=0.85 - 0.4 * done, price=price))
    return tuple(points)


def search_phase(schedule: tuple[float, ...], steps: int = 2000, *, every: int = 25) -> PhaseRecord:
    return PhaseRecord("search", "search", steps, 541.0, 0.894, 0.47, schedule, searched(steps, schedule, every=every))


def phases(schedule: tuple[float, ...], *, retrained: tuple[float, ...] | None = None) -> tuple[PhaseRecord, ...]:
    tuned = losses(4200, begin=0.69, end=0.12)
    kept = losses(4200, begin=0.2, end=0.09)
    return (
        PhaseRecord("fine-tune", "fine-tune", 4200, 1260.4, 0.921, 1.0, (), tuned),
        search_phase(schedule),
        PhaseRecord("re-train", "re-train", 4200, 803.0, 0.917, 0.47, schedule if retrained is None else (), kept),
    )


def record(**changes: object) -> FitRecord:
    """Six encoders fitted to SST-2, one budget, with dev texts; `changes` replace attributes."""
    attributes: dict[str, object] = {
        "model": "minilm-sst2",
        "task": "classification",
        "metric": "accuracy",
        "encoders": 6,
        "unpruned_select": 0.921,
        "unpruned_dev": 0.9037,
        "data": DataRecord(60615, 6734, 872, 0, 13.3, 25.2),
        "phases": phases(SEARCHED),
        "candidates": (),
        "budgets": (BudgetRecord("default", SEARCHED, 0.49, 0.565, 0.917, 0.8991),),
        "options": {"target-macs": "0.5", "seed": "0", "batch-size": "32"},
        "versions": {"edge-power": "0.1.0", "torch": "2.13.0", "transformers": "5.23.0"},
        "seconds": 2604.4,
    }
    return FitRecord(**(attributes | changes))  # type: ignore[arg-type]


def explored() -> tuple[Candidate, ...]:
    """Three depths, each at several schedules; the best of two trained again."""
    shared = [
        Candidate(
            f"{encoders} encoders, {target:.2f}", encoders, slope(encoders), target, 0.1 + target * 0.9,
            0.921 - 0.035 * (1 - target) ** 2 / (encoders / 6) ** 1.5 - 0.004 * (6 - encoders), "shared weights", False,
        )
        for encoders, targets in ((6, (0.3, 0.4, 0.5, 0.6, 0.7)), (4, (0.25, 0.33, 0.42, 0.5)), (3, (0.2, 0.3, 0.4)))
        for target in targets
    ]  # fmt: skip
    retrained = [
        Candidate("6 encoders, 0.40", 6, slope(6), 0.40, 0.47, 0.9145, "re-trained", False),
        Candidate("4 encoders, 0.33", 4, slope(4), 0.33, 0.38, 0.9122, "re-trained", True),
    ]
    return (*shared, *retrained)


TWO_BUDGETS = (
    BudgetRecord("balanced", SEARCHED, 0.49, 0.565, 0.917, 0.8991),
    BudgetRecord("fast", FAST, 0.35, 0.4, 0.9085, 0.8865),
)

"""The cheapest model within a loss: depth and retention are explored together."""

from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass, replace

from edge_power.fitting.cost import Cost
from edge_power.fitting.depth import lowest_encoders
from edge_power.fitting.goals import Outcome
from edge_power.fitting.phases import Phases
from edge_power.fitting.record import Candidate
from edge_power.fitting.texts.score import score
from edge_power.fitting.training.schedules import along
from edge_power.model.classifier import PowerForSequenceClassification
from edge_power.model.retention_file import DEFAULT_BUDGET
from edge_power_runtime.retention import RetentionSchedule

# Steps between the targets that are scored, in multiply-adds of the unpruned model, and the lowest of them.
_STEP, _LOWEST = 0.05, 0.15

# Of a depth's targets, so many are trained on at once; weights that serve these serve those between them.
_TRAINED = 4

# Candidates that get weights of their own.
_RETRAININGS = 3

FINE_TUNED, SHARED, OWN = "fine-tuned", "shared weights", "re-trained"


@dataclass(frozen=True, slots=True)
class Tried:
    """A candidate with the model that it was scored on.

    Attributes:
        candidate: for the record.
        model: its weights.
        cost: of its schedules.
    """

    candidate: Candidate
    model: PowerForSequenceClassification
    cost: Cost

    @property
    def schedule(self) -> RetentionSchedule:
        """The candidate's."""
        return RetentionSchedule(self.candidate.schedule)


def cheapest_within(
    phases: Phases, whole: PowerForSequenceClassification, max_loss: float, *, unpruned: float
) -> Outcome:
    """Find the schedule and depth of least expected latency that lose no more than `max_loss` on the texts held out.

    Every depth is searched down to few words, and one set of weights is trained for many of the schedules on that way,
    so that all of them can be scored. The cheapest that is good enough is re-trained on its own; while that is good
    enough too, the next cheaper one is tried. Where the first is not, it keeps the weights that it shares.

    Args:
        phases: with a teacher.
        whole: the fine-tuned model.
        max_loss: in points, hundredths of the metric.
        unpruned: metric of `whole`.
    """
    limit = unpruned - max_loss / 100
    tried = [_try_whole(phases, whole)]
    for encoders in _depths(phases, whole):
        tried += _explore(phases, whole, encoders)
    tried.sort(key=lambda one: one.candidate.expected_latency)
    chosen = _settle(phases, tried, limit)
    candidates = tuple(
        replace(one.candidate, chosen=one is chosen)
        for one in sorted(tried, key=lambda one: (one.candidate.encoders, one.candidate.multiply_adds))
    )
    return Outcome(chosen.model, {DEFAULT_BUDGET: chosen.schedule}, candidates)


def _depths(phases: Phases, whole: PowerForSequenceClassification) -> list[int]:
    """All encoders, two thirds and half of them; only the number asked for, where one is."""
    if phases.options.encoders is not None:
        return [phases.options.encoders]
    have = whole.config.num_encoders
    return sorted({have, max(2, round(have * 2 / 3)), max(2, round(have / 2))}, reverse=True)


def _explore(phases: Phases, whole: PowerForSequenceClassification, encoders: int) -> Iterator[Tried]:
    """Search at one depth and score the schedules on its way."""
    model = lowest_encoders(whole, encoders)
    cost = phases.prepared.cost.with_encoders(encoders)
    if encoders < whole.config.num_encoders:
        phases.distil(model, cost)
    targets = _targets(cost)
    found = phases.search(model, cost, target=targets[-1])
    schedules = [along(found.log, cost, target) for target in targets]
    spread = {round(index * (len(targets) - 1) / (_TRAINED - 1)) for index in range(_TRAINED)}
    trained = [schedules[index] for index in sorted(spread)]
    phases.retrain(model, cost, trained, f"{SHARED} ({encoders} encoders)")
    for schedule in schedules:
        yield _try(phases, model, cost, schedule, SHARED)


def _targets(cost: Cost) -> list[float]:
    """Falling from the full schedule's multiply-adds to few words."""
    targets = [cost.full]
    while targets[-1] - _STEP > max(_LOWEST * cost.full, cost.least):
        targets.append(targets[-1] - _STEP)
    return targets


def _settle(phases: Phases, tried: list[Tried], limit: float) -> Tried:
    """Re-train the cheapest that is good enough on its own, then cheaper ones until one fails; add them to `tried`.

    Args:
        phases: with a teacher.
        tried: rising in expected latency; one is good enough.
        limit: the least metric that is.
    """
    index, best = next((index, one) for index, one in enumerate(tried) if one.candidate.metric >= limit)
    retrained: list[Tried] = []
    while index >= 0 and len(retrained) < _RETRAININGS and tried[index].candidate.stage != FINE_TUNED:
        retrained.append(_retrain(phases, tried[index]))
        if retrained[-1].candidate.metric < limit:
            break
        index, best = index - 1, retrained[-1]
    tried += retrained
    return best


def _retrain(phases: Phases, one: Tried) -> Tried:
    model = deepcopy(one.model)
    title = f"re-train ({one.candidate.title})"
    phases.retrain(model, one.cost, [one.schedule], title)
    return _try(phases, model, one.cost, one.schedule, OWN)


def _try_whole(phases: Phases, whole: PowerForSequenceClassification) -> Tried:
    return _try(phases, whole, phases.prepared.cost, RetentionSchedule.full(whole.config.num_encoders), FINE_TUNED)


def _try(
    phases: Phases, model: PowerForSequenceClassification, cost: Cost, schedule: RetentionSchedule, stage: str
) -> Tried:
    left = cost.fraction(schedule)
    candidate = Candidate(
        title=f"{model.config.num_encoders} encoders, {left:.2f}",
        encoders=model.config.num_encoders,
        schedule=schedule.fractions,
        multiply_adds=left,
        expected_latency=cost.latency(schedule),
        metric=score(model, phases.prepared.texts.select, phases.prepared.metric, schedule),
        stage=stage,
        chosen=False,
    )
    return Tried(candidate, model, cost)

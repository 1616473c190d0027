"""The arms: ways to spend the same multiply-adds and the same steps of training, from the same fine-tuned model."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from benchmarks.accuracy.bench import Bench
from benchmarks.accuracy.result import Found, Served
from benchmarks.accuracy.scan import as_published
from benchmarks.accuracy.tasks import BUDGETS, MORE
from benchmarks.accuracy.words import FirstWords, RandomWords, with_encoder
from edge_power.fitting.depth import lowest_encoders
from edge_power.fitting.options import Goal
from edge_power.fitting.record import BudgetRecord
from edge_power_runtime.retention import RetentionSchedule

# Made by hand before there was a search: what facts.md measured, and later scaled to the target.
HAND_MADE = RetentionSchedule((0.8, 0.6, 0.5, 0.4, 0.3))


@dataclass(frozen=True, slots=True)
class Arm:
    """One way.

    Attributes:
        name: as it is given on the command line.
        says: what it is, for the page.
        run: trains and measures it.
        is_rival: whether the learned schedule is held against it, at equal multiply-adds.
        is_dearer: a rival that takes more of them than the target; a task may do without it.
    """

    name: str
    says: str
    run: Callable[[Bench], Found]
    is_rival: bool = False
    is_dearer: bool = False


def _alone(arm: str) -> Callable[[Bench], Found]:
    """Weights for the target of this arm alone."""
    return lambda bench: _fit(bench, arm, Goal(target=bench.task.target_of(arm)))


def _shared(bench: Bench) -> Found:
    return _fit(bench, "shared", Goal(budgets={arm: bench.task.target_of(arm) for arm in BUDGETS}))


def _learned_with_depth(bench: Bench) -> Found:
    arm = "learned+depth"
    return _fit(bench, arm, Goal(target=bench.task.target_of(arm)), encoders=bench.task.depth)


def _fit(bench: Bench, arm: str, goal: Goal, *, encoders: int | None = None) -> Found:
    """Run `fit`; what is found is its first budget."""
    record = bench.fit(arm, goal, encoders=encoders)
    budget, served = record.budgets[0], tuple(_served(each) for each in record.budgets)
    schedule = RetentionSchedule(budget.schedule)
    return Found(
        encoders=record.encoders,
        schedule=budget.schedule,
        multiply_adds=budget.multiply_adds,
        expected_latency=bench.dev_cost_of(record.encoders).latency(schedule),
        select_multiply_adds=bench.cost_of(record.encoders).fraction(schedule),
        dev=served[0].dev,
        select=budget.select_metric,
        steps=sum(phase.steps for phase in record.phases),
        phases=record.phases,
        served=served,
    )


def _served(budget: BudgetRecord) -> Served:
    assert budget.dev_metric is not None, "every task has a dev file"
    return Served(budget.name, budget.multiply_adds, budget.dev_metric)


def _first(bench: Bench) -> Found:
    model = with_encoder(bench.model, FirstWords(bench.model.config))
    return bench.train("first", model, bench.learned_schedule())


def _random(bench: Bench) -> Found:
    model = with_encoder(bench.model, RandomWords(bench.model.config))
    return bench.train("random", model, bench.learned_schedule())


def _hand_made(bench: Bench) -> Found:
    schedule = HAND_MADE.for_encoders(bench.model.config.num_encoders)
    return bench.train("hand-made", bench.copy(), bench.cost.scaled(schedule, bench.task.target))


def _depth(bench: Bench) -> Found:
    return bench.train("depth", lowest_encoders(bench.model, _encoders_within(bench)), None)


def _one_encoder_more(bench: Bench) -> Found:
    return bench.train("depth+1", lowest_encoders(bench.model, _encoders_within(bench) + 1), None)


def _encoders_within(bench: Bench) -> int:
    """The most encoders that cost no more than the target; two where even these cost more."""
    costs = {encoders: bench.cost_of(encoders).full for encoders in range(2, bench.model.config.num_encoders)}
    return max((encoders for encoders, left in costs.items() if left <= bench.task.target), default=2)


def _unpruned(bench: Bench) -> Found:
    found = bench.measure(bench.model, None, ())
    return _as_published_model(replace(found, phases=bench.fine_tuning()))


def _unpruned_trained_on(bench: Bench) -> Found:
    return _as_published_model(bench.train("unpruned+", bench.copy(), None))


def _as_published_model(found: Found) -> Found:
    """Count every row of the last encoder too, as the model that all others are compared with does."""
    return replace(found, multiply_adds=1.0, expected_latency=1.0, select_multiply_adds=1.0)


ARMS = {
    arm.name: arm
    for arm in (
        Arm("unpruned", "the fine-tuned model as it is", _unpruned),
        Arm("unpruned+", "the same, trained on for as many steps with the same distillation", _unpruned_trained_on),
        Arm("learned", "`edge-power fit --target-macs`, at its defaults", _alone("learned")),
        Arm("more", f"*learned* for {MORE:g} times the target", _alone("more")),
        Arm("less", f"*learned* for 1/{MORE:g} of the target", _alone("less")),
        Arm("shared", "one set of weights for the three budgets of *learned*, *more* and *less*", _shared),
        Arm("learned+depth", "*learned* with fewer `--encoders`, which adds a phase", _learned_with_depth),
        Arm("first", "the first words, as many as the learned schedule keeps", _first, is_rival=True),
        Arm("random", "random words, as many as the learned schedule keeps", _random, is_rival=True),
        Arm("hand-made", "the most significant words, by a schedule made by hand", _hand_made, is_rival=True),
        Arm("depth", "the lowest encoders with all words, as many as the target pays for", _depth, is_rival=True),
        Arm(
            "depth+1", "one encoder more than that, which costs more than the target", _one_encoder_more,
            is_rival=True, is_dearer=True,
        ),
        Arm("paper", "PoWER-BERT as published", as_published, is_rival=True),
    )
}  # fmt: skip

"""The arm of the paper's own scheme: lambda is looked for until its search lands at the target; then re-training."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from benchmarks.accuracy.bench import Bench
from benchmarks.accuracy.published import AbsoluteSoftExtract, PaddedEncoder, padded_cost
from benchmarks.accuracy.result import Found, Scan
from benchmarks.accuracy.words import with_encoder
from edge_power.fitting.cost import Cost
from edge_power.fitting.ledger import Ledger
from edge_power.fitting.prepare import prepare
from edge_power.fitting.record import PhaseRecord
from edge_power.fitting.training.module import FitModel
from edge_power.fitting.training.phase import Phase, SearchGoal
from edge_power.fitting.training.price import Price
from edge_power.model.classifier import PowerForSequenceClassification
from edge_power.model.config import ModelConfig
from edge_power.model.macs import count_macs, count_unpruned
from edge_power_runtime.retention import RetentionSchedule

# Of the retention parameters: the paper's for its tasks of a few thousand rows. With what it has for larger ones, 1e-4
# for QQP and 5e-4 for SST-2, which train for ten times our steps, no parameter could fall from 1 to 0 here.
RETENTION_RATE = 3e-3

MOST_SEARCHES = 6
NEAR = 0.03  # of the target: as near as `fit` is asked to come
FACTOR = 4.0  # between prices, until the target lies between two of them


@dataclass(frozen=True, slots=True)
class Search:
    """One search of the scan.

    Attributes:
        price: lambda.
        left: multiply-adds that it ended with, a fraction of the unpruned model's at the true lengths.
    """

    price: float
    left: float


def as_published(bench: Bench) -> Found:
    """Run the paper's scheme; see `published`.

    Search and re-training take the steps that those of `fit` take; the searches that were tried besides come on top.
    The target is met on the lengths of the dev texts: padded to N, all texts cost the same, so that on a training set
    of shorter texts (SST-2's are half as long) the scheme would have to drop far more than it is asked for.
    """
    published, target = bench.task.published, bench.task.target
    bench = replace(bench, prepared=prepare(replace(bench.options, max_length=published.length), bench.progress))
    cost = padded_cost(bench.dev_cost_of(bench.model.config.num_encoders), published.length)
    ledger = bench.ledger("paper")
    searches, model = _scan(bench, ledger, cost)
    chosen = min(range(len(searches)), key=lambda index: abs(searches[index].left - target))
    search = ledger.records[chosen]
    schedule = cost.scaled(RetentionSchedule(search.schedule), target)
    phase = Phase("re-train", "re-train", bench.steps_of("retrain"), published.learning_rate, (schedule,))
    retrained = ledger.run(phase, FitModel(model), bench.prepared.texts, cost)
    scan = Scan(
        length=published.length,
        of_padded=_of_padded(model.config, schedule, published.length),
        searches=tuple((one.price, one.left) for one in searches),
        chosen=searches[chosen].price,
        seconds=sum(record.seconds for record in ledger.records) - search.seconds - retrained.seconds,
    )
    return replace(
        bench.measure(model, schedule, (search, retrained)),
        multiply_adds=cost.fraction(schedule),
        expected_latency=cost.latency(schedule),
        select_multiply_adds=padded_cost(bench.cost, published.length).fraction(schedule),
        phases=ledger.records,
        scan=scan,
    )


def _scan(bench: Bench, ledger: Ledger, cost: Cost) -> tuple[list[Search], PowerForSequenceClassification]:
    """Search with one lambda after the other; all of them, and the model of the one that ended nearest the target."""
    published, target = bench.task.published, bench.task.target
    searches: list[Search] = []
    price, nearest, best = published.price, math.inf, bench.model
    while len(searches) < MOST_SEARCHES and nearest > NEAR * target:
        model = with_encoder(bench.model, PaddedEncoder(bench.model.config, published.length))
        record = _search(bench, ledger, cost, model, price)
        searches.append(Search(price, record.multiply_adds))
        if abs(record.multiply_adds - target) < nearest:
            nearest, best = abs(record.multiply_adds - target), model
        price = next_price(searches, target)
    return searches, best


def _search(
    bench: Bench, ledger: Ledger, cost: Cost, model: PowerForSequenceClassification, price: float
) -> PhaseRecord:
    length, encoders = bench.task.published.length, model.config.num_encoders
    phase = Phase(
        "search",
        f"search at lambda {price:.2g}",
        bench.steps_of("search"),
        bench.task.published.learning_rate,
        search=SearchGoal(cost, RETENTION_RATE),
    )
    # A mass is a mean over the N ranks, and the paper charges its sum.
    module = FitModel(model, AbsoluteSoftExtract(encoders, length), Price(length, fixed=price))
    return ledger.run(phase, module, bench.prepared.texts, cost)


def next_price(searches: Sequence[Search], target: float) -> float:
    """Between the highest lambda that left too much and the lowest that did not; beyond, until there are both."""
    too_low = [one.price for one in searches if one.left > target]
    enough = [one.price for one in searches if one.left <= target]
    if not enough:
        return max(too_low) * FACTOR
    if not too_low:
        return min(enough) / FACTOR
    return math.sqrt(max(too_low) * min(enough))


def _of_padded(config: ModelConfig, schedule: RetentionSchedule, length: int) -> float:
    kept = schedule.for_encoders(config.num_encoders).at(length)
    return count_macs(config, kept).total / count_unpruned(config, length)

"""Time and accuracy of a bundle's cascade and of its last tier alone, taken together: every text on each, in turn."""

import statistics
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from edge_power.demo.cascade import Promise
from edge_power.demo.measure import ROUNDS, THREADS, Case, one_round
from edge_power_runtime import Classifier
from edge_power_runtime.bundle.cascades import BagEntry


@dataclass(frozen=True, slots=True)
class Spent:
    """What texts cost one of the two, and how often it is right.

    Attributes:
        latencies_ms: of every text, a tuple for each round.
        accuracy: the fraction of texts that get the right label.
    """

    latencies_ms: tuple[tuple[float, ...], ...]
    accuracy: float

    @property
    def mean_ms(self) -> float:
        """The mean over texts of a text's median, so that one interrupted call does not count."""
        return statistics.fmean(self._medians())

    @property
    def p95_ms(self) -> float:
        """Of 20 texts 19 have a median at or below it."""
        return statistics.quantiles(self._medians(), n=20, method="inclusive")[-1]

    def _medians(self) -> list[float]:
        return [statistics.median(taken) for taken in zip(*self.latencies_ms, strict=True)]


@dataclass(frozen=True, slots=True)
class CascadeMeasurement:
    """A cascade against its last tier, from text to label, one text at a time.

    Attributes:
        engine: that ran the last tier.
        precision: of the last tier.
        budget: that is the last tier.
        bag_bytes: of the first tier's file.
        answered: the fraction of texts whose answer is the first tier's.
        cascade: of both tiers together.
        alone: of the last tier, asked every text.
    """

    engine: str
    precision: str
    budget: str
    bag_bytes: int
    answered: float
    cascade: Spent
    alone: Spent

    @property
    def mean_ratio(self) -> float:
        """Mean time over that of the last tier alone."""
        return self.cascade.mean_ms / self.alone.mean_ms

    @property
    def p95_ratio(self) -> float:
        """The 95th percentile over that of the last tier alone."""
        return self.cascade.p95_ms / self.alone.p95_ms


def measure_cascade(
    bundle: Path,
    engine: str,
    precision: str,
    texts: Sequence[str],
    labels: Sequence[str],
    *,
    rounds: int = ROUNDS,
) -> CascadeMeasurement:
    """Run every text on the bundle's cascade and on its last tier alone, interleaved, with one thread.

    Args:
        bundle: its directory, with a cascade of a bag tier and a budget.
        engine: to run.
        precision: to run.
        texts: to classify.
        labels: the right label of each.
        rounds: how often each text is run.
    """
    opened = Classifier.open(bundle, engine=engine, precision=precision, num_threads=THREADS)
    assert opened.cascade is not None
    bag, last = opened.bundle.manifest.cascades[0].tiers
    assert isinstance(bag, BagEntry)
    classifiers = {Case(precision, name): opened.at(name) for name in (opened.budget, last.name)}
    answers = [[classifier(text) for text in texts] for classifier in classifiers.values()]
    timed = [one_round(classifiers, texts, first=number) for number in range(rounds)]
    cascade, alone = (
        Spent(
            tuple(tuple(taken[case]) for taken in timed),
            statistics.fmean(found.label == label for found, label in zip(given, labels, strict=True)),
        )
        for case, given in zip(classifiers, answers, strict=True)
    )
    return CascadeMeasurement(
        engine=engine,
        precision=precision,
        budget=last.name,
        bag_bytes=opened.bundle.resolve(bag.file).stat().st_size,
        answered=statistics.fmean(found.tier == bag.name for found in answers[0]),
        cascade=cascade,
        alone=alone,
    )


def cascade_json(found: CascadeMeasurement, promise: Promise) -> dict[str, object]:
    """Every sample, what follows from them, and what was promised."""
    return {
        **asdict(found),
        "cascade": _rounded(found.cascade),
        "alone": _rounded(found.alone),
        "mean_ratio": round(found.mean_ratio, 3),
        "p95_ratio": round(found.p95_ratio, 3),
        "promise": asdict(promise),
    }


def _rounded(spent: Spent) -> dict[str, object]:
    return {
        "latencies_ms": [[round(sample, 3) for sample in taken] for taken in spent.latencies_ms],
        "mean_ms": round(spent.mean_ms, 3),
        "p95_ms": round(spent.p95_ms, 3),
        "accuracy": spent.accuracy,
    }

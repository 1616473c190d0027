"""Time and accuracy of a bundle's budgets and precisions on one engine, taken together: every text on each, in turn."""

import json
import os
import platform
import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from time import perf_counter
from typing import NamedTuple

from edge_power_runtime import Classifier, Model
from edge_power_runtime.bundle.manifest import Manifest

ROUNDS = 3
THREADS = 1


@dataclass(frozen=True, slots=True)
class Measurement:
    """One budget on one engine at one precision, from text to label, one text at a time.

    Attributes:
        engine: that ran it.
        precision: of the artifact.
        budget: that was run.
        size_bytes: of the artifact, which holds every budget.
        load_ms: warming up every program of the budget; for the first also opening the artifact, with its files
            checked, which its budgets share. The engine's Python package was imported before.
        latencies_ms: of every text, a tuple for each round.
        ratios: of every text in every round, its latency over that of the unpruned budget at fp32 taken next to it.
        accuracy: the fraction of texts that get the right label.
        truncated: texts that were cut at the longest length.
        macs: mean multiply-adds of a text.
    """

    engine: str
    precision: str
    budget: str
    size_bytes: int
    load_ms: float
    latencies_ms: tuple[tuple[float, ...], ...]
    ratios: tuple[float, ...]
    accuracy: float
    truncated: int
    macs: float

    @property
    def median_ms(self) -> float:
        """The median of every sample."""
        return statistics.median(self._samples())

    @property
    def p90_ms(self) -> float:
        """Nine of ten samples are at or below it."""
        return statistics.quantiles(self._samples(), n=10, method="inclusive")[-1]

    @property
    def ratio(self) -> float:
        """Time over that of the unpruned budget at fp32: the median of the ratios."""
        return statistics.median(self.ratios)

    def _samples(self) -> list[float]:
        return [sample for taken in self.latencies_ms for sample in taken]


class Case(NamedTuple):
    """What is measured of one engine."""

    precision: str
    budget: str


def measure(
    bundle: Path,
    engine: str,
    texts: Sequence[str],
    labels: Sequence[str],
    *,
    full: str = "full",
    rounds: int = ROUNDS,
    progress: Callable[[str], None] = lambda stage: None,
) -> list[Measurement]:
    """Run every text on every precision and budget of one engine, interleaved, with one thread.

    Args:
        bundle: its directory.
        engine: to run.
        texts: to classify.
        labels: the right label of each.
        full: the budget that the others are compared with, at the first precision.
        rounds: how often each text is run on each budget.
        progress: is told of each round.

    Returns:
        A measurement for each precision and budget, `full` first.
    """
    classifiers, load_ms = _open_all(bundle, engine, full)
    rounds_ms: dict[Case, list[list[float]]] = {case: [] for case in classifiers}
    answers = {case: [classifier(text) for text in texts] for case, classifier in classifiers.items()}
    for number in range(rounds):
        progress(f"{engine}: measuring, round {number + 1} of {rounds}")
        for case, taken in one_round(classifiers, texts, first=number).items():
            rounds_ms[case].append(taken)
    flat = {case: [sample for taken in rounds_ for sample in taken] for case, rounds_ in rounds_ms.items()}
    baseline = next(iter(classifiers))
    macs = _macs(classifiers[baseline].bundle.manifest)
    return [
        Measurement(
            engine=engine,
            precision=case.precision,
            budget=case.budget,
            size_bytes=classifier.artifact.size_bytes,
            load_ms=load_ms[case],
            latencies_ms=tuple(map(tuple, rounds_ms[case])),
            ratios=tuple(own / base for own, base in zip(flat[case], flat[baseline], strict=True)),
            accuracy=statistics.fmean(found.label == label for found, label in zip(answers[case], labels, strict=True)),
            truncated=sum(found.truncated for found in answers[case]),
            macs=statistics.fmean(macs[case.budget, found.steps[-1].length] for found in answers[case]),
        )
        for case, classifier in classifiers.items()
    ]


def one_round(classifiers: dict[Case, Classifier], texts: Sequence[str], *, first: int) -> dict[Case, list[float]]:
    """Give milliseconds of every text on every case; which comes first changes from text to text."""
    taken: dict[Case, list[float]] = {case: [] for case in classifiers}
    order = list(classifiers.items())
    for index, text in enumerate(texts, start=first):
        for case, classifier in order if index % 2 == 0 else reversed(order):
            started = perf_counter()
            classifier(text)
            taken[case].append((perf_counter() - started) * 1e3)
    return taken


def report_json(measurements: Sequence[Measurement], cascade: Mapping[str, object]) -> str:
    """Every sample with what is needed to read it, as JSON.

    Args:
        measurements: of budgets and precisions.
        cascade: what there is to say of the cascade.
    """
    packages = ("edge-power", "onnxruntime", "executorch", "ai-edge-litert", "torch", "numpy")
    report = {
        "machine": {"architecture": platform.machine(), "system": platform.system(), "cores": os.cpu_count()},
        "versions": {"python": platform.python_version(), **{package: version(package) for package in packages}},
        "threads": THREADS,
        "measured": "text to label, one text at a time, budgets interleaved text by text, after a warm-up round",
        "measurements": [
            {**_rounded(item), "median_ms": round(item.median_ms, 3), "p90_ms": round(item.p90_ms, 3)}
            for item in measurements
        ],
        "cascade": cascade,
    }
    return json.dumps(report, separators=(",", ":")).replace('{"engine"', '\n{"engine"') + "\n"


def is_report(data: bytes) -> bool:
    """Whether a file's content is one of `report_json`."""
    try:
        report = json.loads(data)
    except ValueError:
        return False
    return isinstance(report, dict) and {"machine", "versions", "threads", "measured", "measurements"} <= report.keys()


def _open_all(bundle: Path, engine: str, full: str) -> tuple[dict[Case, Classifier], dict[Case, float]]:
    classifiers: dict[Case, Classifier] = {}
    load_ms: dict[Case, float] = {}
    # The first opening imports the engine's package; it is thrown away.
    first = Model.open(bundle, engine=engine, num_threads=THREADS).bundle
    for artifact in first.choose_artifacts(engine):
        started = perf_counter()
        model = Model.open(bundle, engine=engine, precision=artifact.precision, num_threads=THREADS)
        for budget in sorted((entry.name for entry in first.manifest.budgets), key=lambda name: name != full):
            case = Case(artifact.precision, budget)
            classifiers[case] = model.at(budget)
            classifiers[case].warm_up()
            load_ms[case] = (perf_counter() - started) * 1e3
            started = perf_counter()
    return classifiers, load_ms


def _macs(manifest: Manifest) -> dict[tuple[str, int], int]:
    return {(budget.name, item.length): item.macs for budget in manifest.budgets for item in budget.configurations}


def _rounded(item: Measurement) -> dict[str, object]:
    fields = asdict(item)
    del fields["ratios"]  # follows from the latencies
    fields["latencies_ms"] = [[round(sample, 3) for sample in taken] for taken in item.latencies_ms]
    return {**fields, "load_ms": round(item.load_ms, 1), "macs": round(item.macs), "ratio": round(item.ratio, 3)}

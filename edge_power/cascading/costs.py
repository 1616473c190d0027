"""What a text costs in each tier: milliseconds by a profile's report, else multiply-adds."""

from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np

from edge_power.errors import OptionError
from edge_power_runtime.answerer import Answerer
from edge_power_runtime.bundle.bundle import programs_of
from edge_power_runtime.cascade.bag import BagTier
from edge_power_runtime.model import Classifier
from edge_power_runtime.profiler.judge.latency_table import expected_ms
from edge_power_runtime.profiler.report.file import load_report
from edge_power_runtime.profiler.report.record import Report
from edge_power_runtime.text import Text

Cost = Callable[[int], float]
"""What a tier costs for a text of so many tokens, which are read already."""

Unit = Literal["ms", "M multiply-adds"]

# Texts on which a bag tier is timed, and tokenizing.
_TIMED = 200


@dataclass(frozen=True, slots=True, eq=False)
class Costs:
    """What a cascade's parts cost.

    Attributes:
        unit: of every figure.
        tiers: of each tier. A bag tier costs no multiply-adds; its milliseconds are those of this machine.
        reading: what tokenizing a text costs; nothing where multiply-adds are counted.
    """

    unit: Unit
    tiers: tuple[Cost, ...]
    reading: float


def costs_of(tiers: Sequence[Answerer], texts: Sequence[Text], latency: Path | None) -> Costs:
    """Give what each tier costs.

    Args:
        tiers: classifiers and bag tiers.
        texts: on which a bag tier is timed, at least one.
        latency: the report of a profile, with these programs or with one latency table of this engine and precision;
            None counts multiply-adds.

    Raises:
        InputError: the report cannot be read.
        BundleError: it is no report.
        OptionError: it does not tell what a program takes.
    """
    if latency is None:
        return Costs("M multiply-adds", tuple(_cost(tier, lambda _: 0.0, _macs) for tier in tiers), 0.0)
    report = load_report(latency)
    read, looked_up = _timed(tiers, texts)
    made = tuple(_cost(tier, lambda _: looked_up, lambda one: _milliseconds(one, report, latency)) for tier in tiers)
    return Costs("ms", made, read)


def _cost(tier: Answerer, of_bag: Cost, of_programs: Callable[[Classifier], Mapping[int, float]]) -> Cost:
    if isinstance(tier, BagTier):
        return of_bag
    assert isinstance(tier, Classifier)
    by_length = of_programs(tier)
    lengths = sorted(by_length)
    return lambda tokens: by_length[lengths[bisect_left(lengths, tokens)]]


def _macs(classifier: Classifier) -> dict[int, float]:
    manifest = classifier.bundle.manifest
    found = {}
    for program in programs_of(classifier.artifact, classifier.budget):
        configuration = manifest.configuration(program.budget, program.length)
        assert configuration is not None
        found[program.length] = configuration.macs / 1e6
    return found


def _milliseconds(classifier: Classifier, report: Report, path: Path) -> dict[int, float]:
    """What each program takes: the median of what was measured, else what the latency table says."""
    artifact = classifier.artifact
    measured = {
        one.case.length: float(np.median(one.run_ms))
        for one in report.results
        if (one.case.engine, one.case.precision, one.case.budget)
        == (artifact.engine, artifact.precision, classifier.budget)
        and one.case.threads == classifier.num_threads
    }
    tables = [
        one
        for one in report.latency_tables
        if (one.engine, one.precision, one.threads) == (artifact.engine, artifact.precision, classifier.num_threads)
    ]
    found = {}
    for program in programs_of(artifact, classifier.budget):
        if program.length in measured:
            found[program.length] = measured[program.length]
        elif tables:
            keep = classifier.bundle.retention_of(program).keep
            found[program.length] = expected_ms(tables[0], program.length, keep)
        else:
            raise OptionError(
                f"`latency` {path} measured no {artifact.key} {program.name}, and has no latency table for it; profile "
                "the bundles of all tiers, for this engine and precision"
            )
    return found


def _timed(tiers: Sequence[Answerer], texts: Sequence[Text]) -> tuple[float, float]:
    """Milliseconds of this machine for reading a text, and for the rest of a bag tier's answer; medians."""
    times = np.array([tiers[0].timed(text)[1] for text in texts[:_TIMED]]) / 1e6
    return float(np.median(times[:, 0])), float(np.median(times[:, 1:].sum(axis=1)))

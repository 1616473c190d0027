"""What a text costs in each tier: milliseconds by a profile's report, else multiply-adds.

A text of a program of one length costs what that does, padding included; one of a program of any length its own.
"""

from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Literal

import numpy as np

from edge_power.cascading.rungs import Rung
from edge_power.errors import OptionError
from edge_power.lengths.bundle import model_config
from edge_power.model.macs import count_macs
from edge_power_runtime.answerer import Answerer
from edge_power_runtime.bundle.bundle import programs_of, takes_any_length
from edge_power_runtime.bundle.programs import Program
from edge_power_runtime.cascade.bag import BagTier
from edge_power_runtime.model import Classifier
from edge_power_runtime.profiler.judge.latency_table import expected_ms
from edge_power_runtime.profiler.report.file import load_report
from edge_power_runtime.profiler.report.record import Report
from edge_power_runtime.retention import RetentionConfig
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
        tiers: of each tier, of a stage where all tiers are asked. A bag tier costs no multiply-adds; its milliseconds
            are those of this machine.
        alone: of the last tier alone; where that is a stage, of the whole program.
        reading: what tokenizing a text costs; nothing where multiply-adds are counted.
    """

    unit: Unit
    tiers: tuple[Cost, ...]
    alone: Cost
    reading: float


@dataclass(frozen=True, slots=True, eq=False)
class Prices:
    """What the programs of tiers cost, which is known before a bag tier is trained.

    Attributes:
        unit: of every figure.
        tiers: see `Costs`; None is a bag tier's.
        alone: see `Costs`.
    """

    unit: Unit
    tiers: tuple[Cost | None, ...]
    alone: Cost


def prices_of(rungs: Sequence[Rung], latency: Path | None) -> Prices:
    """Give what each tier's programs cost.

    Args:
        rungs: the tiers.
        latency: the report of a profile, with these programs or with one latency table of this engine and precision;
            None counts multiply-adds.

    Raises:
        InputError: the report cannot be read.
        BundleError: it is no report; or, where multiply-adds are counted, a bundle's config.json is missing or altered.
        OptionError: it does not tell what a program takes.
    """
    unit: Unit = "M multiply-adds"
    of_programs: Callable[[Classifier], dict[int, float]] = _macs
    if latency is not None:
        unit, of_programs = "ms", partial(_milliseconds, report=load_report(latency), path=latency)

    def price(rung: Rung) -> Cost | None:
        if rung.classifier is None:
            return None
        whole = of_programs(rung.classifier)
        lengths = sorted(whole)
        found = [whole[length] * _share(rung, length) for length in lengths]
        return lambda tokens: found[bisect_left(lengths, tokens)]

    alone = price(replace(rungs[-1], stage=None))
    assert alone is not None, "a bag tier is never the last"
    return Prices(unit, tuple(map(price, rungs)), alone)


def costs_of(prices: Prices, answerers: Sequence[Answerer], texts: Sequence[Text]) -> Costs:
    """Give what each tier costs, a bag tier too.

    Args:
        prices: of the tiers.
        answerers: theirs.
        texts: on which a bag tier is timed where milliseconds are asked for, at least one.
    """
    reading, looked_up = _timed(answerers, texts) if prices.unit == "ms" else (0.0, 0.0)
    tiers = tuple(price or (lambda _: looked_up) for price in prices.tiers)
    return Costs(prices.unit, tiers, prices.alone, reading)


def _share(rung: Rung, length: int) -> float:
    """The part of a whole program that a tier runs, by multiply-adds: a profile times whole programs."""
    if rung.stage is None or rung.classifier is None:
        return 1.0
    first, last = rung.stage
    budget, stages = rung.classifier.budget, rung.classifier.artifact.stages or ()
    whole = rung.classifier.bundle.manifest.configuration(budget, length)
    assert whole is not None
    parts = (one for one in stages if (one.budget, one.length) == (budget, length))
    return sum(one.macs for one in parts if first <= one.first and one.last <= last) / whole.macs


def _runs(classifier: Classifier) -> Iterator[tuple[Program, RetentionConfig]]:
    """The programs and the configurations that texts run at: of a program of any length those of every length."""
    for program in programs_of(classifier.artifact, classifier.budget):
        for tokens in range(1, program.length + 1) if program.any_length else (program.length,):
            yield program, classifier.bundle.manifest.retention_at(program, tokens)


def _macs(classifier: Classifier) -> dict[int, float]:
    model = model_config(classifier.bundle)
    return {kept.length: count_macs(model, kept).total / 1e6 for _, kept in _runs(classifier)}


def _milliseconds(classifier: Classifier, report: Report, path: Path) -> dict[int, float]:
    """What texts of each length take: the median of what was measured, else what the latency table says.

    A program of any length is measured at some lengths, by the tokens of their texts; lengths between lie on lines.
    """
    artifact = classifier.artifact
    any_length = takes_any_length(artifact, classifier.budget)
    measured = {
        one.num_tokens if any_length else one.case.length: float(np.median(one.run_ms))
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
    points = sorted(measured)
    times = [measured[point] for point in points]
    found = {}
    for program, kept in _runs(classifier):
        if kept.length in measured:
            found[kept.length] = measured[kept.length]
        elif tables:
            found[kept.length] = expected_ms(tables[0], kept.length, kept.keep)
        elif any_length and points:
            found[kept.length] = float(np.interp(kept.length, points, times))
        else:
            raise OptionError(
                f"`latency` {path} measured no {artifact.key} {program.name}, and has no latency table for it; profile "
                "the bundles of all tiers, for this engine and precision"
            )
    return found


def _timed(answerers: Sequence[Answerer], texts: Sequence[Text]) -> tuple[float, float]:
    """Milliseconds of this machine for reading a text, and for the rest of a bag tier's answer; medians."""
    asked = next((one for one in answerers if isinstance(one, BagTier)), answerers[0])
    times = np.array([asked.timed(text)[1] for text in texts[:_TIMED]]) / 1e6
    return float(np.median(times[:, 0])), float(np.median(times[:, 1:].sum(axis=1)))

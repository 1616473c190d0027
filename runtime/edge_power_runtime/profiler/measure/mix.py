"""The mix: what a user of the given texts would feel, each text on the program that it falls on."""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

from edge_power_runtime.bundle.bundle import programs_of
from edge_power_runtime.model import Classifier
from edge_power_runtime.profiler.measure.rounds import Series, pool_of
from edge_power_runtime.profiler.report.figures import count
from edge_power_runtime.profiler.report.record import MixResult
from edge_power_runtime.profiler.report.spans import total_of
from edge_power_runtime.text import Text


@dataclass(frozen=True, slots=True)
class Mix:
    """All texts on one classifier.

    Attributes:
        classifier: that answers them.
        series: of its answers.
    """

    classifier: Classifier
    series: Series


def mixes_of(classifiers: Sequence[Classifier], texts: Sequence[Text]) -> list[Mix]:
    """Give a series of all texts, once each and in order, per distinct classifier; none where there are no texts."""
    if not texts:
        return []
    distinct = {id(item): item for item in classifiers}.values()
    return [
        Mix(item, Series(f"mix on {_name(item)}", item, texts, wanted=len(texts), pool=pool_of(item)))
        for item in distinct
    ]


def mix_result(mix: Mix, texts: Sequence[Text]) -> MixResult:
    """Put the samples of a mix beside what each text was.

    Args:
        mix: of `mixes_of`, after its rounds.
        texts: the same; `max_seconds` may have left the last ones out.
    """
    classifier, total_ms = mix.classifier, total_of(mix.series.spans())
    encoded = [classifier.encode(text) for text in texts[: len(total_ms)]]
    programs = [program.length for program in programs_of(classifier.artifact, classifier.budget)]
    return MixResult(
        engine=classifier.artifact.engine,
        precision=classifier.artifact.precision,
        budget=classifier.budget,
        threads=classifier.num_threads,
        lengths=tuple(programs[bisect_left(programs, item.num_tokens)] for item in encoded),
        num_tokens=tuple(item.num_tokens for item in encoded),
        total_ms=total_ms,
        truncated=sum(item.truncated for item in encoded),
    )


def _name(classifier: Classifier) -> str:
    artifact = f"{classifier.artifact.engine} {classifier.artifact.precision}"
    return f"{artifact} {classifier.budget}, {count(classifier.num_threads, 'thread')}"

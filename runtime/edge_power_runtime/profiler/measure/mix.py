"""The mix: what a user of the given texts would feel, each text on the program that it falls on."""

from collections.abc import Sequence
from dataclasses import dataclass

from edge_power_runtime.cascade.cascade import Cascade
from edge_power_runtime.cascade.reading import is_answerer
from edge_power_runtime.cascade.staged import StageAnswerer
from edge_power_runtime.model import Classifier, Model
from edge_power_runtime.profiler.measure.rounds import Series, pool_of
from edge_power_runtime.profiler.report.cascade import MixCascade, MixTier
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
        alone: of a cascade, the answers of its last tier alone, which may be the series of another mix; where that tier
            is a stage, of its budget, whole; None elsewhere.
    """

    classifier: Classifier
    series: Series
    alone: Series | None = None


def mixes_of(classifiers: Sequence[Classifier], texts: Sequence[Text]) -> list[Mix]:
    """Give a series of all texts, once each and in order, per distinct classifier; none where there are no texts."""
    if not texts:
        return []
    distinct = {id(item): item for item in classifiers}.values()
    lone = [Mix(item, _series(item, _name(item), texts)) for item in distinct if item.cascade is None]
    known = {(mix.classifier.model, mix.classifier.budget): mix.series for mix in lone}
    return [*lone, *(_of_cascade(item, known, texts) for item in distinct if item.cascade is not None)]


def all_series(mixes: Sequence[Mix]) -> list[Series]:
    """What is timed for mixes, each series once."""
    found = (series for mix in mixes for series in (mix.series, mix.alone) if series is not None)
    return list({id(series): series for series in found}.values())


def _of_cascade(item: Classifier, known: dict[tuple[Model, str], Series], texts: Sequence[Text]) -> Mix:
    assert item.cascade is not None
    last = item.cascade.tiers[-1].answerer
    if isinstance(last, StageAnswerer):  # it goes on from other stages; what it would be alone is its budget, whole
        last = item.at(last.budget)
    alone = known.get((last.model, last.budget)) if isinstance(last, Classifier) else None
    if alone is None:
        assert is_answerer(last)  # a bundle has no other callables
        name = f"{item.cascade.tiers[-1].name} alone, of {_name(item)}"
        alone = Series(f"mix on {name}", last, texts, wanted=len(texts), pool=pool_of(item))
    return Mix(item, _series(item, _name(item), texts), alone)


def _series(item: Classifier, name: str, texts: Sequence[Text]) -> Series:
    return Series(f"mix on {name}", item, texts, wanted=len(texts), pool=pool_of(item), keeps_answers=True)


def mix_result(mix: Mix, texts: Sequence[Text]) -> MixResult:
    """Put the samples of a mix beside what each text was.

    Args:
        mix: of `mixes_of`, after its rounds.
        texts: the same; `max_seconds` may have left the last ones out.
    """
    classifier, total_ms = mix.classifier, total_of(mix.series.spans())
    encoded = [classifier.encode(text) for text in texts[: len(total_ms)]]
    return MixResult(
        engine=classifier.artifact.engine,
        precision=classifier.artifact.precision,
        budget=classifier.budget,
        threads=classifier.num_threads,
        lengths=tuple(answer.length or 0 for answer in mix.series.answers),
        num_tokens=tuple(item.num_tokens for item in encoded),
        total_ms=total_ms,
        truncated=sum(item.truncated for item in encoded),
        cascade=None if classifier.cascade is None else _cascade(classifier.cascade, mix),
    )


def _cascade(cascade: Cascade, mix: Mix) -> MixCascade:
    assert mix.alone is not None
    runs = [answer.tiers for answer in mix.series.answers]
    tiers = tuple(
        MixTier(
            tier.name,
            tier.temperature,
            tier.threshold,
            tuple(asked[place].time_ms if place < len(asked) else 0.0 for asked in runs),
        )
        for place, tier in enumerate(cascade.tiers)
    )
    # Tiers of a bundle do not fail, so the last that was asked answered.
    return MixCascade(tiers, tuple(len(asked) - 1 for asked in runs), total_of(mix.alone.spans()))


def _name(classifier: Classifier) -> str:
    artifact = f"{classifier.artifact.engine} {classifier.artifact.precision}"
    return f"{artifact} {classifier.budget}, {count(classifier.num_threads, 'thread')}"

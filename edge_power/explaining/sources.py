"""Explanations of a checkpoint, in PyTorch, and of a bundle, on the engine that runs it."""

import math
from collections.abc import Sequence
from dataclasses import replace
from statistics import fmean
from typing import TYPE_CHECKING

from edge_power.errors import CheckpointError
from edge_power.explaining.explanation import Explanation, Part, Stage, Verdict
from edge_power.explaining.words import read_words
from edge_power_runtime import Cascade, Classifier, Prediction
from edge_power_runtime.cascade.bag import BagTier
from edge_power_runtime.tasks import Task, task_named
from edge_power_runtime.text import Text

if TYPE_CHECKING:
    import torch

    from edge_power.model.classifier import ClassifierOutput, PowerForSequenceClassification
    from edge_power.model.retention_file import Retention

MOST_PARTS = 5
"""Pieces and pairs of a text that are named as what spoke for an answer."""


def explain_checkpoint(
    model: "PowerForSequenceClassification",
    text: Text,
    retention: "Retention",
    *,
    source: str = "model",
    threshold: float | None = None,
) -> Explanation:
    """Follow a text through the eager model, with the words that `retention` keeps and with all.

    The text runs at its true length. Only where `retention` has configurations and no schedule is it padded, to the
    smallest length that has one.

    Args:
        model: with a tokenizer, in evaluation mode.
        text: a text or a pair; cut at the longest length of the model or the configurations.
        retention: words kept.
        source: the model's name, for the reader.
        threshold: of a multi-label model, the probability above which a text has a label; None takes 0.5.

    Raises:
        InputError: `text` is no text, the threshold is outside (0, 1), or the model has one label a text.
        RetentionError: `retention` does not fit the model.
        CheckpointError: the model has no tokenizer, or gives no finite numbers.
    """
    from edge_power.conversion.references import eager_outputs
    from edge_power.model.macs import count_macs, count_unpruned
    from edge_power.model.tokenizer import text_encoder

    task = task_named(model.config.task, threshold=threshold)
    longest = model.config.max_positions
    lengths = [] if retention.schedule else sorted(known for known in retention.configurations if known <= longest)
    encoder, cut = text_encoder(model), max(lengths, default=longest)
    encoded = encoder.encode(text, cut)
    words = encoded.num_tokens
    length = next((length for length in lengths if length >= words), words)
    config = retention.at(length, encoders=model.config.num_encoders)
    pruned = eager_outputs(model, [encoder.pad(encoded, length)], config)
    unpruned = eager_outputs(model, [encoder.pad(encoded, words)], None)
    return Explanation(
        source=source,
        text=text,
        reading=read_words(encoder, text, cut),
        stages=_stages(pruned, words),
        labels=model.config.labels,
        prediction=_verdict(model, task, pruned.logits),
        unpruned=_verdict(model, task, unpruned.logits),
        multiply_adds=count_macs(model.config, config).total / count_unpruned(model.config, words),
    )


def explain_bundle(classifier: Classifier, text: Text) -> Explanation:
    """Follow a text through the program that a device would run; a bundle tells which words it kept, not their scores.

    Of a cascade it is the tier that answered.

    Raises:
        InputError: `text` is no text.
        EngineError: the engine failed.
    """
    if classifier.cascade is not None:
        return _explain_cascade(classifier, classifier.cascade, text)
    found = classifier(text)
    artifact, manifest = classifier.artifact, classifier.bundle.manifest
    return Explanation(
        source=f"{manifest.name}: {found.program} on {artifact.engine}, {artifact.precision}",
        text=text,
        reading=read_words(classifier.model.encoder, text, found.num_tokens),
        stages=_encoders(found),
        labels=manifest.labels,
        prediction=Verdict(found.label, found.score, found.scores, found.labels),
    )


def _explain_cascade(classifier: Classifier, cascade: Cascade, text: Text) -> Explanation:
    found = cascade(text)
    assert found.tier is not None
    tier = cascade.tier(found.tier)
    if isinstance(tier.answerer, Classifier):
        return replace(explain_bundle(tier.answerer, text), tiers=found.tiers)
    reading = read_words(classifier.encoder, text, found.num_tokens)
    return Explanation(
        source=f"{classifier.bundle.manifest.name}: {tier.name}",
        text=text,
        reading=reading,
        stages=_encoders(found),
        labels=classifier.labels,
        prediction=Verdict(found.label, found.score, found.scores, found.labels),
        tiers=found.tiers,
        parts=_parts(tier.answerer, text, reading.tokens, found) if isinstance(tier.answerer, BagTier) else (),
    )


def _encoders(found: Prediction) -> tuple[Stage, ...]:
    """What each encoder that was computed passes on; of a model that stopped early fewer than it has, of a bag none."""
    everything = (tuple(range(found.num_tokens)),) * sum(step.retention.passing for step in found.path)
    reading = sum(step.retention.readout.reading for step in found.path)
    return (*(Stage(kept) for kept in found.survivors or everything), *(Stage((0,)),) * reading)


def _parts(bag: BagTier, text: Text, tokens: Sequence[str], found: Prediction) -> tuple[Part, ...]:
    """The pieces and pairs that speak most for the label."""
    place = found.logits.index(max(found.logits))
    parts = [
        Part(tuple(tokens[one.position : one.position + 1 + one.is_pair]), one.logits[place] - fmean(one.logits))
        for one in bag.contributions(bag.encode(text))
    ]
    heaviest = sorted((part for part in parts if part.weight > 0), key=lambda part: -part.weight)
    return tuple(heaviest[:MOST_PARTS])


def _stages(output: "ClassifierOutput", words: int) -> tuple[Stage, ...]:
    """One text's way, without its padding."""
    stages = [
        Stage(tuple(position for position in kept[0].tolist() if position < words), _scores(scores[0, :words]))
        for kept, scores in zip(output.encoder.survivors, output.encoder.scores, strict=True)
    ]
    return (*stages, Stage((0,)))


def _scores(scores: "torch.Tensor") -> tuple[float | None, ...]:
    if scores.isnan().all():
        return ()
    return tuple(None if math.isnan(score) else score for score in scores.tolist())


def _verdict(model: "PowerForSequenceClassification", task: Task, logits: "torch.Tensor") -> Verdict:
    if not logits.isfinite().all():
        raise CheckpointError(
            f"the model gives the logits {logits[0].tolist()}, expected finite numbers; train it anew"
        )
    return Verdict(*task.decode(tuple(logits[0].tolist()), model.config.labels))

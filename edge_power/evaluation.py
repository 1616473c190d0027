"""Score a bundle or a checkpoint on labelled texts, in a stream."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np

from edge_power.data import Kept, Source, read_examples
from edge_power.tasks.learned import learned
from edge_power_runtime.retention import RetentionConfig, RetentionSchedule
from edge_power_runtime.tasks import Task, task_named
from edge_power_runtime.text import EncodedText, Text, TextEncoder

if TYPE_CHECKING:
    from edge_power.model.classifier import ClassifierOutput, PowerForSequenceClassification
    from edge_power.model.retention_file import Retention
    from edge_power_runtime import Classifier, Prediction
    from edge_power_runtime.prediction import Step

CHUNK = 64


@dataclass(frozen=True, slots=True)
class Answer:
    """What a predictor says of one text.

    Attributes:
        logits: one per label, or one for regression.
        truncated: whether the text was longer than the longest program.
        macs: multiply-adds that the answer took, of all programs that ran for it, padding included.
        tier: of a cascade, the name of the tier that answered; None elsewhere.
    """

    logits: tuple[float, ...]
    truncated: bool
    macs: int
    tier: str | None = None


class Predictor(Protocol):
    """Something that can be scored."""

    @property
    def task(self) -> Task:
        """What is answered, and how logits are read."""
        ...

    @property
    def labels(self) -> tuple[str, ...]:
        """In the order of the logits; empty for regression."""
        ...

    @property
    def tiers(self) -> tuple[str, ...]:
        """Of a cascade, the names of its tiers, in the order they are asked; empty elsewhere."""
        ...

    def answer(self, texts: Sequence[Text]) -> list[Answer]:
        """Answer texts in their order."""
        ...


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The score of one run.

    Attributes:
        metrics: see `edge_power.tasks.metrics`.
        rows: texts that were scored.
        truncated: how many of them were cut.
        macs: multiply-adds of a text, mean, padding included.
        answered: of a cascade, the fraction of the texts that each tier answered, in the order they are asked; empty
            elsewhere.
    """

    metrics: dict[str, float]
    rows: int
    truncated: int
    macs: float
    answered: dict[str, float] = field(default_factory=dict)


class BundlePredictor:
    """A bundle's classifier."""

    def __init__(self, classifier: "Classifier") -> None:
        """Score `classifier`."""
        self._classifier = classifier
        tiers = () if classifier.cascade is None else classifier.cascade.tiers
        self._own = _Costs(classifier)
        # A bundle inside has programs of its own, perhaps of the same names; all other tiers are of this one.
        self._tiers = {
            tier.name: _Costs(tier.answerer) if isinstance(tier.answerer, type(classifier)) else self._own
            for tier in tiers
        }

    @property
    def task(self) -> Task:
        """What is answered, and how logits are read."""
        return self._classifier.task

    @property
    def labels(self) -> tuple[str, ...]:
        """In the order of the logits; empty for regression."""
        return self._classifier.labels

    @property
    def tiers(self) -> tuple[str, ...]:
        """Of a cascade, the names of its tiers, in the order they are asked; empty elsewhere."""
        return tuple(self._tiers)

    def answer(self, texts: Sequence[Text]) -> list[Answer]:
        """Answer texts in their order, each by itself."""
        found = self._classifier.classify(texts)
        return [Answer(one.logits, one.truncated, self._macs(one), one.tier) for one in found]

    def _macs(self, found: "Prediction") -> int:
        if not found.tiers:
            return sum(self._own.of(step) for step in found.steps)
        steps = iter(found.steps)
        return sum(self._tiers[run.name].of(step) for run in found.tiers for step in islice(steps, run.num_steps))


class _Costs:
    """Multiply-adds of what a classifier's artifact runs."""

    def __init__(self, classifier: "Classifier") -> None:
        self._bundle = classifier.bundle
        manifest = self._bundle.manifest
        found = {item.name: manifest.configuration(item.budget, item.length) for item in classifier.artifact.programs}
        self._padded = {(name, item.length): item.macs for name, item in found.items() if item is not None}
        self._padded |= {(stage.name, stage.length): stage.macs for stage in classifier.artifact.stages or ()}
        self._unpadded: dict[RetentionConfig, int] = {}

    def of(self, step: "Step") -> int:
        """Those of a run: as the manifest has them, or counted where a text ran at a length of its own."""
        macs = self._padded.get((step.program, step.length))
        return self._count(step.retention) if macs is None else macs

    def _count(self, retention: RetentionConfig) -> int:
        if retention not in self._unpadded:
            from edge_power.lengths.bundle import model_config
            from edge_power.model.macs import count_macs

            self._unpadded[retention] = count_macs(model_config(self._bundle), retention).total
        return self._unpadded[retention]


class EagerPredictor:
    """A checkpoint in PyTorch, each text padded to the smallest length that holds it, as a bundle would."""

    def __init__(
        self,
        model: "PowerForSequenceClassification",
        lengths: Sequence[int],
        retention: "Retention | None" = None,
        *,
        threshold: float | None = None,
    ) -> None:
        """Score `model`.

        Args:
            model: in evaluation mode.
            lengths: to pad to.
            retention: what it keeps at each length; None is all.
            threshold: of a multi-label model, the probability above which a text has a label; None takes 0.5.

        Raises:
            OptionError: a length is none that the model takes.
            InputError: the threshold is outside (0, 1), or the model has one label a text.
        """
        from edge_power.conversion.plan import check_lengths
        from edge_power.model.macs import count_macs
        from edge_power.model.retention_file import Retention
        from edge_power.model.tokenizer import text_encoder

        self._model = model
        self._lengths = check_lengths(lengths, model.config.max_positions)
        self._retention = retention
        self._task = task_named(model.config.task, threshold=threshold)
        self._encoder = text_encoder(model)
        encoders = model.config.num_encoders
        kept = retention or Retention(schedule=RetentionSchedule.full(encoders))
        self._macs = {
            length: count_macs(model.config, kept.at(length, encoders=encoders)).total for length in self._lengths
        }

    @property
    def task(self) -> Task:
        """What is answered, and how logits are read."""
        return self._task

    @property
    def labels(self) -> tuple[str, ...]:
        """In the order of the logits; empty for regression."""
        return self._model.config.labels

    @property
    def tiers(self) -> tuple[str, ...]:
        """None."""
        return ()

    def answer(self, texts: Sequence[Text]) -> list[Answer]:
        """Answer texts in their order, in batches of one length."""
        encoded = [self._encoder.encode(text, self._lengths[-1]) for text in texts]
        answers: dict[int, Answer] = {}
        for indices, output in eager_batches(self._model, self._encoder, encoded, self._lengths, self._retention):
            macs = self._macs[self._lengths[bisect_left(self._lengths, encoded[indices[0]].num_tokens)]]
            for index, logits in zip(indices, output.logits.tolist(), strict=True):
                answers[index] = Answer(tuple(logits), encoded[index].truncated, macs)
        return [answers[index] for index in range(len(encoded))]


def eager_batches(
    model: "PowerForSequenceClassification",
    encoder: TextEncoder,
    encoded: Sequence[EncodedText],
    lengths: Sequence[int],
    retention: "Retention | None",
) -> "Iterator[tuple[list[int], ClassifierOutput]]":
    """Run texts through PyTorch, each padded to the smallest length that holds it, as a bundle would.

    Args:
        model: in evaluation mode.
        encoder: pads as a device does.
        encoded: cut at the longest length.
        lengths: rising.
        retention: what the model keeps at each length; None is all.

    Yields:
        The indices of some of the texts, and the output for them.
    """
    from edge_power.conversion.references import eager_outputs

    by_length: dict[int, list[int]] = defaultdict(list)
    for index, item in enumerate(encoded):
        by_length[lengths[bisect_left(lengths, item.num_tokens)]].append(index)
    for length, indices in by_length.items():
        config = None if retention is None else retention.at(length, encoders=model.config.num_encoders)
        for start in range(0, len(indices), CHUNK):
            batch = indices[start : start + CHUNK]
            yield batch, eager_outputs(model, [encoder.pad(encoded[index], length) for index in batch], config)


def evaluate(
    predictor: Predictor, source: Path | Source | Kept, *, progress: Callable[[int], None] = lambda rows: None
) -> Evaluation:
    """Score a predictor on labelled texts; only logits and labels are held in memory.

    Args:
        predictor: what to score.
        source: of the texts; a Path is a file. See `read_examples`.
        progress: told how many rows were just done.

    Raises:
        DataError: a row cannot be read, or has a label that the model does not know.
    """
    examples = read_examples(source, need_labels=True)
    task = learned(predictor.task)
    logits: list[np.ndarray] = []
    truth: list[np.ndarray] = []
    rows = truncated = macs = 0
    answered = dict.fromkeys(predictor.tiers, 0)
    while chunk := list(islice(examples, CHUNK)):
        truth.append(task.truth(chunk, predictor.labels, path=source))
        answers = predictor.answer([item.content for item in chunk])
        logits.append(np.array([answer.logits for answer in answers], dtype=np.float32))  # as engines give them
        rows += len(answers)
        truncated += sum(answer.truncated for answer in answers)
        macs += sum(answer.macs for answer in answers)
        for tier in answered:
            answered[tier] += sum(answer.tier == tier for answer in answers)
        progress(len(chunk))
    metrics = task.metrics(np.concatenate(logits), np.concatenate(truth))
    shares = {tier: count / rows for tier, count in answered.items()}
    return Evaluation(metrics, rows, truncated, macs / rows, shares)

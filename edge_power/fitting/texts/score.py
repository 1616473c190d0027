"""The metric of a model on tokenized texts, each at its own length."""

from collections.abc import Callable

import numpy as np
import torch

from edge_power.errors import OptionError
from edge_power.fitting.texts.dataset import Collator, TokenizedExamples
from edge_power.model.classifier import PowerForSequenceClassification
from edge_power_runtime.retention import RetentionSchedule

BATCH = 64


def predict(
    model: PowerForSequenceClassification,
    texts: TokenizedExamples,
    schedule: RetentionSchedule | None = None,
    *,
    progress: Callable[[int], None] = lambda rows: None,
) -> np.ndarray:
    """Give the logits of texts, without gradients and in evaluation mode; the model's own mode is put back.

    Args:
        model: on any device.
        texts: in any order.
        schedule: each text keeps what it keeps at its own length; None keeps all.
        progress: told how many texts were just answered.

    Returns:
        float32 (texts, labels).
    """
    logits: np.ndarray = predict_all(model, texts, schedule, progress=progress)[-1]
    return logits


def predict_all(
    model: PowerForSequenceClassification,
    texts: TokenizedExamples,
    schedule: RetentionSchedule | None = None,
    *,
    progress: Callable[[int], None] = lambda rows: None,
) -> np.ndarray:
    """Give the logits of texts by every head, in one pass; arguments as in `predict`.

    Returns:
        float32 (exits + 1, texts, labels), the model's own head last.
    """
    device = next(model.parameters()).device
    collate = Collator(model.config.pad_id)
    # The longest first, whose memory is enough for all that follow; growing texts would take more each time.
    order = np.argsort(-texts.lengths, kind="stable")
    logits = np.empty((len(model.exits) + 1, len(texts), model.config.num_logits), dtype=np.float32)
    training = model.training
    model.eval()
    with torch.no_grad():
        for start in range(0, len(order), BATCH):
            rows = order[start : start + BATCH]
            batch = {name: tensor.to(device) for name, tensor in collate([texts[row] for row in rows]).items()}
            words = {name: tensor for name, tensor in batch.items() if name not in ("labels", "taught")}
            output = model(**words, retention=schedule)
            logits[:, rows] = torch.stack([*output.exits, output.logits]).float().cpu().numpy()
            progress(len(rows))
    model.train(training)
    return logits


def score(
    model: PowerForSequenceClassification,
    texts: TokenizedExamples,
    metric: str,
    schedule: RetentionSchedule | None = None,
) -> float:
    """Answer texts and give one metric; see `predict` and `metric_of`."""
    return metric_of(predict(model, texts, schedule), texts, metric)


def metric_of(logits: np.ndarray, texts: TokenizedExamples, metric: str) -> float:
    """Give one metric of the task.

    Args:
        logits: (texts, labels), of `predict`.
        texts: with labels.
        metric: by name.

    Raises:
        OptionError: the task has no such metric.
    """
    metrics = texts.learned.metrics(logits, texts.labels)
    if metric not in metrics:
        raise OptionError(f"the metric {metric!r} is none of this task's; choose from: {', '.join(metrics)}")
    return metrics[metric]


def beats_a_constant(logits: np.ndarray, texts: TokenizedExamples, *, standard_errors: float = 0.0) -> bool:
    """Whether these answers are better than the best answer that is always the same.

    See `LearnedTask.gains`.

    Args:
        logits: (texts, labels), of `predict`.
        texts: with labels.
        standard_errors: of the mean gain over these texts, by which they have to be better.
    """
    gain = texts.learned.gains(logits, texts.labels)
    return bool(gain.mean() > standard_errors * gain.std() / np.sqrt(len(gain)))

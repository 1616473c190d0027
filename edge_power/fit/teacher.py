"""What the fine-tuned model answers to the texts to train on, asked once and not in every epoch of every phase."""

from dataclasses import replace

from accelerate import PartialState

from edge_power.fit.objective import Distillation
from edge_power.fit.phase import Texts
from edge_power.fit.score import predict
from edge_power.fit.watch import Watcher
from edge_power.model import PowerForSequenceClassification


def taught_texts(
    texts: Texts, teacher: PowerForSequenceClassification, distillation: Distillation | None, watcher: Watcher
) -> Texts:
    """Put the teacher's logits beside the labels, where logits are all that it is followed in.

    Its states are too many to keep: where they are asked for, the teacher answers in every step.

    Args:
        texts: of a fit.
        teacher: moved to the device that trains.
        distillation: None follows no teacher.
        watcher: told of progress.
    """
    if distillation is None or distillation.states:
        return texts
    watcher.begin("asking the fine-tuned model", len(texts.train))
    logits = predict(teacher.to(PartialState().device), texts.train, progress=watcher.advance)
    return replace(texts, train=texts.train.with_taught(logits))

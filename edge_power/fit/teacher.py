"""What the fine-tuned model answers to the texts to train on, asked once and not in every epoch of every phase."""

from dataclasses import replace

from accelerate import PartialState

from edge_power.fit.augment import augmented
from edge_power.fit.objective import Distillation
from edge_power.fit.phase import Texts
from edge_power.fit.score import predict
from edge_power.fit.watch import Watcher
from edge_power.model import PowerForSequenceClassification


def taught_texts(
    texts: Texts,
    teacher: PowerForSequenceClassification,
    distillation: Distillation | None,
    watcher: Watcher,
    *,
    copies: int,
    seed: int,
) -> Texts:
    """Augment the texts to train on, and put the teacher's logits beside the labels, where it is followed in no more.

    Its states are too many to keep: where they are asked for, the teacher answers in every step.

    Args:
        texts: of a fit.
        teacher: moved to the device that trains.
        distillation: None follows no teacher.
        watcher: told of progress.
        copies: of each text, where the distillation augments.
        seed: of their words.
    """
    if distillation is None:
        return texts
    train = texts.train
    if distillation.swapped:
        special = () if teacher.tokenizer is None else teacher.tokenizer.all_special_ids
        train = augmented(train, distillation.swapped, copies, special=special, seed=seed)
    if not distillation.states:
        watcher.begin("asking the fine-tuned model", len(train))
        train = train.with_taught(predict(teacher.to(PartialState().device), train, progress=watcher.advance))
    return replace(texts, train=train)

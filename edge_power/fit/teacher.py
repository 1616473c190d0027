"""What the fine-tuned model answers to the texts to train on, asked once and not in every epoch of every phase."""

from dataclasses import replace
from pathlib import Path

import numpy as np
from accelerate import PartialState

from edge_power.fit.augment import augmented
from edge_power.fit.dataset import TokenizedExamples
from edge_power.fit.fingerprint import fingerprint
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
    directory: Path,
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
        directory: where its answers are kept, so that a killed run asks no second time.

    Raises:
        OSError: they cannot be written there.
    """
    if distillation is None:
        return texts
    train = texts.train
    if distillation.swapped:
        special = () if teacher.tokenizer is None else teacher.tokenizer.all_special_ids
        train = augmented(train, distillation.swapped, copies, special=special, seed=seed)
    if not distillation.states:
        train = train.with_taught(_answers(teacher, train, watcher, directory))
    return replace(texts, train=train)


def _answers(
    teacher: PowerForSequenceClassification, texts: TokenizedExamples, watcher: Watcher, directory: Path
) -> np.ndarray:
    kept = directory / f"taught-{fingerprint(texts.arrays())}.npy"
    if kept.is_file():
        answers: np.ndarray = np.load(kept)
        return answers
    watcher.begin("asking the fine-tuned model", len(texts))
    answers = predict(teacher.to(PartialState().device), texts, progress=watcher.advance)
    if PartialState().is_main_process:
        partial = kept.with_name(f"{kept.name}.partial")
        with partial.open("wb") as file:
            np.save(file, answers)
        partial.replace(kept)
    return answers

"""What the fine-tuned model answers to the texts to train on, asked once and not in every epoch of every phase."""

import math
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import numpy as np
import torch
from accelerate import PartialState
from accelerate.utils import gather

from edge_power.fitting.contents import ANSWERS
from edge_power.fitting.options import FitOptions
from edge_power.fitting.texts.augment import augmented
from edge_power.fitting.texts.dataset import TokenizedExamples
from edge_power.fitting.texts.fingerprint import fingerprint
from edge_power.fitting.texts.score import predict
from edge_power.fitting.training.machine import mixed
from edge_power.fitting.training.phase import Precision, Texts
from edge_power.model.classifier import PowerForSequenceClassification
from edge_power.progress import Progress
from edge_power_runtime.reading.whole_file import write_whole


def taught_texts(
    texts: Texts,
    teacher: PowerForSequenceClassification,
    options: FitOptions,
    progress: Progress,
    directory: Path,
) -> Texts:
    """Augment the texts to train on, and put the teacher's logits beside the labels, where it is followed in no more.

    Its states are too many to keep: where they are asked for, the teacher answers in every step.

    Args:
        texts: of a fit.
        teacher: moved to the device that trains.
        options: of the fit: how the teacher is followed, and for how long.
        progress: told of progress.
        directory: where its answers are kept, so that a killed run asks no second time.

    Raises:
        OSError: they cannot be written there.
    """
    train, distillation = texts.train, options.distillation
    if distillation is None:
        return texts
    if distillation.swapped:
        special = () if teacher.tokenizer is None else teacher.tokenizer.all_special_ids
        copies = options.copies(len(train))
        train = augmented(train, distillation.swapped, copies, special=special, seed=options.seed)
    if not distillation.states:
        train = train.with_taught(_answers(teacher, train, options.precision, progress, directory))
    return replace(texts, train=train)


def _answers(
    teacher: PowerForSequenceClassification,
    texts: TokenizedExamples,
    precision: Precision,
    progress: Progress,
    directory: Path,
) -> np.ndarray:
    kept, state = directory / f"{ANSWERS}{fingerprint(texts.arrays())}.npy", PartialState()
    if gather(torch.tensor([kept.is_file()], device=state.device)).all():
        answers: np.ndarray = np.load(kept)
        return answers
    # Each process asks every so-manieth text, as many as the others; the last ones may ask for one of the first again.
    count, processes = math.ceil(len(texts) / state.num_processes), state.num_processes
    rows = (np.arange(count) * processes + state.process_index) % len(texts)
    progress.begin("asking the fine-tuned model", count)
    with mixed(precision, state.device):
        own = torch.from_numpy(predict(teacher.to(state.device), texts.select(rows), progress=progress.advance))
    by_process = gather(own.to(state.device)).view(processes, count, -1)
    answers = by_process.transpose(0, 1).flatten(0, 1)[: len(texts)].cpu().numpy()
    if state.is_main_process:
        file = BytesIO()
        np.save(file, answers)
        write_whole(kept, file.getvalue())
    return answers

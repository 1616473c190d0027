"""A made-up task that a tiny model learns in seconds: a text is positive where one of a few words stands in it.

All other words are fillers and say nothing, so that a good schedule drops them.
"""

import random
from collections.abc import Sequence
from copy import deepcopy
from dataclasses import replace
from functools import cache
from pathlib import Path

import torch

from edge_power.data import Columns, Example, Source
from edge_power.fitting.options import Epochs, FitOptions, Goal
from edge_power.fitting.texts.dataset import Collator, TokenizedExamples, tokenize
from edge_power.model.classifier import PowerForSequenceClassification
from edge_power.model.tokenizer import text_encoder
from edge_power.tasks.target import infer_target
from tests.tiny import WORDS, tiny_config, tiny_model

TELLING = ("good", "fine", "warm", "great")
FILLERS = tuple(word for word in WORDS if word not in TELLING and len(word) > 1)
LABELS = ("negative", "positive")
ENCODERS = 3
MAX_LENGTH = 64
RATE = 1e-3  # of the weights: the model is tiny, and so are its phases


def make_text(generator: random.Random, *, positive: bool, words: tuple[int, int] = (6, 22)) -> str:
    """Fillers, and one telling word at any place where the text is positive."""
    text = generator.choices(FILLERS, k=generator.randint(*words))
    if positive:
        text[generator.randrange(len(text))] = generator.choice(TELLING)
    return " ".join(text)


def make_rows(count: int, *, seed: int = 0) -> list[tuple[str, str]]:
    """Texts with the names of their labels, half of each."""
    generator = random.Random(seed)
    return [(make_text(generator, positive=row % 2 == 1), LABELS[row % 2]) for row in range(count)]


def write_tsv(path: Path, rows: Sequence[Sequence[str]], *, header: Sequence[str] = ("sentence", "label")) -> Path:
    """Write rows as a table."""
    path.write_text("".join("\t".join(row) + "\n" for row in (header, *rows)), encoding="utf-8")
    return path


def tokens_of(model: PowerForSequenceClassification, rows: Sequence[tuple[str, str]]) -> TokenizedExamples:
    """The rows as a phase sees them."""
    examples = [Example(text, None, label, number) for number, (text, label) in enumerate(rows, start=2)]
    target = infer_target(examples, task=model.config.task, labels=model.config.labels or None)
    return tokenize(examples, text_encoder(model), target.convert, task=model.config.task, max_length=MAX_LENGTH)


def untaught_model(*, dropout: float = 0.0, seed: int = 0) -> PowerForSequenceClassification:
    """Three encoders with random weights, small enough to be taught."""
    config = replace(tiny_config(), num_encoders=ENCODERS, dropout=dropout, attention_dropout=dropout)
    model = tiny_model(config, seed=seed)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if "norm" not in name:
                parameter.mul_(0.4)
    return model


def taught_model(*, dropout: float = 0.0) -> PowerForSequenceClassification:
    """A copy of one that knows the task."""
    return deepcopy(_taught(dropout))


@cache
def _taught(dropout: float) -> PowerForSequenceClassification:
    model = untaught_model(dropout=dropout)
    teach(model, tokens_of(model, make_rows(400, seed=1)), steps=60)
    return model


def teach(model: PowerForSequenceClassification, texts: TokenizedExamples, *, steps: int, rate: float = 3e-3) -> None:
    """Fine-tune in a plain loop, which owes nothing to what is tested."""
    torch.manual_seed(0)
    collate, generator = Collator(model.config.pad_id), torch.Generator().manual_seed(0)
    optimizer = torch.optim.AdamW(model.parameters(), lr=rate)
    schedule = torch.optim.lr_scheduler.LinearLR(optimizer, 1.0, 0.05, steps)
    model.train()
    for _ in range(steps):
        rows = torch.randint(len(texts), (64,), generator=generator).tolist()
        batch = collate([texts[row] for row in rows])
        labels = batch.pop("labels")
        loss = texts.learned.loss(model(**batch).logits, labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
    model.eval()


def write_task(directory: Path, *, rows: int = 360) -> tuple[Source, Source]:
    """Texts to train on and to report on."""
    train = write_tsv(directory / "train.tsv", make_rows(rows, seed=1))
    dev = write_tsv(directory / "dev.tsv", make_rows(150, seed=2))
    return source_of(train), source_of(dev)


def source_of(path: Path) -> Source:
    return Source(str(path), Columns(None, None, None), None)


def options_of(model: Path, train: Source, output: Path, goal: Goal) -> FitOptions:
    """A fit of seconds; phases are some tens of steps."""
    return FitOptions(
        model=str(model),
        train=train,
        output=output,
        goal=goal,
        epochs=Epochs(fine_tune=6, depth=0, search=2, retrain=0),
        fewest_steps=20,
        batch_size=16,
        learning_rate=RATE,
    )

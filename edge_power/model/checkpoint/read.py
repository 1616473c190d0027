"""Hugging Face checkpoints in and out: config.json, model.safetensors, the tokenizer files, and our retention.json."""

import json
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from os import PathLike
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import torch

from edge_power.errors import system_errors
from edge_power.model.checkpoint.checks import check_vocabulary
from edge_power.model.checkpoint.config import read_config, read_source_config, source_content
from edge_power.model.checkpoint.files import find_file
from edge_power.model.checkpoint.weights import match_weights, read_headers, read_weights
from edge_power.model.config import ModelConfig
from edge_power.model.exits import Exits, exits_fault
from edge_power.model.families import FAMILIES
from edge_power.model.retention_file import RETENTION_FILE, Budgets, read_retention, retention_to_json
from edge_power.model.tokenizer_settings import load_tokenizer, write_tokenizer
from edge_power_runtime.errors import RetentionError
from edge_power_runtime.tasks import TaskName

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

# A model's state without its memory: only names and shapes are read.
Blank = Callable[[ModelConfig], Mapping[str, torch.Tensor]]


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What a checkpoint holds.

    Attributes:
        config: shape, task and labels.
        source_config: config.json, as transformers writes it.
        weights: by our names; of a new head those that the checkpoint has.
        tokenizer: None where it has none.
        budgets: of retention.json; none keeps all.
        source: its directory, or its name on the hub; None where it was not read.
        deviation: of the normal distribution from which its family draws new weights; None where it was not read.
    """

    config: ModelConfig
    source_config: dict[str, Any]
    weights: dict[str, torch.Tensor]
    tokenizer: "PreTrainedTokenizerBase | None"
    budgets: Budgets
    source: str | None = None
    deviation: float | None = None


def read_checkpoint(model: str | PathLike[str], blank: Blank) -> Checkpoint:
    """Read a classifier's checkpoint.

    Args:
        model: a directory, or a model's name on the hub. Weights must be safetensors.
        blank: tells the names and shapes of the weights that a model has.

    Raises:
        CheckpointError: it is not there, or not a supported classifier.
        RetentionError: its retention.json does not fit.
    """
    return _read(model, blank, None)


def read_encoder(
    model: str | PathLike[str], blank: Blank, labels: Sequence[str], task: TaskName = "classification"
) -> Checkpoint:
    """Read the encoder and the tokenizer of a checkpoint; of its head what has the shape of the new one.

    Args:
        model: see `read_checkpoint`.
        blank: see `read_checkpoint`.
        labels: what a new classifier shall tell apart, in the order of its logits; none for regression.
        task: what it is for.

    Raises:
        CheckpointError: it is not there, or its encoder is not supported.
    """
    return _read(model, blank, (task, labels))


def write_checkpoint(checkpoint: Checkpoint, directory: str | PathLike[str]) -> None:
    """Write a checkpoint, each file whole, old or new; what else is in the directory stays.

    Raises:
        OSError: a file cannot be written.
    """
    from safetensors import SafetensorError
    from safetensors.torch import save_file

    path = Path(directory)
    path.mkdir(parents=True, exist_ok=True)
    weights = FAMILIES[checkpoint.config.architecture].to_theirs(checkpoint.weights)
    contiguous = {name: tensor.contiguous() for name, tensor in weights.items()}
    with TemporaryDirectory(prefix=".edge-power-", dir=path) as partial:
        made = Path(partial)
        with system_errors(SafetensorError):
            save_file(contiguous, made / "model.safetensors", metadata={"format": "pt"})
        config = json.dumps(checkpoint.source_config, indent=2)
        (made / "config.json").write_text(config + "\n", encoding="utf-8")
        if checkpoint.tokenizer is not None:
            write_tokenizer(checkpoint.tokenizer, made)
        if checkpoint.budgets or checkpoint.config.exits:
            retention = retention_to_json(checkpoint.budgets, checkpoint.config.exits)
            (made / RETENTION_FILE).write_text(retention, encoding="utf-8")
        # Of a link, as in a cache of the hub, the link is replaced and not the file.
        for file in sorted(made.iterdir()):
            file.replace(path / file.name)


def _read(model: str | PathLike[str], blank: Blank, new_head: tuple[TaskName, Sequence[str]] | None) -> Checkpoint:
    _quiet_transformers()
    config = read_source_config(model, new_head)
    shape, family = read_config(config, model), FAMILIES[config.model_type]
    budgets, exits = ({}, ()) if new_head else _read_retention(model, shape)
    shape = replace(shape, exits=exits)
    # Sizes are compared before there is memory for them.
    wanted = {name: tuple(tensor.shape) for name, tensor in family.to_theirs(blank(shape)).items()}
    found = match_weights(read_headers(model), wanted, family, model, new_head=new_head is not None)
    tokenizer = load_tokenizer(model, config)
    check_vocabulary(tokenizer, shape.vocab_size, model)
    return Checkpoint(
        config=shape,
        source_config=source_content(config),
        weights=family.to_ours(read_weights(found, model)),
        tokenizer=tokenizer,
        budgets=budgets,
        source=str(Path(model).absolute()) if Path(model).exists() else str(model),
        deviation=config.initializer_range,
    )


def _read_retention(model: str | PathLike[str], shape: ModelConfig) -> tuple[Budgets, Exits]:
    path = find_file(model, RETENTION_FILE) if os.path.isdir(model) else None  # it is ours, and no hub's
    if path is None:
        return {}, ()
    found = read_retention(path)
    for retention in found.budgets.values():
        if retention.schedule is not None:
            retention.schedule.for_encoders(shape.num_encoders)
    if (fault := exits_fault(found.exits, encoders=shape.num_encoders, task=shape.task)) is not None:
        raise RetentionError(f"{path}: {fault}")
    return found.budgets, tuple(sorted(found.exits))


def _quiet_transformers() -> None:
    from transformers.utils import logging

    logging.set_verbosity_error()
    logging.disable_progress_bar()

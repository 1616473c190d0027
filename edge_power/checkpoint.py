"""Hugging Face checkpoints in and out: config.json, model.safetensors, the tokenizer files, and our retention.json."""

import json
import os
from collections.abc import Sequence
from os import PathLike
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import torch
from torch import nn

from edge_power.checkpoint_checks import check_answer, check_vocabulary
from edge_power.checkpoint_config import read_config, read_source_config, source_content, write_labels
from edge_power.checkpoint_files import find_file
from edge_power.checkpoint_weights import match_weights, read_headers, read_weights
from edge_power.config import ModelConfig, Task
from edge_power.errors import system_errors
from edge_power.families import FAMILIES
from edge_power.model import PowerForSequenceClassification
from edge_power.retention_file import RETENTION_FILE, Budgets, budgets_to_json, read_budgets
from edge_power.tokenizer import save_tokenizer
from edge_power.tokenizer_settings import load_tokenizer

if TYPE_CHECKING:
    from transformers import PretrainedConfig


def load(model: str | PathLike[str]) -> PowerForSequenceClassification:
    """Read a checkpoint; see PowerForSequenceClassification.from_pretrained."""
    _quiet_transformers()
    ours = _read_model(model, read_source_config(model))
    check_answer(ours, model)
    ours.budgets = _load_budgets(model)
    for retention in ours.budgets.values():
        if retention.schedule is not None:
            retention.schedule.for_encoders(ours.config.num_encoders)
    return ours


def load_encoder(
    model: str | PathLike[str], labels: Sequence[str], *, task: Task = "classification"
) -> PowerForSequenceClassification:
    """Read the encoder and the tokenizer of a checkpoint, whatever its head, under a classifier yet to be fitted.

    Args:
        model: a directory, or a model's name on the hub. Weights must be safetensors.
        labels: what the classifier shall tell apart, in the order of its logits; none for regression.
        task: what it is for.

    Returns:
        The model in evaluation mode. Its classifier has new weights, its pooler too where the checkpoint has none,
        drawn as the family does: normal, from torch's current seed.

    Raises:
        CheckpointError: it is not there, or its encoder is not supported.
    """
    _quiet_transformers()
    return _read_model(model, read_source_config(model, (task, labels)), new_head=True)


def save(model: PowerForSequenceClassification, directory: str | PathLike[str]) -> None:
    """Write a checkpoint; see PowerForSequenceClassification.save_pretrained."""
    from safetensors import SafetensorError
    from safetensors.torch import save_file

    path = Path(directory)
    path.mkdir(parents=True, exist_ok=True)  # what is there stays, but for the files that we write
    weights = FAMILIES[model.config.architecture].to_theirs(model.state_dict())
    contiguous = {name: tensor.contiguous() for name, tensor in weights.items()}
    with TemporaryDirectory(prefix=".edge-power-", dir=path) as partial:
        made = Path(partial)
        with system_errors(SafetensorError):
            save_file(contiguous, made / "model.safetensors", metadata={"format": "pt"})
        config = json.dumps(model.hugging_face_config(), indent=2)
        (made / "config.json").write_text(config + "\n", encoding="utf-8")
        if model.tokenizer is not None:
            save_tokenizer(model, made)
        if model.budgets:
            (made / RETENTION_FILE).write_text(budgets_to_json(model.budgets), encoding="utf-8")
        # Each file is whole, old or new. Of a link, as in a cache of the hub, the link is replaced and not the file.
        for file in sorted(made.iterdir()):
            file.replace(path / file.name)


def write_config(config: ModelConfig) -> dict[str, Any]:
    """The config.json of a model made in memory."""
    family = FAMILIES[config.architecture]
    return {
        "model_type": family.model_type,
        "architectures": [family.classifier],
        **family.write(config),
        "pad_token_id": config.pad_id,
        **write_labels(config.task, config.labels),
    }


def _read_model(
    model: str | PathLike[str], config: "PretrainedConfig", *, new_head: bool = False
) -> PowerForSequenceClassification:
    """Read weights and tokenizer; of a new head what is absent or of another shape is random."""
    shape, family = read_config(config, model), FAMILIES[config.model_type]
    with torch.device("meta"):  # sizes without memory, until the files were found to have them
        ours = PowerForSequenceClassification(shape)
    wanted = {name: tuple(tensor.shape) for name, tensor in family.to_theirs(ours.state_dict()).items()}
    found = match_weights(read_headers(model), wanted, family, model, new_head=new_head)
    weights = family.to_ours(read_weights(found, model))
    if new_head:
        _draw_head(weights, ours.head, config.initializer_range)
    ours.load_state_dict(weights, assign=True)
    ours.source_config = source_content(config)
    ours.tokenizer = load_tokenizer(model, config)
    ours.source = str(Path(model).absolute()) if Path(model).exists() else str(model)
    check_vocabulary(ours.tokenizer, shape.vocab_size, model)
    return ours.eval()


def _draw_head(weights: dict[str, torch.Tensor], head: nn.Module, deviation: float) -> None:
    """Add a new classifier, and what else the head lacks."""
    for name, tensor in head.state_dict().items():
        if f"head.{name}" not in weights or name.startswith("classifier."):
            drawn = torch.zeros(tensor.shape) if name.endswith("bias") else torch.normal(0.0, deviation, tensor.shape)
            weights[f"head.{name}"] = drawn


def _load_budgets(model: str | PathLike[str]) -> Budgets:
    path = find_file(model, RETENTION_FILE) if os.path.isdir(model) else None  # it is ours, and no hub's
    return {} if path is None else read_budgets(path)


def _quiet_transformers() -> None:
    from transformers.utils import logging

    logging.set_verbosity_error()
    logging.disable_progress_bar()

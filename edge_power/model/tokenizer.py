"""The runtime's tokenizing, made from a checkpoint's tokenizer, so that host and device read the same ids."""

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from edge_power.errors import CheckpointError
from edge_power.model.classifier import PowerForSequenceClassification
from edge_power.model.tokenizer_settings import write_tokenizer
from edge_power_runtime.bundle.manifest import TOKENIZER_FILE, TokenizerEntry
from edge_power_runtime.text import TextEncoder

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase


def tokenizer_entry(model: PowerForSequenceClassification) -> TokenizerEntry:
    """What the manifest adds to tokenizer.json."""
    tokenizer = _tokenizer(model)
    return TokenizerEntry(
        pad_id=model.config.pad_id,
        has_token_types=model.reads_token_types,
        truncation_side="left" if tokenizer.truncation_side == "left" else "right",
        split_special_tokens=bool(tokenizer.split_special_tokens),
    )


def save_tokenizer(model: PowerForSequenceClassification, directory: Path) -> None:
    """Write tokenizer.json and its companions.

    Raises:
        CheckpointError: the model has no tokenizer.
        OSError: a file cannot be written.
    """
    write_tokenizer(_tokenizer(model), directory)


def text_encoder(model: PowerForSequenceClassification) -> TextEncoder:
    """What tokenizes for a device, made of the model's tokenizer.

    Raises:
        CheckpointError: the model has no tokenizer.
    """
    with tempfile.TemporaryDirectory() as directory:
        save_tokenizer(model, Path(directory))
        content = (Path(directory) / TOKENIZER_FILE).read_bytes()
    return TextEncoder.from_json(content, tokenizer_entry(model))


def _tokenizer(model: PowerForSequenceClassification) -> "PreTrainedTokenizerBase":
    if model.tokenizer is None:
        raise CheckpointError("the model has no tokenizer, and texts need one; set model.tokenizer")
    return model.tokenizer

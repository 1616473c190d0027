"""The runtime's tokenizing, made from a checkpoint's tokenizer, so that host and device read the same ids."""

import tempfile
from pathlib import Path

from edge_power.errors import CheckpointError, system_errors
from edge_power.model import PowerForSequenceClassification
from edge_power_runtime.manifest import TOKENIZER_FILE, TokenizerEntry
from edge_power_runtime.text import TextEncoder


def tokenizer_entry(model: PowerForSequenceClassification) -> TokenizerEntry:
    """What the manifest adds to tokenizer.json."""
    return TokenizerEntry(pad_id=model.config.pad_id, has_token_types=model.config.has_token_types)


def save_tokenizer(model: PowerForSequenceClassification, directory: Path) -> None:
    """Write tokenizer.json and its companions.

    Raises:
        CheckpointError: the model has no tokenizer.
        OSError: a file cannot be written.
    """
    if model.tokenizer is None:
        raise CheckpointError("the model has no tokenizer, and texts need one; set model.tokenizer")
    with system_errors(Exception):  # the tokenizers library raises Exception itself
        model.tokenizer.save_pretrained(directory)


def text_encoder(model: PowerForSequenceClassification, max_length: int) -> TextEncoder:
    """A TextEncoder that cuts at `max_length` tokens.

    Raises:
        CheckpointError: the model has no tokenizer.
    """
    with tempfile.TemporaryDirectory() as directory:
        save_tokenizer(model, Path(directory))
        content = (Path(directory) / TOKENIZER_FILE).read_bytes()
    return TextEncoder.from_json(content, tokenizer_entry(model), max_length)

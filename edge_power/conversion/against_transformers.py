"""Does our model say what transformers says? Asked of transformers itself, one text at a time and unpadded."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch

from edge_power.conversion.references import CheckedText, eager_outputs
from edge_power.model.checkpoint.checks import check_finite
from edge_power.model.classifier import PowerForSequenceClassification
from edge_power.model.exits import EXITS
from edge_power.model.families import FAMILIES
from edge_power_converters import ParityError
from edge_power_runtime.system.native_output import hushed
from edge_power_runtime.tasks import Task
from edge_power_runtime.text import Text, TextEncoder

if TYPE_CHECKING:
    from transformers import BatchEncoding, PreTrainedModel, PreTrainedTokenizerBase

BATCH = 8
SHOWN = 60  # characters of a text in a message


@dataclass(frozen=True, slots=True)
class SourceReport:
    """How a model compares with transformers, which reads the same checkpoint.

    Attributes:
        texts: how many were compared; their token ids were the same.
        max_abs_error: the largest difference of a logit, where all words are kept; None where there are no logits.
        same_labels: of how many texts the label was the same; 0 where there are no logits.
        atol: the largest difference that is accepted.
        not_run: why transformers gave no logits; None where it did.
    """

    texts: int
    max_abs_error: float | None
    same_labels: int
    atol: float
    not_run: str | None


class _NotRunError(Exception):
    """transformers cannot run the checkpoint, or it is no longer the model's; says why."""


def compare_with_transformers(
    model: PowerForSequenceClassification,
    encoder: TextEncoder,
    texts: Sequence[CheckedText],
    task: Task,
    *,
    max_length: int,
    atol: float,
) -> SourceReport:
    """Compare token ids, and the logits where all words are kept.

    Args:
        model: with a tokenizer, in evaluation mode.
        encoder: a device's.
        texts: encoded by it.
        task: the model's; tells whether labels are the same.
        max_length: where it cut them, and where transformers is told to.
        atol: the largest difference of a logit that is accepted.

    Raises:
        ParityError: ids or logits differ; the message names the first such text.
        CheckpointError: transformers' own logits are no numbers.
    """
    assert model.tokenizer is not None  # the encoder was made of it
    inputs = _their_inputs(model.tokenizer, texts, max_length)
    for text, theirs in zip(texts, inputs, strict=True):
        _compare_ids(text, theirs, typed=model.reads_token_types)
    try:
        expected = _their_logits(model, inputs)
    except _NotRunError as reason:
        return SourceReport(len(texts), None, 0, atol, str(reason))
    found = _our_logits(model, encoder, texts)
    for text, ours, theirs in zip(texts, found, expected, strict=True):
        check_finite(theirs.tolist(), f"the text {_shown(text.text)}", str(model.source))
        if not np.abs(ours - theirs).max() <= atol:  # NaN is refused as well
            raise ParityError(
                f"the model in PyTorch differs from transformers on {_shown(text.text)}: found the logits "
                f"{ours.tolist()}, expected {theirs.tolist()} to {atol:.0e}; no bundle was written"
            )
    same = sum(task.agree(ours, theirs) for ours, theirs in zip(found, expected, strict=True))
    return SourceReport(len(texts), float(np.abs(found - expected).max()), same, atol, None)


def _their_inputs(
    tokenizer: "PreTrainedTokenizerBase", texts: Sequence[CheckedText], max_length: int
) -> "list[BatchEncoding]":
    """What transformers' tokenizer gives for each text; a batch of one, which keeps an empty second text."""
    with _as_it_was(tokenizer):
        pairs = [(text.text, None) if isinstance(text.text, str) else text.text for text in texts]
        return [
            tokenizer([first], None if second is None else [second], truncation=True, max_length=max_length)
            for first, second in pairs
        ]


@contextmanager
def _as_it_was(tokenizer: "PreTrainedTokenizerBase") -> Iterator[None]:
    """Give a tokenizer its settings back: a call leaves what it cut by in what is saved later."""
    backend = tokenizer.backend_tokenizer
    truncation, padding = backend.truncation, backend.padding
    try:
        yield
    finally:
        backend.no_truncation() if truncation is None else backend.enable_truncation(**truncation)
        backend.no_padding() if padding is None else backend.enable_padding(**padding)


def _compare_ids(text: CheckedText, theirs: "BatchEncoding", *, typed: bool) -> None:
    pairs = [("token ids", text.encoded.ids, tuple(theirs["input_ids"][0]))]
    if typed:
        pairs.append(("token types", text.encoded.type_ids, tuple(theirs["token_type_ids"][0])))
    for what, found, expected in pairs:
        if found != expected:
            raise ParityError(
                f"the {what} of {_shown(text.text)} are not transformers': found {_part(found, expected)}, expected "
                f"{_part(expected, found)}; the tokenizer does what no tokenizer.json tells; no bundle was written"
            )


def _part(numbers: tuple[int, ...], others: tuple[int, ...]) -> str:
    """A few numbers from the first that differs on, and where it is."""
    pairs = zip(numbers, others, strict=False)
    place = next((place for place, (a, b) in enumerate(pairs) if a != b), min(len(numbers), len(others)))
    return f"{list(numbers[place : place + 5])} at {place} of {len(numbers)}"


def _their_logits(model: PowerForSequenceClassification, inputs: "Sequence[BatchEncoding]") -> np.ndarray:
    theirs = _their_model(model)
    try:
        with torch.no_grad():
            logits = [theirs(**item.convert_to_tensors("pt")).logits[0].numpy() for item in inputs]
    except Exception as error:  # a model's code raises what it likes; the reason is told, and no bundle depends on it
        raise _NotRunError(f"transformers cannot run {model.source}: {_first_line(error)}") from error
    return np.stack(logits)


def _their_model(model: PowerForSequenceClassification) -> "PreTrainedModel":
    if model.source is None:
        raise _NotRunError("the model was read from no checkpoint")
    try:
        with hushed():
            from transformers import AutoModelForSequenceClassification

            theirs, report = AutoModelForSequenceClassification.from_pretrained(
                model.source,
                use_safetensors=True,
                output_loading_info=True,
                dtype=torch.float32,
                attn_implementation="eager",
            )
    except Exception as error:  # as above
        raise _NotRunError(f"transformers cannot read {model.source}: {_first_line(error)}") from error
    if report["missing_keys"]:
        raise _NotRunError(f"transformers does not find {min(report['missing_keys'])} in {model.source}")
    weights, ours = FAMILIES[model.config.architecture].to_ours(theirs.state_dict()), model.state_dict()
    shared = {name: tensor for name, tensor in ours.items() if not name.startswith(EXITS)}
    if any(name not in weights or not torch.equal(weights[name], tensor) for name, tensor in shared.items()):
        raise _NotRunError(f"the model's weights are no longer those of {model.source}")
    return theirs.eval()


def _our_logits(
    model: PowerForSequenceClassification, encoder: TextEncoder, texts: Sequence[CheckedText]
) -> np.ndarray:
    """The eager model's logits, all words kept; float (texts, labels)."""
    found = np.empty((len(texts), model.config.num_logits), np.float32)
    by_length = sorted(range(len(texts)), key=lambda row: texts[row].encoded.num_tokens)
    for start in range(0, len(texts), BATCH):
        rows = by_length[start : start + BATCH]
        longest = texts[rows[-1]].encoded.num_tokens
        padded = [encoder.pad(texts[row].encoded, longest) for row in rows]
        found[rows] = eager_outputs(model, padded, None).logits.numpy()
    return found


def _shown(text: Text) -> str:
    """A text for a message: its beginning, what cannot be printed escaped."""
    parts = (text,) if isinstance(text, str) else text
    return " and ".join(repr(part if len(part) <= SHOWN else part[:SHOWN] + "...") for part in parts)


def _first_line(error: Exception) -> str:
    return (str(error).strip() or type(error).__name__).split("\n")[0]

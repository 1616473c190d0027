"""What the eager model says of texts at a program's length: the yardstick of parity, and the golden examples."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
import torch

from edge_power.model.classifier import ClassifierOutput, PowerForSequenceClassification
from edge_power_converters.parity import Reference
from edge_power_runtime.bundle.golden import GoldenOutput
from edge_power_runtime.retention import RetentionConfig, RetentionSchedule
from edge_power_runtime.text import EncodedText, Text, TextEncoder

BATCH = 32
GOLDEN_PER_PROGRAM = 4


@dataclass(frozen=True, slots=True)
class CheckedText:
    """A text with its token ids.

    Attributes:
        text: one text, or a pair.
        encoded: as the runtime's tokenizer has it, cut at the longest length.
    """

    text: Text
    encoded: EncodedText


def encode_texts(encoder: TextEncoder, texts: Sequence[Text], max_length: int) -> list[CheckedText]:
    """Tokenize texts as a device will whose longest program has `max_length` tokens."""
    return [CheckedText(text, encoder.encode(text, max_length)) for text in texts]


def fitting(texts: Sequence[CheckedText], length: int) -> list[CheckedText]:
    """The texts that a program of this length can hold."""
    return [text for text in texts if text.encoded.num_tokens <= length and not text.encoded.truncated]


def make_references(
    model: PowerForSequenceClassification,
    encoder: TextEncoder,
    texts: Sequence[CheckedText],
    retention: RetentionConfig,
) -> list[Reference]:
    """Run the eager model on texts padded to one length; arguments as in `make_all_references`."""
    return make_all_references(model, encoder, texts, retention)[-1]


def make_all_references(
    model: PowerForSequenceClassification,
    encoder: TextEncoder,
    texts: Sequence[CheckedText],
    retention: RetentionConfig,
) -> list[list[Reference]]:
    """Run the eager model on texts padded to one length.

    Args:
        model: in evaluation mode.
        encoder: pads as a device does.
        texts: each at most `retention.length` tokens.
        retention: words kept.

    Returns:
        For each exit, then for the model's own head, what it says of every text; the words that all encoders keep.
    """
    # What is kept has its place before the batches need theirs: small arrays left between the large ones would keep the
    # C library from using that memory again, 3 GB for 872 texts at length 128.
    padded = [encoder.pad(text.encoded, retention.length) for text in texts]
    logits = np.empty((len(model.exits) + 1, len(texts), model.config.num_logits), np.float32)
    scores = np.empty((len(texts), retention.passing, retention.length), np.float32)
    survivors: list[tuple[tuple[int, ...], ...]] = []
    for start in range(0, len(texts), BATCH):
        rows = slice(start, start + BATCH)
        output = eager_outputs(model, padded[rows], retention)
        logits[:, rows] = torch.stack([*output.exits, output.logits]).numpy()
        for by_text, found in zip(scores[rows].swapaxes(0, 1), output.encoder.scores, strict=True):
            by_text[:] = found.numpy()
        kept = [positions.tolist() for positions in output.encoder.survivors]
        survivors += [tuple(tuple(of_text[row]) for of_text in kept) for row in range(len(output.logits))]
    return [
        [
            Reference(retention, inputs, text.encoded.num_tokens, of_head[row], survivors[row], tuple(scores[row]))
            for row, (inputs, text) in enumerate(zip(padded, texts, strict=True))
        ]
        for of_head in logits
    ]


def make_unpadded_references(
    model: PowerForSequenceClassification,
    encoder: TextEncoder,
    texts: Sequence[CheckedText],
    schedule: RetentionSchedule,
) -> list[Reference]:
    """Run the eager model on texts as they are, each at its own length.

    Args:
        model: in evaluation mode.
        encoder: makes arrays of them as a device does.
        texts: of any number of tokens that the model takes.
        schedule: a fraction for each encoder.
    """
    found: dict[int, Reference] = {}
    for length in sorted({text.encoded.num_tokens for text in texts}):
        rows = [row for row, text in enumerate(texts) if text.encoded.num_tokens == length]
        references = make_references(model, encoder, [texts[row] for row in rows], schedule.at(length))
        found.update(zip(rows, references, strict=True))
    return [found[row] for row in range(len(texts))]


def of_stage(reference: Reference, first: int, last: int) -> Reference:
    """What a stage says: its head's logits, and the words that its encoders keep.

    Args:
        reference: of this head; the model's last encoder is not among its survivors.
        first: the first encoder of the stage, counted from 1.
        last: the last one.
    """
    part = slice(first - 1, last)
    return replace(
        reference,
        retention=reference.retention.part(first, last),
        survivors=reference.survivors[part],
        scores=reference.scores[part],
    )


def golden_examples(
    programs: Mapping[str, tuple[Sequence[CheckedText], Sequence[Reference]]],
    answers: Mapping[str, Mapping[str, Sequence[GoldenOutput]]],
    unpadded: Mapping[str, Mapping[str, Sequence[GoldenOutput]]],
) -> dict[str, Any]:
    """The content of golden.json: for each program a few texts of different lengths, and what is to be said of them.

    Args:
        programs: by name their texts, with what the eager model says.
        answers: by engine and precision, then by program, what an artifact gave for each of its texts, where that is
            what it is to repeat.
        unpadded: likewise, what a program of any length is to give for each text as it is.
    """
    chosen: dict[int, dict[str, Any]] = {}
    for name, (texts, references) in programs.items():
        for index in _spread(len(texts), GOLDEN_PER_PROGRAM):
            text = texts[index]
            entry = chosen.setdefault(id(text), _golden(text))
            entry["programs"][name] = asdict(golden_output(references[index]))
            for key, given in (("artifacts", answers), ("unpadded", unpadded)):
                for artifact, of_program in given.items():
                    if name not in of_program:  # a graph for any length has no stages
                        continue
                    entry.setdefault(key, {}).setdefault(artifact, {})[name] = asdict(of_program[name][index])
    return {"schema_version": 1, "examples": list(chosen.values())}


def golden_output(reference: Reference) -> GoldenOutput:
    """What the eager model says; no positions where nothing is dropped."""
    return GoldenOutput(tuple(reference.logits.tolist()), reference.survivors if reference.retention.drops else ())


def _golden(checked: CheckedText) -> dict[str, Any]:
    text, pair = (checked.text, None) if isinstance(checked.text, str) else checked.text
    encoded = checked.encoded
    ids, type_ids = list(encoded.ids), list(encoded.type_ids)
    return {"text": text, "pair": pair, "ids": ids, "type_ids": type_ids, "programs": {}, "artifacts": {}}


def _spread(count: int, wanted: int) -> list[int]:
    """`wanted` indices spread evenly over `count`, the first and the last among them."""
    return sorted({round(step * (count - 1) / max(1, wanted - 1)) for step in range(wanted)})


def eager_outputs(
    model: PowerForSequenceClassification, padded: Sequence[dict[str, np.ndarray]], retention: RetentionConfig | None
) -> ClassifierOutput:
    """Run the eager model on a batch of padded texts, without gradients."""
    stacked = {name: torch.from_numpy(np.concatenate([item[name] for item in padded])) for name in padded[0]}
    with torch.no_grad():
        output: ClassifierOutput = model(**stacked, retention=retention)
    return output

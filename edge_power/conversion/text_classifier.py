"""The file for MediaPipe's TextClassifier: whether it can be had of a model, and how it is made."""

import json
from pathlib import Path

from edge_power.conversion.artifacts import FASTER_LOWERING
from edge_power.conversion.tracing import Tracer
from edge_power.errors import OptionError
from edge_power.model.classifier import PowerForSequenceClassification
from edge_power_converters import SourceProgram
from edge_power_runtime.bundle.manifest import TOKENIZER_FILE
from edge_power_runtime.retention import RetentionConfig
from edge_power_runtime.tasks import Classification, task_named

TEXT_CLASSIFIER_FILE = "mediapipe.tflite"
# Beside the manifest, which lists it among the bundle's own files.
TEXT_CLASSIFIER_FILE = "mediapipe.tflite"
_SPECIAL = ("[CLS]", "[SEP]", "[UNK]")


def mediapipe_vocabulary(model: PowerForSequenceClassification, directory: Path) -> list[str]:
    """Give the word pieces by id of a model that MediaPipe can read text for.

    Args:
        model: to be converted.
        directory: that holds its tokenizer.json.

    Raises:
        OptionError: MediaPipe would read other words than the model does, or cannot say its labels.
    """
    if not isinstance(task_named(model.config.task), Classification):
        raise _refusal(f"the task is {model.config.task}, expected classification with one label a text")
    if any("\n" in label for label in model.config.labels):
        raise _refusal("a label holds a line feed, and its file has a label a line")
    tokenizer = json.loads((directory / TOKENIZER_FILE).read_text(encoding="utf-8"))
    pieces, normalizer = tokenizer["model"], tokenizer.get("normalizer") or {}
    if pieces.get("type") != "WordPiece" or pieces.get("continuing_subword_prefix") != "##":
        raise _refusal(f"the tokenizer is {pieces.get('type')}, expected WordPiece with ##")
    if normalizer.get("type") != "BertNormalizer" or not normalizer.get("lowercase"):
        raise _refusal("the tokenizer keeps upper case, and MediaPipe lowers every letter")
    if model.tokenizer is not None and model.tokenizer.truncation_side != "right":
        raise _refusal("the tokenizer cuts a long text in front, and MediaPipe behind")
    vocabulary = sorted(pieces["vocab"], key=pieces["vocab"].__getitem__)
    if [pieces["vocab"][piece] for piece in vocabulary] != list(range(len(vocabulary))):
        raise _refusal("ids of the vocabulary are left out or there twice, and its file has a line for each")
    if missing := [token for token in _SPECIAL if token not in pieces["vocab"]]:
        raise _refusal(f"the vocabulary has no {', '.join(missing)}")
    return vocabulary


def write_text_classifier(
    model: PowerForSequenceClassification,
    tracer: Tracer,
    config: RetentionConfig,
    vocabulary: list[str],
    *,
    path: Path,
    name: str,
) -> None:
    """Write one program with the metadata that MediaPipe reads.

    Args:
        model: whose labels it says.
        tracer: of the model.
        config: the words that each encoder keeps, and the length.
        vocabulary: see `mediapipe_vocabulary`.
        path: of the file.
        name: of the model, for the metadata.

    Raises:
        ConversionError: LiteRT's tools failed.
        OSError: the file cannot be written.
    """
    from edge_power_converters.tflite.text_classifier import to_text_classifier

    exported = tracer.trace(config, lowering=FASTER_LOWERING["tflite"])
    program = SourceProgram("classify", "classify", config.length, exported, last=len(config.keep))
    path.write_bytes(to_text_classifier(program, vocabulary, model.config.labels, name=name))


def _refusal(reason: str) -> OptionError:
    return OptionError(f"`tflite_metadata` cannot be had: {reason}; leave it out, or use LiteRT with our runtime")

"""Hugging Face checkpoints in and out: config.json, model.safetensors, the tokenizer files, and our retention.json."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch

from edge_power.config import Activation, ModelConfig, Task
from edge_power.errors import CheckpointError
from edge_power.model import PowerForSequenceClassification
from edge_power.retention_file import RETENTION_FILE, Retention, read_retention
from edge_power_runtime.native_output import hushed

if TYPE_CHECKING:
    from transformers import PretrainedConfig

SUPPORTED = ("bert",)

_ACTIVATIONS: dict[str, Activation] = {
    "gelu": "gelu",
    "gelu_new": "gelu_tanh",
    "gelu_pytorch_tanh": "gelu_tanh",
    "relu": "relu",
    "silu": "silu",
    "swish": "silu",
}

# Hugging Face's name of a parameter's module and ours.
_BERT_NAMES = {
    "bert.embeddings.word_embeddings": "encoder.embeddings.word",
    "bert.embeddings.position_embeddings": "encoder.embeddings.position",
    "bert.embeddings.token_type_embeddings": "encoder.embeddings.token_type",
    "bert.embeddings.LayerNorm": "encoder.embeddings.norm",
    "bert.encoder.layer.{}.attention.self.query": "encoder.encoders.{}.query",
    "bert.encoder.layer.{}.attention.self.key": "encoder.encoders.{}.key",
    "bert.encoder.layer.{}.attention.self.value": "encoder.encoders.{}.value",
    "bert.encoder.layer.{}.attention.output.dense": "encoder.encoders.{}.output",
    "bert.encoder.layer.{}.attention.output.LayerNorm": "encoder.encoders.{}.attention_norm",
    "bert.encoder.layer.{}.intermediate.dense": "encoder.encoders.{}.expand",
    "bert.encoder.layer.{}.output.dense": "encoder.encoders.{}.contract",
    "bert.encoder.layer.{}.output.LayerNorm": "encoder.encoders.{}.output_norm",
    "bert.pooler.dense": "head.pooler",
    "classifier": "head.classifier",
}
_TO_HUGGING_FACE = {ours: theirs for theirs, ours in _BERT_NAMES.items()}

# What a checkpoint's declared class says it was made for, for the message when that is not classification.
_HEADS = {
    "ForMaskedLM": "a masked-language-model head",
    "ForPreTraining": "a pre-training head",
    "ForTokenClassification": "a token-classification head",
    "ForQuestionAnswering": "a question-answering head",
    "ForMultipleChoice": "a multiple-choice head",
    "ForNextSentencePrediction": "a next-sentence head",
    "Model": "no head at all",
}


def load(model: str | PathLike[str]) -> PowerForSequenceClassification:
    """Read a checkpoint; see PowerForSequenceClassification.from_pretrained."""
    config = _read_source_config(model)
    _check_head(config, model)
    ours = _read_weights(model, config, may_lack=())
    ours.retention = _load_retention(model)
    if ours.retention is not None and ours.retention.schedule is not None:
        ours.retention.schedule.for_encoders(ours.config.num_encoders)
    return ours


def load_encoder(model: str | PathLike[str], labels: Sequence[str]) -> PowerForSequenceClassification:
    """Read the encoder and the tokenizer of a checkpoint, whatever its head, under a classifier yet to be fitted.

    Args:
        model: a directory, or a model's name on the hub. Weights must be safetensors.
        labels: what the classifier shall tell apart, in the order of its logits.

    Returns:
        The model in evaluation mode; its classifier has random weights, its pooler too where the checkpoint has none.

    Raises:
        CheckpointError: it is not there, or its encoder is not supported.
    """
    config = _read_source_config(model)
    config.architectures = ["BertForSequenceClassification"]
    config.problem_type = "single_label_classification"
    config.id2label = dict(enumerate(labels))
    config.label2id = {label: index for index, label in enumerate(labels)}
    return _read_weights(model, config, may_lack=("classifier.", "bert.pooler."))


def save(model: PowerForSequenceClassification, directory: str | PathLike[str]) -> None:
    """Write a checkpoint; see PowerForSequenceClassification.save_pretrained."""
    from safetensors.torch import save_file

    path = Path(directory)
    path.mkdir(parents=True, exist_ok=True)
    weights = {name: tensor.contiguous() for name, tensor in _rename(model.state_dict(), _TO_HUGGING_FACE).items()}
    save_file(weights, path / "model.safetensors", metadata={"format": "pt"})
    config = json.dumps(model.hugging_face_config(), indent=2)
    (path / "config.json").write_text(config + "\n", encoding="utf-8")
    if model.tokenizer is not None:
        model.tokenizer.save_pretrained(path)
    if model.retention is not None:
        (path / RETENTION_FILE).write_text(model.retention.to_json(), encoding="utf-8")


def read_config(config: "PretrainedConfig", model: str | PathLike[str]) -> ModelConfig:
    """Turn a Hugging Face configuration into ours.

    Raises:
        CheckpointError: it asks for something that our encoder does not compute.
    """
    if getattr(config, "position_embedding_type", "absolute") not in ("absolute", None):
        raise CheckpointError(f"{model} has {config.position_embedding_type} positions; expected absolute ones")
    if config.hidden_act not in _ACTIVATIONS:
        raise CheckpointError(f"{model} has the activation {config.hidden_act!r}; supported: {', '.join(_ACTIVATIONS)}")
    task = _task(config, model)
    return ModelConfig(
        architecture=config.model_type,
        vocab_size=config.vocab_size,
        hidden_size=config.hidden_size,
        num_encoders=config.num_hidden_layers,
        num_heads=config.num_attention_heads,
        intermediate_size=config.intermediate_size,
        max_positions=config.max_position_embeddings,
        num_token_types=config.type_vocab_size,
        norm_eps=config.layer_norm_eps,
        activation=_ACTIVATIONS[config.hidden_act],
        task=task,
        labels=() if task == "regression" else _labels(config),
        pad_id=config.pad_token_id or 0,
    )


def write_config(config: ModelConfig) -> dict[str, Any]:
    """The config.json of a model made in memory."""
    activation = next(theirs for theirs, ours in _ACTIVATIONS.items() if ours == config.activation)
    labels = config.labels or ("LABEL_0",)
    return {
        "model_type": config.architecture,
        "architectures": ["BertForSequenceClassification"],
        "vocab_size": config.vocab_size,
        "hidden_size": config.hidden_size,
        "num_hidden_layers": config.num_encoders,
        "num_attention_heads": config.num_heads,
        "intermediate_size": config.intermediate_size,
        "max_position_embeddings": config.max_positions,
        "type_vocab_size": config.num_token_types,
        "layer_norm_eps": config.norm_eps,
        "hidden_act": activation,
        "pad_token_id": config.pad_id,
        "problem_type": "regression" if config.task == "regression" else "single_label_classification",
        "id2label": {str(index): label for index, label in enumerate(labels)},
        "label2id": {label: index for index, label in enumerate(labels)},
    }


def _labels(config: "PretrainedConfig") -> tuple[str, ...]:
    names: dict[int, str] = config.id2label  # type: ignore[assignment]  # transformers makes the keys whole numbers
    return tuple(names[index] for index in sorted(names))


def _task(config: "PretrainedConfig", model: str | PathLike[str]) -> Task:
    if config.problem_type == "multi_label_classification":
        raise CheckpointError(f"{model} is a multi-label classifier; supported: one label per text, or regression")
    if config.num_labels == 1:
        return "regression"
    if config.problem_type == "regression":
        raise CheckpointError(f"{model} regresses {config.num_labels} values; supported: one")
    return "classification"


def _check_directory(model: str | PathLike[str]) -> None:
    """Answer what goes wrong with a directory in our own words, before transformers does in its."""
    path = Path(model)
    if not path.exists():
        if str(model).startswith((".", "/", "~")) or len(path.parts) > 2:
            raise CheckpointError(f"no model directory at {model}; give a directory that holds config.json")
        return
    if not path.is_dir():
        raise CheckpointError(f"{model} is a file; give the directory that holds config.json and model.safetensors")
    if not (path / "config.json").is_file():
        raise CheckpointError(f"{model} holds no config.json; give a directory written by save_pretrained")
    if not any(path.glob("*.safetensors")):
        pickled = sorted(found.name for found in path.glob("*.bin")) + sorted(found.name for found in path.glob("*.pt"))
        if pickled:
            raise CheckpointError(
                f"{model} holds only pickled weights ({', '.join(pickled)}), which can run code when read; "
                "save it again with model.save_pretrained(directory, safe_serialization=True)"
            )
        raise CheckpointError(f"{model} holds no weights; expected model.safetensors")


def _read_source_config(model: str | PathLike[str]) -> "PretrainedConfig":
    _check_directory(model)
    _quiet_transformers()
    from transformers import AutoConfig

    with _reading(model):
        config = AutoConfig.from_pretrained(model)
    if config.model_type not in SUPPORTED:
        raise CheckpointError(
            f"{model} is a {config.model_type!r} model; supported architectures: {', '.join(SUPPORTED)}"
        )
    return config


def _check_head(config: "PretrainedConfig", model: str | PathLike[str]) -> None:
    declared = (config.architectures or [""])[0]
    if declared and not declared.endswith("ForSequenceClassification"):
        head = next((words for suffix, words in _HEADS.items() if declared.endswith(suffix)), f"the class {declared}")
        raise CheckpointError(
            f"{model} has no classification head: it is a {declared} with {head}; fine-tune it for classification first"
        )


def _read_weights(
    model: str | PathLike[str], config: "PretrainedConfig", *, may_lack: tuple[str, ...]
) -> PowerForSequenceClassification:
    """Read weights and tokenizer; weights whose names begin as `may_lack` says may be absent, and are random then."""
    with _reading(model):
        from transformers import AutoModelForSequenceClassification

        source, report = AutoModelForSequenceClassification.from_pretrained(
            model,
            config=config,
            use_safetensors=True,
            output_loading_info=True,
            dtype=torch.float32,
            ignore_mismatched_sizes=True,  # reported below, in our words
        )
    lacking = sorted(name for name in report["missing_keys"] if not name.startswith(may_lack))
    if lacking:
        raise CheckpointError(
            f"{model} lacks the weights {', '.join(lacking[:4])}; it is no complete classification checkpoint"
        )
    if report["mismatched_keys"]:
        name, found, expected = min(report["mismatched_keys"])
        raise CheckpointError(
            f"{model} has {name} of shape {tuple(found)}, its config.json asks for {tuple(expected)}; "
            "the two are not of one model"
        )
    ours = PowerForSequenceClassification(read_config(config, model))
    ours.load_state_dict(_rename(source.state_dict(), _BERT_NAMES))
    ours.source_config = json.loads(config.to_json_string(use_diff=False))
    ours.source_config.pop("_name_or_path", None)  # where it was read from is nobody else's business
    ours.tokenizer = _load_tokenizer(model)
    return ours.eval()


@contextmanager
def _reading(model: str | PathLike[str]) -> Iterator[None]:
    """Name the model in what goes wrong; what transformers imports on the way (torchao) prints warnings of its own."""
    from safetensors import SafetensorError

    try:
        with hushed():
            yield
    except (OSError, ValueError, SafetensorError) as error:
        raise CheckpointError(f"cannot read the model {str(model)!r}: {_first_line(error)}") from error


def _load_tokenizer(model: str | PathLike[str]) -> Any:
    from transformers import AutoTokenizer

    try:
        tokenizer = AutoTokenizer.from_pretrained(model)
    except (OSError, ValueError) as error:
        raise CheckpointError(f"cannot read the tokenizer of {str(model)!r}: {_first_line(error)}") from error
    if not tokenizer.is_fast:
        raise CheckpointError(f"the tokenizer of {model} has no tokenizer.json form, which a device needs")
    if tokenizer.vocab_size <= len(tokenizer.all_special_ids):
        # transformers 5 makes up a tokenizer of special tokens where it finds no file.
        raise CheckpointError(f"{model} has no tokenizer; expected tokenizer.json or vocab.txt beside config.json")
    return tokenizer


def _load_retention(model: str | PathLike[str]) -> Retention | None:
    path = Path(model) / RETENTION_FILE
    return read_retention(path) if path.is_file() else None


def _rename(state: Mapping[str, torch.Tensor], names: Mapping[str, str]) -> dict[str, torch.Tensor]:
    """Rename the parameters that `names` knows and leave out the others (buffers such as position_ids)."""
    renamed = {}
    for name, tensor in state.items():
        module, _, parameter = name.rpartition(".")
        number = re.search(r"\.(\d+)\.", module)
        pattern = module if number is None else module.replace(number.group(), ".{}.", 1)
        if pattern in names:
            target = names[pattern].format(number.group(1)) if number else names[pattern]
            renamed[f"{target}.{parameter}"] = tensor
    return renamed


def _quiet_transformers() -> None:
    from transformers.utils import logging

    logging.set_verbosity_error()
    logging.disable_progress_bar()


def _first_line(error: Exception) -> str:
    return str(error).strip().split("\n")[0]

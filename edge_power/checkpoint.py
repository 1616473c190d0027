"""Hugging Face checkpoints in and out: config.json, model.safetensors, the tokenizer files, and our retention.json."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from os import PathLike
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import torch
from torch import nn

from edge_power.config import ModelConfig, Task
from edge_power.errors import CheckpointError, NoClassifierError, system_errors
from edge_power.families import FAMILIES
from edge_power.model import PowerForSequenceClassification
from edge_power.retention_file import RETENTION_FILE, Budgets, budgets_to_json, read_budgets
from edge_power.tokenizer import save_tokenizer
from edge_power_runtime.native_output import hushed

if TYPE_CHECKING:
    from transformers import PretrainedConfig

_SUPPORTED = f"supported architectures: {', '.join(FAMILIES)}, which read their answer from [CLS] in front"

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
    ours = _read_weights(model, config)
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
    config = _read_source_config(model)
    config.architectures = [FAMILIES[config.model_type].classifier]
    for name, value in _write_labels(task, labels).items():
        setattr(config, name, value)
    ours = _read_weights(model, config, new_head=True)
    nn.init.normal_(ours.head.classifier.weight, std=config.initializer_range)
    nn.init.zeros_(ours.head.classifier.bias)
    return ours


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


def read_config(config: "PretrainedConfig", model: str | PathLike[str]) -> ModelConfig:
    """Turn a Hugging Face configuration of a supported family into ours.

    Raises:
        CheckpointError: it asks for something that our encoder does not compute.
    """
    if getattr(config, "position_embedding_type", "absolute") not in ("absolute", None):
        raise CheckpointError(f"{model} has {config.position_embedding_type} positions; expected absolute ones")
    if getattr(config, "is_decoder", False):
        raise CheckpointError(f"{model} is a decoder, whose words see only those before them; expected an encoder")
    task = _task(config, model)
    labels = () if task == "regression" else _labels(config)
    return FAMILIES[config.model_type].read(config, task, labels)


def write_config(config: ModelConfig) -> dict[str, Any]:
    """The config.json of a model made in memory."""
    family = FAMILIES[config.architecture]
    return {
        "model_type": family.model_type,
        "architectures": [family.classifier],
        **family.write(config),
        "pad_token_id": config.pad_id,
        **_write_labels(config.task, config.labels),
    }


def _write_labels(task: Task, labels: Sequence[str]) -> dict[str, Any]:
    names = labels or ("LABEL_0",)  # what transformers calls the one value of a regressor
    return {
        "problem_type": "regression" if task == "regression" else "single_label_classification",
        "id2label": dict(enumerate(names)),
        "label2id": {label: index for index, label in enumerate(names)},
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
    if config.model_type not in FAMILIES:
        raise CheckpointError(f"{model} is a {config.model_type!r} model; {_SUPPORTED}")
    return config


def _check_head(config: "PretrainedConfig", model: str | PathLike[str]) -> None:
    declared = (config.architectures or [""])[0]
    if declared and not declared.endswith("ForSequenceClassification"):
        head = next((words for suffix, words in _HEADS.items() if declared.endswith(suffix)), f"the class {declared}")
        raise NoClassifierError(
            f"{model} has no classification head: it is a {declared} with {head}; fine-tune it for classification first"
        )


def _read_weights(
    model: str | PathLike[str], config: "PretrainedConfig", *, new_head: bool = False
) -> PowerForSequenceClassification:
    """Read weights and tokenizer; of a new head what is absent or of another shape is random."""
    family = FAMILIES[config.model_type]
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
    _check_weights(report, model, head=family.head, new_head=new_head)
    ours = PowerForSequenceClassification(read_config(config, model))
    ours.load_state_dict(family.to_ours(source.state_dict()))
    ours.source_config = json.loads(config.to_json_string(use_diff=False))
    ours.source_config.pop("_name_or_path", None)  # where it was read from is nobody else's business
    ours.tokenizer = _load_tokenizer(model)
    return ours.eval()


def _check_weights(
    report: dict[str, Any], model: str | PathLike[str], *, head: tuple[str, ...], new_head: bool
) -> None:
    """Refuse what transformers made up or left out; of a new head, whose names begin as `head` says, it may."""
    lacking = sorted(report["missing_keys"])
    mismatched = sorted(report["mismatched_keys"])
    if new_head:
        lacking = [name for name in lacking if not name.startswith(head)]
        mismatched = [key for key in mismatched if not key[0].startswith(head)]
    if lacking:
        kind = NoClassifierError if all(name.startswith(head) for name in lacking) else CheckpointError
        raise kind(f"{model} lacks the weights {', '.join(lacking[:4])}; it is no complete classification checkpoint")
    if mismatched:
        name, found, expected = mismatched[0]
        raise CheckpointError(
            f"{model} has {name} of shape {tuple(found)}, its config.json asks for {tuple(expected)}; "
            "the two are not of one model"
        )


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
    first = tokenizer("").input_ids[:1]
    if first != [tokenizer.cls_token_id]:
        found = repr(tokenizer.decode(first)) if first else "nothing"
        raise CheckpointError(f"the tokenizer of {model} begins a text with {found} and not with [CLS]; {_SUPPORTED}")
    return tokenizer


def _load_budgets(model: str | PathLike[str]) -> Budgets:
    path = Path(model) / RETENTION_FILE
    return read_budgets(path) if path.is_file() else {}


def _quiet_transformers() -> None:
    from transformers.utils import logging

    logging.set_verbosity_error()
    logging.disable_progress_bar()


def _first_line(error: Exception) -> str:
    return str(error).strip().split("\n")[0]

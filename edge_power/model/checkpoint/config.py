"""config.json of a checkpoint: read, and every value checked before anything is built by it."""

import dataclasses
import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from edge_power.errors import CheckpointError, NoClassifierError
from edge_power.model.checkpoint.files import Model, check_directory, find_file, read_json, reading, short
from edge_power.model.config import ModelConfig
from edge_power.model.families import FAMILIES
from edge_power.tasks.problem_type import PROBLEM_TYPES, task_of
from edge_power_runtime.tasks import TaskName

if TYPE_CHECKING:
    from transformers import PretrainedConfig

SUPPORTED = f"supported architectures: {', '.join(FAMILIES)}, which read their answer from [CLS] in front"

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
# What changes which model it is, in ways that we do not compute; with what to do about it.
_NOT_COMPUTED = {
    "quantization_config": "its weights are quantized; convert the model that they were quantized from",
    "is_decoder": "it is a decoder, whose words see only those before them; expected an encoder",
    "add_cross_attention": "it attends to another model's words; expected an encoder",
    "per_layer_config": "its encoders differ in shape; supported: all encoders alike",
    "pruned_heads": "its encoders differ in heads; supported: all encoders alike",
    "transformers_weights": "its weights are in a file of another name; expected model.safetensors",
}
# Only how a computation is made, never its result: we load as float32 and compute attention our own way.
_HOW = ("dtype", "torch_dtype", "attn_implementation", "_attn_implementation", "_name_or_path")

# Numbers of config.json, over all families: the least and the most that each can be.
_LARGEST, _WIDEST = 2**31 - 1, 10**6  # the bytes of a table of both still fit 64 bits
_MOST_ENCODERS = 512  # some twenty times the deepest that were published; ALBERT's cost no weights, so none bound them
_SIZES: dict[str, tuple[int, int]] = {
    **dict.fromkeys(("vocab_size", "type_vocab_size"), (1, _LARGEST)),
    **dict.fromkeys(("hidden_size", "dim", "embedding_size", "intermediate_size", "hidden_dim"), (1, _WIDEST)),
    **dict.fromkeys(("num_attention_heads", "n_heads"), (1, _WIDEST)),
    **dict.fromkeys(("num_hidden_layers", "n_layers"), (1, _MOST_ENCODERS)),
    "max_position_embeddings": (2, _LARGEST),
}
_DROPOUTS = (
    *("hidden_dropout_prob", "attention_probs_dropout_prob", "classifier_dropout", "classifier_dropout_prob"),
    *("dropout", "attention_dropout", "seq_classif_dropout"),
)
_MOST_LABELS = 1_000_000


def read_source_config(model: Model, head: tuple[TaskName, Sequence[str]] | None = None) -> "PretrainedConfig":
    """Read and check config.json.

    Args:
        model: a directory, or a model's name on the hub.
        head: the task and the labels of a new classifier; None takes those of config.json.

    Returns:
        What transformers makes of it, with eager attention and names of labels that are text.

    Raises:
        NoClassifierError: it is of a supported family, and no classifier; only where there is no new head.
        CheckpointError: it is not there, or asks for what we do not compute.
    """
    check_directory(model)
    path = find_file(model, "config.json")
    if path is None:
        raise CheckpointError(f"{str(model)!r} has no config.json on the hub; name a model that has")
    content = read_json(path)
    model_type = _model_type(content, model)
    if head is None:
        _check_head(content, model)
        labels = read_labels(content, model)
    else:
        content = content | {"architectures": [FAMILIES[model_type].classifier]} | write_labels(*head)
        labels = tuple(head[1]) or ("LABEL_0",)
    _check_computed(content, model)
    content |= {"id2label": dict(enumerate(labels)), "label2id": {name: index for index, name in enumerate(labels)}}
    config = _make_config(model_type, content, model)
    _check_numbers(config, model)
    return config


def source_content(config: "PretrainedConfig") -> dict[str, Any]:
    """What is written back as config.json; where it was read from is nobody else's business."""
    content: dict[str, Any] = json.loads(config.to_json_string(use_diff=False))
    content.pop("_name_or_path", None)
    return content | {"dtype": "float32"}


def read_config(config: "PretrainedConfig", model: Model) -> ModelConfig:
    """Turn a checked Hugging Face configuration of a supported family into ours.

    Raises:
        CheckpointError: it asks for something that our encoder does not compute.
    """
    if getattr(config, "position_embedding_type", "absolute") not in ("absolute", None):
        found = short(config.position_embedding_type)
        raise CheckpointError(f"{model} has position_embedding_type {found}; expected 'absolute'")
    names: dict[int, str] = config.id2label  # type: ignore[assignment]  # transformers makes the keys whole numbers
    try:
        task = task_of(config.problem_type, len(names))
        labels = () if len(names) == 1 else tuple(names.values())
        ours = FAMILIES[config.model_type].read(config, task, labels)
    except CheckpointError as error:
        raise CheckpointError(f"{model} {error}") from error
    if ours.hidden_size % ours.num_heads:
        raise CheckpointError(
            f"{model} has {ours.num_heads} attention heads for a hidden size of {ours.hidden_size}; "
            "the first must divide the second"
        )
    if ours.max_positions < 2:
        raise CheckpointError(f"{model} has room for {ours.max_positions} tokens; [CLS] and [SEP] need 2")
    return ours


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


def write_labels(task: TaskName, labels: Sequence[str]) -> dict[str, Any]:
    """The part of config.json that names what the logits mean."""
    names = labels or ("LABEL_0",)  # what transformers calls the one value of a regressor
    return {
        "problem_type": PROBLEM_TYPES[task],
        "id2label": dict(enumerate(names)),
        "label2id": {label: index for index, label in enumerate(names)},
    }


def read_labels(content: dict[str, Any], model: Model) -> tuple[str, ...]:
    """Names of the logits, in their order, as transformers shows them: a number or a truth value becomes its text.

    label2id is not looked at, as transformers does not either when it names an answer.

    Raises:
        CheckpointError: they do not name each logit once, or one is no name.
    """
    table = content.get("id2label")
    if table is None:
        return _unnamed(content.get("num_labels"), model)
    if not isinstance(table, dict) or not table:
        raise CheckpointError(f"{model} has id2label {short(table)}; expected {{'0': 'first name', ...}}")
    names: dict[int, Any] = {}
    for key, name in table.items():
        try:
            number = int(key)
        except ValueError as error:
            raise CheckpointError(f"{model} has {short(key)} in id2label; expected numbers of logits") from error
        if number in names:
            raise CheckpointError(f"{model} names logit {number} twice in id2label; name each once")
        names[number] = name
    if len(names) == 1:
        only = next(iter(names.values()))  # a regressor's one value, whose name is shown nowhere
        return (only if isinstance(only, str) and only.strip() else "LABEL_0",)
    absent = next((number for number in range(len(names)) if number not in names), None)
    if absent is not None:
        listed = short(sorted(names))
        raise CheckpointError(f"{model} names the logits {listed} in id2label, and not {absent}; name each from 0 on")
    return _unique([_name(names[number], number, model) for number in range(len(names))], model)


def _unnamed(count: Any, model: Model) -> tuple[str, ...]:
    """Names as transformers makes them up; it takes two labels where nothing is said."""
    count = 2 if count is None else count
    if type(count) is not int or not 1 <= count <= _MOST_LABELS:
        raise CheckpointError(f"{model} has num_labels {short(count)}; expected a whole number from 1 on")
    return tuple(f"LABEL_{index}" for index in range(count))


def _name(name: Any, number: int, model: Model) -> str:
    text = name if isinstance(name, str) else str(name) if isinstance(name, bool | int | float) else ""
    if not text.strip() or any("\ud800" <= character <= "\udfff" for character in text):
        raise CheckpointError(f"{model} calls logit {number} {short(name)} in id2label; expected a name")
    return text


def _unique(names: list[str], model: Model) -> tuple[str, ...]:
    first: dict[str, int] = {}
    for number, name in enumerate(names):
        if first.setdefault(name, number) != number:
            raise CheckpointError(
                f"{model} calls both logit {first[name]} and logit {number} {short(name)} in id2label; "
                "give each a name of its own"
            )
    return tuple(names)


def _model_type(content: dict[str, Any], model: Model) -> str:
    """The family; early checkpoints name their class alone."""
    declared = content.get("architectures")
    if declared is not None and not (isinstance(declared, list) and all(isinstance(name, str) for name in declared)):
        raise CheckpointError(f"{model} has architectures {short(declared)}; expected a list of names of classes")
    found = content.get("model_type")
    if found is None and declared:
        found = next((name for name, family in FAMILIES.items() if family.classifier == declared[0]), None)
    if found is None:
        raise CheckpointError(f"{model} does not say its model_type in config.json; {SUPPORTED}")
    if not isinstance(found, str) or found not in FAMILIES:
        raise CheckpointError(f"{model} is a {short(found)} model; {SUPPORTED}")
    return found


def _check_head(content: dict[str, Any], model: Model) -> None:
    declared = (content.get("architectures") or [""])[0]
    if declared and not declared.endswith("ForSequenceClassification"):
        head = next((words for suffix, words in _HEADS.items() if declared.endswith(suffix)), None)
        kind = f"a {short(declared)} with {head}" if head else f"of the class {short(declared)}"
        raise NoClassifierError(
            f"{model} has no classification head: it is {kind}; fine-tune it for classification first"
        )


def _check_computed(content: dict[str, Any], model: Model) -> None:
    for name, reason in _NOT_COMPUTED.items():
        if content.get(name):
            raise CheckpointError(f"{model} has {name} in config.json: {reason}")
    problem = content.get("problem_type")
    if problem is not None and problem not in PROBLEM_TYPES.values():
        expected = ", ".join(PROBLEM_TYPES.values())
        raise CheckpointError(f"{model} has problem_type {short(problem)}; expected {expected} or none")


def _make_config(model_type: str, content: dict[str, Any], model: Model) -> "PretrainedConfig":
    """Give transformers what is a field of its class, or unknown to it: a key may not replace a method."""
    with reading(model):
        from transformers.models.auto.configuration_auto import CONFIG_MAPPING

        kind = CONFIG_MAPPING[model_type]
        fields = {field.name for field in dataclasses.fields(kind)}
        taken = {
            key: value
            for key, value in content.items()
            if key not in _HOW and (key in fields or not hasattr(kind, key))
        }
        config: PretrainedConfig = kind.from_dict(taken | {"attn_implementation": "eager"})
        config.to_json_string(use_diff=False)  # which is how it will be written
    return config


def _check_numbers(config: "PretrainedConfig", model: Model) -> None:
    """Check every number that shapes the model; of names that a family spells in two ways transformers lets all in."""

    def refuse(name: str, expected: str) -> None:
        raise CheckpointError(f"{model} has {name} {short(getattr(config, name))}; expected {expected}")

    fields = {field.name for field in dataclasses.fields(config)}
    for name, (least, most) in _SIZES.items():
        if name in fields and not _is_whole(getattr(config, name), least, most):
            refuse(name, f"a whole number in {least}..{most}")
    for name in _DROPOUTS:
        if name in fields and getattr(config, name) is not None and not _is_fraction(getattr(config, name)):
            refuse(name, "a probability")
    for name in ("layer_norm_eps", "initializer_range"):
        if name in fields and not _is_fraction(getattr(config, name)):
            refuse(name, "a number in 0..1")
    if config.pad_token_id is not None and not _is_whole(config.pad_token_id, 0, config.vocab_size - 1):
        refuse("pad_token_id", f"the id of a token, in 0..{config.vocab_size - 1}")


def _is_whole(value: object, least: int, most: int) -> bool:
    return type(value) is int and least <= value <= most


def _is_fraction(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 1  # NaN is none

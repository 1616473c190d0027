"""ALBERT (Lan et al. 2019): narrow embeddings that are projected, and one encoder's weights in every encoder."""

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from edge_power.errors import CheckpointError
from edge_power.model.config import ModelConfig
from edge_power.model.families import bert
from edge_power.model.families.family import Family
from edge_power_runtime.tasks import TaskName

if TYPE_CHECKING:
    from transformers import PretrainedConfig

_ENCODER = {
    "attention.query": "query",
    "attention.key": "key",
    "attention.value": "value",
    "attention.dense": "output",
    "attention.LayerNorm": "attention_norm",
    "ffn": "expand",
    "ffn_output": "contract",
    "full_layer_layer_norm": "output_norm",
}


def read(config: "PretrainedConfig", task: TaskName, labels: tuple[str, ...]) -> ModelConfig:
    """Read the shape.

    Raises:
        CheckpointError: it has more than one set of weights, which no published ALBERT has.
    """
    for name in ("num_hidden_groups", "inner_group_num"):
        if (found := getattr(config, name)) != 1:
            raise CheckpointError(f"has {name} {found}; supported: 1, all encoders alike")
    shape = bert.read(config, task, labels)
    return replace(shape, embedding_size=config.embedding_size, shared_encoders=True)


def write(config: ModelConfig) -> dict[str, Any]:
    """Write what `read` reads."""
    return {**bert.write(config), "embedding_size": config.embedding_size}


ALBERT = Family(
    model_type="albert",
    classifier="AlbertForSequenceClassification",
    names={
        **bert.embedding_names("albert"),
        "albert.encoder.embedding_hidden_mapping_in": "encoder.embeddings.projection",
        **{
            f"albert.encoder.albert_layer_groups.{{}}.albert_layers.0.{theirs}": f"encoder.encoders.{{}}.{ours}"
            for theirs, ours in _ENCODER.items()
        },
        "albert.pooler": "head.pooler",
        "classifier": "head.classifier",
    },
    read=read,
    write=write,
)

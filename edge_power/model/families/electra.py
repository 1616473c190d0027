"""ELECTRA (Clark et al. 2020), the discriminator: BERT whose embeddings may be narrow, under another head."""

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from edge_power.model.config import ModelConfig
from edge_power.model.families import bert
from edge_power.model.families.family import Family
from edge_power_runtime.tasks import TaskName

if TYPE_CHECKING:
    from transformers import PretrainedConfig


def read(config: "PretrainedConfig", task: TaskName, labels: tuple[str, ...]) -> ModelConfig:
    """Read the shape; transformers projects the embeddings only where their size is another."""
    shape = bert.read(config, task, labels)
    narrow = config.embedding_size if config.embedding_size != config.hidden_size else None
    return replace(shape, embedding_size=narrow, head_activation="gelu")


def write(config: ModelConfig) -> dict[str, Any]:
    """Write what `read` reads."""
    return {**bert.write(config), "embedding_size": config.embedding_size or config.hidden_size}


ELECTRA = Family(
    model_type="electra",
    classifier="ElectraForSequenceClassification",
    names={
        **bert.embedding_names("electra"),
        "electra.embeddings_project": "encoder.embeddings.projection",
        **bert.encoder_names("electra"),
        "classifier.dense": "head.pooler",
        "classifier.out_proj": "head.classifier",
    },
    read=read,
    write=write,
)

"""DistilBERT (Sanh et al. 2019): BERT without token types, under names of its own."""

from typing import TYPE_CHECKING, Any

from edge_power.model.config import ModelConfig
from edge_power.model.families.family import Family, read_activation, write_activation
from edge_power_runtime.tasks import TaskName

if TYPE_CHECKING:
    from transformers import PretrainedConfig

_ENCODER = {
    "attention.q_lin": "query",
    "attention.k_lin": "key",
    "attention.v_lin": "value",
    "attention.out_lin": "output",
    "sa_layer_norm": "attention_norm",
    "ffn.lin1": "expand",
    "ffn.lin2": "contract",
    "output_layer_norm": "output_norm",
}


def read(config: "PretrainedConfig", task: TaskName, labels: tuple[str, ...]) -> ModelConfig:
    """Read the shape; how positions began (sinusoidal or not) no longer matters once there are weights."""
    return ModelConfig(
        architecture=config.model_type,
        vocab_size=config.vocab_size,
        hidden_size=config.dim,
        num_encoders=config.n_layers,
        num_heads=config.n_heads,
        intermediate_size=config.hidden_dim,
        max_positions=config.max_position_embeddings,
        num_token_types=0,
        norm_eps=1e-12,  # a constant of transformers' code, not of config.json
        activation=read_activation(config.activation),
        task=task,
        labels=labels,
        pad_id=config.pad_token_id or 0,
        dropout=config.dropout,
        attention_dropout=config.attention_dropout,
        head_activation="relu",
    )


def write(config: ModelConfig) -> dict[str, Any]:
    """Write what `read` reads."""
    return {
        "vocab_size": config.vocab_size,
        "dim": config.hidden_size,
        "n_layers": config.num_encoders,
        "n_heads": config.num_heads,
        "hidden_dim": config.intermediate_size,
        "max_position_embeddings": config.max_positions,
        "activation": write_activation(config.activation),
        "dropout": config.dropout,
        "attention_dropout": config.attention_dropout,
    }


DISTILBERT = Family(
    model_type="distilbert",
    classifier="DistilBertForSequenceClassification",
    names={
        "distilbert.embeddings.word_embeddings": "encoder.embeddings.word",
        "distilbert.embeddings.position_embeddings": "encoder.embeddings.position",
        "distilbert.embeddings.LayerNorm": "encoder.embeddings.norm",
        **{
            f"distilbert.transformer.layer.{{}}.{theirs}": f"encoder.encoders.{{}}.{ours}"
            for theirs, ours in _ENCODER.items()
        },
        "pre_classifier": "head.pooler",
        "classifier": "head.classifier",
    },
    read=read,
    write=write,
)

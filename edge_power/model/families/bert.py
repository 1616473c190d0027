"""BERT (Devlin et al. 2018), and what distilled models such as MiniLM and TinyBERT are too."""

from typing import TYPE_CHECKING, Any

from edge_power.model.config import ModelConfig
from edge_power.model.families.family import Family, read_activation, write_activation
from edge_power_runtime.tasks import TaskName

if TYPE_CHECKING:
    from transformers import PretrainedConfig

_EMBEDDINGS = {
    "word_embeddings": "word",
    "position_embeddings": "position",
    "token_type_embeddings": "token_type",
    "LayerNorm": "norm",
}
_ENCODER = {
    "attention.self.query": "query",
    "attention.self.key": "key",
    "attention.self.value": "value",
    "attention.output.dense": "output",
    "attention.output.LayerNorm": "attention_norm",
    "intermediate.dense": "expand",
    "output.dense": "contract",
    "output.LayerNorm": "output_norm",
}


def embedding_names(model: str) -> dict[str, str]:
    """Names of the embeddings in a model whose parameters begin with `model`."""
    return {f"{model}.embeddings.{theirs}": f"encoder.embeddings.{ours}" for theirs, ours in _EMBEDDINGS.items()}


def encoder_names(model: str) -> dict[str, str]:
    """Names of the encoders in a model whose parameters begin with `model`."""
    return {
        f"{model}.encoder.layer.{{}}.{theirs}": f"encoder.encoders.{{}}.{ours}" for theirs, ours in _ENCODER.items()
    }


def read(config: "PretrainedConfig", task: TaskName, labels: tuple[str, ...]) -> ModelConfig:
    """Read what all families but DistilBERT call by the same names."""
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
        activation=read_activation(config.hidden_act),
        task=task,
        labels=labels,
        pad_id=config.pad_token_id or 0,
        dropout=config.hidden_dropout_prob,
        attention_dropout=config.attention_probs_dropout_prob,
    )


def write(config: ModelConfig) -> dict[str, Any]:
    """Write what `read` reads."""
    return {
        "vocab_size": config.vocab_size,
        "hidden_size": config.hidden_size,
        "num_hidden_layers": config.num_encoders,
        "num_attention_heads": config.num_heads,
        "intermediate_size": config.intermediate_size,
        "max_position_embeddings": config.max_positions,
        "type_vocab_size": config.num_token_types,
        "layer_norm_eps": config.norm_eps,
        "hidden_act": write_activation(config.activation),
        "hidden_dropout_prob": config.dropout,
        "attention_probs_dropout_prob": config.attention_dropout,
    }


BERT = Family(
    model_type="bert",
    classifier="BertForSequenceClassification",
    names={
        **embedding_names("bert"),
        **encoder_names("bert"),
        "bert.pooler.dense": "head.pooler",
        "classifier": "head.classifier",
    },
    read=read,
    write=write,
)

"""RoBERTa (Liu et al. 2019), and XLM-RoBERTa and CamemBERT, which are the same model with other tokenizers.

Positions are counted from the row after the padding token's own, over the tokens that are no padding: a padding token
has its own row, also one that a text spells out.
"""

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from edge_power.errors import CheckpointError
from edge_power.model.config import ModelConfig
from edge_power.model.families import bert
from edge_power.model.families.family import Family
from edge_power_runtime.tasks import TaskName

if TYPE_CHECKING:
    from transformers import PretrainedConfig

_NAMES = {
    **bert.embedding_names("roberta"),
    **bert.encoder_names("roberta"),
    "classifier.dense": "head.pooler",
    "classifier.out_proj": "head.classifier",
}


def read(config: "PretrainedConfig", task: TaskName, labels: tuple[str, ...]) -> ModelConfig:
    """Read the shape.

    Raises:
        CheckpointError: it does not say which token is padding.
    """
    if config.pad_token_id is None:
        raise CheckpointError("has no pad_token_id, after which its positions are counted; give that of its tokenizer")
    offset = config.pad_token_id + 1
    shape = bert.read(config, task, labels)
    return replace(shape, position_offset=offset, max_positions=config.max_position_embeddings - offset)


def write(config: ModelConfig) -> dict[str, Any]:
    """Write what `read` reads."""
    return {**bert.write(config), "max_position_embeddings": config.max_positions + config.position_offset}


ROBERTA = Family("roberta", "RobertaForSequenceClassification", _NAMES, read, write)
XLM_ROBERTA = Family("xlm-roberta", "XLMRobertaForSequenceClassification", _NAMES, read, write)
CAMEMBERT = Family("camembert", "CamembertForSequenceClassification", _NAMES, read, write)

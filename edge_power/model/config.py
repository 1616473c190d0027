"""The shape of a model, in our words; families/ reads it from a Hugging Face config.json."""

from dataclasses import dataclass
from typing import Literal

from edge_power.model.exits import Exits
from edge_power_runtime.readout import CLS, Readout
from edge_power_runtime.tasks import TaskName, task_named

Activation = Literal[
    "gelu", "gelu_tanh", "gelu_clipped", "quick_gelu", "relu", "relu2", "relu6", "leaky_relu",
    "silu", "hardswish", "mish", "tanh", "sigmoid", "linear",
]  # fmt: skip
HeadActivation = Literal["tanh", "relu", "gelu"]


@dataclass(frozen=True, slots=True)
class ModelConfig:
    """A BERT-family classifier.

    Attributes:
        architecture: the family, as Hugging Face's `model_type` spells it.
        vocab_size: rows of the word embedding.
        hidden_size: H, the size of a word-vector.
        num_encoders: L.
        num_heads: attention heads; divides hidden_size.
        intermediate_size: width of the feed-forward layer.
        max_positions: the longest text in tokens, [CLS] included.
        num_token_types: rows of the token type embedding; 0 where there is none.
        norm_eps: added to the variance in layer normalisation.
        activation: of the feed-forward layer.
        task: by name.
        labels: in the order of the logits; empty for regression.
        pad_id: the token that fills a text up to the length.
        dropout: probability while training, of the embeddings' and both residual branches' numbers.
        attention_dropout: probability while training, of the attention probabilities.
        head_activation: between the two layers of the head.
        embedding_size: of embeddings that are projected to hidden_size; None where they have that size.
        position_offset: rows of the position embedding before that of [CLS]; where there are any, the last of them is
            that of padding, which is not counted.
        shared_encoders: whether all encoders have the same weights (ALBERT).
        exits: encoders behind which a head of their own stands.
    """

    architecture: str
    vocab_size: int
    hidden_size: int
    num_encoders: int
    num_heads: int
    intermediate_size: int
    max_positions: int
    num_token_types: int
    norm_eps: float
    activation: Activation
    task: TaskName
    labels: tuple[str, ...]
    pad_id: int = 0
    dropout: float = 0.0
    attention_dropout: float = 0.0
    head_activation: HeadActivation = "tanh"
    embedding_size: int | None = None
    position_offset: int = 0
    shared_encoders: bool = False
    exits: Exits = ()

    @property
    def num_logits(self) -> int:
        """Values that the classifier gives: one per label, or one for regression."""
        return task_named(self.task).num_logits(self.labels)

    @property
    def readout(self) -> Readout:
        """What the head reads of the last encoder: [CLS], in every family."""
        return CLS

    @property
    def has_token_types(self) -> bool:
        """Whether a text's token types say anything: one type alone is every word's."""
        return self.num_token_types > 1

    @property
    def head_size(self) -> int:
        """d, the size of one head's part of a word-vector."""
        return self.hidden_size // self.num_heads

"""PowerEncoder and PowerForSequenceClassification: the eager model, for batches of padded texts."""

from dataclasses import dataclass
from os import PathLike
from typing import TYPE_CHECKING, Any

import torch
from torch import nn

from edge_power.config import ModelConfig
from edge_power.encoder import Encoder
from edge_power.extract import BatchRows, Marks, cls_priority, significance
from edge_power_runtime.errors import RetentionError
from edge_power_runtime.retention import RetentionConfig

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

    from edge_power.retention_file import Retention


class Embeddings(nn.Module):
    """Word + position + token type, normalised."""

    def __init__(self, config: ModelConfig) -> None:
        """Build with PyTorch's default initialisation."""
        super().__init__()
        self.word = nn.Embedding(config.vocab_size, config.hidden_size)
        self.position = nn.Embedding(config.max_positions, config.hidden_size)
        self.token_type = nn.Embedding(config.num_token_types, config.hidden_size)
        self.norm = nn.LayerNorm(config.hidden_size, config.norm_eps)

    def forward(self, input_ids: torch.Tensor, token_type_ids: torch.Tensor) -> torch.Tensor:
        """(..., n) token ids and token types to (..., n, hidden)."""
        position = self.position.weight[: input_ids.shape[-1]]
        embedded: torch.Tensor = self.norm(self.word(input_ids) + self.token_type(token_type_ids) + position)
        return embedded


class Head(nn.Module):
    """[CLS] to logits: BERT's pooler and the classifier."""

    def __init__(self, config: ModelConfig) -> None:
        """Build with PyTorch's default initialisation."""
        super().__init__()
        self.pooler = nn.Linear(config.hidden_size, config.hidden_size)
        self.classifier = nn.Linear(config.hidden_size, config.num_logits)

    def forward(self, cls: torch.Tensor) -> torch.Tensor:
        """(..., hidden) to (..., labels)."""
        logits: torch.Tensor = self.classifier(torch.tanh(self.pooler(cls)))
        return logits


@dataclass(frozen=True, slots=True)
class EncoderOutput:
    """What PowerEncoder gives.

    Attributes:
        cls: the word-vector of [CLS] after the last encoder, (batch, hidden).
        survivors: for every encoder but the last, the positions of its output rows, int64 (batch, l_j); row 0 is [CLS].
        scores: for every encoder but the last, the significance by position as the paper has it, a mean over heads,
            float (batch, length); NaN at positions that no longer entered it and in encoders that drop nothing.
    """

    cls: torch.Tensor
    survivors: tuple[torch.Tensor, ...]
    scores: tuple[torch.Tensor, ...]


class PowerEncoder(nn.Module):
    """A BERT encoder stack that drops word-vectors on the way (PoWER-BERT, arXiv:2001.08950)."""

    def __init__(self, config: ModelConfig) -> None:
        """Build with PyTorch's default initialisation."""
        super().__init__()
        self.config = config
        self.embeddings = Embeddings(config)
        self.encoders = nn.ModuleList(Encoder(config) for _ in range(config.num_encoders))

    def stack(self) -> list[Encoder]:
        """The encoders in order, typed as what they are."""
        return list(self.encoders)  # type: ignore[arg-type]

    def forward(
        self,
        input_ids: torch.Tensor,
        attention_mask: torch.Tensor,
        token_type_ids: torch.Tensor | None = None,
        *,
        retention: RetentionConfig | None = None,
    ) -> EncoderOutput:
        """Encode a batch of padded texts.

        Args:
            input_ids: int64 (batch, length).
            attention_mask: 1 at words, 0 at padding, int64 (batch, length).
            token_type_ids: int64 (batch, length); all 0 when left out.
            retention: words kept by each encoder; None keeps all.

        Raises:
            RetentionError: `retention` is for another length or number of encoders.
        """
        length = input_ids.shape[1]
        keep = _keep(retention, length, len(self.encoders))
        types = torch.zeros_like(input_ids) if token_type_ids is None else token_type_ids
        x = self.embeddings(input_ids, types)
        *pruned, last = self.stack()
        first = cls_priority(length).to(x)
        marks = Marks.of(attention_mask.to(x.dtype), heads=self.config.num_heads, cls_priority=first)
        positions = torch.arange(length, device=x.device).expand(input_ids.shape)
        survivors, scores = [], []
        for encoder, kept in zip(pruned, keep[:-1], strict=True):
            probabilities = encoder.probabilities(x, marks.bias)
            by_position = torch.full(input_ids.shape, torch.nan, dtype=x.dtype, device=x.device)
            entering = x
            if kept < x.shape[1]:
                score = significance(probabilities, marks.votes)
                by_position = by_position.scatter(1, positions, score.detach() / encoder.num_heads)
                rows = BatchRows.choose(score + marks.priority, kept)
                x, probabilities = rows.take(x), rows.take(probabilities)
                marks, positions = marks.take(rows), rows.take_vector(positions)
            x = encoder.finish(x, encoder.context(probabilities, entering))
            survivors.append(positions)
            scores.append(by_position)
        x = last.finish(x[:, :1], last.first_row_context(x, marks.bias))
        return EncoderOutput(x[:, 0], tuple(survivors), tuple(scores))


def _keep(retention: RetentionConfig | None, length: int, encoders: int) -> tuple[int, ...]:
    if retention is None:
        return (length,) * (encoders - 1) + (1,)
    if retention.length != length or len(retention.keep) != encoders:
        raise RetentionError(f"{retention} does not fit {encoders} encoders at length {length}")
    return retention.keep


@dataclass(frozen=True, slots=True)
class ClassifierOutput:
    """What PowerForSequenceClassification gives.

    Attributes:
        logits: float (batch, labels), or (batch, 1) for regression.
        encoder: the encoder's own output.
    """

    logits: torch.Tensor
    encoder: EncoderOutput


class PowerForSequenceClassification(nn.Module):
    """A [CLS] classifier or single-output regressor on a PowerEncoder.

    Attributes:
        config: shape, task and labels.
        retention: what `convert` uses when the caller names nothing else; None keeps all words.
        tokenizer: of the checkpoint; None for a model made in memory.
        source_config: the checkpoint's config.json as it was read; None for a model made in memory.
    """

    def __init__(self, config: ModelConfig) -> None:
        """Build with PyTorch's default initialisation."""
        super().__init__()
        self.config = config
        self.encoder = PowerEncoder(config)
        self.head = Head(config)
        self.retention: Retention | None = None
        self.tokenizer: PreTrainedTokenizerBase | None = None
        self.source_config: dict[str, Any] | None = None

    def forward(
        self,
        input_ids: torch.Tensor,
        attention_mask: torch.Tensor,
        token_type_ids: torch.Tensor | None = None,
        *,
        retention: RetentionConfig | None = None,
    ) -> ClassifierOutput:
        """Classify a batch of padded texts; arguments as in PowerEncoder.forward."""
        encoded = self.encoder(input_ids, attention_mask, token_type_ids, retention=retention)
        return ClassifierOutput(self.head(encoded.cls), encoded)

    def hugging_face_config(self) -> dict[str, Any]:
        """The config.json that transformers reads this model with."""
        from edge_power.checkpoint import write_config

        return write_config(self.config) if self.source_config is None else self.source_config

    @classmethod
    def from_pretrained(cls, model: str | PathLike[str]) -> "PowerForSequenceClassification":
        """Read a Hugging Face classification checkpoint, in evaluation mode.

        Args:
            model: a directory, or a model's name on the hub. Weights must be safetensors.

        Raises:
            CheckpointError: it is not there, or not a supported classifier.
            RetentionError: its retention.json does not fit.
        """
        from edge_power.checkpoint import load

        return load(model)

    def save_pretrained(self, directory: str | PathLike[str]) -> None:
        """Write config.json, model.safetensors, tokenizer files and retention.json.

        transformers reads the directory as an ordinary checkpoint; retention.json is ours.
        """
        from edge_power.checkpoint import save

        save(self, directory)

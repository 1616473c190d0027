"""PowerEncoder and PowerForSequenceClassification: the eager model, for batches of padded texts."""

from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, replace
from os import PathLike
from typing import TYPE_CHECKING, Any

import torch
from torch import nn
from torch.nn import functional

from edge_power.model.checkpoint.checks import check_finite
from edge_power.model.checkpoint.config import write_config
from edge_power.model.checkpoint.read import Checkpoint, read_checkpoint, read_encoder, write_checkpoint
from edge_power.model.config import HeadActivation, ModelConfig
from edge_power.model.embeddings import Embeddings
from edge_power.model.encoder import Encoder
from edge_power.model.exits import Exits, mean_of_words
from edge_power.model.extract import BatchRows, Marks, cls_priority, significance
from edge_power.model.readout import context_read, rows_read
from edge_power.model.soft_extract import SoftExtract
from edge_power_runtime.errors import RetentionError
from edge_power_runtime.retention import RetentionConfig, RetentionSchedule
from edge_power_runtime.tasks import TaskName

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

    from edge_power.model.retention_file import Budgets, Retention


_HEAD_ACTIVATIONS: dict[HeadActivation, Callable[[torch.Tensor], torch.Tensor]] = {
    "tanh": torch.tanh,
    "relu": torch.relu,
    "gelu": functional.gelu,
}


class Head(nn.Module):
    """[CLS], or what an exit reads, to logits: a pooler, as BERT calls the first layer, and the classifier."""

    def __init__(self, config: ModelConfig) -> None:
        """Build with PyTorch's default initialisation."""
        super().__init__()
        self.pooler = nn.Linear(config.hidden_size, config.hidden_size)
        self.activation = _HEAD_ACTIVATIONS[config.head_activation]
        self.classifier = nn.Linear(config.hidden_size, config.num_logits)

    def forward(self, cls: torch.Tensor) -> torch.Tensor:
        """(..., hidden) to (..., labels)."""
        logits: torch.Tensor = self.classifier(self.activation(self.pooler(cls)))
        return logits


@dataclass(frozen=True, slots=True)
class EncoderOutput:
    """What PowerEncoder gives.

    Attributes:
        cls: the word-vector of [CLS] after the last encoder, (batch, hidden).
        survivors: for every passing encoder, the positions of its output rows, int64 (batch, l_j); row 0 is [CLS].
        scores: for every passing encoder, the significance by position as the paper has it, a mean over heads,
            float (batch, length); NaN at positions that no longer entered it and in encoders that drop nothing.
        states: the word-vector of [CLS] after every encoder, each (batch, hidden).
        means: of the words that leave each passing encoder, each (batch, hidden).
    """

    cls: torch.Tensor
    survivors: tuple[torch.Tensor, ...]
    scores: tuple[torch.Tensor, ...]
    states: tuple[torch.Tensor, ...]
    means: tuple[torch.Tensor, ...] = ()


class PowerEncoder(nn.Module):
    """A BERT encoder stack that drops word-vectors on the way (PoWER-BERT, arXiv:2001.08950)."""

    def __init__(self, config: ModelConfig) -> None:
        """Build with PyTorch's default initialisation."""
        super().__init__()
        self.config = config
        self.embeddings = Embeddings(config)
        # Shared weights are one module, so that they are counted, trained and saved once.
        modules = 1 if config.shared_encoders else config.num_encoders
        self.encoders = nn.ModuleList(Encoder(config) for _ in range(modules))

    def stack(self) -> list[Encoder]:
        """The encoders in order, one for each time that it is applied."""
        modules: list[Encoder] = list(self.encoders)  # type: ignore[arg-type]
        return modules * self.config.num_encoders if self.config.shared_encoders else modules

    def score(self, probabilities: torch.Tensor, votes: torch.Tensor, positions: torch.Tensor) -> torch.Tensor:
        """Score the rows of an encoder, float (batch, n); a subclass may choose by another rule than significance.

        Args:
            probabilities: see `significance`.
            votes: likewise.
            positions: of the rows in the text, int64 (batch, n).
        """
        return significance(probabilities, votes)

    def forward(
        self,
        input_ids: torch.Tensor,
        attention_mask: torch.Tensor,
        token_type_ids: torch.Tensor | None = None,
        *,
        retention: RetentionConfig | RetentionSchedule | None = None,
        soft_extract: SoftExtract | None = None,
    ) -> EncoderOutput:
        """Encode a batch of padded texts.

        Args:
            input_ids: int64 (batch, length).
            attention_mask: 1 at words, 0 at padding, int64 (batch, length).
            token_type_ids: int64 (batch, length); all 0 when left out.
            retention: words kept by each encoder: a configuration, as in a static graph of this length; or a schedule,
                of which each text keeps what it would without padding. None keeps all.
            soft_extract: weakens words instead of dropping them, while a schedule is searched; those that it gives a
                weight of 0 in every text are dropped.

        Raises:
            RetentionError: `retention` is for another length or number of encoders.
        """
        length = input_ids.shape[1]
        plan = KeepPlan.of(retention, attention_mask, self.config.num_encoders)
        types = torch.zeros_like(input_ids) if token_type_ids is None else token_type_ids
        x = self.embeddings(input_ids, types)
        stack, passing = self.stack(), self.config.readout.passing(self.config.num_encoders)
        first = cls_priority(length).to(x)
        marks = Marks.of(attention_mask.to(x.dtype), heads=self.config.num_heads, cls_priority=first)
        positions = torch.arange(length, device=x.device).expand(input_ids.shape)
        survivors, scores, states, means = [], [], [], []
        for index, encoder in enumerate(stack[:passing], start=1):
            probabilities = encoder.probabilities(x, marks.bias)
            by_position = torch.full(input_ids.shape, torch.nan, dtype=x.dtype, device=x.device)
            entering, weights = x, None
            if soft_extract is not None:
                priority = self.score(probabilities, marks.votes, positions).detach() + marks.priority
                weights = soft_extract.weights(index - 1, priority, attention_mask.sum(1))
                marks = marks.weaken(weights)
                keep = int((weights > 0).sum(1).max())
                if keep < x.shape[1]:  # weights fall with the rank, and one of 0 teaches nothing: not worth computing
                    rows = BatchRows.choose(priority, keep)
                    x, probabilities, weights = rows.take(x), rows.take(probabilities), rows.take_vector(weights)
                    marks, positions = marks.take(rows), rows.take_vector(positions)
            elif plan.drops(index):
                score = self.score(probabilities, marks.votes, positions)
                by_position = by_position.scatter(1, positions, score.detach() / encoder.num_heads)
                rows = BatchRows.choose(score + marks.priority, plan.keep[index])
                x, probabilities = rows.take(x), rows.take(probabilities)
                marks, positions = plan.mute(marks.take(rows), index), rows.take_vector(positions)
            x = encoder.finish(x, encoder.context(probabilities, entering), weights)
            survivors.append(positions)
            scores.append(by_position)
            states.append(x[:, 0])
            means.append(mean_of_words(x, marks.bias.squeeze(1)).squeeze(1))
        for encoder in stack[passing:]:
            x = encoder.finish(rows_read(x), context_read(encoder, x, marks.bias))
            states.append(x[:, 0])
        return EncoderOutput(states[-1], tuple(survivors), tuple(scores), tuple(states), tuple(means))


@dataclass(frozen=True, slots=True)
class KeepPlan:
    """Rows that each encoder passes on for a batch.

    Attributes:
        keep: of the whole batch: rows that enter the first encoder, then one number per encoder.
        own: of each text, likewise, int64 (batch, encoders + 1); None where all keep alike. Rows beyond it are padding
            from there on.
    """

    keep: tuple[int, ...]
    own: torch.Tensor | None = None

    @classmethod
    def of(cls, retention: RetentionConfig | RetentionSchedule | None, mask: torch.Tensor, encoders: int) -> "KeepPlan":
        """Read what a batch keeps.

        Args:
            retention: see PowerEncoder.forward.
            mask: 1 at words, 0 at padding, int64 (batch, length).
            encoders: L.

        Raises:
            RetentionError: see PowerEncoder.forward.
        """
        length = mask.shape[1]
        match retention:
            case None:
                return cls((length, *RetentionSchedule.full(encoders).at(length).keep))
            case RetentionSchedule():
                schedule = retention.for_encoders(encoders)
                table = torch.tensor([(words, *schedule.at(words).keep) for words in range(1, length + 1)])
                own = table.to(mask.device)[mask.sum(1) - 1]
                return cls((length, *own[:, 1:].amax(0).tolist()), own)
        if retention.length != length or len(retention.keep) != encoders:
            raise RetentionError(f"{retention} does not fit {encoders} encoders at length {length}")
        return cls((length, *retention.keep))

    def drops(self, encoder: int) -> bool:
        """Whether an encoder, counted from 1, passes on fewer words than it gets, of any text."""
        if self.own is None:
            return self.keep[encoder] < self.keep[encoder - 1]
        return bool((self.own[:, encoder] < self.own[:, encoder - 1]).any())

    def mute(self, marks: Marks, encoder: int) -> Marks:
        """Make padding of the rows that a text keeps only because another of its batch does."""
        if self.own is None:
            return marks
        rows = torch.arange(self.keep[encoder], device=self.own.device)
        return marks.mute(rows >= self.own[:, encoder].unsqueeze(1))


@dataclass(frozen=True, slots=True)
class ClassifierOutput:
    """What PowerForSequenceClassification gives.

    Attributes:
        logits: float (batch, labels), or (batch, 1) for regression.
        encoder: the encoder's own output.
        exits: logits of the heads behind `ModelConfig.exits`, in their order, each float (batch, labels).
    """

    logits: torch.Tensor
    encoder: EncoderOutput
    exits: tuple[torch.Tensor, ...] = ()


class PowerForSequenceClassification(nn.Module):
    """A [CLS] classifier or single-output regressor on a PowerEncoder.

    Attributes:
        config: shape, task and labels.
        budgets: what `convert` uses when the caller names nothing else, by name, the default first; none keeps all.
        tokenizer: of the checkpoint; None for a model made in memory.
        source_config: the checkpoint's config.json as it was read; None for a model made in memory.
        source: the checkpoint's directory, or its name on the hub; None for a model made in memory.
    """

    def __init__(self, config: ModelConfig) -> None:
        """Build with PyTorch's default initialisation."""
        super().__init__()
        self.config = config
        self.encoder = PowerEncoder(config)
        self.head = Head(config)
        self.exits = nn.ModuleDict({str(encoder): Head(config) for encoder in config.exits})
        self.budgets: Budgets = {}
        self.tokenizer: PreTrainedTokenizerBase | None = None
        self.source_config: dict[str, Any] | None = None
        self.source: str | None = None

    def forward(
        self,
        input_ids: torch.Tensor,
        attention_mask: torch.Tensor,
        token_type_ids: torch.Tensor | None = None,
        *,
        retention: RetentionConfig | RetentionSchedule | None = None,
        soft_extract: SoftExtract | None = None,
    ) -> ClassifierOutput:
        """Classify a batch of padded texts; arguments as in PowerEncoder.forward."""
        encoded = self.encoder(
            input_ids, attention_mask, token_type_ids, retention=retention, soft_extract=soft_extract
        )
        exits = tuple(head(encoded.means[int(behind) - 1]) for behind, head in self.exits.items())
        return ClassifierOutput(self.head(encoded.cls), encoded, exits)

    def put_exits(self, exits: Exits) -> None:
        """Put heads behind these encoders, each a copy of the model's own, in place of those that it has.

        Args:
            exits: such that `exits_fault` has nothing to say; none leaves the model's own head alone.
        """
        self.config = replace(self.config, exits=exits)
        self.exits = nn.ModuleDict({str(encoder): deepcopy(self.head) for encoder in exits})

    @property
    def reads_token_types(self) -> bool:
        """Whether a text's token types reach the model: it has several, and its tokenizer hands them out."""
        names = () if self.tokenizer is None else self.tokenizer.model_input_names
        return self.config.has_token_types and (self.tokenizer is None or "token_type_ids" in names)

    @property
    def retention(self) -> "Retention | None":
        """The default budget's; None where nothing is dropped."""
        return next(iter(self.budgets.values()), None)

    def hugging_face_config(self) -> dict[str, Any]:
        """The config.json that transformers reads this model with."""
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
        ours = _of_checkpoint(read_checkpoint(model, _blank))
        ours._check_answer(model)
        return ours

    @classmethod
    def from_encoder(
        cls, model: str | PathLike[str], labels: Sequence[str], *, task: TaskName = "classification"
    ) -> "PowerForSequenceClassification":
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
        return _of_checkpoint(read_encoder(model, _blank, labels, task), new_head=True)

    def save_pretrained(self, directory: str | PathLike[str]) -> None:
        """Write config.json, model.safetensors, tokenizer files and retention.json.

        transformers reads the directory as an ordinary checkpoint, and passes over exits; retention.json is ours.
        """
        checkpoint = Checkpoint(
            self.config, self.hugging_face_config(), self.state_dict(), self.tokenizer, self.budgets
        )
        write_checkpoint(checkpoint, directory)

    def _check_answer(self, model: str | PathLike[str]) -> None:
        """Refuse finite weights that give no finite logits, by the shortest text there is."""
        assert self.tokenizer is not None
        ids = torch.tensor([self.tokenizer("").input_ids])
        with torch.no_grad():
            logits = self(ids, torch.ones_like(ids)).logits[0].tolist()
        check_finite(logits, "an empty text", model)


def _of_checkpoint(checkpoint: Checkpoint, *, new_head: bool = False) -> PowerForSequenceClassification:
    with torch.device("meta"):
        ours = PowerForSequenceClassification(checkpoint.config)
    weights = checkpoint.weights
    if new_head:
        assert checkpoint.deviation is not None  # it was read
        weights = weights | _drawn_head(weights, ours.head, checkpoint.deviation)
    ours.load_state_dict(weights, assign=True)
    ours.budgets, ours.tokenizer = checkpoint.budgets, checkpoint.tokenizer
    ours.source_config, ours.source = checkpoint.source_config, checkpoint.source
    return ours.eval()


def _blank(config: ModelConfig) -> dict[str, torch.Tensor]:
    with torch.device("meta"):
        state: dict[str, torch.Tensor] = PowerForSequenceClassification(config).state_dict()
    return state


def _drawn_head(weights: Mapping[str, torch.Tensor], head: Head, deviation: float) -> dict[str, torch.Tensor]:
    """A new classifier, and what else the head lacks."""
    return {
        f"head.{name}": torch.zeros(like.shape) if name.endswith("bias") else torch.normal(0.0, deviation, like.shape)
        for name, like in head.state_dict().items()
        if f"head.{name}" not in weights or name.startswith("classifier.")
    }

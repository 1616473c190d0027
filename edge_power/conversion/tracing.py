"""From the eager model to torch.export programs: one per budget and length, static shapes, retention fixed."""

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, TypeVar

import torch
from torch import nn
from torch.export import ExportedProgram

from edge_power.model.classifier import PowerForSequenceClassification
from edge_power.model.encoder import Encoder
from edge_power.model.exits import mean_of_words
from edge_power.model.extract import (
    IndexRows,
    Lowering,
    OneHotRows,
    cls_priority,
    padding_penalty,
    static_significance,
)
from edge_power.model.readout import context_read, rows_read
from edge_power_runtime.bundle.tensors import INPUT_NAMES
from edge_power_runtime.retention import RetentionConfig

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Part:
    """Some encoders of a model: all of them, or a stage.

    Attributes:
        retention: of all encoders.
        first: the first of these, counted from 1.
        last: the last one.
    """

    retention: RetentionConfig
    first: int
    last: int

    @property
    def own(self) -> RetentionConfig:
        """What these encoders keep."""
        return self.retention.part(self.first, self.last)

    @property
    def hands_on(self) -> bool:
        """Whether there are encoders behind."""
        return self.last < len(self.retention.keep)


class Scope(nn.Module):
    """A part of an encoder: as a module it names what it calls, for a traced node carries the modules it was called in.

    The profiler reads from these names which encoder and which part a node belongs to.
    """

    def forward(self, work: Callable[..., T], *inputs: object) -> T:
        """Call `work`."""
        return work(*inputs)


def attention_bias(mask: torch.Tensor) -> torch.Tensor:
    """What is added to attention scores, (1, 1, n): 0 at words and a large negative number at padding."""
    return padding_penalty(mask).reshape(1, 1, -1)


class FixedChoice(nn.Module):
    """Chooses a fixed number of rows of a fixed number, with the constants that its lowering needs."""

    cls_priority: torch.Tensor
    heads: torch.Tensor
    words: torch.Tensor
    own: torch.Tensor
    earlier: torch.Tensor
    ranks: torch.Tensor

    def __init__(self, heads: int, entering: int, keep: int, lowering: Lowering) -> None:
        """Prepare for `entering` rows in and `keep` rows out."""
        super().__init__()
        self.keep, self.lowering = keep, lowering
        hold_constant(self, "cls_priority", cls_priority(entering))
        hold_constant(self, "heads", torch.ones(1, 1, heads))
        hold_constant(self, "words", torch.ones(1, 1, entering))
        hold_constant(self, "own", torch.eye(entering).unsqueeze(0))
        if lowering == "compare":
            hold_constant(self, "earlier", torch.tril(torch.ones(entering, entering), -1))
            hold_constant(self, "ranks", torch.arange(entering, dtype=torch.float32).unsqueeze(1))

    def rows(self, probabilities: torch.Tensor, mask: torch.Tensor) -> IndexRows | OneHotRows:
        """Rows for probabilities (heads, entering, entering) and a mask (entering,)."""
        scores = static_significance(probabilities, mask, heads=self.heads, words=self.words, own=self.own)
        priority = scores + (padding_penalty(mask) + self.cls_priority)
        if self.lowering == "topk":
            return IndexRows.choose(priority, self.keep)
        return OneHotRows.choose(priority, self.keep, earlier=self.earlier, ranks=self.ranks)


def hold_constant(module: nn.Module, name: str, constant: torch.Tensor) -> None:
    """Give a module a constant that is no weight of a checkpoint."""
    module.register_buffer(name, constant, persistent=False)


class Choice(Protocol):
    """Chooses the rows that an encoder passes on."""

    @property
    def rows(self) -> Callable[..., IndexRows | OneHotRows]:
        """Choose by the attention after the softmax, float (heads, n, n), and the mask, float (n,).

        What follows these two is handed on as an encoder gets it: how many, where that is known only at the run.
        """
        ...


class TracedEncoder(nn.Module):
    """An encoder that passes on the rows of a choice, or all."""

    def __init__(self, encoder: Encoder, choice: Choice | None) -> None:
        """Drop what `choice` does not keep; None drops nothing."""
        super().__init__()
        self.encoder, self.choice = encoder, choice
        self.attention, self.extract, self.feed_forward = Scope(), Scope(), Scope()

    def forward(
        self, x: torch.Tensor, mask: torch.Tensor, *how_many: object
    ) -> tuple[torch.Tensor, torch.Tensor, list[torch.Tensor]]:
        """(entering, hidden) with its mask to (keep, hidden) with its own, and the rows kept, if there is a choice."""
        probabilities = self.attention(self.encoder.probabilities, x, self.attention(attention_bias, mask))
        kept_x, kept_mask, kept = x, mask, []
        if self.choice is not None:
            probabilities, kept_x, kept_mask, kept = self.extract(self._drop, probabilities, x, mask, *how_many)
        context = self.attention(self.encoder.context, probabilities, x)
        kept_x = self.attention(self.encoder.close_attention, kept_x, context)
        return self.feed_forward(self.encoder.feed_forward, kept_x), kept_mask, kept

    def _drop(
        self, probabilities: torch.Tensor, x: torch.Tensor, mask: torch.Tensor, *how_many: object
    ) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor, list[torch.Tensor]]:
        """The rows kept of the probabilities, the word-vectors and the mask, and which they are.

        Only the mask is gathered: what it adds to scores is computed again, which costs less than a gather.
        """
        assert self.choice is not None
        rows = self.choice.rows(probabilities, mask, *how_many)
        return rows.take(probabilities), rows.take(x), rows.take_vector(mask), [rows.kept]


class TracedReadout(nn.Module):
    """The last encoder, which computes what the head reads of it."""

    def __init__(self, encoder: Encoder) -> None:
        """Take the encoder as it is."""
        super().__init__()
        self.encoder = encoder
        self.attention, self.feed_forward = Scope(), Scope()

    def forward(self, x: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        """(entering, hidden) with its mask to (rows read, hidden)."""
        context = self.attention(context_read, self.encoder, x, self.attention(attention_bias, mask))
        x = self.attention(self.encoder.close_attention, rows_read(x), context)
        return self.feed_forward(self.encoder.feed_forward, x)


class StaticPart(nn.Module):
    """Encoders of the classifier for one text of one length, and the head behind the last of them.

    There is no batch axis inside, and every shape is a constant.
    """

    def __init__(self, tracer: "Tracer", part: Part, lowering: Lowering) -> None:
        """Share the modules of `tracer`, so that all programs hold the same weights."""
        super().__init__()
        retention, encoders = part.own, tracer.encoders[part.first - 1 : part.last]
        self.head, self.hands_on, self.passing = tracer.heads[part.last], part.hands_on, retention.passing
        rows = list(zip(encoders, retention.entering, retention.keep, strict=True))[: self.passing]
        traced = [
            TracedEncoder(
                encoder, FixedChoice(encoder.num_heads, entering, keep, lowering) if keep < entering else None
            )
            for encoder, entering, keep in rows
        ]
        read = [TracedReadout(encoder) for encoder in encoders[self.passing :]]
        self.encoders = nn.ModuleList([*traced, *read])

    def encode(self, x: torch.Tensor, mask: torch.Tensor) -> dict[str, torch.Tensor]:
        """(n, hidden) with its mask, float (n,), to what the program gives.

        Returns:
            logits (1, labels); kept (sum of kept rows,) where words are dropped; of a stage that hands its word-vectors
            on these, (1, k, hidden), and their mask, (1, k).
        """
        kept: list[torch.Tensor] = []
        encoders = list(self.encoders)  # a slice of a ModuleList is a module of its own
        for encoder in encoders[: self.passing]:
            x, mask, rows = encoder(x, mask)
            kept += rows
        for encoder in encoders[self.passing :]:
            x = encoder(x, mask)
        read = mean_of_words(x[None], attention_bias(mask))[0] if self.hands_on else x
        outputs = {"logits": self.head(read)}
        if kept:
            outputs["kept"] = torch.cat(kept)
        if not self.hands_on:
            return outputs
        # A mask that no encoder cut would be an input given back as it came: LiteRT binds both to one buffer, and the
        # program reads what was left in that. A clamp computes it, and changes no 0 and no 1.
        passed_mask = mask if kept else torch.clamp(mask, 0, 1)
        return outputs | {"passed_words": x[None], "passed_mask": passed_mask[None]}


class StaticText(StaticPart):
    """The whole classifier, or its first stage."""

    def __init__(self, tracer: "Tracer", part: Part, lowering: Lowering) -> None:
        """See StaticPart."""
        super().__init__(tracer, part, lowering)
        self.embeddings = tracer.embeddings

    def forward(
        self, input_ids: torch.Tensor, attention_mask: torch.Tensor, token_type_ids: torch.Tensor | None = None
    ) -> dict[str, torch.Tensor]:
        """int64 (1, length) each to what StaticPart.encode gives."""
        x = self.embeddings(input_ids[0], None if token_type_ids is None else token_type_ids[0])
        return self.encode(x, attention_mask[0].to(x.dtype))


class StaticStage(StaticPart):
    """A stage that goes on from where another stopped."""

    def forward(self, words: torch.Tensor, attention_mask: torch.Tensor) -> dict[str, torch.Tensor]:
        """Float (1, n, hidden) and (1, n) to what StaticPart.encode gives."""
        return self.encode(words[0], attention_mask[0])


class Tracer:
    """A model made ready for tracing: one per model, so that all its programs share one copy of the weights.

    Attributes:
        input_names: of every program; token_type_ids only where the model reads them.
    """

    def __init__(self, model: PowerForSequenceClassification) -> None:
        """Take the weights of `model` as they are now."""
        typed = model.reads_token_types
        self.input_names = INPUT_NAMES if typed else INPUT_NAMES[:-1]
        self.embeddings, self.hidden_size = model.encoder.embeddings.for_tracing(typed=typed), model.config.hidden_size
        self.heads = {int(behind): head for behind, head in model.exits.items()} | {
            model.config.num_encoders: model.head
        }
        encoders = model.encoder.stack()
        # One twin of each module: where encoders share their weights, so do their twins.
        twins = {encoder: encoder.for_tracing() for encoder in dict.fromkeys(encoders)}
        self.encoders: list[Encoder] = [twins[encoder] for encoder in encoders]

    def trace(
        self, retention: RetentionConfig, *, first: int = 1, last: int | None = None, lowering: Lowering = "topk"
    ) -> ExportedProgram:
        """Trace one program: of the whole model, or of a stage of it.

        Args:
            retention: fixes the length and the words that each encoder keeps; the last one computes what is read of it.
            first: the first encoder to compute, counted from 1.
            last: the last one, behind which there is a head; None is the model's.
            lowering: how rows are chosen: `topk` with index_select, or `compare` with a product by a 0/1 matrix.

        Returns:
            A program from `input_names`, int64 (1, length) each, or from `words` and `attention_mask` where `first` is
            not 1, to what StaticPart.encode gives.
        """
        part = Part(retention, first, len(retention.keep) if last is None else last)
        kind = StaticText if first == 1 else StaticStage
        with torch.no_grad(), warnings.catch_warnings():
            # torch.export warns of its own internals here; nothing a caller could act on.
            warnings.simplefilter("ignore")
            return torch.export.export(kind(self, part, lowering).eval(), (), self._sample(part), strict=False)

    def _sample(self, part: Part) -> dict[str, torch.Tensor]:
        # A tensor each: torch.export takes one tensor given three times for one input.
        entering = part.own.length
        if part.first == 1:
            return {name: torch.ones(1, entering, dtype=torch.int64) for name in self.input_names}
        return {"words": torch.ones(1, entering, self.hidden_size), "attention_mask": torch.ones(1, entering)}

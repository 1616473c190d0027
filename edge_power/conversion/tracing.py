"""From the eager model to torch.export programs: one per budget and length, static shapes, retention fixed."""

import warnings
from collections.abc import Callable
from typing import Protocol, TypeVar

import torch
from torch import nn
from torch.export import ExportedProgram

from edge_power.model.classifier import PowerForSequenceClassification
from edge_power.model.encoder import Encoder
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


class Part(nn.Module):
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
        self.attention, self.extract, self.feed_forward = Part(), Part(), Part()

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
        self.attention, self.feed_forward = Part(), Part()

    def forward(self, x: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        """(entering, hidden) with its mask to (rows read, hidden)."""
        context = self.attention(context_read, self.encoder, x, self.attention(attention_bias, mask))
        x = self.attention(self.encoder.close_attention, rows_read(x), context)
        return self.feed_forward(self.encoder.feed_forward, x)


class StaticClassifier(nn.Module):
    """The classifier for one text of one length: no batch axis inside, every shape a constant."""

    def __init__(self, parts: "Tracer", retention: RetentionConfig, lowering: Lowering) -> None:
        """Share the modules of `parts`, so that all programs hold the same weights."""
        super().__init__()
        self.embeddings, self.head = parts.embeddings, parts.head
        self.passing = retention.passing
        rows = list(zip(parts.encoders, retention.entering, retention.keep, strict=True))[: self.passing]
        traced = [
            TracedEncoder(
                encoder, FixedChoice(encoder.num_heads, entering, keep, lowering) if keep < entering else None
            )
            for encoder, entering, keep in rows
        ]
        read = [TracedReadout(encoder) for encoder in parts.encoders[self.passing :]]
        self.encoders = nn.ModuleList([*traced, *read])

    def forward(
        self, input_ids: torch.Tensor, attention_mask: torch.Tensor, token_type_ids: torch.Tensor | None = None
    ) -> dict[str, torch.Tensor]:
        """int64 (1, length) each to logits (1, labels) and, where words are dropped, kept (sum of kept rows,)."""
        x = self.embeddings(input_ids[0], None if token_type_ids is None else token_type_ids[0])
        mask = attention_mask[0].to(x.dtype)
        kept: list[torch.Tensor] = []
        encoders = list(self.encoders)  # a slice of a ModuleList is a module of its own
        for encoder in encoders[: self.passing]:
            x, mask, rows = encoder(x, mask)
            kept += rows
        for encoder in encoders[self.passing :]:
            x = encoder(x, mask)
        logits = self.head(x)
        return {"logits": logits, "kept": torch.cat(kept)} if kept else {"logits": logits}


class Tracer:
    """A model made ready for tracing: one per model, so that all its programs share one copy of the weights.

    Attributes:
        input_names: of every program; token_type_ids only where the model reads them.
    """

    def __init__(self, model: PowerForSequenceClassification) -> None:
        """Take the weights of `model` as they are now."""
        typed = model.reads_token_types
        self.input_names = INPUT_NAMES if typed else INPUT_NAMES[:-1]
        self.embeddings, self.head = model.encoder.embeddings.for_tracing(typed=typed), model.head
        encoders = model.encoder.stack()
        # One twin of each module: where encoders share their weights, so do their twins.
        twins = {encoder: encoder.for_tracing() for encoder in dict.fromkeys(encoders)}
        self.encoders: list[Encoder] = [twins[encoder] for encoder in encoders]

    def trace(self, retention: RetentionConfig, *, lowering: Lowering = "topk") -> ExportedProgram:
        """Trace one program.

        Args:
            retention: fixes the length and the words that each encoder keeps; the last one computes what is read of it.
            lowering: how rows are chosen: `topk` with index_select, or `compare` with a product by a 0/1 matrix.

        Returns:
            A program from `input_names`, int64 (1, length) each, to logits and kept.
        """
        static = StaticClassifier(self, retention, lowering).eval()
        # A tensor each: torch.export takes one tensor given three times for one input.
        sample = {name: torch.ones(1, retention.length, dtype=torch.int64) for name in self.input_names}
        with torch.no_grad(), warnings.catch_warnings():
            # torch.export warns of its own internals here; nothing a caller could act on.
            warnings.simplefilter("ignore")
            return torch.export.export(static, (), sample, strict=False)

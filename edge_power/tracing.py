"""From the eager model to torch.export programs: one per budget and length, static shapes, retention fixed."""

import warnings

import torch
from torch import nn
from torch.export import ExportedProgram

from edge_power.encoder import Encoder
from edge_power.extract import IndexRows, Lowering, Marks, OneHotRows, cls_priority, significance
from edge_power.model import PowerForSequenceClassification
from edge_power_runtime.retention import RetentionConfig

INPUT_NAMES = ("input_ids", "attention_mask", "token_type_ids")


class TracedEncoder(nn.Module):
    """An encoder that drops to a fixed number of rows, with the constants that its lowering needs."""

    earlier: torch.Tensor
    ranks: torch.Tensor

    def __init__(self, encoder: Encoder, entering: int, keep: int, lowering: Lowering) -> None:
        """Prepare for `entering` rows in and `keep` rows out."""
        super().__init__()
        self.encoder = encoder
        self.entering, self.keep, self.lowering = entering, keep, lowering
        if keep < entering and lowering == "compare":
            self.register_buffer("earlier", torch.tril(torch.ones(entering, entering), -1), persistent=False)
            self.register_buffer("ranks", torch.arange(entering, dtype=torch.float32).unsqueeze(1), persistent=False)

    def forward(self, x: torch.Tensor, marks: Marks) -> tuple[torch.Tensor, Marks, list[torch.Tensor]]:
        """(entering, hidden) with its marks to (keep, hidden) with its own, and the rows kept, if any were dropped."""
        probabilities = self.encoder.probabilities(x, marks.bias)
        if self.keep == self.entering:
            return self.encoder.finish(x, self.encoder.context(probabilities, x)), marks, []
        rows = self._choose(significance(probabilities, marks.votes) + marks.priority)
        context = self.encoder.context(rows.take(probabilities), x)
        return self.encoder.finish(rows.take(x), context), marks.take(rows), [rows.kept]

    def _choose(self, priority: torch.Tensor) -> IndexRows | OneHotRows:
        if self.lowering == "topk":
            return IndexRows.choose(priority, self.keep)
        return OneHotRows.choose(priority, self.keep, earlier=self.earlier, ranks=self.ranks)


class StaticClassifier(nn.Module):
    """The classifier for one text of one length: no batch axis inside, every shape a constant."""

    cls_priority: torch.Tensor

    def __init__(self, parts: "Tracer", retention: RetentionConfig, lowering: Lowering) -> None:
        """Share the modules of `parts`, so that all programs hold the same weights."""
        super().__init__()
        self.register_buffer("cls_priority", cls_priority(retention.length), persistent=False)
        self.embeddings, self.head, self.last = parts.embeddings, parts.head, parts.encoders[-1]
        self.traced = nn.ModuleList(
            TracedEncoder(encoder, entering, keep, lowering)
            for encoder, entering, keep in zip(
                parts.encoders[:-1], retention.entering[:-1], retention.keep[:-1], strict=True
            )
        )

    def forward(
        self, input_ids: torch.Tensor, attention_mask: torch.Tensor, token_type_ids: torch.Tensor | None = None
    ) -> dict[str, torch.Tensor]:
        """int64 (1, length) each to logits (1, labels) and, where words are dropped, kept (sum of kept rows,)."""
        x = self.embeddings(input_ids[0], None if token_type_ids is None else token_type_ids[0])
        marks = Marks.of(attention_mask[0].to(x.dtype), heads=self.last.num_heads, cls_priority=self.cls_priority)
        kept: list[torch.Tensor] = []
        for encoder in self.traced:
            x, marks, rows = encoder(x, marks)
            kept += rows
        x = self.last.finish(x[:1], self.last.first_row_context(x, marks.bias))
        logits = self.head(x)
        return {"logits": logits, "kept": torch.cat(kept)} if kept else {"logits": logits}


class Tracer:
    """A model made ready for tracing: one per model, so that all its programs share one copy of the weights.

    Attributes:
        input_names: of every program; token_type_ids only where the model has more than one type.
    """

    def __init__(self, model: PowerForSequenceClassification) -> None:
        """Take the weights of `model` as they are now."""
        self.input_names = INPUT_NAMES if model.config.has_token_types else INPUT_NAMES[:-1]
        self.embeddings, self.head = model.encoder.embeddings.for_tracing(), model.head
        encoders = model.encoder.stack()
        # One twin of each module: where encoders share their weights, so do their twins.
        twins = {encoder: encoder.for_tracing() for encoder in dict.fromkeys(encoders)}
        self.encoders: list[Encoder] = [twins[encoder] for encoder in encoders]

    def trace(self, retention: RetentionConfig, *, lowering: Lowering = "topk") -> ExportedProgram:
        """Trace one program.

        Args:
            retention: fixes the length and the words that each encoder keeps; the last encoder computes one row.
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

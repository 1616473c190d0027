"""One program for texts of any length up to the longest, for engines that take a length which is known when it runs.

Each encoder keeps as many words as the rule of static programs says. So a text runs without padding, and keeps what it
would in a static program of its own length.
"""

import torch
from torch import nn
from torch.export import ExportedProgram

from edge_power.conversion.open_counts import Count, CountsLookedUp, CountsMaker
from edge_power.conversion.tracing import TracedEncoder, TracedReadout, Tracer, hold_constant
from edge_power.model.extract import IndexRows, Lowering, OneHotRows, cls_priority, padding_penalty
from edge_power_converters.open_length import export_open
from edge_power_runtime.retention import RetentionSchedule


class OpenChoice(nn.Module):
    """Chooses rows of a number that is known when the graph runs."""

    cls_priority: torch.Tensor
    own: torch.Tensor

    def __init__(self, longest: int, lowering: Lowering) -> None:
        """Prepare for up to `longest` rows."""
        super().__init__()
        self.lowering = lowering
        # Of one more, since torch.export makes a graph for the whole of a constant another one than for a part.
        hold_constant(self, "cls_priority", cls_priority(longest + 1))
        hold_constant(self, "own", torch.eye(longest + 1))

    def rows(
        self, probabilities: torch.Tensor, mask: torch.Tensor, keep: int, drops: torch.Tensor
    ) -> IndexRows | OneHotRows:
        """Choose `keep` rows; all of them, in their order, where `drops`, one number, is 0 and not 1."""
        length = mask.shape[0]
        # What `significance` says, without a shape that would have to be computed, which takes longer than the sums.
        summed = probabilities.sum(0)
        # Two matrices: ONNX Runtime 1.32 forgets to transpose the one of a matrix and a vector (FusedMatMul).
        received = torch.matmul(mask.unsqueeze(0), summed)
        scores = (received - (summed * self.own[:length, :length]).sum(0)).reshape(-1)
        # Rows that count alike stay in their order: so says ONNX of its TopK, while PyTorch leaves it open.
        priority = (scores + (padding_penalty(mask) + self.cls_priority[:length])) * drops
        if self.lowering == "topk":
            return IndexRows.choose(priority, keep)
        places, kept = torch.arange(length), torch.arange(keep, dtype=torch.float32).unsqueeze(1)
        earlier = (places.unsqueeze(1) > places.unsqueeze(0)).to(priority.dtype)
        return OneHotRows.choose(priority, keep, earlier=earlier, ranks=kept)


class AnyLengthClassifier(nn.Module):
    """The classifier for one text of any length: `StaticText` with the lengths left open."""

    def __init__(
        self, parts: Tracer, schedule: RetentionSchedule, longest: int, lowering: Lowering, counts: CountsMaker
    ) -> None:
        """Share the modules of `parts`, so that all programs hold the same weights."""
        super().__init__()
        self.embeddings, self.head = parts.embeddings.for_any_length(longest), parts.heads[len(schedule.fractions)]
        self.passing = schedule.passing
        configurations = [schedule.at(length) for length in range(1, longest + 1)]
        self.drops = sorted({encoder for config in configurations for encoder in config.drops})
        self.counts = counts(self.drops, schedule.fractions, configurations)
        choices = [OpenChoice(longest, lowering) if encoder in self.drops else None for encoder in range(self.passing)]
        passing = zip(parts.encoders, choices, strict=False)
        traced = [TracedEncoder(encoder, choice) for encoder, choice in passing]
        self.encoders = nn.ModuleList([*traced, *map(TracedReadout, parts.encoders[self.passing :])])

    def forward(
        self, input_ids: torch.Tensor, attention_mask: torch.Tensor, token_type_ids: torch.Tensor | None = None
    ) -> dict[str, torch.Tensor]:
        """int64 (1, n) each to logits (1, labels) and, where words are dropped at some length, kept (rows kept,)."""
        x = self.embeddings(input_ids[0], None if token_type_ids is None else token_type_ids[0])
        mask = attention_mask[0].to(x.dtype)
        length = entering = input_ids.shape[1]
        kept: list[tuple[torch.Tensor, Count]] = []
        encoders = list(self.encoders)
        for encoder_at, encoder in enumerate(encoders[: self.passing]):
            if encoder_at not in self.drops:
                x, mask, _ = encoder(x, mask)
                continue
            count = self.counts(self.drops.index(encoder_at), length, entering)
            x, mask, (rows,) = encoder(x, mask, count.keep, count.drops)
            kept.append((rows, count))
            entering = count.keep
        for encoder in encoders[self.passing :]:
            x = encoder(x, mask)
        logits = self.head(x)
        return {"logits": logits, "kept": self.counts.join(kept)} if kept else {"logits": logits}


def trace_any_length(
    parts: Tracer,
    schedule: RetentionSchedule,
    longest: int,
    *,
    lowering: Lowering = "topk",
    counts: CountsMaker = CountsLookedUp,
) -> ExportedProgram:
    """Trace one program for all lengths.

    Args:
        parts: of the model.
        schedule: a fraction for each encoder.
        longest: tokens that a text has at most.
        lowering: how rows are chosen; see `Tracer.trace`.
        counts: how the graph knows how many.

    Returns:
        A program from `input_names`, int64 (1, n) each, n in 1..`longest`, to logits and kept: at each length what the
        static program of that length gives.
    """
    classifier = AnyLengthClassifier(parts, schedule, longest, lowering, counts).eval()
    return export_open(classifier, {name: torch.empty(0, dtype=torch.int64) for name in parts.input_names}, longest)

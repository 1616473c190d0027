"""PoWER-BERT's scheme as its authors published it (arXiv:2001.08950 and the code beside it), on our encoder.

Every text is padded to N. Padding votes in the significance score. There is one retention parameter for each absolute
rank up to N, also for that of [CLS], and a word times 0 is still attended to. The masses are rounded down.

Two things are ours, both to the scheme's advantage: the last encoder computes the row of [CLS] alone, and the retention
parameters hold their rate for three quarters of the search instead of falling from the first tenth on.
"""

import torch
from torch import nn
from torch.nn import functional

from edge_power.errors import OptionError
from edge_power.fitting.cost import Cost
from edge_power.model.classifier import EncoderOutput, PowerEncoder
from edge_power.model.config import ModelConfig
from edge_power.model.extract import Marks, significance
from edge_power.model.soft_extract import SoftExtract, ranks_of
from edge_power_runtime.retention import RetentionConfig, RetentionSchedule


class AbsoluteSoftExtract(SoftExtract):
    """One parameter for each absolute rank.

    Attributes:
        retention: in [0, 1], float (encoders - 1, N).
    """

    def __init__(self, num_encoders: int, length: int) -> None:
        """Begin with everything kept, at the length N."""
        super().__init__(num_encoders, length)
        self.retention = nn.Parameter(torch.ones(num_encoders - 1, length))

    def weights(self, encoder: int, priority: torch.Tensor, words: torch.Tensor) -> torch.Tensor:
        """The parameter of each row's rank, float (batch, N); `words` does not matter."""
        return self.retention[encoder][ranks_of(priority)]

    def mass(self) -> torch.Tensor:
        """The mean of each encoder's parameters, float (encoders - 1,)."""
        return self.retention.mean(dim=1)

    @torch.no_grad()
    def schedule(self) -> RetentionSchedule:
        """The masses rounded down to words, at least one and at most as many as before, as parts of N."""
        length = self.retention.shape[1]
        kept = torch.cummin(self.retention.double().sum(1).floor().clamp_min(1), dim=0).values
        fractions = (kept / length).tolist()
        return RetentionSchedule((*fractions, fractions[-1]))


class PaddedEncoder(PowerEncoder):
    """Pads every text to one length, and lets padding vote."""

    def __init__(self, config: ModelConfig, length: int) -> None:
        """Pad to `length`, N."""
        super().__init__(config)
        self.length = length

    def score(self, probabilities: torch.Tensor, votes: torch.Tensor, positions: torch.Tensor) -> torch.Tensor:
        """Significance by the votes of all rows, float (batch, n)."""
        return significance(probabilities, torch.ones_like(votes))

    def forward(
        self,
        input_ids: torch.Tensor,
        attention_mask: torch.Tensor,
        token_type_ids: torch.Tensor | None = None,
        *,
        retention: RetentionConfig | RetentionSchedule | None = None,
        soft_extract: SoftExtract | None = None,
    ) -> EncoderOutput:
        """Encode at the length N, where a schedule is one configuration for all texts.

        Args:
            input_ids: int64 (batch, length), of at most N.
            attention_mask: 1 at words, 0 at padding, int64 (batch, length).
            token_type_ids: int64 (batch, length); all 0 when left out.
            retention: see PowerEncoder.forward.
            soft_extract: an AbsoluteSoftExtract, while a schedule is searched.

        Raises:
            OptionError: a text is longer than N.
        """
        missing = self.length - input_ids.shape[1]
        if missing < 0:
            raise OptionError(f"a text has {input_ids.shape[1]} tokens, more than the {self.length} that are padded to")
        ids = functional.pad(input_ids, (0, missing), value=self.config.pad_id)
        mask = functional.pad(attention_mask, (0, missing))
        types = None if token_type_ids is None else functional.pad(token_type_ids, (0, missing))
        if soft_extract is not None:
            return self._weaken(ids, mask, types, soft_extract)
        if isinstance(retention, RetentionSchedule):
            retention = retention.for_encoders(self.config.num_encoders).at(self.length)
        return super().forward(ids, mask, types, retention=retention)

    def _weaken(
        self, ids: torch.Tensor, mask: torch.Tensor, types: torch.Tensor | None, soft_extract: SoftExtract
    ) -> EncoderOutput:
        """Multiply each row by the parameter of its rank; neither [CLS] nor later encoders are told of it."""
        x = self.embeddings(ids, torch.zeros_like(ids) if types is None else types)
        *pruned, last = self.stack()
        nobody = torch.zeros(self.length).to(x)
        marks = Marks.of(mask.to(x.dtype), heads=self.config.num_heads, cls_priority=nobody)
        positions = torch.arange(self.length, device=x.device).expand(ids.shape)
        states = []
        for index, encoder in enumerate(pruned):
            probabilities = encoder.probabilities(x, marks.bias)
            score = self.score(probabilities, marks.votes, positions).detach()
            weights = soft_extract.weights(index, score, mask.sum(1))
            x = encoder.finish(x, encoder.context(probabilities, x), weights)
            states.append(x[:, 0])
        x = last.finish(x[:, :1], last.first_row_context(x, marks.bias))
        return EncoderOutput(x[:, 0], (), (), (*states, x[:, 0]))


def padded_cost(true: Cost, length: int) -> Cost:
    """The cost of schedules at the length N, against the unpruned model at the true lengths.

    Args:
        true: of the same model and texts, each at its own length.
        length: N.
    """
    return Cost(true.config, true.whole, (length,), round(true.unpruned / len(true.lengths)))

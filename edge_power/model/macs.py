"""Multiply-adds of a static program, counted exactly from its shapes.

Counted are the matrix products that the program makes: a product (a, b) x (b, c) is a*b*c. Softmax, normalisation,
activations, biases and embeddings multiply nothing large and are left out, as profilers of such models do.
"""

from dataclasses import dataclass

from edge_power.model.config import ModelConfig
from edge_power.model.readout import macs_read
from edge_power_runtime.retention import RetentionConfig


@dataclass(frozen=True, slots=True)
class MacCount:
    """Multiply-adds of one program.

    Attributes:
        encoders: one number per encoder.
        head: pooler and classifier.
        embeddings: their projection to a word-vector's size, where they have one.
    """

    encoders: tuple[int, ...]
    head: int
    embeddings: int

    @property
    def total(self) -> int:
        """All of them."""
        return self.embeddings + sum(self.encoders) + self.head


def count_macs(config: ModelConfig, retention: RetentionConfig) -> MacCount:
    """Count the multiply-adds of a program at one length.

    Args:
        config: the model's shape.
        retention: words kept; the last encoder is counted with the rows that are read, whatever it says.
    """
    passing, entering = retention.passing, retention.entering
    encoders = [_encoder(config, n, k) for n, k in zip(entering[:passing], retention.keep[:passing], strict=True)]
    encoders += [macs_read(config, n) for n in entering[passing:]]
    return MacCount(tuple(encoders), _head(config), _projection(config, retention.length))


def count_stage(config: ModelConfig, retention: RetentionConfig, first: int, last: int) -> int:
    """Count the multiply-adds of a stage: some encoders, what its head reads and the head, of the first the embeddings.

    Args:
        config: the model's shape.
        retention: words kept by all encoders.
        first: the first encoder, counted from 1.
        last: the last one.
    """
    count = count_macs(config, retention)
    embeddings = count.embeddings if first == 1 else 0
    mean = retention.keep[last - 1] * config.hidden_size if last < config.num_encoders else 0
    return embeddings + sum(count.encoders[first - 1 : last]) + mean + count.head


def count_unpruned(config: ModelConfig, length: int) -> int:
    """Count the multiply-adds of the model as published, which computes every row in every encoder, at one length."""
    hidden, wide = config.hidden_size, config.intermediate_size
    encoder = 4 * length * hidden**2 + 2 * length**2 * hidden + 2 * length * hidden * wide
    return _projection(config, length) + config.num_encoders * encoder + _head(config)


def _encoder(config: ModelConfig, entering: int, kept: int) -> int:
    hidden, wide = config.hidden_size, config.intermediate_size
    projections = 3 * entering * hidden**2
    scores = entering**2 * hidden
    # The sum over heads; then over queries, and of the diagonal alone, which is taken away.
    votes = (config.num_heads + 2) * entering**2 if kept < entering else 0
    context = kept * entering * hidden
    return projections + scores + votes + context + kept * hidden**2 + 2 * kept * hidden * wide


def _projection(config: ModelConfig, length: int) -> int:
    return length * (config.embedding_size or 0) * config.hidden_size


def _head(config: ModelConfig) -> int:
    return config.hidden_size**2 + config.hidden_size * config.num_logits

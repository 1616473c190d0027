"""What a cascade adds to its tiers: answerers that cost nothing, asked alone and as tiers.

    python benchmarks/cascade_overhead.py

CPU time of the thread, one thread, the contenders in turn; medians over the rounds, in microseconds. Takes ten seconds.
"""

import statistics
import time
from collections.abc import Callable

from edge_power_runtime import Cascade, Prediction, Span
from edge_power_runtime.tasks import Classification, Task
from edge_power_runtime.text import EncodedText, Text, TextEncoder

ROUNDS, CALLS = 40, 2000


class Free:
    """Reads tokens and answers, both at once, with a probability of 0.7."""

    task: Task = Classification()
    spans = (Span("encode"), Span("run", in_engine=True))
    max_length = 8

    def __init__(self, encoder: TextEncoder, labels: int) -> None:
        """Know so many labels."""
        self.encoder = encoder
        self.labels = tuple(map(str, range(labels)))
        self._logits = (2.0, *(0.0,) * (labels - 1))
        self._encoded = EncodedText((2, 5, 3), (0, 0, 0), truncated=False)
        self._scores = (0.7, *(0.3 / (labels - 1),) * (labels - 1))

    def __call__(self, text: Text) -> Prediction:
        """Answer."""
        return self.answer_encoded(self.encode(text))

    def timed(self, text: Text) -> tuple[Prediction, tuple[int, ...]]:
        """Answer, in no time."""
        return self(text), (0, 0)

    def encode(self, text: Text) -> EncodedText:
        """Give the same ids for every text."""
        return self._encoded

    def answer_encoded(self, encoded: EncodedText) -> Prediction:
        """Give the same answer to all ids, a new one each time."""
        return Prediction("0", 0.7, self._scores, ("0",), self._logits, 3, False, ())

    def timed_encoded(self, encoded: EncodedText) -> tuple[Prediction, tuple[int, ...]]:
        """Answer, in no time."""
        return self.answer_encoded(encoded), (0,)


def cost_us(call: Callable[[Text], object]) -> float:
    """CPU time of one call."""
    start = time.thread_time_ns()
    for _ in range(CALLS):
        call("a text")
    return (time.thread_time_ns() - start) / CALLS / 1000


def main() -> None:
    """Print a line for each contender."""
    from tokenizers import Tokenizer, models

    from edge_power_runtime.bundle.manifest import TokenizerEntry

    encoder = TextEncoder(Tokenizer(models.WordPiece({"a": 0}, unk_token="a")), TokenizerEntry(0, True))
    two, many = Free(encoder, 2), Free(encoder, 77)
    contenders = {
        "alone": two,
        "cascade, the first answers": Cascade(two, two, 0.6),
        "cascade, passed on": Cascade(two, two, 0.8),
        "cascade, the first answers, temperature 1.5, 2 labels": Cascade(two, two, 0.51, temperature=1.5),
        "cascade, the first answers, temperature 1.5, 77 labels": Cascade(many, many, 0.02, temperature=1.5),
    }
    samples: dict[str, list[float]] = {name: [] for name in contenders}
    for _ in range(ROUNDS):
        for name, call in contenders.items():
            samples[name].append(cost_us(call))
    for name, taken in samples.items():
        print(f"{name:56} {statistics.median(taken):6.2f} us, fastest round {min(taken):6.2f}")


if __name__ == "__main__":
    main()

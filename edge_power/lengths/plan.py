"""The lengths of a conversion, chosen for a file of texts."""

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import numpy as np

from edge_power.data import Kept, Source, read_examples
from edge_power.errors import OptionError
from edge_power.lengths.choose import choose_lengths
from edge_power.lengths.counts import TokenCounts, count_tokens
from edge_power.lengths.expected import LengthCost, length_cost
from edge_power.model.classifier import PowerForSequenceClassification
from edge_power.model.config import ModelConfig
from edge_power.model.macs import count_macs
from edge_power.model.retention_file import Budgets, Retention
from edge_power.model.tokenizer import text_encoder
from edge_power.progress import Progress
from edge_power_runtime.profiler.judge.latency_table import expected_ms
from edge_power_runtime.profiler.report.record import LatencyTable


def plan_lengths(
    model: PowerForSequenceClassification,
    budgets: Budgets,
    source: Path | Source | Kept,
    *,
    most: int,
    table: LatencyTable | None = None,
    any_length: bool = False,
    progress: Progress,
) -> tuple[int, ...]:
    """Choose the lengths that all budgets of a bundle get, for the texts of a file.

    What is made least is the mean over the budgets of a text's expected cost, each budget's relative to its cost at
    the true lengths: so a cheap budget counts as much as a dear one.

    Args:
        model: with a tokenizer.
        budgets: at least one.
        source: of the texts; it must be readable more than once.
        most: lengths, at least 1.
        table: of a device; expected milliseconds are made least. None makes multiply-adds least.
        any_length: whether no program pads a text; then the longest text's length is all that is needed.
        progress: is told of the texts, and in one line what was chosen.

    Raises:
        OptionError: a budget has no schedule, and so no cost at most lengths.
        DataError: a row cannot be read.
        CheckpointError: the model has no tokenizer.
    """
    _check_schedules(budgets)
    progress.begin(f"counting tokens of {source}")
    texts = (example.content for example in read_examples(source, need_labels=False))
    counts = count_tokens(texts, text_encoder(model), progress=progress.advance).at_most(model.config.max_positions)
    if any_length:
        lengths = counts.tokens[-1:]
        progress.line(f"length {lengths[-1]}, the longest of {counts.total} texts of {source}: no text is padded")
    else:
        costs = {name: price(model.config, retention, table) for name, retention in budgets.items()}
        lengths = choose_lengths(counts, mean_cost(counts, costs.values()), most)
        found = [length_cost(name, counts, lengths, cost, cost) for name, cost in costs.items()]
        progress.line(_told(found, source, "multiply-adds" if table is None else "milliseconds"))
    if counts.cut:
        progress.line(
            f"! {counts.cut} of {counts.total} texts have more than {model.config.max_positions} tokens, "
            "the model's position table, and will be cut"
        )
    return lengths


def price(config: ModelConfig, retention: Retention, table: LatencyTable | None = None) -> Callable[[int], float]:
    """Give what a program costs, by its length: multiply-adds, or milliseconds by a device's table."""

    def cost(length: int) -> float:
        found = retention.at(length, encoders=config.num_encoders)
        return count_macs(config, found).total if table is None else expected_ms(table, length, found.keep)

    return cost


def _check_schedules(budgets: Budgets) -> None:
    for name, retention in budgets.items():
        if retention.schedule is None:
            known = ", ".join(map(str, sorted(retention.configurations)))
            raise OptionError(
                f"`lengths` auto needs a schedule, and the budget {name} has configurations of the lengths {known} "
                "alone; give these `lengths`"
            )


def mean_cost(counts: TokenCounts, costs: Iterable[Callable[[int], float]]) -> np.ndarray:
    """Of each number of tokens, the mean of the budgets' costs, each relative to that at the true lengths."""
    tables = [np.array([cost(tokens) for tokens in counts.tokens], dtype=float) for cost in costs]
    return np.mean([table / np.average(table, weights=counts.texts) for table in tables], axis=0)


def _told(found: Sequence[LengthCost], source: object, unit: str) -> str:
    first = found[0]
    padded, true = (np.mean([getattr(one, name) for one in found]) for name in ("of_padded", "of_true"))
    mean = f", mean of {len(found)} budgets" if len(found) > 1 else ""
    return (
        f"lengths {','.join(map(str, first.lengths))} for {first.texts} texts of {source}: {padded:.2f} of the {unit} "
        f"of padding all to {first.lengths[-1]}, {true:.2f} of their true lengths'{mean}"
    )

"""What the lengths of a bundle cost for texts."""

from collections.abc import Iterable

from edge_power.lengths.counts import TokenCounts, count_tokens
from edge_power.lengths.expected import LengthCost, length_cost
from edge_power.lengths.plan import price
from edge_power.model.checkpoint.config import read_config, read_source_config
from edge_power.model.config import ModelConfig
from edge_power.model.retention_file import Retention
from edge_power_runtime.bundle.budgets import Budget
from edge_power_runtime.bundle.bundle import Bundle
from edge_power_runtime.bundle.manifest import TOKENIZER_FILE
from edge_power_runtime.retention import RetentionSchedule
from edge_power_runtime.text import Text, TextEncoder


def bundle_costs(bundle: Bundle, texts: Iterable[Text]) -> list[LengthCost]:
    """Weigh a bundle's lengths for texts, budget by budget; the manifest says what a program costs.

    A budget that some artifacts pad to lengths and others take at any length is weighed as both.

    Args:
        bundle: opened.
        texts: at least one.

    Raises:
        BundleError: its tokenizer or config.json is missing or altered.
        CheckpointError: config.json is of no model that we know.
    """
    encoder = TextEncoder.from_json(bundle.read(TOKENIZER_FILE), bundle.manifest.tokenizer)
    config = model_config(bundle)
    counts = count_tokens(texts, encoder)
    kinds = {
        (program.budget, program.any_length) for artifact in bundle.manifest.artifacts for program in artifact.programs
    }
    return [
        _budget_cost(budget, counts, config, any_length=any_length)
        for budget in bundle.manifest.budgets
        for any_length in (False, True)
        if (budget.name, any_length) in kinds
    ]


def model_config(bundle: Bundle) -> ModelConfig:
    """Read a bundle's config.json, by which multiply-adds are counted.

    Raises:
        BundleError: it is missing or altered.
        CheckpointError: it is of no model that we know.
    """
    bundle.read("config.json")  # it is listed, and its digest right
    return read_config(read_source_config(bundle.path), bundle.path)


def _budget_cost(budget: Budget, counts: TokenCounts, config: ModelConfig, *, any_length: bool) -> LengthCost:
    macs = {item.length: item.macs for item in budget.configurations}
    schedule = None if budget.schedule is None else Retention(schedule=RetentionSchedule(budget.schedule))
    true_cost = None if schedule is None else price(config, schedule)
    return length_cost(budget.name, counts, sorted(macs), macs.__getitem__, true_cost, any_length=any_length)

"""The tiers that a manifest names, opened."""

from typing import Protocol, Self

from edge_power_runtime.answerer import Answerer
from edge_power_runtime.bundle.artifacts import Artifact
from edge_power_runtime.bundle.bundle import Bundle
from edge_power_runtime.bundle.cascades import BagEntry, BudgetEntry, BundleEntry, CascadeEntry, StageEntry, TierEntry
from edge_power_runtime.cascade.cascade import Cascade
from edge_power_runtime.cascade.tier import Tier
from edge_power_runtime.errors import BundleError, InputError
from edge_power_runtime.text import TextEncoder


class TierSource(Protocol):
    """What tiers are made of: a model, as this package sees it."""

    @property
    def bundle(self) -> Bundle:
        """That the cascade stands in."""
        ...

    @property
    def encoder(self) -> TextEncoder:
        """The bundle's tokenizer."""
        ...

    @property
    def artifact(self) -> Artifact:
        """That is opened."""
        ...

    def at(self, budget: str) -> Answerer:
        """Answer by a budget."""
        ...

    def stage(self, budget: str, last: int) -> Answerer:
        """Answer by the head behind one encoder of a budget."""
        ...

    def beside(self, bundle: Bundle) -> Self:
        """Open another bundle with the same options."""
        ...


def open_cascade(entry: CascadeEntry, source: TierSource) -> Cascade:
    """Open the tiers of a cascade.

    Args:
        entry: of the bundle's manifest.
        source: opens what the entry names.

    Raises:
        BundleError: a file is missing, altered or malformed, or a bundle inside has other labels or another task.
        EngineError: an engine is not installed or does not load.
    """
    try:
        return Cascade.of([_open_tier(tier, source) for tier in entry.tiers])
    except InputError as error:  # nobody gave it but the bundle
        raise BundleError(f"the cascade {entry.name!r} of {source.bundle.path}: {error}") from error


def _open_tier(entry: TierEntry, source: TierSource) -> Tier:
    answerer: Answerer
    match entry:
        case BudgetEntry():
            answerer = source.at(entry.budget)
        case BundleEntry():
            # By a budget: whatever cascades it has are left alone, so that nothing is nested deeper.
            inside = source.beside(source.bundle.inside(entry.path))
            answerer = inside.at(inside.bundle.choose_plain_budget(inside.artifact, entry.budget))
        case BagEntry():
            from edge_power_runtime.cascade.bag import BagTier  # few bundles have one, and an app waits for imports

            manifest, data = source.bundle.manifest, source.bundle.read(entry.file)
            answerer = BagTier.from_bytes(
                data, source.encoder, manifest.labels, max_length=manifest.max_length, name=entry.file
            )
        case StageEntry():
            answerer = source.stage(entry.budget, entry.last)
    return Tier(entry.name, answerer, entry.temperature, entry.threshold)

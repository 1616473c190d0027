"""Opens the tiers that a user names, and says where each will stand in the bundle."""

from dataclasses import dataclass
from pathlib import Path

from edge_power.cascading.options import TierName
from edge_power.errors import OptionError
from edge_power_runtime.bundle.bundle import Bundle
from edge_power_runtime.bundle.cascades import BagEntry, BudgetEntry, BundleEntry, TierEntry
from edge_power_runtime.model import Classifier, Model

BAG_FILE = "bag.safetensors"


@dataclass(frozen=True, slots=True)
class Rung:
    """A tier before the last.

    Attributes:
        classifier: None for the bag tier, which is trained later.
        inside: the directory of the new bundle that its own bundle is copied to; None for a budget of the last tier's.
    """

    classifier: Classifier | None
    inside: str | None = None

    def entry(self, temperature: float, threshold: float | None) -> TierEntry:
        """Give the manifest's entry."""
        if self.classifier is None:
            return BagEntry(file=BAG_FILE, temperature=temperature, threshold=threshold)
        budget = self.classifier.budget
        if self.inside is None:
            return BudgetEntry(budget=budget, temperature=temperature, threshold=threshold)
        return BundleEntry(path=self.inside, budget=budget, temperature=temperature, threshold=threshold)


def open_last(name: TierName, engine: str | None, precision: str | None) -> Classifier:
    """Open the last tier, at a budget.

    Raises:
        OptionError: its task has no confidence.
        BundleError: the bundle is incomplete, altered or malformed.
        InputError: it has no such budget, engine or precision.
        EngineError: the engine is not installed or does not load.
    """
    assert name.path is not None
    bundle = Bundle.open(name.path)
    task = bundle.manifest.answers()
    if task.no_confidence is not None:
        raise OptionError(f"`second` {name.path} does {task.name}, must be classification: {task.no_confidence}")
    return _at(Model.open(bundle, engine=engine, precision=precision), name)


def open_first(names: tuple[TierName, ...], last: Classifier) -> tuple[Rung, ...]:
    """Open the tiers before the last.

    Args:
        names: in the order they are asked.
        last: they answer the same question as it does, with its engine and precision.

    Raises:
        OptionError: a tier has other labels or another task, or is there twice.
        BundleError, InputError, EngineError: see `open_last`.
    """
    rungs: list[Rung] = []
    for name in names:
        rungs.append(_open(name, last, len(rungs)))
    budgets = [rung.classifier.budget for rung in rungs if rung.classifier is not None and rung.inside is None]
    for budget in {last.budget, *budgets}:
        if [*budgets, last.budget].count(budget) > 1:
            raise OptionError(f"`first` and `second` name the budget {budget!r} twice; name each tier once")
    return tuple(rungs)


def _open(name: TierName, last: Classifier, place: int) -> Rung:
    if name.path is None:
        return Rung(None)
    if _is_same(name.path, last.bundle.path):
        return Rung(_at(last.model, name))
    bundle, manifest = Bundle.open(name.path), last.bundle.manifest
    if bundle.manifest.task != manifest.task:
        raise OptionError(
            f"`first` {name.path} does {bundle.manifest.task}, `second` {manifest.task}; must be the same"
        )
    if bundle.manifest.labels != manifest.labels:
        raise OptionError(
            f"`first` {name.path} has the labels {_some(bundle.manifest.labels)}, `second` {_some(manifest.labels)}; "
            "must be the same, in the same order"
        )
    artifact = last.artifact
    model = Model.open(bundle, engine=artifact.engine, precision=artifact.precision)
    return Rung(_at(model, name), f"tiers/{place + 1}")


def _at(model: Model, name: TierName) -> Classifier:
    return Classifier(model, model.bundle.choose_plain_budget(model.artifact, name.budget))


def _is_same(one: Path, other: Path) -> bool:
    return one.resolve() == other.resolve()


def _some(labels: tuple[str, ...]) -> str:
    return ", ".join(labels[:5]) + (", ..." if len(labels) > 5 else "")

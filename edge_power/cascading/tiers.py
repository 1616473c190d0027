"""Opens the tiers that a user names."""

from pathlib import Path

from edge_power.cascading.options import BAG, EXITS, TierName
from edge_power.cascading.rungs import Rung, stages_of
from edge_power.errors import OptionError
from edge_power_runtime.bundle.bundle import Bundle
from edge_power_runtime.model import Classifier, Model


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


def open_rungs(names: tuple[TierName, ...], last: Classifier) -> tuple[Rung, ...]:
    """Open all tiers that there may be.

    Args:
        names: of those before the last, in the order they are asked; exits stand for several tiers.
        last: they answer the same question as it does, with its engine and precision.

    Returns:
        The tiers, the last one at the end: a stage where there are exits.

    Raises:
        OptionError: a tier has other labels or another task, or is there twice, or the last one has no exits.
        BundleError, InputError, EngineError: see `open_last`.
    """
    rungs = [_open(name, last, place) for place, name in enumerate(names) if name.kind != EXITS]
    budgets = [rung.classifier.budget for rung in rungs if rung.classifier is not None and rung.inside is None]
    for budget in {last.budget, *budgets}:
        if [*budgets, last.budget].count(budget) > 1:
            raise OptionError(f"`first` and `second` name the budget {budget!r} twice; name each tier once")
    ends = stages_of(last) if any(name.kind == EXITS for name in names) else (Rung(last),)
    return (*rungs, *ends)


def _open(name: TierName, last: Classifier, place: int) -> Rung:
    if name.kind == BAG:
        return Rung(None)
    assert name.path is not None
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

"""Tiers that are open: who answers, where each will stand in the bundle, and which of them may make a cascade."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

from edge_power.errors import OptionError
from edge_power_runtime.answerer import Answerer
from edge_power_runtime.bundle.bundle import programs_of
from edge_power_runtime.bundle.cascades import BagEntry, BudgetEntry, BundleEntry, StageEntry, TierEntry
from edge_power_runtime.model import Classifier

BAG_FILE = "bag.safetensors"

# With exits, unless others were named besides: each further tier shares the error of the test among more cascades.
_MOST_TIERS = 3


@dataclass(frozen=True, slots=True)
class Rung:
    """A tier, at a place that it may have.

    Attributes:
        classifier: by a whole budget, for a stage that which it is a part of; None for the bag tier, which is trained
            later.
        inside: the directory of the new bundle that its own bundle is copied to; None for a budget of the last tier's.
        stage: the encoders that it runs where every exit is asked, the first and the last; None for a whole budget.
    """

    classifier: Classifier | None
    inside: str | None = None
    stage: tuple[int, int] | None = None

    def answerer(self, bag: Answerer | None) -> Answerer:
        """Give what answers; `bag` is the bag tier."""
        if self.classifier is None:
            assert bag is not None
            return bag
        if self.stage is None:
            return self.classifier
        return self.classifier.model.stage(self.classifier.budget, self.stage[1])

    def entry(self, temperature: float, threshold: float | None) -> TierEntry:
        """Give the manifest's entry."""
        if self.classifier is None:
            return BagEntry(file=BAG_FILE, temperature=temperature, threshold=threshold)
        budget = self.classifier.budget
        if self.stage is not None:
            return StageEntry(budget=budget, last=self.stage[1], temperature=temperature, threshold=threshold)
        if self.inside is None:
            return BudgetEntry(budget=budget, temperature=temperature, threshold=threshold)
        return BundleEntry(path=self.inside, budget=budget, temperature=temperature, threshold=threshold)


def stages_of(last: Classifier) -> tuple[Rung, ...]:
    """Give the stages of a budget as tiers.

    Raises:
        OptionError: it has none.
    """
    artifact, budget = last.artifact, last.budget
    runs = [run for run in artifact.runs if len(run) > 1 and run[0].budget == budget]
    if {run[0].length for run in runs} != {program.length for program in programs_of(artifact, budget)}:
        raise OptionError(
            f"`first` exits needs stages, and {artifact.key} of {last.bundle.path} has none of the budget {budget!r} "
            f"(there are: {_staged(last)}); fit a model with --exits 2,4, then convert it"
        )
    ends = sorted(set.intersection(*({stage.last for stage in run} for run in runs)))
    return tuple(Rung(last, stage=(before + 1, end)) for before, end in zip((0, *ends[:-1]), ends, strict=True))


def _staged(last: Classifier) -> str:
    artifacts = last.bundle.manifest.artifacts
    found = {f"{artifact.key} {stage.budget}" for artifact in artifacts for stage in artifact.stages or ()}
    return ", ".join(sorted(found)) or "none in the bundle"


def ways(rungs: Sequence[Rung]) -> list[tuple[int, ...]]:
    """Give the places of the tiers of every cascade that is tried: of exits not all are worth asking.

    Each exit is tried alone, and where that makes no more than three tiers each pair; whatever else was named is asked.
    """
    exits = [place for place, rung in enumerate(rungs[:-1]) if rung.stage is not None]
    if not exits:
        return [tuple(range(len(rungs)))]
    before, last = tuple(range(exits[0])), len(rungs) - 1
    most = max(1, _MOST_TIERS - 1 - len(before))
    return [(*before, *some, last) for size in range(1, most + 1) for some in combinations(exits, size)]

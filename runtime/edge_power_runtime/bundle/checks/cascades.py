"""Whether the cascades of a manifest fit the rest of it."""

from collections.abc import Mapping

from edge_power_runtime.bundle.cascades import (
    BagEntry,
    BudgetEntry,
    BundleEntry,
    CascadeEntry,
    StageEntry,
    TierEntry,
    is_known_cascade,
)
from edge_power_runtime.bundle.checks.unique import check_unique
from edge_power_runtime.bundle.manifest import MANIFEST_FILE, Manifest
from edge_power_runtime.reading.jsonnode import Node


def check_cascades(manifest: Manifest, node: Node) -> None:
    """Check the cascades of a manifest that was read from `node`.

    Raises:
        BundleError: the task has no confidence, names repeat, a threshold is outside its range, or a tier names a
            budget or a file that there is not.
    """
    later = node.later("cascades")
    if later is None:
        return
    if manifest.cascades and (why := manifest.answers().no_confidence) is not None:
        later.fail(f"absent, since the task is {manifest.task}: {why}")
    names = [item.field("name").text() for item in later.items()]
    check_unique((*(budget.name for budget in manifest.budgets), *names), later, "names, also of budgets")
    known = iter(manifest.cascades)
    checks = _TierChecks(manifest)
    for place in later.items():
        if is_known_cascade(place):
            checks.check(next(known), place.field("tiers"))


class _TierChecks:
    """The checks of tiers, with what the rest of their manifest says."""

    def __init__(self, manifest: Manifest) -> None:
        self._labels = len(manifest.labels)
        self._budgets: Mapping[str, int] = {
            budget.name: max((len(item.keep) for item in budget.configurations), default=0)
            for budget in manifest.budgets
        }
        self._files = {entry.path for entry in manifest.files}

    def check(self, cascade: CascadeEntry, node: Node) -> None:
        if len(cascade.tiers) < 2:
            node.fail("a list of two tiers or more")
        check_unique((tier.name for tier in cascade.tiers), node, "tiers")
        for place, tier, number in zip(node.items(), cascade.tiers, range(len(cascade.tiers), 0, -1), strict=True):
            self._check_threshold(tier, place.field("threshold"), is_last=number == 1)
            self._check_parts(tier, place)

    def _check_threshold(self, tier: TierEntry, node: Node, *, is_last: bool) -> None:
        if is_last:
            if tier.threshold is not None:
                node.fail("null, since the last tier's answer always stands")
        elif tier.threshold is None or not 1 / self._labels < tier.threshold <= 1:
            node.fail(f"a number above 1/{self._labels} (what a tier that knows nothing has) and at most 1")

    def _check_parts(self, tier: TierEntry, node: Node) -> None:
        match tier:
            case BagEntry():
                if tier.file not in self._files:
                    node.field("file").fail("one of the bundle's own files")
            case BudgetEntry() | StageEntry():
                if tier.budget not in self._budgets:
                    node.field("budget").fail(f"one of the budgets {', '.join(self._budgets)}")
                if isinstance(tier, StageEntry) and tier.last > self._budgets[tier.budget]:
                    node.field("last").fail(f"at most {self._budgets[tier.budget]}, the number of encoders")
            case BundleEntry():
                if f"{tier.path}/{MANIFEST_FILE}" not in self._files:
                    node.field("path").fail(f"a directory whose {MANIFEST_FILE} is one of the bundle's own files")

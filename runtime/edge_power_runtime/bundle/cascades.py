"""The cascades of a manifest: tiers in the order they are asked, and how sure each must be for its answer to stand.

A tier's *confidence* is the largest probability of softmax(logits / temperature) (Guo et al., arXiv:1706.04599). Its
answer stands where that is at least its threshold; the last tier's always does (TangoBERT, arXiv:2204.06271).
"""

from dataclasses import dataclass, field
from typing import Annotated, Literal, get_args

from edge_power_runtime.bundle import bounds
from edge_power_runtime.bundle.files import BundlePath
from edge_power_runtime.reading.jsonnode import Node
from edge_power_runtime.reading.records import Most, read_record, whole

TierKind = Literal["bag", "budget", "stage", "bundle"]
TIER_KINDS: tuple[TierKind, ...] = get_args(TierKind)


def _read_temperature(node: Node) -> float:
    if node.number() <= 0:
        node.fail("a number above 0")
    return node.number()


Temperature = Annotated[float, _read_temperature]


@dataclass(frozen=True, slots=True)
class BagEntry:
    """A bag tier: a table of word pieces and pairs, in a file of its own.

    Attributes:
        kind: which tier this is.
        file: one of the bundle's own files.
        temperature: above 0.
        threshold: in (1/labels, 1]; None in the last tier.
    """

    kind: Literal["bag"] = field(default="bag", kw_only=True)
    file: BundlePath
    temperature: Temperature
    threshold: float | None

    @property
    def name(self) -> str:
        """What the tier is called in answers and messages."""
        return "bag"


@dataclass(frozen=True, slots=True)
class BudgetEntry:
    """A budget of the artifact that is opened.

    Attributes:
        kind: which tier this is.
        budget: a name of the manifest.
        temperature: above 0.
        threshold: in (1/labels, 1]; None in the last tier.
    """

    kind: Literal["budget"] = field(default="budget", kw_only=True)
    budget: str
    temperature: Temperature
    threshold: float | None

    @property
    def name(self) -> str:
        """What the tier is called in answers and messages."""
        return self.budget


@dataclass(frozen=True, slots=True)
class StageEntry:
    """A part of a budget's encoders, from where the tier before it of the same budget stopped, else from the first.

    Attributes:
        kind: which tier this is.
        budget: a name of the manifest.
        last: the encoder that the stage ends with, counted from 1.
        temperature: above 0.
        threshold: in (1/labels, 1]; None in the last tier.
    """

    kind: Literal["stage"] = field(default="stage", kw_only=True)
    budget: str
    last: Annotated[int, whole(1, bounds.ENCODERS)]
    temperature: Temperature
    threshold: float | None

    @property
    def name(self) -> str:
        """What the tier is called in answers and messages."""
        return f"{self.budget}-{self.last}"


@dataclass(frozen=True, slots=True)
class BundleEntry:
    """Another bundle inside this one, with a manifest and a seal of its own; it answers by a budget.

    Attributes:
        kind: which tier this is.
        path: its directory, relative to the bundle.
        budget: a name of its manifest; None takes its first.
        temperature: above 0.
        threshold: in (1/labels, 1]; None in the last tier.
    """

    kind: Literal["bundle"] = field(default="bundle", kw_only=True)
    path: BundlePath
    budget: str | None
    temperature: Temperature
    threshold: float | None

    @property
    def name(self) -> str:
        """What the tier is called in answers and messages."""
        return self.path if self.budget is None else f"{self.path}:{self.budget}"


TierEntry = BagEntry | BudgetEntry | StageEntry | BundleEntry


def _read_tier(node: Node) -> TierEntry:
    match node.field("kind").choice(TIER_KINDS):
        case "bag":
            return read_record(BagEntry, node)
        case "budget":
            return read_record(BudgetEntry, node)
        case "stage":
            return read_record(StageEntry, node)
        case "bundle":
            return read_record(BundleEntry, node)


@dataclass(frozen=True, slots=True)
class MeasuredCascade:
    """What was measured where the thresholds were chosen; for people, nothing depends on it.

    Attributes:
        rows: labelled texts that it was measured on.
        accuracy: of the cascade on them; None where it was not measured.
        last_accuracy: of the last tier alone.
        passed_on: of all texts the fraction that each tier but the last passes on.
        max_loss: the loss of accuracy against the last tier that was promised not to be exceeded, as a fraction.
        confidence: with which it was promised, such as 0.95.
    """

    rows: int
    accuracy: float | None = None
    last_accuracy: float | None = None
    passed_on: Annotated[tuple[float, ...], Most(bounds.TIERS)] | None = None
    max_loss: float | None = None
    confidence: float | None = None


@dataclass(frozen=True, slots=True)
class CascadeEntry:
    """A cascade as the manifest has it.

    Attributes:
        name: no budget and no other cascade has it.
        tiers: two or more, in the order they are asked.
        measured: None where it was not.
    """

    name: str
    tiers: Annotated[tuple[Annotated[TierEntry, _read_tier], ...], Most(bounds.TIERS)]
    measured: MeasuredCascade | None = None

    @property
    def budgets(self) -> frozenset[str]:
        """The budgets of the same bundle that its tiers run programs of."""
        return frozenset(tier.budget for tier in self.tiers if isinstance(tier, BudgetEntry | StageEntry))

    @property
    def stages(self) -> frozenset[tuple[str, int]]:
        """The stages that its tiers run: their budget, and the encoder that each ends with."""
        return frozenset((tier.budget, tier.last) for tier in self.tiers if isinstance(tier, StageEntry))


def is_known_cascade(cascade: Node) -> bool:
    """Whether this runtime knows every tier of a cascade that is yet to be read."""
    kinds = [tier.field("kind").text() for tier in cascade.field("tiers").items(most=bounds.TIERS)]
    return all(kind in TIER_KINDS for kind in kinds)

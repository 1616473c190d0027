"""What a fit did, as it is written to fit.json and drawn in report.html."""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Literal

from edge_power_runtime.bundle.paths import unsafe_reason
from edge_power_runtime.reading.jsonnode import Node, parse_versioned
from edge_power_runtime.tasks import TaskName

FIT_FILE = "fit.json"
SCHEMA_VERSION = 1

PhaseName = Literal["fine-tune", "depth", "search", "re-train"]


@dataclass(frozen=True, slots=True)
class LogPoint:
    """What was logged at one step of a phase.

    Attributes:
        step: of the optimiser, from 1.
        loss: mean over the steps since the point before; None at a point that only reports a metric.
        metric: on the texts held out; None between evaluations.
        masses: fraction of the words that each encoder but the last passes on; of the search only.
        multiply_adds: fraction of the unpruned model's that the masses leave; of the search only.
        price: what a word is charged, the lambda of the paper; of the search only.
    """

    step: int
    loss: float | None = None
    metric: float | None = None
    masses: tuple[float, ...] = ()
    multiply_adds: float | None = None
    price: float | None = None


@dataclass(frozen=True, slots=True)
class PhaseRecord:
    """One phase.

    Attributes:
        name: fine-tune, depth (encoders were left out), search or re-train.
        title: for people; tells apart several phases of one name.
        steps: of the optimiser.
        seconds: that it took, over all runs where it was resumed.
        metric: on the texts held out, at its end; the mean over budgets.
        multiply_adds: fraction of the unpruned model's that is left at its end; the mean over budgets.
        schedule: fractions at its end, one per encoder; empty where nothing is dropped or several budgets are trained.
        log: in the order of steps.
    """

    name: PhaseName
    title: str
    steps: int
    seconds: float
    metric: float
    multiply_adds: float
    schedule: tuple[float, ...]
    log: tuple[LogPoint, ...]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A point of the trade-off that was tried.

    Attributes:
        title: for people, such as `4 encoders, 0.40`.
        encoders: L.
        schedule: fractions, one per encoder.
        multiply_adds: fraction of the unpruned model's that is left, on the texts held out.
        expected_latency: relative to the unpruned model's, by a latency table, or by a floor per encoder and a slope
            per word.
        metric: on the texts held out.
        stage: `shared weights` for weights that serve many schedules at once, `re-trained` for weights of its own.
        chosen: whether the fit ended with it.
    """

    title: str
    encoders: int
    schedule: tuple[float, ...]
    multiply_adds: float
    expected_latency: float
    metric: float
    stage: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class ExitRecord:
    """What the head behind one encoder says by itself of every text, at one budget.

    Attributes:
        encoder: that it stands behind, counted from 1.
        select_metric: on the texts held out.
        dev_metric: on the dev texts; None without them.
    """

    encoder: int
    select_metric: float
    dev_metric: float | None


@dataclass(frozen=True, slots=True)
class BudgetRecord:
    """A budget that the fit ended with.

    Attributes:
        name: as in retention.json.
        schedule: fractions, one per encoder.
        multiply_adds: fraction of the unpruned model's that is left at the true lengths of the dev texts, or of those
            held out where there is no dev file.
        of_full: the same as a fraction of our own full program, which already computes one row of the last encoder.
        select_metric: on the texts held out.
        dev_metric: on the dev texts; None without them.
        exits: the first in front; none where no exits were asked for.
    """

    name: str
    schedule: tuple[float, ...]
    multiply_adds: float
    of_full: float
    select_metric: float
    dev_metric: float | None
    exits: tuple[ExitRecord, ...] = ()


@dataclass(frozen=True, slots=True)
class DataRecord:
    """The texts of a fit.

    Attributes:
        train_rows: trained on.
        select_rows: held out, to choose by.
        dev_rows: reported on; 0 without them.
        truncated: of all of them, cut at the model's longest text.
        mean_length: tokens of the texts held out.
        dev_mean_length: tokens of the dev texts; None without them.
    """

    train_rows: int
    select_rows: int
    dev_rows: int
    truncated: int
    mean_length: float
    dev_mean_length: float | None


@dataclass(frozen=True, slots=True)
class FitRecord:
    """A whole fit.

    Attributes:
        model: name of the checkpoint that it began with.
        task: by name.
        metric: name of the task's metric; 0..1, or a correlation in -1..1.
        encoders: of the model that it ended with.
        unpruned_select: metric of the unpruned fine-tuned model on the texts held out.
        unpruned_dev: on the dev texts; None without them.
        data: the texts.
        phases: in their order.
        candidates: trade-off points that were tried; empty where the goal named one.
        budgets: what came out, the default first.
        options: of the command, by name, that differ between runs.
        versions: of the packages that matter.
        seconds: that all phases took.
    """

    model: str
    task: TaskName
    metric: str
    encoders: int
    unpruned_select: float
    unpruned_dev: float | None
    data: DataRecord
    phases: tuple[PhaseRecord, ...]
    candidates: tuple[Candidate, ...]
    budgets: tuple[BudgetRecord, ...]
    options: dict[str, str]
    versions: dict[str, str]
    seconds: float

    def to_json(self, files: Iterable[str]) -> str:
        """Write fit.json: these attributes by name, schema_version, and the paths of all files of the directory."""
        content = {"schema_version": SCHEMA_VERSION, **asdict(self), "files": sorted(files)}
        return json.dumps(content, indent=1) + "\n"


def files_of(record: bytes) -> frozenset[str]:
    """Read which files a fit wrote from its fit.json.

    Raises:
        BundleError: it is none, or lists none; SchemaVersionError where it is of a newer version.
    """
    node = parse_versioned(record, FIT_FILE, newest=SCHEMA_VERSION)
    for name in ("phases", "budgets"):
        node.field(name).items()
    return frozenset(map(_path, node.field("files").items()))


def _path(node: Node) -> str:
    if reason := unsafe_reason(node.text()):
        node.fail(f"a path in the directory (this one {reason})")
    return node.text()

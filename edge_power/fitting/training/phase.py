"""What one phase of a fit is asked to do."""

from dataclasses import dataclass
from typing import Literal

from edge_power.fitting.cost import Cost
from edge_power.fitting.record import PhaseName
from edge_power.fitting.texts.dataset import TokenizedExamples
from edge_power.fitting.training.objective import Distillation
from edge_power_runtime.retention import RetentionSchedule

Precision = Literal["fp32", "bf16", "fp16"]


@dataclass(frozen=True, slots=True)
class Texts:
    """The texts that a phase sees.

    Attributes:
        train: to train on.
        select: held out, to choose by.
    """

    train: TokenizedExamples
    select: TokenizedExamples


@dataclass(frozen=True, slots=True)
class Training:
    """How every phase of a fit is trained.

    Attributes:
        batch_size: over all processes.
        precision: of the forward pass; bf16 and fp16 are mixed.
        seed: of order and dropout.
        metric: that checkpoints are chosen by, a name of `compute_metrics`.
        tensorboard: whether to write its event files.
    """

    batch_size: int = 32
    precision: Precision = "fp32"
    seed: int = 0
    metric: str = "accuracy"
    tensorboard: bool = False


@dataclass(frozen=True, slots=True)
class SearchGoal:
    """What steers a search.

    Attributes:
        cost: of schedules, on the texts held out.
        rate: learning rate of the retention parameters; None follows from the number of steps.
    """

    cost: Cost
    rate: float | None = None


@dataclass(frozen=True, slots=True)
class Phase:
    """One phase.

    Attributes:
        name: fine-tune, depth, search or re-train.
        title: for people.
        steps: of the optimiser.
        learning_rate: its largest, after the warm-up.
        schedules: that texts are dealt out to; none keeps all words.
        distillation: from the teacher; None trains on labels alone.
        search: of a search; None otherwise.
    """

    name: PhaseName
    title: str
    steps: int
    learning_rate: float
    schedules: tuple[RetentionSchedule, ...] = ()
    distillation: Distillation | None = None
    search: SearchGoal | None = None

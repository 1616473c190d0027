"""What a fit is asked for."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path

from edge_power.data import Source
from edge_power.errors import OptionError
from edge_power.fitting.training.objective import Distillation
from edge_power.fitting.training.phase import Precision
from edge_power.model.exits import Exits
from edge_power.model.retention_file import DEFAULT_BUDGET, checked_budget_name
from edge_power_runtime.tasks import TaskName

# A phase takes at least so many steps, however few texts there are.
FEWEST_STEPS = 600

# As many as numpy has, whose random numbers are seeded with them.
_SEEDS = 2**32


@dataclass(frozen=True, slots=True)
class Goal:
    """How much a fit is to drop; exactly one is given.

    Attributes:
        price: the paper's lambda, charged for a word of a text of mean length.
        target: a fraction of the unpruned model's multiply-adds at the true lengths of the texts.
        max_loss: points (hundredths) of the metric that may be lost on the texts held out; the cheapest that does not.
        budgets: several targets by name, served by one set of weights, the default first.

    Raises:
        OptionError: none or several are given, or one is out of range.
        RetentionError: a budget's name cannot be used.
    """

    price: float | None = None
    target: float | None = None
    max_loss: float | None = None
    budgets: Mapping[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        given = {
            "`price`": self.price,
            "`target_macs`": self.target,
            "`max_loss`": self.max_loss,
            "`budgets`": self.budgets or None,
        }
        named = [name for name, value in given.items() if value is not None]
        if len(named) != 1:
            found = " and ".join(named) or "none of them"
            raise OptionError(f"{found} given; a fit has one goal: {', '.join(given)}")
        for name, value in (("`price`", self.price), ("`max_loss`", self.max_loss)):
            if value is not None and not (value > 0 and math.isfinite(value)):
                raise OptionError(f"{name} is {value}, must be a number above 0")
        asked = {f"`budgets` {name}": fraction for name, fraction in self.budgets.items()}
        if self.target is not None:
            asked["`target_macs`"] = self.target
        for name, fraction in asked.items():
            if not 0 < fraction <= 1:
                raise OptionError(f"{name} asks for {fraction} of the multiply-adds, must be in (0, 1], such as 0.5")
        for name in self.budgets:
            checked_budget_name(name)

    @property
    def targets(self) -> dict[str, float]:
        """Fractions of the multiply-adds by the name of the budget; empty where the goal is another."""
        return dict(self.budgets) if self.target is None else {DEFAULT_BUDGET: self.target}


@dataclass(frozen=True, slots=True)
class Epochs:
    """How long each phase trains, in passes over the training texts; each takes FEWEST_STEPS steps at least.

    Attributes:
        fine_tune: of a model that is not fine-tuned yet.
        depth: after encoders were left out.
        search: with soft-extract.
        retrain: with extract.

    Raises:
        OptionError: one is negative, or no number.
    """

    fine_tune: float = 3.0
    depth: float = 2.0
    search: float = 1.0
    retrain: float = 3.0

    def __post_init__(self) -> None:
        for phase in fields(self):
            value = getattr(self, phase.name)
            if not (value >= 0 and math.isfinite(value)):
                raise OptionError(f"`{phase.name}_epochs` is {value}, must be a number that is not negative")


@dataclass(frozen=True, slots=True)
class FitOptions:
    """A fit.

    Attributes:
        model: checkpoint, a directory or a name on the hub.
        train: texts to train on.
        output: directory to write.
        goal: how much to drop.
        dev: texts to report on, and for nothing else.
        select: texts to choose by; None holds a tenth of `train` out.
        task: what labels are; None infers it.
        labels: in the order of their ids; None infers them.
        metric: to choose by and report; None takes the task's own: accuracy, Spearman's correlation, or micro-F1.
        latency: report of a profile whose latency table chooses among depths and schedules; None guesses.
        max_length: tokens that longer texts are cut at; None is the longest that the model takes.
        encoders: to keep, the lowest ones; None keeps all, or explores depth where the goal is a loss.
        exits: encoders behind which heads of their own are trained, for stages that can stop there.
        epochs: of the phases.
        fewest_steps: of each phase.
        batch_size: over all processes.
        learning_rate: of the weights, in every phase.
        retention_rate: of the retention parameters; None follows from the number of steps.
        distillation: from the fine-tuned model in all phases after it; None trains on labels alone.
        precision: of the forward pass.
        seed: of everything random.
        tensorboard: whether to write its event files.
        resume: go on where a killed run was.
        force: replace an output that is there.

    Raises:
        OptionError: a number is out of range.
    """

    model: str
    train: Source
    output: Path
    goal: Goal
    dev: Source | None = None
    select: Source | None = None
    task: TaskName | None = None
    labels: tuple[str, ...] | None = None
    metric: str | None = None
    latency: Path | None = None
    max_length: int | None = None
    encoders: int | None = None
    exits: Exits = ()
    epochs: Epochs = Epochs()
    fewest_steps: int = FEWEST_STEPS
    batch_size: int = 32
    learning_rate: float = 3e-5
    retention_rate: float | None = None
    distillation: Distillation | None = Distillation()
    precision: Precision = "fp32"
    seed: int = 0
    tensorboard: bool = False
    resume: bool = False
    force: bool = False

    def __post_init__(self) -> None:
        if self.latency is not None and self.goal.max_loss is None:
            raise OptionError("`latency` chooses what is cheapest within `max_loss`; give that with it")
        if self.exits and self.goal.max_loss is not None:
            raise OptionError(
                "`exits` stand behind encoders of a known depth, and `max_loss` may end with any; find the depth "
                "first, then fit with `exits`, `encoders` and `target_macs` or `budgets`"
            )
        for name, value in (("`batch_size`", self.batch_size), ("`min_steps`", self.fewest_steps)):
            if value < 1:
                raise OptionError(f"{name} is {value}, must be 1 or more")
        for name, rate in (("`learning_rate`", self.learning_rate), ("`retention_rate`", self.retention_rate)):
            if rate is not None and not (rate > 0 and math.isfinite(rate)):
                raise OptionError(f"{name} is {rate}, must be a number above 0")
        if not 0 <= self.seed < _SEEDS:
            raise OptionError(f"`seed` is {self.seed}, must be in 0..{_SEEDS - 1}")

    def steps(self, epochs: float, rows: int) -> int:
        """Steps of a phase over `rows` texts."""
        return max(self.fewest_steps, math.ceil(epochs * rows / self.batch_size))

    def copies(self, rows: int) -> int:
        """Augmented copies of each of `rows` texts: search and re-training see it and each of them about twice."""
        steps = self.steps(self.epochs.search, rows) + self.steps(self.epochs.retrain, rows)
        return max(1, round(steps * self.batch_size / rows / 2) - 1)

"""The tasks, and the bars that issue 3 set for them."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from edge_power.data import Source
from edge_power.demo.classifier import encoder_directory
from edge_power.fitting.options import FEWEST_STEPS
from edge_power.fitting.training.phase import Precision
from edge_power_runtime.reading.whole_file import write_whole

MORE = 1.4  # times the target, and divided by it: 0.5 is between 0.36 and 0.7

# The budgets of the arm `shared`, as parts of the target; each has the name of the arm whose weights serve it alone.
BUDGETS = {"learned": 1.0, "more": MORE, "less": 1 / MORE}


@dataclass(frozen=True, slots=True)
class Published:
    """How the paper trains such a task; where its table has none, as it trains the one most like it.

    Attributes:
        length: N, that every text is padded to.
        price: lambda.
        learning_rate: of the weights.
    """

    length: int
    price: float
    learning_rate: float = 3e-5


@dataclass(frozen=True, slots=True)
class Bar:
    """What may be left of the unpruned model's multiply-adds at the true lengths.

    Attributes:
        most: on dev.
        asked: of `fit`, which meets it on the lengths of the texts held out; None is `most`.
    """

    most: float
    asked: float | None = None

    @property
    def target(self) -> float:
        """What is asked for."""
        return self.most if self.asked is None else self.asked


@dataclass(frozen=True, slots=True)
class Task:
    """A task with its bar.

    Attributes:
        name: as it is given on the command line.
        directory: of the data.
        metric: on dev, a name of `compute_metrics`.
        bar: of multiply-adds.
        points: hundredths of the metric that may be lost.
        published: the paper's own figures.
        tokens: of a training text, about; for the estimate of what a unit takes.
        seeds: that are run unless others are asked for.
        checkpoint: fine-tuned, in the directory of checkpoints; None fine-tunes the pretrained MiniLM.
        fine_tune_rate: learning rate with which the pretrained model is fine-tuned; None is what `fit` does.
        depth: encoders of `learned+depth`, of MiniLM's six.
        depth_bar: of its own for `learned+depth`; None is `bar`, and none to be held.
        rows: of train, chosen once with seed 0; None is all.
        max_length: tokens that texts are cut at; None is what `fit` does.
    """

    name: str
    directory: str
    metric: str
    bar: Bar
    points: float
    published: Published
    tokens: int
    seeds: tuple[int, ...] = (0, 1, 2)
    checkpoint: str | None = None
    fine_tune_rate: float | None = None
    depth: int = 4
    depth_bar: Bar | None = None
    rows: int | None = None
    max_length: int | None = None

    @property
    def target(self) -> float:
        """Multiply-adds that most arms are to leave."""
        return self.bar.target

    def target_of(self, arm: str) -> float:
        """Multiply-adds that an arm is to leave."""
        return self.bar_of(arm).target * BUDGETS.get(arm, 1.0)

    def bar_of(self, arm: str) -> Bar:
        """Multiply-adds that an arm may leave."""
        return self.depth_bar if arm == "learned+depth" and self.depth_bar is not None else self.bar


TASKS = {
    task.name: task
    for task in (
        Task(
            "sst2", "SST-2", "accuracy", Bar(0.50), 1.0, Published(64, 2e-4), tokens=13, seeds=(0,),
            checkpoint="minilm-sst2", depth=5, depth_bar=Bar(0.40, asked=0.41),
        ),
        Task("mrpc", "MRPC", "f1", Bar(0.45, asked=0.445), 1.0, Published(128, 3e-3, learning_rate=6e-5), tokens=53),
        Task("ag-news", "AG-News", "accuracy", Bar(0.40), 1.0, Published(128, 1e-3), tokens=53, seeds=(0,)),
        Task(
            "rte", "RTE", "accuracy", Bar(0.50, asked=0.495), 1.5, Published(256, 1e-3), tokens=68,
            fine_tune_rate=1e-4,
        ),
        Task("sts-b", "STS-B", "spearman", Bar(0.50), 1.5, Published(64, 1e-3), tokens=32),
        Task("qqp", "QQP-subset", "f1", Bar(0.50), 1.5, Published(128, 3e-4), tokens=30, seeds=(0,)),
        Task(
            "imdb", "IMDB", "accuracy", Bar(0.30), 1.0, Published(256, 1e-3), tokens=220, seeds=(0,), rows=8000,
            max_length=256,
        ),
    )
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Settings:
    """What all units of one output directory share.

    Attributes:
        shared: directory that holds `data` and `checkpoints`.
        output: directory of results.
        rows: of train and of dev at most, for a trial; None is what the task says.
        fewest_steps: of each phase.
        precision: of training.
    """

    shared: Path
    output: Path
    rows: int | None = None
    fewest_steps: int = FEWEST_STEPS
    precision: Precision = "fp32"

    @property
    def is_trial(self) -> bool:
        """Whether the figures are none to show."""
        return self.rows is not None or self.fewest_steps != FEWEST_STEPS

    def source(self, task: Task, part: str) -> Source:
        """Name the texts of `train` or `dev`; a choice of rows is written to the output directory once."""
        whole = self.shared / "data" / task.directory / f"{part}.tsv"
        limits = [rows for rows in (self.rows, task.rows if part == "train" else None) if rows is not None]
        if not limits:
            return Source(str(whole))
        chosen = self.output / task.name / f"{part}.tsv"
        if not chosen.is_file():
            chosen.parent.mkdir(parents=True, exist_ok=True)
            write_whole(chosen, _choose(whole.read_text(encoding="utf-8"), min(limits)))
        return Source(str(chosen))

    def beginning(self, task: Task) -> Path:
        """The checkpoint that the task begins with."""
        return self.shared / "checkpoints" / task.checkpoint if task.checkpoint else encoder_directory()


def _choose(table: str, rows: int) -> str:
    """Keep the header and `rows` lines, always the same ones, in their order."""
    header, *lines = table.rstrip("\n").split("\n")
    if rows < len(lines):
        kept = np.sort(np.random.default_rng(0).choice(len(lines), rows, replace=False))
        lines = [lines[row] for row in kept]
    return "\n".join((header, *lines)) + "\n"

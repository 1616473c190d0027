"""What all arms of one task and seed stand on: the same texts, the same fine-tuned model, the same number of steps."""

import json
import shutil
from copy import deepcopy
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

import numpy as np

from benchmarks.accuracy.result import Found, Result
from benchmarks.accuracy.tasks import Settings, Task
from edge_power.errors import FitError
from edge_power.fitting.contents import ANSWERS, remove_made
from edge_power.fitting.cost import Cost
from edge_power.fitting.ledger import Ledger
from edge_power.fitting.options import FitOptions, Goal
from edge_power.fitting.phases import Phases
from edge_power.fitting.prepare import Prepared, prepare
from edge_power.fitting.record import FitRecord, PhaseRecord
from edge_power.fitting.run import fit
from edge_power.fitting.texts.dataset import TokenizedExamples
from edge_power.fitting.texts.score import score
from edge_power.fitting.texts.teacher import taught_texts
from edge_power.fitting.training.machine import keep_freed_memory
from edge_power.fitting.training.module import FitModel
from edge_power.fitting.training.phase import Phase, Texts, Training
from edge_power.fitting.workplace import Workplace
from edge_power.model.classifier import PowerForSequenceClassification
from edge_power.progress import Progress
from edge_power_converters.output.renaming import rename_new
from edge_power_runtime.reading.jsonnode import parse
from edge_power_runtime.reading.records import read_record
from edge_power_runtime.reading.whole_file import write_whole
from edge_power_runtime.retention import RetentionSchedule

# The second is no result of an arm, and so not named as one.
FINE_TUNING_FILE, SCORES_FILE = "fine-tuning.json", "unpruned.scores"


@dataclass(frozen=True, slots=True)
class Scores:
    """The task's metric.

    Attributes:
        dev: on dev.
        select: on the texts held out.
    """

    dev: float
    select: float


@dataclass(frozen=True, slots=True)
class Bench:
    """One task with one seed.

    Attributes:
        task: with its bar.
        directory: of the results of this task and seed.
        options: of `fit`, which begins with the fine-tuned model; its defaults, but for what the task says.
        prepared: the texts, and the fine-tuned model, which stays as it is.
        progress: told of progress.
    """

    task: Task
    directory: Path
    options: FitOptions
    prepared: Prepared
    progress: Progress

    @property
    def model(self) -> PowerForSequenceClassification:
        """The fine-tuned model, which is also the teacher."""
        return self.prepared.model

    @property
    def dev(self) -> TokenizedExamples:
        """The texts that are reported on; every task has some."""
        assert self.prepared.dev is not None
        return self.prepared.dev

    @property
    def cost(self) -> Cost:
        """Of schedules for it, on the texts held out."""
        return self.cost_of(self.model.config.num_encoders)

    @property
    def steps(self) -> int:
        """Of search and re-training together: what every arm may take."""
        return self.steps_of("search") + self.steps_of("retrain")

    def steps_of(self, phase: Literal["search", "retrain"]) -> int:
        """Of one phase."""
        return self.options.steps(getattr(self.options.epochs, phase), len(self.prepared.texts.train))

    def cost_of(self, num_encoders: int) -> Cost:
        """Of schedules for so many of its encoders, against the whole model, on the texts held out."""
        return self._cost(num_encoders, self.prepared.texts.select.lengths)

    def dev_cost_of(self, num_encoders: int) -> Cost:
        """The same on the dev texts."""
        return self._cost(num_encoders, self.dev.lengths)

    def _cost(self, num_encoders: int, lengths: np.ndarray) -> Cost:
        whole = self.model.config
        return Cost.of(replace(whole, num_encoders=num_encoders), lengths, whole=whole)

    def ledger(self, arm: str) -> Ledger:
        """Run the phases of an arm; what is done is not done again."""
        return _ledger(self.options, self.prepared, self.work(arm), self.progress)

    def work(self, arm: str) -> Path:
        """Where an arm's phases are kept until its result is written."""
        return self.directory / f"{arm}.work"

    def result(self, arm: str) -> Path:
        """The file of an arm's result."""
        return self.directory / f"{arm}.json"

    def train(self, arm: str, model: PowerForSequenceClassification, schedule: RetentionSchedule | None) -> Found:
        """Train a copy of the fine-tuned model for all steps there are, distilled as `fit` does, and measure it.

        Args:
            arm: by name.
            model: changed in place.
            schedule: None drops nothing.
        """
        schedules = () if schedule is None else (schedule,)
        rate, distillation = self.options.learning_rate, self.options.distillation
        phase = Phase("re-train", arm, self.steps, rate, schedules, distillation)
        ledger = self.ledger(arm)
        ledger.run(phase, FitModel(model), self.taught(), self.cost_of(model.config.num_encoders), teacher=self.model)
        return self.measure(model, schedule, ledger.records)

    def taught(self) -> Texts:
        """The texts with the teacher's answers, which it gives once for all arms."""
        return taught_texts(self.prepared.texts, self.model, self.options, self.progress, self.directory)

    def fit(self, arm: str, goal: Goal, *, encoders: int | None) -> FitRecord:
        """Run `fit` from the fine-tuned model; it finds the teacher's answers where it would keep them."""
        options = replace(self.options, output=self.directory / arm, goal=goal, encoders=encoders)
        self.taught()
        place = Workplace(options)
        place.check()
        place.open(self.prepared)
        for answers in self.directory.glob(f"{ANSWERS}*.npy"):
            shutil.copy2(answers, place.path)  # it has a plan, and so is ours
        return fit(options, self.progress)

    def measure(
        self,
        model: PowerForSequenceClassification,
        schedule: RetentionSchedule | None,
        phases: tuple[PhaseRecord, ...],
    ) -> Found:
        """Score a model.

        Args:
            model: trained.
            schedule: None drops nothing.
            phases: that it was trained in.
        """
        encoders = model.config.num_encoders
        kept, cost = schedule or RetentionSchedule.full(encoders), self.dev_cost_of(encoders)
        scores = self.scores(model, schedule)
        return Found(
            encoders=encoders,
            schedule=() if schedule is None else kept.fractions,
            multiply_adds=cost.fraction(kept),
            expected_latency=cost.latency(kept),
            select_multiply_adds=self.cost_of(encoders).fraction(kept),
            dev=scores.dev,
            select=scores.select,
            steps=sum(phase.steps for phase in phases),
            phases=phases,
        )

    def scores(self, model: PowerForSequenceClassification, schedule: RetentionSchedule | None = None) -> Scores:
        """Score a model on dev and on the texts held out; the unpruned one once for all arms."""
        kept = self.directory / SCORES_FILE if model is self.model and schedule is None else None
        if kept is not None and kept.is_file():
            return Scores(**json.loads(kept.read_text(encoding="utf-8")))
        parts = (self.dev, self.prepared.texts.select)
        scores = Scores(*(score(model, part, self.task.metric, schedule) for part in parts))
        if kept is not None:
            write_whole(kept, json.dumps(asdict(scores)))
        return scores

    def learned_schedule(self) -> RetentionSchedule:
        """What the learned arm of this task and seed found.

        Raises:
            FitError: it has not been run.
        """
        path = self.result("learned")
        if not path.is_file():
            raise FitError(f"no result at {path}; run the arm `learned` of {self.task.name} with this seed first")
        return RetentionSchedule(Result.read(path).found.schedule)

    def fine_tuning(self) -> tuple[PhaseRecord, ...]:
        """The phase in which the model was fine-tuned; none where the task begins with a model that was."""
        path = Path(self.options.model) / FINE_TUNING_FILE
        if not path.is_file():
            return ()
        return (read_record(PhaseRecord, parse(path.read_bytes(), path.name)),)

    def copy(self) -> PowerForSequenceClassification:
        """A copy of the fine-tuned model, to be trained."""
        return deepcopy(self.model)


def options_of(task: Task, seed: int, settings: Settings) -> FitOptions:
    """The options of a unit: the defaults of `fit`; `output` is the directory of this task and seed."""
    return FitOptions(
        model=str(settings.beginning(task)),
        train=settings.source(task, "train"),
        dev=settings.source(task, "dev"),
        output=settings.output / task.name / f"seed{seed}",
        goal=Goal(target=task.target),
        metric=task.metric,
        max_length=task.max_length,
        fewest_steps=settings.fewest_steps,
        precision=settings.precision,
        seed=seed,
        resume=True,
        force=True,
    )


def open_bench(task: Task, seed: int, settings: Settings, progress: Progress) -> Bench:
    """Fine-tune the model, where that has not been done, and read the texts.

    Raises:
        EdgePowerError: data or checkpoint cannot be read, or fine-tuning taught the model nothing.
    """
    keep_freed_memory()
    options = options_of(task, seed, settings)
    directory = options.output
    directory.mkdir(parents=True, exist_ok=True)
    if task.checkpoint is None:
        fine_tuned = directory / "fine-tuned"
        if not fine_tuned.is_dir():
            rate = task.fine_tune_rate or options.learning_rate
            _fine_tune(replace(options, learning_rate=rate), fine_tuned, progress)
        options = replace(options, model=str(fine_tuned))
    prepared = prepare(options, progress)
    if prepared.answers is None:
        raise FitError(
            f"the fine-tuned model of {task.name}, seed {seed}, is no better than a constant on the texts held out; "
            "there is nothing to lose, and so nothing to measure"
        )
    return Bench(task, directory, options, prepared, progress)


def _fine_tune(options: FitOptions, output: Path, progress: Progress) -> None:
    """Do what `fit` does first, once for all arms."""
    prepared = prepare(options, progress)
    work = output.with_name("fine-tune.work")
    ledger = _ledger(options, prepared, work, progress)
    cost = Cost.of(prepared.model.config, prepared.texts.select.lengths)
    record = Phases(options, prepared, ledger).fine_tune(prepared.model, cost)
    with TemporaryDirectory(prefix="fine-tuned.partial-", dir=output.parent) as partial:
        made = Path(partial) / output.name
        prepared.model.save_pretrained(made)
        (made / FINE_TUNING_FILE).write_text(json.dumps(asdict(record)), encoding="utf-8")
        rename_new(made, output)
    remove_made(work)


def _ledger(options: FitOptions, prepared: Prepared, directory: Path, progress: Progress) -> Ledger:
    training = Training(options.batch_size, options.precision, options.seed, prepared.metric)
    return Ledger(directory, training, progress)

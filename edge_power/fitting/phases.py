"""The phases of a fit, in the words of the paper: fine-tune, search with soft-extract, re-train with extract."""

from collections.abc import Sequence
from dataclasses import dataclass

from edge_power.fitting.cost import Cost
from edge_power.fitting.ledger import Ledger
from edge_power.fitting.options import FitOptions
from edge_power.fitting.prepare import Prepared, mean_length
from edge_power.fitting.record import PhaseRecord
from edge_power.fitting.training.module import FitModel
from edge_power.fitting.training.objective import loss_of_constant
from edge_power.fitting.training.phase import Phase, SearchGoal, Texts
from edge_power.fitting.training.price import Price
from edge_power.model.classifier import PowerForSequenceClassification
from edge_power.model.soft_extract import SoftExtract
from edge_power_runtime.retention import RetentionSchedule


@dataclass(frozen=True, slots=True)
class Phases:
    """Runs phases on the texts of one fit; each trains the model that it is given, in place.

    Attributes:
        options: of the fit.
        prepared: its texts.
        ledger: runs them, once.
        teacher: the whole fine-tuned model; None until there is one.
        taught: the texts as it answered them, augmented; None trains on those prepared.
    """

    options: FitOptions
    prepared: Prepared
    ledger: Ledger
    teacher: PowerForSequenceClassification | None = None
    taught: Texts | None = None

    def fine_tune(self, model: PowerForSequenceClassification, cost: Cost) -> PhaseRecord:
        """Train the whole model on the labels."""
        return self._run(Phase("fine-tune", "fine-tune", self._steps("fine_tune"), self._rate), FitModel(model), cost)

    def distil(self, model: PowerForSequenceClassification, cost: Cost) -> PhaseRecord:
        """Train a model of fewer encoders to do as the whole one."""
        title = f"{model.config.num_encoders} encoders"
        distillation = self.options.distillation
        phase = Phase("depth", title, self._steps("depth"), self._rate, distillation=distillation)
        return self._run(phase, FitModel(model), cost)

    def search(
        self, model: PowerForSequenceClassification, cost: Cost, *, target: float | None, price: float | None = None
    ) -> PhaseRecord:
        """Learn how many word-vectors each encoder needs.

        Args:
            model: fine-tuned.
            cost: of its schedules.
            target: where the multiply-adds shall end; None where a price is given.
            price: the paper's lambda.
        """
        words, train = mean_length(self.prepared.texts.train), self._texts.train
        passed_on = (words - 1) * model.config.readout.passing(model.config.num_encoders)
        lost = loss_of_constant(train.labels, train.taught, self.options.distillation, train.learned)
        steered = Price(words - 1, fixed=price, worth=lost / passed_on, start=cost.full, target=target or cost.full)
        phase = Phase(
            "search",
            f"search ({model.config.num_encoders} encoders)",
            self._steps("search"),
            self._rate,
            distillation=self.options.distillation,
            search=SearchGoal(cost, self.options.retention_rate),
        )
        return self._run(phase, FitModel(model, SoftExtract(model.config.num_encoders, words), steered), cost)

    def retrain(
        self, model: PowerForSequenceClassification, cost: Cost, schedules: Sequence[RetentionSchedule], title: str
    ) -> PhaseRecord:
        """Train with extract, on one schedule or on several at once, and with the exits that are asked for."""
        model.put_exits(self.options.exits)
        steps = self._steps("retrain")
        chosen = tuple(schedules)
        phase = Phase("re-train", title, steps, self._rate, chosen, self.options.distillation)
        return self._run(phase, FitModel(model), cost)

    @property
    def _texts(self) -> Texts:
        return self.taught or self.prepared.texts

    @property
    def _rate(self) -> float:
        return self.options.learning_rate

    def _steps(self, phase: str) -> int:
        return self.options.steps(getattr(self.options.epochs, phase), len(self.prepared.texts.train))

    def _run(self, phase: Phase, model: FitModel, cost: Cost) -> PhaseRecord:
        return self.ledger.run(phase, model, self._texts, cost, teacher=self.teacher)

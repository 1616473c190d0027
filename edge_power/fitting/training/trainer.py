"""transformers' Trainer with what is ours: schedules, distillation, the search's price, a loss that is no number."""

import math
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import torch
from torch.nn.parallel import DistributedDataParallel
from torch.optim.lr_scheduler import LambdaLR
from transformers import Trainer, TrainerCallback, TrainingArguments
from transformers.trainer_callback import PrinterCallback
from transformers.trainer_pt_utils import LengthGroupedSampler

from edge_power.errors import FitError
from edge_power.fitting.contents import checkpoints_of, remove_checkpoint
from edge_power.fitting.texts.dataset import Collator
from edge_power.fitting.texts.score import score
from edge_power.fitting.training.machine import has_no_accelerator, mixed
from edge_power.fitting.training.module import FitModel
from edge_power.fitting.training.objective import logits_distance, states_distance
from edge_power.fitting.training.phase import Phase, SearchGoal, Texts, Training
from edge_power.fitting.training.price import FALLEN
from edge_power.fitting.training.saving import saving
from edge_power.model.classifier import PowerForSequenceClassification
from edge_power.model.exits import EXITS

WARM_UP = 0.1
WEIGHT_DECAY = 0.01
LARGEST_GRADIENT = 1.0
# Of what exits lose, on average over them, beside what the model's own head loses.
EXITS_WEIGHT = 0.3
# Times the rate of the other weights: exits begin at a head that reads another encoder, and have far to go.
EXITS_RATE = 10.0
LOGS_OF_A_PHASE = 50
EVALUATIONS_OF_A_PHASE = 4

# A parameter has to travel from 1 to 0, some of them back and forth, at a rate that warms up, holds and falls: over a
# whole search at rate r it can travel about 0.85 * r * steps.
TRAVEL = 5.0


class GroupedSampler(LengthGroupedSampler):
    """Texts of like length side by side, in an order that seed and epoch decide: a resumed run sees the same."""

    def __init__(self, batch_size: int, lengths: list[int], seed: int) -> None:
        """Group `lengths` (tokens per text) for batches of `batch_size`."""
        super().__init__(batch_size, lengths=lengths, generator=torch.Generator())
        self._seed = seed
        self.set_epoch(0)

    def set_epoch(self, epoch: int) -> None:
        """Called by accelerate before each epoch."""
        self.generator.manual_seed(self._seed * 1_000_003 + epoch)


class PhaseTrainer(Trainer):
    """Trains one phase."""

    def __init__(
        self,
        phase: Phase,
        training: Training,
        texts: Texts,
        model: FitModel,
        *,
        directory: Path,
        teacher: PowerForSequenceClassification | None = None,
        callbacks: list[TrainerCallback],
    ) -> None:
        """Prepare.

        Args:
            phase: what to do.
            training: how.
            texts: to train on and to choose by.
            model: trained in place.
            directory: for checkpoints, so that a killed run can go on.
            teacher: in evaluation mode; needed where the phase distils and the texts have no logits of it.
            callbacks: told of steps.
        """
        self._phase, self._training, self._texts = phase, training, texts
        self._teacher, self._directory = teacher, directory
        steering = [] if phase.search is None else [SearchCallback(phase.search, self._no_number)]
        # Labels would be learned by heart without dropout. A teacher's answers to augmented texts are not, and dropout
        # only blurs them (docs/fit.md has both, measured).
        model.has_dropout = phase.distillation is None or not phase.distillation.swapped
        self._began = time.monotonic()
        self._before: float | None = None  # seconds of earlier runs
        super().__init__(
            model=model,
            args=_arguments(phase, training, directory),
            data_collator=Collator(model.classifier.config.pad_id),
            train_dataset=texts.train,
            eval_dataset=texts.select,
            callbacks=[*callbacks, *steering],
        )
        self.remove_callback(PrinterCallback)
        if teacher is not None:
            teacher.to(self.args.device)

    def compute_loss(
        self,
        model: torch.nn.Module,
        inputs: dict[str, Any],
        return_outputs: bool = False,
        num_items_in_batch: torch.Tensor | int | None = None,
    ) -> Any:
        """The task's loss, the distance from the teacher, and the price of words.

        Raises:
            FitError: it is no number.
        """
        words = {name: value for name, value in inputs.items() if name not in ("labels", "taught")}
        output = model(**words, schedules=self._phase.schedules)
        loss = self._distance(output, words, inputs["labels"], inputs.get("taught"))
        parts = _parts(model)
        if parts.price is not None and parts.soft_extract is not None:
            loss = loss + parts.price.charge(parts.soft_extract)
        if not torch.isfinite(loss):
            raise self._no_number(f"the loss is {float(loss.detach())} at step {self.state.global_step + 1}")
        return (loss, output) if return_outputs else loss

    def _no_number(self, found: str) -> FitError:
        last_good = _last_good(self._directory)
        return FitError(f"{self._phase.title}: {found}; {last_good}; begin anew with a lower `learning_rate`")

    def _distance(
        self,
        output: dict[str, torch.Tensor],
        words: dict[str, torch.Tensor],
        labels: torch.Tensor,
        taught: torch.Tensor | None = None,
    ) -> torch.Tensor:
        """The task's loss and the distance from the teacher, which answers `words` where it has not `taught` before."""
        distillation = self._phase.distillation
        states: Sequence[torch.Tensor] = ()
        if distillation is not None and taught is None:
            taught, states = self._ask_teacher(words)
        loss = self._head_loss(output["logits"], labels, taught)
        if (exits := output.get("exits")) is not None:
            lost = [self._head_loss(logits, labels, taught) for logits in exits]
            loss = loss + EXITS_WEIGHT * torch.stack(lost).mean()
        if distillation is not None and distillation.states:
            # Encoder i of fewer matches the one at the same part of the teacher's depth.
            count, depth = len(output["states"]), len(states)
            matching = torch.stack([states[(encoder + 1) * depth // count - 1] for encoder in range(count)])
            loss = loss + distillation.states * states_distance(output["states"], matching)
        return loss

    def _head_loss(self, logits: torch.Tensor, labels: torch.Tensor, taught: torch.Tensor | None) -> torch.Tensor:
        """What one head loses: the model's own, or that of an exit."""
        loss, distillation = self._texts.train.learned.loss(logits, labels), self._phase.distillation
        if distillation is None or taught is None:
            return loss
        return (1 - distillation.logits) * loss + distillation.logits * logits_distance(logits, taught)

    def _ask_teacher(self, words: dict[str, torch.Tensor]) -> tuple[torch.Tensor, Sequence[torch.Tensor]]:
        """The teacher's logits, and its [CLS] after every encoder."""
        assert self._teacher is not None
        with torch.no_grad():
            answer = self._teacher(**words)
        return answer.logits, answer.encoder.states

    def evaluate(self, *arguments: Any, **options: Any) -> dict[str, float]:
        """Score the texts held out, each at its own length; the mean over schedules.

        Raises:
            FitError: a weight is no number. The trainer scores before it saves, so that none is saved.
        """
        parts = _parts(self.model)
        if not all(torch.isfinite(parameter).all() for parameter in parts.parameters()):
            raise self._no_number(f"a weight is no number after step {self.state.global_step}")
        schedules = self._phase.schedules or (None,)
        if parts.soft_extract is not None:
            schedules = (parts.soft_extract.schedule(),)
        with mixed(self._training.precision, self.args.device):
            scores = [score(parts.classifier, self._texts.select, self._training.metric, one) for one in schedules]
        metrics = {"eval_metric": sum(scores) / len(scores)}
        self.log(dict(metrics))
        self.control = self.callback_handler.on_evaluate(self.args, self.state, self.control, metrics)
        return metrics

    @property
    def metric(self) -> float:
        """Of the weights that training ended with: the best that were scored, or of a search the last."""
        if self.args.load_best_model_at_end:
            assert self.state.best_metric is not None
            return self.state.best_metric
        return next(float(entry["eval_metric"]) for entry in reversed(self.state.log_history) if "eval_metric" in entry)

    def log(self, logs: dict[str, float], start_time: float | None = None) -> None:
        """Add the time, over all runs of this phase, and what the search has reached."""
        if self._before is None:
            self._before = self.state.log_history[-1]["seconds"] if self.state.log_history else 0.0
        logs = {**logs, "seconds": self._before + time.monotonic() - self._began}
        parts = _parts(self.model)
        if self._phase.search is not None and parts.soft_extract is not None and parts.price is not None:
            schedule = parts.soft_extract.schedule()
            logs = {**logs, "multiply_adds": self._phase.search.cost.fraction(schedule), "price": parts.price.value}
            logs |= {f"mass_{number}": mass for number, mass in enumerate(schedule.fractions[:-1], start=1)}
        super().log(logs, start_time)

    def create_optimizer(self, model: torch.nn.Module | None = None) -> torch.optim.Optimizer:
        """Give the retention parameters, and exits, a rate of their own."""
        if self.optimizer is None:
            kind, options = self.get_optimizer_cls_and_kwargs(self.args)
            self.optimizer = kind(self._groups(), **options)
        return self.optimizer

    def _groups(self) -> list[dict[str, Any]]:
        parts = _parts(self.model)
        decayed = set(self.get_decay_parameter_names(parts.classifier))
        named, exits = list[tuple[str, torch.nn.Parameter]](), list[torch.nn.Parameter]()
        for name, parameter in parts.classifier.named_parameters():
            exits.append(parameter) if name.startswith(EXITS) else named.append((name, parameter))
        groups: list[dict[str, Any]] = [
            {"params": [one for name, one in named if name in decayed], "weight_decay": WEIGHT_DECAY},
            {"params": [one for name, one in named if name not in decayed], "weight_decay": 0.0},
        ]
        if exits:
            rate = EXITS_RATE * self._phase.learning_rate
            groups.append({"params": exits, "weight_decay": WEIGHT_DECAY, "lr": rate})
        if self._phase.search is not None and parts.soft_extract is not None:
            rate = self._phase.search.rate or TRAVEL / self._phase.steps
            groups.append({"params": list(parts.soft_extract.parameters()), "weight_decay": 0.0, "lr": rate})
        return groups

    def create_scheduler(self, num_training_steps: int, optimizer: Any = None) -> Any:
        """Warm up and fall in a straight line; retention parameters hold their rate while the target falls."""
        if self.lr_scheduler is None:
            optimizer = self.optimizer if optimizer is None else optimizer
            shapes = [_rate(num_training_steps, holds_until=WARM_UP)] * len(optimizer.param_groups)
            if _parts(self.model).soft_extract is not None:
                shapes[-1] = _rate(num_training_steps, holds_until=FALLEN)
            self.lr_scheduler = LambdaLR(optimizer, shapes)
        return self.lr_scheduler

    def _save_checkpoint(self, model: torch.nn.Module, trial: Any) -> None:
        with saving(self._directory):
            super()._save_checkpoint(model, trial)
        if self.args.should_save:
            # The best and the last stay. transformers would remove the others with all that is in them.
            *others, _ = checkpoints_of(self._directory)
            best = Path(self.state.best_model_checkpoint or "").name
            for checkpoint in others:
                if checkpoint.name != best:
                    remove_checkpoint(checkpoint)

    def _get_train_sampler(self, train_dataset: Any = None) -> GroupedSampler:
        return GroupedSampler(self._training.batch_size, self._texts.train.lengths.tolist(), self._training.seed)


def _arguments(phase: Phase, training: Training, directory: Path) -> TrainingArguments:
    often = math.ceil(phase.steps / EVALUATIONS_OF_A_PHASE)
    arguments = TrainingArguments(
        output_dir=str(directory),
        use_cpu=has_no_accelerator(),
        max_steps=phase.steps,
        per_device_train_batch_size=training.batch_size,
        # A batch is split among processes, so that any number of them takes the same steps.
        accelerator_config={"split_batches": True},
        learning_rate=phase.learning_rate,
        max_grad_norm=LARGEST_GRADIENT,
        bf16=training.precision == "bf16",
        fp16=training.precision == "fp16",
        eval_strategy="steps",
        eval_steps=often,
        save_strategy="steps",
        save_steps=often,
        load_best_model_at_end=phase.search is None,
        metric_for_best_model="metric",
        greater_is_better=True,
        logging_steps=max(1, phase.steps // LOGS_OF_A_PHASE),
        logging_nan_inf_filter=False,
        report_to="tensorboard" if training.tensorboard else "none",
        seed=training.seed,
        remove_unused_columns=False,
        label_names=["labels"],
        dataloader_pin_memory=torch.cuda.is_available(),
        disable_tqdm=True,
    )
    # More GPUs than one are for torchrun or accelerate launch; torch's DataParallel is slower and knows no schedules.
    arguments._n_gpu = min(1, arguments.n_gpu)
    return arguments


def _rate(steps: int, *, holds_until: float) -> Callable[[int], float]:
    """A factor that rises over the warm-up, holds, and falls to 0 at the end in a straight line."""
    return lambda step: min(1.0, (step + 1) / (WARM_UP * steps), (steps - step) / (steps * (1 - holds_until)))


def _last_good(checkpoints: Path) -> str:
    saved = checkpoints_of(checkpoints)
    return f"the last good checkpoint is {saved[-1]}" if saved else "there is no checkpoint of this phase yet"


def _parts(model: object) -> FitModel:
    """The model inside the wrapper of several processes."""
    inner = model.module if isinstance(model, DistributedDataParallel) else model
    assert isinstance(inner, FitModel)
    return inner


class SearchCallback(TrainerCallback):
    """Keeps retention parameters in [0, 1] and steers the price, after each step."""

    def __init__(self, goal: SearchGoal, no_number: Callable[[str], FitError]) -> None:
        """Steer towards `goal`; `no_number` makes the error for parameters that are none."""
        self._goal, self._no_number = goal, no_number

    def on_optimizer_step(self, args: Any, state: Any, control: Any, model: Any = None, **others: Any) -> None:
        """Put the parameters back where they belong, and change the price.

        Raises:
            FitError: a parameter is no number, as after a gradient that is none; it says no schedule.
        """
        parts = _parts(model)
        assert parts.soft_extract is not None and parts.price is not None
        if not torch.isfinite(parts.soft_extract.retention).all():
            raise self._no_number(f"a retention parameter is no number after step {state.global_step + 1}")
        parts.soft_extract.clip()
        left = self._goal.cost.fraction(parts.soft_extract.schedule())
        parts.price.steer(left, step=state.global_step + 1, steps=state.max_steps)

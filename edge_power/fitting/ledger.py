"""The working directory of a fit: phases that are done, so that a killed run goes on where it was."""

import json
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

from accelerate import PartialState
from safetensors.torch import load_model, save_model
from transformers.trainer import TRAINER_STATE_NAME

from edge_power.fitting.contents import (
    CHECKPOINTS,
    DONE_FILE,
    LOG_FILE,
    WEIGHTS_FILE,
    checkpoints_of,
    remove_checkpoint,
)
from edge_power.fitting.cost import Cost
from edge_power.fitting.record import LogPoint, PhaseRecord
from edge_power.fitting.training.module import FitModel
from edge_power.fitting.training.phase import Phase, Texts, Training
from edge_power.fitting.training.saving import saving
from edge_power.fitting.training.trainer import PhaseTrainer
from edge_power.fitting.watch import MetricsLog, WatchCallback
from edge_power.model.classifier import PowerForSequenceClassification
from edge_power.progress import Progress
from edge_power_runtime.reading.jsonnode import parse
from edge_power_runtime.reading.records import read_record
from edge_power_runtime.reading.whole_file import write_whole


class Ledger:
    """Runs phases one after the other; one that is done is read and not run again."""

    def __init__(self, directory: Path, training: Training, progress: Progress) -> None:
        """Keep the phases in `directory`, which all processes share."""
        self._directory, self._training, self._progress = directory, training, progress
        self._records: list[PhaseRecord] = []

    @property
    def records(self) -> tuple[PhaseRecord, ...]:
        """Of the phases so far."""
        return tuple(self._records)

    def run(
        self,
        phase: Phase,
        model: FitModel,
        texts: Texts,
        cost: Cost,
        *,
        teacher: PowerForSequenceClassification | None = None,
    ) -> PhaseRecord:
        """Train `model`, or give it the weights that it had when this phase was done.

        Args:
            phase: what to do.
            model: changed in place.
            texts: to train on and to choose by.
            cost: of schedules, for the record.
            teacher: to distil from, where the phase distils.

        Raises:
            FitError: the loss is no number.
            BundleError: the record of a phase that was done is damaged; the message gives the JSON path.
        """
        directory = self._directory / f"{len(self._records) + 1:02}-{phase.name}"
        done = directory / DONE_FILE
        if done.is_file():
            load_model(model, directory / WEIGHTS_FILE)
            record = read_record(PhaseRecord, parse(done.read_bytes(), str(done)))
        else:
            record = self._train(phase, model, texts, cost, directory=directory, teacher=teacher)
        self._records.append(record)
        self._progress.line(_summary(record, self._training.metric))
        return record

    def _train(
        self,
        phase: Phase,
        model: FitModel,
        texts: Texts,
        cost: Cost,
        *,
        directory: Path,
        teacher: PowerForSequenceClassification | None,
    ) -> PhaseRecord:
        checkpoints = directory / CHECKPOINTS
        checkpoints.mkdir(parents=True, exist_ok=True)
        callbacks = [MetricsLog(directory / LOG_FILE, phase.title), WatchCallback(phase.title, self._progress)]
        trainer = PhaseTrainer(
            phase, self._training, texts, model, directory=checkpoints, teacher=teacher, callbacks=callbacks
        )
        trainer.train(resume_from_checkpoint=_last_checkpoint(checkpoints))
        model.to("cpu").eval()
        record = _record(phase, model, trainer.metric, cost, trainer.state.log_history)
        trainer.accelerator.wait_for_everyone()  # until none reads checkpoints any more
        if trainer.is_world_process_zero():
            with saving(directory):
                save_model(model, str(directory / WEIGHTS_FILE))
            write_whole(directory / DONE_FILE, json.dumps(asdict(record)))
            for checkpoint in checkpoints_of(checkpoints):
                remove_checkpoint(checkpoint)
            with suppress(OSError):  # TensorBoard's files are in it, which the output shall hold
                checkpoints.rmdir()
        trainer.accelerator.wait_for_everyone()
        trainer.accelerator.free_memory()
        return record


def _last_checkpoint(checkpoints: Path) -> str | None:
    """Find the last that was written to its end; what a kill or a full disk left in the middle is removed."""
    processes = PartialState()
    if processes.is_main_process:
        for checkpoint in checkpoints_of(checkpoints):
            if not _is_whole(checkpoint):
                remove_checkpoint(checkpoint)
    processes.wait_for_everyone()
    whole = [checkpoint for checkpoint in checkpoints_of(checkpoints) if _is_whole(checkpoint)]
    return str(whole[-1]) if whole else None


def _is_whole(checkpoint: Path) -> bool:
    """Whether the trainer's state is there, which is written last."""
    try:
        json.loads((checkpoint / TRAINER_STATE_NAME).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return True


def _record(phase: Phase, model: FitModel, metric: float, cost: Cost, history: list[dict[str, Any]]) -> PhaseRecord:
    schedules = phase.schedules
    if model.soft_extract is not None:
        schedules = (model.soft_extract.schedule(),)
    fractions = [cost.fraction(schedule) for schedule in schedules] or [cost.full]
    return PhaseRecord(
        name=phase.name,
        title=phase.title,
        steps=phase.steps,
        seconds=history[-1]["seconds"],
        metric=metric,
        multiply_adds=sum(fractions) / len(fractions),
        schedule=schedules[0].fractions if len(schedules) == 1 else (),
        log=tuple(_point(entry) for entry in history if "loss" in entry or "eval_metric" in entry),
    )


def _point(entry: dict[str, Any]) -> LogPoint:
    masses = [value for name, value in entry.items() if name.startswith("mass_")]
    return LogPoint(
        step=entry["step"],
        loss=entry.get("loss"),
        metric=entry.get("eval_metric"),
        masses=tuple(masses),
        multiply_adds=entry.get("multiply_adds"),
        price=entry.get("price"),
    )


def _summary(record: PhaseRecord, metric: str) -> str:
    return (
        f"{record.title}: {metric} {record.metric:.4f} on the texts held out, {record.multiply_adds:.2f} of the "
        f"multiply-adds, {record.steps} steps in {record.seconds / 60:.1f} min"
    )

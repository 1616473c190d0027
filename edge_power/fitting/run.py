"""`fit`: a checkpoint and labelled text become a checkpoint whose retention was learned."""

import shutil
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import fields, is_dataclass, replace
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import torch
from accelerate import PartialState

from edge_power.data import Source
from edge_power.errors import FitError, OptionError
from edge_power.fitting.contents import LOG_FILE, event_files
from edge_power.fitting.cost import Cost
from edge_power.fitting.depth import check_encoders, lowest_encoders
from edge_power.fitting.goals import Outcome, pay_price, reach_budgets
from edge_power.fitting.ledger import Ledger
from edge_power.fitting.max_loss import cheapest_within
from edge_power.fitting.options import FitOptions
from edge_power.fitting.page.whole import render
from edge_power.fitting.phases import Phases
from edge_power.fitting.prepare import Prepared, mean_length, prepare
from edge_power.fitting.record import FIT_FILE, BudgetRecord, DataRecord, ExitRecord, FitRecord, files_of
from edge_power.fitting.texts.dataset import TokenizedExamples
from edge_power.fitting.texts.score import beats_a_constant, metric_of, predict, predict_all, score
from edge_power.fitting.texts.teacher import taught_texts
from edge_power.fitting.training.machine import join_processes, keep_freed_memory
from edge_power.fitting.training.phase import Training
from edge_power.fitting.training.saving import saving
from edge_power.fitting.workplace import Workplace
from edge_power.model.classifier import PowerForSequenceClassification
from edge_power.model.exits import exits_fault
from edge_power.model.retention_file import Retention
from edge_power.progress import Progress, Silent
from edge_power_converters.output.ownership import Kind
from edge_power_converters.output.staging import Place, check_output, staged_directory
from edge_power_runtime.retention import RetentionSchedule

REPORT_FILE = "report.html"
FITTED = Kind("fitted checkpoint", FIT_FILE, files_of, remedy="move it away, and go on with `resume`")

# Standard errors that a fine-tuned model has to be better by than a constant: chance gets there once in 44 times.
CLEARLY = 2.0

_PACKAGES = ("edge-power", "torch", "transformers", "accelerate")


def fit(options: FitOptions, progress: Progress | None = None) -> FitRecord:
    """Learn how many word-vectors each encoder needs, and write a checkpoint that `convert` takes as it is.

    The output holds the model as save_pretrained writes it, retention.json, fit.json (the record), report.html and
    metrics.jsonl. Under torchrun or `accelerate launch` every process calls this with the same options.

    Args:
        options: what to do.
        progress: told of progress.

    Raises:
        EdgePowerError: bad input; what was trained before is kept, and --resume goes on with it.
    """
    keep_freed_memory()
    is_first = join_processes().is_main_process
    told = progress if progress is not None and is_first else Silent()
    output = check_output(options.output, force=options.force, kind=FITTED, inputs=_inputs(options))
    _check_machine(options)
    place = Workplace(options)
    place.check()
    prepared = prepare(options, told)
    _check_goal(options, prepared, told)
    try:
        place.open(prepared)
        record = _run(options, prepared, place.path, output, told)
    except OSError as error:
        raise FitError(
            f"cannot write in {place.path}: {error.strerror or error}; mend that, and go on with `resume`"
        ) from error
    place.remove(told)
    return record


def _inputs(options: FitOptions) -> list[Path]:
    """What is read, as far as it is on this machine; names of the hub and splits are no paths that are there."""
    sources = (options.train, options.dev, options.select)
    table = [] if options.latency is None else [options.latency]
    return [Path(options.model), *table, *(Path(source.name) for source in sources if source is not None)]


def _check_machine(options: FitOptions) -> None:
    if options.tensorboard and find_spec("tensorboard") is None:
        raise OptionError("`tensorboard` needs a package; run: pip install 'edge-power[tensorboard]'")
    if options.precision == "fp16" and not torch.cuda.is_available():
        raise OptionError("`precision` fp16 needs a GPU; take bf16 or fp32")
    processes = PartialState().num_processes
    if options.batch_size < processes or options.batch_size % processes:
        raise OptionError(
            f"`batch_size` {options.batch_size} cannot be split evenly among {processes} processes; "
            f"take a multiple of {processes}"
        )


def _check_goal(options: FitOptions, prepared: Prepared, progress: Progress) -> None:
    """Refuse what cannot be reached before anything is trained, and tell of what is reached without dropping words."""
    whole = prepared.model.config
    encoders = _encoders(options, prepared)
    check_encoders(whole, encoders)
    if (fault := exits_fault(options.exits, encoders=encoders, task=whole.task)) is not None:
        raise OptionError(f"`exits`: {fault}")
    cost = prepared.cost.with_encoders(encoders)
    for target in options.goal.targets.values():
        cost.check(target)
        if target >= cost.full:
            progress.line(
                f"a target of {target:g} of the multiply-adds drops no word: {encoders} encoders with all words take "
                f"{cost.full:.2f}; lower the target"
            )


def _encoders(options: FitOptions, prepared: Prepared) -> int:
    """How many are kept where the goal does not explore depth."""
    return prepared.model.config.num_encoders if options.encoders is None else options.encoders


def _run(options: FitOptions, prepared: Prepared, directory: Path, output: Place, progress: Progress) -> FitRecord:
    training = Training(
        options.batch_size, options.precision, options.seed, prepared.metric, tensorboard=options.tensorboard
    )
    ledger = Ledger(directory, training, progress)
    phases = Phases(options, prepared, ledger)
    whole, select, answers = prepared.model, prepared.texts.select, prepared.answers
    if answers is None:
        phases.fine_tune(whole, prepared.cost)
        answers = predict(whole, select)
        _check_fine_tuned(answers, select, progress)
    unpruned = metric_of(answers, select, prepared.metric)
    outcome = _reach(options, _with_teacher(phases, deepcopy(whole), progress, directory), whole, unpruned)
    progress.begin("scoring", 1)
    record = _record(options, prepared, ledger, whole, outcome, unpruned)
    if PartialState().is_main_process:
        _write(output, outcome, record, directory)
    PartialState().wait_for_everyone()
    return record


def _check_fine_tuned(answers: np.ndarray, select: TokenizedExamples, progress: Progress) -> None:
    """Tell of a model that learned next to nothing: that nothing is lost from there on says nothing."""
    if not beats_a_constant(answers, select, standard_errors=CLEARLY):
        progress.line(
            f"on the {len(select)} texts held out, the fine-tuned model is not clearly better than an "
            "answer that is always the same, so that what is lost from here on says little; give more texts, more "
            "epochs of fine-tuning or another learning rate"
        )


def _with_teacher(
    phases: Phases, teacher: PowerForSequenceClassification, progress: Progress, directory: Path
) -> Phases:
    taught = taught_texts(phases.prepared.texts, teacher, phases.options, progress, directory)
    return replace(phases, teacher=teacher, taught=taught)


def _reach(options: FitOptions, phases: Phases, whole: PowerForSequenceClassification, unpruned: float) -> Outcome:
    """Do what the goal says; `whole` is left as it is."""
    goal = options.goal
    if goal.max_loss is not None:
        return cheapest_within(phases, whole, goal.max_loss, unpruned=unpruned)
    model = lowest_encoders(whole, _encoders(options, phases.prepared))
    cost = phases.prepared.cost.with_encoders(model.config.num_encoders)
    if model.config.num_encoders < whole.config.num_encoders:
        phases.distil(model, cost)
    if goal.price is not None:
        return pay_price(phases, model, cost, goal.price)
    return reach_budgets(phases, model, cost, goal.targets)


def _record(
    options: FitOptions,
    prepared: Prepared,
    ledger: Ledger,
    whole: PowerForSequenceClassification,
    outcome: Outcome,
    unpruned: float,
) -> FitRecord:
    dev, metric = prepared.dev, prepared.metric
    on_dev = prepared.cost if dev is None else Cost.of(whole.config, dev.lengths)
    cost = on_dev.with_encoders(outcome.model.config.num_encoders)
    return FitRecord(
        model=Path(options.model).name,
        task=whole.config.task,
        metric=metric,
        encoders=outcome.model.config.num_encoders,
        unpruned_select=unpruned,
        unpruned_dev=None if dev is None else score(whole, dev, metric),
        data=_data(prepared),
        phases=ledger.records,
        candidates=outcome.candidates,
        budgets=tuple(
            _budget(prepared, cost, outcome.model, name, schedule) for name, schedule in outcome.budgets.items()
        ),
        options=_named(options),
        versions={package: version(package) for package in _PACKAGES},
        seconds=sum(phase.seconds for phase in ledger.records),
    )


def _budget(
    prepared: Prepared,
    cost: Cost,
    model: PowerForSequenceClassification,
    name: str,
    schedule: RetentionSchedule,
) -> BudgetRecord:
    left = cost.fraction(schedule)
    *exits, (select, dev) = _scores(prepared, model, schedule)
    return BudgetRecord(
        name=name,
        schedule=schedule.fractions,
        multiply_adds=left,
        of_full=left / cost.full,
        select_metric=select,
        dev_metric=dev,
        exits=tuple(ExitRecord(encoder, *found) for encoder, found in zip(model.config.exits, exits, strict=True)),
    )


def _scores(
    prepared: Prepared, model: PowerForSequenceClassification, schedule: RetentionSchedule
) -> list[tuple[float, float | None]]:
    """The metric on the texts held out and on dev: of each exit, then of the model's own head."""

    def scored(texts: TokenizedExamples) -> list[float]:
        return [metric_of(logits, texts, prepared.metric) for logits in predict_all(model, texts, schedule)]

    select = scored(prepared.texts.select)
    dev = [None] * len(select) if prepared.dev is None else scored(prepared.dev)
    return list(zip(select, dev, strict=True))


def _data(prepared: Prepared) -> DataRecord:
    dev = prepared.dev
    return DataRecord(
        train_rows=len(prepared.texts.train),
        select_rows=len(prepared.texts.select),
        dev_rows=0 if dev is None else len(dev),
        truncated=prepared.truncated,
        mean_length=mean_length(prepared.texts.select),
        dev_mean_length=None if dev is None else mean_length(dev),
    )


def _named(options: FitOptions) -> dict[str, str]:
    """Options as they are shown: those that say something."""
    named = {field.name: getattr(options, field.name) for field in fields(options)}
    shown = {name: _shown(value) for name, value in named.items() if name not in ("output", "resume", "force")}
    return {name.replace("_", " "): text for name, text in shown.items() if text}


def _shown(value: object) -> str:
    """A value as a person writes it; nothing for what says nothing."""
    if isinstance(value, Source | Path):
        return value.name
    if is_dataclass(value):
        value = {field.name.replace("_", " "): getattr(value, field.name) for field in fields(value)}
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {_shown(part)}" for name, part in value.items() if _shown(part))
    if isinstance(value, tuple):
        return ", ".join(map(str, value))
    return "" if value is None or value is False else str(value)


def _write(output: Place, outcome: Outcome, record: FitRecord, directory: Path) -> None:
    model = outcome.model
    model.budgets = {name: Retention(schedule=schedule) for name, schedule in outcome.budgets.items()}
    with staged_directory(output) as partial:
        with saving(output.output.parent):
            model.save_pretrained(partial)
        (partial / REPORT_FILE).write_text(render(record), encoding="utf-8")
        logs = sorted(directory.glob(f"*/{LOG_FILE}"))
        (partial / LOG_FILE).write_text("".join(log.read_text(encoding="utf-8") for log in logs), encoding="utf-8")
        for path, name in event_files(directory):
            copy = partial / "runs" / name
            copy.parent.mkdir(parents=True, exist_ok=True)  # in the directory that we make
            shutil.copyfile(path, copy)
        files = [path.relative_to(partial).as_posix() for path in partial.rglob("*") if path.is_file()]
        (partial / FIT_FILE).write_text(record.to_json([*files, FIT_FILE]), encoding="utf-8")

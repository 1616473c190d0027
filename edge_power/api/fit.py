"""`edge_power.fit`."""

from collections.abc import Mapping, Sequence
from os import PathLike, fspath
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from edge_power_runtime.reading.parameters import check_choices, several
from edge_power_runtime.system.native_output import hushed
from edge_power_runtime.tasks import TaskName

if TYPE_CHECKING:
    from edge_power.fitting.options import Goal
    from edge_power.fitting.record import FitRecord
    from edge_power.progress import Progress

DEFAULT_TARGET = 0.5


def fit(
    model: str | PathLike[str],
    train: str | PathLike[str],
    output: str | PathLike[str],
    *,
    dev: str | PathLike[str] | None = None,
    select: str | PathLike[str] | None = None,
    text_column: str | None = None,
    pair_column: str | None = None,
    label_column: str | None = None,
    label_separator: str | None = None,
    labels: Sequence[str] | None = None,
    task: TaskName | None = None,
    metric: str | None = None,
    max_length: int | None = None,
    target_macs: float | None = None,
    max_loss: float | None = None,
    latency: str | PathLike[str] | None = None,
    price: float | None = None,
    budgets: Mapping[str, float] | None = None,
    encoders: int | None = None,
    exits: Sequence[int] = (),
    fine_tune_epochs: float = 3.0,
    depth_epochs: float = 2.0,
    search_epochs: float = 1.0,
    retrain_epochs: float = 3.0,
    min_steps: int = 600,
    batch_size: int = 32,
    learning_rate: float = 3e-5,
    retention_rate: float | None = None,
    distil: float = 1.0,
    distil_states: float = 0.0,
    augment: float | None = None,
    precision: Literal["fp32", "bf16", "fp16"] = "fp32",
    seed: int = 0,
    tensorboard: bool = False,
    resume: bool = False,
    force: bool = False,
    progress: "Progress | None" = None,
) -> "FitRecord":
    """Learn how many word-vectors each encoder needs for a task.

    Fine-tunes the checkpoint where it has no head for these labels, searches with soft-extract (PoWER-BERT), and
    re-trains with the words dropped. The output is a checkpoint with its retention.json, which `convert` takes as it
    is, and report.html. Of `target_macs`, `max_loss`, `price` and `budgets` one is given, or none for a target of 0.5.

    Args:
        model: checkpoint, pretrained or fine-tuned, a directory or a name on the hub.
        train: labelled texts to train on, TSV, CSV or JSON lines (- is stdin), DIR[@SPLIT] of datasets, or
            NAME[:CONFIG][@SPLIT] on its hub.
        output: directory of the checkpoint to write.
        dev: labelled texts to report on, and for nothing else.
        select: labelled texts to choose by; by default a tenth of `train`, held out.
        text_column: column of the text; by default text_a, sentence or text.
        pair_column: column of the second text; by default text_b, if there.
        label_column: column of the label; by default label, or labels for several.
        label_separator: what stands between several labels of a row; by default | in a table's column labels.
        labels: names in the order of their ids; by default from the data.
        task: what labels are; by default regression where one is no whole number and all are numbers, multi-label
            where a row has a list.
        metric: to choose by and report; by default accuracy, spearman or f1_micro, by the task.
        max_length: tokens to cut longer texts at; by default the model's, at most 512.
        target_macs: part of the unpruned multiply-adds to keep; by default 0.5, where no other goal is given.
        max_loss: points of the metric to lose at most; the cheapest depth and retention.
        latency: report of a profile of this model with a latency table (JSON), by which `max_loss` finds the cheapest;
            by default a guess.
        price: the paper's price of a word, its lambda, instead of a target.
        budgets: several targets by name, for one set of weights.
        encoders: keep this many of the lowest encoders, distilled from all.
        exits: encoders to put a head of its own behind, such as 2,4, so that `convert` makes stages that can stop
            there; trained while re-training.
        fine_tune_epochs: of a model without these labels.
        depth_epochs: after encoders were left out.
        search_epochs: of the search with soft-extract.
        retrain_epochs: of the re-training with extract.
        min_steps: of each phase, however few the texts.
        batch_size: over all processes.
        learning_rate: of the weights.
        retention_rate: of the retention parameters; by default from the number of steps.
        distil: weight of the fine-tuned model against labels.
        distil_states: weight of its [CLS] states at all encoders.
        augment: part of the words swapped in copies of the texts that it answers; by default 0.15, or 0 if `distil` is
            below 1.
        precision: of training; bf16 takes half the time where the processor multiplies it (AVX-512 BF16).
        seed: of order, dropout and new weights.
        tensorboard: write its event files to the output's runs.
        resume: go on where a killed run was; options and texts must be the same.
        force: replace a fitted checkpoint that is there.
        progress: is told of the phases and their steps.

    Returns:
        What was done and measured; also in the output's fit.json.

    Raises:
        InputError, OptionError: an argument cannot be used; the message names it.
        CheckpointError, DataError: the model or the texts cannot be read.
        FitError: it cannot go on; what was trained is kept, and `resume` goes on with it.
        OutputError: the output cannot be written.
    """
    check_choices(fit, task=task, precision=precision)
    with hushed():  # what transformers imports on the way prints warnings of its own
        from edge_power.fitting.run import fit as learn
    from edge_power.data import Columns, Source
    from edge_power.fitting.options import Epochs, FitOptions
    from edge_power.fitting.training.objective import Distillation

    columns = Columns(text_column, pair_column, label_column, label_separator)

    def source(name: str | PathLike[str] | None, split: str) -> Source | None:
        return None if name is None else Source(fspath(name), columns, split)

    options = FitOptions(
        model=fspath(model),
        train=Source(fspath(train), columns, None),
        output=Path(output),
        goal=_goal(target_macs, max_loss, price, budgets),
        dev=source(dev, "validation"),
        select=source(select, "validation"),
        task=task,
        labels=None if labels is None else several("labels", labels),
        metric=metric,
        latency=None if latency is None else Path(latency),
        max_length=max_length,
        encoders=encoders,
        exits=tuple(sorted(several("exits", exits))),
        epochs=Epochs(fine_tune_epochs, depth_epochs, search_epochs, retrain_epochs),
        fewest_steps=min_steps,
        batch_size=batch_size,
        learning_rate=learning_rate,
        retention_rate=retention_rate,
        distillation=Distillation(distil, distil_states, augment) if distil or distil_states or augment else None,
        precision=precision,
        seed=seed,
        tensorboard=tensorboard,
        resume=resume,
        force=force,
    )
    return learn(options, progress)


def _goal(
    target: float | None, max_loss: float | None, price: float | None, budgets: Mapping[str, float] | None
) -> "Goal":
    from edge_power.fitting.options import Goal

    if target is None and max_loss is None and price is None and not budgets:
        target = DEFAULT_TARGET
    return Goal(price=price, target=target, max_loss=max_loss, budgets=dict(budgets or {}))

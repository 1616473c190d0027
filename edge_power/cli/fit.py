"""`edge-power fit`."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from edge_power.cli.data_options import SOURCE_HELP, column_options, labels_option, task_option
from edge_power.cli.screens.screen import error_console, output_console, say, table
from edge_power.cli.screens.training import TrainingScreen
from edge_power.cli.sheet import Sheet
from edge_power.data import Columns, Source
from edge_power_runtime.errors import InputError
from edge_power_runtime.reading.printable import shell_word
from edge_power_runtime.system.native_output import hushed
from edge_power_runtime.tasks import TaskName

if TYPE_CHECKING:
    from edge_power.fitting.options import Goal
    from edge_power.fitting.record import Candidate, FitRecord

TARGET = 0.5


@click.command()
@click.option("--model", required=True, help="Checkpoint, pretrained or fine-tuned: a directory or a hub name.")
@click.option("--train", required=True, help=f"Labelled texts to train on: {SOURCE_HELP}")
@click.option("--dev", help="Labelled texts to report on, and for nothing else.")
@click.option("--select", help="Labelled texts to choose by.  [default: a tenth of --train, held out]")
@click.option("--output", required=True, type=click.Path(path_type=Path), help="Directory of the checkpoint to write.")
@column_options()
@labels_option()
@task_option()
@click.option("--metric", help="To choose by and report.  [default: accuracy, spearman or f1_micro, by the task]")
@click.option("--max-length", type=int, help="Tokens to cut longer texts at.  [default: the model's, at most 512]")
@click.option("--target-macs", type=float, help=f"Part of the unpruned multiply-adds to keep.  [default: {TARGET}]")
@click.option("--max-loss", type=float, help="Points of the metric to lose at most; the cheapest depth and retention.")
@click.option("--lambda", "price", type=float, help="The paper's price of a word, instead of a target.")
@click.option("--budget", "budgets", multiple=True, metavar="NAME=PART", help="Several targets for one set of weights.")
@click.option("--encoders", type=int, help="Keep this many of the lowest encoders, distilled from all.")
@click.option("--fine-tune-epochs", type=float, default=3.0, show_default=True, help="Of a model without these labels.")
@click.option("--depth-epochs", type=float, default=2.0, show_default=True, help="After encoders were left out.")
@click.option("--search-epochs", type=float, default=1.0, show_default=True, help="Of the search with soft-extract.")
@click.option("--retrain-epochs", type=float, default=3.0, show_default=True, help="Of the re-training with extract.")
@click.option("--min-steps", type=int, default=600, show_default=True, help="Of each phase, however few the texts.")
@click.option("--batch-size", type=int, default=32, show_default=True, help="Over all processes.")
@click.option("--learning-rate", type=float, default=3e-5, show_default=True, help="Of the weights.")
@click.option("--retention-rate", type=float, help="Of the retention parameters.  [default: from the number of steps]")
@click.option(
    "--distil", type=float, default=1.0, show_default=True, help="Weight of the fine-tuned model against labels."
)
@click.option(
    "--distil-states", type=float, default=0.0, show_default=True, help="Weight of its [CLS] states at all encoders."
)
@click.option(
    "--augment",
    type=float,
    help="Part of the words swapped in copies of the texts that it answers.  [default: 0.15; 0 if --distil is below 1]",
)
@click.option(
    "--precision",
    type=click.Choice(["fp32", "bf16", "fp16"]),
    default="fp32",
    show_default=True,
    help="Of training; bf16 takes half the time where the processor multiplies it (AVX-512 BF16).",
)
@click.option("--seed", type=int, default=0, show_default=True, help="Of order, dropout and new weights.")
@click.option("--tensorboard", is_flag=True, help="Write its event files to OUTPUT/runs.")
@click.option("--resume", is_flag=True, help="Go on where a killed run was; options and texts must be the same.")
@click.option("--force", is_flag=True, help="Replace a fitted checkpoint that is there.")
def command(
    model: str,
    train: str,
    dev: str | None,
    select: str | None,
    output: Path,
    columns: Columns,
    labels: tuple[str, ...] | None,
    task: TaskName | None,
    metric: str | None,
    max_length: int | None,
    target_macs: float | None,
    max_loss: float | None,
    price: float | None,
    budgets: tuple[str, ...],
    encoders: int | None,
    fine_tune_epochs: float,
    depth_epochs: float,
    search_epochs: float,
    retrain_epochs: float,
    min_steps: int,
    batch_size: int,
    learning_rate: float,
    retention_rate: float | None,
    distil: float,
    distil_states: float,
    augment: float | None,
    precision: str,
    seed: int,
    tensorboard: bool,
    resume: bool,
    force: bool,
) -> int:
    r"""Learn how many word-vectors each encoder needs for a task.

    \b
    Fine-tunes the checkpoint where it has no head for these labels, searches with
    soft-extract (PoWER-BERT), and re-trains with the words dropped. The output is a
    checkpoint with its retention.json, which convert takes as it is, and report.html.

    \b
    Examples:
      edge-power fit --model my-checkpoint --train train.tsv --dev dev.tsv --output my-fit
      edge-power fit --model my-checkpoint --train train.tsv --output my-fit --max-loss 1.0
      edge-power fit --model my-checkpoint --train train.tsv --output my-fit \
        --budget balanced=0.6 --budget fast=0.35
    """
    goal = _goal(target_macs, max_loss, price, budgets)
    with _kept_when_interrupted(output), TrainingScreen(error_console()) as watcher:
        watcher.begin("starting", 1)
        with hushed():  # what transformers imports on the way prints warnings of its own
            from edge_power.fitting.run import fit
        from edge_power.fitting.options import Epochs, FitOptions
        from edge_power.fitting.training.objective import Distillation

        def source(name: str | None, split: str) -> Source | None:
            return None if name is None else Source(name, columns, split)

        record = fit(
            FitOptions(
                model=model,
                train=Source(train, columns, None),
                output=output,
                goal=goal,
                dev=source(dev, "validation"),
                select=source(select, "validation"),
                task=task,
                labels=labels,
                metric=metric,
                max_length=max_length,
                encoders=encoders,
                epochs=Epochs(fine_tune_epochs, depth_epochs, search_epochs, retrain_epochs),
                fewest_steps=min_steps,
                batch_size=batch_size,
                learning_rate=learning_rate,
                retention_rate=retention_rate,
                distillation=Distillation(distil, distil_states, augment)
                if distil or distil_states or augment
                else None,
                precision=precision,  # type: ignore[arg-type]  # click.Choice made sure of it
                seed=seed,
                tensorboard=tensorboard,
                resume=resume,
                force=force,
            ),
            watcher,
        )
    from accelerate import PartialState

    if PartialState().is_main_process:
        _print(record, output)
    return 0


@contextmanager
def _kept_when_interrupted(output: Path) -> Iterator[None]:
    """Say after Ctrl-C that what was trained is there; other commands write nothing then."""
    try:
        yield
    except KeyboardInterrupt:
        from edge_power.cli import INTERRUPTED
        from edge_power.fitting.contents import PLAN_FILE
        from edge_power.fitting.workplace import unfinished

        directory = unfinished(output)
        if not (directory / PLAN_FILE).is_file():
            raise
        say(f"error: interrupted; what was trained is in {directory}, go on with --resume", err=True)
        raise click.exceptions.Exit(INTERRUPTED) from None


def _goal(target: float | None, max_loss: float | None, price: float | None, budgets: tuple[str, ...]) -> "Goal":
    from edge_power.fitting.options import Goal

    if target is None and max_loss is None and price is None and not budgets:
        target = TARGET
    named: dict[str, float] = {}
    for name, part in map(_budget, budgets):
        if name in named:
            raise InputError(f"--budget names {name!r} twice; name each budget once")
        named[name] = part
    return Goal(price=price, target=target, max_loss=max_loss, budgets=named)


def _budget(text: str) -> tuple[str, float]:
    name, equals, part = text.partition("=")
    try:
        return name.strip(), float(part)
    except ValueError as error:
        raise InputError(f"--budget {text!r} is no NAME=PART; give one such as fast=0.35") from error


def _print(record: "FitRecord", output: Path) -> None:
    console = output_console()
    console.print(_phases(record))
    console.print()
    console.print(_budgets(record))
    texts = "held-out" if record.unpruned_dev is None else "dev"
    say(f"multiply-adds: of the unpruned model's, each {texts} text at its own length; with all words we take")
    say(f"{_full(record):.2f} of them, as our last encoder computes the row of [CLS] alone")
    if record.candidates:
        say(_tried(record.candidates))
    if record.data.truncated:
        say(f"too long, and cut: {record.data.truncated} texts")
    say(f"wrote {output}; look at {output / 'report.html'}, or go on with:")
    say(f"  edge-power convert --model {shell_word(output)} --output {shell_word(f'{output}-bundle')}")


def _phases(record: "FitRecord") -> Sheet:
    made = table(
        "phase", f"{record.metric} held out", "multiply-adds", "retention", "steps", "minutes",
        numbers=(f"{record.metric} held out", "multiply-adds", "steps", "minutes"),
    )  # fmt: skip
    for phase in record.phases:
        kept = " ".join(f"{fraction:.2f}" for fraction in phase.schedule[:-1]) or "all"
        several = phase.name == "re-train" and not phase.schedule
        made.add_row(
            phase.title,
            f"{phase.metric:.4f}",
            f"{phase.multiply_adds:.2f}",
            "several" if several else kept,
            str(phase.steps),
            f"{phase.seconds / 60:.1f}",
        )
    return made


def _budgets(record: "FitRecord") -> Sheet:
    numbers = (f"{record.metric} held out", f"{record.metric} dev", "multiply-adds")
    made = table("budget", *numbers, "retention", numbers=numbers)
    made.add_row("unpruned", f"{record.unpruned_select:.4f}", _shown(record.unpruned_dev), "1.00", "all")
    for budget in record.budgets:
        kept = " ".join(f"{fraction:.2f}" for fraction in budget.schedule[:-1])
        made.add_row(
            budget.name, f"{budget.select_metric:.4f}", _shown(budget.dev_metric), f"{budget.multiply_adds:.2f}", kept
        )
    return made


def _full(record: "FitRecord") -> float:
    """Multiply-adds of our own program that drops nothing."""
    return record.budgets[0].multiply_adds / record.budgets[0].of_full


def _tried(candidates: "Sequence[Candidate]") -> str:
    from edge_power.fitting.page.words import list_of

    depths = list_of([str(encoders) for encoders in sorted({one.encoders for one in candidates}, reverse=True)])
    chosen = ", ".join(f"{one.title} ({one.stage})" for one in candidates if one.chosen)
    return f"tried: {len(candidates)} points at {depths} encoders, all of them in report.html; chosen: {chosen}"


def _shown(metric: float | None) -> str:
    return "-" if metric is None else f"{metric:.4f}"

"""`edge-power fit`."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from edge_power.api.fit import fit
from edge_power.cli.options import help_of, options_of
from edge_power.cli.screens.progress_screen import ProgressScreen
from edge_power.cli.screens.screen import error_console, output_console, say, table
from edge_power.cli.sheet import Sheet
from edge_power_runtime.errors import InputError
from edge_power_runtime.reading.printable import shell_word

if TYPE_CHECKING:
    from edge_power.fitting.record import Candidate, FitRecord


def _read_budgets(context: click.Context, option: click.Parameter, typed: tuple[str, ...]) -> dict[str, float]:
    named: dict[str, float] = {}
    for name, part in map(_budget, typed):
        if name in named:
            raise InputError(f"--budget names {name!r} twice; name each budget once")
        named[name] = part
    return named


def _budget(text: str) -> tuple[str, float]:
    name, equals, part = text.partition("=")
    try:
        return name.strip(), float(part)
    except ValueError as error:
        raise InputError(f"--budget {text!r} is no NAME=PART; give one such as fast=0.35") from error


def _read_labels(context: click.Context, option: click.Parameter, typed: str | None) -> tuple[str, ...] | None:
    from edge_power.data import labels_from

    return None if typed is None else labels_from(typed)


@click.command()
@options_of(fit, flags={"price": "--lambda"}, but=("budgets", "labels", "progress"))
@click.option(
    "--labels",
    callback=_read_labels,
    metavar="FILE|NAMES",
    help=f"{help_of(fit, 'labels')} A file has one on each line.",
)
@click.option(
    "--budget", "budgets", multiple=True, callback=_read_budgets, metavar="NAME=PART", help=help_of(fit, "budgets")
)
def command(output: str, **others: Any) -> int:
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
    with _kept_when_interrupted(Path(output)), ProgressScreen(error_console()) as screen:
        screen.begin("starting")
        record = fit(output=output, progress=screen, **others)
    from accelerate import PartialState

    if PartialState().is_main_process:
        _print(record, Path(output))
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


def _print(record: "FitRecord", output: Path) -> None:
    console = output_console()
    console.print(_phases(record))
    console.print()
    console.print(_budgets(record))
    if any(budget.exits for budget in record.budgets):
        console.print()
        console.print(_exits(record))
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


def _exits(record: "FitRecord") -> Sheet:
    """What each exit says by itself of every text."""
    numbers = ("exit behind encoder", f"{record.metric} held out", f"{record.metric} dev")
    made = table("budget", *numbers, numbers=numbers)
    for budget in record.budgets:
        for one in budget.exits:
            made.add_row(budget.name, str(one.encoder), f"{one.select_metric:.4f}", _shown(one.dev_metric))
    return made


def _full(record: "FitRecord") -> float:
    """Multiply-adds of our own program that drops nothing."""
    return record.budgets[0].multiply_adds / record.budgets[0].of_full


def _tried(candidates: "Sequence[Candidate]") -> str:
    from edge_power_runtime.profiler.report.figures import list_of

    depths = list_of([str(encoders) for encoders in sorted({one.encoders for one in candidates}, reverse=True)])
    chosen = ", ".join(f"{one.title} ({one.stage})" for one in candidates if one.chosen)
    return f"tried: {len(candidates)} points at {depths} encoders, all of them in report.html; chosen: {chosen}"


def _shown(metric: float | None) -> str:
    return "-" if metric is None else f"{metric:.4f}"

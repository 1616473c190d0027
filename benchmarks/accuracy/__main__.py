"""Runs units of the benchmark, and makes the page of all results.

    python -m benchmarks.accuracy --output out/accuracy --list
    python -m benchmarks.accuracy --output out/accuracy --task mrpc --arm learned --seed 0
    python -m benchmarks.accuracy --output out/accuracy --known docs/accuracy.json --task mrpc --arm first --seed 0
    python -m benchmarks.accuracy --table out/accuracy

A unit is one arm of one task with one seed. One that is done is skipped, one that was killed goes on where it was.
Units may run at the same time, but for the first of a task and seed, which fine-tunes the model for all of them.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from benchmarks.accuracy.arms import ARMS
from benchmarks.accuracy.estimate import minutes
from benchmarks.accuracy.page import read_page, read_results, take_over, write_page
from benchmarks.accuracy.tasks import TASKS, Settings
from benchmarks.accuracy.units import Unit, run, units
from edge_power.cli.screens.progress_screen import ProgressScreen
from edge_power.cli.screens.screen import error_console, say
from edge_power.fitting.options import FEWEST_STEPS
from edge_power.fitting.training.phase import Precision
from edge_power_runtime.errors import EdgePowerError
from edge_power_runtime.reading.whole_file import write_whole

SETTINGS_FILE = "settings.json"


@click.command()
@click.option("--output", type=click.Path(path_type=Path), help="Directory of results.")
@click.option("--task", "tasks", multiple=True, type=click.Choice(list(TASKS)), help="[default: all]")
@click.option("--arm", "arms", multiple=True, type=click.Choice(list(ARMS)), help="[default: all]")
@click.option("--seed", "seeds", multiple=True, type=int, help="[default: what the task says]")
@click.option("--shared", default="../shared", type=click.Path(path_type=Path), show_default=True)
@click.option("--rows", type=int, help="Of train and of dev at most, for a trial.")
@click.option("--min-steps", default=FEWEST_STEPS, show_default=True, help="Of each phase; fewer for a trial.")
@click.option("--precision", type=click.Choice(["fp32", "bf16"]), default="fp32", show_default=True)
@click.option(
    "--known",
    type=click.Path(exists=True, path_type=Path),
    help="JSON file of an earlier page. What it has is not run again where the fine-tuned model came out the same.",
)
@click.option("--list", "is_list", is_flag=True, help="Print the units that are asked for; run none.")
@click.option(
    "--table", type=click.Path(exists=True, path_type=Path), help="Make the page of this directory's results."
)
@click.option("--page", default="docs/accuracy.md", type=click.Path(path_type=Path), show_default=True)
def main(
    output: Path | None,
    tasks: tuple[str, ...],
    arms: tuple[str, ...],
    seeds: tuple[int, ...],
    shared: Path,
    rows: int | None,
    min_steps: int,
    precision: Precision,
    known: Path | None,
    is_list: bool,
    table: Path | None,
    page: Path,
) -> None:
    """Measure what retention costs in accuracy, against baselines of the same multiply-adds."""
    if (output is None) == (table is None):
        raise click.UsageError("give --output DIR to run units, or --table DIR to make the page")
    if table is not None:
        with _one_line():
            write_page(read_results(table), page, is_trial=_is_trial(table))
        return
    assert output is not None
    settings = Settings(shared, output, rows, min_steps, precision)
    _agree(settings)
    if known is not None and settings.is_trial:
        raise click.UsageError("--known has results of whole runs, no trial's; leave it out, or --rows and --min-steps")
    with _one_line():
        earlier = [] if known is None else read_page(known)
    for unit in units(tasks, arms, seeds):
        if earlier:
            with _one_line():
                take_over(earlier, settings)
        if is_list:
            _print(unit, settings)
        elif not unit.path(settings).is_file():
            _run(unit, settings)


@contextmanager
def _one_line() -> Iterator[None]:
    """Say what was wrong, and exit with 2."""
    try:
        yield
    except EdgePowerError as error:
        raise click.UsageError(str(error)) from error


def _agree(settings: Settings) -> None:
    """Keep figures of trials apart from those of real runs."""
    wanted = _named(settings)
    found = _begun(settings.output) if (settings.output / SETTINGS_FILE).is_file() else wanted
    if found != wanted:
        raise click.UsageError(f"{settings.output} was begun with {found}, found {wanted}; take another --output")


def _named(settings: Settings) -> dict[str, int | str | None]:
    return {"rows": settings.rows, "min_steps": settings.fewest_steps, "precision": settings.precision}


def _is_trial(directory: Path) -> bool:
    found = _begun(directory)
    return Settings(Path(), directory, found["rows"], found["min_steps"]).is_trial


def _begun(directory: Path) -> dict[str, Any]:
    """What the results of a directory were begun with."""
    path = directory / SETTINGS_FILE
    try:
        found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return {name: found[name] for name in ("rows", "min_steps", "precision")}
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise click.UsageError(f"{path} is no record of a benchmark; give a directory that --output made") from error


def _print(unit: Unit, settings: Settings) -> None:
    state = "done" if unit.path(settings).is_file() else f"{minutes(unit, settings):4.0f} min"
    say(f"{state:>9}  python -m benchmarks.accuracy --output {settings.output} {unit.options()}")


def _run(unit: Unit, settings: Settings) -> None:
    say(unit.options(), err=True)
    settings.output.mkdir(parents=True, exist_ok=True)
    write_whole(settings.output / SETTINGS_FILE, json.dumps(_named(settings)) + "\n")
    with _one_line(), ProgressScreen(error_console()) as screen:
        result = run(unit, settings, screen)
    say(
        f"{unit.options()}: {result.metric} {result.found.dev:.4f} on dev, {result.loss:.2f} points lost, "
        f"{result.found.multiply_adds:.2f} of the multiply-adds, {result.seconds / 60:.1f} min"
    )


if __name__ == "__main__":
    main()

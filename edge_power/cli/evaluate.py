"""`edge-power evaluate`."""

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.progress import Progress, TaskID

from edge_power.cli.data_options import SOURCE_HELP, column_options
from edge_power.cli.options import engine_option, parse_lengths, threads_option, threshold_option
from edge_power.cli.screens.screen import error_console, mega_macs, output_console, progress_bar, say_data, shown, table
from edge_power.data import Columns, Kept, Source, count_rows, keep
from edge_power_runtime.bundle.manifest import MANIFEST_FILE
from edge_power_runtime.errors import InputError
from edge_power_runtime.reading.printable import printable

if TYPE_CHECKING:
    from edge_power.evaluation import Evaluation, Predictor
    from edge_power.model.classifier import PowerForSequenceClassification
    from edge_power.model.retention_file import Retention

ALL = "all"


@click.command()
@click.argument("target", metavar="BUNDLE|MODEL")
@click.option("--data", required=True, metavar="SOURCE", help=f"Labelled texts: {SOURCE_HELP}")
@column_options()
@engine_option()
@click.option("--budget", "budgets", multiple=True, help="Repeat it for several, or say all.  [default: the first]")
@threads_option()
@click.option("--lengths", help="Of a model, in PyTorch: lengths to pad to.  [default: 32,64,128, as far as it goes]")
@click.option(
    "--keep",
    "keeps",
    multiple=True,
    help="Of a model: fraction of the length that each encoder passes on; repeat it for several.  "
    "[default: its own retention.json, or all]",
)
@threshold_option("the bundle's, or 0.5")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def command(
    target: str,
    data: str,
    columns: Columns,
    engine: str | None,
    budgets: tuple[str, ...],
    threads: int,
    lengths: str | None,
    keeps: tuple[str, ...],
    threshold: float | None,
    as_json: bool,
) -> None:
    r"""Score a bundle or a checkpoint on labelled texts.

    \b
    The data names its columns: label and text_a (or text, sentence), and text_b for pairs;
    those that public sets use for pairs are understood, others are named by option.
    Classification gives accuracy, F1 and Matthews correlation; regression Pearson and
    Spearman correlation; several labels a text, in a column labels with | between, micro
    and macro F1, label-ranking average precision and exact matches.

    \b
    Examples:
      edge-power evaluate my-bundle --data dev.tsv --engine tflite
      edge-power evaluate my-checkpoint --data dev.tsv --keep 0.9,0.8,0.7,0.6,0.5 --keep 0.7,0.5,0.4,0.3,0.2
      edge-power evaluate my-checkpoint --data glue:sst2@validation
      edge-power evaluate my-bundle --data dev.tsv --budget all
    """
    is_bundle = (Path(target) / MANIFEST_FILE).exists()
    if is_bundle and (lengths or keeps):
        raise InputError(f"{target} is a bundle, whose lengths and retention are fixed; leave out --lengths and --keep")
    if not is_bundle and engine:
        raise InputError(f"{target} is no bundle, and runs in PyTorch; leave out --engine")
    if budgets and keeps:
        raise InputError("--keep and --budget both say what to keep; give one of them")
    source = keep(Source(data, columns), need_labels=True)
    rows = count_rows(source)
    predictors = (
        _bundle(target, engine, budgets, threads, threshold)
        if is_bundle
        else _model(target, lengths, keeps, budgets, threads, threshold)
    )
    results: dict[str, Evaluation] = {}
    with progress_bar(error_console()) as bar:
        for name, predictor in predictors.items():
            task = bar.add_task(printable(f"evaluating {target}, {name}"), total=rows)
            results[name] = _evaluate(predictor, source, bar, task)
    if as_json:
        said = {name: _json(result) for name, result in results.items()}
        say_data(json.dumps(said if len(said) > 1 else next(iter(said.values()))))
    else:
        _print(results, str(source))


def _evaluate(predictor: "Predictor", source: Path | Source | Kept, bar: Progress, task: TaskID) -> "Evaluation":
    from edge_power.evaluation import evaluate

    return evaluate(predictor, source, progress=lambda done: bar.advance(task, done))


def _json(result: "Evaluation") -> dict[str, float]:
    return {**result.metrics, "rows": result.rows, "truncated": result.truncated, "multiply_adds": result.macs}


def _print(results: "dict[str, Evaluation]", data: str) -> None:
    """One row per schedule, the trade-off, or for a single one a row per metric."""
    console = output_console()
    first = next(iter(results.values()))
    if len(results) == 1:
        made = table("metric", "value", numbers=("value",))
        for name, value in first.metrics.items():
            made.add_row(name, f"{value:.4f}")
    else:
        numbers = (*first.metrics, "multiply-adds")
        made = table("schedule", *numbers, numbers=numbers)
        for name, result in results.items():
            made.add_row(name, *(f"{value:.4f}" for value in result.metrics.values()), mega_macs(round(result.macs)))
    console.print(made)
    cut = f", {first.truncated} cut at the longest length" if first.truncated else ""
    adds = f"{mega_macs(round(first.macs))} multiply-adds a text" if len(results) == 1 else "multiply-adds of a text"
    console.print(shown(f"{first.rows} rows of {data}{cut}; {adds}, mean, padding included"), soft_wrap=True)


def _bundle(
    target: str, engine: str | None, budgets: tuple[str, ...], threads: int, threshold: float | None
) -> "dict[str, Predictor]":
    from edge_power.evaluation import BundlePredictor
    from edge_power_runtime import Classifier

    budget = budgets[0] if budgets and ALL not in budgets else None
    first = Classifier.open(target, engine=engine, budget=budget, num_threads=threads, threshold=threshold)
    others = [entry.name for entry in first.bundle.manifest.budgets] if ALL in budgets else list(budgets)
    return {name: BundlePredictor(first.at(name)) for name in dict.fromkeys((first.budget, *others))}


def _model(
    target: str,
    lengths: str | None,
    keeps: tuple[str, ...],
    budgets: tuple[str, ...],
    threads: int,
    threshold: float | None,
) -> "dict[str, Predictor]":
    import torch

    from edge_power.evaluation import EagerPredictor
    from edge_power.model.classifier import PowerForSequenceClassification

    if threads < 1:
        raise InputError(f"--threads is {threads}, must be at least 1")
    torch.set_num_threads(threads)
    model = PowerForSequenceClassification.from_pretrained(target)
    padded = _default_lengths(model.config.max_positions) if lengths is None else parse_lengths(lengths)
    return {
        name: EagerPredictor(model, padded, retention, threshold=threshold)
        for name, retention in _schedules(model, keeps, budgets).items()
    }


def _default_lengths(longest: int) -> tuple[int, ...]:
    return tuple(length for length in (32, 64, 128) if length <= longest) or (longest,)


def _schedules(
    model: "PowerForSequenceClassification", keeps: tuple[str, ...], budgets: tuple[str, ...]
) -> "dict[str, Retention | None]":
    """What to score, by name; beside several of --keep, all words as well."""
    from edge_power.model.retention_file import FULL, parse_keep

    if keeps:
        named: dict[str, Retention | None] = {keep: parse_keep(keep) for keep in keeps}
        return named if len(named) == 1 else {**named, FULL: None}
    own: dict[str, Retention | None] = {**model.budgets, FULL: None}
    if ALL in budgets:
        return own
    if not budgets:
        return dict([next(iter(own.items()))])
    unknown = [name for name in budgets if name not in own]
    if unknown:
        raise InputError(f"no budget {unknown[0]!r}; there are: {', '.join(own)}")
    return {name: own[name] for name in budgets}

"""`edge-power evaluate`."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from edge_power.cli.data_options import SOURCE_HELP, column_options
from edge_power.cli.options import engine_option, parse_lengths, threads_option
from edge_power.cli.screen import error_console, output_console, progress_bar, table
from edge_power.data import Columns, Source, count_rows
from edge_power_runtime.errors import InputError
from edge_power_runtime.manifest import MANIFEST_FILE

if TYPE_CHECKING:
    from edge_power.evaluate import Predictor


@click.command()
@click.argument("target", metavar="BUNDLE|MODEL")
@click.option("--data", required=True, metavar="SOURCE", help=f"Labelled texts: {SOURCE_HELP}")
@column_options()
@engine_option()
@click.option("--budget", help="Of a bundle.  [default: its first]")
@threads_option()
@click.option("--lengths", help="Of a model, in PyTorch: lengths to pad to.  [default: 32,64,128]")
@click.option(
    "--keep",
    help="Of a model: fraction of the length that each encoder passes on.  [default: all, or its own retention.json]",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def command(
    target: str,
    data: str,
    columns: Columns,
    engine: str | None,
    budget: str | None,
    threads: int,
    lengths: str | None,
    keep: str | None,
    as_json: bool,
) -> None:
    r"""Score a bundle or a checkpoint on labelled texts.

    \b
    The data names its columns: label and text_a (or text, sentence), and text_b for pairs;
    those that public sets use for pairs are understood, others are named by option.
    Classification gives accuracy, F1 and Matthews correlation; regression Pearson and
    Spearman correlation.

    \b
    Examples:
      edge-power evaluate my-bundle --data dev.tsv --engine tflite
      edge-power evaluate my-checkpoint --data dev.tsv --keep 0.9,0.8,0.7,0.6,0.5
      edge-power evaluate my-checkpoint --data glue:sst2@validation
    """
    from edge_power.evaluate import evaluate

    is_bundle = (Path(target) / MANIFEST_FILE).exists()
    if is_bundle and (lengths or keep):
        raise InputError(f"{target} is a bundle, whose lengths and retention are fixed; leave out --lengths and --keep")
    if not is_bundle and (engine or budget):
        raise InputError(f"{target} is no bundle, and runs in PyTorch; leave out --engine and --budget")
    source = Source(data, columns)
    rows = count_rows(source)
    predictor = _bundle(target, engine, budget, threads) if is_bundle else _model(target, lengths, keep, threads)
    with progress_bar(error_console()) as bar:
        task = bar.add_task(f"evaluating {target}", total=rows)
        result = evaluate(predictor, source, progress=lambda done: bar.advance(task, done))
    if as_json:
        import json

        click.echo(json.dumps({**result.metrics, "rows": result.rows, "truncated": result.truncated}))
        return
    made = table("metric", "value", numbers=("value",))
    for name, value in result.metrics.items():
        made.add_row(name, f"{value:.4f}")
    console = output_console()
    console.print(made)
    cut = f", {result.truncated} cut at the longest length" if result.truncated else ""
    console.print(f"{result.rows} rows of {data}{cut}", markup=False)


def _bundle(target: str, engine: str | None, budget: str | None, threads: int) -> "Predictor":
    from edge_power.evaluate import BundlePredictor
    from edge_power_runtime import Classifier

    return BundlePredictor(Classifier.open(target, engine=engine, budget=budget, num_threads=threads))


def _model(target: str, lengths: str | None, keep: str | None, threads: int) -> "Predictor":
    import torch

    from edge_power.evaluate import EagerPredictor
    from edge_power.model import PowerForSequenceClassification
    from edge_power.retention_file import parse_keep

    if threads < 1:
        raise InputError(f"--threads is {threads}, must be at least 1")
    torch.set_num_threads(threads)
    model = PowerForSequenceClassification.from_pretrained(target)
    retention = model.retention if keep is None else parse_keep(keep)
    return EagerPredictor(model, parse_lengths(lengths or "32,64,128"), retention)

"""`edge-power explain`."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from edge_power.cli.options import choose_retention, engine_option, read_budgets_options, threshold_option
from edge_power.cli.screens.screen import output_console, say, say_data
from edge_power_runtime.bundle.manifest import MANIFEST_FILE
from edge_power_runtime.errors import InputError
from edge_power_runtime.reading.whole_file import refuse_inputs

if TYPE_CHECKING:
    from edge_power.explaining.explanation import Explanation
    from edge_power_runtime.text import Text


@click.command()
@click.argument("text")
@click.argument("pair", required=False)
@click.option("--model", required=True, help="Checkpoint: a directory or a hub name; or a bundle.")
@click.option(
    "--keep", help="Of a checkpoint: fraction of the length that each encoder passes on.  [default: its retention.json]"
)
@click.option("--retention", type=click.Path(path_type=Path), help="Of a checkpoint: JSON file, as convert takes it.")
@engine_option()
@click.option("--budget", help="Of a bundle, or of a retention.json that has several.  [default: its first]")
@threshold_option("the bundle's, or 0.5")
@click.option("--html", type=click.Path(path_type=Path), help="Also write the picture as a page.")
@click.option("--force", is_flag=True, help="Replace the page if it exists.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def command(
    text: str,
    pair: str | None,
    model: str,
    keep: str | None,
    retention: Path | None,
    engine: str | None,
    budget: str | None,
    threshold: float | None,
    html: Path | None,
    force: bool,
    as_json: bool,
) -> None:
    r"""Show the words of a text that survive each encoder.

    \b
    One row per encoder; a word that it drops leaves a dot. The stronger the colour,
    the more attention the word receives there; a bundle does not tell how much.

    \b
    Examples:
      edge-power explain --model my-checkpoint "a delightful film" --html film.html
      edge-power explain --model my-checkpoint "a delightful film" --keep 0.8,0.6,0.45,0.3,0.2
      edge-power explain --model my-bundle "Is it open?" "The shop opens at nine."
    """
    is_bundle = (Path(model) / MANIFEST_FILE).exists()
    if is_bundle and (keep or retention):
        raise InputError(f"{model} is a bundle, whose retention is fixed; leave out --keep and --retention")
    if not is_bundle and engine:
        raise InputError(f"{model} is no bundle, and runs in PyTorch; leave out --engine")
    if html is not None:
        from edge_power.explaining.page_file import check_page

        check_page(html, force=force)
        refuse_inputs(html, [model, retention])
    elif force:
        raise InputError("--force is for the page; give --html FILE with it")
    asked = text if pair is None else (text, pair)
    explanation = (
        _bundle(model, asked, engine, budget, threshold)
        if is_bundle
        else _checkpoint(model, asked, budget, keep, retention, threshold)
    )
    if html is not None:
        from edge_power.explaining.page import page
        from edge_power.explaining.page_file import write_page

        write_page(html, page(explanation), force=force)
    if as_json:
        say_data(explanation.to_json())
    else:
        _print(explanation)
    if html is not None:
        say(f"wrote {html}; open it in a browser", err=as_json)


def _print(explanation: "Explanation") -> None:
    from edge_power.explaining.terminal import draw

    console = output_console()
    for line in draw(explanation, console.width):
        console.print(line, soft_wrap=True)


def _bundle(model: str, text: "Text", engine: str | None, budget: str | None, threshold: float | None) -> "Explanation":
    from edge_power.explaining.sources import explain_bundle
    from edge_power_runtime import Classifier

    return explain_bundle(Classifier.open(model, engine=engine, budget=budget, threshold=threshold), text)


def _checkpoint(
    model: str, text: "Text", budget: str | None, keep: str | None, file: Path | None, threshold: float | None
) -> "Explanation":
    named = read_budgets_options(keep, file)

    from edge_power.explaining.sources import explain_checkpoint
    from edge_power.model.classifier import PowerForSequenceClassification

    loaded = PowerForSequenceClassification.from_pretrained(model)
    budgets = choose_retention(named or loaded.budgets, budget)
    if not budgets:
        raise InputError(
            f"{model} has no retention.json, and so drops nothing; say what to keep with --keep 0.9,0.8,... "
            f"({loaded.config.num_encoders - 1} fractions) or --retention FILE"
        )
    return explain_checkpoint(loaded, text, next(iter(budgets.values())), source=Path(model).name, threshold=threshold)

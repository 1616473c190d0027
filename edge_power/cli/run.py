"""`edge-power run`."""

import click

from edge_power.cli.options import engine_option, threads_option
from edge_power_runtime.errors import InputError


@click.command()
@click.argument("bundle")
@click.argument("text", required=False)
@click.argument("pair", required=False)
@click.option("--file", "file", help="Read a text, or a pair with a TAB between, from each line; - is standard input.")
@engine_option()
@click.option("--precision", help="fp32, fp16 or int8. Default: the first in the bundle.")
@click.option("--budget", help="Default: the bundle's first.")
@threads_option()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object per line.")
def command(
    bundle: str,
    text: str | None,
    pair: str | None,
    file: str | None,
    engine: str | None,
    precision: str | None,
    budget: str | None,
    threads: int,
    as_json: bool,
) -> None:
    r"""Label texts with a bundle: label, score and text, with tabs between.

    \b
    Examples:
      edge-power run my-bundle "a delightful film"
      edge-power run my-bundle "Is it open?" "The shop opens at nine." --engine litert
      edge-power run my-bundle --file reviews.txt --json > labels.jsonl
    """
    from edge_power_runtime import Classifier
    from edge_power_runtime.lines import json_line, read_texts, tsv_line

    if (file is None) == (text is None):
        raise InputError("give either TEXT or --file, one of them")
    texts = read_texts(file) if file is not None else iter([text or "" if pair is None else (text or "", pair)])
    classifier = Classifier.open(bundle, engine=engine, precision=precision, budget=budget, num_threads=threads)
    for item in texts:
        prediction = classifier(item)
        click.echo(json_line(item, prediction) if as_json else tsv_line(item, prediction))

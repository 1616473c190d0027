"""`edge-power run`."""

from typing import TYPE_CHECKING

import click

from edge_power.cli.screens.screen import say_data
from edge_power_runtime.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from edge_power_runtime.text import Text


@click.command()
@click.argument("bundle")
@click.argument("texts", nargs=-1, metavar="[TEXT [PAIR]]")
@click.option("--pair", is_flag=True, help="Take the TEXTs two by two, as pairs; two TEXTs are a pair without it.")
@click.option("--file", "file", help="Read a text, or a pair with a TAB between, from each line; - is standard input.")
@click.option(
    "--engine", help="onnx, tflite or executorch (ort, litert and et are understood). Default: the first installed."
)
@click.option("--precision", help="fp32, fp16 or int8. Default: the first in the bundle.")
@click.option("--budget", help="Or a cascade. Default: the bundle's first cascade, else its first budget.")
@click.option("--threads", type=int, default=1, show_default=True, help="Threads of one run.")
@click.option("--max-loaded-programs", type=int, help="Loaded at once; beyond, the least recently used is dropped.")
@click.option(
    "--threshold",
    type=float,
    help="Of a multi-label model: labels above this probability are a text's. Default: the bundle's.",
)
@click.option("--sigmoid", is_flag=True, help="Of a model of one value: its sigmoid, in 0..1, as in transformers.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object per line.")
def command(
    bundle: str,
    texts: tuple[str, ...],
    pair: bool,
    file: str | None,
    engine: str | None,
    precision: str | None,
    budget: str | None,
    threads: int,
    max_loaded_programs: int | None,
    threshold: float | None,
    sigmoid: bool,
    as_json: bool,
) -> None:
    r"""Label texts with a bundle: label, score and text, with tabs between.

    \b
    A multi-label model gives every label above its threshold, and their probabilities,
    with | between; where there is none, both columns are empty. Of a cascade the tier that
    answered and its confidence stand before the text.

    \b
    Examples:
      edge-power run my-bundle "a delightful film"
      edge-power run my-bundle "Is it open?" "The shop opens at nine." --engine litert
      edge-power run my-bundle --file reviews.txt --json > labels.jsonl
    """
    from edge_power_runtime import Classifier
    from edge_power_runtime.reading.lines import json_line, tsv_line

    asked = _texts(texts, file, pair=pair)
    classifier = Classifier.open(
        bundle,
        engine=engine,
        precision=precision,
        budget=budget,
        num_threads=threads,
        max_loaded_programs=max_loaded_programs,
        threshold=threshold,
        sigmoid=sigmoid,
    )
    for item in asked:
        prediction = classifier(item)
        say_data(json_line(item, prediction) if as_json else tsv_line(item, prediction))


def _texts(typed: tuple[str, ...], file: str | None, *, pair: bool) -> "Iterator[Text]":
    from edge_power_runtime.reading.lines import argument_texts, read_texts

    if (file is None) == (not typed):
        raise InputError("give either TEXT or --file, one of them")
    if file is not None:
        if pair:
            raise InputError("--pair is for TEXTs; in a --file a TAB makes a line a pair")
        return read_texts(file)
    if len(typed) > 2 and not pair:
        raise InputError(
            f"run takes a TEXT, or a TEXT and its PAIR, found {len(typed)} texts; put several texts on the lines of a "
            "--file, or take them two by two with --pair"
        )
    return argument_texts(typed, pair=pair or len(typed) == 2)

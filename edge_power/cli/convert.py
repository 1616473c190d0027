"""`edge-power convert`."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from edge_power.cli.options import (
    ENGINE_HELP,
    choose_retention,
    parse_engines,
    parse_lengths,
    read_budgets_options,
    threshold_option,
)
from edge_power.cli.screens.screen import error_console, mega_macs, megabytes, output_console, say, table
from edge_power.cli.screens.watch import Screen
from edge_power.cli.sheet import Sheet
from edge_power_runtime.errors import InputError
from edge_power_runtime.reading.printable import shell_word

if TYPE_CHECKING:
    from edge_power.model.classifier import PowerForSequenceClassification
    from edge_power.model.retention_file import Budgets
    from edge_power_runtime.bundle.manifest import Manifest
    from edge_power_runtime.text import Text


@click.command()
@click.option(
    "--model", required=True, help="Checkpoint: a directory with config.json and model.safetensors, or a hub name."
)
@click.option("--output", required=True, type=click.Path(path_type=Path), help="Directory of the bundle to write.")
@click.option(
    "--format",
    "formats",
    multiple=True,
    help=f"Engine to convert for; repeat it or use commas: {ENGINE_HELP}  [default: all three]",
)
@click.option(
    "--lengths", default="32,64,128", show_default=True, help="Static lengths in tokens, [CLS] and [SEP] included."
)
@click.option(
    "--keep", help="Fraction of the length that each encoder passes on: 0.9,0.8,... The last encoder keeps 1 word."
)
@click.option(
    "--retention", type=click.Path(path_type=Path), help="JSON file with a schedule, or a configuration per length."
)
@click.option(
    "--budget",
    help="Name of what --keep or --retention says; of several, which to convert.  [default: balanced; all]",
)
@click.option(
    "--full/--no-full",
    default=True,
    show_default=True,
    help="Also hold the unpruned programs, to compare with; weights are shared.",
)
@click.option(
    "--atol",
    type=float,
    default=1e-4,
    show_default=True,
    help="Largest difference of a logit from eager that is accepted.",
)
@threshold_option("0.5")
@click.option(
    "--verify-with",
    type=click.Path(path_type=Path),
    help="Texts to check on (TSV, CSV or JSON lines; - is standard input), besides the built-in ones.",
)
@click.option(
    "--lowering",
    type=click.Choice(["topk", "compare"]),
    help="How words are chosen in the graph.  [default: each engine's faster one]",
)
@click.option(
    "--one-process",
    is_flag=True,
    help="Convert for one engine after the other; two processes take less time and more memory.",
)
@click.option("--force", is_flag=True, help="Replace a bundle that is there, if nothing else is in it.")
def command(
    model: str,
    output: Path,
    formats: tuple[str, ...],
    lengths: str,
    keep: str | None,
    retention: Path | None,
    budget: str | None,
    full: bool,
    atol: float,
    threshold: float | None,
    verify_with: Path | None,
    lowering: str | None,
    one_process: bool,
    force: bool,
) -> int:
    r"""Turn a checkpoint into a bundle, checked on every engine.

    \b
    Every program is run by the engine it is for and compared with the model in
    PyTorch; a difference beyond --atol exits with 1 and writes no bundle.

    \b
    Example:
      edge-power convert --model my-checkpoint --output my-bundle \
        --lengths 32,64,128 --keep 0.9,0.8,0.7,0.6,0.5 --verify-with dev.tsv
    """
    # Everything that needs no model is checked first: a typo is answered at once.
    engines, wanted = parse_engines(formats), parse_lengths(lengths)
    if not atol > 0:  # NaN is refused as well
        raise InputError(f"--atol is {atol}, must be above 0")
    named = read_budgets_options(keep, retention)
    from edge_power_converters.output.staging import check_output

    inputs = (Path(model), *(path for path in (retention, verify_with) if path is not None))
    place = check_output(output, force=force, inputs=inputs)
    texts = _read_texts(verify_with)

    from edge_power.conversion.artifacts import ENGINES
    from edge_power.conversion.convert import Plan, check_lengths, convert
    from edge_power.model.classifier import PowerForSequenceClassification

    with Screen(error_console()) as screen:
        screen.begin(1)
        screen.step(f"reading {model}")
        loaded = PowerForSequenceClassification.from_pretrained(model)
        plan = Plan(
            engines=engines or ENGINES,
            lengths=check_lengths(wanted, loaded.config.max_positions),
            budgets=_budgets(loaded, budget, named, full=full),
            lowering=lowering,  # type: ignore[arg-type]  # click.Choice made sure of it
            atol=atol,
            texts=texts,
            force=force,
            one_process=one_process,
            threshold=threshold,
        )
        manifest = convert(loaded, output, plan, name=Path(model).name, watcher=screen, place=place)
    output_console().print(_summary(manifest))
    say(f'wrote {output}; try: edge-power run {shell_word(output)} "some text"')
    return 0


def _read_texts(path: Path | None) -> "tuple[Text, ...]":
    if path is None:
        return ()
    from edge_power.data import read_examples

    examples = read_examples(path, need_labels=False)
    return tuple(item.text if item.pair is None else (item.text, item.pair) for item in examples)


def _budgets(model: "PowerForSequenceClassification", name: str | None, named: "Budgets", *, full: bool) -> "Budgets":
    """What to convert: options go before the checkpoint's own; a single budget takes the name that is given."""
    from edge_power.conversion.convert import full_budget
    from edge_power.model.retention_file import checked_budget_name

    budgets = named or model.budgets
    if name is not None and checked_budget_name(name) and len(budgets) == 1:
        budgets = {name: next(iter(budgets.values()))}
    unpruned = full_budget(model) if full or not budgets else {}
    return {**choose_retention(budgets, name), **unpruned}


def _summary(manifest: "Manifest") -> Sheet:
    made = table("engine", "size", "program", "keep", "multiply-adds", numbers=("size", "multiply-adds"))
    for artifact in manifest.artifacts:
        for number, program in enumerate(artifact.programs):
            configuration = manifest.configuration(program.budget, program.length)
            assert configuration is not None
            first = (artifact.engine, megabytes(artifact.size_bytes)) if number == 0 else ("", "")
            keep = " ".join(map(str, configuration.keep))
            made.add_row(*first, program.name, keep, mega_macs(configuration.macs))
    return made

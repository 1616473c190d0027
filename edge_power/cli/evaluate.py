"""`edge-power evaluate`."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from edge_power.api.evaluate import check_target, evaluate, is_bundle_at
from edge_power.cli.options import help_of, options_of
from edge_power.cli.screens.progress_screen import ProgressScreen
from edge_power.cli.screens.screen import error_console, mega_macs, output_console, say_data, shown, table
from edge_power_runtime.errors import InputError
from edge_power_runtime.reading.lines import STDIN
from edge_power_runtime.reading.parameters import listed, parameters_of

if TYPE_CHECKING:
    from edge_power.evaluation import Evaluation

ALL = "all"


@click.command()
@click.argument("target", metavar="BUNDLE|MODEL")
@options_of(evaluate, but=("model", "budget", "keep", "progress"), once=("lengths",))
@click.option("--budget", multiple=True, help=f"{help_of(evaluate, 'budget')} Repeat it for several, or say all.")
@click.option("--keep", multiple=True, help=f"{help_of(evaluate, 'keep')} Repeat it for several.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def command(target: str, budget: tuple[str, ...], keep: tuple[str, ...], as_json: bool, **others: Any) -> None:
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
    others["model"] = target
    if len(budget) + len(keep) > 1 or ALL in budget:
        results = _several(budget, keep, **others)
    else:
        fractions = _fractions(keep[0]) if keep else None
        with ProgressScreen(error_console()) as screen:
            found = evaluate(**others, budget=budget[0] if budget else None, keep=fractions, progress=screen)
        results = {target: found}
    if as_json:
        said = {name: _json(result) for name, result in results.items()}
        say_data(json.dumps(said if len(said) > 1 else next(iter(said.values()))))
    else:
        _print(results, "standard input" if others["data"] == STDIN else others["data"])


def _several(budgets: tuple[str, ...], keeps: tuple[str, ...], **others: Any) -> "dict[str, Evaluation]":
    """Score one schedule after the other; what they share is opened and read once."""
    from edge_power.data import Columns, Source
    from edge_power.data import keep as ready

    target = others.pop("model")
    of_engine = others["engine"] or others["precision"] or others["max_loaded_programs"] is not None
    check_target(target, of_engine, budgets or None, others["lengths"], keeps or None)
    named = ("text_column", "pair_column", "label_column", "label_separator")
    columns = Columns(*(others.pop(name) for name in named))
    data = ready(Source(others.pop("data"), columns), need_labels=True)
    schedules = _of_bundle(target, budgets, others) if is_bundle_at(Path(target)) else _of_model(target, budgets, keeps)
    with ProgressScreen(error_console()) as screen:
        return {
            name: evaluate(model, data, **others, **chosen, progress=screen)
            for name, (model, chosen) in schedules.items()
        }


# Of several schedules, by name: what to score, and how.
Schedules = dict[str, tuple[Any, dict[str, Any]]]


def _of_bundle(target: str, budgets: tuple[str, ...], others: dict[str, Any]) -> Schedules:
    from edge_power_runtime import Classifier

    budget = None if ALL in budgets else budgets[0]
    named = ("engine", "precision", "max_loaded_programs")
    chosen = {name: others[name] for name in named}
    first = Classifier.open(target, budget=budget, num_threads=others["threads"], **chosen)
    bundle, artifact = first.bundle, first.artifact
    every = [*bundle.cascades_of(artifact), *bundle.budgets_of(artifact)]
    names = every if ALL in budgets else list(budgets)
    return {name: (first.at(name), {}) for name in dict.fromkeys((first.budget, *names))}


def _of_model(target: str, budgets: tuple[str, ...], keeps: tuple[str, ...]) -> Schedules:
    """Beside several of --keep, all words as well."""
    from edge_power.model.classifier import PowerForSequenceClassification
    from edge_power.model.retention_file import FULL

    fractions = {keep: _fractions(keep) for keep in keeps}
    model = PowerForSequenceClassification.from_pretrained(target)
    if keeps:
        return {keep: (model, {"keep": found}) for keep, found in fractions.items()} | {FULL: (model, {"budget": FULL})}
    known = [*model.budgets, FULL]
    names = known if ALL in budgets else budgets
    for name in names:
        if name not in known:  # before any of them is scored
            raise InputError(f"no budget {name!r}; there are: {', '.join(known)}")
    return {name: (model, {"budget": name}) for name in names}


def _fractions(typed: str) -> tuple[float, ...]:
    return listed((typed,), parameters_of(evaluate)["keep"])


def _json(result: "Evaluation") -> dict[str, Any]:
    fields = {**result.metrics, "rows": result.rows, "truncated": result.truncated, "multiply_adds": result.macs}
    return {**fields, "answered": result.answered} if result.answered else fields


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
    console.print(shown(f"{first.rows} rows of {data}{cut}; {adds}, mean, any padding included"), soft_wrap=True)
    for name, result in results.items():
        if result.answered:
            shares = ", ".join(f"{tier} {share:.1%}" for tier, share in result.answered.items())
            of = "" if len(results) == 1 else f" {name}"
            console.print(shown(f"answered by the tiers of the cascade{of}: {shares}"), soft_wrap=True)

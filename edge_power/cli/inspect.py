"""`edge-power inspect`."""

import dataclasses
import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import click

from edge_power.api.check import inspect as read_manifest
from edge_power.api.check import length_costs
from edge_power.cli.cascades import cascade_lines
from edge_power.cli.options import help_of, options_of
from edge_power.cli.screens.screen import mega_macs, megabytes, output_console, say_data, shown, table
from edge_power.cli.sheet import Sheet
from edge_power_runtime.bundle.manifest import Manifest
from edge_power_runtime.bundle.programs import Delegation
from edge_power_runtime.reading.lines import STDIN
from edge_power_runtime.reading.printable import printable_json

if TYPE_CHECKING:
    from edge_power.lengths.expected import LengthCost

KINDS = 3
"""Of operations outside the delegate that a line names; more would hide which weigh most."""


@click.command()
@click.argument("bundle")
@options_of(read_manifest, but=("bundle",))
@click.option("--lengths-from", help=help_of(length_costs, "lengths_from"))
@click.option("--json", "as_json", is_flag=True, help="Print the manifest as JSON; of --lengths-from, the costs alone.")
def command(bundle: str, lengths_from: str | None, as_json: bool, **others: Any) -> None:
    r"""Show what a bundle holds: programs, retention, multiply-adds, sizes, parity.

    \b
    With --lengths-from it shows instead what its lengths cost for these texts, against
    padding all to the largest length, and against no padding at all.

    \b
    Examples:
      edge-power inspect my-bundle
      edge-power inspect my-bundle --lengths-from texts.tsv
    """
    manifest = read_manifest(bundle, **others)
    if lengths_from is not None:
        costs = length_costs(bundle, lengths_from)
        if as_json:
            say_data(json.dumps([dataclasses.asdict(cost) for cost in costs]))
        else:
            _print_costs(costs, lengths_from, manifest)
        return
    if as_json:
        say_data(printable_json(manifest.to_json()))
        return
    console = output_console()
    labels = ", ".join(manifest.labels[:8]) + (f", ... ({len(manifest.labels)})" if len(manifest.labels) > 8 else "")
    console.print(shown((manifest.name, "bold"), f": {manifest.architecture} {manifest.task}"), soft_wrap=True)
    above = "" if manifest.threshold is None else f", those above {manifest.threshold:g}"
    console.print(
        shown(f"labels: {labels or 'one number'}{above}; texts up to {manifest.max_length} tokens"), soft_wrap=True
    )
    console.print(shown(f"made by {manifest.created_by} with {_versions(manifest.versions)}"), soft_wrap=True)
    console.print()
    console.print(_programs(manifest))
    console.print()
    for line in cascade_lines(manifest):
        console.print(shown(line), soft_wrap=True)
    console.print(_artifacts(manifest))
    for line in (*_any_length_lines(manifest), *_delegation_lines(manifest)):
        console.print(shown(line), soft_wrap=True)


def _print_costs(costs: "Sequence[LengthCost]", lengths_from: str, manifest: Manifest) -> None:
    numbers = ("texts", "cut", "multiply-adds", "of one length", "of true lengths")
    made = table("budget", "lengths", *numbers, numbers=numbers)
    for cost in costs:
        true = "-" if cost.of_true is None else f"{cost.of_true:.2f}"
        made.add_row(
            cost.budget,
            f"any to {cost.lengths[-1]}" if cost.any_length else " ".join(map(str, cost.lengths)),
            str(cost.texts),
            str(cost.cut),
            mega_macs(round(cost.expected)),
            f"{cost.of_padded:.2f}",
            true,
        )
    console = output_console()
    console.print(made)
    where = "standard input" if lengths_from == STDIN else lengths_from
    told = f"of a text of {where}, mean; one length: all padded to the largest; true lengths: nothing padded"
    console.print(shown(told), soft_wrap=True)
    for line in _any_length_lines(manifest):
        console.print(shown(line), soft_wrap=True)


def _programs(manifest: Manifest) -> Sheet:
    numbers = ("length", "multiply-adds", "of full")
    made = table("budget", "length", "words kept by each encoder", "multiply-adds", "of full", numbers=numbers)
    full = manifest.unpruned_macs
    for budget in manifest.budgets:
        for number, item in enumerate(budget.configurations):
            share = f"{item.macs / full[item.length]:.2f}" if item.length in full else "-"
            keep = " ".join(map(str, item.keep))
            made.add_row(budget.name if number == 0 else "", str(item.length), keep, mega_macs(item.macs), share)
    return made


def _artifacts(manifest: Manifest) -> Sheet:
    numbers = ("size", "difference", "texts")
    made = table(
        *("engine", "precision", "size", "program", "difference", "labels", "kept words", "texts", "made with"),
        numbers=numbers,
    )
    for artifact in manifest.artifacts:
        for number, program in enumerate(artifact.every_program):
            first = (
                (artifact.engine, artifact.precision, megabytes(artifact.size_bytes)) if number == 0 else ("", "", "")
            )
            tools = _versions(artifact.versions) if number == 0 else ""
            parity = program.parity
            figures = ("-",) * 4
            if parity is not None:
                agreement = (f"{parity.label_agreement:.0%}", f"{parity.kept_agreement:.0%}")
                figures = (f"{parity.max_abs_error:.1e}", *agreement, str(parity.texts))
            made.add_row(*first, program.name, *figures, tools)
    for unknown in manifest.unknown:
        size = megabytes(sum(entry.size_bytes for entry in unknown.files))
        made.add_row(
            unknown.engine, unknown.precision, size, "(passed over)", "-", "-", "-", "-", "this version knows it not"
        )
    return made


def _any_length_lines(manifest: Manifest) -> list[str]:
    """A line per artifact whose programs run a text without padding, and an empty one before them."""
    lines = [
        f"{artifact.title}: one graph for each budget takes every length up to {manifest.max_length}; no text is padded"
        for artifact in manifest.artifacts
        if any(program.any_length for program in artifact.programs)
    ]
    return ["", *lines] if lines else []


def _delegation_lines(manifest: Manifest) -> list[str]:
    """A line per program that a delegate runs parts of, one for those that share a method, and an empty one before."""
    lines = dict.fromkeys(
        f"{artifact.title} {program.method if program.any_length else program.name}: {_delegated(program.delegation)}"
        for artifact in manifest.artifacts
        for program in artifact.every_program
        if program.delegation is not None
    )
    return ["", *lines] if lines else []


def _delegated(found: Delegation) -> str:
    """How many operations a delegate took, and which kinds it left most of."""
    inside, outside = sum(found.inside.values()), sum(found.outside.values())
    kinds = sorted(found.outside.items(), key=lambda item: (-item[1], item[0]))
    shown = [f"{count} {kind}" for kind, count in kinds[:KINDS]]
    if len(kinds) > KINDS:
        shown.append(f"{sum(count for _, count in kinds[KINDS:])} of other kinds (--json lists them)")
    counted = f"{found.delegate} runs {inside} of {inside + outside} operations"
    return f"{counted}; ExecuTorch's own kernels run {', '.join(shown)}" if shown else counted


def _versions(versions: Mapping[str, str]) -> str:
    return ", ".join(f"{name} {version}" for name, version in versions.items())

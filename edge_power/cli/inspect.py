"""`edge-power inspect`."""

from collections.abc import Mapping
from typing import Any

import click

from edge_power.api.check import inspect as read_manifest
from edge_power.cli.options import options_of
from edge_power.cli.screens.screen import mega_macs, megabytes, output_console, say_data, shown, table
from edge_power.cli.sheet import Sheet
from edge_power_runtime.bundle.manifest import Delegation, Manifest
from edge_power_runtime.reading.printable import printable_json

KINDS = 3
"""Of operations outside the delegate that a line names; more would hide which weigh most."""


@click.command()
@click.argument("bundle")
@options_of(read_manifest, but=("bundle",))
@click.option("--json", "as_json", is_flag=True, help="Print the manifest as JSON.")
def command(bundle: str, as_json: bool, **others: Any) -> None:
    r"""Show what a bundle holds: programs, retention, multiply-adds, sizes, parity.

    \b
    Example:
      edge-power inspect my-bundle
    """
    manifest = read_manifest(bundle, **others)
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
    console.print(_artifacts(manifest))
    for line in _delegation_lines(manifest):
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
        for number, program in enumerate(artifact.programs):
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


def _delegation_lines(manifest: Manifest) -> list[str]:
    """A line per program that a delegate runs parts of, and an empty one before them."""
    lines = [
        f"{artifact.title} {program.name}: {_delegated(program.delegation)}"
        for artifact in manifest.artifacts
        for program in artifact.programs
        if program.delegation is not None
    ]
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

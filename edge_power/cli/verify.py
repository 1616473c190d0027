"""`edge-power verify`."""

from typing import Any

import click
from rich.text import Text

from edge_power.api.check import inspect, verify
from edge_power.cli.options import options_of
from edge_power.cli.screens.screen import output_console, say, table


@click.command()
@click.argument("bundle")
@options_of(verify, but=("bundle",))
def command(bundle: str, **others: Any) -> int:
    r"""Compare this machine with a bundle's golden examples, on every engine that is installed.

    \b
    Example:
      edge-power verify my-bundle --engine onnx
    """
    made = table("", "engine", "program", "texts", "largest error", "tolerance", "labels", "kept words")
    checked = verify(bundle, **others)
    for engine, checks in checked.items():
        for check in checks:
            made.add_row(
                Text("✓", "green") if check.passed else Text("✗", "red"),
                engine,
                check.program,
                str(check.texts),
                f"{check.max_abs_error:.1e}",
                "-" if check.atol is None else f"{check.atol:.0e}",
                f"{check.label_agreement:.0%}",
                f"{check.kept_agreement:.0%}" if check.tier_agreement is None else f"tiers {check.tier_agreement:.0%}",
            )
    output_console().print(made)
    for unknown in inspect(bundle).unknown:
        say(f"passed over: {unknown.engine} {unknown.precision}, which this version does not know", err=True)
    return 0 if all(check.passed for checks in checked.values() for check in checks) else 1

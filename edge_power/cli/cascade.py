"""`edge-power cascade`."""

from typing import TYPE_CHECKING, Any

import click

from edge_power.api.cascade import cascade
from edge_power.cli.options import options_of
from edge_power.cli.screens.progress_screen import ProgressScreen
from edge_power.cli.screens.screen import error_console, megabytes, output_console, say, table
from edge_power.cli.sheet import Sheet
from edge_power_runtime.reading.printable import shell_word

if TYPE_CHECKING:
    from edge_power.cascading.record import CascadeRecord


@click.command()
@options_of(cascade, but=("progress",))
def command(output: str, **others: Any) -> int:
    r"""Put a small tier before a bundle, which answers what it is sure of.

    \b
    Thresholds are chosen so that with 95 % confidence at most --max-loss points of
    accuracy are lost against the second tier alone, on texts like those to select by.

    \b
    Examples:
      edge-power cascade --second my-bundle --first bag --train train.tsv \
        --dev dev.tsv --max-loss 0.5 --output my-cascade
      edge-power cascade --second my-bundle:full --first bag --first my-bundle:fast \
        --train train.tsv --select rows.tsv --output my-cascade
      edge-power cascade --second my-bundle:fast --first exits --select rows.tsv \
        --output my-cascade
    """
    with ProgressScreen(error_console()) as screen:
        record = cascade(output=output, progress=screen, **others)
    console = output_console()
    console.print(_tiers(record))
    console.print()
    console.print(_figures(record))
    _tell(record, output, others["report"])
    return 0


def _tiers(record: "CascadeRecord") -> Sheet:
    made = table("tier", "threshold", "temperature", numbers=("threshold", "temperature"))
    for tier in record.entry.tiers:
        made.add_row(tier.name, "-" if tier.threshold is None else f"{tier.threshold:.4f}", f"{tier.temperature:.3f}")
    return made


def _figures(record: "CascadeRecord") -> Sheet:
    from edge_power.cascading.words import figures

    shown = figures(record.choice.mixture, record)
    made = table("rows", *shown, numbers=tuple(shown))
    made.add_row(f"{record.choice.tested} tested", *shown.values())
    if record.dev is not None:
        made.add_row(f"{record.dev_rows} dev", *figures(record.dev, record).values())
    return made


def _tell(record: "CascadeRecord", output: str, report: str | None) -> None:
    from edge_power.cascading.words import left_out, promise, tighter

    say(promise(record))
    say(tighter(record))
    if record.left_out:
        say(left_out(record))
    if record.bag_bytes:
        say(f"the bag tier: {megabytes(record.bag_bytes)}, trained on {record.trained} texts")
    say(f"wrote {output}, and {report or f'{output}-report.html'}; try:")
    say(f'  edge-power run {shell_word(output)} "some text"')

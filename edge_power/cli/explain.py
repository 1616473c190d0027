"""`edge-power explain`."""

from typing import TYPE_CHECKING, Any

import click

from edge_power.api.explain import explain
from edge_power.cli.options import options_of
from edge_power.cli.screens.screen import output_console, say, say_data

if TYPE_CHECKING:
    from edge_power.explaining.explanation import Explanation


@click.command()
@click.argument("text")
@click.argument("pair", required=False)
@options_of(explain, but=("text",), once=("keep",))
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def command(text: str, pair: str | None, html: str | None, as_json: bool, **others: Any) -> None:
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
    explanation = explain(text=text if pair is None else (text, pair), html=html, **others)
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

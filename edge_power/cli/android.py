"""`edge-power android`."""

from typing import Any

import click

from edge_power.api.android import android
from edge_power.cli.options import options_of
from edge_power.cli.screens.screen import megabytes, say
from edge_power_runtime.reading.printable import printable


@click.command()
@click.argument("bundle")
@options_of(android, but=("bundle",))
def command(bundle: str, **others: Any) -> int:
    r"""Write an Android project that runs a bundle, ready for Android Studio.

    \b
    The app shows the label of a text that is typed, and the words that survive
    each encoder; it profiles the bundle on the phone. It takes ONNX Runtime's
    artifacts and a WordPiece tokenizer.

    \b
    Example:
      edge-power android my-bundle --output my-app --name "Film critic"
    """
    made = android(bundle, **others)
    labels = ", ".join(map(printable, made.labels)) or "a number"
    say(f"{printable(made.name)}: {labels}; {', '.join(made.precisions)}, {megabytes(made.bundle_bytes)} of bundle")
    say(f"wrote {made.path}; open it in Android Studio, or see its README.md")
    return 0

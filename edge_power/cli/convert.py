"""`edge-power convert`."""

from typing import TYPE_CHECKING, Any

import click

from edge_power.api.convert import convert
from edge_power.cli.options import options_of
from edge_power.cli.screens.progress_screen import ProgressScreen
from edge_power.cli.screens.screen import error_console, mega_macs, megabytes, output_console, say, table
from edge_power.cli.sheet import Sheet
from edge_power_runtime.reading.printable import shell_word

if TYPE_CHECKING:
    from edge_power_runtime.bundle.manifest import Manifest


@click.command()
@options_of(
    convert,
    flags={"engines": "--format", "precisions": "--precision", "full": "--full/--no-full"},
    but=("progress",),
    once=("lengths", "keep"),
)
def command(output: str, **others: Any) -> int:
    r"""Turn a checkpoint into a bundle, checked on every engine.

    \b
    Every program is run by the engine it is for and compared with the model in
    PyTorch; a difference beyond --atol exits with 1 and writes no bundle. At int8
    and fp16 it is --min-agreement that decides: give texts with --verify-with.

    \b
    Examples:
      edge-power convert --model my-checkpoint --output my-bundle \
        --lengths 32,64,128 --keep 0.9,0.8,0.7,0.6,0.5 --verify-with dev.tsv
      edge-power convert --model my-fit --output my-bundle \
        --lengths auto --lengths-from dev.tsv --max-programs 6
    """
    with ProgressScreen(error_console()) as screen:
        manifest = convert(output=output, progress=screen, **others)
    output_console().print(_summary(manifest))
    say(f'wrote {output}; try: edge-power run {shell_word(output)} "some text"')
    return 0


def _summary(manifest: "Manifest") -> Sheet:
    made = table("engine", "precision", "size", "program", "keep", "multiply-adds", numbers=("size", "multiply-adds"))
    for artifact in manifest.artifacts:
        for number, program in enumerate(artifact.programs):
            configuration = manifest.configuration(program.budget, program.length)
            assert configuration is not None
            whole = (artifact.engine, artifact.precision, megabytes(artifact.size_bytes))
            first = whole if number == 0 else ("", "", "")
            keep = " ".join(map(str, configuration.keep))
            made.add_row(*first, program.name, keep, mega_macs(configuration.macs))
    return made

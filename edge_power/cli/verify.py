"""`edge-power verify`."""

import click
from rich.text import Text

from edge_power.cli.options import engine_option, threads_option
from edge_power.cli.screens.screen import output_console, say, table
from edge_power_runtime.errors import InputError


@click.command()
@click.argument("bundle")
@engine_option()
@click.option("--atol", type=float, help="Largest difference of a logit.  [default: what the bundle records]")
@threads_option()
def command(bundle: str, engine: str | None, atol: float | None, threads: int) -> int:
    r"""Compare this machine with a bundle's golden examples, on every engine that is installed.

    \b
    Example:
      edge-power verify my-bundle --engine onnx
    """
    from edge_power_runtime import Bundle
    from edge_power_runtime.engines import engine_info
    from edge_power_runtime.verify import verify

    if threads < 1:
        raise InputError(f"--threads is {threads}, must be at least 1")
    opened = Bundle.open(bundle)
    installed = [artifact for artifact in opened.manifest.artifacts if engine_info(artifact.engine).is_installed]
    wanted = [opened.artifact(engine)] if engine or not installed else installed
    made = table("", "engine", "program", "texts", "largest error", "tolerance", "labels", "kept words")
    passed = True
    for artifact in wanted:
        engine, precision = artifact.engine, artifact.precision
        for check in verify(opened, engine=engine, precision=precision, num_threads=threads, atol=atol):
            passed &= check.passed
            made.add_row(
                Text("✓", "green") if check.passed else Text("✗", "red"),
                engine,
                check.program,
                str(check.texts),
                f"{check.max_abs_error:.1e}",
                f"{check.atol:.0e}",
                f"{check.label_agreement:.0%}",
                f"{check.kept_agreement:.0%}",
            )
    output_console().print(made)
    for unknown in opened.manifest.unknown:
        say(f"passed over: {unknown.engine} {unknown.precision}, which this version does not know", err=True)
    return 0 if passed else 1

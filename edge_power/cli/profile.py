"""`edge-power profile`."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click
from click.core import ParameterSource

from edge_power.cli.profile_options import (
    DeviceChoice,
    device_options,
    measuring_options,
    output_options,
    read_options,
)
from edge_power.cli.screens.screen import error_console, output_console, say, say_data
from edge_power_runtime.errors import InputError
from edge_power_runtime.profiler.arguments import two_reports

if TYPE_CHECKING:
    from edge_power_runtime.profiler.options import Options
    from edge_power_runtime.profiler.report.record import Report

STDOUT = "-"
_OUTPUTS = ("json_file", "html", "markdown", "force")


class _ProfileCommand(click.Command):
    """Tells what is missing behind an option with the help of this command; click would name that of all commands."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        typed = list(args)  # the parser empties it
        try:
            return super().parse_args(ctx, args)
        except click.BadOptionUsage as error:
            if error.option_name == "--compare":
                last = typed[-1].removeprefix("--compare").removeprefix("=")
                two_reports([last] if last else [], ctx.command_path)
            error.ctx = error.ctx or ctx
            raise


@click.command(cls=_ProfileCommand)
@click.argument("bundle", required=False, type=click.Path(path_type=Path))
@measuring_options
@output_options
@device_options
@click.option("--from", "source", metavar="REPORT.json", help="Draw a report that was taken elsewhere; no BUNDLE.")
@click.option("--compare", nargs=2, metavar="A.json B.json", help="Say whether the second is faster; no BUNDLE.")
def command(
    bundle: Path | None,
    engines: tuple[str, ...],
    precisions: tuple[str, ...],
    budgets: tuple[str, ...],
    lengths: tuple[str, ...],
    threads: tuple[str, ...],
    warmup: int,
    iterations: int,
    burst: int,
    max_seconds: float | None,
    percentiles: tuple[str, ...],
    texts: str | None,
    operations: bool,
    latency_table: bool,
    json_file: str | None,
    html: Path | None,
    markdown: Path | None,
    force: bool,
    device: str,
    python: str | None,
    setup: bool,
    wheels: Path | None,
    keep: bool,
    ssh_config: Path | None,
    runner: Path | None,
    source: str | None,
    compare: tuple[str, str] | None,
) -> None:
    r"""Measure how long a bundle's programs take, here or on another machine.

    \b
    Every sample is kept, and what casts doubt on the figures is said in red. The
    machine over ssh needs a Python with edge-power-runtime; --setup installs it.

    \b
    Examples:
      edge-power profile my-bundle --report profile.html
      edge-power profile my-bundle --device ssh://pi@board --setup --json board.json
      edge-power profile --from board.json --markdown board.md
      edge-power profile --compare before.json after.json
    """
    if compare is not None and bundle is not None and source is None:
        two_reports((*compare, str(bundle)), click.get_current_context().command_path)
    if sum(given is not None for given in (bundle, source, compare)) != 1:
        raise InputError("give one of BUNDLE, --from REPORT.json and --compare A.json B.json")
    outputs = Outputs(json_file, html, markdown)
    if bundle is None:
        _check_measures_nothing("--compare" if source is None else "--from")
    if compare is not None:
        _compare(compare, outputs)
        return
    # A typo is answered at once, and a report that could not be written is not measured.
    options = read_options(
        engines,
        precisions,
        budgets,
        lengths,
        threads,
        warmup=warmup,
        iterations=iterations,
        burst=burst,
        max_seconds=max_seconds,
        percentiles=percentiles,
        texts=texts,
        operations=operations,
        latency_table=latency_table,
    )
    choice = DeviceChoice(device, python, setup, wheels, keep, ssh_config, runner)
    choice.check()
    outputs.check(force=force, inputs=[bundle, source, options.texts, wheels, ssh_config, runner])
    if bundle is not None:
        report = _measure(bundle, options, choice)
    else:
        from edge_power_runtime.profiler.report.file import load_report

        report = load_report(source or "")
    _tell(report, outputs)


def _check_measures_nothing(way: str) -> None:
    """Refuse the options that would do nothing, so that nobody takes the answer for one to them.

    Raises:
        InputError: an option for measuring was typed.
    """
    context = click.get_current_context()
    others = {"source", "compare", *_OUTPUTS}
    for option in context.command.params:
        name = option.name or ""
        if context.get_parameter_source(name) is ParameterSource.COMMANDLINE and name not in others:
            raise InputError(f"{option.opts[0]} is for measuring, and {way} measures nothing; leave it out")


@dataclass(frozen=True, slots=True)
class Outputs:
    """The files to write; None for those that nobody asked for.

    Attributes:
        json_file: for the report, `-` for standard output.
        html: for the page.
        markdown: for the summary.
    """

    json_file: str | None
    html: Path | None
    markdown: Path | None

    @property
    def paths(self) -> list[Path]:
        """Those that are files."""
        json_path = None if self.json_file in (None, STDOUT) else Path(self.json_file or "")
        return [path for path in (json_path, self.html, self.markdown) if path is not None]

    def check(self, *, force: bool, inputs: Sequence[str | Path | None]) -> None:
        """Refuse places that cannot take a file, before anything is measured.

        Args:
            force: replace files that are there.
            inputs: what is read, and never replaced.

        Raises:
            InputError: with the fix.
        """
        from edge_power_runtime.profiler.report.file import check_target
        from edge_power_runtime.reading.whole_file import refuse_inputs

        paths = self.paths
        if len({path.absolute() for path in paths}) < len(paths):
            raise InputError("two of --json, --report and --markdown name the same file; give each its own")
        for path in paths:
            check_target(path)
            refuse_inputs(path, inputs)
            if path.exists() and not force:
                raise InputError(f"{path} exists; add --force to replace it, or choose another name")

    def write(self, report: "Report") -> None:
        """Write them, each beside its place first.

        Raises:
            InputError: one cannot be written.
        """
        from edge_power_runtime.profiler.report.file import write_file

        if self.json_file == STDOUT:
            say_data(report.to_json())
        elif self.json_file is not None:
            write_file(Path(self.json_file), report.to_json())
        if self.markdown is not None:
            from edge_power_runtime.profiler.text.markdown import markdown

            write_file(self.markdown, markdown(report))
        if self.html is not None:
            from edge_power.profiling.page import page

            write_file(self.html, page(report))


def _measure(bundle: Path, options: "Options", choice: DeviceChoice) -> "Report":
    from edge_power.cli.screens.profile_screen import ProfileScreen
    from edge_power.profiling.devices.reach.choose import LOCAL, open_device
    from edge_power.profiling.devices.remote_profile import Request, profile_here, profile_on

    with ProfileScreen(error_console()) as screen:
        if choice.device == LOCAL:
            return profile_here(bundle, options, watch=screen)
        device = open_device(choice.device, ssh_config=choice.ssh_config)
        try:
            if choice.runner is not None:
                from edge_power.profiling.devices.runner.profile import RunnerRequest, profile_with_runner

                job = RunnerRequest(bundle, options, choice.runner, choice.keep)
                return profile_with_runner(device, job, watch=screen)
            request = Request(bundle, options, choice.python, choice.setup, choice.wheels, choice.keep)
            return profile_on(device, request, watch=screen)
        finally:
            device.close()


def _tell(report: "Report", outputs: Outputs) -> None:
    from edge_power.cli.screens.profile_screen import draw

    outputs.write(report)
    to_stderr = outputs.json_file == STDOUT
    draw(report, error_console() if to_stderr else output_console())
    for path in outputs.paths:
        say(f"wrote {path}", err=to_stderr)


def _compare(files: tuple[str, str], outputs: Outputs) -> None:
    from edge_power.cli.screens.profile_screen import terminal_width
    from edge_power_runtime.profiler.judge.compare import compare
    from edge_power_runtime.profiler.report.file import load_report
    from edge_power_runtime.profiler.text.comparison_text import comparison_text

    if outputs.paths or outputs.json_file:
        raise InputError("--compare prints its answer and writes no file; leave out --json, --report and --markdown")
    first, second = map(load_report, files)
    say_data(comparison_text(compare(first, second), width=terminal_width(output_console())))

"""`edge-power profile`."""

from collections.abc import Collection, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from edge_power.api.profile import Outputs, profile
from edge_power.cli.options import help_of, options_of
from edge_power.cli.screens.progress_screen import ProgressScreen
from edge_power.cli.screens.screen import error_console, output_console, say, say_data
from edge_power_runtime.errors import InputError
from edge_power_runtime.profiler.arguments import ALIASES, FLAGS, PARAMETERS, two_reports
from edge_power_runtime.profiler.options import Options

if TYPE_CHECKING:
    from edge_power_runtime.profiler.report.record import Report

STDOUT = "-"
_OUTPUTS = ("json", "report", "markdown", "force")
_FLAGS = FLAGS | {name: " ".join((FLAGS[name], *others)) for name, others in ALIASES.items()}


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
@click.argument("bundle", required=False)
@options_of(Options, flags=_FLAGS)
@options_of(profile, but=("bundle", "options", "json", "progress"))
@click.option("--json", help=f"{help_of(profile, 'json')} - is standard output.")
@click.option(
    "--from",
    "source",
    metavar="REPORT.json",
    help="Draw a report that was taken elsewhere, over any --baseline; no BUNDLE.",
)
@click.option("--compare", nargs=2, metavar="A.json B.json", help="Say whether the second is faster; no BUNDLE.")
def command(
    bundle: str | None, source: str | None, compare: tuple[str, str] | None, json: str | None, **others: Any
) -> None:
    r"""Measure how long a bundle's programs take, here or on another machine.

    \b
    Every sample is kept, and what casts doubt on the figures is said in red. The
    machine over ssh needs a Python with edge-power-runtime; --setup installs it.

    \b
    Examples:
      edge-power profile my-bundle --report profile.html
      edge-power profile my-bundle --device ssh://pi@board --setup --json board.json
      edge-power profile my-bundle --precision fp32,int8 --baseline fp32,full
      edge-power profile --from board.json --markdown board.md
      edge-power profile --compare before.json after.json
    """
    if compare is not None and bundle is not None and source is None:
        two_reports((*compare, str(bundle)), click.get_current_context().command_path)
    if sum(given is not None for given in (bundle, source, compare)) != 1:
        raise InputError("give one of BUNDLE, --from REPORT.json and --compare A.json B.json")
    if compare is not None:
        _check_measures_nothing("--compare")
    elif source is not None:
        _check_measures_nothing("--from", but=("baseline",))
    files = {name: others.pop(name) for name in ("report", "markdown")}
    outputs = Outputs(*(None if name in (None, STDOUT) else Path(name) for name in (json, *files.values())))
    if compare is not None:
        if json is not None or outputs.paths:
            raise InputError(
                "--compare prints its answer and writes no file; leave out --json, --report and --markdown"
            )
        _compare(compare)
    elif source is not None:
        _tell(_redraw(source, outputs, others["baseline"], force=others["force"]), outputs, to_stdout=json == STDOUT)
    else:
        options = Options(**{name: others.pop(name) for name in PARAMETERS})
        # A thread that draws would take a core from what is measured on this machine.
        with ProgressScreen(error_console(), turns=False) as screen:
            report = profile(bundle or "", options, json=outputs.json, progress=screen, **files, **others)
        _tell(report, outputs, to_stdout=json == STDOUT)


def _check_measures_nothing(way: str, *, but: Collection[str] = ()) -> None:
    """Refuse the options that would do nothing, so that nobody takes the answer for one to them.

    Args:
        way: the option that measures nothing.
        but: parameters that it takes all the same.

    Raises:
        InputError: an option for measuring was typed.
    """
    context = click.get_current_context()
    others = {"source", "compare", *_OUTPUTS, *but}
    for option in context.command.params:
        name = option.name or ""
        if context.get_parameter_source(name) is ParameterSource.COMMANDLINE and name not in others:
            raise InputError(f"{option.opts[0]} is for measuring, and {way} measures nothing; leave it out")


def _redraw(source: str, outputs: Outputs, baseline: Sequence[str], *, force: bool) -> "Report":
    from edge_power_runtime.profiler.report.baseline import with_baseline
    from edge_power_runtime.profiler.report.file import load_report

    outputs.check(force=force, inputs=[source])
    report = with_baseline(load_report(source), baseline)
    outputs.write(report)
    return report


def _tell(report: "Report", outputs: Outputs, *, to_stdout: bool) -> None:
    """Draw the table, on standard error where the report itself goes to standard output."""
    from edge_power.cli.screens.profile_table import draw

    if to_stdout:
        say_data(report.to_json())
    draw(report, error_console() if to_stdout else output_console())
    for path in outputs.paths:
        say(f"wrote {path}", err=to_stdout)


def _compare(files: tuple[str, str]) -> None:
    from edge_power.cli.screens.profile_table import terminal_width
    from edge_power_runtime.profiler.judge.compare import compare
    from edge_power_runtime.profiler.report.file import load_report
    from edge_power_runtime.profiler.text.comparison_text import comparison_text

    first, second = map(load_report, files)
    say_data(comparison_text(compare(first, second), width=terminal_width(output_console())))

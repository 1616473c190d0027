"""The options of `edge-power profile`, and how they become the profiler's own."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from edge_power.cli.options import ENGINE_HELP, parse_engines
from edge_power.data.stream import is_readable
from edge_power_runtime.errors import InputError
from edge_power_runtime.profiler.arguments import names, numbers
from edge_power_runtime.profiler.options import Options

_PATH = click.Path(path_type=Path)


def measuring_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """What to measure and how: the flags of the runtime's own `profile`."""
    options = (
        click.option("--engine", "engines", multiple=True, help=f"Repeat or use commas: {ENGINE_HELP}"),
        click.option("--precision", "precisions", multiple=True, help="fp32, fp16 or int8; repeat or use commas."),
        click.option("--budget", "budgets", multiple=True, help="Of the bundle; repeat or use commas."),
        click.option("--lengths", multiple=True, help="Of programs, such as 32,64.  [default: all, as above]"),
        click.option(
            "--num-threads", "--threads", "threads", multiple=True, help="Of one run, such as 1,2,4.  [default: 1]"
        ),
        click.option("--warmup", type=int, default=10, show_default=True, help="Answers before the first timed one."),
        click.option("--iterations", type=int, default=100, show_default=True, help="Timed answers of each case."),
        click.option("--burst", type=int, default=5, show_default=True, help="Answers of a case in one turn."),
        click.option("--max-seconds", type=float, help="End the timing after this time."),
        click.option("--percentiles", multiple=True, help="[default: 50,90,95,99]"),
        click.option("--texts", help="Time these texts too, one, or two with a TAB between, per line; - is stdin."),
        click.option("--operations", is_flag=True, help="Look inside the programs too, where the engine can."),
        click.option("--latency-table", is_flag=True, help="Also fit milliseconds by encoder and number of words."),
    )
    return _with(command, options)


def device_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Where to measure, and what may be done there."""
    options = (
        click.option(
            "--device", default="local", show_default=True, help="local, ssh://user@host[:port] or adb[:SERIAL]."
        ),
        click.option("--python", help="On the device, with the runtime.  [default: what --setup made, or python3]"),
        click.option("--setup", is_flag=True, help="Install the runtime there, in a folder of its own."),
        click.option("--wheels", type=_PATH, help="Folder of wheels for --setup.  [default: the package index]"),
        click.option("--keep", is_flag=True, help="Leave the bundle there, so that the next time is quicker."),
        click.option("--ssh-config", type=_PATH, help="Configuration file for ssh.  [default: its own]"),
        click.option("--runner", type=_PATH, help="For adb without Python: an engine's own benchmark program."),
    )
    return _with(command, options)


def output_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """What to write."""
    options = (
        click.option("--json", "json_file", help="Write the report with every sample; - is standard output."),
        click.option("--report", "html", type=_PATH, help="Write the report as a page."),
        click.option("--markdown", type=_PATH, help="Write the summary for a pull request."),
        click.option("--force", is_flag=True, help="Replace files that exist."),
    )
    return _with(command, options)


def _with(command: Callable[..., Any], options: tuple[Callable[..., Any], ...]) -> Callable[..., Any]:
    for option in reversed(options):
        command = option(command)
    return command


@dataclass(frozen=True, slots=True)
class DeviceChoice:
    """Where to measure, as it was typed; see `device_options` for the fields."""

    device: str
    python: str | None
    setup: bool
    wheels: Path | None
    keep: bool
    ssh_config: Path | None
    runner: Path | None

    def check(self) -> None:
        """Refuse what contradicts itself, before anything is opened.

        Raises:
            InputError: with the fix.
        """
        remote = self.device != "local"
        for name, given in (
            ("--python", self.python),
            ("--setup", self.setup),
            ("--wheels", self.wheels),
            ("--keep", self.keep),
        ):
            if given and not remote:
                raise InputError(f"{name} is for another machine; give --device with it")
        if self.wheels is not None and not self.setup:
            raise InputError("--wheels is for --setup; add it")
        if self.wheels is not None and not self.wheels.is_dir():
            raise InputError(f"expected a folder of wheels at {self.wheels}, found none")
        if self.ssh_config is not None and not self.device.startswith("ssh://"):
            raise InputError("--ssh-config is for --device ssh://...")
        if self.ssh_config is not None and not self.ssh_config.is_file():
            raise InputError(f"there is no file {self.ssh_config}")
        if self.runner is not None and not self.device.startswith("adb"):
            raise InputError("--runner is for --device adb")
        if self.runner is not None and not self.runner.is_file():
            raise InputError(f"there is no file {self.runner}; --runner names the program on this machine")


def read_options(
    engines: tuple[str, ...],
    precisions: tuple[str, ...],
    budgets: tuple[str, ...],
    lengths: tuple[str, ...],
    threads: tuple[str, ...],
    *,
    warmup: int,
    iterations: int,
    burst: int,
    max_seconds: float | None,
    percentiles: tuple[str, ...],
    texts: str | None,
    operations: bool,
    latency_table: bool,
) -> Options:
    """Give what was typed as the profiler's options.

    Raises:
        InputError: a value is no number, or outside of its range.
    """
    # Before a bundle is sent to a device, and not after.
    if texts not in (None, "-") and not is_readable(Path(texts or "")):
        raise InputError(f"cannot read {texts}: there is no such file")
    defaults = Options()
    return Options(
        engines=parse_engines(engines),
        precisions=names(precisions),
        budgets=names(budgets),
        lengths=numbers(lengths, "--lengths", int),
        threads=numbers(threads, "--num-threads", int) or defaults.threads,
        warmup=warmup,
        iterations=iterations,
        burst=burst,
        max_seconds=max_seconds,
        percentiles=numbers(percentiles, "--percentiles", float) or defaults.percentiles,
        texts=texts,
        operations=operations,
        latency_table=latency_table,
    )

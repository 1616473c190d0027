"""The command line `edge-power`: parse, call the API, print.

Each command stands in a module that is imported when the command is used, so that `--help` does not wait for torch.
"""

import io
import os
import sys
import warnings
from collections.abc import Sequence
from contextlib import suppress
from importlib import import_module
from typing import Any

import click

from edge_power_runtime.errors import EdgePowerError, VerificationError
from edge_power_runtime.reading.parameters import with_flags
from edge_power_runtime.reading.printable import one_line
from edge_power_runtime.system.interrupts import never_lost
from edge_power_runtime.system.native_output import discard_output, open_standard_streams, unwritten

FAILED_CHECK, BAD_INPUT, INTERRUPTED, BROKEN_PIPE = 1, 2, 130, 141

_COMMANDS = {
    "convert": "Turn a checkpoint into a bundle, checked on every engine.",
    "run": "Label texts with a bundle.",
    "verify": "Compare this machine with a bundle's golden examples.",
    "inspect": "Show what a bundle holds.",
    "profile": "Measure how long a bundle's programs take, here or on another machine.",
    "evaluate": "Score a bundle or a checkpoint on labelled texts.",
    "explain": "Show the words of a text that survive each encoder.",
    "fit": "Learn how many word-vectors each encoder needs.",
    "cascade": "Put a small tier before a bundle, which answers what it is sure of.",
    "android": "Write an Android project that runs a bundle, ready for Android Studio.",
    "demo": "Convert a real classifier for three engines and compare them.",
}


class _ReaderGoneError(Exception):
    """Whoever read our output went away; click would make status 1 of a BrokenPipeError, which means a failed check."""


class _Commands(click.Group):
    """A group whose commands are imported on use; their one-line helps stand above."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return None
        command: click.Command = import_module(f"edge_power.cli.{cmd_name}").command
        # click keeps a paragraph's lines after a backspace, which a raw docstring spells as two characters.
        command.help = (command.help or "").replace("\\b", "\b")
        return command

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except BrokenPipeError as error:
            raise _ReaderGoneError from error
        except EdgePowerError as error:
            error.args = (with_flags(str(error), self._flags(ctx)),)
            raise

    def _flags(self, ctx: click.Context) -> dict[str, str]:
        """What the command that was called calls its parameters."""
        command = self.get_command(ctx, ctx.invoked_subcommand or "")
        return {} if command is None else {option.name or "": option.opts[0] for option in command.params}

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(_COMMANDS.items()))


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="edge-power")
def cli() -> None:
    """Make a BERT-family text classifier fast on small machines, and prove it there.

    Start with:  edge-power convert --model my-checkpoint --output my-bundle
    """


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and exit: 0, 1 for a failed check, 2 for bad input, 130 after Ctrl-C."""
    with warnings.catch_warnings():
        if any(option.startswith("error") for option in sys.warnoptions):
            # PYTHONWARNINGS=error is for one's own code; torch and others warn at their import.
            warnings.simplefilter("ignore")
        status = _run(arguments)
    sys.exit(status)


def _run(arguments: Sequence[str] | None) -> int:
    # tokenizers warns about its thread pool at a fork, which our engines' tools do; we tokenize one text at a time.
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    open_standard_streams()
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # where the locale has no letter for it
    try:
        with never_lost():
            result: Any = cli.main(arguments, prog_name="edge-power", standalone_mode=False)
        sys.stdout.flush()
        return result if isinstance(result, int) else 0
    except click.exceptions.NoArgsIsHelpError as error:
        with suppress(OSError):
            click.echo(error.format_message(), err=True)  # noqa: TID251  # a page of ours, with its line breaks
        return BAD_INPUT
    except click.UsageError as error:
        where = error.ctx.command_path if error.ctx else "edge-power"
        return _complain(f"{error.format_message().rstrip('.')}; see `{where} --help`", BAD_INPUT)
    except click.ClickException as error:
        return _complain(error.format_message(), BAD_INPUT)
    except EdgePowerError as error:
        return _complain(str(error), FAILED_CHECK if _is_failed_check(error) else BAD_INPUT)
    except (KeyboardInterrupt, click.Abort):
        return _complain("interrupted; nothing was written", INTERRUPTED)
    except (BrokenPipeError, _ReaderGoneError):
        discard_output()
        return BROKEN_PIPE
    except OSError as error:
        if (reason := unwritten(error)) is None:
            raise
        discard_output()
        return _complain(reason, BAD_INPUT)


def _is_failed_check(error: EdgePowerError) -> bool:
    if isinstance(error, VerificationError):
        return True
    # Imported only now, and only if a converter was: it brings torch along.
    converters = sys.modules.get("edge_power_converters.errors")
    return converters is not None and isinstance(error, converters.ParityError)


def _complain(message: str, status: int) -> int:
    with suppress(OSError):  # whoever cannot be told has the status
        click.echo(f"error: {one_line(message)}", err=True)  # noqa: TID251
    return status

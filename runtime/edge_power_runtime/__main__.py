"""`python -m edge_power_runtime`: classify texts with a bundle, verify or profile it on this device."""

import argparse
import io
import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from typing import NoReturn

from edge_power_runtime import Classifier, EdgePowerError, InputError, VerificationError, __version__
from edge_power_runtime.reading.lines import argument_texts, json_line, read_texts, tsv_line
from edge_power_runtime.reading.parameters import with_flags
from edge_power_runtime.reading.printable import one_line, printable, printable_json
from edge_power_runtime.system.interrupts import never_lost
from edge_power_runtime.system.native_output import discard_output, open_standard_streams, unwritten
from edge_power_runtime.text import Text
from edge_power_runtime.verify import ProgramCheck, verify

_PROGRAM = "python -m edge_power_runtime"
FAILED_CHECK, BAD_INPUT, INTERRUPTED, BROKEN_PIPE = 1, 2, 130, 141


class _Parser(argparse.ArgumentParser):
    """A parser whose errors are one line, as all our errors are."""

    def error(self, message: str) -> NoReturn:
        self.exit(BAD_INPUT, f"error: {one_line(message)} (see --help)\n")


def parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    """Read the command line.

    The command is split off by hand, since argparse finds a TEXT after an option only without subparsers.
    """
    parser = _Parser(prog=_PROGRAM, description=__doc__, allow_abbrev=False)
    parser.add_argument("--version", action="version", version=__version__)
    parser.add_argument("command", choices=tuple(_COMMANDS), help="each has its own --help")
    parser.add_argument("arguments", nargs=argparse.REMAINDER, help=argparse.SUPPRESS)
    found = parser.parse_args(arguments)
    return _COMMANDS[found.command]().parse_intermixed_args(found.arguments)


def _classify_parser() -> argparse.ArgumentParser:
    parser = _command_parser("classify", "Label texts; prints label, score and text, with tabs between.", _classify)
    parser.set_defaults(flags={"max_loaded_programs": "--max-loaded-programs"})
    parser.add_argument("texts", nargs="*", metavar="TEXT", help="what to label")
    parser.add_argument("--pair", action="store_true", help="take the TEXTs two by two, as pairs")
    parser.add_argument("--file", help="read lines of TEXT or TEXT<TAB>PAIR in UTF-8; - is standard input")
    parser.add_argument("--budget", help="or a cascade; default: the bundle's first cascade, else its first budget")
    parser.add_argument("--max-loaded-programs", type=int, help="loaded at once; beyond, the least recently used goes")
    parser.add_argument("--threshold", type=float, help="of several labels, those above it; default: the bundle's")
    parser.add_argument("--sigmoid", action="store_true", help="of one value, its sigmoid; default: as it is")
    return parser


def _verify_parser() -> argparse.ArgumentParser:
    parser = _command_parser("verify", "Compare this device with the bundle's golden examples.", _verify)
    parser.add_argument("--atol", type=float, help="largest difference of a logit; default: what the bundle records")
    return parser


def _profile_parser() -> argparse.ArgumentParser:
    from edge_power_runtime.profiler import arguments, command

    parser = _Parser(prog=f"{_PROGRAM} profile", description=command.DESCRIPTION, allow_abbrev=False)
    parser.set_defaults(run=command.run, flags=arguments.FLAGS)
    arguments.add_arguments(parser)
    return parser


_COMMANDS: dict[str, Callable[[], argparse.ArgumentParser]] = {
    "classify": _classify_parser,
    "verify": _verify_parser,
    "profile": _profile_parser,
}


def _command_parser(name: str, description: str, run: Callable[[argparse.Namespace], int]) -> argparse.ArgumentParser:
    parser = _Parser(prog=f"{_PROGRAM} {name}", description=description, allow_abbrev=False)
    parser.set_defaults(run=run, flags={})
    parser.add_argument("bundle", help="the bundle's directory")
    parser.add_argument("--engine", help="onnx, tflite or executorch; default: the first installed")
    parser.add_argument("--precision", help="fp32, fp16 or int8; default: the first in the bundle")
    parser.add_argument("--threads", type=int, default=1, help="threads of one run; default: 1")
    parser.add_argument("--json", action="store_true", help="print one JSON object per line")
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command.

    Returns:
        The exit status: 0, 1 for a failed check, 2 for bad input, 130 after Ctrl-C, 141 when the reader went away.
    """
    open_standard_streams()
    options = parse(arguments)
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8")
    try:
        with never_lost():
            status: int = options.run(options)
        sys.stdout.flush()
        return status
    except EdgePowerError as error:
        message = with_flags(str(error), options.flags)
        return _complain(message, FAILED_CHECK if isinstance(error, VerificationError) else BAD_INPUT)
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        discard_output()
        return BROKEN_PIPE
    except OSError as error:
        if (reason := unwritten(error)) is None:
            raise
        discard_output()
        return _complain(reason, BAD_INPUT)


def _complain(message: str, status: int) -> int:
    with suppress(OSError):  # whoever cannot be told has the status
        print("error:", one_line(message), file=sys.stderr, flush=True)
    return status


def _classify(options: argparse.Namespace) -> int:
    texts = _texts(options)
    classifier = Classifier.open(
        options.bundle,
        engine=options.engine,
        precision=options.precision,
        budget=options.budget,
        num_threads=options.threads,
        max_loaded_programs=options.max_loaded_programs,
        threshold=options.threshold,
        sigmoid=options.sigmoid,
    )
    for text in texts:
        prediction = classifier(text)
        print(json_line(text, prediction) if options.json else tsv_line(text, prediction))
    return 0


def _verify(options: argparse.Namespace) -> int:
    if options.threads < 1:
        raise InputError(f"--threads is {options.threads}, must be at least 1")
    checks = verify(
        options.bundle,
        engine=options.engine,
        precision=options.precision,
        num_threads=options.threads,
        atol=options.atol,
    )
    for check in checks:
        print(_check_json(check) if options.json else _check_line(check))
    return 0 if all(check.passed for check in checks) else FAILED_CHECK


def _texts(options: argparse.Namespace) -> Iterator[Text]:
    if (options.file is None) == (not options.texts):
        raise InputError("give either TEXTs or --file, one of them")
    if options.file is None:
        return argument_texts(options.texts, pair=options.pair)
    if options.pair:
        raise InputError("--pair is for TEXTs; in a --file a TAB makes a line a pair")
    return read_texts(options.file)


def _check_line(check: ProgramCheck) -> str:
    mark = "\N{CHECK MARK}" if check.passed else "\N{BALLOT X}"
    program = printable(check.program)
    if not check.texts:
        return f"{mark} {program}\tno golden text"
    tolerance = "-" if check.atol is None else f"{check.atol:.1e}"
    return (
        f"{mark} {program}\ttexts {check.texts}\tlargest error {check.max_abs_error:.1e}"
        f"\ttolerance {tolerance}\tlabels {check.label_agreement:.0%}\t{_kept(check)}"
    )


def _kept(check: ProgramCheck) -> str:
    if check.tier_agreement is None:
        return f"kept words {check.kept_agreement:.0%}"
    return f"tiers {check.tier_agreement:.0%}"


def _check_json(check: ProgramCheck) -> str:
    # JSON has no infinity: an error that is none is no number.
    error = check.max_abs_error if check.max_abs_error < float("inf") else None
    fields = {name: getattr(check, name) for name in check.__slots__}
    return printable_json(json.dumps({**fields, "max_abs_error": error}, ensure_ascii=False))


if __name__ == "__main__":
    sys.exit(main())

"""`python -m edge_power_runtime`: classify texts with a bundle, verify or profile it on this device."""

import argparse
import errno
import io
import json
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from typing import NoReturn

from edge_power_runtime import Classifier, EdgePowerError, InputError, VerificationError, __version__
from edge_power_runtime.golden import ProgramCheck, verify
from edge_power_runtime.lines import json_line, read_texts, tsv_line
from edge_power_runtime.text import Text

_PROGRAM = "python -m edge_power_runtime"
FAILED_CHECK, BAD_INPUT, INTERRUPTED, BROKEN_PIPE = 1, 2, 130, 141


class _Parser(argparse.ArgumentParser):
    """A parser whose errors are one line, as all our errors are."""

    def error(self, message: str) -> NoReturn:
        self.exit(BAD_INPUT, f"error: {message} (see --help)\n")


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
    parser.add_argument("texts", nargs="*", metavar="TEXT", help="what to label")
    parser.add_argument("--pair", action="store_true", help="take the TEXTs two by two, as pairs")
    parser.add_argument("--file", help="read lines of TEXT or TEXT<TAB>PAIR in UTF-8; - is standard input")
    parser.add_argument("--budget", help="default: the bundle's first")
    return parser


def _verify_parser() -> argparse.ArgumentParser:
    parser = _command_parser("verify", "Compare this device with the bundle's golden examples.", _verify)
    parser.add_argument("--atol", type=float, help="largest difference of a logit; default: what the bundle records")
    return parser


def _profile_parser() -> argparse.ArgumentParser:
    from edge_power_runtime.profiler import arguments, command

    parser = _Parser(prog=f"{_PROGRAM} profile", description=command.DESCRIPTION, allow_abbrev=False)
    parser.set_defaults(run=command.run)
    arguments.add_arguments(parser)
    return parser


_COMMANDS: dict[str, Callable[[], argparse.ArgumentParser]] = {
    "classify": _classify_parser,
    "verify": _verify_parser,
    "profile": _profile_parser,
}


def _command_parser(name: str, description: str, run: Callable[[argparse.Namespace], int]) -> argparse.ArgumentParser:
    parser = _Parser(prog=f"{_PROGRAM} {name}", description=description, allow_abbrev=False)
    parser.set_defaults(run=run)
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
    options = parse(arguments)
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8")
    try:
        status: int = options.run(options)
        sys.stdout.flush()
        return status
    except EdgePowerError as error:
        print("error:", " ".join(str(error).split()), file=sys.stderr)
        return FAILED_CHECK if isinstance(error, VerificationError) else BAD_INPUT
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        _discard_output()
        return BROKEN_PIPE
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        _discard_output()
        print(f"error: cannot write the output: {error.strerror}; make room, and run it again", file=sys.stderr)
        return BAD_INPUT


def _discard_output() -> None:
    """Python flushes once more at exit; give that flush somewhere to go."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _classify(options: argparse.Namespace) -> int:
    texts = _texts(options)
    classifier = Classifier.open(
        options.bundle,
        engine=options.engine,
        precision=options.precision,
        budget=options.budget,
        num_threads=options.threads,
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
        return _argument_texts(options.texts, pair=options.pair)
    if options.pair:
        raise InputError("--pair is for TEXTs; in a --file a TAB makes a line a pair")
    return read_texts(options.file)


def _argument_texts(texts: Sequence[str], *, pair: bool) -> Iterator[Text]:
    if not pair:
        return iter(texts)
    if len(texts) % 2:
        raise InputError(f"--pair takes TEXTs two by two, found {len(texts)}")
    return zip(texts[::2], texts[1::2], strict=True)


def _check_line(check: ProgramCheck) -> str:
    mark = "\N{CHECK MARK}" if check.passed else "\N{BALLOT X}"
    if not check.texts:
        return f"{mark} {check.program}\tno golden text"
    return (
        f"{mark} {check.program}\ttexts {check.texts}\tlargest error {check.max_abs_error:.1e}"
        f"\ttolerance {check.atol:.1e}\tlabels {check.label_agreement:.0%}\tkept words {check.kept_agreement:.0%}"
    )


def _check_json(check: ProgramCheck) -> str:
    # JSON has no infinity: an error that is none is no number.
    error = check.max_abs_error if check.max_abs_error < float("inf") else None
    fields = {name: getattr(check, name) for name in check.__slots__}
    return json.dumps({**fields, "max_abs_error": error}, ensure_ascii=False)


if __name__ == "__main__":
    sys.exit(main())

"""`python -m edge_power_runtime profile`: options in, a table out, the report in files."""

import argparse
import sys
from pathlib import Path
from typing import IO

from edge_power_runtime.errors import InputError
from edge_power_runtime.profiler.arguments import options_from, two_reports
from edge_power_runtime.profiler.progress import JsonProgress, PlainProgress, Silent
from edge_power_runtime.profiler.report.file import check_target, load_report, write_file
from edge_power_runtime.profiler.report.record import Report
from edge_power_runtime.reading.whole_file import refuse_inputs

DESCRIPTION = "Measure how long a bundle's programs take on this machine, and say what casts doubt on the figures."
STDOUT = "-"
_COMMAND = "python -m edge_power_runtime profile"


def run(found: argparse.Namespace) -> int:
    """Run the command.

    Returns:
        The exit status, 0.

    Raises:
        InputError: an option cannot be used; other errors as `profile` raises them.
    """
    if found.compare is not None:
        return _compare(found)
    from edge_power_runtime.profiler.profile import profile

    if found.bundle is None:
        raise InputError("expected the directory of a bundle; give one, or two reports to --compare")
    if found.json == found.markdown == STDOUT:
        raise InputError("--json and --markdown cannot both go to standard output; name a file for one of them")
    options = options_from(vars(found))
    for name in (found.json, found.markdown):
        if name not in (None, STDOUT):
            check_target(Path(name))
            refuse_inputs(Path(name), [found.bundle, options.texts])
    watch = _watcher(found.progress, sys.stderr)
    try:
        report = profile(found.bundle, options, watch=watch)
    finally:
        watch.close()
    _tell(report, found)
    return 0


def _watcher(kind: str, stream: IO[str]) -> Silent | PlainProgress | JsonProgress:
    match kind:
        case "json":
            return JsonProgress(stream)
        case "none":
            return Silent()
        case _:
            return PlainProgress(stream)


def _tell(report: Report, found: argparse.Namespace) -> None:
    from edge_power_runtime.profiler.text.markdown import markdown
    from edge_power_runtime.profiler.text.table import text_table

    is_stdout_taken = STDOUT in (found.json, found.markdown)
    print(text_table(report), end="", file=sys.stderr if is_stdout_taken else sys.stdout)
    if found.json is not None:
        _write(found.json, report.to_json())
    if found.markdown is not None:
        _write(found.markdown, markdown(report))


def _write(name: str, text: str) -> None:
    if name == STDOUT:
        sys.stdout.write(text)
    else:
        write_file(Path(name), text)


def _compare(found: argparse.Namespace) -> int:
    from edge_power_runtime.profiler.judge.compare import compare
    from edge_power_runtime.profiler.text.comparison_text import comparison_text

    files = two_reports(found.compare, _COMMAND)
    if found.bundle is not None:
        raise InputError(f"--compare takes two reports and no bundle, found {found.bundle!r} too")
    if found.json or found.markdown:
        raise InputError("--compare prints its answer and writes no file; leave out --json and --markdown")
    first, second = map(load_report, files)
    print(comparison_text(compare(first, second)), end="")
    return 0

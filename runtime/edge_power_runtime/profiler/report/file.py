"""A report as a file: read and checked, and written to where it is wanted."""

import os
from dataclasses import replace
from pathlib import Path

from edge_power_runtime.errors import InputError
from edge_power_runtime.profiler.report.checks import check_report
from edge_power_runtime.profiler.report.record import SCHEMA_VERSION, Report
from edge_power_runtime.profiler.report.version_1 import from_version_1
from edge_power_runtime.reading.jsonnode import parse_versioned
from edge_power_runtime.reading.records import read_record
from edge_power_runtime.reading.whole_file import write_whole


def read_report(data: bytes | str, document: str) -> Report:
    """Read and check a report, of this version or an earlier one.

    Args:
        data: UTF-8 bytes, or text.
        document: the file's name, for messages.

    Raises:
        SchemaVersionError: it is written in a newer format.
        BundleError: it is malformed or contradicts itself; the message gives the JSON path.
    """
    node = parse_versioned(data, document, newest=SCHEMA_VERSION)
    if node.field("schema_version").integer() == 1:
        node = from_version_1(node)
    report = read_record(Report, node)
    check_report(report, node)
    return replace(report, schema_version=SCHEMA_VERSION)  # version 2 has no cascades, and is the same otherwise


def load_report(name: str | os.PathLike[str]) -> Report:
    """Read a report from a file.

    Raises:
        InputError: it cannot be read.
        BundleError: it is no report; SchemaVersionError where it is a newer one.
    """
    try:
        data = Path(name).read_bytes()
    except OSError as error:
        raise InputError(f"cannot read {name}: {error.strerror}") from error
    return read_report(data, os.fspath(name))


def check_target(target: Path) -> None:
    """Find out before a long profile that its report could not be written where it is wanted.

    Raises:
        InputError: the folder is not there or read-only, or the name is that of a folder.
    """
    if target.is_dir():
        raise InputError(f"cannot write {target}: it is a directory; name a file")
    if not target.parent.is_dir():
        raise InputError(f"cannot write {target}: there is no directory {target.parent}; make it first")
    if target.exists() and not target.is_file():
        return  # a device or a pipe, which needs no place beside it
    if not os.access(target.resolve().parent, os.W_OK):
        raise InputError(f"cannot write {target}: the directory {target.parent} is read-only; choose another")


def write_file(target: Path, text: str) -> None:
    """Write a report, or what is drawn from it, whole or not at all.

    Raises:
        InputError: it cannot be written.
    """
    try:
        write_whole(target, text)
    except OSError as error:
        raise InputError(f"cannot write {target}: {error.strerror or error}") from error

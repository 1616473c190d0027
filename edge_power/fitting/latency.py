"""Reads the latency table that a fit is to choose by out of a profile's report."""

from pathlib import Path

from edge_power.errors import OptionError
from edge_power_runtime.profiler.report.file import load_report
from edge_power_runtime.profiler.report.record import LatencyTable


def read_table(path: Path) -> LatencyTable:
    """Read the one table of a report.

    Raises:
        InputError: the file cannot be read.
        BundleError: it is no report.
        OptionError: it has no table, several, or one of an older version.
    """
    tables = load_report(path).latency_tables
    if len(tables) != 1:
        names = ", ".join(f"{one.engine} {one.precision} {one.threads} threads" for one in tables) or "none"
        raise OptionError(
            f"`latency` needs a report with one latency table, found {names} in {path}; profile a bundle of this model "
            "with a latency table, for one engine and one number of threads"
        )
    if tables[0].rates is None:
        raise OptionError(f"the latency table of {path} is of an older version; profile the bundle again")
    return tables[0]


def check_table(table: LatencyTable, encoders: int) -> None:
    """Refuse a table of another model.

    Raises:
        OptionError: it has another number of encoders.
    """
    found = len(table.leaving_ms)
    if found != encoders:
        raise OptionError(
            f"the latency table of `latency` is of {found} encoders, and this model has {encoders}; profile a bundle "
            "of this model"
        )

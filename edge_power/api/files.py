"""Files that a call writes: whether their places can take them, found out before the work and not after."""

from collections.abc import Sequence
from os import PathLike
from pathlib import Path

from edge_power_runtime.errors import InputError


def check_files(paths: Sequence[Path], *, force: bool, inputs: Sequence[str | PathLike[str] | None]) -> None:
    """Refuse places that cannot take a file.

    Args:
        paths: of the files.
        force: replace files that are there.
        inputs: what is read, and never replaced.

    Raises:
        InputError: with the fix.
    """
    from edge_power_runtime.profiler.report.file import check_target
    from edge_power_runtime.reading.whole_file import refuse_inputs

    for path in paths:
        check_target(path)
        refuse_inputs(path, inputs)
        if path.exists() and not force:
            raise InputError(f"{path} exists; add `force` to replace it, or choose another name")

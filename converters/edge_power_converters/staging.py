"""Write a directory beside its place and rename it in, so that a killed command leaves the old one or none."""

import errno
import glob
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from edge_power_converters.errors import OutputError
from edge_power_runtime.manifest import MANIFEST_FILE


@dataclass(frozen=True, slots=True)
class Kind:
    """What a directory is, as far as it may be replaced by another of its kind.

    Attributes:
        noun: for messages.
        marker: the file that it holds.
    """

    noun: str
    marker: str


BUNDLE = Kind("bundle", MANIFEST_FILE)


@contextmanager
def staged_directory(output: Path, *, force: bool, kind: Kind = BUNDLE) -> Iterator[Path]:
    """Give an empty directory that becomes `output` when the block ends well, and vanishes when it does not.

    Args:
        output: where the directory goes; its parent must exist.
        force: replace one of the same kind that is there. Anything else is never replaced.
        kind: of directory.

    Raises:
        OutputError: `output` exists, cannot be written, or the disk is full.
    """
    check_output(output, force=force, kind=kind)
    try:
        _sweep(output)
        partial = Path(tempfile.mkdtemp(prefix=f"{_partial_prefix(output)}{os.getpid()}-", dir=output.parent))
    except OSError as error:
        raise OutputError(f"cannot write {output}: {error.strerror}") from error
    try:
        yield partial
        partial.chmod(0o755)
        _put_in_place(partial, output)
    except OSError as error:
        if error.errno == errno.ENOSPC:
            raise OutputError(
                f"no space left on the disk of {output}; nothing was written, free some and repeat"
            ) from error
        raise OutputError(f"cannot write {output}: {error.strerror or error}") from error
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def check_output(output: Path, *, force: bool, kind: Kind = BUNDLE) -> None:
    """Refuse a place that cannot take the directory, before hours of work and not after.

    Raises:
        OutputError: with the fix.
    """
    if output.is_symlink() or output.exists():
        if not (output / kind.marker).is_file():
            raise OutputError(f"{output} exists and is no {kind.noun}; choose another --output")
        if not force:
            raise OutputError(f"the {kind.noun} {output} exists; add --force to replace it, or choose another --output")
    parent = output.absolute().parent
    if not parent.is_dir():
        raise OutputError(f"cannot write {output}: there is no directory {parent}; make it first")
    if not os.access(parent, os.W_OK):
        raise OutputError(f"cannot write {output}: no permission to write in {parent}")


def _partial_prefix(output: Path) -> str:
    return f".{output.name}.partial-"


def _sweep(output: Path) -> None:
    """Remove what killed conversions to this place left: their process, named in the directory's name, is gone."""
    for left in output.parent.glob(f"{glob.escape(_partial_prefix(output))}*"):
        process = left.name.removeprefix(_partial_prefix(output)).partition("-")[0]
        if process.isdecimal() and not _is_running(int(process)):
            shutil.rmtree(left, ignore_errors=True)


def _is_running(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


def _put_in_place(partial: Path, output: Path) -> None:
    if not output.exists():
        partial.rename(output)
        return
    retired = Path(tempfile.mkdtemp(prefix=f".{output.name}.replaced-", dir=output.parent))
    try:
        output.rename(retired / output.name)
        partial.rename(output)
    finally:
        if not output.exists() and (retired / output.name).exists():
            (retired / output.name).rename(output)
        shutil.rmtree(retired, ignore_errors=True)

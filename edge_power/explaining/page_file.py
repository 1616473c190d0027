"""Where a page goes: a place that can take it, checked before the work, and all of the page or nothing."""

from pathlib import Path

from edge_power_converters.errors import OutputError
from edge_power_runtime.reading.whole_file import write_whole


def check_page(path: Path, *, force: bool) -> None:
    """Refuse a place that cannot take a page, before the work and not after.

    Args:
        path: of the page.
        force: replace a file that is there.

    Raises:
        OutputError: with the fix.
    """
    if path.is_dir():
        raise OutputError(f"{path} is a directory; give the name of a file, such as {path / 'explain.html'}")
    if path.exists() and not force:
        raise OutputError(f"{path} exists; add --force to replace it, or choose another name")
    parent = path.absolute().parent
    if not parent.is_dir():
        raise OutputError(f"cannot write {path}: there is no directory {parent}; make it first")


def write_page(path: Path, content: str, *, force: bool) -> None:
    """Write a page.

    Args:
        path: of the page; its directory must exist.
        content: HTML.
        force: replace a file that is there.

    Raises:
        OutputError: the file exists, cannot be written, or the disk is full; a file that was there is untouched.
    """
    check_page(path, force=force)
    try:
        write_whole(path, content)
    except OSError as error:
        raise OutputError(f"cannot write {path}: {error.strerror or error}") from error

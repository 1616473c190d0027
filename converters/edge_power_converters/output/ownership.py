"""Which files of a directory are ours, and the removal of these alone.

A directory is ours if the file that says so can be read and lists all that is in it. Names decide, and not contents: a
listed file that a user has edited is replaced with the rest, as --force says. Links are never ours, and not followed.
"""

import os
import stat
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from edge_power_converters.errors import OutputError
from edge_power_runtime.bundle.checks.manifest import read_manifest
from edge_power_runtime.bundle.manifest import MANIFEST_FILE
from edge_power_runtime.bundle.seal import SEAL_FILE
from edge_power_runtime.errors import EdgePowerError

# How many names a message gives.
_SHOWN = 3

Test = Callable[[str], object]
"""Tells by a path from the directory, with `/`, whether something is ours."""


@dataclass(frozen=True, slots=True)
class Kind:
    """What a directory is, as far as it may be replaced by another of its kind.

    Attributes:
        noun: for messages.
        marker: the file that proves it.
        read: gives the paths of all its files, the marker's among them, from the marker's content; raises
            EdgePowerError where that is something else.
        remedy: what to do where its place was taken while it was made; None keeps it beside that place.
    """

    noun: str
    marker: str
    read: Callable[[bytes], frozenset[str]]
    remedy: str | None = None


def _files_of_bundle(manifest: bytes) -> frozenset[str]:
    return frozenset({MANIFEST_FILE, SEAL_FILE, *(entry.path for entry in read_manifest(manifest).listed)})


BUNDLE = Kind("bundle", MANIFEST_FILE, _files_of_bundle)


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing in a directory, or the directory itself, whose path is empty; equal as long as nobody changed it."""

    path: str
    device: int
    inode: int
    size_bytes: int
    changed_ns: int


@dataclass(frozen=True, slots=True)
class Contents:
    """What is in a directory.

    Attributes:
        ours: the directory, its folders and files.
        foreign: paths of all else; a folder ends with `/` and stands for what is in it.
    """

    ours: frozenset[Entry]
    foreign: tuple[str, ...]

    @property
    def named(self) -> str:
        """Some of what is foreign, for a message."""
        more = len(self.foreign) - _SHOWN
        return ", ".join(self.foreign[:_SHOWN]) + (f" and {more} more" if more > 0 else "")


def judge(directory: Path, kind: Kind) -> Contents:
    """Tell what of a directory is ours, by its marker.

    Raises:
        OutputError: it is no directory of this kind; the message says why.
        OSError: it cannot be read.
    """
    files = read_listing(directory, kind)
    folders = folders_of(files)
    return survey(directory, files.__contains__, folders.__contains__)


def is_ours(directory: Path, kind: Kind) -> bool:
    """Whether a directory is of a kind and holds nothing else."""
    try:
        return not judge(directory, kind).foreign
    except (OutputError, OSError):
        return False


def is_whole(directory: Path, kind: Kind) -> bool:
    """Whether it is ours, and no file of it is missing."""
    try:
        contents, files = judge(directory, kind), read_listing(directory, kind)
    except (OutputError, OSError):
        return False
    there = {entry.path for entry in contents.ours}
    return not contents.foreign and files <= there


def read_listing(directory: Path, kind: Kind) -> frozenset[str]:
    """Read the marker of a directory.

    Raises:
        OutputError: there is none, or it is something else.
        OSError: it cannot be read.
    """
    marker = directory / kind.marker
    if not is_real(directory, stat.S_ISDIR) or not is_real(marker, stat.S_ISREG):
        raise OutputError(f"is no {kind.noun}")
    try:
        return kind.read(marker.read_bytes())
    except EdgePowerError as error:
        raise OutputError(f"is no {kind.noun} that can be read ({error})") from error


def is_real(path: Path, test: Callable[[int], bool]) -> bool:
    """Whether something is at a path, is no link, and passes a test of `stat`."""
    try:
        return test(path.lstat().st_mode)
    except OSError:
        return False


def folders_of(files: Iterable[str]) -> frozenset[str]:
    """The folders that files lie in."""
    return frozenset(parent.as_posix() for file in files for parent in PurePosixPath(file).parents if parent.name)


def survey(directory: Path, is_file: Test, is_folder: Test) -> Contents:
    """Look at all that is in a directory, without following links; foreign folders are not entered.

    Args:
        directory: no link.
        is_file: which regular files are ours.
        is_folder: likewise of folders.

    Raises:
        OSError: it cannot be read.
    """
    root = directory.lstat()
    ours, foreign = [_entry("", root)], []
    for path, found in _walk(directory, "", is_folder):
        folder = stat.S_ISDIR(found.st_mode)
        known = is_folder(path) if folder else stat.S_ISREG(found.st_mode) and is_file(path)
        if known and found.st_dev == root.st_dev:  # what is mounted in it is another's
            ours.append(_entry(path, found))
        else:
            foreign.append(f"{path}/" if folder else path)
    return Contents(frozenset(ours), tuple(sorted(foreign)))


def _walk(directory: Path, inside: str, is_folder: Test) -> Iterator[tuple[str, os.stat_result]]:
    with os.scandir(directory / inside) as entries:
        for entry in entries:
            path = f"{inside}/{entry.name}" if inside else entry.name
            yield path, entry.stat(follow_symlinks=False)
            if entry.is_dir(follow_symlinks=False) and is_folder(path):
                yield from _walk(directory, path, is_folder)


def _entry(path: str, found: os.stat_result) -> Entry:
    """A folder's size and time change with what is in it, which has entries of its own."""
    of_file = (found.st_size, found.st_mtime_ns) if stat.S_ISREG(found.st_mode) else (0, 0)
    return Entry(path, found.st_dev, found.st_ino, *of_file)


def remove_ours(directory: Path, is_file: Test, is_folder: Test, *, marker: str) -> bool:
    """Remove what is ours in a directory, the marker last, and then the directory, if nothing else is in it.

    So what is cut short can be told from other directories, and gone on with; and what somebody puts there meanwhile
    stays. Folders are held open while they are emptied, so that no link that comes in their place is followed.

    Args:
        directory: no link; nothing happens where there is none.
        is_file: which regular files go.
        is_folder: which folders go, once they are empty.
        marker: see Kind.

    Returns:
        Whether the directory is gone.
    """
    if not os.path.lexists(directory):
        return True
    for folder, folders, files, descriptor in os.fwalk(directory, topdown=False, follow_symlinks=False):
        inside = Path(folder).relative_to(directory).as_posix()
        path = "" if inside == "." else f"{inside}/"
        for name in folders:
            if is_folder(path + name):
                with suppress(OSError):  # it holds more, or is a link
                    os.rmdir(name, dir_fd=descriptor)
        for name in sorted(files, key=lambda name: path + name == marker):
            if is_file(path + name) and _is_regular(name, descriptor):
                with suppress(OSError):  # it is gone, or may not be removed
                    os.unlink(name, dir_fd=descriptor)
    with suppress(OSError):
        directory.rmdir()
    return not os.path.lexists(directory)


def _is_regular(name: str, folder: int) -> bool:
    try:
        return stat.S_ISREG(os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode)
    except OSError:
        return False


def remove_listed(directory: Path, kind: Kind) -> bool:
    """Remove what the marker of a directory lists, if that can be read, and nothing else.

    Returns:
        Whether the directory is gone.
    """
    try:
        files = read_listing(directory, kind)
    except (OutputError, OSError):
        return False
    return remove_ours(directory, files.__contains__, folders_of(files).__contains__, marker=kind.marker)

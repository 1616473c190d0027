"""Make a directory beside its place and put it there in one step, so that a killed command leaves the old one or none.

What is replaced was looked at before the work began, and is looked at again at the end: a directory of the same kind
that holds nothing else, and that nobody has changed meanwhile. All else stays, whatever --force says.
"""

import errno
import os
import re
import shlex
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from edge_power_converters.errors import OutputError
from edge_power_converters.output.ownership import BUNDLE, Entry, Kind, judge, remove_listed
from edge_power_converters.output.renaming import exchange, rename_new
from edge_power_converters.output.workdir import WorkDirectory, beside, restore_and_sweep, work_directory

_MOUNTS = Path("/proc/self/mountinfo")


@dataclass(frozen=True, slots=True)
class Place:
    """An output that was looked at.

    Attributes:
        output: the directory to write.
        kind: of it.
        found: what was there and may be replaced; None where nothing was there.
    """

    output: Path
    kind: Kind
    found: frozenset[Entry] | None


def check_output(output: Path, *, force: bool, kind: Kind = BUNDLE, inputs: Iterable[Path] = ()) -> Place:
    """Refuse a place that cannot take a directory, before hours of work and not after; clear away what kills left.

    Args:
        output: where the directory goes; its parent must exist.
        force: replace one of the same kind that is there, if nothing else is in it.
        kind: of directory.
        inputs: what is read, so that it is not replaced.

    Raises:
        OutputError: with the fix.
    """
    try:
        _check_path(output)
        restore_and_sweep(output, kind)
        if not _is_there(output):
            return Place(output, kind, None)
        return Place(output, kind, _check_replaceable(output, force=force, kind=kind, inputs=inputs))
    except OSError as error:
        raise OutputError(f"cannot write {output}: {error.strerror or error}") from error


@contextmanager
def staged_directory(place: Place) -> Iterator[Path]:
    """Give an empty directory that is put in its place when the block ends well, and vanishes when it does not.

    A directory `side` stands beside it, for files that shall not be in the output; it vanishes with the block.

    Args:
        place: as `check_output` gave it before the work.

    Raises:
        OutputError: the output cannot be written, the disk is full, or something came to stand in its place.
    """
    output = place.output
    try:
        with work_directory(output, place.kind) as work:
            yield work.new
            _put_in_place(work, place)
    except OSError as error:
        if error.errno == errno.ENOSPC:
            raise OutputError(
                f"no space left on the disk of {output}; nothing was written, free some and repeat"
            ) from error
        raise OutputError(f"cannot write {output}: {error.strerror or error}") from error
    # Once more: the second process of a run that was killed may have written when we came, and has ended by now.
    with suppress(OSError):
        restore_and_sweep(output, place.kind)


def _check_path(output: Path) -> None:
    """Refuse what no directory can be renamed to.

    Raises:
        OutputError: with the fix.
        OSError: the name is too long, or its directory may not be looked into.
    """
    if output.name in ("", ".."):
        raise OutputError(f"cannot write {output}: it has no name of its own; name a directory in it")
    parent = output.absolute().parent
    if not parent.is_dir():
        raise OutputError(f"cannot write {output}: there is no directory {parent}; make it first")
    if not os.access(parent, os.W_OK | os.X_OK):
        raise OutputError(f"cannot write {output}: no permission to write in {parent}")
    if output.is_symlink():
        target = os.path.realpath(output)
        raise OutputError(f"{output} is a symbolic link; name what it leads to: `output` {shlex.quote(target)}")
    if not _is_there(output):
        return
    if _is_mount(output):
        raise OutputError(f"{output} is a mount point, which cannot be replaced; name a directory in it")
    if Path.cwd().is_relative_to(output.resolve()):
        raise OutputError(f"{output} is where this command runs; run it elsewhere, or choose another `output`")


def _is_there(path: Path) -> bool:
    """As os.path.lexists, which takes a name that is too long for one that is free.

    Raises:
        OSError: that cannot be told.
    """
    try:
        path.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    return True


def _is_mount(path: Path) -> bool:
    if os.path.ismount(path):
        return True
    if not _MOUNTS.exists():
        return False
    # A directory that is mounted from the same file system shows only there; a blank in it is written \040.
    names = (line.split(" ")[4] for line in os.fsdecode(_MOUNTS.read_bytes()).splitlines())
    real = os.path.realpath(path)
    return any(re.sub(r"\\([0-7]{3})", lambda match: chr(int(match[1], 8)), name) == real for name in names)


def _check_replaceable(output: Path, *, force: bool, kind: Kind, inputs: Iterable[Path]) -> frozenset[Entry]:
    try:
        contents = judge(output, kind)
    except OutputError as error:
        raise OutputError(f"{output} exists and {error}; choose another `output`") from error
    if contents.foreign:
        raise OutputError(
            f"{output} holds what is not of the {kind.noun} in it: {contents.named}; "
            "move that away, or choose another `output`"
        )
    real = output.resolve()
    for path in inputs:
        if path.exists() and path.resolve().is_relative_to(real):
            raise OutputError(f"{path} is read, and `output` {output} would replace it; choose another `output`")
    if not force:
        raise OutputError(f"the {kind.noun} {output} exists; add `force` to replace it, or choose another `output`")
    if not os.access(output, os.W_OK | os.X_OK):
        raise OutputError(f"cannot write {output}: no permission to replace what is in it")
    return contents.ours


def _put_in_place(work: WorkDirectory, place: Place) -> None:
    """Put what was made where it belongs; what stands there and was not there before stays."""
    work.new.rename(work.ready)
    try:
        if place.found is None or not _is_there(place.output):
            rename_new(work.ready, place.output)
        elif _is_unchanged(place.output, place):
            _replace(work, place)
        else:
            raise FileExistsError
    except FileExistsError as error:
        raise _late(work, place) from error
    except OSError as error:
        if place.kind.remedy is not None:
            raise
        kept = _keep(work.ready, place, ".new")
        said = f"cannot write {place.output}: {error.strerror or error}"
        raise OutputError(f"{said}; the finished {place.kind.noun} is in {kept}") from error


def _replace(work: WorkDirectory, place: Place) -> None:
    """Exchange, look at what came out, and remove it or give it back."""
    try:
        if not exchange(work.ready, place.output):
            _replace_in_two_steps(work, place)
            return
    except FileNotFoundError:  # it was moved away a moment ago
        rename_new(work.ready, place.output)
        return
    is_what_was_judged = False
    try:
        is_what_was_judged = _is_unchanged(work.ready, place)
    finally:
        if not is_what_was_judged:
            exchange(work.ready, place.output)
    if not is_what_was_judged:
        raise FileExistsError
    _retire(work.ready, place)


def _replace_in_two_steps(work: WorkDirectory, place: Place) -> None:
    """Where nothing can be exchanged there is a moment without the output; a kill in it is mended by the next run."""
    rename_new(place.output, work.old)
    try:
        if not _is_unchanged(work.old, place):
            raise FileExistsError
        rename_new(work.ready, place.output)
    except BaseException:
        try:
            rename_new(work.old, place.output)
        except FileExistsError:  # what came to stand there stays, and so does what stood there
            _keep(work.old, place, ".old")
        raise
    _retire(work.old, place)


def _retire(directory: Path, place: Place) -> None:
    """Remove what was replaced; what somebody put there since we looked goes beside the output."""
    if not remove_listed(directory, place.kind):
        _keep(directory, place, ".old")


def _is_unchanged(directory: Path, place: Place) -> bool:
    try:
        contents = judge(directory, place.kind)
    except (OutputError, OSError):
        return False
    return contents.ours == place.found and not contents.foreign


def _late(work: WorkDirectory, place: Place) -> OutputError:
    """What to say where the place was taken, or changed, while we worked; the work is not lost."""
    noun, output = place.kind.noun, place.output
    what = "appeared" if place.found is None else "was changed"
    said = f"{output} {what} while the {noun} was made, and was not replaced"
    if place.kind.remedy is not None:
        return OutputError(f"{said}; {place.kind.remedy}")
    return OutputError(f"{said}; the finished {noun} is in {_keep(work.ready, place, '.new')}")


def _keep(directory: Path, place: Place, ending: str) -> Path:
    """Give a directory a name that is free beside its place, for the user to move where it shall be."""
    for number in range(1, 1000):
        kept = beside(place.output, ending if number == 1 else f"{ending}-{number}")
        with suppress(FileExistsError):
            rename_new(directory, kept)
            return kept
    raise OutputError(
        f"cannot write {place.output}, nor beside it: names from {place.output.name}{ending} on are taken"
    )

"""Writes a file so that it is there whole or not at all, and never over what is read."""

import errno
import os
import secrets
import stat
from collections.abc import Iterable
from pathlib import Path

from edge_power_runtime.errors import InputError

# Of the file's name, in bytes, in that of the temporary one: names are at most 255 long.
_LONGEST_NAME = 200


def write_whole(path: Path, content: str | bytes) -> None:
    """Write text, as UTF-8, or bytes under a temporary name beside `path`, and rename it: a break leaves the old file.

    A link stays one, and the file that it leads to is replaced, with the permissions that it has. A terminal or a pipe,
    such as /dev/stdout, is written to.

    Raises:
        OSError: it cannot be written; nothing is left of the attempt, and what was there is untouched.
    """
    data = content.encode("utf-8") if isinstance(content, str) else content
    old = _mode(path)
    if old is not None and stat.S_ISBLK(old):
        raise OSError(errno.EINVAL, "it is a disk, and no file", str(path))
    if old is not None and not stat.S_ISREG(old) or path.absolute().is_relative_to("/dev"):
        # Renaming would put a file in the device's place, or in that of the file that a shell opened as /dev/stdout.
        path.write_bytes(data)
        return
    path = path.resolve()
    if old is not None and not os.access(path, os.W_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))
    # A name that nothing has: it is opened as a new file, or not at all.
    short = os.fsdecode(os.fsencode(path.name)[:_LONGEST_NAME])
    partial = path.with_name(f".{short}.partial-{secrets.token_hex(4)}")
    with partial.open("xb") as stream:
        try:
            stream.write(data)
            stream.close()
            if old is not None:
                partial.chmod(stat.S_IMODE(old))
            partial.replace(path)
        except BaseException:
            partial.unlink(missing_ok=True)
            raise


def refuse_inputs(target: Path, inputs: Iterable[str | os.PathLike[str] | None]) -> None:
    """Refuse to write over a file that is read, or over one in a directory that is read.

    Args:
        target: to be written.
        inputs: files and directories; None, and what is not there, stands in nobody's way.

    Raises:
        InputError: with the fix.
    """
    if not target.exists():
        return
    real = target.resolve()
    for path in (Path(name) for name in inputs if name is not None):
        if path.exists() and (real.is_relative_to(path.resolve()) or real.samefile(path)):
            raise InputError(f"{target} is read by this command, and would be replaced; choose another name")


def _mode(path: Path) -> int | None:
    """What is at a path, links followed; None where nothing is."""
    try:
        return path.stat().st_mode
    except FileNotFoundError:
        return None

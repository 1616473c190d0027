"""Renames that cannot take what stands at the new name: Linux's renameat2, and what comes nearest elsewhere."""

import ctypes
import errno
import os
from pathlib import Path

# linux/fs.h
_NOREPLACE, _EXCHANGE = 1, 2
_AT_FDCWD = -100

# What the call answers where the kernel or the file system does not know it: some network and FUSE file systems.
_UNKNOWN = (errno.EINVAL, errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP)

_LIBC = ctypes.CDLL(None, use_errno=True)


def rename_new(source: Path, target: Path) -> None:
    """Rename a directory to a name that is free.

    Without renameat2 we look first and rename then. What comes to stand there in between is not lost either: the
    system puts a directory in the place of nothing but an empty directory (POSIX, rename).

    Raises:
        FileExistsError: something is at `target`, be it a link that leads nowhere.
        OSError: `source` cannot be renamed.
    """
    if _renameat2(source, target, _NOREPLACE):
        return
    if os.path.lexists(target):
        raise _taken(target)
    try:
        source.rename(target)
    except OSError as error:
        if error.errno in (errno.EEXIST, errno.ENOTEMPTY, errno.ENOTDIR):
            raise _taken(target) from error
        raise


def exchange(one: Path, other: Path) -> bool:
    """Give each of two the other's name, in one step.

    Returns:
        Whether the system can; where it cannot, nothing was done.

    Raises:
        OSError: one of them is gone, or cannot be renamed.
    """
    return _renameat2(one, other, _EXCHANGE)


def _renameat2(source: Path, target: Path, flag: int) -> bool:
    call = getattr(_LIBC, "renameat2", None)
    if call is None:
        return False
    if call(_AT_FDCWD, os.fsencode(source), _AT_FDCWD, os.fsencode(target), flag) == 0:
        return True
    number = ctypes.get_errno()
    if number in _UNKNOWN:
        return False
    raise OSError(number, os.strerror(number), str(source), None, str(target))


def _taken(target: Path) -> FileExistsError:
    return FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(target))

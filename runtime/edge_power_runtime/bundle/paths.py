"""Names of files inside a bundle: which are allowed, and where they lie on disk."""

import os
import re
import stat
from pathlib import Path

from edge_power_runtime.errors import BundleError

_DRIVE = re.compile(r"[A-Za-z]:")


def unsafe_reason(name: str) -> str | None:
    """Say why `name` may not be a path in a manifest, or None when it may.

    A safe path is POSIX, relative and inside the bundle on every operating system.
    """
    if not name:
        return "is empty"
    if "\0" in name:
        return "holds a NUL character"
    if "\\" in name:
        return "holds a backslash"
    if name.startswith("/"):
        return "is absolute"
    if _DRIVE.match(name):
        return "starts with a drive"
    if any(part in ("", ".", "..") for part in name.split("/")):
        return "has an empty, '.' or '..' part"
    return None


def resolve(bundle: Path, name: str) -> Path:
    """Find the regular file `name` of a bundle.

    Args:
        bundle: the bundle's directory.
        name: a path as a manifest gives it.

    Raises:
        BundleError: the name is unsafe, nothing is there, it is no regular file, it lies outside the bundle once
            symbolic links are followed, or the system refuses to look.
    """
    if reason := unsafe_reason(name):
        raise BundleError(f"the path {name!r} {reason}; expected a relative path inside the bundle {bundle}")
    root = Path(os.path.realpath(bundle))
    real = Path(os.path.realpath(root / name))
    if not real.is_relative_to(root):
        raise BundleError(
            f"{name} in {bundle} leads out of the bundle, to {real}; copy the bundle with its links followed (cp -RL)"
        )
    try:
        mode = real.stat().st_mode
    except (FileNotFoundError, NotADirectoryError):
        raise BundleError(f"{name} is missing in the bundle {bundle}; copy the bundle again, whole") from None
    except OSError as error:  # a name too long for the file system, links in a circle
        raise BundleError(f"cannot read {name} in the bundle {bundle}: {error.strerror}") from error
    if not stat.S_ISREG(mode):
        raise BundleError(f"{name} in the bundle {bundle} is not a regular file")
    return real

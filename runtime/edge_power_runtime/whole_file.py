"""Writes a file so that it is there whole or not at all."""

import os
from pathlib import Path


def write_whole(path: Path, content: str | bytes) -> None:
    """Write text, as UTF-8, or bytes under a temporary name beside `path`, and rename it: a break leaves the old file.

    A link stays one, and the file that it leads to is replaced. A device or a pipe, such as /dev/stdout, is written to.

    Raises:
        OSError: it cannot be written; nothing is left of the attempt, and a file that was there is untouched.
    """
    data = content.encode("utf-8") if isinstance(content, str) else content
    if path.exists() and not path.is_file():
        path.write_bytes(data)  # renaming would put a file in the device's place
        return
    path = path.resolve()
    # With our process's number, so that two that write at once do not write into each other's file.
    partial = path.with_name(f".{path.name}.partial-{os.getpid()}")
    try:
        partial.write_bytes(data)
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)

"""The bytes of labelled text: a file's, or those of what can be read only once, such as standard input or a pipe."""

import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from edge_power_runtime.reading.lines import STDIN, standard_input


def is_stdin(path: Path) -> bool:
    """Whether a path stands for standard input."""
    return str(path) == STDIN


def is_read_once(path: Path) -> bool:
    """Whether what is read is gone: standard input, a pipe, a named pipe, a shell's `<(...)`."""
    if is_stdin(path):
        return True
    try:
        mode = path.stat().st_mode
    except OSError:  # whoever opens it says why
        return False
    return not stat.S_ISREG(mode) and not stat.S_ISDIR(mode)


def is_readable(path: Path) -> bool:
    """Whether there is a file, or a pipe, and not a directory."""
    return path.exists() and not path.is_dir()


@contextmanager
def open_bytes(path: Path) -> Iterator[IO[bytes]]:
    """Open a file, or standard input.

    Raises:
        InputError: there is no standard input.
        OSError: the file cannot be opened.
    """
    if is_stdin(path):
        yield standard_input()
        return
    with path.open("rb") as stream:
        yield stream

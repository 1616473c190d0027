"""What engines and their tools print while they load: native code writes to the descriptors, past Python's streams."""

import os
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO

# Descriptors are the process's own: two threads that redirect at once would restore each other's.
_LOCK = threading.RLock()
_KEPT_CHARACTERS = 2000


@contextmanager
def captured(*descriptors: int) -> Iterator[IO[bytes]]:
    """Send descriptors (1 is standard output, 2 standard error) to a file while the block runs.

    Other threads' output to these descriptors goes there too, so the block should be short or the process ours.

    Args:
        descriptors: to redirect.

    Yields:
        The file, empty at first; it is gone after the block.
    """
    with _LOCK:
        _flush()
        # A descriptor that the process was started without (2>&-) stays closed; the log may come to have its number.
        saved = {descriptor: os.dup(descriptor) for descriptor in descriptors if _is_open(descriptor)}
        with tempfile.TemporaryFile() as log:
            try:
                for descriptor in saved:
                    os.dup2(log.fileno(), descriptor)
                yield log
            finally:
                _flush()
                for descriptor, copy in saved.items():
                    os.dup2(copy, descriptor)
                    os.close(copy)


@contextmanager
def hushed() -> Iterator[None]:
    """Drop what the block writes to standard error, unless it fails: then the end of it is added to the error."""
    said = b""
    try:
        with captured(2) as log:
            try:
                yield
            except BaseException:
                said = tail(log)
                raise
    except Exception as error:
        if said:
            error.add_note("standard error ended with:\n" + said.decode(errors="replace"))
        raise


def tail(log: IO[bytes]) -> bytes:
    """The end of what was captured so far."""
    _flush()
    log.seek(0)
    return log.read()[-_KEPT_CHARACTERS:].strip()


def _is_open(descriptor: int) -> bool:
    try:
        os.fstat(descriptor)
    except OSError:
        return False
    return True


def _flush() -> None:
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:  # a windowed program may have none
            stream.flush()

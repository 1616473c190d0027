"""Keep what native code writes to the descriptors, past Python's streams."""

import errno
import os
import sys
import tempfile
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import IO

# Descriptors are the process's own: two threads that redirect at once would restore each other's.
_LOCK = threading.RLock()
if hasattr(os, "register_at_fork"):
    # A fork waits: a child made meanwhile would write to our file for good, and its lock would stay held.
    os.register_at_fork(before=_LOCK.acquire, after_in_parent=_LOCK.release, after_in_child=_LOCK.release)
_KEPT_CHARACTERS = 2000
_STANDARD = (0, 1, 2)
_UNWRITTEN = {
    errno.ENOSPC: "make room, and run it again",
    errno.EDQUOT: "make room, and run it again",
    errno.EFBIG: "the file may not grow so large",
    errno.EIO: "look at the disk or the terminal that it goes to",
    errno.EBADF: "it is open for reading only, or closed",
}


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
        open_standard_streams()
        with tempfile.TemporaryFile() as log:
            _flush()
            saved = [os.dup(descriptor) for descriptor in descriptors]
            try:
                for descriptor in descriptors:
                    os.dup2(log.fileno(), descriptor)
                yield log
            finally:
                _flush()
                for descriptor, copy in zip(descriptors, saved, strict=True):
                    os.dup2(copy, descriptor)
                    os.close(copy)


@contextmanager
def hushed() -> Iterator[None]:
    """Drop what the block writes to standard error, unless it fails: then the end of it is added to the error.

    Python's warnings are dropped too, and are no errors where the user asked for that (`PYTHONWARNINGS=error`): the
    block imports or runs what others wrote.
    """
    said = b""
    try:
        with captured(2) as log, warnings.catch_warnings():
            warnings.simplefilter("ignore")
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


def open_standard_streams() -> None:
    """Lead the standard streams that this process was started without (`>&-`, or no console) to nowhere, for good.

    A file that is opened while their descriptors are closed gets the number, and what native code prints goes into it.
    Where there is no standard error, `print` takes standard output for it, and ExecuTorch's binding fails.
    """
    for descriptor in _STANDARD:
        try:
            os.fstat(descriptor)
        except OSError:
            _lead_nowhere(descriptor)
    if sys.stdout is None:
        sys.stdout = open(os.devnull, "w", encoding="utf-8")
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w", encoding="utf-8")


def discard_output() -> None:
    """Lead standard output nowhere: Python flushes it once more at exit, though nobody reads it or the disk is full."""
    with suppress(AttributeError, OSError, ValueError):  # a stream of a notebook has no descriptor
        _lead_nowhere(sys.stdout.fileno())


def unwritten(error: OSError) -> str | None:
    """Say why standard output could not be written, with the fix; None where the error is about something else."""
    advice = _UNWRITTEN.get(error.errno or 0)
    return None if advice is None else f"cannot write the output: {error.strerror}; {advice}"


def _lead_nowhere(descriptor: int) -> None:
    nowhere = os.open(os.devnull, os.O_RDWR)
    if nowhere != descriptor:
        os.dup2(nowhere, descriptor)
        os.close(nowhere)


def _flush() -> None:
    """Keep the order of what Python and native code write; a stream that cannot be flushed tells its next writer."""
    for stream in (sys.stdout, sys.stderr):
        with suppress(AttributeError, OSError, ValueError):
            stream.flush()

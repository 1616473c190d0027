"""Keep what converters print, native code included, out of a user's terminal, and show it when they fail."""

import logging
import os
import sys
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

from edge_power_converters.errors import ConversionError
from edge_power_runtime.errors import EdgePowerError

KEPT_CHARACTERS = 2000


@contextmanager
def quiet(doing: str) -> Iterator[None]:
    """Send standard output and standard error, of Python and of native code, to a file for a while.

    Args:
        doing: names the step in the error.

    Raises:
        ConversionError: the step failed; the message gives the reason, and its tail of output is attached as a note.
    """
    with tempfile.TemporaryFile() as log, _logging_off(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            with _redirected(log.fileno()):
                yield
        except (OSError, EdgePowerError):
            raise
        except Exception as error:
            log.seek(0)
            tail = log.read().decode(errors="replace")[-KEPT_CHARACTERS:].strip()
            reason = str(error).strip().split("\n")[0][:300] or type(error).__name__
            failed = ConversionError(f"{doing} failed: {reason}")
            if tail:
                failed.add_note(f"its output ended with:\n{tail}")
            raise failed from error


@contextmanager
def _logging_off() -> Iterator[None]:
    before = logging.root.manager.disable
    logging.disable(logging.ERROR)
    try:
        yield
    finally:
        logging.disable(before)


@contextmanager
def _redirected(target: int) -> Iterator[None]:
    sys.stdout.flush()
    sys.stderr.flush()
    saved = os.dup(1), os.dup(2)
    try:
        os.dup2(target, 1)
        os.dup2(target, 2)
        yield
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        for descriptor, copy in zip((1, 2), saved, strict=True):
            os.dup2(copy, descriptor)
            os.close(copy)

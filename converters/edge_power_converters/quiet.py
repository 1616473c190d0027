"""Keep what converters print, native code included, out of a user's terminal, and show it when they fail."""

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

from edge_power_converters.errors import ConversionError
from edge_power_runtime.errors import EdgePowerError
from edge_power_runtime.system.native_output import captured, tail


@contextmanager
def quiet(doing: str) -> Iterator[None]:
    """Send standard output and standard error, of Python and of native code, to a file for a while.

    Args:
        doing: names the step in the error.

    Raises:
        ConversionError: the step failed; the message gives the reason, and its tail of output is attached as a note.
    """
    with captured(1, 2) as log, _logging_off(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            yield
        except (OSError, EdgePowerError):
            raise
        except Exception as error:
            reason = str(error).strip().split("\n")[0][:300] or type(error).__name__
            failed = ConversionError(f"{doing} failed: {reason}")
            if said := tail(log):
                failed.add_note("its output ended with:\n" + said.decode(errors="replace"))
            raise failed from error


@contextmanager
def _logging_off() -> Iterator[None]:
    before = logging.root.manager.disable
    logging.disable(logging.ERROR)
    try:
        yield
    finally:
        logging.disable(before)

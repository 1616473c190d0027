"""What can go wrong on the host, under the runtime's one tree of errors."""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager

from edge_power_runtime.errors import EdgePowerError


class CheckpointError(EdgePowerError):
    """A model directory or name that cannot be read as a supported classifier."""


class NoClassifierError(CheckpointError):
    """A checkpoint of a supported family that has no classification head."""


class OptionError(EdgePowerError):
    """An option whose value cannot be used: a format, a length, a budget."""


class FitError(EdgePowerError):
    """A fit cannot go on."""


class CascadeError(EdgePowerError):
    """No thresholds keep the promise, or there are too few rows to make one."""


@contextmanager
def system_errors(kind: type[Exception]) -> Iterator[None]:
    """Raise the system's error in place of one of a library written in Rust, which gives its number only in the text.

    Args:
        kind: what the library raises.

    Raises:
        OSError: that the system gave; what has no number in it stays as it is.
    """
    try:
        yield
    except kind as error:
        number = re.search(r"\(os error (\d+)\)", str(error))
        if number is None:
            raise
        raise OSError(int(number[1]), os.strerror(int(number[1]))) from error
